//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"
#include "neon_hard_arm64.h"
#include "neon_backward_arm64.h"
#include "neon_planar_arm64.h"

// The forward kernels for several channels and hard labels: planarGeneric, one
// per pass. What a voxel adds to its own class is formed once, beside the walk
// over the classes.

#define LOAD_GAMMA FMOVQ planarCall_eps(CALL), F31 // K1 = eps, oneMinus, hi, lo

// A kernel: VALUES leaves r and s of the own class in QA and QB and their rows,
// OWN_TERMS what else is wanted in theirs, and OTHERS adds w·p of the others.
// PLAIN_ROW may do all of it for a row of one class without weights, and count
// it in PLAIN.
#define PLANAR(input, PLAIN_ROW, VALUES, OWN_TERMS, OWN_SUMS, OTHERS) \
	PLANAR_BEGIN(planarCall_planes, planarCall_halves, planarCall_element, planarCall_labels, planarCall_weights, planarCall_scratch, planarCall_eps) \
block:                                                                   \
	CMP  $const_BlockSize, LEFT                                              \
	BLT  done                                                                \
	CHECK_WEIGHTS(weights, unweighted)                                       \
	CLEAR_SUMS(clear)                                                        \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT                           \
	VEOR_B16(MOST, MOST, MOST)                                               \
	MOVD ZR, PLAIN                                                           \
	MOVD $(const_BlockSize/const_Lanes), GROUPS                              \
row:                                                                     \
	ROW_LABELS                                                               \
	PLAIN_ROW                                                                \
	ROW_VALID(given, weighted)                                               \
	LOAD_ROW(neonRows_sumW, QD)                                              \
	EACH(VFADD_S4, QC, QD, QD)                                               \ // Σ w
	VST1_S4(TEMP_NUMBER, QD)                                                 \
	VALUES                                                                   \
	OWN_TERMS                                                                \
	ADD_OWN(OWN_SUMS, mixedOwn, mixedOwnNext, added)                         \
	OTHERS                                                                   \
next:                                                                    \
	ADD  $(4*const_Lanes), OFFSET                                            \
	SUB  $1, GROUPS                                                          \
	CBNZ GROUPS, row                                                         \
	CHECK                                                                    \
	ADD_PLAIN                                                                \
	FOLD_CLASSES(fold, without)                                              \
	SUB  $const_BlockSize, LEFT                                              \
	ADD  $1, DONE                                                            \
	B    block

#define PLAIN R19 // rows of the block whose weights are all 1 and not in neonRows_sumW yet
#define ADD_PLAIN \
	LOAD_ROW(neonRows_sumW, QA)  \
	VDUP PLAIN, V30.S4           \
	VUCVTF_S4(K0, K0)            \
	EACH_M(VFADD_S4, K0, QA, QA) \
	VST1_S4(TEMP_NUMBER, QA)

// The sums of the own class, by the weights in QG: of one class with those of
// the row, of several with those of its voxels.
#define ADD_OWN(OWN_SUMS, class, next, added) \
	LOAD_ROW(neonRows_w, QG)     \
	ADD  $SUMS_BEGIN, WORK, SUMS \
	MOVD ZR, CLASS               \
	CBNZ MIXED, class            \
	SUMS_OF_OWN                  \
	OWN_SUMS                     \
	B    added                   \
class:                       \
	OWN_VOXELS(QC, QD, next)     \
	LOAD_ROW(neonRows_w, QG)     \
	EACH(VAND_B16, QC, QG, QG)   \
	MOVD SUMS, WALK              \
	OWN_SUMS                     \
	MOVD WALK, SUMS              \
next:                        \
	ADD  $SUMS_SIZE, SUMS        \
	NEXT_CLASS(class)            \
added:

#define SUMS_OF_OWN \
	MOVD $SUMS_SIZE, TEMP \
	MADD TEMP, SUMS, OWN, SUMS // SUMS += OWN·TEMP

// SUMS goes on with the rows of what is added.
#define SUMS_REGION \
	ADD  $neonRows_r, WORK, TEMP \
	ADD_ROW                      \
	ADD_ROW
#define SUMS_CE \
	SUMS_REGION \
	ADD_ROW
#define SUMS_FOCAL \
	SUMS_CE \
	ADD_ROW
