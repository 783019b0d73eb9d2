//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_planar_arm64.h"
#include "neon_planar_backward_arm64.h"

// The backward kernels for several channels and hard labels:
// planarBackwardGeneric, one per pass.

// A row of ignored voxels is told by its labels.
#define HARD_ROW \
	ROW_BEGIN(given, weighted) \
	TBNZ $63, OWN, ignored

// d by the weights in w, and 0 where they are; mask is scratch. Without
// weights a row of one class has none to heed.
#define WEIGH(d, w, mask, unweighted) \
	ORR  W, MIXED, TEMP         \
	CBZ  TEMP, unweighted       \
	EACH(VCMTST_S4, w, w, mask) \
	EACH(VFMUL_S4, w, d, d)     \
	EACH(VAND_B16, mask, d, d)  \
unweighted:

// The derivative by p through the region sums of the class under way, to K0:
// other, or at own, which comes back, own. A mixed row goes to mixed.
#define REGION_OF_CLASS(own, mixed) \
	FMOVQ.P CLASS_SIZE(COEFFICIENTS), F31 \ // K1 = own, other, ce, focal
	VDUP V31.S[1], V30.S4                 \
	CBNZ MIXED, mixed                     \
	CMP  OWN, CLASS                       \
	BEQ  own
#define OWN_REGION VDUP V31.S[0], V30.S4
// The same of a mixed row to d.
#define MIXED_REGION(d) \
	CLASS_MASK(d)         \
	VDUP V31.S[0], V30.S4 \
	VDUP V31.S[1], V31.S4 \
	VBSL_B16(K1, K0, d)   \
	VBSL_B16(K1, K0, d+1) \
	VBSL_B16(K1, K0, d+2) \
	VBSL_B16(K1, K0, d+3)

// The coefficients of each voxel's own class: WANTED says which, and into which
// rows. OWN_VALUES, and for mixed rows PLANE_VALUES and MIXED_VALUES, are what
// is done for the class, its voxels being those of the mask QC.
#define OWN_COEFFICIENTS(WANTED, OWN_VALUES, PLANE_VALUES, MIXED_VALUES, class, next, done) \
	FIRST_COEFFICIENTS             \
	MOVD ZR, CLASS                 \
	CBNZ MIXED, class              \
	ADD  OWN<<4, COEFFICIENTS      \
	FMOVQ (COEFFICIENTS), F31      \
	WANTED(COEFFICIENT_ROW)        \
	OWN_VALUES                     \
	B    done                      \
class:                         \
	PLANE_VALUES                   \
	OWN_VOXELS(QC, QD, next)       \
	FMOVQ (COEFFICIENTS), F31      \
	WANTED(MIXED_COEFFICIENT)      \
	MIXED_VALUES                   \
next:                          \
	ADD  $CLASS_SIZE, COEFFICIENTS \
	NEXT_CLASS(class)              \
done:
#define WANTED_OWN(INTO) INTO(0, neonRows_own)
#define WANTED_CE(INTO) INTO(2, neonRows_ce)
#define WANTED_CE_FOCAL(INTO) \
	WANTED_CE(INTO) \
	INTO(3, neonRows_focal)
#define WANTED_OWN_CE(INTO) \
	WANTED_OWN(INTO) \
	WANTED_CE(INTO)
#define WANTED_ALL(INTO) \
	WANTED_OWN(INTO) \
	WANTED_CE_FOCAL(INTO)
#define COEFFICIENT_ROW(lane, row) \
	VDUP V31.S[lane], V30.S4    \
	FSTPQ (F30, F30), row(WORK) \
	FSTPQ (F30, F30), (row+32)(WORK)
#define MIXED_COEFFICIENT(lane, row) \
	LOAD_ROW(row, QD)            \
	VDUP V31.S[lane], V30.S4     \
	EACH_N(VBIT_B16, QC, K0, QD) \
	VST1_S4(TEMP_NUMBER, QD)

// Softmax.

