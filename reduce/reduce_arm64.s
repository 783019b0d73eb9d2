//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"

// The one-channel kernels for hard labels: hardGeneric, one per pass. Region
// sums and cross entropy alone have shapes of their own, the others that of
// HARD.

#define CALL_SUMS hardCall_sums
#define LOAD_GAMMA FMOVQ hardCall_eps(CALL), F31 // K1 = eps, oneMinus, hi, lo

// From probabilities, cross entropy and a focal sum. A quarter's sets: QA x and
// QB 1 − x, which are r and s in the foreground, s and r in the background; QD
// ℓ; QE the focal term.

#define PROBABILITIES(FOCAL) \
	HARD(const_probabilities, NOTHING, PROBABILITIES_MIXED(FOCAL, sureMixed, loggedMixed), PROBABILITIES_CLASS(QB, QA, FOCAL, sure0, logged0), PROBABILITIES_CLASS(QA, QB, FOCAL, sure1, logged1), FOLD_FOCAL)

#define LOAD_PROBABILITIES \
	LOAD_ROWS \
	EACH_N(VFSUB_S4, QA, ONE, QB) // QB = 1 − x

// QD = −log r; u and QC are scratch. A sure s is of a plain x, so that MOST
// wants only the others.
#define SURPRISE(r, s, u, sure, logged) \
	NEG_LOG_CLAMPED(r, s, QC, QD, u, MAX_ROWS(QA, MOST), sure, logged)

#define PROBABILITIES_CLASS(r, s, FOCAL, sure, logged) \
	LOAD_PROBABILITIES               \
	VLD1_S4(SUMS_NUMBER, QG)         \ // QG = r, s, l, f
	ADD_ROWS(r, QG)                  \
	ADD_ROWS(s, QG+1)                \
	SURPRISE(r, s, QE, sure, logged) \
	ADD_ROWS(QD, QG+2)               \
	FOCAL(s, QD, QE, r, QF)          \
	ADD_ROWS(QE, QG+3)               \
	VST1P_S4(SUMS_NUMBER, QG)

#define PROBABILITIES_MIXED(FOCAL, sure, logged) \
	LOAD_PROBABILITIES                                      \
	VLD1P_S4(MASKS_NUMBER, QE)                              \ // QE the foreground, by weight QC
	VLD1P_S4(MASKS_NUMBER, QF)                              \ // QF the background, by weight QD
	EACH_M(VAND_B16, ONE, QE, QC)                           \
	EACH_M(VAND_B16, ONE, QF, QD)                           \
	ADD_WEIGHTED(QA, QB, QC, neonClass__size+neonQuarter_r) \
	ADD_WEIGHTED(QB, QA, QD, neonQuarter_r)                 \
	EACH(VBSL_B16, QB, QA, QE)                              \ // QE = r = foreground ? x : 1 − x
	EACH(VBSL_B16, QB, QA, QF)                              \ // QF = s = background ? x : 1 − x
	SURPRISE(QE, QF, QA, sure, logged)                      \
	FOCAL(QF, QD, QE, QA, QB)                               \
	SUB  $neonMasks__size, MASKS                            \
	ADD_BOTH(QD, QE, QA, neonQuarter_l)                     \
	ADD  $neonQuarter__size, SUMS

TEXT ·hardProbabilitiesHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_HALF)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardProbabilitiesOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_ONE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardProbabilitiesThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_THREE_HALVES)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardProbabilitiesTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_TWO)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardProbabilitiesAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	PROBABILITIES(FOCAL_ANY)

done:
	MOVD DONE, ret+16(FP)
	RET

// From probabilities, TP, FP and FN alone: row by row, all sums in registers.
// A voxel's weight is 2 in the foreground and −2 in the background, because
// these numbers have one byte that is not 0, the highest: a table lookup makes
// them of a row's labels with no step after it. Sums are double until they are
// folded, which costs no digit.