#define ADD_ROW \
	VLD1P_S4(TEMP_NUMBER, QA)  \
	VLD1_S4(SUMS_NUMBER, QB)   \
	EACH(VFMLA_S4, QG, QA, QB) \
	VST1P_S4(SUMS_NUMBER, QB)

// Softmax. A row that is ignored is only looked at.
#define SOFTMAX_VALUES \
	WIDEN_ROW(planarCall_halves, planarCall_element, widen, float16s, storeWidened, widened) \
	FIND_MOST(most)                                       \
	TBNZ $63, OWN, next                                   \
	OWN_EXPONENTIALS(exp, expNext, expSame, expOwn, expMixed) \
	OWN_SIDES

#define OWN_CE \
	OWN_LOG(sure, logged) \
	STORE_ROW(neonRows_l, QE)
#define OWN_FOCAL(FOCAL) \
	OWN_CE                    \
	FLOOR                     \
	FOCAL(QB, QE, QG, QA, QD) \
	STORE_ROW(neonRows_f, QG)

// w·p of the other classes, w in QG and the inverse in QF; in a mixed row all
// are others but for a class's own voxels, by the labels in QE.
#define SOFTMAX_OTHERS \
	LOAD_ROW(neonRows_w, QG)              \
	LOAD_ROW(neonRows_inverse, QF)        \
	SUB  $64, Y, TEMP                     \
	VLD1_S4(TEMP_NUMBER, QE)              \
	ADD  $(SUMS_BEGIN+SUMS_P), WORK, SUMS \
	FIRST_EXPS                            \
	MOVD ZR, CLASS                        \
	B    other                            \
otherMixed:                           \
	ADD_OTHERS                            \
	B    otherNext                        \
other:                                \
	VLD1P_S4(EXPS_NUMBER, QA)             \
	EACH(VFMUL_S4, QF, QA, QA)            \
	CBNZ MIXED, otherMixed                \
	CMP  OWN, CLASS                       \
	BEQ  otherNext                        \
	VLD1_S4(SUMS_NUMBER, QB)              \
	EACH(VFMLA_S4, QG, QA, QB)            \
	VST1_S4(SUMS_NUMBER, QB)              \
otherNext:                            \
	ADD  $SUMS_SIZE, SUMS                 \
	NEXT_CLASS(other)
#define ADD_OTHERS \
	VDUP CLASS, V30.S4           \
	EACH_M(VCMEQ_S4, K0, QE, QC) \
	EACH(VBIC_B16, QC, QG, QB)   \
	VLD1_S4(SUMS_NUMBER, QC)     \
	EACH(VFMLA_S4, QB, QA, QC)   \
	VST1_S4(SUMS_NUMBER, QC)

#define SOFTMAX(TERMS, OWN_SUMS) \
	PLANAR(const_logits, NOTHING, SOFTMAX_VALUES, TERMS, OWN_SUMS, SOFTMAX_OTHERS)

