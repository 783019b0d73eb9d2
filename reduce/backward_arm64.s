//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"

// The one-channel backward kernels for hard labels: hardBackwardGeneric, one
// per pass.

#define LOAD_GAMMA FMOVQ (hardBackward_hi-8)(CALL), F31 // K1[2], K1[3] = hi, lo

#define BACKWARD_BEGIN(input, TURN) \
	MOVD hardBackward_prediction(CALL), X          \
	MOVD hardBackward_labels(CALL), Y              \
	MOVD (hardBackward_labels+8)(CALL), LEFT       \
	MOVD hardBackward_gradient(CALL), G            \
	MOVBU hardBackward_add(CALL), ADDS             \
	WORK_BEGIN                                     \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT \
	SPREAD_EPS(hardBackward_eps)                   \
	SPREAD_IGNORE(hardBackward_ignore)             \
	SPREAD_COEFFICIENTS(hardBackward_class, hardBackward_gamma, TURN)

// A kernel: what is done before a block is read, how its input's signs are
// dropped and its coefficients' turned, and what its three paths do with a set.
#define BACKWARD(input, BEFORE_BLOCK, SIGNLESS, TURN, MIXED, BACKGROUND, FOREGROUND) \
	BACKWARD_BEGIN(input, TURN)              \
block:                                   \
	CMP  $const_BlockSize, LEFT              \
	BLT  done                                \
	BEFORE_BLOCK                             \
	CHECK_VALUES(X, LIMIT, SIGNLESS, values) \
	CHECK_LABELS(labels)                     \
	MOVD $(const_BlockSize/GROUP), GROUPS    \
group:                                   \
	CLASSIFY(QA, QE, background, foreground) \
	SUB  $64, Y                              \
	MOVD $4, SETS                            \
mixedSet:                                \
	MIXED                                    \
	SUB  $1, SETS                            \
	CBNZ SETS, mixedSet                      \
	B    next                                \
background:                              \
	MOVD $4, SETS                            \
backgroundSet:                           \
	BACKGROUND                               \
	SUB  $1, SETS                            \
	CBNZ SETS, backgroundSet                 \
	B    next                                \
foreground:                              \
	MOVD $4, SETS                            \
foregroundSet:                           \
	FOREGROUND                               \
	SUB  $1, SETS                            \
	CBNZ SETS, foregroundSet                 \
next:                                    \
	NEXT_GROUP(group)                        \
	SUB  $const_BlockSize, LEFT              \
	ADD  $1, DONE                            \
	B    block

// From probabilities: x of a set in QA and 1 − x in QB; of a mixed set r and s,
// which are the distances of x from 1 or 0.
#define LOAD_PROBABILITIES \
	VLD1P_S4(X_NUMBER, QA) \
	EACH_N(VFSUB_S4, QA, ONE, QB)
#define LOAD_MIXED \
	LOAD_INDEX                   \
	VLD1P_S4(X_NUMBER, QA)       \
	LOAD_K0_K1(neonTable_oneOf)  \
	EACH_N(VTBL_B16, QG, K0, QC) \ // QC = background ? 1 : 0
	EACH_N(VTBL_B16, QG, K1, QB) \ // QB = foreground ? 1 : 0
	EACH(VFABD_S4, QB, QA, QB)   \ // s = |x − QB|
	EACH(VFABD_S4, QC, QA, QA)     // r = |x − QC|

// TP, FP and FN alone: a voxel's derivative is its class's.
#define REGION_SET(y) \
	ADD  $64, X                             \
	FMOVQ (neonPull_region+16*y)(WORK), F30 \
	VMOV_B16(K0, QA)                        \
	VMOV_B16(K0, QA+1)                      \
	VMOV_B16(K0, QA+2)                      \
	VMOV_B16(K0, QA+3)                      \
	PUT(QA, QB)
#define REGION_MIXED_SET \
	ADD  $64, X                       \
	LOAD_INDEX                        \
	LOOK_UP(neonPull_regionTable, QA) \
	PUT(QA, QB)

TEXT ·hardBackwardProbabilitiesRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	BACKWARD(const_probabilities, NOTHING, RAW, TURN_NONE, REGION_MIXED_SET, REGION_SET(0), REGION_SET(1))

done:
	MOVD DONE, ret+16(FP)
	RET

#define CE_0 \
	LOAD_PROBABILITIES                             \
	PULL_CE(QB, QA, LANES_0, QUOTIENT_0, REGION_0) \
	PUT(QD, QE)
#define CE_1 \
	LOAD_PROBABILITIES                             \
	PULL_CE(QA, QB, LANES_1, QUOTIENT_1, REGION_1) \
	PUT(QD, QE)
#define CE_MIXED_SET \
	LOAD_MIXED                                                 \
	PULL_CE(QA, QB, LANES_MIXED, QUOTIENT_MIXED, REGION_MIXED) \
	PUT(QD, QE)

TEXT ·hardBackwardProbabilitiesCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	BACKWARD(const_probabilities, NOTHING, RAW, TURN_NONE, CE_MIXED_SET, CE_0, CE_1)

done:
	MOVD DONE, ret+16(FP)
	RET

#define FOCAL_0(FOCAL) \
	LOAD_PROBABILITIES                                                \
	PULL_FOCAL(QB, QA, FOCAL, LANES_0, CE_LANE, FOCAL_LANE, REGION_0, sure0, logged0) \
	PUT(QD, QE)