#define R0_SUM QA       // 2·Σ r of the background, a register per quarter
#define S0_SUM QB
#define R1_SUM QC
#define S1_SUM QD
#define HIGH_BYTES QE   // the bytes of a row's labels that are a quarter's high bytes
#define DOUBLE QE       // 2, where HIGH_BYTES are not wanted
#define VALUES QF       // a row of x
#define REST QG         // 1 − x
#define WEIGHT (QG+1)
#define FOREGROUND (QG+2)
#define BACKGROUND (QG+3)
#define LABEL_MOST K0   // the largest label that is not ignored, by byte
#define VALID K1        // the valid voxels, by byte

#define REGION_ROW \
	FMOVQ.P const_Lanes(Y), F26                   \ // FOREGROUND = label
	FMOVQ neonWork_ignore(WORK), F24              \
	VCMEQ_B16(REST, FOREGROUND, REST)             \ // REST = label = ignore
	VCMEQ0_B16(FOREGROUND, BACKGROUND)            \
	VBIC_B16(REST, FOREGROUND, FOREGROUND)        \ // 0 where ignored
	VUMAX_B16(FOREGROUND, LABEL_MOST, LABEL_MOST) \
	VADD_B16(FOREGROUND, VALID, VALID)            \
	VSUB_B16(BACKGROUND, VALID, VALID)            \
	VSHL6_B16(FOREGROUND, FOREGROUND)             \ // the high byte of 2
	VSHL6_B16(BACKGROUND, BACKGROUND)             \ // the high byte of −2
	VLD1P_S4(X_NUMBER, VALUES)                    \
	REGION_QUARTER(0)                             \
	REGION_QUARTER(1)                             \
	REGION_QUARTER(2)                             \
	REGION_QUARTER(3)

#define REGION_QUARTER(q) \
	VUMAX_S4(VALUES+q, MOST, MOST)             \
	VFSUB_S4(VALUES+q, ONE, REST)              \
	VTBL_B16(HIGH_BYTES+q, FOREGROUND, WEIGHT) \
	VFMLA_S4(WEIGHT, VALUES+q, R1_SUM+q)       \
	VFMLA_S4(WEIGHT, REST, S1_SUM+q)           \
	VTBL_B16(HIGH_BYTES+q, BACKGROUND, WEIGHT) \
	VFMLS_S4(WEIGHT, REST, R0_SUM+q)           \
	VFMLS_S4(WEIGHT, VALUES+q, S0_SUM+q)

#define REGION_MIXED \
	SUB $GROUP, Y                         \
	ADD $neonTable_highBytes, CONST, TEMP \
	VLD1_S4(TEMP_NUMBER, HIGH_BYTES)      \
	REGION_ROW                            \
	REGION_ROW                            \
	REGION_ROW                            \
	REGION_ROW

#define REGION_CLASS_ROW(x_sum, rest_sum) \
	VLD1P_S4(X_NUMBER, VALUES)              \
	MAX_ROWS(VALUES, MOST)                  \
	EACH_M(VFMLA_S4, DOUBLE, VALUES, x_sum) \
	EACH_N(VFSUB_S4, VALUES, ONE, QG)       \
	EACH_M(VFMLA_S4, DOUBLE, QG, rest_sum)

#define REGION_CLASS(x_sum, rest_sum) \
	ADD $GROUP, COUNT                 \
	FMOVQ neonTable_two(CONST), F16   \ // DOUBLE
	REGION_CLASS_ROW(x_sum, rest_sum) \
	REGION_CLASS_ROW(x_sum, rest_sum) \
	REGION_CLASS_ROW(x_sum, rest_sum) \
	REGION_CLASS_ROW(x_sum, rest_sum)

#define FOLD_DOUBLE(s, offset) \
	FOLD_LANES(s, s+1, s+2, s+3) \
	FMOVD offset(CALL), F20      \
	FMOVD $0.5, F21              \
	FMADDD F21, F20, F16, F20    \ // += ½·F16
	FMOVD F20, offset(CALL)

TEXT ·hardProbabilitiesRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	BEGIN(const_probabilities)

