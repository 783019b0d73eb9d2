// What the kernels for several channels share.
//
// The unit of work is a row of 16 voxels through all classes: a set has a
// number for each of its voxels. Most rows are of one class, and walk the
// classes with one comparison each; a mixed row finds the voxels of each class
// by a mask. Memory is the call's scratch, WORK.

// General registers, beside those of the steps.
#define PLANES R16     // the slices of the prediction
#define NEXT_PLANE R17 // the slice of the next class
#define CLASS R21      // the class under way
#define OWN R23        // that of the row's voxels, below 0 where none is, ALL where they have several
#define OWN_NUMBER 23
#define MIXED R24      // 1 where they have several, else 0
#define W R25          // the next weights; 0 where there are none
#define W_NUMBER 25
#define ALL R26        // the number of classes
#define OFFSET R7      // of the row in every plane, in bytes
#define EXPS R11       // the next class's exponentials
#define EXPS_NUMBER 11

// Bytes of the scratch.
#define SUMS_BEGIN  neonRows__size
#define SUMS_SIZE   320
#define SUMS_P      256
#define SLICE_SIZE  24
#define EXPS_SIZE   128 // with soft targets; else half of it is used
#define ROW_SIZE    64

#define LOAD_ROW(row, s) \
	ADD $row, WORK, TEMP \
	VLD1_S4(TEMP_NUMBER, s)
#define STORE_ROW(row, s) \
	ADD $row, WORK, TEMP \
	VST1_S4(TEMP_NUMBER, s)

// A register in all four of a set.
#define COPIES(n, d) VMOV_B16(n, d); VMOV_B16(n, (d)+1); VMOV_B16(n, (d)+2); VMOV_B16(n, (d)+3)

// What a kernel begins with; the arguments are fields of its call.
#define PLANAR_BEGIN(planes, halves, element, labels, weights, scratch, eps) \
	MOVD planes(CALL), PLANES       \
	MOVD (planes+8)(CALL), ALL      \
	MOVD labels(CALL), Y            \
	MOVD weights(CALL), W           \
	MOVD scratch(CALL), WORK        \
	MOVD 8(PLANES), LEFT            \
	HALVES_BEGIN(halves, element, begun) \
	MOVD ZR, DONE                   \
	MOVD ZR, OFFSET                 \
	MOVD $·neon(SB), CONST          \
	FMOVQ neonTable_one(CONST), F28 \ // ONE
	SPREAD_EPS(eps)

// Logits may come as halves. Then PLANES are slices in the scratch that lead to
// the row under way there, as float32 numbers in front of the slices: WIDEN_ROW
// makes both before a row is read, and what reads it does not see a difference.
#define HALVES_BEGIN(halves, element, begun) \
	MOVBU element(CALL), TEMP                    \
	CBZ  TEMP, begun                             \
	MOVD halves(CALL), NEXT_PLANE                \
	MOVD 8(NEXT_PLANE), LEFT                     \
	MOVD $(SUMS_SIZE+EXPS_SIZE+ROW_SIZE), TEMP   \
	MADD TEMP, WORK, ALL, PLANES                 \ // PLANES = WORK + ALL·TEMP
	ADD  $SUMS_BEGIN, PLANES                     \
begun:
#define WIDEN_ROW(halves, element, class, float16s, store, end) \
	MOVBU element(CALL), TEMP             \
	CBZ  TEMP, end                        \
	MOVD halves(CALL), NEXT_PLANE         \
	MOVD PLANES, SLICE                    \
	SUB  ALL<<6, PLANES, WIDENED          \ // ALL·ROW_SIZE
class:                                \
	MOVD.P SLICE_SIZE(NEXT_PLANE), X      \
	ADD  OFFSET>>1, X                     \
	FLDPQ (X), (F30, F31)                 \
	FLOATS_OF_HALVES(QA, float16s, store) \
	SUB  OFFSET, WIDENED, X               \ // PLANE adds it
	MOVD.P X, SLICE_SIZE(SLICE)           \
	VST1P_S4(WIDENED_NUMBER, QA)          \
	CMP  PLANES, WIDENED                  \
	BLO  class                            \
