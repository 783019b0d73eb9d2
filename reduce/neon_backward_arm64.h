// What the one-channel backward kernels share.
//
// Voxels do not depend on each other here, so a set is 16 neighbours. A group
// of 64 whose labels agree has its coefficients in the lanes of one register;
// a mixed group looks each voxel's up in tables of 16 bytes by TBL, where
// class 0 is the first lane, class 1 the second, and what is ignored reads a
// 0 from the third.

#define G R19 // the next gradients
#define G_NUMBER 19
#define ADDS R20 // 1 where gradients are added, else 0
#define SETS R6  // sets left in the group
#define INDEX R21 // the set's table index
#define INDEX_NUMBER 21
#define SAVED R22 // r and s
#define SAVED_NUMBER 22

// A pair of registers with eps and oneMinus, which are neighbours in a call.
#define SPREAD_EPS(eps) \
	MOVWU eps(CALL), TEMP     \
	VDUP TEMP, V30.S4         \
	MOVWU (eps+4)(CALL), TEMP \
	VDUP TEMP, V31.S4         \
	FSTPQ (F30, F31), neonWork_eps(WORK)

// The ignored label in every byte; none: 0, which changes nothing.
#define SPREAD_IGNORE(ignore) \
	MOVWU ignore(CALL), TEMP \
	CMPW $255, TEMP          \
	CSEL HI, ZR, TEMP, TEMP  \
	VDUP TEMP, V30.B16       \
	FMOVQ F30, neonWork_ignore(WORK)

#define WORK_BEGIN \
	MOVD ZR, DONE                   \
	MOVD $·neon(SB), CONST          \
	FMOVQ neonTable_one(CONST), F28 \ // ONE
	ADD  $63, WORK                  \
	AND  $~63, WORK

// The coefficients of both classes, at class of the call, in all their shapes.
// TURN is what changes their signs.
#define SPREAD_COEFFICIENTS(class, gamma, TURN) \
	ADD  $neonPull_index, WORK, INDEX          \
	ADD  $neonPull_sides, WORK, SAVED          \
	FMOVQ class(CALL), F0                      \ // the fourth lane is another's
	FMOVQ (class+coefficients__size)(CALL), F1 \
	MOVWU gamma(CALL), TEMP                    \
	VMOV TEMP, V0.S[3]                         \
	VMOV TEMP, V1.S[3]                         \
	TURN                                       \
	FSTPQ (F0, F1), neonPull_lanes(WORK)       \
	VDUP V0.S[0], V2.S4                        \
	VDUP V1.S[0], V3.S4                        \
	FSTPQ (F2, F3), neonPull_region(WORK)      \
	VDUP V0.S[1], V2.S4                        \
	VDUP V1.S[1], V3.S4                        \
	FSTPQ (F2, F2), neonPull_ce(WORK)          \
	FSTPQ (F2, F2), (neonPull_ce+32)(WORK)     \
	FSTPQ (F3, F3), (neonPull_ce+64)(WORK)     \
	FSTPQ (F3, F3), (neonPull_ce+96)(WORK)     \
	VZIP1 V1.S4, V0.S4, V2.S4                  \ // region and ce
	VZIP2 V1.S4, V0.S4, V4.S4                  \ // focal and γ
	VDUP V2.D[1], V3.D2                        \
	VEOR_B16(5, 5, 5)                          \
	FSTPQ (F5, F5), neonPull_regionTable(WORK) \
	FMOVQ F5, neonPull_focalTable(WORK)        \
	FMOVD F2, neonPull_regionTable(WORK)       \
	FMOVD F3, neonPull_ceTable(WORK)           \
	FMOVD F4, neonPull_focalTable(WORK)

#define TURN_NONE VEOR_B16(5, 5, 5)
// The logits' chain adds −ce and −focal.
#define TURN_PULL \
	LOAD_K0(neonTable_signOfPull) \
	VEOR_B16(K0, 0, 0)            \
	VEOR_B16(K0, 1, 1)

