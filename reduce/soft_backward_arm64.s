//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_soft_arm64.h"

// The one-channel backward kernels for soft targets and weights:
// softBackwardGeneric, one per pass. A voxel has the derivative of either
// class, and what is written is their sum by its weights.

#define LOAD_GAMMA FMOVQ (softBackward_hi-8)(CALL), F31 // K1[2], K1[3] = hi, lo

#define SOFT_BACKWARD(input, SIGNLESS, TURN, BODY) \
	MOVD softBackward_prediction(CALL), X                             \
	MOVD (softBackward_prediction+8)(CALL), LEFT                      \
	MOVD softBackward_target(CALL), T                                 \
	MOVD softBackward_weights(CALL), W                                \
	MOVD softBackward_gradient(CALL), G                               \
	MOVBU softBackward_add(CALL), ADDS                                \
	WORK_BEGIN                                                        \
	ADD  $neonPull_kept, WORK, KEPT                                   \
	SPREAD_EPS(softBackward_eps)                                      \
	SPREAD_COEFFICIENTS(softBackward_class, softBackward_gamma, TURN) \
block:                                                            \
	CMP  $const_BlockSize, LEFT                                       \
	BLT  done                                                         \
	CHECK_SOFT(input, SIGNLESS)                                       \
	MOVD $(const_BlockSize/16), SETS                                  \
set:                                                              \
	BODY                                                              \
	SUB  $1, SETS                                                     \
	CBNZ SETS, set                                                    \
	SUB  $const_BlockSize, LEFT                                       \
	ADD  $1, DONE                                                     \
	B    block

// c = w·y and a = w·(1 − y) of the next set; b is scratch.
#define TARGET_WEIGHTS(a, b, c) \
	VLD1P_S4(T_NUMBER, a)       \ // a = y
	VLD1P_S4(W_NUMBER, b)       \ // b = w
	EACH(VFMUL_S4, a, b, c)     \
	EACH_N(VFSUB_S4, a, ONE, a) \
	EACH(VFMUL_S4, a, b, a)

// The derivatives of both classes by their weights to the gradients; a, b, c
// and d are scratch.
#define JOIN(foreground, background, a, b, c, d) \
	TARGET_WEIGHTS(a, b, c)          \
	EACH(VEOR_B16, d, d, d)          \
	EACH(VFMLA_S4, background, a, d) \
	EACH(VFMLA_S4, foreground, c, d) \
	PUT(d, a)

// From probabilities: x in QA and 1 − x in QB. A class that no voxel of the set
// is of is left out. At KEPT are the sum, w·y and w·(1 − y).
#define SIDES \
	VLD1_S4(X_NUMBER, QA) \
	EACH_N(VFSUB_S4, QA, ONE, QB)
#define PULL_BOTH(FOREGROUND, BACKGROUND) \
	TARGET_WEIGHTS(QA, QB, QC)         \
	EACH(VEOR_B16, QD, QD, QD)         \
	MOVD KEPT, TEMP                    \
	VST1P_S4(TEMP_NUMBER, QD)          \
	VST1P_S4(TEMP_NUMBER, QC)          \
	VST1_S4(TEMP_NUMBER, QA)           \
	WITHOUT_WEIGHT(QA, QE, foreground) \
	SIDES                              \
	BACKGROUND                         \
	ADD  $128, KEPT, TEMP              \
	VLD1_S4(TEMP_NUMBER, QE)           \
	EACH(VEOR_B16, QC, QC, QC)         \
	EACH(VFMLA_S4, QD, QE, QC)         \ // QC = w·(1 − y)·d[0]
	VST1_S4(KEPT_NUMBER, QC)           \
foreground:                        \
	ADD  $64, KEPT, TEMP               \
	VLD1_S4(TEMP_NUMBER, QE)           \
	WITHOUT_WEIGHT(QE, QF, put)        \
	SIDES                              \
	FOREGROUND                         \
	MOVD KEPT, TEMP                    \
	VLD1P_S4(TEMP_NUMBER, QC)          \
	VLD1_S4(TEMP_NUMBER, QE)           \
	EACH(VFMLA_S4, QD, QE, QC)         \ // QC += w·y·d[1]
	VST1_S4(KEPT_NUMBER, QC)           \
