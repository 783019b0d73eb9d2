//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"

#define PLANES_AT  (planarCall_planes+0)(CALL)
#define ALL_AT     (planarCall_planes+8)(CALL)
#define LABELS_AT  planarCall_labels(CALL)
#define WEIGHTS_AT planarCall_weights(CALL)
#define SCRATCH_AT planarCall_scratch(CALL)
#define EPS        planarCall_eps(CALL)
#define ONE_MINUS  planarCall_oneMinus(CALL)
#define HI         planarCall_hi(CALL)
#define LO         planarCall_lo(CALL)

// The forward kernels for several channels and hard labels by AVX2 and FMA:
// planarGeneric (planar_generic.go) by passes.
//
// A tile's voxels mostly are of one class. Only that class needs more than its
// probabilities: what a voxel adds to its own class is formed once, beside the
// loop over the classes, and added there to the classes that are present.

// ADD_OWN adds what is kept for the voxels of a class to a sum of it.
#define ADD_OWN(lanes, rows) \
	ADD_OWN_HALF(lanes, rows, 0)  \
	ADD_OWN_HALF(lanes, rows, 32)
#define ADD_OWN_HALF(lanes, rows, half) \
	VMOVAPS lanes+half(LANES), T0     \
	ADD_OWN_ROW(rows, half+0, S0)     \
	ADD_OWN_ROW(rows, half+64, S1)    \
	ADD_OWN_ROW(rows, half+128, S2)   \
	ADD_OWN_ROW(rows, half+192, S3)   \
	VMOVAPS T0, lanes+half(LANES)
#define ADD_OWN_ROW(rows, row, w) \
	VMOVAPS     (ROWS_OWN+row)(W), w   \
	VFMADD231PS (rows+row)(W), w, T0

// The sums of an own class, by what is wanted.
#define SUMS_REGION \
	ADD_OWN(LANES_R, ROWS_R) \
	ADD_OWN(LANES_S, ROWS_S)
#define SUMS_CE \
	SUMS_REGION              \
	ADD_OWN(LANES_L, ROWS_L)
#define SUMS_FOCAL \
	SUMS_CE                  \
	ADD_OWN(LANES_F, ROWS_F)

// HARD is the walk over blocks and tiles: VALUES leaves the tile's
// probabilities or exponentials, OWN what its voxels add to their own classes,
// and ADD adds; MORE holds what is beside the way.
#define HARD(VALUES, MORE_OF_VALUES, limit, OWN, ADD, MORE_OF_ADD) \
	BEGIN_PLANAR(done)                              \
	CLEAR_LANES_OF_CLASSES(clear)                   \
block:                                                  \
	VPXOR   MOST, MOST, MOST                        \
	VMOVDQA MOST, GREATEST(W)                       \
tile:                                                   \
	WEIGHTS_OF_TILE(KEEP_WEIGHT_LABELLED, given, weighted) \
	ADD_WEIGHTS                                     \
	FIND_CLASSES(LABEL_BITS, find)                  \
	VALUES                                          \
	OWN                                             \
	ADD                                             \
	NEXT_TILE(tile)                                 \
	WITHIN(limit, MOST, refuse)                     \
	VMOVDQA GREATEST(W), T0                         \
	WITHIN(avx2Constants_mostWeight, T0, refuse)    \
	CLOSE_BLOCK_PLANAR(fold, without)               \
	NEXT_BLOCK(block)                               \
	JMP     done                                    \
	MORE_OF_VALUES                                  \
	MORE_OF_ADD                                     \
refuse:                                                 \
	SUBQ    $(4*const_BlockSize), OFFSET            \
done:                                                   \
	END_PLANAR

#define OWN_NOTHING(half)

// ---- Softmax ----

#define SOFTMAX_VALUES \
	FIND_MOST(most) \
	EXPONENTIALS(OWN_NOTHING, exp, expSecond, expNext, expSame, expPresent, expPresentSecond)
#define SOFTMAX_PRESENT EXPONENTIALS_OF_PRESENT(OWN_NOTHING, expSecond, expNext, expPresent, expPresentSecond)

