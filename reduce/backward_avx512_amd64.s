//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "backward_avx512_amd64.h"
#include "halves_avx512_amd64.h"

#define EPS hardBackward_eps(CALL)
#define HI hardBackward_hi(CALL)
#define LO hardBackward_lo(CALL)
#define FACTOR hardBackward_gamma(CALL)

// The one-channel backward kernels for hard labels. A group has one of three
// loads: of background, of foreground and of both. It ends with the
// coefficients of its class, or where it is mixed (CLASS is 0) with those of
// each voxel's own: 0 where it is ignored.

// BEGIN_BACKWARD reads the call; if it has no block it goes to done.
#define BEGIN_BACKWARD(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ hardBackward_prediction+0(CALL), PREDICTION; \
	MOVQ hardBackward_labels+8(CALL), BLOCKS; \
	MOVQ hardBackward_labels(CALL), LABELS; \
	MOVQ hardBackward_gradient(CALL), GRADIENT; \
	BEGIN_ROWS(63(SP)); \
	SHRQ $9, BLOCKS; \
	JEQ done

// END_BACKWARD returns the number of blocks done.
#define END_BACKWARD \
	SFENCE; \
	MOVQ hardBackward_labels+8(CALL), AX; \
	SHRQ $9, AX; \
	SUBQ BLOCKS, AX; \
	MOVQ AX, ret+8(FP); \
	VZEROUPPER; \
	RET

// CHECK goes to done where a value of the block is not plain, and to stray
// where a label is neither 0 nor 1.
#define CHECK(GREATEST, limit, stray, done) \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPBROADCASTD constants512_sign(CONSTANTS), SIGN; \
	XORL SCRATCH, SCRATCH; \
check: \
	GREATEST(PREDICTION, 0, Z0); \
	GREATEST(PREDICTION, 64, Z1); \
	GREATEST(PREDICTION, 128, Z0); \
	GREATEST(PREDICTION, 192, Z1); \
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

// A mixed row's coefficients.
#define OF_CLASS0(field) (hardBackward_class+field)(CALL)
#define OF_CLASS1(field) (hardBackward_class+coefficients__size+field)(CALL)
#define LOAD_COEFFICIENTS_MIXED(i, k) \
	BACKGROUND_ROW(i, k); \
	VBROADCASTSS.Z OF_CLASS0(coefficients_region), k, REGION; \
	VBROADCASTSS.Z OF_CLASS0(coefficients_ce), k, CE; \
	VBROADCASTSS.Z OF_CLASS0(coefficients_focal), k, FOCAL; \
	FOREGROUND_ROW(i, k); \
	VBROADCASTSS OF_CLASS1(coefficients_region), k, REGION; \
	VBROADCASTSS OF_CLASS1(coefficients_ce), k, CE; \
	VBROADCASTSS OF_CLASS1(coefficients_focal), k, FOCAL

// KERNEL is the walk over blocks and groups; OPEN comes before a block.
#define KERNEL(OPEN, GREATEST, limit, LOAD0, LOAD1, LOAD2, FORMULA, PULL, PULL_MIXED) \
	BEGIN_BACKWARD(done); \
block: \
	OPEN; \
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
	LEAQ OF_CLASS1(0), CLASS; \
	EACH_SIDES(LOAD1); \
	JMP formula; \
background: \
	LEAQ OF_CLASS0(0), CLASS; \
	EACH_SIDES(LOAD0); \
formula: \
	FORMULA; \
	TESTQ CLASS, CLASS; \
	JEQ mixed; \
	LOAD_COEFFICIENTS; \
	EACH_SIDES(PULL); \
write: \
	CMPB hardBackward_add(CALL), $0; \
	JNE add; \
	CMPB hardBackward_stream(CALL), $0; \
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

#define LOAD_MIXED(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, c, d); \
	BACKGROUND_ROW(i, k); \
	VBLENDMPS d, c, k, r; \
	VBLENDMPS c, d, k, s; \
	VMOVAPS r, a; \
	VMOVAPS s, b
#define PULL_REGION_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_REGION(i, a, b, c, d, e, k, r, s)
#define PULL_CE_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_CE(i, a, b, c, d, e, k, r, s)
#define PULL_FOCAL_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_FOCAL(i, a, b, c, d, e, k, r, s)

#define PROBABILITIES(FORMULA, PULL, PULL_MIXED) \
	KERNEL(NOTHING, GREATEST_PROBABILITY, constants512_one, LOAD_BACKGROUND, LOAD_FOREGROUND, LOAD_MIXED, FORMULA, PULL, PULL_MIXED)
#define FOCAL_PROBABILITIES(POWER) \
	PROBABILITIES(PROBABILITIES_FOCAL(POWER), PULL_FOCAL, PULL_FOCAL_MIXED)

// func hardBackwardProbabilitiesRegionAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesRegionAVX512(SB), NOSPLIT, $320-16
	PROBABILITIES(NOTHING, PULL_REGION, PULL_REGION_MIXED)

// func hardBackwardProbabilitiesCEAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesCEAVX512(SB), NOSPLIT, $320-16
	PROBABILITIES(NOTHING, PULL_CE, PULL_CE_MIXED)

// func hardBackwardProbabilitiesHalfAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesHalfAVX512(SB), NOSPLIT, $320-16
	FOCAL_PROBABILITIES(POWER_HALF)

// func hardBackwardProbabilitiesOneAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesOneAVX512(SB), NOSPLIT, $320-16
	FOCAL_PROBABILITIES(POWER_ONE)

// func hardBackwardProbabilitiesThreeHalvesAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $320-16
	FOCAL_PROBABILITIES(POWER_THREE_HALVES)

// func hardBackwardProbabilitiesTwoAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesTwoAVX512(SB), NOSPLIT, $320-16
	FOCAL_PROBABILITIES(POWER_TWO)

// func hardBackwardProbabilitiesAnyAVX512(c *hardBackward) int
TEXT ·hardBackwardProbabilitiesAnyAVX512(SB), NOSPLIT, $320-16
	FOCAL_PROBABILITIES(POWER_ANY)

#define MARGIN_MIXED(i, a, b, c, d, e, k, r, s) \
	LEAQ ROWS_U(FRAME), LOGITS; \
	VMOVUPS i(PREDICTION), b; \
	VPORD.BCST constants512_sign(CONSTANTS), b, a; \
	BACKGROUND_ROW(i, k); \
	VPXORD.BCST constants512_sign(CONSTANTS), b, k, b; \
	VMOVAPS b, (ROWS_U+i)(FRAME)
#define PULL_LOGIT_CE_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_LOGIT_CE(i, a, b, c, d, e, k, r, s)
#define PULL_LOGIT_FOCAL_MIXED(i, a, b, c, d, e, k, r, s) \
	LOAD_COEFFICIENTS_MIXED(i, k); \
	PULL_LOGIT_FOCAL(i, a, b, c, d, e, k, r, s)

// WIDEN_BLOCK leads PREDICTION to the block's logits, where these come as halves:
// it widens them to memory, and asks for the next block's.
#define HALVES SCRATCH
#define WIDEN_BLOCK \
	CMPB hardBackward_element(CALL), $const_elementFloat32; \
	JEQ widened; \
	MOVQ hardBackward_labels+8(CALL), HALVES; \
	SHRQ $9, HALVES; \
	SUBQ BLOCKS, HALVES; \         // blocks done
	SHLQ $10, HALVES; \            // 2·BlockSize
	ADDQ hardBackward_halves(CALL), HALVES; \
	MOVQ hardBackward_space(CALL), PREDICTION; \
	ADDQ $63, PREDICTION; \
	ANDQ $-64, PREDICTION; \
	MOVL $(const_BlockSize/64), GROUPS; \
	CMPB hardBackward_element(CALL), $const_elementFloat16; \
	JNE bfloat16s; \
float16s: \
	EACH(WIDEN_FLOAT16); \
	NEXT_WIDENED(float16s); \
	JMP end; \
bfloat16s: \
	EACH(WIDEN_BFLOAT16); \
	NEXT_WIDENED(bfloat16s); \
end: \
	SUBQ $(4*const_BlockSize), PREDICTION; \
widened:
#define WIDEN_FLOAT16(i, a, b, c, d, e, k) \
	LOAD_FLOAT16(i, a); \
	VMOVAPS a, i(PREDICTION)
#define WIDEN_BFLOAT16(i, a, b, c, d, e, k) \
	LOAD_BFLOAT16(i, a); \
	VMOVAPS a, i(PREDICTION)
#define NEXT_WIDENED(again) \
	PREFETCHT0 (2*const_BlockSize+0)(HALVES); \
	PREFETCHT0 (2*const_BlockSize+64)(HALVES); \
	ADDQ $128, HALVES; \
	ADDQ $256, PREDICTION; \
	DECL GROUPS; \
	JNE again

#define LOGITS_KERNEL(FORMULA, PULL, PULL_MIXED) \
	KERNEL(WIDEN_BLOCK, GREATEST_LOGIT, constants512_leastLogit, MARGIN_BACKGROUND, MARGIN_FOREGROUND, MARGIN_MIXED, FORMULA, PULL, PULL_MIXED)
#define FOCAL_LOGITS(POWER) \
	LOGITS_KERNEL(LOGITS_FOCAL(POWER), PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)

// func hardBackwardLogitsCEAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsCEAVX512(SB), NOSPLIT, $320-16
	LOGITS_KERNEL(LOGITS_SIDES, PULL_LOGIT_CE, PULL_LOGIT_CE_MIXED)

// func hardBackwardLogitsHalfAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsHalfAVX512(SB), NOSPLIT, $320-16
	FOCAL_LOGITS(LOGITS_HALF)

// func hardBackwardLogitsOneAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsOneAVX512(SB), NOSPLIT, $320-16
	FOCAL_LOGITS(LOGITS_ONE)

// func hardBackwardLogitsThreeHalvesAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsThreeHalvesAVX512(SB), NOSPLIT, $320-16
	FOCAL_LOGITS(LOGITS_THREE_HALVES)

// func hardBackwardLogitsTwoAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsTwoAVX512(SB), NOSPLIT, $320-16
	FOCAL_LOGITS(LOGITS_TWO)

// func hardBackwardLogitsAnyAVX512(c *hardBackward) int
TEXT ·hardBackwardLogitsAnyAVX512(SB), NOSPLIT, $320-16
	LOGITS_KERNEL(LOGITS_FOCAL_ANY, PULL_LOGIT_FOCAL, PULL_LOGIT_FOCAL_MIXED)
