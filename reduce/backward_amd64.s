//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"
#include "group_amd64.h"

#define EPS    hardBackward_eps(CALL)
#define HI     hardBackward_hi(CALL)
#define LO     hardBackward_lo(CALL)
#define FACTOR hardBackward_gamma(CALL)
#define PLACE(row) row
#define BLOCK_AT AT
#define KEPT_R(row) avx2Block_t+row(BLOCK_AT)
#define KEPT_S(row) avx2Block_large+row(BLOCK_AT)
#define KEPT_L(row) avx2Block_log1p+row(BLOCK_AT)

// The one-channel backward kernels for hard labels by AVX2 and FMA:
// hardBackwardGeneric (backward_generic.go) by passes.

// BACKWARD is the walk over blocks and groups: PREPARATION keeps what is better
// made for many voxels at once, and leaves the block's greatest bits in MOST;
// FORMULA leaves a group's derivatives in G.
#define BACKWARD(PREPARATION, limit, FORMULA) \
	BEGIN_CALL                             \
	MOVQ hardBackward_prediction(CALL), X  \
	MOVQ hardBackward_labels(CALL), Y      \
	BEGIN_LABELS(hardBackward_ignore(CALL)) \
	BEGIN_GRADIENT(hardBackward_gradient(CALL), hardBackward_class, hardBackward_class+coefficients__size) \
	BEGIN_BLOCKS(hardBackward_prediction+8(CALL), done) \
block:                                         \
	VPXOR MOST, MOST, MOST                 \
	PREPARATION                            \
	WITHIN(limit, MOST, done)              \
	CHECK_LABELS(stray, plain, done)       \
	MOVL $(const_BlockSize/32), GROUPS     \
group:                                         \
	PREFETCH_GROUP(hardBackward_ahead)     \
	FORMULA                                \
	CMPB hardBackward_add(CALL), $0        \
	JNE  add                               \
	CMPB hardBackward_stream(CALL), $0     \
	JNE  stream                            \
	EACH(STORE)                            \
next:                                          \
	ADDQ $128, X                           \
	ADDQ $32, Y                            \
	ADDQ $128, GRADIENT                    \
	ADDQ $128, BLOCK_AT                    \
	DECL GROUPS                            \
	JNZ  group                             \
	INCQ DONE                              \
	DECQ LEFT                              \
	JNZ  block                             \
	JMP  done                              \
add:                                           \
	EACH(ADD_AND_STORE)                    \
	JMP  next                              \
stream:                                        \
	EACH(STORE_PAST_CACHES)                \
	JMP  next                              \
done:                                          \
	SFENCE

// The other formulas look the classes of a group up.
#define REGION_DERIVATIVE \
	LOAD_CLASSES \
	DERIVATIVE_REGION
#define CE_DERIVATIVE \
	LOAD_CLASSES \
	DERIVATIVE_CE

#define OF_PROBABILITIES(PREPARATION, FORMULA) BACKWARD(PREPARATION, avx2Constants_mostProbability, FORMULA)
#define OF_LOGITS(PREPARATION, FORMULA) BACKWARD(PREPARATION, avx2Constants_mostLogit, FORMULA)

// PREPARE takes STEPS with every 64 voxels of a block.
#define PREPARE(STEPS) \
	LEAQ avx2Work_block(W), BLOCK_AT       \
	MOVL $(const_BlockSize/64), GROUPS \
prepare:                                  \
	STEPS                             \
	ADDQ $256, X                      \
	ADDQ $64, Y                       \
	ADDQ $256, BLOCK_AT               \
	DECL GROUPS                       \
	JNZ  prepare                      \
	SUBQ $(4*const_BlockSize), X      \
	SUBQ $const_BlockSize, Y          \
	SUBQ $(4*const_BlockSize), BLOCK_AT

// KEEP_POWERS keeps s^γ.
#define POWER(row) avx2Block_n+row(BLOCK_AT)
#define KEEP_POWERS EIGHT(KEEP_POWER)
#define KEEP_POWER(row, u) VMOVAPS u, POWER(row)
#define TIMES_POWER EACH(TIMES_POWER_ROW)
#define TIMES_POWER_ROW(row, u, s, g) VMULPS POWER(row), u, u

