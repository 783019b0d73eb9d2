//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "backward_avx512_amd64.h"
#include "soft_avx512_amd64.h"

#define EPS softCall_eps(CALL)
#define HI softCall_hi(CALL)
#define LO softCall_lo(CALL)
#define CALL_PREDICTION softCall_prediction
#define CALL_TARGET softCall_target
#define CALL_WEIGHTS softCall_weights
#define CALL_SPACE softCall_space
#define CLASS0 LANES_0(FRAME)
#define CLASS1 LANES_1(FRAME)

// The one-channel forward kernels for soft targets and weights.

#define OPEN_SUMS \
	VPXORD TEMP, TEMP, TEMP; \
	VMOVAPS TEMP, (LANES_0+LANES_R)(FRAME); \
	VMOVAPS TEMP, (LANES_0+LANES_S)(FRAME); \
	VMOVAPS TEMP, (LANES_0+LANES_L)(FRAME); \
	VMOVAPS TEMP, (LANES_0+LANES_F)(FRAME); \
	VMOVAPS TEMP, (LANES_1+LANES_R)(FRAME); \
	VMOVAPS TEMP, (LANES_1+LANES_S)(FRAME); \
	VMOVAPS TEMP, (LANES_1+LANES_L)(FRAME); \
	VMOVAPS TEMP, (LANES_1+LANES_F)(FRAME); \
	VMOVAPS TEMP, LANES_W(FRAME)

#define ADD_WEIGHT(i, a, b, c, d, e, k) VADDPS i(WEIGHTS), COEF, COEF
#define ADD_WEIGHTS \
	VMOVAPS LANES_W(FRAME), COEF; \
	EACH(ADD_WEIGHT); \
	VMOVAPS COEF, LANES_W(FRAME)

// The sums of a class, while they are added to: when the rows need no c.
#define SUM_R Z8
#define SUM_S Z9
#define SUM_L Z10
#define SUM_F Z11

#define ADD_REGION(i, a, b, c, d, e, k, r, s) \
	VMOVAPS i(W), TEMP; \
	VFMADD231PS TEMP, r, SUM_R; \
	VFMADD231PS TEMP, s, SUM_S
#define ADD_CE(i, l) VFMADD231PS i(W), l, SUM_L
#define ADD_FOCAL(i, l, power) \
	ADD_CE(i, l); \
	VMULPS l, power, l; \
	VFMADD231PS i(W), l, SUM_F

#define CLOSE_REGION \
	VMOVAPS LANES_R(CLASS), SUM_R; \
	VMOVAPS LANES_S(CLASS), SUM_S; \
	EACH_SIDES(ADD_REGION); \
	VMOVAPS SUM_R, LANES_R(CLASS); \
	VMOVAPS SUM_S, LANES_S(CLASS)
#define CLOSE_CE(ADD) \
	CLOSE_REGION; \
	VMOVAPS LANES_L(CLASS), SUM_L; \
	EACH(ADD); \
	VMOVAPS SUM_L, LANES_L(CLASS)
#define CLOSE_FOCAL(ADD) \
	VMOVAPS LANES_F(CLASS), SUM_F; \
	CLOSE_CE(ADD); \
	VMOVAPS SUM_F, LANES_F(CLASS)

// CLOSE_SUMS adds the block's sums to the call's.
#define WIDEN_LANES(lanes, d) \
	VCVTPS2PD (lanes+0)(FRAME), TEMP; \
	VCVTPS2PD (lanes+32)(FRAME), d; \
	VADDPD TEMP, d, d
#define CLOSE_SUMS \
	WIDEN_LANES(LANES_0+LANES_R, Z0); WIDEN_LANES(LANES_1+LANES_R, Z4); \
	WIDEN_LANES(LANES_0+LANES_S, Z1); WIDEN_LANES(LANES_1+LANES_S, Z5); \
	WIDEN_LANES(LANES_0+LANES_L, Z2); WIDEN_LANES(LANES_1+LANES_L, Z6); \
	WIDEN_LANES(LANES_0+LANES_F, Z3); WIDEN_LANES(LANES_1+LANES_F, Z7); \
	FOLD8; \
	VADDPD softCall_sums(CALL), Z0, Z0; \
	VMOVUPD Z0, softCall_sums(CALL); \
	WIDEN_LANES(LANES_W, Z0); \
	FOLD4(Z0, Z0); \
	FOLD2(Z0, Z0); \
	FOLD1(Z0, Z0); \
	VADDSD softCall_w(CALL), X0, X0; \
	VMOVSD X0, softCall_w(CALL)