#define FOCAL_1(FOCAL) \
	LOAD_PROBABILITIES                                                \
	PULL_FOCAL(QA, QB, FOCAL, LANES_1, CE_LANE, FOCAL_LANE, REGION_1, sure1, logged1) \
	PUT(QD, QE)
#define FOCAL_MIXED_SET(FOCAL) \
	LOAD_MIXED                                                               \
	PULL_FOCAL(QA, QB, FOCAL, LANES_MIXED, CE_MIXED, FOCAL_MIXED, REGION_MIXED, sureMixed, loggedMixed) \
	PUT(QD, QE)
#define PROBABILITIES(FOCAL) \
	BACKWARD(const_probabilities, NOTHING, RAW, TURN_NONE, FOCAL_MIXED_SET(FOCAL), FOCAL_0(FOCAL), FOCAL_1(FOCAL))

TEXT ·hardBackwardProbabilitiesHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_HALF)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardProbabilitiesOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_ONE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardProbabilitiesThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_THREE_HALVES)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardProbabilitiesTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_TWO)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardProbabilitiesAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_ANY)

done:
	MOVD DONE, ret+16(FP)
	RET

// From logits: u in QA and its parts; r goes to QE and s to QF. A mixed set
// takes u = x in the foreground and −x in the background.
#define LOAD_LOGITS(SIGN) \
	VLD1P_S4(X_NUMBER, QA)  \
	EACH1(VFABS_S4, QA, QB) \
	LOGIT_SIDES(SIGN)
#define LOAD_MIXED_LOGITS \
	LOAD_INDEX                   \
	VLD1P_S4(X_NUMBER, QA)       \
	LOAD_K0(neonTable_signOf0)   \
	EACH_N(VTBL_B16, QG, K0, QB) \
	EACH(VEOR_B16, QB, QA, QA)   \
	EACH1(VFABS_S4, QA, QB)      \
	LOGIT_SIDES(VFCMGE0_S4)

#define WIDEN_LOGITS WIDEN_BLOCK(hardBackward_halves, hardBackward_element, neonHardPull_widened, widen, float16s, storeWidened, widened)

#define LOGITS_0 \
	LOAD_LOGITS(VFCMLE0_S4)                    \
	PULL_LOGITS(QE, QF, QC, LANES_0, MARGIN_0) \
	PUT(QC, QD)
#define LOGITS_1 \
	LOAD_LOGITS(VFCMGE0_S4)                    \
	PULL_LOGITS(QE, QF, QC, LANES_1, MARGIN_1) \
	PUT(QC, QD)
#define LOGITS_MIXED \
	LOAD_MIXED_LOGITS                                  \
	PULL_LOGITS(QE, QF, QC, LANES_MIXED, MARGIN_MIXED) \
	PUT(QC, QD)

// TP, FP and FN alone are the same with ce 0.
TEXT ·hardBackwardLogitsCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	BACKWARD(const_logits, WIDEN_LOGITS, MAGNITUDE, TURN_PULL, LOGITS_MIXED, LOGITS_0, LOGITS_1)

done:
	MOVD DONE, ret+16(FP)
	RET

#define FAST_CE(POSITIVE, L) LOGIT_CE(L)
#define LOGITS_FOCAL_0(PARTS, SLOPE) \
	LOAD_LOGITS(VFCMLE0_S4)                                     \
	SAVE_SIDES                                                  \
	PARTS(VFCMLE0_S4, BACKGROUND_L)                             \
	LOAD_SIDES                                                  \
	PULL_LOGITS_FOCAL(SLOPE, LANES_0, MARGIN_0, FOCAL_MUL_LANE) \
	PUT(QE, QF)
#define LOGITS_FOCAL_1(PARTS, SLOPE) \
	LOAD_LOGITS(VFCMGE0_S4)                                     \
	SAVE_SIDES                                                  \
	PARTS(VFCMGE0_S4, FOREGROUND_L)                             \
	LOAD_SIDES                                                  \
	PULL_LOGITS_FOCAL(SLOPE, LANES_1, MARGIN_1, FOCAL_MUL_LANE) \
	PUT(QE, QF)
#define LOGITS_FOCAL_MIXED(PARTS, SLOPE) \
	LOAD_MIXED_LOGITS                                                    \
	SAVE_SIDES                                                           \
	PARTS(VFCMGE0_S4, FOREGROUND_L)                                      \
	LOAD_SIDES                                                           \
	PULL_LOGITS_FOCAL(SLOPE, LANES_MIXED, MARGIN_MIXED, FOCAL_MUL_MIXED) \
	PUT(QE, QF)
#define LOGITS(PARTS, SLOPE) \
	BACKWARD(const_logits, WIDEN_LOGITS, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_MIXED(PARTS, SLOPE), LOGITS_FOCAL_0(PARTS, SLOPE), LOGITS_FOCAL_1(PARTS, SLOPE))

TEXT ·hardBackwardLogitsHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(FAST_CE, SLOPE_HALF)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardLogitsOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(FAST_CE, SLOPE_ONE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardLogitsThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(FAST_CE, SLOPE_THREE_HALVES)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardLogitsTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(FAST_CE, SLOPE_TWO)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardBackwardLogitsAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_CE_POWER, SLOPE_ANY)

done:
	MOVD DONE, ret+16(FP)
	RET