block:
	BLOCK_BEGIN
	EACH(VEOR_B16, R0_SUM, R0_SUM, R0_SUM)
	EACH(VEOR_B16, S0_SUM, S0_SUM, S0_SUM)
	EACH(VEOR_B16, R1_SUM, R1_SUM, R1_SUM)
	EACH(VEOR_B16, S1_SUM, S1_SUM, S1_SUM)
	VEOR_B16(LABEL_MOST, LABEL_MOST, LABEL_MOST)
	VEOR_B16(VALID, VALID, VALID)

group:
	CLASSIFY(QG, QF, background, foreground)
	REGION_MIXED
	B next

background:
	REGION_CLASS(S0_SUM, R0_SUM)
	B next

foreground:
	REGION_CLASS(R1_SUM, S1_SUM)

next:
	NEXT_GROUP(group)
	CHECK
	VUMAXV_B16(LABEL_MOST, QG)
	VMOV_W(QG, TEMP_NUMBER)
	CMPW $1, TEMP
	BHI  done
	VUADDLV_B16(VALID, QG)
	VMOV_W(QG, TEMP_NUMBER)
	ADD  TEMP, COUNT
	FOLD_DOUBLE(R0_SUM, SUM_AT(hardSums_r, 0))
	FOLD_DOUBLE(R1_SUM, SUM_AT(hardSums_r, 1))
	FOLD_DOUBLE(S0_SUM, SUM_AT(hardSums_s, 0))
	FOLD_DOUBLE(S1_SUM, SUM_AT(hardSums_s, 1))
	BLOCK_END
	B block

done:
	MOVD DONE, ret+16(FP)
	RET

// From probabilities, cross entropy without a focal sum: one logarithm for
// four rows (see quadCE). Sums are [class][r, s, l][quarter][lane] here, so
// that one load has all quarters.

#define QUAD_S   64 // from a class's Σ r to its Σ s
#define QUAD_L   128
#define PRODUCTS (neonWork_products-neonWork_sums)

// P, the product of four r, and U, its complement, from them and their s. U
// replaces s3. Takes all.
#define PRODUCT(r0, r1, r2, r3, s0, s1, s2, s3, P) \
	VFMLA_S4(r1, s0, s1) \ // s1 = u = s0·r1 + s1
	VFMLA_S4(r3, s2, s3) \ // s3 = v = s2·r3 + s3
	VFMUL_S4(r3, r2, r2) \ // r2 = high = r2·r3
	VFMLA_S4(r2, s1, s3) \ // s3 = U = u·high + v
	VFMUL_S4(r1, r0, P)  \
	VFMUL_S4(r2, P, P)     // P = (r0·r1)·high

// A group of one class has its rows of x in QA to QD; the quarters of the
// lanes are columns of them. QE holds Σ r and QF Σ s. A column leaves P in QA
// and U in QD.
#define COLUMN(q, x_sum, rest_sum) \
	VUMAX_S4(QA+q, MOST, MOST)       \
	VUMAX_S4(QB+q, MOST, MOST)       \
	VUMAX_S4(QC+q, MOST, MOST)       \
	VUMAX_S4(QD+q, MOST, MOST)       \
	VFSUB_S4(QA+q, ONE, QG)          \ // QG = 1 − x
	VFSUB_S4(QB+q, ONE, QG+1)        \
	VFSUB_S4(QC+q, ONE, QG+2)        \
	VFSUB_S4(QD+q, ONE, QG+3)        \
	VFADD_S4(QA+q, x_sum+q, x_sum+q) \
	VFADD_S4(QB+q, x_sum+q, x_sum+q) \
	VFADD_S4(QC+q, x_sum+q, x_sum+q) \
	VFADD_S4(QD+q, x_sum+q, x_sum+q) \
	ADD_ROWS(QG, rest_sum+q)         \
	VFMAX_S4(K0, QA+q, QA+q)         \ // no probability below eps
	VFMAX_S4(K0, QB+q, QB+q)         \
	VFMAX_S4(K0, QC+q, QC+q)         \
	VFMAX_S4(K0, QD+q, QD+q)         \
	EACH_M(VFMAX_S4, K0, QG, QG)
#define COLUMN_0(q) \
	COLUMN(q, QF, QE) \
	PRODUCT(QG, QG+1, QG+2, QG+3, QA+q, QB+q, QC+q, QD+q, QA+q)
