//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"
#include "soft_amd64.h"

#define EPS        softCall_eps(CALL)
#define ONE_MINUS  softCall_oneMinus(CALL)
#define HI         softCall_hi(CALL)
#define LO         softCall_lo(CALL)
#define PLACE(row) 2*row // a group is half of four rows of Lanes

// The one-channel forward kernels for soft targets and weights by AVX2 and
// FMA: softGeneric (reduce_generic.go) by passes.

#define OPEN_SUMS \
	VPXOR   MOST, MOST, MOST      \
	CLEAR                         \
	VMOVAPS MOST, avx2Work_w+0(W) \
	VMOVAPS MOST, avx2Work_w+32(W)

// ADD_WEIGHTS adds the weights in S to Σ w.
#define ADD_WEIGHTS \
	VADDPS  avx2Work_w-avx2Work_lanes(AT), S0, S0 \
	VADDPS  S1, S0, S0                            \
	VADDPS  S2, S0, S0                            \
	VADDPS  S3, S0, S0                            \
	VMOVAPS S0, avx2Work_w-avx2Work_lanes(AT)

#define ADD_OF_CLASS(sum, v0, v1, v2, v3) ADD_WEIGHTED(sum, 0, v0, v1, v2, v3)

#define ADVANCE_HALF \
	ADDQ  $32, X      \
	ADDQ  $32, TARGET \
	ADDQ  $32, WEIGHT \
	XORQ  $32, AT     \
	TESTB $32, AT     \
	JNZ   4(PC)       \
	ADDQ  $192, X     \
	ADDQ  $192, TARGET \
	ADDQ  $192, WEIGHT

#define CLOSE_SUMS(FOLD_MORE) \
	FOLD(avx2Lanes_r, avx2Lanes_s, softCall_sums+hardSums_r) \
	FOLD_MORE                                   \
	HALVE(avx2Work_w, Y0, Y1, Y2)               \
	QUARTER(Y0, Y0, Y1)                         \
	VHADDPD Y0, Y0, Y0                          \
	VADDSD  softCall_w(CALL), X0, X0            \
	VMOVSD  X0, softCall_w(CALL)

#define FOLD_MORE_SUMS FOLD(avx2Lanes_l, avx2Lanes_f, softCall_sums+hardSums_l)

#define SOFT_SUMS(GREATEST, limit, FORMULA, FOLD_MORE) \
	BEGIN_CALL                           \
	MOVQ softCall_prediction(CALL), X    \
	MOVQ softCall_target(CALL), TARGET   \
	MOVQ softCall_weights(CALL), WEIGHT  \
	BEGIN_BLOCKS(softCall_prediction+8(CALL), done) \
	SOFT(GREATEST, limit, OPEN_SUMS, ADD_WEIGHTS, FORMULA, NOTHING, NOTHING, NOTHING, ADVANCE_HALF, CLOSE_SUMS(FOLD_MORE)) \
done:

// ---- Probabilities ----

#define REGION_OF_SIDES \
	SIDES(ZERO)                               \
	ADD_OF_CLASS(avx2Lanes_r, U0, U1, U2, U3) \
	ADD_OF_CLASS(avx2Lanes_s, S0, S1, S2, S3)

// CE_OF_SIDES leaves ℓ in U and the clamped s in S.
#define CE_OF_SIDES \
	REGION_OF_SIDES                           \
	CLAMP_S                                   \
	IF_NEAR(near)                             \
	CLAMP_R                                   \
	NEG_LOG                                   \
surprise:                                         \
	ADD_OF_CLASS(avx2Lanes_l, U0, U1, U2, U3)

#define FOCAL_OF_SIDES(FOCUS) \
	CE_OF_SIDES                               \
	FOCUS                                     \
	ADD_OF_CLASS(avx2Lanes_f, U0, U1, U2, U3)

#define NEAR_SUMS \
near:                 \
	NEG_LOG_NEAR  \
	JMP  surprise

#define OF_PROBABILITIES(FORMULA, FOLD_MORE) SOFT_SUMS(GREATEST_PROBABILITY, avx2Constants_mostProbability, FORMULA, FOLD_MORE)

// func softProbabilitiesRegionAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesRegionAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(REGION_OF_SIDES, NOTHING)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softProbabilitiesCEAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesCEAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(CE_OF_SIDES, FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// func softProbabilitiesHalfAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(FOCAL_OF_SIDES(FOCUS_HALF), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// func softProbabilitiesOneAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(FOCAL_OF_SIDES(FOCUS_ONE), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// func softProbabilitiesThreeHalvesAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(FOCAL_OF_SIDES(FOCUS_THREE_HALVES), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// func softProbabilitiesTwoAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(FOCAL_OF_SIDES(FOCUS_TWO), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// func softProbabilitiesAnyAVX2(c *softCall, work *avx2Work) int
TEXT ·softProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(FOCAL_OF_SIDES(FOCUS_ANY), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR_SUMS

// ---- Logits ----

#define REGION_OF_MARGIN(KEEP_EXP) \
	LOGIT_SIDES(KEEP_EXP)                     \
	ADD_OF_CLASS(avx2Lanes_r, G0, G1, G2, G3) \
	ADD_OF_CLASS(avx2Lanes_s, S0, S1, S2, S3)

#define CE_OF_MARGIN \
	REGION_OF_MARGIN(NOTHING) \
	CE_OF_LOGITS(ADD_OF_CLASS, NOTHING)

#define FOCAL_OF_MARGIN(KEEP_EXP, KEEP_LOG, FOCUS) \
	REGION_OF_MARGIN(KEEP_EXP) \
	FOCAL_OF_LOGITS(ADD_OF_CLASS, KEEP_LOG, FOCUS)

#define OF_LOGITS(FORMULA, FOLD_MORE) SOFT_SUMS(GREATEST_LOGIT, avx2Constants_mostLogit, FORMULA, FOLD_MORE)

// func softLogitsRegionAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsRegionAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(REGION_OF_MARGIN(NOTHING), NOTHING)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsCEAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(CE_OF_MARGIN, FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsHalfAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(FOCAL_OF_MARGIN(NOTHING, NOTHING, FOCUS_HALF), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsOneAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(FOCAL_OF_MARGIN(NOTHING, NOTHING, FOCUS_ONE), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsThreeHalvesAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(FOCAL_OF_MARGIN(NOTHING, NOTHING, FOCUS_THREE_HALVES), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsTwoAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(FOCAL_OF_MARGIN(NOTHING, NOTHING, FOCUS_TWO), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softLogitsAnyAVX2(c *softCall, work *avx2Work) int
TEXT ·softLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(FOCAL_OF_MARGIN(KEEP_N, KEEP_LOG1P, FOCUS_ANY_LOGIT), FOLD_MORE_SUMS)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
