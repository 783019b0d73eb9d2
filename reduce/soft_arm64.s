//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_soft_arm64.h"

// The one-channel kernels for soft targets and weights: softGeneric, one per
// pass. A quarter's voxels are the rows of a set, as with hard labels.

#define CALL_SUMS softCall_sums
#define LOAD_GAMMA FMOVQ softCall_eps(CALL), F31 // K1 = eps, oneMinus, hi, lo

#define SOFT(input, SIGNLESS, BODY, FOLD_SUMS) \
	MOVD softCall_prediction(CALL), X        \
	MOVD (softCall_prediction+8)(CALL), LEFT \
	MOVD softCall_target(CALL), T            \
	MOVD softCall_weights(CALL), W           \
	WORK_BEGIN                               \
	ADD  $neonSoft_kept, WORK, KEPT          \
	SPREAD_EPS(softCall_eps)                 \
block:                                   \
	CMP  $const_BlockSize, LEFT              \
	BLT  done                                \
	CHECK_SOFT(input, SIGNLESS)              \
	ZERO_SUMS                                \
	ADD  $neonSoft_w, WORK, SUMS             \
	VST1_S4(SUMS_NUMBER, QA)                 \
	MOVD $(const_BlockSize/GROUP), GROUPS    \
group:                                   \
	ADD  $neonWork_sums, WORK, SUMS          \
	ADD  $neonSoft_w, WORK, MASKS            \
	MOVD $4, QUARTERS                        \
quarter:                                 \
	TARGET_WEIGHTS                           \
	LOAD_ROWS                                \
	BODY                                     \
	ADD  $neonQuarter__size, SUMS            \
	NEXT_QUARTER(quarter)                    \
	ADD  $(3*ROW), X                         \ // the other three rows
	ADD  $(3*ROW), T                         \
	ADD  $(3*ROW), W                         \
	NEXT_GROUP(group)                        \
	FOLD_SUMS(0)                             \
	FOLD_SUMS(1)                             \
	ADD  $neonSoft_w, WORK, SUMS             \
	VLD1_S4(SUMS_NUMBER, QA)                 \
	FOLD_SET(QA, softCall_w)                 \
	SUB  $const_BlockSize, LEFT              \
	ADD  $1, DONE                            \
	B    block

// Σ w, and the weights of both classes to the frame.
#define TARGET_WEIGHTS \
	ROWS_OF(T, F0, F1, F2, F3)         \ // QA = y
	ROWS_OF(W, F4, F5, F6, F7)         \ // QB = w
	FMOVQ (MASKS), F30                 \
	ADD_ROWS(QB, K0)                   \
	FMOVQ.P F30, 16(MASKS)             \
	EACH(VFMUL_S4, QA, QB, QC)         \ // QC = w·y
	EACH_N(VFSUB_S4, QA, ONE, QA)      \
	EACH(VFMUL_S4, QA, QB, QD)         \ // QD = w·(1 − y)
	ADD  $neonSoft_weights, WORK, TEMP \
	VST1P_S4(TEMP_NUMBER, QC)          \
	VST1P_S4(TEMP_NUMBER, QD)

#define TARGET_FOREGROUND(w) \
	ADD  $neonSoft_weights, WORK, TEMP \
	VLD1P_S4(TEMP_NUMBER, w)
#define TARGET_BACKGROUND(w) VLD1_S4(TEMP_NUMBER, w) // after the foreground's

#define ADD_REGION(r, s, w) \
	TARGET_FOREGROUND(w)                                 \
	ADD_WEIGHTED(r, s, w, neonClass__size+neonQuarter_r) \
	TARGET_BACKGROUND(w)                                 \
	ADD_WEIGHTED(s, r, w, neonQuarter_r)

// One sum of a class.
#define ADD_L(l, w, offset) \
	FMOVQ offset(SUMS), F30     \
	ADD_ROWS_WEIGHTED(l, w, K0) \
	FMOVQ F30, offset(SUMS)

// From probabilities: x in QA and 1 − x in QB, after their region sums
// clamped: one's r is the other's s.
#define REGION \
	EACH_N(VFSUB_S4, QA, ONE, QB) \
	ADD_REGION(QA, QB, QC)
#define CLAMPED \
	FLDPQ neonWork_eps(WORK), (F30, F31) \
	EACH_M(VFMAX_S4, K0, QA, QA)         \
	EACH_M(VFMAX_S4, K0, QB, QB)         \
	EACH_M(VFMIN_S4, K1, QA, QA)         \ // below 1 the logarithm takes the same from r
	EACH_M(VFMIN_S4, K1, QB, QB)         \
	MOVD KEPT, TEMP                      \
	VST1P_S4(TEMP_NUMBER, QA)            \
	VST1_S4(TEMP_NUMBER, QB)
#define SWAPPED \
	MOVD KEPT, TEMP           \
	VLD1P_S4(TEMP_NUMBER, QB) \
	VLD1_S4(TEMP_NUMBER, QA)

// The sums of a class that no voxel of the set is of are left alone. ADD_OWN
// adds what r (QA) and s (QB) have, at offset, by the weights in QF.
#define PROBABILITIES_SUMS(ADD_OWN) \
	REGION                                                 \
	CLAMPED                                                \
	TARGET_FOREGROUND(QF)                                  \
	WITHOUT_WEIGHT(QF, QC, background)                     \
	ADD_OWN(neonClass__size+neonQuarter_l, sure1, logged1) \
