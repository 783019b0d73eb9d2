//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_planar_arm64.h"
#include "neon_planar_backward_arm64.h"
#include "neon_planar_soft_arm64.h"

// The backward kernels for several channels and soft targets:
// planarBackwardGeneric, one per pass.

// A row of ignored voxels is told by its weights.
#define SOFT_BLOCK CHECK_TARGETS(planarBackward_targets, target, targetValues)
#define SOFT_ROW \
	ROW_WEIGHTS(given, weighted)    \
	WITHOUT_WEIGHT(QC, QB, ignored) \
	STORE_ROW(neonRows_w, QC)

// Softmax. The first walk over the classes forms what softmaxSoft keeps of each
// (z, q, g, p and −q·h, at PULLS, where the forward kernels have the class's
// sums) and the sum of z, the second one the derivatives.
#define PULLS R17 // those of the next class: NEXT_PLANE is not wanted beside it
#define PULLS_NUMBER 17
#define FIRST_PULLS ADD $SUMS_BEGIN, WORK, PULLS

#define SOFTMAX_BLOCK \
	SOFT_BLOCK \
	FIRST_LIKELIEST

#define SOFTMAX(LOG, H, LARGE) \
	PLANAR_BACKWARD(CHECK_LOGITS, SOFTMAX_BLOCK, SOFT_ROW, SOFTMAX_DERIVATIVES(LOG, H, LARGE))
#define SOFTMAX_DERIVATIVES(LOG, H, LARGE) \
	WIDEN_LOGITS                                        \
	FIND_LIKELIEST(NOTHING, NOTHING, most)              \
	LIKELIHOOD(exp, expNext, expSame, expOwn, expMixed) \
	LOG                                                 \
	FORM_PULLS(H, LARGE)                                \
	PULL_CLASSES(pull, pullOwn, pullMixed, others)

// QG is the sum of z of the group.
#define FORM_PULLS(H, LARGE) \
	EACH(VEOR_B16, QG, QG, QG)             \
	STORE_ROW(neonRows_zRest, QG)          \
	FIRST_EXPS_BELOW                       \
	FIRST_COEFFICIENTS                     \
	FIRST_TARGET(planarBackward_targets)   \
	FIRST_PULLS                            \
	MOVD ZR, CLASS                         \
	B    class                             \
	LIKELIEST_Q(own, mixed, found)         \
	LARGE                                  \
zOwn:                                  \
	STORE_ROW(neonRows_zOwn, QF)           \
	B    zAdded                            \
zMixed:                                \
	CLASS_MASK(QA)                         \
	EACH(VBIC_B16, QA, QF, QB)             \
	EACH(VFADD_S4, QB, QG, QG)             \
	LOAD_ROW(neonRows_zOwn, QD)            \
	EACH(VBIT_B16, QA, QF, QD)             \
	VST1_S4(TEMP_NUMBER, QD)               \
	B    zAdded                            \
class:                                 \
	CLASS_P                                \
	CLASS_Q(own, mixed, found)             \
	TARGET(X)                              \
	VLD1_S4(X_NUMBER, QF)                  \ // QF = y
	H                                      \ // QE = −h; K1 = own, other, ce, focal
	EACH_N(VFSUB_S4, QF, ONE, QD)          \
	EACH_LANE(VFMUL_LANE, 1, K1, QD, QD)   \
	EACH_LANE(VFMLA_LANE, 0, K1, QF, QD)   \ // QD = g = y·own + (1 − y)·other
	EACH1(VMOV_B16, QE, QF)                \
	EACH(VFMLA_S4, QD, QA, QF)             \ // QF = z = p·g − h
	EACH(VFMUL_S4, QB, QE, QE)             \ // QE = −q·h
	VST1P_S4(PULLS_NUMBER, QF)             \
	VST1P_S4(PULLS_NUMBER, QB)             \
	VST1P_S4(PULLS_NUMBER, QD)             \
	VST1P_S4(PULLS_NUMBER, QA)             \
	VST1P_S4(PULLS_NUMBER, QE)             \
	CBNZ MIXED, zMixed                     \
	CMP  OWN, CLASS                        \
	BEQ  zOwn                              \
	EACH(VFADD_S4, QF, QG, QG)             \
zAdded:                                \
	NEXT_EXPS                              \
	ADD  $1, CLASS                         \
	TST  $(const_groupSize-1), CLASS       \
	BNE  zSame                             \
	LOAD_ROW(neonRows_zRest, QB)           \
	EACH(VFADD_S4, QG, QB, QB)             \
	VST1_S4(TEMP_NUMBER, QB)               \
	EACH(VEOR_B16, QG, QG, QG)             \
zSame:                                 \
	CMP  ALL, CLASS                        \
	BLT  class                             \
	LOAD_ROW(neonRows_zRest, QB)           \
	EACH(VFADD_S4, QG, QB, QB)             \ // QB = rest
	VST1_S4(TEMP_NUMBER, QB)               \
	LOAD_ROW(neonRows_zOwn, QE)            \
	EACH(VFADD_S4, QB, QE, QE)               // QE = total

