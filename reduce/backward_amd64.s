//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"
#include "hard_backward_amd64.h"
#include "group_amd64.h"

// The one-channel backward kernels for hard labels by AVX2 and FMA:
// hardBackwardGeneric (backward_generic.go) by passes.

// These formulas look the classes of a group up.
#define REGION_DERIVATIVE \
	LOAD_CLASSES \
	DERIVATIVE_REGION
#define CE_DERIVATIVE \
	LOAD_CLASSES \
	DERIVATIVE_CE

// POWERS_OF_LOGITS takes them of the parts of a logit.
#define POWERS_OF_LOGITS \
	VBROADCASTSS ·avx2+avx2Constants_sign(SB), G1 \
	LOG2_8_OF_LOGIT              \
	EXP2_8                       \
	KEEP_POWERS
#define SIDE(row) \
	VPMOVZXBD row/4(Y), T0        \
	VPSLLD    $31, T0, T0         \
	VPXOR     G1, T0, T0          \ // the sign where the label is 0
	VPXOR     row(X), T0, T0

// PREPARE_LOGITS takes STEPS with the logits of the block, before there is a CLASS.
#define HALVES CLASS
#define PREPARE_LOGITS(STEPS) \
	BEGIN_LOGITS(hardBackward_halves, hardBackward_element) \
	PREPARE(STEPS)

#define PREPARE_CE_OF_LOGITS PREPARE_LOGITS(STEPS_OF_CE)
#define STEPS_OF_CE \
	EXP_8_OF_LOGITS(hardBackward_element, NOTHING, KEEP_NOTHING) \
	LARGE_8

#define PREPARE_FOCAL_OF_LOGITS PREPARE_LOGITS(STEPS_OF_FOCAL)
#define STEPS_OF_FOCAL \
	STEPS_OF_CE \
	LOG1P_8

#define PREPARE_ANY_OF_LOGITS PREPARE_LOGITS(STEPS_OF_ANY)
#define STEPS_OF_ANY \
	EXP_8_OF_LOGITS(hardBackward_element, NOTHING, KEEP_N_ROW) \
	LARGE_8           \
	LOG1P_8           \
	POWERS_OF_LOGITS

// SIDES_OF_LOGITS leaves r in G and s in S, and keeps the margins where KEEP_U
// does. It leaves the class of a group of one class in N, else a number below 0.
#define SIDES_OF_LOGITS(KEEP_U) \
	IF_ALIKE(alike)              \
	LOAD_CLASSES                 \
	LOAD_TABLE(·avx2+avx2Constants_ofBackground(SB), TABLE) \
	SIDES_OF_LOGIT(0, U0, G0, S0, SIGN_OF_CLASS, KEEP_U)  \
	SIDES_OF_LOGIT(32, U1, G1, S1, SIGN_OF_CLASS, KEEP_U) \
	SIDES_OF_LOGIT(64, U2, G2, S2, SIGN_OF_CLASS, KEEP_U) \
	SIDES_OF_LOGIT(96, U3, G3, S3, SIGN_OF_CLASS, KEEP_U) \
	MOVL $-1, N                  \
	JMP  sides                   \
alike:                               \
	LEAQ ·avx2(SB), VALID        \
	VBROADCASTSS avx2Constants_ofBackground(VALID)(N*4), TABLE \
	SIDES_OF_LOGIT(0, U0, G0, S0, SIGN_OF_ALIKE, KEEP_U)  \
	SIDES_OF_LOGIT(32, U1, G1, S1, SIGN_OF_ALIKE, KEEP_U) \
	SIDES_OF_LOGIT(64, U2, G2, S2, SIGN_OF_ALIKE, KEEP_U) \
	SIDES_OF_LOGIT(96, U3, G3, S3, SIGN_OF_ALIKE, KEEP_U) \
sides:
#define SIDES_OF_LOGIT(row, u, r, s, SIGN_OF, KEEP_U) \
	PROBABILITIES_OF_ROW(row, u, r, s) \
	SIGN_OF(row)                       \
	KEEP_U(row)                        \
	SWAP(r, s)
#define SIGN_OF_CLASS(row) \
	VPERMILPS row(CLASS), TABLE, T0 \
	VXORPS    row(X), T0, T0
#define SIGN_OF_ALIKE(row) VXORPS row(X), TABLE, T0
#define KEEP_NO_U(row)
#define KEEP_MARGIN(row) VMOVAPS T0, avx2Work_u+row(W)

// PULL_LOGITS takes a derivative of the group's classes, or of its one class.
#define PULL_LOGITS(PULL_MIXED, PULL_ALIKE) \
	TESTL N, N   \
	JGE   pullAlike \
	PULL_MIXED   \
	JMP   pulled \
pullAlike:           \
	VBROADCASTSS avx2Work_region(W)(N*4), TABLE \
	VBROADCASTSS avx2Work_ce(W)(N*4), T1        \
	VBROADCASTSS avx2Work_focal(W)(N*4), C      \
	EACH(PULL_ALIKE) \
pulled:

#define DERIVATIVE_OF_CE \
	SIDES_OF_LOGITS(KEEP_NO_U) \
	PULL_LOGITS(PULL_LOGIT_CE, CE_OF_ALIKE)
#define CE_OF_ALIKE(row, u, s, r) \
	VFMSUB213PS T1, TABLE, r \ // region·r − ce
	VMULPS      s, r, r

#define DERIVATIVE_OF_FOCAL(FOCUS) \
	SIDES_OF_LOGITS(KEEP_MARGIN)     \
	KEEP(avx2Work_r, G0, G1, G2, G3) \
	KEEP(avx2Work_s, S0, S1, S2, S3) \
	VPXOR C, C, C                    \
	EACH(SURPRISE_OF_BLOCK)          \
	SLOPE                            \
	FOCUS                            \
	PULL_LOGITS(PULL_LOGIT_FOCAL, FOCAL_OF_ALIKE)
#define FOCAL_OF_ALIKE(row, u, s, g) \
	VMOVAPS     avx2Work_r+row(W), g    \
	VFMSUB213PS T1, TABLE, g            \ // region·r − ce
	VMULPS      C, u, u                 \
	VFMSUB132PS avx2Work_s+row(W), u, g   // s·that − focal·slope
#define SURPRISE_OF_BLOCK(row, u, s, g) \
	VMOVAPS avx2Block_log1p+row(BLOCK_AT), u \
	VMINPS  avx2Work_u+row(W), C, T0         \
	VSUBPS  T0, u, u

// func hardBackwardProbabilitiesRegionAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesRegionAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(GREATEST_OF_PROBABILITIES, REGION_DERIVATIVE)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardProbabilitiesCEAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesCEAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(GREATEST_OF_PROBABILITIES, CE_DERIVATIVE)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsCEAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_CE_OF_LOGITS, DERIVATIVE_OF_CE)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsHalfAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_FOCAL_OF_LOGITS, DERIVATIVE_OF_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsOneAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_FOCAL_OF_LOGITS, DERIVATIVE_OF_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsThreeHalvesAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_FOCAL_OF_LOGITS, DERIVATIVE_OF_FOCAL(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsTwoAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_FOCAL_OF_LOGITS, DERIVATIVE_OF_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsAnyAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(PREPARE_ANY_OF_LOGITS, DERIVATIVE_OF_FOCAL(TIMES_POWER))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