// STEPS_OF_PROBABILITIES keeps r and s, as SIDES makes them, and ℓ, by the
// logarithm that is short where every r is at least ½.
#define NEAREST U7
#define STEPS_OF_PROBABILITIES STEPS_AND(NOTHING)
#define STEPS_AND(ROOTS) \
	VMOVDQU   (Y), G0                  \
	VMOVDQU   32(Y), G1                \
	VPOR      G0, G1, G2               \
	VPTEST    G2, G2                   \
	JZ        background               \
	CONST(avx2Constants_labelOnes)     \
	VPCMPEQB  C, G0, G0                \
	VPCMPEQB  C, G1, G1                \
	VPAND     G0, G1, G0               \
	VPMOVMSKB G0, N                    \
	CMPL      N, $-1                   \
	JEQ       foreground               \
	VPXOR     G3, G3, G3               \
	KEEP_SIDES(SIDES_OF_MIXED)         \
	JMP       sides                    \
foreground:                                \
	KEEP_SIDES(SIDES_OF_FOREGROUND)    \
	JMP       sides                    \
background:                                \
	KEEP_SIDES(SIDES_OF_BACKGROUND)    \
sides:                                     \
	ROOTS                              \
	CONST(avx2Constants_half)          \
	VPCMPGTD  NEAREST, C, T0           \
	VMOVMSKPS T0, N                    \
	TESTL     N, N                     \
	JZ        near                     \
	NEG_LOG_8                          \
logarithm:                                 \
	EIGHT(KEEP_L)

#define KEEP_SIDES(SIDES_ROW) \
	BELOW_EPSILON            \
	CONST(avx2Constants_one) \
	VPCMPEQD NEAREST, NEAREST, NEAREST \
	EIGHT(SIDES_ROW)
#define LOAD_SIDES(row) \
	VMOVUPS row(X), G1       \
	VPMAXUD G1, MOST, MOST   \
	VMAXPS  G1, T1, G1       \
	VSUBPS  G1, C, G2
#define STORE_SIDES(row, r, s) \
	VPMINUD r, NEAREST, NEAREST \
	VMOVAPS r, KEPT_R(row)      \
	VMOVAPS s, KEPT_S(row)
#define SIDES_OF_MIXED(row, u) \
	VPMOVZXBD row/4(Y), G0       \
	VPCMPEQD  G3, G0, G0         \
	LOAD_SIDES(row)              \
	VBLENDVPS G0, G1, G2, T0     \ // s = 1 − p; if label = 0 { s = p }
	VBLENDVPS G0, G2, G1, G2     \ // r the other
	STORE_SIDES(row, G2, T0)
#define SIDES_OF_FOREGROUND(row, u) \
	LOAD_SIDES(row)             \
	STORE_SIDES(row, G1, G2)
#define SIDES_OF_BACKGROUND(row, u) \
	LOAD_SIDES(row)             \
	STORE_SIDES(row, G2, G1)
#define KEEP_L(row, u) VMOVAPS u, KEPT_L(row)
#define NEAR_LOGARITHM \
near:                  \
	NEG_LOG_8_NEAR \
	JMP logarithm

#define STEPS_OF_ANY_PROBABILITIES \
	STEPS_OF_PROBABILITIES \
	LOG2_8                 \
	EXP2_8                 \
	KEEP_POWERS

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

#define PREPARE_FOCAL PREPARE(STEPS_OF_PROBABILITIES)
#define PREPARE_ANY   PREPARE(STEPS_OF_ANY_PROBABILITIES)
#define PREPARE_HALF  PREPARE(STEPS_AND(KEEP_ROOTS))
#define KEEP_ROOTS EIGHT(KEEP_ROOT)
#define KEEP_ROOT(row, u) \
	VSQRTPS KEPT_S(row), T0 \
	VMOVAPS T0, POWER(row)

// IF_ALIKE jumps to alike where every voxel of the group is of one class, which
// it leaves in N.
#define IF_ALIKE(alike) \
	XORL      N, N         \
	VMOVDQU   (Y), T0      \
	VPTEST    T0, T0       \
	JZ        alike        \
	CONST(avx2Constants_labelOnes) \
	VPCMPEQB  C, T0, T0    \
	VPMOVMSKB T0, VALID    \
	INCL      N            \
	CMPL      VALID, $-1   \
	JEQ       alike

