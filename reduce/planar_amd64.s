//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"

#define PLANES_AT  (planarCall_planes+0)(CALL)
#define ALL_AT     (planarCall_planes+8)(CALL)
#define HALVES_AT  (planarCall_halves+0)(CALL)
#define ELEMENT_AT planarCall_element(CALL)
#define LABELS_AT  planarCall_labels(CALL)
#define WEIGHTS_AT planarCall_weights(CALL)
#define SCRATCH_AT planarCall_scratch(CALL)
#define AHEAD_AT   planarCall_ahead(CALL)
#define EPS        planarCall_eps(CALL)
#define ONE_MINUS  planarCall_oneMinus(CALL)
#define HI         planarCall_hi(CALL)
#define LO         planarCall_lo(CALL)
#define ASK        PREFETCHT0
#define ASK_AHEAD  256

// The forward kernels for several channels and hard labels by AVX2 and FMA:
// planarGeneric (planar_generic.go) by passes.
//
// Only a voxel's own class needs more than its probabilities: what is added
// there is formed once, beside the loops over the classes. And a tile's voxels
// mostly are of one class: it then goes to that class at once, without weights.
// Where a tile is mixed it is kept, and added to the classes that are present.

// The class that all the tile's voxels are of, with a weight of 1 each, or -1.
#define COMMON R12

// ADD_ONES adds 64 weights of 1 to their sum, which is exact.
#define ADD_ONES \
	CONST(avx2Constants_one) \
	VADDPS  C, C, C \
	VADDPS  C, C, C \
	VADDPS  (LANES_W+0)(W), C, T0  \
	VADDPS  (LANES_W+32)(W), C, T1 \
	VMOVAPS T0, (LANES_W+0)(W)     \
	VMOVAPS T1, (LANES_W+32)(W)

// OWN_HALVES forms what is beside the loops over the classes, a half after the
// other: ADD_OR_KEEP adds it to a sum of the common class, or keeps it at AT.
#define OWN_HALVES(OF_HALF, own) \
	IMUL3L $LANES_SIZE, COMMON, N     \
	LEAQ   LANES_BEGIN(W)(N*1), LANES \ // not used below class 0
	MOVQ   W, AT                      \
own:                                      \
	OF_HALF                           \
	ADDQ   $32, LANES                 \
	NEXT_HALF_OF_ROWS(own)
#define ADD_OR_KEEP(lanes, KEEP_ROW, v0, v1, v2, v3, keep, end) \
	TESTL   COMMON, COMMON            \
	JS      keep                      \
	VADDPS  lanes(LANES), v0, T0      \
	VADDPS  v1, T0, T0                \
	VADDPS  v2, T0, T0                \
	VADDPS  v3, T0, T0                \
	VMOVAPS T0, lanes(LANES)          \
	JMP     end                       \
keep:                                     \
	HALF(KEEP_ROW, 0)                 \
end:
#define ADD_OR_KEEP_SIDES \
	ADD_OR_KEEP(LANES_R, KEEP_R, U0, U1, U2, U3, keepR, endR) \
	ADD_OR_KEEP(LANES_S, KEEP_S, S0, S1, S2, S3, keepS, endS)
#define ADD_OR_KEEP_L ADD_OR_KEEP(LANES_L, KEEP_L, U0, U1, U2, U3, keepL, endL)
#define ADD_OR_KEEP_F ADD_OR_KEEP(LANES_F, KEEP_F, U0, U1, U2, U3, keepF, endF)
#define KEEP_L(row, g, l, s) VMOVAPS l, (ROWS_L+row)(AT)
#define KEEP_F(row, g, f, s) VMOVAPS f, (ROWS_F+row)(AT)

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

// FOUR_P adds the rows of a half to a sum of probabilities.
#define FOUR_P(ADD, half, i0, i1, i2, i3, sum) \
	ADD(half+0, i0, sum)   \
	ADD(half+64, i1, sum)  \
	ADD(half+128, i2, sum) \
	ADD(half+192, i3, sum)

// ADD_P adds the tile's w·p, by ADD, to the sum P of the class under way.
#define ADD_P(ADD) \
	VMOVAPS (LANES_P+0)(LANES), T0     \
	VMOVAPS (LANES_P+32)(LANES), T1    \
	FOUR_P(ADD, 0, G0, G1, G2, G3, T0) \
	FOUR_P(ADD, 32, U0, U1, U2, U3, T1) \
	VMOVAPS T0, (LANES_P+0)(LANES)     \
	VMOVAPS T1, (LANES_P+32)(LANES)

// HARD is the walk over blocks and tiles: VALUES leaves the tile's
// probabilities or exponentials, OWN what its voxels add to their own classes,
// and ADD adds; what is beside the way has OF_MIXED and OF_PRESENT in its name.
#define HARD(VALUES, VALUES_OF_PRESENT, limit, OWN, ADD, ADD_OF_MIXED) \
	BEGIN_PLANAR(done)                              \
	CLEAR_LANES_OF_CLASSES(clear)                   \