#define COLUMN_1(q) \
	COLUMN(q, QE, QF)                                           \
	PRODUCT(QA+q, QB+q, QC+q, QD+q, QG, QG+1, QG+2, QG+3, QA+q) \
	VMOV_B16(QG+3, QD+q)

#define QUAD_CLASS(y, COLUMN_Y, sure, logged) \
	ADD  $GROUP, COUNT                                  \
	VLD1P_S4(X_NUMBER, QA)                              \
	VLD1P_S4(X_NUMBER, QB)                              \
	VLD1P_S4(X_NUMBER, QC)                              \
	VLD1P_S4(X_NUMBER, QD)                              \
	ADD  $(neonWork_sums+y*neonClass__size), WORK, SUMS \
	VLD1P_S4(SUMS_NUMBER, QE)                           \
	VLD1_S4(SUMS_NUMBER, QF)                            \
	SUB  $QUAD_S, SUMS                                  \
	FMOVQ neonWork_eps(WORK), F30                       \
	COLUMN_Y(0)                                         \
	COLUMN_Y(1)                                         \
	COLUMN_Y(2)                                         \
	COLUMN_Y(3)                                         \
	VST1P_S4(SUMS_NUMBER, QE)                           \
	VST1P_S4(SUMS_NUMBER, QF)                           \
	QUAD_LOG(sure, logged)

// Σ l at SUMS += −log P of the quarters, P in QA and U in QD.
#define QUAD_LOG(sure, logged) \
	NEG_LOG(QA, QD, QB, QC, QE, sure, logged) \
	VLD1_S4(SUMS_NUMBER, QA)                  \
	EACH(VFADD_S4, QC, QA, QA)                \
	VST1_S4(SUMS_NUMBER, QA)

// A quarter of a mixed group leaves P and U of both classes in the frame. The
// voxels of the other class enter as r = 1, s = 0.
#define QUAD_MIXED \
	LOAD_PROBABILITIES                                      \
	MAX_ROWS(QA, MOST)                                      \
	VLD1P_S4(MASKS_NUMBER, QC)                              \ // QC the foreground, by weight QE
	VLD1P_S4(MASKS_NUMBER, QD)                              \ // QD the background, by weight QF
	EACH_M(VAND_B16, ONE, QC, QE)                           \
	EACH_M(VAND_B16, ONE, QD, QF)                           \
	FMOVQ (SUMS), F24                                       \
	FMOVQ QUAD_S(SUMS), F25                                 \
	FMOVQ neonClass__size(SUMS), F26                        \
	FMOVQ (neonClass__size+QUAD_S)(SUMS), F27               \
	ADD_ROWS_WEIGHTED(QB, QF, QG)                           \ // Σ r
	ADD_ROWS_WEIGHTED(QA, QF, QG+1)                         \ // Σ s
	ADD_ROWS_WEIGHTED(QA, QE, QG+2)                         \
	ADD_ROWS_WEIGHTED(QB, QE, QG+3)                         \
	FMOVQ F24, (SUMS)                                       \
	FMOVQ F25, QUAD_S(SUMS)                                 \
	FMOVQ F26, neonClass__size(SUMS)                        \
	FMOVQ F27, (neonClass__size+QUAD_S)(SUMS)               \
	FMOVQ neonWork_eps(WORK), F30                           \
	EACH_M(VFMAX_S4, K0, QA, QA)                            \
	EACH_M(VFMAX_S4, K0, QB, QB)                            \
	EACH(VAND_B16, QD, QA, QE)                              \ // background: s = QE
	EACH_M(VBSL_B16, ONE, QB, QD)                           \ // r = QD
	EACH(VAND_B16, QC, QB, QF)                              \ // foreground: s = QF
	EACH_M(VBSL_B16, ONE, QA, QC)                           \ // r = QC
	PRODUCT(QD, QD+1, QD+2, QD+3, QE, QE+1, QE+2, QE+3, QD) \
	PRODUCT(QC, QC+1, QC+2, QC+3, QF, QF+1, QF+2, QF+3, QC) \
	FMOVQ F12, PRODUCTS(SUMS)                               \ // P and U
	FMOVQ F19, (PRODUCTS+64)(SUMS)                          \
	FMOVQ F8, (PRODUCTS+128)(SUMS)                          \
	FMOVQ F23, (PRODUCTS+192)(SUMS)                         \
	ADD  $16, SUMS