// Probabilities: r and s are as they are; a and b are they, clamped.
#define CLAMP(a, b, r, s) \
	VMAXPS.BCST EPS, r, a; \
	VMAXPS.BCST EPS, s, b; \
	VMINPS.BCST softCall_oneMinus(CALL), b, b
#define CLAMP_BACKGROUND(i, a, b, c, d, e, k, r, s) \
	VMOVUPS i(PREDICTION), s; \
	VSUBPS s, ONE, r; \
	CLAMP(a, b, r, s)
#define CLAMP_FOREGROUND(i, a, b, c, d, e, k, r, s) \
	VMOVUPS i(PREDICTION), r; \
	VSUBPS r, ONE, s; \
	CLAMP(a, b, r, s)
#define ADD_CE_D(i, a, b, c, d, e, k) ADD_CE(i, d)
#define ADD_FOCAL_DE(i, a, b, c, d, e, k) ADD_FOCAL(i, d, e)

#define PROBABILITIES(FORMULA, CLOSE_CLASS) \
	SOFT(GREATEST_PROBABILITY, constants512_one, OPEN_SUMS, ADD_WEIGHTS, CLAMP_BACKGROUND, CLAMP_FOREGROUND, FORMULA, CLOSE_CLASS, NOTHING, CLOSE_SUMS, END_SOFT)
#define LOG_AND(POWER) \
	NEG_LOG_OF_OWN(sure, near, ownLogged); \
	POWER(EACH)
#define FOCAL_PROBABILITIES(POWER) \
	PROBABILITIES(LOG_AND(POWER), CLOSE_FOCAL(ADD_FOCAL_DE))

// func softProbabilitiesRegionAVX512(c *softCall) int
TEXT ·softProbabilitiesRegionAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NOTHING, CLOSE_REGION)

// func softProbabilitiesCEAVX512(c *softCall) int
TEXT ·softProbabilitiesCEAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NEG_LOG_OF_OWN(sure, near, ownLogged), CLOSE_CE(ADD_CE_D))

// func softProbabilitiesHalfAVX512(c *softCall) int
TEXT ·softProbabilitiesHalfAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_HALF)

// func softProbabilitiesOneAVX512(c *softCall) int
TEXT ·softProbabilitiesOneAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_ONE)

// func softProbabilitiesThreeHalvesAVX512(c *softCall) int
TEXT ·softProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_THREE_HALVES)

// func softProbabilitiesTwoAVX512(c *softCall) int
TEXT ·softProbabilitiesTwoAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_TWO)

// func softProbabilitiesAnyAVX512(c *softCall) int
TEXT ·softProbabilitiesAnyAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_ANY)

// Logits: −log r is in b and s^γ in a.
#define ADD_CE_B(i, a, b, c, d, e, k) ADD_CE(i, b)
#define ADD_FOCAL_BA(i, a, b, c, d, e, k) ADD_FOCAL(i, b, a)

#define LOGITS_KERNEL(FORMULA, CLOSE_CLASS) \
	SOFT(GREATEST_LOGIT, constants512_leastLogit, OPEN_SUMS, ADD_WEIGHTS, MARGIN_BACKGROUND, MARGIN_FOREGROUND, FORMULA, CLOSE_CLASS, NOTHING, CLOSE_SUMS, END_SOFT)
#define FOCAL_LOGITS(POWER) \
	LOGITS_KERNEL(LOGITS_FOCAL(POWER), CLOSE_FOCAL(ADD_FOCAL_BA))

// func softLogitsRegionAVX512(c *softCall) int
TEXT ·softLogitsRegionAVX512(SB), NOSPLIT, $0-16
	LOGITS_KERNEL(LOGITS_SIDES, CLOSE_REGION)

// func softLogitsCEAVX512(c *softCall) int
TEXT ·softLogitsCEAVX512(SB), NOSPLIT, $0-16
	LOGITS_KERNEL(LOGITS_CE, CLOSE_CE(ADD_CE_B))

// func softLogitsHalfAVX512(c *softCall) int
TEXT ·softLogitsHalfAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_HALF)

// func softLogitsOneAVX512(c *softCall) int
TEXT ·softLogitsOneAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_ONE)

// func softLogitsThreeHalvesAVX512(c *softCall) int
TEXT ·softLogitsThreeHalvesAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_THREE_HALVES)

// func softLogitsTwoAVX512(c *softCall) int
TEXT ·softLogitsTwoAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_TWO)

// func softLogitsAnyAVX512(c *softCall) int
TEXT ·softLogitsAnyAVX512(SB), NOSPLIT, $0-16
	LOGITS_KERNEL(LOGITS_FOCAL_ANY, CLOSE_FOCAL(ADD_FOCAL_BA))