#define SOFTMAX_REGION \
	OWN_SIDES(0)  \
	OWN_SIDES(32)
#define SOFTMAX_CE_OF_HALF(half, near, end) \
	OWN_SIDES(half)          \
	OWN_LOG(half, near, end) \
	HALF(KEEP_L, half)
#define KEEP_L(row, g, l, s) VMOVAPS l, (ROWS_L+row)(W)
#define SOFTMAX_CE \
	SOFTMAX_CE_OF_HALF(0, near, own)             \
	SOFTMAX_CE_OF_HALF(32, nearSecond, ownSecond)
#define SOFTMAX_FOCAL(FOCUS) \
	SOFTMAX_CE_OF_HALF(0, near, own)              \
	SOFTMAX_FOCUS(FOCUS, 0)                       \
	SOFTMAX_CE_OF_HALF(32, nearSecond, ownSecond) \
	SOFTMAX_FOCUS(FOCUS, 32)
#define SOFTMAX_FOCUS(FOCUS, half) \
	FLOOR_S(half)      \
	FOCUS              \
	HALF(KEEP_F, half)
#define KEEP_F(row, g, f, s) VMOVAPS f, (ROWS_F+row)(W)

// w·p goes to the sum P of the classes that a voxel is not of, and the rest to
// its own. 1/Σ of the tile is in G and U.
#define SOFTMAX_ADD \
	ROWS(LOAD_INVERSE)            \
	FIRST_CLASS                   \
sum:                                  \
	VMOVAPS (LANES_P+0)(LANES), T0  \
	VMOVAPS (LANES_P+32)(LANES), T1 \
	IF_PRESENT(sumPresent)        \
	ADD_EXP_OF_HALF(ADD_EXP, 0, G0, G1, G2, G3, T0)  \
	ADD_EXP_OF_HALF(ADD_EXP, 32, U0, U1, U2, U3, T1) \
	VMOVAPS T0, (LANES_P+0)(LANES)  \
	VMOVAPS T1, (LANES_P+32)(LANES) \
sumNext:                              \
	NEXT_CLASS(sum)
#define SOFTMAX_ADD_OF_PRESENT(SUMS) \
sumPresent:                           \
	CLASS_TO(X14, C)              \
	ADD_EXP_OF_HALF(ADD_EXP_OTHER, 0, G0, G1, G2, G3, T0)  \
	ADD_EXP_OF_HALF(ADD_EXP_OTHER, 32, U0, U1, U2, U3, T1) \
	VMOVAPS T0, (LANES_P+0)(LANES)  \
	VMOVAPS T1, (LANES_P+32)(LANES) \
	SUMS                          \
	JMP     sumNext
#define LOAD_INVERSE(row, inverse, t) VMOVAPS (ROWS_INVERSE+row)(W), inverse
#define ADD_EXP_OF_HALF(ADD, half, i0, i1, i2, i3, sum) \
	ADD(half+0, i0, sum)   \
	ADD(half+64, i1, sum)  \
	ADD(half+128, i2, sum) \
	ADD(half+192, i3, sum)
#define ADD_EXP(row, inverse, sum) \
	VMULPS      row(EXPS), inverse, S0    \
	VFMADD231PS (ROWS_W+row)(W), S0, sum
#define ADD_EXP_OTHER(row, inverse, sum) \
	VMULPS      row(EXPS), inverse, S0      \
	SHARE_WEIGHT(row)                       \
	VFMADD231PS S1, S0, sum
// SHARE_WEIGHT keeps the weight of the voxels of a class, and leaves that of the
// others in S1.
#define SHARE_WEIGHT(row) \
	VPCMPEQD    row(LABELS), C, S1          \
	VANDPS      (ROWS_W+row)(W), S1, S2     \
	VMOVAPS     S2, (ROWS_OWN+row)(W)       \
	VANDNPS     (ROWS_W+row)(W), S1, S1

#define SOFTMAX(OWN, SUMS) HARD(SOFTMAX_VALUES, SOFTMAX_PRESENT, avx2Constants_mostLogit, OWN, SOFTMAX_ADD, SOFTMAX_ADD_OF_PRESENT(SUMS))