background:                                            \
	ADD  $(neonSoft_weights+64), WORK, TEMP                \
	TARGET_BACKGROUND(QF)                                  \
	WITHOUT_WEIGHT(QF, QC, added)                          \
	SWAPPED                                                \
	ADD_OWN(neonQuarter_l, sure0, logged0)                 \
added:

#define ADD_CE(offset, sure, logged) \
	NEG_LOG(QA, QB, QC, QD, QE, sure, logged) \
	ADD_L(QD, QF, offset)
#define PROBABILITIES_CE PROBABILITIES_SUMS(ADD_CE)

#define ADD_FAST(FOCAL, offset, sure, logged) \
	NEG_LOG(QA, QB, QC, QD, QE, sure, logged) \
	FOCAL(QB, QD, QE, QA, QG)                 \
	ADD_WEIGHTED(QD, QE, QF, offset)
#define ADD_HALF(offset, sure, logged)         ADD_FAST(FOCAL_HALF, offset, sure, logged)
#define ADD_ONE(offset, sure, logged)          ADD_FAST(FOCAL_ONE, offset, sure, logged)
#define ADD_THREE_HALVES(offset, sure, logged) ADD_FAST(FOCAL_THREE_HALVES, offset, sure, logged)
#define ADD_TWO(offset, sure, logged)          ADD_FAST(FOCAL_TWO, offset, sure, logged)
#define ADD_ANY(offset, sure, logged)          ADD_FAST(FOCAL_ANY, offset, sure, logged)

// From logits: the parts of u in QA.
#define SIDES \
	EACH1(VFABS_S4, QA, QB) \
	LOGIT_SIDES(VFCMGE0_S4) \
	ADD_REGION(QE, QF, QG)

#define LOGITS_CE \
	SIDES                                        \
	SURPRISES                                    \
	TARGET_FOREGROUND(QA)                        \
	ADD_L(QC, QA, neonClass__size+neonQuarter_l) \
	TARGET_BACKGROUND(QA)                        \
	ADD_L(QD, QA, neonQuarter_l)

#define LOGITS_FOCAL(FOCAL) \
	SIDES                                                   \
	SURPRISES                                               \
	FOCAL(QF, QC, QA, QB, QG)                               \ // of the foreground
	FOCAL(QE, QD, QB, QF, QG)                               \
	TARGET_FOREGROUND(QG)                                   \
	ADD_WEIGHTED(QC, QA, QG, neonClass__size+neonQuarter_l) \
	TARGET_BACKGROUND(QG)                                   \
	ADD_WEIGHTED(QD, QB, QG, neonQuarter_l)

// Any γ has a power for each class: a set whose voxels are all of one is spared
// the other's.
#define LOGITS_ANY \
	SIDES                                                      \
	TARGET_FOREGROUND(QG)                                      \
	WITHOUT_WEIGHT(QG, QE, background)                         \
	TARGET_BACKGROUND(QG)                                      \
	WITHOUT_WEIGHT(QG, QE, foreground)                         \
	SURPRISES_POWERS_ANY                                       \
	EACH(VFMUL_S4, QC, QG, QA)                                 \
	EACH(VFMUL_S4, QD, QB, QB)                                 \
	TARGET_FOREGROUND(QG)                                      \
	ADD_WEIGHTED(QC, QA, QG, neonClass__size+neonQuarter_l)    \
	TARGET_BACKGROUND(QG)                                      \
	ADD_WEIGHTED(QD, QB, QG, neonQuarter_l)                    \
	B    added                                                 \
foreground:                                                \
	LOGIT_CE_POWER(VFCMGE0_S4, FOREGROUND_L)                   \
	EACH(VFMUL_S4, QC, QG, QG)                                 \
	TARGET_FOREGROUND(QA)                                      \
	ADD_WEIGHTED(QC, QG, QA, neonClass__size+neonQuarter_l)    \
	B    added                                                 \
background:                                                \
	LOGIT_CE_POWER(VFCMLE0_S4, BACKGROUND_L)                   \
	EACH(VFMUL_S4, QC, QG, QG)                                 \
	ADD  $(neonSoft_weights+64), WORK, TEMP                    \
	TARGET_BACKGROUND(QA)                                      \
	ADD_WEIGHTED(QC, QG, QA, neonQuarter_l)                    \
added:

TEXT ·softProbabilitiesRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, REGION, FOLD_REGION)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_CE, FOLD_CE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_SUMS(ADD_HALF), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_SUMS(ADD_ONE), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_SUMS(ADD_THREE_HALVES), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_SUMS(ADD_TWO), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softProbabilitiesAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_probabilities, RAW, PROBABILITIES_SUMS(ADD_ANY), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, SIDES, FOLD_REGION)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_CE, FOLD_CE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_FOCAL(FOCAL_HALF), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_FOCAL(FOCAL_ONE), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_FOCAL(FOCAL_THREE_HALVES), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_FOCAL(FOCAL_TWO), FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·softLogitsAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	SOFT(const_logits, MAGNITUDE, LOGITS_ANY, FOLD_FOCAL)

done:
	MOVD DONE, ret+16(FP)
	RET