block:                                                  \
	VPXOR   MOST, MOST, MOST                        \
	VMOVDQA MOST, GREATEST(W)                       \
tile:                                                   \
	FIND_COMMON(clearPresent, mixed)                \
	MOVL    CLASS, COMMON                           \
	ADD_ONES                                        \
found:                                                  \
	VALUES                                          \
	OWN_HALVES(OWN, own)                            \
	ADD                                             \
next:                                                   \
	NEXT_TILE(tile)                                 \
	WITHIN(limit, MOST, refuse)                     \
	VMOVDQA GREATEST(W), T0                         \
	WITHIN(avx2Constants_mostWeight, T0, refuse)    \
	CLOSE_BLOCK_PLANAR(fold, without)               \
	NEXT_BLOCK(block)                               \
	JMP     done                                    \
mixed:                                                  \
	MOVL    $-1, COMMON                             \
	WEIGHTS_OF_TILE(KEEP_WEIGHT_LABELLED, given, weighted) \
	ADD_WEIGHTS                                     \
	FIND_CLASSES(LABEL_BITS, find)                  \
	VPXOR   T0, T0, T0                              \
	TILE(OWN_BEGIN)                                 \
	JMP     found                                   \
	VALUES_OF_PRESENT                               \
	ADD_OF_MIXED                                    \
refuse:                                                 \
	SUBQ    $(4*const_BlockSize), OFFSET            \
done:                                                   \
	END_PLANAR

// ---- Softmax ----

#define SOFTMAX_VALUES \
	FIND_MOST(most, mostOfHalves, mostOfFloat16, mostWidened, mostEnd) \
	EXPONENTIALS(exp, expSecond, expNext, expSame, expPresent, expPresentSecond)
#define SOFTMAX_PRESENT \
	SOFTMAX_PRESENT_HALF(0, expPresent, expMixed, expSecond) \
	SOFTMAX_PRESENT_HALF(32, expPresentSecond, expMixedSecond, expNext)
#define SOFTMAX_PRESENT_HALF(half, present, mixed, next) \
present:                        \
	TESTL COMMON, COMMON    \
	JS    mixed             \
	HALF(EXP_COMMON, half)  \
	JMP   next              \
mixed:                          \
	CLASS_TO(X14, C)        \
	HALF(EXP_OWN, half)     \
	JMP   next

#define SOFTMAX_REGION \
	OWN_SIDES         \
	ADD_OR_KEEP_SIDES
#define SOFTMAX_CE \
	SOFTMAX_REGION      \
	OWN_LOG(near, ended) \
	ADD_OR_KEEP_L
#define SOFTMAX_FOCAL(FOCUS) \
	OWN_SIDES           \
	HALF(KEEP_S, 0)     \
	ADD_OR_KEEP_SIDES   \
	OWN_LOG(near, ended) \
	ADD_OR_KEEP_L       \
	FLOOR_S             \
	FOCUS               \
	ADD_OR_KEEP_F

// w·p goes to the sum P of the classes that a voxel is not of, and the rest to
// its own. 1/Σ of the tile is in G and U.
#define SOFTMAX_ADD \
	ROWS(LOAD_INVERSE)    \
	TESTL COMMON, COMMON  \
	JS    sumMixed        \
	FIRST_CLASS           \
sum:                          \
	CMPL  CLASS, COMMON   \
	JEQ   sumNext         \
	ADD_P(ADD_EXP)        \
sumNext:                      \
	NEXT_CLASS(sum)
#define SOFTMAX_ADD_OF_MIXED(SUMS) \
sumMixed:                     \
	FIRST_CLASS           \
sumOfMixed:                   \
	IF_PRESENT(sumPresent) \
	ADD_P(ADD_EXP_WEIGHTED) \
sumMixedNext:                 \
	NEXT_CLASS(sumOfMixed) \
	JMP   next            \
sumPresent:                   \
	CLASS_TO(X14, C)      \
	ADD_P(ADD_EXP_OTHER)  \
	SUMS                  \
	JMP   sumMixedNext
#define LOAD_INVERSE(row, inverse, t) VMOVAPS (ROWS_INVERSE+row)(W), inverse
#define ADD_EXP(row, inverse, sum) \
	VMULPS row(EXPS), inverse, S0 \
	VADDPS S0, sum, sum
#define ADD_EXP_WEIGHTED(row, inverse, sum) \
	VMULPS      row(EXPS), inverse, S0    \
	VFMADD231PS (ROWS_W+row)(W), S0, sum
