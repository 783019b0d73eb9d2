//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx512_amd64.h"

#define EPS hardCall_eps(CALL)
#define HI hardCall_hi(CALL)
#define LO hardCall_lo(CALL)

// The one-channel forward kernels for hard labels. Everything they share is in
// avx512_amd64.h; what is here is each kernel's own formula, once for a group
// of background, once of foreground and once of both.
//
// In groups of one class r and s go to the sums of that class and no mask is
// needed. In mixed groups every voxel's class is in the masks BACKGROUND and
// FOREGROUND.

// Probabilities: a = p, b = q = 1 − p.

#define LOAD(i, a, b, c, d, e, k) \
	VMOVUPS i(PREDICTION), a; \
	VSUBPS a, ONE, b; \
	VPCMPUD $2, ONE, a, PLAIN, PLAIN // plain = plain && bits(p) ≤ bits(1)

#define REGION_BACKGROUND(i, a, b, c, d, e, k) \
	VADDPS b, R0, R0; \
	VADDPS a, S0, S0
#define REGION_FOREGROUND(i, a, b, c, d, e, k) \
	VADDPS a, R1, R1; \
	VADDPS b, S1, S1
#define REGION_MIXED(i, a, b, c, d, e, k) \
	BACKGROUND_ROW(i, k); \
	VADDPS b, R0, k, R0; \
	VADDPS a, S0, k, S0; \
	FOREGROUND_ROW(i, k); \
	VADDPS a, R1, k, R1; \
	VADDPS b, S1, k, S1

// func hardProbabilitiesRegionAVX512(c *hardCall) int
TEXT ·hardProbabilitiesRegionAVX512(SB), NOSPLIT, $512-16
	BEGIN(done)
block:
	OPEN_BLOCK
group:
	CLASSES
	KORTESTQ BACKGROUND, FOREGROUND
	JCC      stray
mixed:
	EACH(LOAD)
	EACH(REGION_MIXED)
	NEXT_GROUP(group)
	CLOSE_BLOCK(block, done)
done:
	END
stray:
	STRAY(mixed, done)

// Cross entropy alone: four rows share one logarithm. QUAD takes their r and
// s to r0 = r0·r1·r2·r3 and s0, its complement.
#define QUAD(r0, r1, r2, r3, s0, s1, s2, s3) \
	VMULPS r3, r2, r2; \           // high = r2·r3
	VMULPS r1, r0, r0; \
	VFMADD213PS s1, r1, s0; \      // u = s0·r1 + s1
	VFMADD213PS s3, r3, s2; \      // v = s2·r3 + s3
	VMULPS r2, r0, r0; \           // r0·r1·high
	VFMADD213PS s2, r2, s0         // u·high + v

#define FLOOR(i, a, b, c, d, e, k) \
	VMAXPS.BCST EPS, a, a; \
	VMAXPS.BCST EPS, b, b

// In mixed groups r, s are c, b for the foreground and e, a for the
// background; the voxels of the other class have r = 1, s = 0.
#define FLOOR_MIXED(i, a, b, c, d, e, k) \
	VMOVAPS ONE, c; \
	VMOVAPS ONE, e; \
	VBROADCASTSS EPS, TEMP; \
	BACKGROUND_ROW(i, k); \
	VADDPS b, R0, k, R0; \
	VADDPS a, S0, k, S0; \
	VMAXPS TEMP, b, k, e; \
	VMAXPS.Z TEMP, a, k, d; \
	FOREGROUND_ROW(i, k); \
	VADDPS a, R1, k, R1; \
	VADDPS b, S1, k, S1; \
	VMAXPS TEMP, a, k, c; \
	VMAXPS.Z TEMP, b, k, b

#define QUAD_BACKGROUND(step) step(0, Z4, Z0, Z8, Z12, Z16, K3)
#define PAIR(step) \
	step(0, Z8, Z4, Z0, Z1, Z2, K3); \
	step(64, Z16, Z12, Z3, Z5, Z6, K4)

// func hardProbabilitiesCEAVX512(c *hardCall) int
TEXT ·hardProbabilitiesCEAVX512(SB), NOSPLIT, $512-16
	BEGIN(done)
block:
	OPEN_BLOCK
group:
	BRANCH(background, foreground, stray)
