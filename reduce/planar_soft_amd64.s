//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"
#include "planar_soft_amd64.h"

#define PLANES_AT  (planarCall_planes+0)(CALL)
#define ALL_AT     (planarCall_planes+8)(CALL)
#define LABELS_AT  planarCall_targets(CALL)
#define WEIGHTS_AT planarCall_weights(CALL)
#define SCRATCH_AT planarCall_scratch(CALL)
#define EPS        planarCall_eps(CALL)
#define ONE_MINUS  planarCall_oneMinus(CALL)
#define HI         planarCall_hi(CALL)
#define LO         planarCall_lo(CALL)

// The forward kernels for several channels and soft targets by AVX2 and FMA:
// planarCall.soft (planar_generic.go) by passes.
//
// A class of which no voxel of the tile has any adds only its probabilities:
// targets that are made of labels, smoothed or not at their borders, have few
// others.

// ADD_TILE adds four rows times a weight each to a sum of a class: rows 0 and 2
// to its lanes 0–7, the others to lanes 8–15.
#define ADD_TILE(lanes, rows, v0, v1, v2, v3) \
	VMOVAPS     lanes+0(LANES), T0       \
	VMOVAPS     lanes+32(LANES), T1      \
	VFMADD231PS (rows+0)(W), v0, T0      \
	VFMADD231PS (rows+32)(W), v1, T1     \
	VFMADD231PS (rows+64)(W), v2, T0     \
	VFMADD231PS (rows+96)(W), v3, T1     \
	VMOVAPS     T0, lanes+0(LANES)       \
	VMOVAPS     T1, lanes+32(LANES)

// OPEN_TILE keeps the weights in S, and adds them to their sum.
#define OPEN_TILE \
	KEEP_WEIGHTS                      \
	VPMAXUD S0, S1, T0                \
	VPMAXUD S2, S3, T1                \
	VPMAXUD GREATEST(W), T0, T0       \
	VPMAXUD T1, T0, T0                \
	VMOVDQA T0, GREATEST(W)           \
	VADDPS  (LANES_W+0)(W), S0, S0    \
	VADDPS  (LANES_W+32)(W), S1, S1   \
	VADDPS  S2, S0, S0                \
	VADDPS  S3, S1, S1                \
	VMOVAPS S0, (LANES_W+0)(W)        \
	VMOVAPS S1, (LANES_W+32)(W)

// SHARES leaves what the class's voxels count in it, w·y, and in the others,
// w·(1−y); it goes to none where none counts in it.
#define SHARES(none) \
	PLANE_OF(TARGETS)            \
	CONST(avx2Constants_one)     \
	VPXOR  T1, T1, T1            \
	EACH(SHARES_ROW)             \
	VPTEST T1, T1                \
	JZ     none
#define SHARES_ROW(row, y, s, z) \
	VMOVUPS row(X), y                    \
	VPMAXUD y, MOST, MOST                \
	VSUBPS  y, C, z                      \
	VMULPS  (ROWS_W+row)(W), y, y        \
	VMULPS  (ROWS_W+row)(W), z, z        \
	VMOVAPS y, (ROWS_SHARE+row)(W)       \
	VMOVAPS z, (ROWS_REMAINDER+row)(W)   \
	VPOR    y, T1, T1

// SOFT is the walk over blocks and tiles: VALUES leaves what the classes of the
// tile's voxels have in common, R the class's probabilities in U, SIDES r in U
// and s in S, and LOGS adds what is wanted beside them.
#define SOFT(limit, VALUES, R, SIDES, LOGS) \
	BEGIN_PLANAR(done)                              \
	CLEAR_LANES_OF_CLASSES(clear)                   \
block:                                                  \
	VPXOR   MOST, MOST, MOST                        \
	VMOVDQA MOST, GREATEST(W)                       \
	VMOVDQA MOST, GREATEST_OF_LOGITS(W)                 \
	VMOVDQA MOST, GREATEST_OF_TARGETS(W)                \
tile:                                                   \
	LOAD_WEIGHTS(given, weighted)                   \
	OPEN_TILE                                       \
	VMOVDQA GREATEST_OF_LOGITS(W), MOST                 \
	VALUES                                          \
	VMOVDQA MOST, GREATEST_OF_LOGITS(W)                 \
	VMOVDQA GREATEST_OF_TARGETS(W), MOST                \
	FIRST_CLASS                                     \
class:                                                  \
	SHARES(none)                                    \
	SIDES                                           \
	ADD_TILE(LANES_P, ROWS_REMAINDER, U0, U1, U2, U3) \
	ADD_TILE(LANES_R, ROWS_SHARE, U0, U1, U2, U3)   \
	ADD_TILE(LANES_S, ROWS_SHARE, S0, S1, S2, S3)   \
	LOGS                                            \