// The largest logit to QF, and to neonRows_reference the region derivative of the
// first class that has it.
#define FIND_REFERENCE(class, found, own, mixed, next) \
	LOAD_K0(neonTable_splitNegLog+16) \ // the bits of −∞
	COPIES(K0, QF)                    \
	FIRST_COEFFICIENTS                \
	FIRST_CLASS                       \
	B    class                        \
own:                              \
	OWN_REGION                        \
	B    found                        \
mixed:                            \
	MIXED_REGION(QC)                  \
	EACH(VFCMGT_S4, QF, QA, QB)       \
	EACH(VBIT_B16, QB, QC, QG)        \
	B    next                         \
class:                            \
	PLANE(X)                          \
	VLD1_S4(X_NUMBER, QA)             \
	REGION_OF_CLASS(own, mixed)       \
found:                            \
	EACH(VFCMGT_S4, QF, QA, QB)       \ // QB = x > most
	EACH_N(VBIT_B16, QB, K0, QG)      \
next:                             \
	EACH(VFMAX_S4, QA, QF, QF)        \
	NEXT_CLASS(class)                 \
	STORE_ROW(neonRows_reference, QG)

// QE = h = ce + focal·s^γ·(γ·r·ℓ/s + 1).
#define H_CE LOAD_ROW(neonRows_ce, QE)
#define H_FOCAL(FOCAL) \
	OWN_LOG(sure, logged)                \
	FLOOR                                \
	LOAD_ROW(neonRows_r, QA)             \
	SOFTMAX_SLOPE(FOCAL)                 \
	LOAD_ROW(neonRows_ce, QE)            \
	LOAD_ROW(neonRows_focal, QA)         \
	EACH(VFMLA_S4, QA, QG, QE)

// The probabilities in place of the exponentials, and to QF the mean of the
// region derivatives, less the reference, under them.
#define FIND_MEAN(class, found, add, own, mixed, same) \
	LOAD_ROW(neonRows_reference, QD) \
	LOAD_ROW(neonRows_inverse, QF)   \
	EACH(VEOR_B16, QG, QG, QG)       \
	STORE_ROW(neonRows_mean, QG)     \
	FIRST_EXPS                       \
	FIRST_COEFFICIENTS               \
	MOVD ZR, CLASS                   \
	B    class                       \
own:                             \
	OWN_REGION                       \
	B    found                       \
mixed:                           \
	MIXED_REGION(QC)                 \
	EACH(VFSUB_S4, QD, QC, QB)       \
	B    add                         \
class:                           \
	VLD1_S4(EXPS_NUMBER, QA)         \
	EACH(VFMUL_S4, QF, QA, QA)       \ // QA = p
	VST1P_S4(EXPS_NUMBER, QA)        \
	REGION_OF_CLASS(own, mixed)      \
found:                           \
	EACH_N(VFSUB_S4, QD, K0, QB)     \ // QB = region − reference
add:                             \
	EACH(VFMLA_S4, QA, QB, QG)       \
	ADD  $1, CLASS                   \
	TST  $(const_groupSize-1), CLASS \
	BNE  same                        \
	LOAD_ROW(neonRows_mean, QB)      \
	EACH(VFADD_S4, QG, QB, QB)       \
	VST1_S4(TEMP_NUMBER, QB)         \
	EACH(VEOR_B16, QG, QG, QG)       \
same:                            \
	CMP  ALL, CLASS                  \
	BLT  class                       \
	LOAD_ROW(neonRows_mean, QF)      \
	EACH(VFADD_S4, QG, QF, QF)

// The derivatives by the logits: p·(region − reference − mean + h), of the own
// class p·(region − reference − mean) − s·h.
#define PULL_CLASSES(class, found, weigh, own, mixed, unweighted) \
	LOAD_ROW(neonRows_h, QE)         \
	LOAD_ROW(neonRows_w, QG)         \
	FIRST_EXPS                       \
	FIRST_COEFFICIENTS               \
	FIRST_GRADIENT                   \
	MOVD ZR, CLASS                   \
	B    class                       \
own:                             \
	OWN_REGION                       \
	EACH_N(VFSUB_S4, QD, K0, QB)     \
	EACH(VFSUB_S4, QF, QB, QB)       \
	LOAD_ROW(neonRows_minusSH, QC)   \
	EACH(VFMLA_S4, QB, QA, QC)       \
	EACH1(VMOV_B16, QC, QB)          \
	B    weigh                       \
