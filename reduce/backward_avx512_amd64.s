//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx512_amd64.h"

#define EPS hardBackward_eps(CALL)
#define HI hardBackward_hi(CALL)
#define LO hardBackward_lo(CALL)

// The one-channel backward kernels for hard labels.
//
// A group begins with one of three loads: of background, of foreground and of
// both, after which r and s are those of each voxel's own class and the
// formula stands once. It ends with the coefficients of that class, or in a
// mixed group with those of each voxel's own: 0 where it is ignored. A row has
// two more registers here, r and s.

#define EACH_SIDES(step) \
	step(0, Z0, Z4, Z8, Z12, Z16, K3, Z20, Z24); \
	step(64, Z1, Z5, Z9, Z13, Z17, K4, Z21, Z25); \
	step(128, Z2, Z6, Z10, Z14, Z18, K5, Z22, Z26); \
	step(192, Z3, Z7, Z11, Z15, Z19, K7, Z23, Z27)

#define CLASS R8     // *coefficients of the group's class; 0 where it is mixed
#define GRADIENT R12 // the gradient of the group's first voxel
#define ADD R13      // whether to add to it
#define STREAM AX    // whether to write it past the caches

// The coefficients, in the end of a group, when the rows need no e.
#define REGION Z16
#define CE Z17
#define FOCAL Z18

// BEGIN_BACKWARD reads the call; if it has no block it goes to done. Stores
// past the caches have to be aligned.
#define BEGIN_BACKWARD(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ hardBackward_prediction+0(CALL), PREDICTION; \
	MOVQ hardBackward_prediction+8(CALL), BLOCKS; \
	MOVQ hardBackward_labels(CALL), LABELS; \
	MOVQ hardBackward_gradient(CALL), GRADIENT; \
	MOVBLZX hardBackward_add(CALL), ADD; \
	MOVBLZX hardBackward_stream(CALL), STREAM; \
	XORL SCRATCH, SCRATCH; \
	TESTQ $63, GRADIENT; \
	CMOVLNE SCRATCH, STREAM; \
	LEAQ ·numbers512(SB), CONSTANTS; \
	VBROADCASTSS constants512_one(CONSTANTS), ONE; \
	SHRQ $9, BLOCKS; \
	JEQ done

// END_BACKWARD returns the number of blocks done.
#define END_BACKWARD \
	SFENCE; \
	MOVQ hardBackward_prediction+8(CALL), AX; \
	SHRQ $9, AX; \
	SUBQ BLOCKS, AX; \
	MOVQ AX, ret+8(FP); \
	VZEROUPPER; \
	RET

// CHECK goes to done where a value of the block is not plain, and to stray
// where a label is neither 0 nor 1: greatest = max(greatest, bits of a row).
#define CHECK(GREATEST, limit, stray, done) \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPBROADCASTD constants512_sign(CONSTANTS), COEF; \
	XORL SCRATCH, SCRATCH; \
check: \
	GREATEST(0, Z0); \
	GREATEST(64, Z1); \
	GREATEST(128, Z0); \
	GREATEST(192, Z1); \
	VPMAXUB (LABELS)(SCRATCH*1), Z2, Z2; \
	ADDQ $64, SCRATCH; \
	CMPQ SCRATCH, $const_BlockSize; \
	JNE check; \
	VPMAXUD Z1, Z0, Z0; \
	VPCMPUD.BCST $6, limit(CONSTANTS), Z0, K3; \
	KORTESTW K3, K3; \
	JNE done; \
	VPBROADCASTD constants512_labelOne(CONSTANTS), COEF; \
	VPCMPUB $6, COEF, Z2, K3; \
	KORTESTQ K3, K3; \
	JNE stray
#define GREATEST_PROBABILITY(i, greatest) VPMAXUD i(PREDICTION)(SCRATCH*4), greatest, greatest
#define GREATEST_LOGIT(i, greatest) \
	VPORD i(PREDICTION)(SCRATCH*4), COEF, TEMP; \
	VPMAXUD TEMP, greatest, greatest

// CHECK_LABELS goes back where every label is 0, 1 or ignored, else to done.
#define CHECK_LABELS(back, done) \
	CMPL hardBackward_ignore(CALL), $255; \
	JHI done; \
	VPBROADCASTB hardBackward_ignore(CALL), TEMP; \
	XORL SCRATCH, SCRATCH; \