end:
#define SLICE WALK
#define WIDENED EXPS
#define WIDENED_NUMBER EXPS_NUMBER

#define FIRST_EXPS \
	MOVD $SUMS_SIZE, TEMP      \
	MADD TEMP, WORK, ALL, EXPS \ // EXPS = WORK + ALL·TEMP
	ADD  $SUMS_BEGIN, EXPS

// A walk over the classes: PLANE where their values are wanted.
#define FIRST_CLASS \
	MOVD PLANES, NEXT_PLANE \
	MOVD ZR, CLASS
#define PLANE(x) \
	MOVD.P SLICE_SIZE(NEXT_PLANE), x \
	ADD  OFFSET, x
#define NEXT_CLASS(class) \
	ADD  $1, CLASS  \
	CMP  ALL, CLASS \
	BLT  class

// The labels of the row: OWN and MIXED, and the weights, 0 where a voxel is
// ignored, to neonRows_w and QC.
#define ROW_BEGIN(given, weighted) \
	ROW_LABELS \
	ROW_VALID(given, weighted)
#define ROW_LABELS \
	VLD1P_S4(Y_NUMBER, QA) \
	FIND_OWN
#define ROW_VALID(given, weighted) \
	ROW_WEIGHTS(given, weighted) \
	EACH1(VCMLT0_S4, QA, QB)     \
	EACH(VBIC_B16, QB, QC, QC)   \
	STORE_ROW(neonRows_w, QC)

// OWN and MIXED by the classes in QA.
#define FIND_OWN \
	VDUP V0.S[0], V30.S4         \
	EACH_M(VCMEQ_S4, K0, QA, QB) \
	VAND_B16(QB, QB+1, QB)       \
	VAND_B16(QB+2, QB+3, QB+2)   \
	VAND_B16(QB, QB+2, QB)       \
	VUMINV_B16(QB, QB)           \ // 255 where all are the first
	VMOV_W(QB, TEMP_NUMBER)      \
	VMOV_W(QA, OWN_NUMBER)       \
	SXTW OWN, OWN                \
	CMPW $255, TEMP              \
	CSET NE, MIXED               \
	CSEL EQ, OWN, ALL, OWN

// The weights of the row to QC: 1 where the call has none.
#define ROW_WEIGHTS(given, weighted) \
	CBNZ W, given          \
	COPIES(ONE, QC)        \
	B    weighted          \
given:                 \
	VLD1P_S4(W_NUMBER, QC) \
weighted:

// The block's weights are plain, or it is left.
#define CHECK_WEIGHTS(loop, none) \
	CBZ  W, none                                          \
	MOVWU (neonTable_limits+4*const_logits)(CONST), LIMIT \ // maxWeight is maxLogit
	CHECK_VALUES(W, LIMIT, RAW, loop)                     \
none:

// mask = label is CLASS; t is scratch. OWN_VOXELS goes to absent where there
// are none.
#define CLASS_MASK(mask) \
	SUB  $64, Y, TEMP          \
	VLD1_S4(TEMP_NUMBER, mask) \
	VDUP CLASS, V30.S4         \
	EACH_M(VCMEQ_S4, K0, mask, mask)
#define OWN_VOXELS(mask, t, absent) \
	CLASS_MASK(mask) \
	WITHOUT_WEIGHT(mask, t, absent)

// The largest logit of each voxel to QF. MOST has the magnitudes.
#define FIND_MOST(class) \
	FIRST_CLASS                \
	PLANE(X)                   \
	VLD1_S4(X_NUMBER, QF)      \
	VLD1_S4(X_NUMBER, QG)      \
	ADD  $1, CLASS             \
class:                     \
	PLANE(X)                   \
	VLD1_S4(X_NUMBER, QA)      \
	EACH(VFMAX_S4, QA, QF, QF) \ // NaN stays
	EACH(VFMIN_S4, QA, QG, QG) \
	NEXT_CLASS(class)          \
	EACH1(VFABS_S4, QF, QA)    \
	MAX_ROWS(QA, MOST)         \
	EACH1(VFABS_S4, QG, QG)    \
	MAX_ROWS(QG, MOST)

