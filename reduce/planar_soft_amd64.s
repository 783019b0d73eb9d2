//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"
#include "planar_soft_amd64.h"

#define PLANES_AT  (planarCall_planes+0)(CALL)
#define ALL_AT     (planarCall_planes+8)(CALL)
#define HALVES_AT  (planarCall_halves+0)(CALL)
#define ELEMENT_AT planarCall_element(CALL)
#define LABELS_AT  planarCall_targets(CALL)
#define WEIGHTS_AT planarCall_weights(CALL)
#define SCRATCH_AT planarCall_scratch(CALL)
#define EPS        planarCall_eps(CALL)
#define ONE_MINUS  planarCall_oneMinus(CALL)
#define HI         planarCall_hi(CALL)
#define LO         planarCall_lo(CALL)

// The next tile. Further on is worse: planes whose size is a power of two share
// their places in the caches, where the lines of many push each other out.
#define ASK_AHEAD   128
#define PREFETCH_TO PREFETCHT0

// The forward kernels for several channels and soft targets by AVX2 and FMA:
// planarCall.soft (planar_generic.go) by passes.
//
// A class of which no voxel of the tile has any adds only its probabilities:
// targets that are made of labels, smoothed or not at their borders, have few
// others.

// ADD_TILE adds four rows times a weight each to a sum of a class: rows 0 and 2
// to its lanes 0–7, the others to lanes 8–15. ADD_SHARES has the weights that
// SHARES has left.
#define ADD_TILE(lanes, w0, w1, w2, w3, v0, v1, v2, v3) \
	VMOVAPS     lanes+0(LANES), T0    \
	VMOVAPS     lanes+32(LANES), T1   \
	VFMADD231PS w0, v0, T0            \
	VFMADD231PS w1, v1, T1            \
	VFMADD231PS w2, v2, T0            \
	VFMADD231PS w3, v3, T1            \
	VMOVAPS     T0, lanes+0(LANES)    \
	VMOVAPS     T1, lanes+32(LANES)
#define ADD_SHARES(lanes, v0, v1, v2, v3) ADD_TILE(lanes, G0, G1, G2, G3, v0, v1, v2, v3)
#define ADD_KEPT_SHARES(lanes, v0, v1, v2, v3) \
	ADD_TILE(lanes, (ROWS_SHARE+0)(W), (ROWS_SHARE+32)(W), (ROWS_SHARE+64)(W), (ROWS_SHARE+96)(W), v0, v1, v2, v3)
#define KEEP_SHARES EACH(KEEP_SHARES_ROW)
#define KEEP_SHARES_ROW(row, u, s, share) VMOVAPS share, (ROWS_SHARE+row)(W)

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

// SHARES leaves in G what the class's voxels count in it, w·y, and adds the r in
// U to the sum P of those that they count in the others, w·(1−y). It goes to none
// where none counts in it.
#define SHARES(none) \
	TARGET                        \
	CONST(avx2Constants_one)      \
	VMOVAPS LANES_P+0(LANES), T0  \
	VMOVAPS LANES_P+32(LANES), T1 \
	SHARES_ROW(0, U0, S0, G0, T0)  \
	SHARES_ROW(32, U1, S1, G1, T1) \
	SHARES_ROW(64, U2, S2, G2, T0) \
	SHARES_ROW(96, U3, S3, G3, T1) \
	VMOVAPS T0, LANES_P+0(LANES)  \
	VMOVAPS T1, LANES_P+32(LANES) \
	VPOR    G0, G1, S0           \
	VPOR    G2, G3, S1           \
	VPOR    S1, S0, S0           \
	VPTEST  S0, S0               \
	JZ      none
#define SHARES_ROW(row, r, rest, y, sum) \
	VMOVUPS     row(X), y                \
	VPMAXUD     y, MOST, MOST            \
	VSUBPS      y, C, rest               \
	VMULPS      (ROWS_W+row)(W), y, y    \
	VMULPS      (ROWS_W+row)(W), rest, rest \
	VFMADD231PS rest, r, sum

// SOFT is the walk over blocks and tiles: VALUES leaves what the classes of the
// tile's voxels have in common, R the class's probabilities in U, S their
// complements in S, and LOGS adds what is wanted beside them; MORE holds what is
// beside the way.
#define SOFT(limit, VALUES, R, S, LOGS, MORE) \
	BEGIN_PLANAR(done)                              \
	CLEAR_LANES_OF_CLASSES(clear)                   \
block:                                                  \
	VPXOR   MOST, MOST, MOST                        \
	VMOVDQA MOST, GREATEST(W)                       \
	VMOVDQA MOST, GREATEST_OF_LOGITS(W)             \
	VMOVDQA MOST, GREATEST_OF_TARGETS(W)            \
tile:                                                   \
	LOAD_WEIGHTS(given, weighted)                   \
	OPEN_TILE                                       \
	VMOVDQA GREATEST_OF_LOGITS(W), MOST             \
	VALUES                                          \
	VMOVDQA MOST, GREATEST_OF_LOGITS(W)             \
	VMOVDQA GREATEST_OF_TARGETS(W), MOST            \
	FIRST_CLASS                                     \
class:                                                  \
	R                                               \
	SHARES(next)                                    \
	S                                               \
	ADD_SHARES(LANES_R, U0, U1, U2, U3)             \
	ADD_SHARES(LANES_S, S0, S1, S2, S3)             \
	LOGS                                            \