TEXT ·softmaxHardRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(NOTHING, SUMS_REGION)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_CE, SUMS_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_FOCAL(FOCAL_HALF), SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_FOCAL(FOCAL_ONE), SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_FOCAL(FOCAL_THREE_HALVES), SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_FOCAL(FOCAL_TWO), SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·softmaxHardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	SOFTMAX(OWN_FOCAL(FOCAL_ANY), SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

// Probabilities: the walk that adds those of the other classes finds that of
// the own class, in QD.
#define PLANES_VALUES \
	LOAD_ROW(neonRows_w, QG)              \
	SUB  $64, Y, TEMP                     \
	VLD1_S4(TEMP_NUMBER, QE)              \
	EACH(VEOR_B16, QF, QF, QF)            \
	EACH(VEOR_B16, QD, QD, QD)            \
	ADD  $(SUMS_BEGIN+SUMS_P), WORK, SUMS \
	FIRST_CLASS                           \
	B    other                            \
otherOwn:                             \
	EACH1(VMOV_B16, QA, QD)               \
	B    otherNext                        \
otherMixed:                           \
	ADD_OTHERS                            \
	EACH_M(VCMEQ_S4, K0, QE, QC)          \
	EACH(VBIT_B16, QC, QA, QD)            \
	B    otherNext                        \
other:                                \
	PLANE(X)                              \
	VLD1_S4(X_NUMBER, QA)                 \
	EACH(VUMAX_S4, QA, QF, QF)            \
	CBNZ MIXED, otherMixed                \
	CMP  OWN, CLASS                       \
	BEQ  otherOwn                         \
	VLD1_S4(SUMS_NUMBER, QB)              \
	EACH(VFMLA_S4, QG, QA, QB)            \
	VST1_S4(SUMS_NUMBER, QB)              \
otherNext:                            \
	ADD  $SUMS_SIZE, SUMS                 \
	NEXT_CLASS(other)                     \
	MAX_ROWS(QF, MOST)                    \
	TBNZ $63, OWN, next                   \
	EACH1(VMOV_B16, QD, QA)               \
	PLANES_SIDES
#define PLANES_SIDES \
	EACH_N(VFSUB_S4, QA, ONE, QB) \ // QB = s
	ADD  $neonRows_r, WORK, TEMP  \
	VST1P_S4(TEMP_NUMBER, QA)     \
	VST1_S4(TEMP_NUMBER, QB)

// A row of one class without weights: r in QA.
#define PLANES_PLAIN(OWN_TERMS, OWN_SUMS, general, other, own, nextClass) \
	ORR  W, MIXED, TEMP                   \
	CBNZ TEMP, general                    \
	TBNZ $63, OWN, general                \
	ADD  $1, PLAIN                        \
	ADD  $(SUMS_BEGIN+SUMS_P), WORK, SUMS \
	FIRST_CLASS                           \
	B    other                            \
own:                                  \
	EACH1(VMOV_B16, QD, QA)               \
	B    nextClass                        \
other:                                \
	PLANE(X)                              \
	VLD1_S4(X_NUMBER, QD)                 \
	MAX_ROWS(QD, MOST)                    \
	CMP  OWN, CLASS                       \
	BEQ  own                              \
	VLD1_S4(SUMS_NUMBER, QB)              \
	EACH(VFADD_S4, QD, QB, QB)            \
	VST1_S4(SUMS_NUMBER, QB)              \
nextClass:                            \
	ADD  $SUMS_SIZE, SUMS                 \
	NEXT_CLASS(other)                     \
	PLANES_SIDES                          \
	OWN_TERMS                             \
	COPIES(ONE, QG)                       \
	ADD  $SUMS_BEGIN, WORK, SUMS          \
	SUMS_OF_OWN                           \
	OWN_SUMS                              \
	B    next                             \
general:

#define PLANES_REGION(sure, logged)
#define PLANES_CE(sure, logged) \
	PLANES_LOG(QG, sure, logged) \
	STORE_ROW(neonRows_l, QE)
#define PLANES_FOCAL(FOCAL, sure, logged) \
	PLANES_CE(sure, logged)   \
	FOCAL(QB, QE, QG, QA, QD) \
	STORE_ROW(neonRows_f, QG)
#define PLANES_HALF(sure, logged)         PLANES_FOCAL(FOCAL_HALF, sure, logged)
#define PLANES_ONE(sure, logged)          PLANES_FOCAL(FOCAL_ONE, sure, logged)
#define PLANES_THREE_HALVES(sure, logged) PLANES_FOCAL(FOCAL_THREE_HALVES, sure, logged)
#define PLANES_TWO(sure, logged)          PLANES_FOCAL(FOCAL_TWO, sure, logged)
#define PLANES_ANY(sure, logged)          PLANES_FOCAL(FOCAL_ANY, sure, logged)

#define PROBABILITIES(TERMS, OWN_SUMS) \
	PLANAR(const_probabilities, PLANES_PLAIN(TERMS(plainSure, plainLogged), OWN_SUMS, general, plain, plainOwn, plainNext), PLANES_VALUES, TERMS(sure, logged), OWN_SUMS, NOTHING)

TEXT ·planesHardRegionNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_REGION, SUMS_REGION)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardCENEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_CE, SUMS_CE)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardHalfNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_HALF, SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardOneNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_ONE, SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardThreeHalvesNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_THREE_HALVES, SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardTwoNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_TWO, SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET

TEXT ·planesHardAnyNEON(SB), NOSPLIT, $0-16
	MOVD c+0(FP), CALL
	PROBABILITIES(PLANES_ANY, SUMS_FOCAL)

done:
	MOVD DONE, ret+8(FP)
	RET