// QE = −h. Takes y in QF; QD is scratch.
#define H_CE \
	FMOVQ.P CLASS_SIZE(COEFFICIENTS), F31 \
	EACH_LANE(VFMUL_LANE, 2, K1, QF, QE)  \
	MINUS_H
#define MINUS_H \
	EACH(VCMTST_S4, QF, QF, QD) \
	EACH(VAND_B16, QD, QE, QE)  \ // h = 0 where y is
	EACH1(VFNEG_S4, QE, QE)

// With a focal sum it takes every set: what is in them waits at kept. Where no
// voxel of the row is of the class, h is 0.
#define H_FOCAL(FOCAL, RESTORE) \
	WITHOUT_WEIGHT(QF, QD, absent)        \
	ADD  $neonPull_kept, WORK, TEMP       \
	VST1P_S4(TEMP_NUMBER, QA)             \
	VST1P_S4(TEMP_NUMBER, QB)             \
	VST1P_S4(TEMP_NUMBER, QG)             \
	CLASS_LOG(large, logFound)            \
	FLOOR_S                               \
	SOFTMAX_SLOPE(FOCAL)                  \
	FMOVQ.P CLASS_SIZE(COEFFICIENTS), F31 \
	VDUP V31.S[2], V30.S4                 \
	COPIES(K0, QE)                        \
	EACH_LANE(VFMLA_LANE, 3, K1, QG, QE)  \ // QE = ce + focal·s^γ·(γ·r·ℓ/s + 1)
	VLD1_S4(X_NUMBER, QF)                 \
	EACH(VFMUL_S4, QF, QE, QE)            \
	MINUS_H                               \
	ADD  $neonPull_kept, WORK, TEMP       \
	VLD1P_S4(TEMP_NUMBER, QA)             \
	VLD1P_S4(TEMP_NUMBER, QB)             \
	VLD1P_S4(TEMP_NUMBER, QG)             \
	RESTORE                               \
present:
#define LARGE_OR_ABSENT \
	LARGE_LOG(LOAD_P, large, logFound, largeSure, largeLogged) \
absent:                               \
	LOAD_K0(neonTable_signBit)            \
	COPIES(K0, QE)                        \
	FMOVQ.P CLASS_SIZE(COEFFICIENTS), F31 \
	B    present
#define LOAD_P \
	ADD  $neonPull_kept, WORK, TEMP \
	VLD1_S4(TEMP_NUMBER, QA)
#define LOAD_INVERSE LOAD_ROW(neonRows_inverse, QC)

// w·(p·(q·g − Σ z of the others) − q·h), and 0 where w is.
#define PULL_CLASSES(class, own, mixed, others) \
	LOAD_ROW(neonRows_w, QG)        \
	EACH(VCMTST_S4, QG, QG, QF)     \ // QF = w ≠ 0
	FIRST_PULLS                     \
	FIRST_GRADIENT                  \
	MOVD ZR, CLASS                  \
	B    class                      \
own:                            \
	LOAD_ROW(neonRows_zRest, QB)    \
	B    others                     \
mixed:                          \
	CLASS_MASK(QC)                  \
	LOAD_ROW(neonRows_zRest, QD)    \
	EACH(VBIT_B16, QC, QD, QB)      \
	B    others                     \
class:                          \
	VLD1P_S4(PULLS_NUMBER, QA)      \
	EACH(VFSUB_S4, QA, QE, QB)      \ // QB = total − z
	CBNZ MIXED, mixed               \
	CMP  OWN, CLASS                 \
	BEQ  own                        \
others:                         \
	EACH1(VFNEG_S4, QB, QB)         \
	VLD1P_S4(PULLS_NUMBER, QC)      \
	VLD1P_S4(PULLS_NUMBER, QD)      \
	EACH(VFMLA_S4, QD, QC, QB)      \ // QB = q·g − others
	VLD1P_S4(PULLS_NUMBER, QC)      \
	VLD1P_S4(PULLS_NUMBER, QD)      \
	EACH(VFMLA_S4, QB, QC, QD)      \ // QD = p·QB − q·h
	EACH(VFMUL_S4, QG, QD, QB)      \
	EACH(VAND_B16, QF, QB, QB)      \
	PUT_CLASS(QB, QC)               \
	NEXT_CLASS(class)

#define SOFTMAX_FOCAL(FOCAL, RESTORE) \
	SOFTMAX(LOG_OF_INVERSE(sure, logged), H_FOCAL(FOCAL, RESTORE), LARGE_OR_ABSENT)