// func softmaxHardRegionAVX2(c *planarCall) int
TEXT ·softmaxHardRegionAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_REGION, SUMS_REGION)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardCEAVX2(c *planarCall) int
TEXT ·softmaxHardCEAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_CE, SUMS_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardHalfAVX2(c *planarCall) int
TEXT ·softmaxHardHalfAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_HALF), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardOneAVX2(c *planarCall) int
TEXT ·softmaxHardOneAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_ONE), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardThreeHalvesAVX2(c *planarCall) int
TEXT ·softmaxHardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_THREE_HALVES), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardTwoAVX2(c *planarCall) int
TEXT ·softmaxHardTwoAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_TWO), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardAnyAVX2(c *planarCall) int
TEXT ·softmaxHardAnyAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_ANY), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// ---- Probabilities ----

// Every plane is read once: w·p is added as it comes, and the own class's p
// kept for the rest.
#define PROBABILITY_VALUES \
	VPXOR   T0, T0, T0              \
	ROWS(PROBABILITY_BEGIN)         \
	FIRST_CLASS                     \
class:                                  \
	PLANE                           \
	PREFETCH_PLANE                  \
	VMOVAPS (LANES_P+0)(LANES), T0  \
	VMOVAPS (LANES_P+32)(LANES), T1 \
	IF_PRESENT(present)             \
	ADD_P_OF_HALF(ADD_P, 0, T0)     \
	ADD_P_OF_HALF(ADD_P, 32, T1)    \
next:                                   \
	VMOVAPS T0, (LANES_P+0)(LANES)  \
	VMOVAPS T1, (LANES_P+32)(LANES) \
	NEXT_CLASS(class)
#define PROBABILITY_PRESENT \
present:                                \
	CLASS_TO(X14, C)                \
	ADD_P_OF_HALF(ADD_P_OTHER, 0, T0)  \
	ADD_P_OF_HALF(ADD_P_OTHER, 32, T1) \
	JMP next
#define PROBABILITY_BEGIN(row, g, s) VMOVAPS T0, (ROWS_MINE+row)(W)
#define ADD_P_OF_HALF(ADD, half, sum) \
	ADD(half+0, S0, sum)   \
	ADD(half+64, S0, sum)  \
	ADD(half+128, S0, sum) \
	ADD(half+192, S0, sum)
#define ADD_P(row, p, sum) \
	VMOVUPS     row(X), p              \
	VPMAXUD     p, MOST, MOST          \
	VFMADD231PS (ROWS_W+row)(W), p, sum
#define ADD_P_OTHER(row, p, sum) \
	VMOVUPS     row(X), p              \
	VPMAXUD     p, MOST, MOST          \
	VPCMPEQD    row(LABELS), C, S1     \
	VANDPS      p, S1, S2              \
	VORPS       (ROWS_MINE+row)(W), S2, S2 \ // if label == class { mine = p }
	VMOVAPS     S2, (ROWS_MINE+row)(W) \
	VANDNPS     (ROWS_W+row)(W), S1, S1 \
	VFMADD231PS S1, p, sum

#define PROBABILITY_SIDES(half) \
	CONST(avx2Constants_one) \
	HALF(PROBABILITY_SIDES_ROW, half)
#define PROBABILITY_SIDES_ROW(row, g, r, s) \
	VMOVAPS (ROWS_MINE+row)(W), r \
	VSUBPS  r, C, s               \ // s = 1 − r
	KEEP_SIDES(row, g, r, s)

#define PROBABILITY_REGION \
	PROBABILITY_SIDES(0)  \
	PROBABILITY_SIDES(32)
#define PROBABILITY_CE_OF_HALF(half, near, end) \
	PROBABILITY_SIDES(half) \
	IF_NEAR(near)           \
	CLAMP_R                 \
	CLAMP_S                 \
	NEG_LOG                 \
	JMP end                 \
near:                           \
	CLAMP_S                 \
	NEG_LOG_NEAR            \
end:                            \
	HALF(KEEP_L, half)
#define PROBABILITY_CE \
	PROBABILITY_CE_OF_HALF(0, near, own)             \
	PROBABILITY_CE_OF_HALF(32, nearSecond, ownSecond)