// The exponentials of all classes, QF being most: each to EXPS, and their sum
// but for the own class's to QG and, by groups of classes, neonRows_others.
// KEEP is what else is done with most − x in QA, OWN_VALUES with e^(x−most) in
// QB where the class is the row's own, and MIXED_VALUES where it is that of the
// voxels of the mask QC.
#define EXPONENTIALS(KEEP, OWN_VALUES, MIXED_VALUES, class, next, same, own, mixed) \
	EACH(VEOR_B16, QG, QG, QG)        \
	ADD  $neonRows_others, WORK, TEMP \
	VST1P_S4(TEMP_NUMBER, QG)         \
	VST1P_S4(TEMP_NUMBER, QG)         \
	VST1P_S4(TEMP_NUMBER, QG)         \
	FIRST_EXPS                        \
	FIRST_CLASS                       \
	B    class                        \
own:                              \
	OWN_VALUES                        \
	B    next                         \
mixed:                            \
	CLASS_MASK(QC)                    \
	EACH(VBIC_B16, QC, QB, QD)        \
	EACH(VFADD_S4, QD, QG, QG)        \
	MIXED_VALUES                      \
	B    next                         \
class:                            \
	PLANE(X)                          \
	VLD1_S4(X_NUMBER, QA)             \
	EACH(VFSUB_S4, QA, QF, QA)        \ // QA = most − x
	KEEP                              \
	EXP(QA, QB, QC, QD, QE)           \ // QB = e^−QA
	VST1P_S4(EXPS_NUMBER, QB)         \
	CBNZ MIXED, mixed                 \
	CMP  OWN, CLASS                   \
	BEQ  own                          \
	EACH(VFADD_S4, QB, QG, QG)        \
next:                             \
	ADD  $1, CLASS                    \
	TST  $(const_groupSize-1), CLASS  \
	BNE  same                         \
	LOAD_ROW(neonRows_others, QA)     \
	EACH(VFADD_S4, QG, QA, QA)        \
	VST1_S4(TEMP_NUMBER, QA)          \
	EACH(VEOR_B16, QG, QG, QG)        \
same:                             \
	CMP  ALL, CLASS                   \
	BLT  class

// With hard labels: the exponential of the own class to neonRows_mine, and
// most − x to neonRows_below.
#define OWN_EXPONENTIALS(class, next, same, own, mixed) \
	EXPONENTIALS(NOTHING, MINE_OF_ROW, MINE_OF_MASK, class, next, same, own, mixed)
#define MINE_OF_ROW \
	STORE_ROW(neonRows_mine, QB) \
	VLD1_S4(X_NUMBER, QA)        \
	EACH(VFSUB_S4, QA, QF, QA)   \
	STORE_ROW(neonRows_below, QA)
#define MINE_OF_MASK \
	LOAD_ROW(neonRows_mine, QA)  \
	EACH(VBIT_B16, QC, QB, QA)   \
	VST1_S4(TEMP_NUMBER, QA)     \
	VLD1_S4(X_NUMBER, QB)        \
	EACH(VFSUB_S4, QB, QF, QB)   \
	LOAD_ROW(neonRows_below, QA) \
	EACH(VBIT_B16, QC, QB, QA)   \
	VST1_S4(TEMP_NUMBER, QA)

// r and s of the own class to QA and QB, and to their rows; the inverse to QC.
#define OWN_SIDES \
	LOAD_ROW(neonRows_others, QA)      \
	EACH(VFADD_S4, QA, QG, QG)         \ // QG = rest
	LOAD_ROW(neonRows_mine, QB)        \
	EACH(VFADD_S4, QB, QG, QA)         \
	EACH_N(VFDIV_S4, QA, ONE, QC)      \ // QC = 1 / (rest + mine)
	EACH(VFMUL_S4, QC, QB, QA)         \ // QA = r
	EACH(VFMUL_S4, QC, QG, QB)         \ // QB = s
	ADD  $neonRows_inverse, WORK, TEMP \
	VST1P_S4(TEMP_NUMBER, QC)          \
	VST1P_S4(TEMP_NUMBER, QA)          \
	VST1P_S4(TEMP_NUMBER, QB)