// Leaves the block if the largest of QG is above the limit.
#define IN_LIMIT(VUMAX, VUMAXV, limit) \
	VUMAX(QG+1, QG, QG)     \
	VUMAX(QG+3, QG+2, QG+2) \
	VUMAX(QG+2, QG, QG)     \
	VUMAXV(QG, QG)          \
	VMOV_W(QG, TEMP_NUMBER) \
	CMPW limit, TEMP        \
	BHI  done

// The largest raw bits of the block's values at X, which stays. MAGNITUDE
// takes the signs off where they are allowed. Leaves the block if they are
// not plain.
#define CHECK_VALUES(x, limit, MAGNITUDE, loop) \
	EACH(VEOR_B16, QG, QG, QG)          \
	MOVD x, WALK                        \
	MOVD $(const_BlockSize/GROUP), SETS \
loop:                               \
	VLD1P_S4(WALK_NUMBER, QA)           \
	VLD1P_S4(WALK_NUMBER, QB)           \
	VLD1P_S4(WALK_NUMBER, QC)           \
	VLD1P_S4(WALK_NUMBER, QD)           \
	MAGNITUDE(QA)                       \
	MAGNITUDE(QB)                       \
	MAGNITUDE(QC)                       \
	MAGNITUDE(QD)                       \
	EACH(VUMAX_S4, QA, QG, QG)          \
	EACH(VUMAX_S4, QB, QG, QG)          \
	EACH(VUMAX_S4, QC, QG, QG)          \
	EACH(VUMAX_S4, QD, QG, QG)          \
	SUB  $1, SETS                       \
	CBNZ SETS, loop                     \
	IN_LIMIT(VUMAX_S4, VUMAXV_S4, limit)

#define RAW(s)
#define MAGNITUDE(s) EACH1(VFABS_S4, s, s)

// The block's labels are 0, 1 or ignored, or it is left.
#define CHECK_LABELS(loop) \
	EACH(VEOR_B16, QG, QG, QG)          \
	FMOVQ neonWork_ignore(WORK), F30    \
	MOVD Y, WALK                        \
	MOVD $(const_BlockSize/GROUP), SETS \
loop:                               \
	VLD1P_S4(WALK_NUMBER, QA)           \
	EACH_M(VCMEQ_B16, K0, QA, QB)       \
	EACH(VBIC_B16, QB, QA, QA)          \ // 0 where ignored
	EACH(VUMAX_B16, QA, QG, QG)         \
	SUB  $1, SETS                       \
	CBNZ SETS, loop                     \
	IN_LIMIT(VUMAX_B16, VUMAXV_B16, $1)

// Goes to where if all numbers of a set are +0; t is scratch.
#define WITHOUT_WEIGHT(w, t, where) \
	VORR_B16(w, w+1, t)     \
	VORR_B16(w+2, w+3, t+1) \
	VORR_B16(t, t+1, t)     \
	VUMAXV_S4(t, t)         \
	VMOV_W(t, TEMP2_NUMBER) \
	CBZW TEMP2, where

// The derivatives in d to the gradients; t is scratch.
#define PUT(d, t) \
	CBZ  ADDS, 6(PC)        \ // over the five that add
	VLD1_S4(G_NUMBER, t)    \
	EACH(VFADD_S4, t, d, d) \
	VST1P_S4(G_NUMBER, d)

// The table index of the next 16 labels to QG and INDEX: byte j of a lane is
// 4·class + j, with class 2 for what is ignored.
#define LOAD_INDEX \
	FMOVQ.P 16(Y), F30                    \
	LOAD_K1(neonTable_labelMost)          \
	VUMIN_B16(K1, K0, K0)                 \
	VSHL2_B16(K0, K0)                     \
	ADD  $neonTable_quarters, CONST, TEMP \
	VLD1_S4(TEMP_NUMBER, QG)              \
	EACH_N(VTBL_B16, QG, K0, QG)          \
	LOAD_K1(neonTable_byteOf)             \
	EACH_M(VORR_B16, K1, QG, QG)          \
	VST1_S4(INDEX_NUMBER, QG)