mixed:                           \
	MIXED_REGION(QC)                 \
	EACH(VFSUB_S4, QD, QC, QB)       \
	EACH(VFSUB_S4, QF, QB, QB)       \
	LOAD_ROW(neonRows_minusSH, QD)   \
	EACH(VFMLA_S4, QB, QA, QD)       \ // QD = what its own voxels get
	EACH(VFADD_S4, QE, QB, QB)       \
	EACH(VFMUL_S4, QA, QB, QB)       \
	CLASS_MASK(QC)                   \
	EACH(VBIT_B16, QC, QD, QB)       \
	LOAD_ROW(neonRows_reference, QD) \
	B    weigh                       \
class:                           \
	VLD1P_S4(EXPS_NUMBER, QA)        \
	REGION_OF_CLASS(own, mixed)      \
found:                           \
	EACH_N(VFSUB_S4, QD, K0, QB)     \ // QB = region − reference
	EACH(VFSUB_S4, QF, QB, QB)       \
	EACH(VFADD_S4, QE, QB, QB)       \
	EACH(VFMUL_S4, QA, QB, QB)       \
weigh:                           \
	WEIGH(QB, QG, QC, unweighted)    \
	PUT_CLASS(QB, QC)                \
	NEXT_CLASS(class)

#define SOFTMAX(WANTED, H) \
	PLANAR_BACKWARD(CHECK_LOGITS, NOTHING, HARD_ROW, SOFTMAX_DERIVATIVES(WANTED, H))
#define SOFTMAX_DERIVATIVES(WANTED, H) \
	WIDEN_LOGITS                                                             \
	OWN_COEFFICIENTS(WANTED, NOTHING, NOTHING, NOTHING, coefficient, coefficientNext, coefficients) \
	FIND_REFERENCE(reference, referenceFound, referenceOwn, referenceMixed, referenceNext) \
	OWN_EXPONENTIALS(exp, expNext, expSame, expOwn, expMixed)                    \
	OWN_SIDES                                                                \
	H                                                                        \
	STORE_ROW(neonRows_h, QE)                                                \
	LOAD_ROW(neonRows_s, QB)                                                 \
	EACH(VFMUL_S4, QE, QB, QB)                                               \
	EACH1(VFNEG_S4, QB, QB)                                                  \
	STORE_ROW(neonRows_minusSH, QB)                                          \
	FIND_MEAN(mean, meanFound, meanAdd, meanOwn, meanMixed, meanSame)        \
	PULL_CLASSES(pull, pullFound, weigh, pullOwn, pullMixed, unweightedRow)

// TP, FP and FN alone are the same with ce 0.
TEXT ·softmaxHardBackwardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE, H_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardBackwardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE_FOCAL, H_FOCAL(FOCAL_HALF))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardBackwardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE_FOCAL, H_FOCAL(FOCAL_ONE))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardBackwardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE_FOCAL, H_FOCAL(FOCAL_THREE_HALVES))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardBackwardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE_FOCAL, H_FOCAL(FOCAL_TWO))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardBackwardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(WANTED_CE_FOCAL, H_FOCAL(FOCAL_ANY))

done:
	MOVD DONE, ret+8(FP)
	RET

// Probabilities: a class's derivative is its own, and but for the own class's
// a number.

// Derivatives of the own class by coefficients that are rows.
#define CE_OF_ROW(s, d) \
	LOAD_ROW(neonRows_ce, d) \
	EACH(VFMUL_S4, s, d, d)
#define FOCAL_OF_ROW(x, d, t) \
	LOAD_ROW(neonRows_focal, t) \
	EACH(VFMLA_S4, x, t, d)
#define QUOTIENT_OF_ROW(r, d) \
	LOAD_ROW(neonRows_ce, d) \
	EACH(VFDIV_S4, r, d, d)
#define REGION_OF_ROW(x, t) \
	LOAD_ROW(neonRows_own, t) \
	EACH(VFSUB_S4, x, t, x)