labels: \
	VMOVDQU8 (LABELS)(SCRATCH*1), Z0; \
	VPCMPEQB TEMP, Z0, K3; \
	VPCMPUB $2, COEF, Z0, K4; \
	KORTESTQ K3, K4; \
	JCC done; \
	ADDQ $64, SCRATCH; \
	CMPQ SCRATCH, $const_BlockSize; \
	JNE labels; \
	JMP back

#define STORE(i, a, b, c, d, e, k) VMOVUPS d, i(GRADIENT)
#define ADD_AND_STORE(i, a, b, c, d, e, k) \
	VADDPS i(GRADIENT), d, d; \
	VMOVUPS d, i(GRADIENT)
#define STORE_PAST_CACHES(i, a, b, c, d, e, k) VMOVNTPS d, i(GRADIENT)

#define LOAD_COEFFICIENTS \
	VBROADCASTSS coefficients_region(CLASS), REGION; \
	VBROADCASTSS coefficients_ce(CLASS), CE; \
	VBROADCASTSS coefficients_focal(CLASS), FOCAL
#define LOAD_COEFFICIENTS_MIXED(i, k) \
	BACKGROUND_ROW(i, k); \
	VBROADCASTSS.Z (hardBackward_class+coefficients_region)(CALL), k, REGION; \
	VBROADCASTSS.Z (hardBackward_class+coefficients_ce)(CALL), k, CE; \
	VBROADCASTSS.Z (hardBackward_class+coefficients_focal)(CALL), k, FOCAL; \
	FOREGROUND_ROW(i, k); \
	VBROADCASTSS (hardBackward_class+coefficients__size+coefficients_region)(CALL), k, REGION; \
	VBROADCASTSS (hardBackward_class+coefficients__size+coefficients_ce)(CALL), k, CE; \
	VBROADCASTSS (hardBackward_class+coefficients__size+coefficients_focal)(CALL), k, FOCAL

// BACKWARD is the walk over blocks and groups. LOAD0, LOAD1 and LOAD2 are the
// loads of background, foreground and both, and PULL and PULL_MIXED leave the
// gradient in d.
#define BACKWARD(GREATEST, limit, LOAD0, LOAD1, LOAD2, FORMULA, PULL, PULL_MIXED) \
	BEGIN_BACKWARD(done); \
	SCALE_GAMMA; \
block: \
	CHECK(GREATEST, limit, stray, done); \
plain: \
	MOVL $(const_BlockSize/64), GROUPS; \
group: \
	CLASSES; \
	KORTESTQ BACKGROUND, BACKGROUND; \
	JCS background; \
	KORTESTQ FOREGROUND, FOREGROUND; \
	JCS foreground; \
	XORL CLASS, CLASS; \
	EACH_SIDES(LOAD2); \
	JMP formula; \
foreground: \
	LEAQ (hardBackward_class+coefficients__size)(CALL), CLASS; \
	EACH_SIDES(LOAD1); \
	JMP formula; \
background: \
	LEAQ hardBackward_class(CALL), CLASS; \
	EACH_SIDES(LOAD0); \
formula: \
	FORMULA; \
	TESTQ CLASS, CLASS; \
	JEQ mixed; \
	LOAD_COEFFICIENTS; \
	EACH_SIDES(PULL); \
write: \
	TESTL ADD, ADD; \
	JNE add; \
	TESTL STREAM, STREAM; \
	JNE stream; \
	EACH(STORE); \
next: \
	ADDQ $256, GRADIENT; \
	NEXT_GROUP(group); \
	DECQ BLOCKS; \
	JNE block; \
done: \
	END_BACKWARD; \
mixed: \
	EACH_SIDES(PULL_MIXED); \
	JMP write; \
add: \
	EACH(ADD_AND_STORE); \
	JMP next; \
stream: \
	EACH(STORE_PAST_CACHES); \
	JMP next; \
stray: \
	CHECK_LABELS(plain, done)

// Probabilities: a, r = r and b, s = s. One that is subnormal is outside
// [ε, 1−ε] and its formula's result not used; it counts as 2^-126 because the
// processor is slow at arithmetic with it.