next:                                                   \
	NEXT_CLASS(class)                               \
	VMOVDQA MOST, GREATEST_OF_TARGETS(W)            \
	NEXT_TILE_OF_32(tile)                           \
	WITHIN(avx2Constants_mostProbability, MOST, refuse) \
	VMOVDQA GREATEST_OF_LOGITS(W), T0               \
	WITHIN(limit, T0, refuse)                       \
	VMOVDQA GREATEST(W), T0                         \
	WITHIN(avx2Constants_mostWeight, T0, refuse)    \
	CLOSE_BLOCK_PLANAR(fold, without)               \
	NEXT_BLOCK(block)                               \
	JMP     done                                    \
	MORE                                            \
refuse:                                                 \
	SUBQ    $(4*const_BlockSize), OFFSET            \
done:                                                   \
	END_PLANAR

// ---- Softmax ----

#define SOFTMAX_S CLASS_S(sidePresent, side)
#define MORE_OF_S \
	MORE_OF_LIKELIHOOD \
	CLASS_S_OF_LIKELY(sidePresent, side)

#define LIKELIHOOD_AND_LOGARITHMS \
	LIKELIHOOD \
	LOGARITHMS(tiedTile, logarithms)

#define SOFTMAX_CE \
	CLASS_LOG(logPresent, logged) \
	ADD_SHARES(LANES_L, U0, U1, U2, U3)
#define MORE_OF_CE \
	MORE_OF_S                                \
	MORE_OF_LOGARITHMS(tiedTile, logarithms) \
	CLASS_LOG_OF_LIKELY(logPresent, tied, logged)

#define SOFTMAX_FOCAL(FOCUS) \
	SOFTMAX_CE \
	FLOOR      \
	FOCUS      \
	ADD_SHARES(LANES_F, U0, U1, U2, U3)

// FOCUS_AND_SHARES is for a FOCUS that needs G.
#define FOCUS_AND_SHARES(FOCUS) \
	KEEP_SHARES \
	FOCUS       \
	EACH(LOAD_SHARES)
#define LOAD_SHARES(row, u, s, share) VMOVAPS (ROWS_SHARE+row)(W), share

#define SOFTMAX(LOGS) SOFT(avx2Constants_mostLogit, LIKELIHOOD_AND_LOGARITHMS, CLASS_R, SOFTMAX_S, LOGS, MORE_OF_CE)

// func softmaxSoftRegionAVX2(c *planarCall) int
TEXT ·softmaxSoftRegionAVX2(SB), NOSPLIT, $0-16
	SOFT(avx2Constants_mostLogit, LIKELIHOOD, CLASS_R, SOFTMAX_S, NOTHING, MORE_OF_S)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftCEAVX2(c *planarCall) int
TEXT ·softmaxSoftCEAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftHalfAVX2(c *planarCall) int
TEXT ·softmaxSoftHalfAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftOneAVX2(c *planarCall) int
TEXT ·softmaxSoftOneAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftThreeHalvesAVX2(c *planarCall) int
TEXT ·softmaxSoftThreeHalvesAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_AND_SHARES(FOCUS_THREE_HALVES)))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftTwoAVX2(c *planarCall) int
TEXT ·softmaxSoftTwoAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftAnyAVX2(c *planarCall) int
TEXT ·softmaxSoftAnyAVX2(SB), NOSPLIT, $0-16
	SOFTMAX(SOFTMAX_FOCAL(FOCUS_AND_SHARES(FOCUS_ANY)))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// ---- Probabilities ----

#define PROBABILITY_R \
	ASK                  \
	EACH(PROBABILITY_ROW)
#define PROBABILITY_ROW(row, r, s, g) \
	VMOVUPS row(X), r      \
	VPMAXUD r, MOST, MOST

#define PROBABILITY_S \
	CONST(avx2Constants_one) \
	EACH(COMPLEMENT)

// PROBABILITY_CE leaves −log r in U and the clamped s in S. MORE_OF_PROBABILITY
// has the logarithm where every r is ½ or more.
#define PROBABILITY_CE \
	KEEP_SHARES   \
	CLAMP_S       \
	IF_NEAR(near) \
	CLAMP_R       \
	NEG_LOG       \
logged:               \
	ADD_KEPT_SHARES(LANES_L, U0, U1, U2, U3)
#define MORE_OF_PROBABILITY \
near:                \
	NEG_LOG_NEAR \
	JMP logged

#define PROBABILITY_FOCAL(FOCUS) \
	PROBABILITY_CE \
	FOCUS          \
	ADD_KEPT_SHARES(LANES_F, U0, U1, U2, U3)

#define PROBABILITIES_OF_CLASSES(LOGS, MORE) SOFT(avx2Constants_mostProbability, NOTHING, PROBABILITY_R, PROBABILITY_S, LOGS, MORE)

// func planesSoftRegionAVX2(c *planarCall) int
TEXT ·planesSoftRegionAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(NOTHING, NOTHING)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftCEAVX2(c *planarCall) int
TEXT ·planesSoftCEAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_CE, MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftHalfAVX2(c *planarCall) int
TEXT ·planesSoftHalfAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_HALF), MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftOneAVX2(c *planarCall) int
TEXT ·planesSoftOneAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_ONE), MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftThreeHalvesAVX2(c *planarCall) int
TEXT ·planesSoftThreeHalvesAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_THREE_HALVES), MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftTwoAVX2(c *planarCall) int
TEXT ·planesSoftTwoAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_TWO), MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftAnyAVX2(c *planarCall) int
TEXT ·planesSoftAnyAVX2(SB), NOSPLIT, $0-16
	PROBABILITIES_OF_CLASSES(PROBABILITY_FOCAL(FOCUS_ANY), MORE_OF_PROBABILITY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