// DERIVATIVE_BY_PROBABILITY is DERIVATIVE from what is kept. Where the group is
// of one class its coefficients stand for all.
#define DERIVATIVE_BY_PROBABILITY(FOCUS) \
	VBROADCASTSS FACTOR, C \
	EACH(SLOPE_OF_KEPT)    \
	FOCUS                  \
	IF_ALIKE(alike)        \
	LOAD_CLASSES           \
	LOAD_TABLE(avx2Work_ce(W), C)     \
	LOAD_TABLE(avx2Work_focal(W), T1) \
	EACH(PULL_FOCAL_OF_KEPT)          \
	PULL_INSIDE            \
	JMP       pulled       \
alike:                         \
	VBROADCASTSS avx2Work_ce(W)(N*4), C        \
	VBROADCASTSS avx2Work_focal(W)(N*4), T1    \
	EACH(PULL_FOCAL_OF_ALIKE)                  \
	VBROADCASTSS EPS, C                        \
	VBROADCASTSS avx2Work_region(W)(N*4), TABLE \
	EACH(PULL_INSIDE_OF_ALIKE)                 \
pulled:
#define PULL_FOCAL_OF_ALIKE(row, u, s, g) \
	VMOVAPS     KEPT_S(row), s           \
	VMULPS      C, s, g                  \ // ce·s
	VFMADD231PS T1, u, g                 \ // focal·slope + ce·s
	VMULPS      KEPT_R(row), s, T0       \
	VDIVPS      T0, g, g                 \ // that / (r·s)
	VMINPS      KEPT_R(row), s, s
#define PULL_INSIDE_OF_ALIKE(row, u, s, g) \
	VCMPPS $13, C, s, s \ // s ≥ ε
	VANDPS s, g, g      \
	VSUBPS g, TABLE, g
#define SLOPE_OF_KEPT(row, u, s, g) \
	VMULPS      KEPT_R(row), C, u  \
	VMOVAPS     KEPT_S(row), s     \
	VFMADD132PS KEPT_L(row), s, u    // γ·r·ℓ + s
#define PULL_FOCAL_OF_KEPT(row, u, s, g) \
	VMOVAPS     KEPT_S(row), s           \
	VPERMILPS   row(CLASS), C, g         \
	VMULPS      s, g, g                  \ // ce·s
	VPERMILPS   row(CLASS), T1, T0       \
	VFMADD231PS u, T0, g                 \ // focal·slope + ce·s
	VMULPS      KEPT_R(row), s, T0       \
	VDIVPS      T0, g, g                 \ // that / (r·s)
	VMINPS      KEPT_R(row), s, s


#define PREPARE_CE_OF_LOGITS PREPARE(STEPS_OF_CE)
#define STEPS_OF_CE \
	EXP_8(KEEP_NOTHING) \
	LARGE_8

#define PREPARE_FOCAL_OF_LOGITS PREPARE(STEPS_OF_FOCAL)
#define STEPS_OF_FOCAL \
	STEPS_OF_CE \
	LOG1P_8

#define PREPARE_ANY_OF_LOGITS PREPARE(STEPS_OF_ANY)
#define STEPS_OF_ANY \
	EXP_8(KEEP_N_ROW) \
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

// func hardBackwardProbabilitiesHalfAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(PREPARE_HALF, DERIVATIVE_BY_PROBABILITY(TIMES_POWER))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR_LOGARITHM

// func hardBackwardProbabilitiesOneAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(PREPARE_FOCAL, DERIVATIVE_BY_PROBABILITY(FOCUS_ONE))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR_LOGARITHM

// func hardBackwardProbabilitiesThreeHalvesAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(PREPARE_FOCAL, DERIVATIVE_BY_PROBABILITY(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR_LOGARITHM

// func hardBackwardProbabilitiesTwoAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(PREPARE_FOCAL, DERIVATIVE_BY_PROBABILITY(FOCUS_TWO))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR_LOGARITHM

// func hardBackwardProbabilitiesAnyAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(PREPARE_ANY, DERIVATIVE_BY_PROBABILITY(TIMES_POWER))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR_LOGARITHM

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