#define PROBABILITY(i, p, q) \
	VMOVUPS i(PREDICTION), p; \
	VMAXPS.BCST constants512_normal(CONSTANTS), p, p; \
	VSUBPS p, ONE, q
#define LOAD_BACKGROUND(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, s, r); \
	VMOVAPS r, a; \
	VMOVAPS s, b
#define LOAD_FOREGROUND(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, r, s); \
	VMOVAPS r, a; \
	VMOVAPS s, b
#define LOAD_MIXED(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, c, d); \
	BACKGROUND_ROW(i, k); \
	VBLENDMPS d, c, k, r; \
	VBLENDMPS c, d, k, s; \
	VMOVAPS r, a; \
	VMOVAPS s, b

#define NOTHING

#define PULL_REGION(i, a, b, c, d, e, k, r, s) VMOVAPS REGION, d
#define PULL_REGION_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	VMOVAPS REGION, d

// d = region; if r ≥ ε && s ≥ ε { d −= c }
#define PULL_INSIDE(b, c, d, k, r, s) \
	VMINPS r, s, b; \
	VCMPPS.BCST $13, EPS, b, k; \
	VMOVAPS REGION, d; \
	VSUBPS c, REGION, k, d

#define PULL_CE(i, a, b, c, d, e, k, r, s) \
	VDIVPS r, CE, c; \             // c = ce/r
	PULL_INSIDE(b, c, d, k, r, s)
#define PULL_CE_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_CE(i, a, b, c, d, e, k, r, s)

// From l in d and s^γ in e to the slope in d.
#define SLOPE(i, a, b, c, d, e, k, r, s) \
	VMULPS.BCST hardBackward_gamma(CALL), r, c; \
	VFMADD213PS s, c, d; \         // γ·r·l + s
	VMULPS e, d, d                 // times s^γ
#define PULL_FOCAL(i, a, b, c, d, e, k, r, s) \
	VMULPS CE, s, c; \
	VFMADD231PS FOCAL, d, c; \
	VMULPS r, s, b; \
	VDIVPS b, c, c; \              // c = (focal·slope + ce·s)/(r·s)
	PULL_INSIDE(b, c, d, k, r, s)
#define PULL_FOCAL_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_FOCAL(i, a, b, c, d, e, k, r, s)

#define PROBABILITIES(FORMULA, PULL, PULL_MIXED) \
	BACKWARD(GREATEST_PROBABILITY, constants512_one, LOAD_BACKGROUND, LOAD_FOREGROUND, LOAD_MIXED, FORMULA, PULL, PULL_MIXED)
#define PROBABILITIES_FOCAL(POWER) \
	NEG_LOG(EACH); \
	POWER(EACH); \
	EACH_SIDES(SLOPE)

// func hardBackwardProbabilitiesRegionAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesRegionAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NOTHING, PULL_REGION, PULL_REGION_MIXED)

// func hardBackwardProbabilitiesCEAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesCEAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NOTHING, PULL_CE, PULL_CE_MIXED)

// func hardBackwardProbabilitiesHalfAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesHalfAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(PROBABILITIES_FOCAL(POWER_HALF), PULL_FOCAL, PULL_FOCAL_MIXED)

// func hardBackwardProbabilitiesOneAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesOneAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(PROBABILITIES_FOCAL(POWER_ONE), PULL_FOCAL, PULL_FOCAL_MIXED)

// func hardBackwardProbabilitiesThreeHalvesAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(PROBABILITIES_FOCAL(POWER_THREE_HALVES), PULL_FOCAL, PULL_FOCAL_MIXED)

// func hardBackwardProbabilitiesTwoAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesTwoAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(PROBABILITIES_FOCAL(POWER_TWO), PULL_FOCAL, PULL_FOCAL_MIXED)

// func hardBackwardProbabilitiesAnyAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesAnyAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(PROBABILITIES_FOCAL(POWER_ANY), PULL_FOCAL, PULL_FOCAL_MIXED)

// Logits: a = −|u|, the same for either class; u itself is found at LOGITS,
// on the stack where it is not x.

#define MARGIN_FOREGROUND(i, a, b, c, d, e, k, r, s) \
	MOVQ PREDICTION, LOGITS; \
	VMOVUPS i(PREDICTION), a; \
	VPORD.BCST constants512_sign(CONSTANTS), a, a
