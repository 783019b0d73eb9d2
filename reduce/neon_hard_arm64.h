// What the one-channel kernels for hard labels share.
//
// A block is eight groups of 64 voxels, four rows of 16 lanes. A group takes
// one of three paths: all background, all foreground, or mixed. On each the
// four quarters of the lanes follow each other, four rows by four lanes at a
// time: that makes the four chains of FMA that hide its latency, with one
// register per sum.

#define GROUP (const_quad*const_Lanes) // voxels of a group
#define ROW   (4*const_Lanes)          // bytes of a row of values

// What a kernel begins with.
#define BEGIN(input) \
	MOVD hardCall_prediction(CALL), X              \
	MOVD hardCall_labels(CALL), Y                  \
	MOVD (hardCall_labels+8)(CALL), LEFT           \ // LEFT = len(labels)
	MOVD ZR, DONE                                  \
	MOVD $·neon(SB), CONST                         \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT \
	FMOVQ neonTable_one(CONST), F28                \ // ONE
	ADD  $63, WORK                                 \
	AND  $~63, WORK                                \
	MOVWU hardCall_eps(CALL), TEMP                 \
	VDUP TEMP, V30.S4                              \
	MOVWU hardCall_oneMinus(CALL), TEMP            \
	VDUP TEMP, V31.S4                              \
	FSTPQ (F30, F31), neonWork_eps(WORK)           \
	MOVWU hardCall_ignore(CALL), TEMP              \
	CMPW $255, TEMP                                \
	CSEL HI, ZR, TEMP, TEMP                        \ // none is ignored: 0, a class anyway
	VDUP TEMP, V30.B16                             \
	FMOVQ F30, neonWork_ignore(WORK)

// What a block begins with; without one the kernel is done.
#define BLOCK_BEGIN \
	CMP  $const_BlockSize, LEFT \
	BLT  done                   \
	VEOR_B16(MOST, MOST, MOST)  \
	MOVD ZR, COUNT              \
	MOVD $(const_BlockSize/GROUP), GROUPS

// Logits may come as halves. Then X leads to those of the block as float32
// numbers, at widened of WORK.
#define WIDEN_BLOCK(halves, element, widened, row, float16s, store, end) \
	MOVBU element(CALL), TEMP                     \
	CBZ  TEMP, end                                \
	MOVD halves(CALL), X                          \
	ADD  DONE<<10, X                              \ // 2·BlockSize
	ADD  $widened, WORK, WALK                     \
	MOVD $(const_BlockSize/const_Lanes), QUARTERS \
row:                                          \
	FLDPQ.P 32(X), (F30, F31)                     \
	FLOATS_OF_HALVES(QA, float16s, store)         \
	VST1P_S4(WALK_NUMBER, QA)                     \
	SUB  $1, QUARTERS                             \
	CBNZ QUARTERS, row                            \
	ADD  $widened, WORK, X                        \
end:

#define ZERO_SUMS \
	EACH(VEOR_B16, QA, QA, QA)      \
	ADD  $neonWork_sums, WORK, SUMS \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)       \
	VST1P_S4(SUMS_NUMBER, QA)

// The labels of a group into a set, and to its path: this is followed by the
// mixed one.
#define CLASSIFY(labels, t, background, foreground) \
	VLD1P_S4(Y_NUMBER, labels)        \
	VORR_B16(labels, labels+1, t)     \
	VORR_B16(labels+2, labels+3, t+1) \
	VORR_B16(t, t+1, t)               \
	VUMAXV_B16(t, t)                  \
	VMOV_W(t, TEMP_NUMBER)            \
	CBZW TEMP, background             \ // every bit is 0
	VAND_B16(labels, labels+1, t)     \
	VAND_B16(labels+2, labels+3, t+1) \
	VAND_B16(t, t+1, t)               \
	VUMINV_B16(t, t)                  \
	VMOV_W(t, TEMP2_NUMBER)           \
	CMPW $1, TEMP                     \
	CCMPW EQ, TEMP2, $1, $0           \
	BEQ  foreground                     // no bit but the lowest, and that everywhere

// What the path of a class begins with.
#define CLASS_BEGIN(y) \
	ADD  $GROUP, COUNT                                  \
	ADD  $(neonWork_sums+y*neonClass__size), WORK, SUMS \
	MOVD $4, QUARTERS