#define PROBABILITY_FOCAL(FOCUS) \
	PROBABILITY_CE_OF_HALF(0, near, own)              \
	FOCUS                                             \
	HALF(KEEP_F, 0)                                   \
	PROBABILITY_CE_OF_HALF(32, nearSecond, ownSecond) \
	FOCUS                                             \
	HALF(KEEP_F, 32)

#define PROBABILITY_ADD(SUMS) \
	FIRST_CLASS            \
sum:                           \
	IF_PRESENT(sumPresent) \
sumNext:                       \
	NEXT_CLASS(sum)
#define PROBABILITY_ADD_OF_PRESENT(SUMS) \
sumPresent:                    \
	CLASS_TO(X14, C)       \
	ROWS(OWN_WEIGHT)       \
	SUMS                   \
	JMP sumNext
#define OWN_WEIGHT(row, g, w) \
	VPCMPEQD row(LABELS), C, w      \
	VANDPS   (ROWS_W+row)(W), w, w  \
	VMOVAPS  w, (ROWS_OWN+row)(W)

#define PROBABILITIES_OF_PLANES(OWN, SUMS) HARD(PROBABILITY_VALUES, PROBABILITY_PRESENT, avx2Constants_mostProbability, OWN, PROBABILITY_ADD(SUMS), PROBABILITY_ADD_OF_PRESENT(SUMS))

// func planesHardRegionAVX2(c *planarCall) int
TEXT ·planesHardRegionAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_REGION, SUMS_REGION)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardCEAVX2(c *planarCall) int
TEXT ·planesHardCEAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_CE, SUMS_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardHalfAVX2(c *planarCall) int
TEXT ·planesHardHalfAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_FOCAL(FOCUS_HALF), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardOneAVX2(c *planarCall) int
TEXT ·planesHardOneAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_FOCAL(FOCUS_ONE), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardThreeHalvesAVX2(c *planarCall) int
TEXT ·planesHardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_FOCAL(FOCUS_THREE_HALVES), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardTwoAVX2(c *planarCall) int
TEXT ·planesHardTwoAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_FOCAL(FOCUS_TWO), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardAnyAVX2(c *planarCall) int
TEXT ·planesHardAnyAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_PLANES(PROBABILITY_FOCAL(FOCUS_ANY), SUMS_FOCAL)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// ---- Labels ----

// func widenRowsAVX2(dst []int32, labels []uint8, most uint32, rows int) int
TEXT ·widenRowsAVX2(SB), NOSPLIT, $0-72
	MOVQ         dst+0(FP), DI
	MOVQ         labels+24(FP), SI
	MOVL         most+48(FP), AX
	VMOVD        AX, X12
	VPBROADCASTB X12, T0
	MOVQ         rows+56(FP), CX
	XORL         BX, BX // rows done

row:
	CMPQ      BX, CX
	JEQ       done
	VMOVDQU   0(SI), G0
	VPMAXUB   32(SI), G0, G0
	VPMAXUB   T0, G0, G0
	VPCMPEQB  T0, G0, G0 // both labels ≤ most
	VPMOVMSKB G0, AX
	CMPL      AX, $-1
	JNE       done
	VPMOVZXBD 0(SI), G0
	VPMOVZXBD 8(SI), G1
	VPMOVZXBD 16(SI), G2
	VPMOVZXBD 24(SI), G3
	VPMOVZXBD 32(SI), U0
	VPMOVZXBD 40(SI), U1
	VPMOVZXBD 48(SI), U2
	VPMOVZXBD 56(SI), U3
	VMOVDQU   G0, 0(DI)
	VMOVDQU   G1, 32(DI)
	VMOVDQU   G2, 64(DI)
	VMOVDQU   G3, 96(DI)
	VMOVDQU   U0, 128(DI)
	VMOVDQU   U1, 160(DI)
	VMOVDQU   U2, 192(DI)
	VMOVDQU   U3, 224(DI)
	ADDQ      $64, SI
	ADDQ      $256, DI
	INCQ      BX
	JMP       row

done:
	MOVQ BX, ret+64(FP)
	VZEROUPPER
	RET