#define MARGIN_BACKGROUND(i, a, b, c, d, e, k, r, s) \
	MOVQ SP, LOGITS; \
	VMOVUPS i(PREDICTION), b; \
	VPORD.BCST constants512_sign(CONSTANTS), b, a; \
	VPXORD.BCST constants512_sign(CONSTANTS), b, b; \
	VMOVUPS b, i(SP)
#define MARGIN_MIXED(i, a, b, c, d, e, k, r, s) \
	MOVQ SP, LOGITS; \
	VMOVUPS i(PREDICTION), b; \
	VPORD.BCST constants512_sign(CONSTANTS), b, a; \
	BACKGROUND_ROW(i, k); \
	VPXORD.BCST constants512_sign(CONSTANTS), b, k, b; \
	VMOVUPS b, i(SP)

#define SIDES(i, a, b, c, d, e, k, r, s) \
	SIDE(i, k); \
	VBLENDMPS b, e, k, r; \        // r = if u ≥ 0 { large } else { small }
	VBLENDMPS e, b, k, s; \        // s = if u ≥ 0 { small } else { large }
	VMOVAPS s, e

// c = region·r − ce
#define PULL_MARGIN(c, r) \
	VMOVAPS r, c; \
	VFMSUB213PS CE, REGION, c
#define PULL_LOGIT_CE(i, a, b, c, d, e, k, r, s) \
	PULL_MARGIN(c, r); \
	VMULPS c, s, d
#define PULL_LOGIT_CE_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_LOGIT_CE(i, a, b, c, d, e, k, r, s)

// From l in b and s^γ in a to the slope in d.
#define LOGIT_SLOPE(i, a, b, c, d, e, k, r, s) \
	VMULPS.BCST hardBackward_gamma(CALL), r, c; \
	VFMADD213PS s, c, b; \         // γ·r·l + s
	VMULPS a, b, d                 // times s^γ
#define PULL_LOGIT_FOCAL(i, a, b, c, d, e, k, r, s) \
	PULL_MARGIN(c, r); \
	VMULPS FOCAL, d, d; \
	VFMSUB231PS c, s, d            // d = s·c − focal·slope
#define PULL_LOGIT_FOCAL_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_LOGIT_FOCAL(i, a, b, c, d, e, k, r, s)

#define LOGITS_KERNEL(FORMULA, PULL, PULL_MIXED) \
	BACKWARD(GREATEST_LOGIT, constants512_leastLogit, MARGIN_BACKGROUND, MARGIN_FOREGROUND, MARGIN_MIXED, FORMULA, PULL, PULL_MIXED)

#define LOGITS_SIDES \
	EXP(EACH); \
	EACH(SIGMOID); \
	EACH_SIDES(SIDES)
#define LOGITS_FOCAL(POWER) \
	LOGITS_SIDES; \
	LOG1P(EACH); \
	EACH(SURPRISE); \
	EACH(POWER); \
	EACH_SIDES(LOGIT_SLOPE)

// func hardBackwardLogitsCEAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsCEAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_SIDES, PULL_LOGIT_CE, PULL_LOGIT_CE_MIXED)

// func hardBackwardLogitsHalfAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsHalfAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_FOCAL(LOGITS_HALF), PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)

// func hardBackwardLogitsOneAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsOneAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_FOCAL(LOGITS_ONE), PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)

// func hardBackwardLogitsThreeHalvesAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsThreeHalvesAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_FOCAL(LOGITS_THREE_HALVES), PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)

// func hardBackwardLogitsTwoAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsTwoAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_FOCAL(LOGITS_TWO), PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)

#define LOGIT_SPLIT(i, a, b, c, d, e, k) \
	SIDE(i, k); \
	LOGIT_POWER_SPLIT(i, a, b, c, d, e, k)
#define LOGITS_FOCAL_ANY \
	LOGITS_SIDES; \
	LOG1P(EACH); \
	EACH(SURPRISE); \
	EACH(LOGIT_SPLIT); \
	POLYNOMIAL7(·exp2Poly, EACH, SET_D, D_OF_A); \
	EACH(LOGIT_POWER_JOIN); \
	EACH_SIDES(LOGIT_SLOPE)

// func hardBackwardLogitsAnyAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsAnyAVX512(SB), NOSPLIT, $256-16
	LOGITS_KERNEL(LOGITS_FOCAL_ANY, PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)