// The masks of a mixed group from the labels in QA; a label that is none
// leaves the block.
#define MIXED_BEGIN \
	FMOVQ neonWork_ignore(WORK), F30      \
	EACH_M(VCMEQ_B16, K0, QA, QB)         \ // QB = label = ignore
	EACH1(VCMEQ0_B16, QA, QC)             \ // QC = label = 0
	EACH(VBIC_B16, QB, QA, QA)            \ // QA = label, 0 where ignored
	EACH(VCMTST_B16, QA, QA, QD)          \ // QD = QA ≠ 0
	EACH(VSUB_B16, QC, QA, QE)            \ // QE = valid ? 1 : 0
	VUMAX_B16(QA, QA+1, QA)               \ // the largest label is 0 or 1
	VUMAX_B16(QA+2, QA+3, QA+2)           \
	VUMAX_B16(QA, QA+2, QA)               \
	VUMAXV_B16(QA, QA)                    \
	VMOV_W(QA, TEMP_NUMBER)               \
	CMPW $1, TEMP                         \
	BHI  done                             \
	VADD_B16(QE, QE+1, QE)                \ // COUNT += Σ QE
	VADD_B16(QE+2, QE+3, QE+2)            \
	VADD_B16(QE, QE+2, QE)                \
	VUADDLV_B16(QE, QE)                   \
	VMOV_W(QE, TEMP_NUMBER)               \
	ADD  TEMP, COUNT                      \
	ADD  $neonTable_quarters, CONST, TEMP \
	VLD1_S4(TEMP_NUMBER, QA)              \ // QA = quarters, byte indices
	ADD  $neonWork_masks, WORK, MASKS     \
	MASKS_OF(QA)                          \
	MASKS_OF(QA+1)                        \
	MASKS_OF(QA+2)                        \
	MASKS_OF(QA+3)                        \
	ADD  $neonWork_masks, WORK, MASKS     \
	ADD  $neonWork_sums, WORK, SUMS       \
	MOVD $4, QUARTERS

// The bytes of a quarter spread to lanes: row by row, the foreground first.
#define MASKS_OF(quarter) \
	EACH_M(VTBL_B16, quarter, QD, QE) \
	EACH_M(VTBL_B16, quarter, QC, QF) \
	VST1P_S4(MASKS_NUMBER, QE)        \
	VST1P_S4(MASKS_NUMBER, QF)

// Four rows of the quarter, those of X into QA.
#define ROWS_OF(p, a, b, c, d) \
	FMOVQ.P ROW(p), a \
	FMOVQ.P ROW(p), b \
	FMOVQ.P ROW(p), c \
	FMOVQ.P (16-3*ROW)(p), d // back, and on to the next quarter
#define LOAD_ROWS ROWS_OF(X, F0, F1, F2, F3)

#define NEXT_QUARTER(loop) \
	SUB  $1, QUARTERS \
	CBNZ QUARTERS, loop

#define NEXT_GROUP(loop) \
	SUB  $1, GROUPS \
	CBNZ GROUPS, loop

// l = −log r, from r and s clamped; k and u are scratch. A sure s has but one
// bound to keep, ε being under it. UNSURE is what else is done where one is not.
#define NEG_LOG_CLAMPED(r, s, k, l, u, UNSURE, sure, logged) \
	IF_SURE(s, k, sure)                  \
	UNSURE                               \
	FLDPQ neonWork_eps(WORK), (F30, F31) \
	EACH_M(VFMAX_S4, K0, r, r)           \ // r = max(r, eps)
	EACH_M(VFMAX_S4, K0, s, s)           \
	EACH_M(VFMIN_S4, K1, s, s)           \ // s = min(max(s, eps), oneMinus)
	NEG_LOG_UNSURE(r, s, k, l, u, r)     \
	B    logged                          \
sure:                                \
	FMOVQ neonWork_eps(WORK), F30        \
	EACH_M(VFMAX_S4, K0, s, s)           \
	NEG_LOG_SURE(s, k, l, u)             \
logged:

// The block's values are plain, or it is left.
#define CHECK \
	VUMAXV_S4(MOST, MOST)     \
	VMOV_W(MOST, TEMP_NUMBER) \
	CMPW LIMIT, TEMP          \
	BHI  done

// Four registers of four lanes each, lanes 0 to 15, folded to one float64 in
// QE.
#define FOLD_LANES(a, b, c, d) \
	VFCVTL_D2(a, QE)           \
	VFCVTL_D2(c, QF)           \
	VFCVTL2_D2(a, QE+1)        \
	VFCVTL2_D2(c, QF+1)        \
	VFCVTL_D2(b, QE+2)         \
	VFCVTL_D2(d, QF+2)         \
	VFCVTL2_D2(b, QE+3)        \
	VFCVTL2_D2(d, QF+3)        \
	VFADD_D2(QF, QE, QE)       \ // i + i+8
	VFADD_D2(QF+1, QE+1, QE+1) \
	VFADD_D2(QF+2, QE+2, QE+2) \
	VFADD_D2(QF+3, QE+3, QE+3) \
	VFADD_D2(QE+2, QE, QE)     \ // i + i+4
	VFADD_D2(QE+3, QE+1, QE+1) \
	VFADD_D2(QE+1, QE, QE)     \ // i + i+2
	VFADDP_D2(QE, QE)            // i + i+1