#define ADD_EXP_OTHER(row, inverse, sum) \
	VMULPS      row(EXPS), inverse, S0      \
	VPCMPEQD    row(LABELS), C, S1          \
	VANDPS      (ROWS_W+row)(W), S1, S2     \ // the weight of the class's voxels
	VMOVAPS     S2, (ROWS_OWN+row)(W)       \
	VANDNPS     (ROWS_W+row)(W), S1, S1     \ // and of the others
	VFMADD231PS S1, S0, sum

#define SOFTMAX(OWN, SUMS) HARD(SOFTMAX_VALUES, SOFTMAX_PRESENT, avx2Constants_mostLogit, OWN, SOFTMAX_ADD, SOFTMAX_ADD_OF_MIXED(SUMS))

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
	TESTL COMMON, COMMON  \
	JS    valuesMixed     \
	FIRST_CLASS           \
class:                        \
	PLANE                 \
	PREFETCH_PLANE        \
	CMPL  CLASS, COMMON   \
	JEQ   common          \
	ADD_P(ADD_PROBABILITY) \
classNext:                    \
	NEXT_CLASS(class)     \
values:
#define PROBABILITY_PRESENT \
common:                       \
	ROWS(PROBABILITY_COMMON) \
	JMP   classNext       \
valuesMixed:                  \
	FIRST_CLASS           \
classMixed:                   \
	PLANE                 \
	PREFETCH_PLANE        \
	IF_PRESENT(present)   \
	ADD_P(ADD_PROBABILITY_WEIGHTED) \
classMixedNext:               \
	NEXT_CLASS(classMixed) \
	JMP   values          \
present:                      \
	CLASS_TO(X14, C)      \
	ADD_P(ADD_PROBABILITY_OTHER) \
	JMP   classMixedNext
#define PROBABILITY_COMMON(row, g, p) \
	VMOVUPS row(X), p             \
	VPMAXUD p, MOST, MOST         \
	VMOVAPS p, (ROWS_MINE+row)(W)
#define ADD_PROBABILITY(row, p, sum) \
	VMOVUPS row(X), p             \
	VPMAXUD p, MOST, MOST         \
	VADDPS  p, sum, sum
#define ADD_PROBABILITY_WEIGHTED(row, p, sum) \
	VMOVUPS     row(X), p               \
	VPMAXUD     p, MOST, MOST           \
	VFMADD231PS (ROWS_W+row)(W), p, sum
#define ADD_PROBABILITY_OTHER(row, p, sum) \
	VMOVUPS     row(X), p               \
	VPMAXUD     p, MOST, MOST           \
	VPCMPEQD    row(LABELS), C, S1      \
	VANDPS      p, S1, S2               \
	VORPS       (ROWS_MINE+row)(W), S2, S2 \ // if label == class { mine = p }
	VMOVAPS     S2, (ROWS_MINE+row)(W)  \
	VANDNPS     (ROWS_W+row)(W), S1, S1 \
	VFMADD231PS S1, p, sum

#define PROBABILITY_REGION \
	CONST(avx2Constants_one)     \
	HALF(PROBABILITY_SIDES, 0)   \
	ADD_OR_KEEP_SIDES
#define PROBABILITY_SIDES(row, g, r, s) \
	VMOVAPS (ROWS_MINE+row)(AT), r \
	VSUBPS  r, C, s                  // s = 1 − r
#define PROBABILITY_CE \
	PROBABILITY_REGION \
	IF_NEAR(near)      \
	CLAMP_R            \
	CLAMP_S            \
	NEG_LOG            \
	JMP ended          \
near:                      \
	CLAMP_S            \
	NEG_LOG_NEAR       \
ended:                     \
	ADD_OR_KEEP_L
#define PROBABILITY_FOCAL(FOCUS) \
	PROBABILITY_CE \
	FOCUS          \
	ADD_OR_KEEP_F

#define PROBABILITY_ADD \
	TESTL COMMON, COMMON  \
	JS    sumMixed
#define PROBABILITY_ADD_OF_MIXED(SUMS) \
sumMixed:                     \
	FIRST_CLASS           \
sumOfMixed:                   \
	IF_PRESENT(sumPresent) \
sumMixedNext:                 \
	NEXT_CLASS(sumOfMixed) \
	JMP   next            \
sumPresent:                   \
	CLASS_TO(X14, C)      \
	ROWS(OWN_WEIGHT)      \
	SUMS                  \
	JMP   sumMixedNext
#define OWN_WEIGHT(row, g, w) \
	VPCMPEQD row(LABELS), C, w      \
	VANDPS   (ROWS_W+row)(W), w, w  \
	VMOVAPS  w, (ROWS_OWN+row)(W)

#define PROBABILITIES_OF_PLANES(OWN, SUMS) HARD(PROBABILITY_VALUES, PROBABILITY_PRESENT, avx2Constants_mostProbability, OWN, PROBABILITY_ADD, PROBABILITY_ADD_OF_MIXED(SUMS))

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