// TP, FP and FN alone are the same with ce 0.
TEXT ·softmaxSoftBackwardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(NOTHING, H_CE, NOTHING)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftBackwardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_FOCAL(FOCAL_HALF, LOAD_INVERSE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftBackwardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_FOCAL(FOCAL_ONE, LOAD_INVERSE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftBackwardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_FOCAL(FOCAL_THREE_HALVES, LOAD_INVERSE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftBackwardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_FOCAL(FOCAL_TWO, LOAD_INVERSE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftBackwardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_FOCAL(FOCAL_ANY, LOAD_INVERSE)

done:
	MOVD DONE, ret+8(FP)
	RET

// Probabilities: the derivative by a class's p is w·y·own + w·(1 − y)·other, own
// what the voxel would have if it were of the class altogether.
#define PROBABILITIES(OWN_PULL) \
	PLANAR_BACKWARD(CHECK_PROBABILITIES, SOFT_BLOCK, SOFT_ROW, PLANES_DERIVATIVES(OWN_PULL, class, weigh))
#define PLANES_DERIVATIVES(OWN_PULL, class, weigh) \
	LOAD_ROW(neonRows_w, QG)              \
	FIRST_CLASS                           \
	FIRST_COEFFICIENTS                    \
	FIRST_TARGET(planarBackward_targets)  \
	FIRST_GRADIENT                        \
class:                                \
	PLANE(X)                              \
	VLD1_S4(X_NUMBER, QA)                 \
	TARGET(TEMP)                          \
	VLD1_S4(TEMP_NUMBER, QF)              \
	FMOVQ (COEFFICIENTS), F31             \ // K1 = own, other, ce, focal
	EACH_N(VFSUB_S4, QF, ONE, QE)         \
	EACH(VFMUL_S4, QG, QE, QE)            \
	EACH_LANE(VFMUL_LANE, 1, K1, QE, QE)  \ // QE = w·(1 − y)·other
	EACH(VFMUL_S4, QG, QF, QF)            \ // QF = w·y
	OWN_PULL                              \ // QE += QF·own
weigh:                                \
	EACH(VCMTST_S4, QG, QG, QC)           \
	EACH(VAND_B16, QC, QE, QE)            \ // 0 where w is
	ADD  $CLASS_SIZE, COEFFICIENTS        \
	PUT_CLASS(QE, QC)                     \
	NEXT_CLASS(class)

#define OWN_REGION EACH_LANE(VFMLA_LANE, 0, K1, QF, QE)
#define OWN_CE \
	EACH_N(VFSUB_S4, QA, ONE, QB)                                 \
	PULL_CE(QA, QB, NOTHING, QUOTIENT_OF_CLASS, REGION_OF_CLASS) \
	EACH(VFMLA_S4, QD, QF, QE)

// With a focal sum it takes every set. Where no voxel of the row is of the
// class there is nothing to add, unless it would make 0 of −0.
#define OWN_FOCAL(FOCAL, pull) \
	WITHOUT_WEIGHT(QF, QD, absent)  \
pull:                           \
	ADD  $neonPull_kept, WORK, TEMP \
	VST1P_S4(TEMP_NUMBER, QE)       \
	VST1P_S4(TEMP_NUMBER, QF)       \
	EACH_N(VFSUB_S4, QA, ONE, QB)   \
	PULL_FOCAL(QA, QB, FOCAL, LOAD_COEFFICIENTS, CE_OF_CLASS, FOCAL_OF_CLASS, REGION_OF_CLASS, sure, logged) \
	ADD  $neonPull_kept, WORK, TEMP \
	VLD1P_S4(TEMP_NUMBER, QE)       \
	VLD1P_S4(TEMP_NUMBER, QF)       \
	EACH(VFMLA_S4, QD, QF, QE)      \
	LOAD_ROW(neonRows_w, QG)        \
	B    weigh                      \
absent:                         \
	LOAD_K0(neonTable_signBit)      \
	EACH_M(VCMEQ_S4, K0, QE, QD)    \
	WITHOUT_WEIGHT(QD, QC, weigh)   \
	B    pull

#define LOAD_COEFFICIENTS FMOVQ (COEFFICIENTS), F31
#define CE_OF_CLASS(s, d)       EACH_LANE(VFMUL_LANE, 2, K1, s, d) // d = ce·s
#define FOCAL_OF_CLASS(x, d, t) EACH_LANE(VFMLA_LANE, 3, K1, x, d) // d += focal·x
#define QUOTIENT_OF_CLASS(r, d) \
	VDUP V31.S[2], V30.S4 \
	EACH_N(VFDIV_S4, r, K0, d) // d = ce/r
#define REGION_OF_CLASS(x, t) \
	VDUP V31.S[0], V30.S4 \
	EACH_N(VFSUB_S4, x, K0, x) // x = own − x

TEXT ·planesSoftBackwardRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_REGION)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_FOCAL(FOCAL_HALF, pull))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_FOCAL(FOCAL_ONE, pull))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_FOCAL(FOCAL_THREE_HALVES, pull))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_FOCAL(FOCAL_TWO, pull))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftBackwardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(OWN_FOCAL(FOCAL_ANY, pull))

done:
	MOVD DONE, ret+8(FP)
	RET
