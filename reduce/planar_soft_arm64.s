//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_planar_arm64.h"
#include "neon_planar_soft_arm64.h"

// The forward kernels for several channels and soft targets: planarGeneric, one
// per pass.

#define LOAD_GAMMA FMOVQ planarCall_eps(CALL), F31 // K1 = eps, oneMinus, hi, lo

// A kernel: ADD_CLASSES adds what a row of voxels has for each class. Their
// weights are in neonRows_w.
#define PLANAR_SOFT(input, BLOCK_BEGINS, ADD_CLASSES) \
	PLANAR_BEGIN(planarCall_planes, planarCall_halves, planarCall_element, planarCall_labels, planarCall_weights, planarCall_scratch, planarCall_eps) \
block:                                           \
	CMP  $const_BlockSize, LEFT                      \
	BLT  done                                        \
	CHECK_WEIGHTS(weights, unweighted)               \
	BLOCK_BEGINS                                     \
	CLEAR_SUMS(clear)                                \
	VEOR_B16(MOST, MOST, MOST)                       \
	MOVD $(const_BlockSize/const_Lanes), GROUPS      \
row:                                             \
	ROW_WEIGHTS(given, weighted)                     \
	STORE_ROW(neonRows_w, QC)                        \
	LOAD_ROW(neonRows_sumW, QD)                      \
	EACH(VFADD_S4, QC, QD, QD)                       \ // Σ w
	VST1_S4(TEMP_NUMBER, QD)                         \
	ADD_CLASSES                                      \
	ADD  $(4*const_Lanes), OFFSET                    \
	SUB  $1, GROUPS                                  \
	CBNZ GROUPS, row                                 \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT   \
	CHECK                                            \
	FOLD_CLASSES(fold, without)                      \
	SUB  $const_BlockSize, LEFT                      \
	ADD  $1, DONE                                    \
	B    block

// SUMS += s·w, and on to the class's next sum; t is scratch.
#define ADD_SUM(s, w, t) \
	VLD1_S4(SUMS_NUMBER, t) \
	EACH(VFMLA_S4, w, s, t) \
	VST1P_S4(SUMS_NUMBER, t)

// Σ w·(1 − y)·p of the class with p in QA and w in QG, and QF = w·y. QD and QE
// are scratch.
#define ADD_OTHER(CHECK_TARGET) \
	TARGET(TEMP)                  \
	VLD1_S4(TEMP_NUMBER, QF)      \
	CHECK_TARGET                  \
	EACH_N(VFSUB_S4, QF, ONE, QD) \
	EACH(VFMUL_S4, QG, QD, QD)    \ // QD = w·(1 − y)
	EACH(VFMUL_S4, QG, QF, QF)    \
	ADD  $SUMS_P, SUMS, TEMP      \
	VLD1_S4(TEMP_NUMBER, QE)      \
	EACH(VFMLA_S4, QD, QA, QE)    \
	VST1_S4(TEMP_NUMBER, QE)

#define ADD_REGION \
	ADD_SUM(QA, QF, QE) \
	ADD_SUM(QB, QF, QE)

// Softmax.
#define SOFTMAX_BEGINS \
	CHECK_TARGETS(planarCall_targets, target, targetValues) \
	FIRST_LIKELIEST

#define SOFTMAX_CLASSES(LOG, PRESENT, TERMS, LARGE) \
	WIDEN_ROW(planarCall_halves, planarCall_element, widen, float16s, storeWidened, widened) \
	FIND_LIKELIEST(VLD1_S4(X_NUMBER, QG), EACH(VFMIN_S4, QE, QG, QG), most) \
	EACH1(VFABS_S4, QF, QB)                             \
	MAX_ROWS(QB, MOST)                                  \
	EACH1(VFABS_S4, QG, QG)                             \
	MAX_ROWS(QG, MOST)                                  \
	LIKELIHOOD(exp, expNext, expSame, expOwn, expMixed) \
	LOG                                                 \
	LOAD_ROW(neonRows_w, QG)                            \
	FIRST_EXPS_BELOW                                    \
	FIRST_TARGET(planarCall_targets)                    \
	ADD  $SUMS_BEGIN, WORK, SUMS                        \
	MOVD ZR, CLASS                                      \
	B    class                                          \
	LIKELIEST_Q(own, mixed, found)                      \
	LARGE                                               \