// QE = −log r of the own class, from r where that is ½ or more, else from the
// inverse. Takes QA, QB and QC.
#define OWN_LOG(sure, logged) \
	LOAD_K0(neonTable_half)                   \
	EACH_N(VFCMGT_S4, QA, K0, QD)             \ // QD = r < ½
	EACH(VBIT_B16, QD, QC, QA)                \ // QA = QD ? inverse : r
	EACH_N(VFSUB_S4, QC, ONE, QE)             \
	EACH(VBIT_B16, QD, QE, QB)                \ // QB = QD ? 1 − inverse : s
	LOAD_ROW(neonRows_below, QF)              \
	EACH(VAND_B16, QD, QF, QF)                \ // QF = QD ? below : 0
	NEG_LOG(QA, QB, QC, QE, QG, sure, logged) \
	EACH(VFADD_S4, QF, QE, QE)

// QB = s, at least 2^-126.
#define FLOOR \
	LOAD_ROW(neonRows_s, QB) \
	FLOOR_S
#define FLOOR_S \
	LOAD_K0(neonTable_normal) \
	EACH_M(VFMAX_S4, K0, QB, QB)

// QE = −log r of probabilities: r in QA and s in QB, which is clamped. QC and u
// are scratch.
#define PLANES_LOG(u, sure, logged) \
	NEG_LOG_CLAMPED(QA, QB, QC, QE, u, NOTHING, sure, logged)

// The sums of a block, of every class those of planeSums and Σ w.
#define CLEAR_SUMS(class) \
	EACH(VEOR_B16, QA, QA, QA)   \
	STORE_ROW(neonRows_sumW, QA) \
	ADD  $SUMS_BEGIN, WORK, SUMS \
	MOVD ALL, CLASS              \
class:                       \
	VST1P_S4(SUMS_NUMBER, QA)    \
	VST1P_S4(SUMS_NUMBER, QA)    \
	VST1P_S4(SUMS_NUMBER, QA)    \
	VST1P_S4(SUMS_NUMBER, QA)    \
	VST1P_S4(SUMS_NUMBER, QA)    \
	SUB  $1, CLASS               \
	CBNZ CLASS, class

// The block's sums of every class to the call's. The own sums of a class
// without voxels are 0.
#define FOLD_CLASSES(class, without) \
	LOAD_ROW(neonRows_sumW, QA)     \
	FOLD_SET(QA, planarCall_w)      \
	ADD  $SUMS_BEGIN, WORK, SUMS    \
	MOVD planarCall_sums(CALL), X   \
	MOVD ALL, CLASS                 \
class:                          \
	VLD1P_S4(SUMS_NUMBER, QA)       \
	VLD1P_S4(SUMS_NUMBER, QB)       \
	VLD1P_S4(SUMS_NUMBER, QC)       \
	VLD1P_S4(SUMS_NUMBER, QD)       \
	EACH(VORR_B16, QA, QB, QE)      \
	EACH(VORR_B16, QC, QE, QE)      \
	EACH(VORR_B16, QD, QE, QE)      \
	WITHOUT_WEIGHT(QE, QF, without) \
	FOLD_PLANE(QA, planeSums_r)     \
	FOLD_PLANE(QB, planeSums_s)     \
	FOLD_PLANE(QC, planeSums_l)     \
	FOLD_PLANE(QD, planeSums_f)     \
without:                        \
	VLD1P_S4(SUMS_NUMBER, QA)       \
	FOLD_PLANE(QA, planeSums_p)     \
	ADD  $planeSums__size, X        \
	SUB  $1, CLASS                  \
	CBNZ CLASS, class
#define FOLD_PLANE(s, sum) \
	FOLD_LANES(s, s+1, s+2, s+3) \
	FMOVD sum(X), F20            \
	FADDD F16, F20, F20          \
	FMOVD F20, sum(X)