put:                               \
	VLD1_S4(KEPT_NUMBER, QC)           \
	ADD  $64, X                        \
	PUT(QC, QD)

// TP, FP and FN alone: a class's derivative is a number.
#define REGION_BOTH \
	ADD  $64, X                             \
	TARGET_WEIGHTS(QA, QB, QC)              \
	FLDPQ neonPull_region(WORK), (F30, F31) \
	EACH(VEOR_B16, QD, QD, QD)              \
	EACH_M(VFMLA_S4, K0, QA, QD)            \ // the background's
	EACH_M(VFMLA_S4, K1, QC, QD)            \
	PUT(QD, QA)

#define CE_BOTH \
	PULL_BOTH(PULL_CE(QA, QB, LANES_1, QUOTIENT_1, REGION_1), PULL_CE(QB, QA, LANES_0, QUOTIENT_0, REGION_0))

#define FOCAL_BOTH(FOCAL) \
	PULL_BOTH(PULL_FOCAL(QA, QB, FOCAL, LANES_1, CE_LANE, FOCAL_LANE, REGION_1, sure1, logged1), PULL_FOCAL(QB, QA, FOCAL, LANES_0, CE_LANE, FOCAL_LANE, REGION_0, sure0, logged0))

// From logits: the foreground's r is the background's s.
#define LOAD_LOGITS \
	VLD1P_S4(X_NUMBER, QA)  \
	EACH1(VFABS_S4, QA, QB) \
	LOGIT_SIDES(VFCMGE0_S4)

#define LOGITS_BOTH \
	LOAD_LOGITS                                \
	PULL_LOGITS(QE, QF, QC, LANES_1, MARGIN_1) \
	PULL_LOGITS(QF, QE, QD, LANES_0, MARGIN_0) \
	JOIN(QC, QD, QA, QB, QE, QF)

#define LOGITS_FOCAL_BOTH(SURPRISES_POWERS, SLOPE) \
	LOAD_LOGITS                                                 \
	SAVE_SIDES                                                  \
	SURPRISES_POWERS                                            \
	MOVD KEPT, TEMP                                             \
	VST1P_S4(TEMP_NUMBER, QD)                                   \ // the background's ℓ and s^γ
	VST1_S4(TEMP_NUMBER, QB)                                    \
	LOAD_SIDES                                                  \
	PULL_LOGITS_FOCAL(SLOPE, LANES_1, MARGIN_1, FOCAL_MUL_LANE) \
	MOVD KEPT, TEMP                                             \
	VLD1P_S4(TEMP_NUMBER, QC)                                   \
	VLD1P_S4(TEMP_NUMBER, QG)                                   \
	VST1_S4(TEMP_NUMBER, QE)                                    \
	LOAD_SIDES_SWAPPED                                          \
	PULL_LOGITS_FOCAL(SLOPE, LANES_0, MARGIN_0, FOCAL_MUL_LANE) \
	ADD  $128, KEPT, TEMP                                       \
	VLD1_S4(TEMP_NUMBER, QC)                                    \
	JOIN(QC, QE, QA, QB, QD, QF)

TEXT ·softBackwardProbabilitiesRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, REGION_BOTH)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, CE_BOTH)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, FOCAL_BOTH(FOCAL_HALF))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, FOCAL_BOTH(FOCAL_ONE))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, FOCAL_BOTH(FOCAL_THREE_HALVES))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, FOCAL_BOTH(FOCAL_TWO))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardProbabilitiesAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_probabilities, RAW, TURN_NONE, FOCAL_BOTH(FOCAL_ANY))

done:
	MOVD DONE, ret+16(FP)
	RET

// TP, FP and FN alone are the same with ce 0.
TEXT ·softBackwardLogitsCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_BOTH)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardLogitsHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_BOTH(SURPRISES, SLOPE_HALF))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardLogitsOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_BOTH(SURPRISES, SLOPE_ONE))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardLogitsThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_BOTH(SURPRISES, SLOPE_THREE_HALVES))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardLogitsTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_BOTH(SURPRISES, SLOPE_TWO))

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softBackwardLogitsAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT_BACKWARD(const_logits, MAGNITUDE, TURN_PULL, LOGITS_FOCAL_BOTH(SURPRISES_POWERS_ANY, SLOPE_ANY))

done:
	MOVD DONE, ret+16(FP)
	RET