#define OWN_PULL_REGION LOAD_ROW(neonRows_own, QD)
#define OWN_PULL_CE \
	EACH_N(VFSUB_S4, QA, ONE, QB) \
	PULL_CE(QA, QB, NOTHING, QUOTIENT_OF_ROW, REGION_OF_ROW)
#define OWN_PULL_FOCAL(FOCAL) \
	EACH_N(VFSUB_S4, QA, ONE, QB) \
	PULL_FOCAL(QA, QB, FOCAL, NOTHING, CE_OF_ROW, FOCAL_OF_ROW, REGION_OF_ROW, sure, logged)

// The coefficients, with r of the own class in QA.
#define REGION_COEFFICIENTS \
	OWN_COEFFICIENTS(WANTED_OWN, NOTHING, NOTHING, NOTHING, coefficient, coefficientNext, coefficients)
#define COEFFICIENTS_AND_VALUES(WANTED) \
	EACH(VEOR_B16, QA, QA, QA) \
	MOVD PLANES, NEXT_PLANE    \
	OWN_COEFFICIENTS(WANTED, OWN_VALUES, PLANE(X), MIXED_VALUES, coefficient, coefficientNext, coefficients)
#define OWN_VALUES \
	MOVD $SLICE_SIZE, TEMP             \
	MADD TEMP, PLANES, OWN, NEXT_PLANE \
	PLANE(X)                           \
	VLD1_S4(X_NUMBER, QA)
#define MIXED_VALUES \
	VLD1_S4(X_NUMBER, QD)      \
	EACH(VBIT_B16, QC, QD, QA)

#define PROBABILITIES(COEFFICIENTS_OF_ROW, OWN_PULL) \
	PLANAR_BACKWARD(CHECK_PROBABILITIES, NOTHING, HARD_ROW, PLANES_DERIVATIVES(COEFFICIENTS_OF_ROW, OWN_PULL, other, otherOwn, otherMixed, put))
#define PLANES_DERIVATIVES(COEFFICIENTS_OF_ROW, OWN_PULL, class, own, mixed, put) \
	COEFFICIENTS_OF_ROW                                          \
	OWN_PULL                                                     \
	LOAD_ROW(neonRows_w, QG)                                     \
	EACH(VCMTST_S4, QG, QG, QF)                                  \ // QF = w ≠ 0
	EACH(VFMUL_S4, QG, QD, QD)                                   \
	EACH(VAND_B16, QF, QD, QD)                                   \ // QD = w·d of the own class
	FIRST_COEFFICIENTS                                           \
	FIRST_GRADIENT                                               \
	MOVD ZR, CLASS                                               \
	B    class                                                   \
own:                                                         \
	EACH1(VMOV_B16, QD, QB)                                      \
	B    put                                                     \
mixed:                                                       \
	EACH_M(VFMUL_S4, K0, QG, QB)                                 \
	EACH(VAND_B16, QF, QB, QB)                                   \
	CLASS_MASK(QC)                                               \
	EACH(VBIT_B16, QC, QD, QB)                                   \
	B    put                                                     \
class:                                                       \
	REGION_OF_CLASS(own, mixed)                                  \
	EACH_M(VFMUL_S4, K0, QG, QB)                                 \
	EACH(VAND_B16, QF, QB, QB)                                   \
put:                                                         \
	PUT_CLASS(QB, QC)                                            \
	NEXT_CLASS(class)

TEXT ·planesHardBackwardRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(REGION_COEFFICIENTS, OWN_PULL_REGION)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_OWN_CE), OWN_PULL_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_ALL), OWN_PULL_FOCAL(FOCAL_HALF))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_ALL), OWN_PULL_FOCAL(FOCAL_ONE))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_ALL), OWN_PULL_FOCAL(FOCAL_THREE_HALVES))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_ALL), OWN_PULL_FOCAL(FOCAL_TWO))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardBackwardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(COEFFICIENTS_AND_VALUES(WANTED_ALL), OWN_PULL_FOCAL(FOCAL_ANY))

done:
	MOVD DONE, ret+8(FP)
	RET