// Coefficients of a class, of the lanes in K1 where not from memory.
#define LANES(y) FMOVQ (neonPull_lanes+16*y)(WORK), F31
#define LANES_0 LANES(0)
#define LANES_1 LANES(1)
#define CE_LANE(s, d)          EACH_LANE(VFMUL_LANE, 1, K1, s, d) // d = ce·s
#define FOCAL_LANE(x, d, t)    EACH_LANE(VFMLA_LANE, 2, K1, x, d) // d += focal·x
#define FOCAL_MUL_LANE(x, t)   EACH_LANE(VFMUL_LANE, 2, K1, x, x) // x *= focal
#define REGION_FROM(x, y) \
	FMOVQ (neonPull_region+16*y)(WORK), F30 \
	EACH_N(VFSUB_S4, x, K0, x)                // x = region − x
#define REGION_0(x, t) REGION_FROM(x, 0)
#define REGION_1(x, t) REGION_FROM(x, 1)
// d = region·r − ce, ce turned.
#define MARGIN_LANE(r, d, y) \
	ADD  $(neonPull_ce+64*y), WORK, TEMP \
	VLD1_S4(TEMP_NUMBER, d)              \
	EACH_LANE(VFMLA_LANE, 0, K1, r, d)
#define MARGIN_0(r, d, t) MARGIN_LANE(r, d, 0)
#define MARGIN_1(r, d, t) MARGIN_LANE(r, d, 1)

// The same of a mixed set. γ is the same for both classes; QG is the index.
#define LANES_MIXED \
	LANES_0 \
	VLD1_S4(INDEX_NUMBER, QG)
#define LOOK_UP(table, d) \
	FMOVQ table(WORK), F30 \
	EACH_N(VTBL_B16, QG, K0, d)
#define CE_MIXED(s, d) \
	LOOK_UP(neonPull_ceTable, d) \
	EACH(VFMUL_S4, s, d, d)
#define FOCAL_MIXED(x, d, t) \
	LOOK_UP(neonPull_focalTable, t) \
	EACH(VFMLA_S4, x, t, d)
#define FOCAL_MUL_MIXED(x, t) \
	LOOK_UP(neonPull_focalTable, t) \
	EACH(VFMUL_S4, t, x, x)
#define REGION_MIXED(x, t) \
	LOOK_UP(neonPull_regionTable, t) \
	EACH(VFSUB_S4, x, t, x)
#define MARGIN_MIXED(r, d, t) \
	LOOK_UP(neonPull_ceTable, d)     \
	LOOK_UP(neonPull_regionTable, t) \
	EACH(VFMLA_S4, r, t, d)

// d = ce/r.
#define QUOTIENT_LANE(r, d, y) \
	FMOVQ (neonPull_ce+64*y)(WORK), F30 \
	EACH_N(VFDIV_S4, r, K0, d)
#define QUOTIENT_0(r, d) QUOTIENT_LANE(r, d, 0)
#define QUOTIENT_1(r, d) QUOTIENT_LANE(r, d, 1)
#define QUOTIENT_MIXED(r, d) \
	LOOK_UP(neonPull_ceTable, d) \
	EACH(VFDIV_S4, r, d, d)

// mask = r or s is under eps: there the derivative has its region alone.
#define OUTSIDE(r, s, mask) \
	EACH(VFMIN_S4, s, r, mask)    \
	FMOVQ neonWork_eps(WORK), F30 \
	EACH_N(VFCMGT_S4, mask, K0, mask)

// The derivatives by probabilities r, to QD. Where cross entropy is wanted:
#define PULL_CE(r, s, LANES, QUOTIENT, REGION) \
	OUTSIDE(r, s, QC)          \
	LANES                      \
	QUOTIENT(r, QD)            \ // QD = ce/r
	EACH(VBIC_B16, QC, QD, QD) \
	REGION(QD, QE)               // QD = region − QD