#define QUAD_MIXED_LOG(y, sure, logged) \
	ADD  $(neonWork_products+y*neonProducts__size), WORK, SUMS \
	VLD1P_S4(SUMS_NUMBER, QA)                                  \
	VLD1_S4(SUMS_NUMBER, QD)                                   \
	ADD  $(neonWork_sums+y*neonClass__size+QUAD_L), WORK, SUMS \
	QUAD_LOG(sure, logged)

#define FOLD_QUAD(y) \
	LOAD_SUMS(y)                        \
	FOLD_SET(QA, SUM_AT(hardSums_r, y)) \
	FOLD_SET(QB, SUM_AT(hardSums_s, y)) \
	FOLD_SET(QC, SUM_AT(hardSums_l, y))

TEXT ·hardProbabilitiesCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	BEGIN(const_probabilities)

block:
	BLOCK_BEGIN
	ZERO_SUMS

group:
	CLASSIFY(QA, QB, background, foreground)
	MIXED_BEGIN

mixedQuarter:
	QUAD_MIXED
	NEXT_QUARTER(mixedQuarter)
	ADD $(3*ROW), X
	QUAD_MIXED_LOG(0, sureMixed0, loggedMixed0)
	QUAD_MIXED_LOG(1, sureMixed1, loggedMixed1)
	B next

background:
	QUAD_CLASS(0, COLUMN_0, sure0, logged0)
	B next

foreground:
	QUAD_CLASS(1, COLUMN_1, sure1, logged1)

next:
	NEXT_GROUP(group)
	CHECK
	FOLD_QUAD(0)
	FOLD_QUAD(1)
	BLOCK_END
	B block

done:
	MOVD DONE, ret+16(FP)
	RET

// From logits. A quarter's sets: QA u, the logit of a voxel's own class but for
// its sign; QB f, QC t = e^−|u|, QD n; then QE r, QF s; then QC ℓ and QE the
// focal term. A class has a comparison that says whether its logit is
// positive, and its part of ℓ: x itself is u in the foreground and −u in the
// background. A mixed group turns the sign of its background and goes on as
// foreground.

#define WIDEN_LOGITS WIDEN_BLOCK(hardCall_halves, hardCall_element, neonWork_widened, widen, float16s, storeWidened, widened)
#define LOGITS_REGION \
	HARD(const_logits, WIDEN_LOGITS, LOGITS_MIXED, LOGITS_CLASS(VFCMLE0_S4), LOGITS_CLASS(VFCMGE0_S4), FOLD_REGION)
#define LOGITS_CE \
	HARD(const_logits, WIDEN_LOGITS, LOGITS_CE_MIXED, LOGITS_CE_CLASS(VFCMLE0_S4, BACKGROUND_L), LOGITS_CE_CLASS(VFCMGE0_S4, FOREGROUND_L), FOLD_CE)
#define LOGITS(FOCAL) \
	HARD(const_logits, WIDEN_LOGITS, LOGITS_FOCAL_MIXED(FOCAL), LOGITS_FOCAL_CLASS(VFCMLE0_S4, BACKGROUND_L, FOCAL), LOGITS_FOCAL_CLASS(VFCMGE0_S4, FOREGROUND_L, FOCAL), FOLD_FOCAL)

#define PROBABILITIES_OF_LOGITS(POSITIVE) \
	EACH1(VFABS_S4, QA, QB) \
	MAX_ROWS(QB, MOST)      \
	LOGIT_SIDES(POSITIVE)

// ℓ and a focal term.
#define LOGIT_HALF(POSITIVE, L) \
	LOGIT_CE(L) \
	FOCAL_HALF(QF, QC, QE, QA, QB)