// The same, added to the sum at offset of the call.
#define FOLD(a, b, c, d, offset) \
	FOLD_LANES(a, b, c, d)  \
	FMOVD offset(CALL), F20 \
	FADDD F16, F20, F20     \
	FMOVD F20, offset(CALL)

#define FOLD_SET(s, offset) FOLD(s, s+1, s+2, s+3, offset)
#define SUM_AT(sum, y)      (CALL_SUMS+sum+8*y) // CALL_SUMS is where the call has them

// The sums of a class, r at 0 of each quarter, s at 1, l at 2, f at 3.
#define LOAD_SUMS(y) \
	ADD  $(neonWork_sums+y*neonClass__size), WORK, SUMS \
	VLD1P_S4(SUMS_NUMBER, QA)                           \
	VLD1P_S4(SUMS_NUMBER, QB)                           \
	VLD1P_S4(SUMS_NUMBER, QC)                           \
	VLD1P_S4(SUMS_NUMBER, QD)
#define FOLD_REGION(y) \
	LOAD_SUMS(y)                                \
	FOLD(QA, QB, QC, QD, SUM_AT(hardSums_r, y)) \
	FOLD(QA+1, QB+1, QC+1, QD+1, SUM_AT(hardSums_s, y))
#define FOLD_CE(y) \
	FOLD_REGION(y) \
	FOLD(QA+2, QB+2, QC+2, QD+2, SUM_AT(hardSums_l, y))
#define FOLD_FOCAL(y) \
	FOLD_CE(y) \
	FOLD(QA+3, QB+3, QC+3, QD+3, SUM_AT(hardSums_f, y))

// A block's sums are added: so is its count.
#define BLOCK_END \
	MOVD (hardCall_sums+hardSums_n)(CALL), TEMP \
	ADD  COUNT, TEMP                            \
	MOVD TEMP, (hardCall_sums+hardSums_n)(CALL) \
	SUB  $const_BlockSize, LEFT                 \
	ADD  $1, DONE

// A kernel but for its return at done: what is done before a block is read, what
// its three paths do with a quarter, and the sums that it folds.
#define HARD(input, BEFORE_BLOCK, MIXED, BACKGROUND, FOREGROUND, FOLD_SUMS) \
	BEGIN(input)                             \
block:                                    \
	BLOCK_BEGIN                              \
	BEFORE_BLOCK                             \
	ZERO_SUMS                                \
group:                                    \
	CLASSIFY(QA, QB, background, foreground) \
	MIXED_BEGIN                              \
mixedQuarter:                             \
	MIXED                                    \
	NEXT_QUARTER(mixedQuarter)               \
	B    next                                \
background:                               \
	CLASS_BEGIN(0)                           \
backgroundQuarter:                        \
	BACKGROUND                               \
	NEXT_QUARTER(backgroundQuarter)          \
	B    next                                \
foreground:                               \
	CLASS_BEGIN(1)                           \
foregroundQuarter:                        \
	FOREGROUND                               \
	NEXT_QUARTER(foregroundQuarter)          \
next:                                     \
	ADD  $(3*ROW), X                         \ // the rows below the first
	NEXT_GROUP(group)                        \
	CHECK                                    \
	FOLD_SUMS(0)                             \
	FOLD_SUMS(1)                             \
	BLOCK_END                                \
	B    block

// The rows of a and b into two neighbours of a quarter's sums, at offset of
// SUMS.
#define ADD_CLASS(a, b, offset) \
	FLDPQ offset(SUMS), (F30, F31) \
	ADD_ROWS(a, K0)                \
	ADD_ROWS(b, K1)                \
	FSTPQ (F30, F31), offset(SUMS)
#define ADD_WEIGHTED(a, b, w, offset) \
	FLDPQ offset(SUMS), (F30, F31) \
	ADD_ROWS_WEIGHTED(a, w, K0)    \
	ADD_ROWS_WEIGHTED(b, w, K1)    \
	FSTPQ (F30, F31), offset(SUMS)

// The same into both classes' sums, by the masks at MASKS; w is scratch.
#define ADD_BOTH(a, b, w, offset) \
	LOAD_WEIGHTS(w)                               \
	ADD_WEIGHTED(a, b, w, neonClass__size+offset) \
	LOAD_WEIGHTS(w)                               \
	ADD_WEIGHTED(a, b, w, offset)

// The next masks as weights, 1 and 0.
#define LOAD_WEIGHTS(w) \
	VLD1P_S4(MASKS_NUMBER, w) \
	EACH_M(VAND_B16, ONE, w, w)