// And a focal sum. FOCAL is one of the focal powers.
#define PULL_FOCAL(r, s, FOCAL, LANES, CE_TIMES, FOCAL_TIMES, REGION, sure, logged) \
	VST1_S4(SAVED_NUMBER, s)                         \
	NEG_LOG_KEEP(r, s, QC, QD, QE, QF, sure, logged) \ // QD = ℓ
	LANES_0                                          \
	EACH_LANE(VFMUL_LANE, 3, K1, r, QF)              \
	EACH(VFMLA_S4, QD, QF, s)                        \ // s += γ·r·ℓ
	VLD1_S4(SAVED_NUMBER, QE)                        \ // QE = s
	FOCAL(QE, s, QF, QD, QG)                         \ // QF = slope
	VLD1_S4(SAVED_NUMBER, s)                         \
	OUTSIDE(r, s, QC)                                \
	LANES                                            \
	CE_TIMES(s, QD)                                  \
	EACH(VFMUL_S4, s, r, r)                          \ // r·s
	FOCAL_TIMES(QF, QD, QE)                          \ // QD = ce·s + focal·slope
	EACH(VFDIV_S4, r, QD, QD)                        \
	EACH(VBIC_B16, QC, QD, QD)                       \
	REGION(QD, QE)                                     // QD = region − QD

// The derivatives by logits' margins: without a focal sum, to d,
#define PULL_LOGITS(r, s, d, LANES, MARGIN) \
	LANES            \
	MARGIN(r, d, QB) \ // d = region·r − ce
	EACH(VFMUL_S4, d, s, d)

// and with one, to QE: of r (QA), s (QB and QD), ℓ (QC) and where it is no
// fast power s^γ (QG). SLOPE makes QE of s (QB) and of γ·r·ℓ + s (QD).
#define PULL_LOGITS_FOCAL(SLOPE, LANES, MARGIN, FOCAL_TIMES) \
	LANES_0                              \
	EACH_LANE(VFMUL_LANE, 3, K1, QA, QE) \
	EACH(VFMLA_S4, QC, QE, QD)           \ // QD = γ·r·ℓ + s
	SLOPE                                \
	LANES                                \
	FOCAL_TIMES(QE, QF)                  \ // QE = −focal·slope
	MARGIN(QA, QC, QF)                   \ // QC = region·r − ce
	EACH(VFMLA_S4, QC, QB, QE)             // QE = s·QC − focal·slope

// r and s, in QE and QF, to memory, and back as the above takes them: for
// the foreground, and, where both classes are wanted, for the background.
#define SAVE_SIDES \
	MOVD SAVED, TEMP          \
	VST1P_S4(TEMP_NUMBER, QE) \
	VST1_S4(TEMP_NUMBER, QF)
#define LOAD_SIDES \
	MOVD SAVED, TEMP          \
	VLD1P_S4(TEMP_NUMBER, QA) \
	VLD1_S4(TEMP_NUMBER, QB)  \
	VLD1_S4(TEMP_NUMBER, QD)
#define LOAD_SIDES_SWAPPED \
	MOVD SAVED, TEMP          \
	VLD1_S4(TEMP_NUMBER, QD)  \
	VLD1P_S4(TEMP_NUMBER, QB) \
	VLD1_S4(TEMP_NUMBER, QA)

#define SLOPE_HALF         FOCAL_HALF(QB, QD, QE, QG, QF)
#define SLOPE_ONE          FOCAL_ONE(QB, QD, QE, QG, QF)
#define SLOPE_THREE_HALVES FOCAL_THREE_HALVES(QB, QD, QE, QG, QF)
#define SLOPE_TWO          FOCAL_TWO(QB, QD, QE, QG, QF)
#define SLOPE_ANY          EACH(VFMUL_S4, QD, QG, QE)