#define LOGIT_ONE(POSITIVE, L) \
	LOGIT_CE(L) \
	FOCAL_ONE(QF, QC, QE, QA, QB)
#define LOGIT_THREE_HALVES(POSITIVE, L) \
	LOGIT_CE(L) \
	FOCAL_THREE_HALVES(QF, QC, QE, QA, QB)
#define LOGIT_TWO(POSITIVE, L) \
	LOGIT_CE(L) \
	FOCAL_TWO(QF, QC, QE, QA, QB)

#define LOGIT_ANY(POSITIVE, L) \
	LOGIT_CE_POWER(POSITIVE, L) \
	EACH(VFMUL_S4, QC, QG, QE)

// The paths. Those of region sums leave SUMS at the next quarter, as the others
// do that begin with them and go back.
#define LOGITS_CLASS(POSITIVE) \
	LOAD_ROWS                         \
	PROBABILITIES_OF_LOGITS(POSITIVE) \
	ADD_CLASS(QE, QF, neonQuarter_r)  \
	ADD  $neonQuarter__size, SUMS
#define LOGITS_MIXED \
	LOAD_ROWS                           \
	VLD1_S4(MASKS_NUMBER, QG)           \
	LOAD_K0(neonTable_signBit)          \
	EACH_N(VBIC_B16, QG, K0, QG)        \
	EACH(VEOR_B16, QG, QA, QA)          \ // u = foreground ? x : −x
	PROBABILITIES_OF_LOGITS(VFCMGE0_S4) \
	ADD_BOTH(QE, QF, QG, neonQuarter_r) \
	ADD  $neonQuarter__size, SUMS

#define LOGITS_CE_CLASS(POSITIVE, L) \
	LOGITS_CLASS(POSITIVE)                             \
	LOGIT_CE(L)                                        \
	FMOVQ (neonQuarter_l-neonQuarter__size)(SUMS), F30 \
	ADD_ROWS(QC, K0)                                   \
	FMOVQ F30, (neonQuarter_l-neonQuarter__size)(SUMS)
#define LOGITS_CE_MIXED \
	LOGITS_MIXED                                                       \
	LOGIT_CE(FOREGROUND_L)                                             \
	SUB  $neonMasks__size, MASKS                                       \
	LOAD_WEIGHTS(QA)                                                   \
	LOAD_WEIGHTS(QB)                                                   \
	FMOVQ (neonQuarter_l-neonQuarter__size+neonClass__size)(SUMS), F30 \
	FMOVQ (neonQuarter_l-neonQuarter__size)(SUMS), F31                 \
	ADD_ROWS_WEIGHTED(QC, QA, K0)                                      \
	ADD_ROWS_WEIGHTED(QC, QB, K1)                                      \
	FMOVQ F30, (neonQuarter_l-neonQuarter__size+neonClass__size)(SUMS) \
	FMOVQ F31, (neonQuarter_l-neonQuarter__size)(SUMS)

#define LOGITS_FOCAL_CLASS(POSITIVE, L, FOCAL) \
	LOGITS_CLASS(POSITIVE) \
	FOCAL(POSITIVE, L)     \
	ADD_CLASS(QC, QE, neonQuarter_l-neonQuarter__size)
#define LOGITS_FOCAL_MIXED(FOCAL) \
	LOGITS_MIXED                    \
	FOCAL(VFCMGE0_S4, FOREGROUND_L) \
	SUB  $neonMasks__size, MASKS    \
	ADD_BOTH(QC, QE, QA, neonQuarter_l-neonQuarter__size)

TEXT ·hardLogitsRegionNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS_REGION

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsCENEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS_CE

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsHalfNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_HALF)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsOneNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_ONE)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsThreeHalvesNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_THREE_HALVES)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsTwoNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_TWO)

done:
	MOVD DONE, ret+16(FP)
	RET

TEXT ·hardLogitsAnyNEON(SB), NOSPLIT, $0-24
	MOVD c+0(FP), CALL
	MOVD work+8(FP), WORK
	LOGITS(LOGIT_ANY)

done:
	MOVD DONE, ret+16(FP)
	RET