class:                                              \
	CLASS_P                                             \
	ADD_OTHER(NOTHING)                                  \
	PRESENT                                             \
	CLASS_Q(own, mixed, found)                          \
	ADD_REGION                                          \
	TERMS                                               \
next:                                               \
	NEXT_EXPS                                           \
	ADD  $SUMS_SIZE, SUMS                               \
	NEXT_CLASS(class)

// A class that no voxel of the row is of at all has no sums but p's.
#define IF_PRESENT WITHOUT_WEIGHT(QF, QD, next)
#define BACK(sums) SUB $(64*sums), SUMS

#define REGION_TERMS BACK(2)
#define CE_TERMS \
	ADD_CE \
	BACK(3)
#define FOCAL_TERMS(FOCAL) \
	ADD_CE                    \
	FLOOR_S                   \
	FOCAL(QB, QE, QD, QA, QG) \
	ADD_SUM(QD, QF, QA)       \
	BACK(4)
#define ANY_TERMS \
	FOCAL_TERMS(FOCAL_ANY) \
	LOAD_INVERSE_AND_WEIGHTS
#define ADD_CE \
	CLASS_LOG(large, logFound) \
	ADD_SUM(QE, QF, QA)
#define LARGE_CLASS LARGE_LOG(LOAD_INVERSE_AND_WEIGHTS, large, logFound, largeSure, largeLogged)
#define LOAD_INVERSE_AND_WEIGHTS \
	LOAD_ROW(neonRows_inverse, QC) \
	LOAD_ROW(neonRows_w, QG)

#define SOFTMAX(LOG, PRESENT, TERMS, LARGE) \
	PLANAR_SOFT(const_logits, SOFTMAX_BEGINS, SOFTMAX_CLASSES(LOG, PRESENT, TERMS, LARGE))
#define SOFTMAX_LOGS(TERMS) SOFTMAX(LOG_OF_INVERSE(sure, logged), IF_PRESENT, TERMS, LARGE_CLASS)

TEXT ·softmaxSoftRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(NOTHING, NOTHING, REGION_TERMS, NOTHING)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(CE_TERMS)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(FOCAL_TERMS(FOCAL_HALF))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(FOCAL_TERMS(FOCAL_ONE))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(FOCAL_TERMS(FOCAL_THREE_HALVES))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(FOCAL_TERMS(FOCAL_TWO))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxSoftAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX_LOGS(ANY_TERMS)

done:
	MOVD DONE, ret+8(FP)
	RET

// Probabilities. They and the targets have the same limit.
#define PLANES_CLASSES(PRESENT, TERMS) \
	LOAD_ROW(neonRows_w, QG)          \
	FIRST_CLASS                       \
	FIRST_TARGET(planarCall_targets)  \
	ADD  $SUMS_BEGIN, WORK, SUMS      \
class:                            \
	PLANE(X)                          \
	VLD1_S4(X_NUMBER, QA)             \
	MAX_ROWS(QA, MOST)                \
	ADD_OTHER(MAX_ROWS(QF, MOST))     \
	PRESENT                           \
	EACH_N(VFSUB_S4, QA, ONE, QB)     \
	ADD_REGION                        \
	TERMS                             \
next:                             \
	ADD  $SUMS_SIZE, SUMS             \
	NEXT_CLASS(class)

#define PLANES_CE \
	PLANES_LOG(QD, sure, logged) \
	ADD_SUM(QE, QF, QA)          \
	BACK(3)
#define PLANES_FOCAL(FOCAL) \
	PLANES_LOG(QD, sure, logged) \
	ADD_SUM(QE, QF, QA)          \
	FOCAL(QB, QE, QD, QA, QG)    \
	ADD_SUM(QD, QF, QA)          \
	BACK(4)
#define PLANES_ANY \
	PLANES_FOCAL(FOCAL_ANY) \
	LOAD_ROW(neonRows_w, QG)

#define PROBABILITIES(PRESENT, TERMS) \
	PLANAR_SOFT(const_probabilities, NOTHING, PLANES_CLASSES(PRESENT, TERMS))

TEXT ·planesSoftRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(NOTHING, REGION_TERMS)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_FOCAL(FOCAL_HALF))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_FOCAL(FOCAL_ONE))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_FOCAL(FOCAL_THREE_HALVES))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_FOCAL(FOCAL_TWO))

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesSoftAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(IF_PRESENT, PLANES_ANY)

done:
	MOVD DONE, ret+8(FP)
	RET