mixed:
	EACH(LOAD)
	EACH(FLOOR_MIXED)
	QUAD(Z8, Z9, Z10, Z11, Z4, Z5, Z6, Z7)
	QUAD(Z16, Z17, Z18, Z19, Z12, Z13, Z14, Z15)
	NEG_LOG(PAIR)
	VADDPS Z1, L1, L1
	VADDPS Z5, L0, L0
next:
	NEXT_GROUP(group)
	CLOSE_BLOCK(block, done)
done:
	END
background:
	EACH(LOAD)
	EACH(REGION_BACKGROUND)
	EACH(FLOOR)
	QUAD(Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3)
	NEG_LOG(QUAD_BACKGROUND)
	VADDPS Z12, L0, L0
	JMP    next
foreground:
	EACH(LOAD)
	EACH(REGION_FOREGROUND)
	EACH(FLOOR)
	QUAD(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	NEG_LOG(SINGLE)
	VADDPS Z12, L1, L1
	JMP    next
stray:
	STRAY(mixed, done)

// Cross entropy and a focal sum: from CLAMP on, a = max(r, ε) and b = s
// clamped, whichever the class; then d = −log r and e = s^γ.

#define CLAMP(r, s) \
	VMAXPS.BCST EPS, r, r; \
	VMAXPS.BCST EPS, s, s; \
	VMINPS.BCST hardCall_oneMinus(CALL), s, s
#define CLAMP_FOREGROUND(i, a, b, c, d, e, k) CLAMP(a, b)
#define CLAMP_BACKGROUND(i, a, b, c, d, e, k) \
	VMOVAPS a, c; \
	VMOVAPS b, a; \
	VMOVAPS c, b; \
	CLAMP(a, b)
#define CLAMP_MIXED(i, a, b, c, d, e, k) \
	BACKGROUND_ROW(i, k); \
	VMOVAPS a, c; \
	VMOVAPS b, k, a; \
	VMOVAPS c, k, b; \
	CLAMP(a, b)

#define FOCAL_BACKGROUND(i, a, b, c, d, e, k) \
	VMULPS d, e, TEMP; \
	VADDPS d, L0, L0; \
	VADDPS TEMP, F0, F0
#define FOCAL_FOREGROUND(i, a, b, c, d, e, k) \
	VMULPS d, e, TEMP; \
	VADDPS d, L1, L1; \
	VADDPS TEMP, F1, F1
#define FOCAL_MIXED(i, a, b, c, d, e, k) \
	VMULPS d, e, TEMP; \
	BACKGROUND_ROW(i, k); \
	VADDPS d, L0, k, L0; \
	VADDPS TEMP, F0, k, F0; \
	FOREGROUND_ROW(i, k); \
	VADDPS d, L1, k, L1; \
	VADDPS TEMP, F1, k, F1

#define PROBABILITIES_FOCAL(POWER) \
	BEGIN(done); \
	SCALE_GAMMA; \
block: \
	OPEN_BLOCK; \
group: \
	BRANCH(background, foreground, stray); \
mixed: \
	EACH(LOAD); \
	EACH(REGION_MIXED); \
	EACH(CLAMP_MIXED); \
	NEG_LOG(EACH); \
	POWER(EACH); \
	EACH(FOCAL_MIXED); \
next: \
	NEXT_GROUP(group); \
	CLOSE_BLOCK(block, done); \
done: \
	END; \
background: \
	EACH(LOAD); \
	EACH(REGION_BACKGROUND); \
	EACH(CLAMP_BACKGROUND); \
	NEG_LOG(EACH); \
	POWER(EACH); \
	EACH(FOCAL_BACKGROUND); \
	JMP next; \
foreground: \
	EACH(LOAD); \
	EACH(REGION_FOREGROUND); \
	EACH(CLAMP_FOREGROUND); \
	NEG_LOG(EACH); \
	POWER(EACH); \
	EACH(FOCAL_FOREGROUND); \
	JMP next; \
stray: \
	STRAY(mixed, done)

// func hardProbabilitiesHalfAVX512(c *hardCall) int
TEXT ·hardProbabilitiesHalfAVX512(SB), NOSPLIT, $512-16
	PROBABILITIES_FOCAL(POWER_HALF)

// func hardProbabilitiesOneAVX512(c *hardCall) int
TEXT ·hardProbabilitiesOneAVX512(SB), NOSPLIT, $512-16
	PROBABILITIES_FOCAL(POWER_ONE)

// func hardProbabilitiesThreeHalvesAVX512(c *hardCall) int
TEXT ·hardProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $512-16
	PROBABILITIES_FOCAL(POWER_THREE_HALVES)

// func hardProbabilitiesTwoAVX512(c *hardCall) int
TEXT ·hardProbabilitiesTwoAVX512(SB), NOSPLIT, $512-16
	PROBABILITIES_FOCAL(POWER_TWO)

// func hardProbabilitiesAnyAVX512(c *hardCall) int
TEXT ·hardProbabilitiesAnyAVX512(SB), NOSPLIT, $512-16
	PROBABILITIES_FOCAL(POWER_ANY)

// Logits: with u the logit of the class a group's steps ask for, a = −|u| is
// the same for either.
#define MARGIN(i, a, b, c, d, e, k) \
	VMOVUPS i(PREDICTION), a; \
	VPORD.BCST constants512_sign(CONSTANTS), a, a; \
	VPCMPUD.BCST $2, constants512_leastLogit(CONSTANTS), a, PLAIN, PLAIN // plain = plain && bits(a) ≤ bits(−maxLogit)

// The mixed group's u go to the stack, where LOGITS then points.
#define MARGIN_MIXED(i, a, b, c, d, e, k) \
	VMOVUPS i(PREDICTION), a; \
	BACKGROUND_ROW(i, k); \
	VPXORD.BCST constants512_sign(CONSTANTS), a, k, a; \
	VMOVUPS a, i(SP); \
	VPORD.BCST constants512_sign(CONSTANTS), a, a; \
	VPCMPUD.BCST $2, constants512_leastLogit(CONSTANTS), a, PLAIN, PLAIN

#define SIDES_BACKGROUND(i, a, b, c, d, e, k) \
	SIDE_BACKGROUND(i, k); \
	CHOOSE(b, e, k); \
	VADDPS TEMP, R0, R0; \
	VADDPS e, S0, S0
#define SIDES_FOREGROUND(i, a, b, c, d, e, k) \
	SIDE(i, k); \
	CHOOSE(b, e, k); \
	VADDPS TEMP, R1, R1; \
	VADDPS e, S1, S1
#define SIDES_MIXED(i, a, b, c, d, e, k) \
	SIDE(i, k); \
	CHOOSE(b, e, k); \
	BACKGROUND_ROW(i, k); \
	VADDPS TEMP, R0, k, R0; \
	VADDPS e, S0, k, S0; \
	FOREGROUND_ROW(i, k); \
	VADDPS TEMP, R1, k, R1; \
	VADDPS e, S1, k, S1

#define CE_BACKGROUND(i, a, b, c, d, e, k) VADDPS b, L0, L0
#define CE_FOREGROUND(i, a, b, c, d, e, k) VADDPS b, L1, L1
#define CE_MIXED(i, a, b, c, d, e, k) \
	BACKGROUND_ROW(i, k); \
	VADDPS b, L0, k, L0; \
	FOREGROUND_ROW(i, k); \
	VADDPS b, L1, k, L1

#define LOGITS_KERNEL(AFTER_BACKGROUND, AFTER_FOREGROUND, AFTER_MIXED) \
	BEGIN(done); \
	SCALE_GAMMA; \
block: \
	OPEN_BLOCK; \
group: \
	BRANCH(background, foreground, stray); \
mixed: \
	MOVQ SP, LOGITS; \
	EACH(MARGIN_MIXED); \
	EXP(EACH); \
	EACH(SIGMOID); \
	EACH(SIDES_MIXED); \
	AFTER_MIXED; \
next: \
	NEXT_GROUP(group); \
	CLOSE_BLOCK(block, done); \
done: \
	END; \
background: \
	MOVQ PREDICTION, LOGITS; \
	EACH(MARGIN); \
	EXP(EACH); \
	EACH(SIGMOID); \
	EACH(SIDES_BACKGROUND); \
	AFTER_BACKGROUND; \
	JMP next; \
foreground: \
	MOVQ PREDICTION, LOGITS; \
	EACH(MARGIN); \
	EXP(EACH); \
	EACH(SIGMOID); \
	EACH(SIDES_FOREGROUND); \
	AFTER_FOREGROUND; \
	JMP next; \
stray: \
	STRAY(mixed, done)

#define NOTHING

// func hardLogitsRegionAVX512(c *hardCall) int
TEXT ·hardLogitsRegionAVX512(SB), NOSPLIT, $512-16
	LOGITS_KERNEL(NOTHING, NOTHING, NOTHING)

#define CE_AFTER(SURPRISE, CE) \
	LOG1P(EACH); \
	EACH(SURPRISE); \
	EACH(CE)

// func hardLogitsCEAVX512(c *hardCall) int
TEXT ·hardLogitsCEAVX512(SB), NOSPLIT, $512-16
	LOGITS_KERNEL(CE_AFTER(SURPRISE_BACKGROUND, CE_BACKGROUND), CE_AFTER(SURPRISE, CE_FOREGROUND), CE_AFTER(SURPRISE, CE_MIXED))

// b = −log r, d = s^γ
#define FOCAL_B_BACKGROUND(i, a, b, c, d, e, k) \
	VADDPS b, L0, L0; \
	VMULPS a, b, TEMP; \
	VADDPS TEMP, F0, F0
#define FOCAL_B_FOREGROUND(i, a, b, c, d, e, k) \
	VADDPS b, L1, L1; \
	VMULPS a, b, TEMP; \
	VADDPS TEMP, F1, F1
#define FOCAL_B_MIXED(i, a, b, c, d, e, k) \
	VMULPS a, b, TEMP; \
	BACKGROUND_ROW(i, k); \
	VADDPS b, L0, k, L0; \
	VADDPS TEMP, F0, k, F0; \
	FOREGROUND_ROW(i, k); \
	VADDPS b, L1, k, L1; \
	VADDPS TEMP, F1, k, F1

#define FOCAL_AFTER(SURPRISE, POWER, FOCAL) \
	LOG1P(EACH); \
	EACH(SURPRISE); \
	EACH(POWER); \
	EACH(FOCAL)

#define LOGITS_FOCAL(POWER) \
	LOGITS_KERNEL(FOCAL_AFTER(SURPRISE_BACKGROUND, POWER, FOCAL_B_BACKGROUND), FOCAL_AFTER(SURPRISE, POWER, FOCAL_B_FOREGROUND), FOCAL_AFTER(SURPRISE, POWER, FOCAL_B_MIXED))

// func hardLogitsHalfAVX512(c *hardCall) int
TEXT ·hardLogitsHalfAVX512(SB), NOSPLIT, $512-16
	LOGITS_FOCAL(LOGITS_HALF)

// func hardLogitsOneAVX512(c *hardCall) int
TEXT ·hardLogitsOneAVX512(SB), NOSPLIT, $512-16
	LOGITS_FOCAL(LOGITS_ONE)

// func hardLogitsThreeHalvesAVX512(c *hardCall) int
TEXT ·hardLogitsThreeHalvesAVX512(SB), NOSPLIT, $512-16
	LOGITS_FOCAL(LOGITS_THREE_HALVES)

// func hardLogitsTwoAVX512(c *hardCall) int
TEXT ·hardLogitsTwoAVX512(SB), NOSPLIT, $512-16
	LOGITS_FOCAL(LOGITS_TWO)

#define LOGIT_SPLIT_BACKGROUND(i, a, b, c, d, e, k) \
	SIDE_BACKGROUND(i, k); \
	LOGIT_POWER_SPLIT(i, a, b, c, d, e, k)
#define LOGIT_SPLIT(i, a, b, c, d, e, k) \
	SIDE(i, k); \
	LOGIT_POWER_SPLIT(i, a, b, c, d, e, k)

#define FOCAL_ANY_AFTER(SURPRISE, SPLIT, FOCAL) \
	LOG1P(EACH); \
	EACH(SURPRISE); \
	EACH(SPLIT); \
	POLYNOMIAL7(·exp2Poly, EACH, SET_D, D_OF_A); \
	EACH(LOGIT_POWER_JOIN); \
	EACH(FOCAL)

// func hardLogitsAnyAVX512(c *hardCall) int
TEXT ·hardLogitsAnyAVX512(SB), NOSPLIT, $512-16
	LOGITS_KERNEL(FOCAL_ANY_AFTER(SURPRISE_BACKGROUND, LOGIT_SPLIT_BACKGROUND, FOCAL_B_BACKGROUND), FOCAL_ANY_AFTER(SURPRISE, LOGIT_SPLIT, FOCAL_B_FOREGROUND), FOCAL_ANY_AFTER(SURPRISE, LOGIT_SPLIT, FOCAL_B_MIXED))