next:                                                   \
	NEXT_CLASS(class)                               \
	VMOVDQA MOST, GREATEST_OF_TARGETS(W)                \
	NEXT_TILE_OF_32(tile)                           \
	WITHIN(avx2Constants_mostProbability, MOST, refuse) \
	VMOVDQA GREATEST_OF_LOGITS(W), T0                   \
	WITHIN(limit, T0, refuse)                       \
	VMOVDQA GREATEST(W), T0                         \
	WITHIN(avx2Constants_mostWeight, T0, refuse)    \
	CLOSE_BLOCK_PLANAR(fold, without)               \
	NEXT_BLOCK(block)                               \
	JMP     done                                    \
none:                                                   \
	R                                               \
	ADD_TILE(LANES_P, ROWS_REMAINDER, U0, U1, U2, U3) \
	JMP     next                                    \
refuse:                                                 \
	SUBQ    $(4*const_BlockSize), OFFSET            \
done:                                                   \
	END_PLANAR

// ---- Softmax ----

#define SOFTMAX_R EACH(SOFTMAX_R_ROW)
#define SOFTMAX_R_ROW(row, r, s, g) \
	VMOVAPS row(EXPS), r                 \
	VMULPS  (ROWS_INVERSE+row)(W), r, r

#define LIKELIHOOD_AND_LOGARITHMS \
	LIKELIHOOD \
	LOGARITHMS

#define SOFTMAX_CE \
	CLASS_LOG(tied, logged) \
	ADD_TILE(LANES_L, ROWS_SHARE, U0, U1, U2, U3)

#define SOFTMAX_FOCAL(FOCUS) \
	SOFTMAX_CE \
	FLOOR      \
	FOCUS      \
	ADD_TILE(LANES_F, ROWS_SHARE, U0, U1, U2, U3)

#define SOFTMAX(LOGS) SOFT(avx2Constants_mostLogit, LIKELIHOOD_AND_LOGARITHMS, SOFTMAX_R, CLASS_SIDES, LOGS)

// func softmaxSoftRegionAVX2(c *planarCall) int
TEXT ·softmaxSoftRegionAVX2(SB), NOSPLIT, $0-16
	SOFT(avx2Constants_mostLogit, LIKELIHOOD, SOFTMAX_R, CLASS_SIDES, NOTHING)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftCEAVX2(c *planarCall) int
TEXT ·softmaxSoftCEAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// func softmaxSoftHalfAVX2(c *planarCall) int
TEXT ·softmaxSoftHalfAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// func softmaxSoftOneAVX2(c *planarCall) int
TEXT ·softmaxSoftOneAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// func softmaxSoftThreeHalvesAVX2(c *planarCall) int
TEXT ·softmaxSoftThreeHalvesAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// func softmaxSoftTwoAVX2(c *planarCall) int
TEXT ·softmaxSoftTwoAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// func softmaxSoftAnyAVX2(c *planarCall) int
TEXT ·softmaxSoftAnyAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_ANY))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	CLASS_LOG_OF_TIED(tied, logged)

// ---- Probabilities ----

#define PROBABILITY_R \
	PLANE_OF(PLANES)     \
	EACH(PROBABILITY_ROW)
#define PROBABILITY_ROW(row, r, s, g) \
	VMOVUPS row(X), r      \
	VPMAXUD r, MOST, MOST

#define PROBABILITY_SIDES \
	PROBABILITY_R            \
	CONST(avx2Constants_one) \
	EACH(COMPLEMENT)

// PROBABILITY_CE leaves −log r in U and the clamped s in S. PROBABILITY_NEAR is
// its logarithm where every r is ½ or more.
#define PROBABILITY_CE \
	CLAMP_S       \
	IF_NEAR(near) \
	CLAMP_R       \
	NEG_LOG       \
logged:               \
	ADD_TILE(LANES_L, ROWS_SHARE, U0, U1, U2, U3)
#define PROBABILITY_NEAR \
near:                \
	NEG_LOG_NEAR \
	JMP logged

#define PROBABILITY_FOCAL(FOCUS) \
	PROBABILITY_CE \
	FOCUS          \
	ADD_TILE(LANES_F, ROWS_SHARE, U0, U1, U2, U3)

#define PROBABILITIES_OF_CLASSES(LOGS) SOFT(avx2Constants_mostProbability, NOTHING, PROBABILITY_R, PROBABILITY_SIDES, LOGS)

// func planesSoftRegionAVX2(c *planarCall) int
TEXT ·planesSoftRegionAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(NOTHING)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftCEAVX2(c *planarCall) int
TEXT ·planesSoftCEAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR

// func planesSoftHalfAVX2(c *planarCall) int
TEXT ·planesSoftHalfAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR

// func planesSoftOneAVX2(c *planarCall) int
TEXT ·planesSoftOneAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR

// func planesSoftThreeHalvesAVX2(c *planarCall) int
TEXT ·planesSoftThreeHalvesAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR

// func planesSoftTwoAVX2(c *planarCall) int
TEXT ·planesSoftTwoAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR

// func planesSoftAnyAVX2(c *planarCall) int
TEXT ·planesSoftAnyAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_ANY))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
	PROBABILITY_NEAR
