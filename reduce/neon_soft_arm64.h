// What the one-channel kernels for soft targets and weights share: every voxel
// is of both classes.

#define T R23 // the next targets
#define W R24 // the next weights
#define W_NUMBER 24
#define T_NUMBER 23
#define KEPT R25 // parts of the set in memory
#define KEPT_NUMBER 25

// The block's numbers are plain, or it is left.
#define CHECK_SOFT(input, SIGNLESS) \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT               \
	CHECK_VALUES(X, LIMIT, SIGNLESS, values)                     \
	MOVWU (neonTable_limits+4*const_probabilities)(CONST), LIMIT \
	CHECK_VALUES(T, LIMIT, RAW, targets)                         \
	MOVWU (neonTable_limits+4*const_logits)(CONST), LIMIT        \ // maxWeight is maxLogit
	CHECK_VALUES(W, LIMIT, RAW, weights)

// Of a logit's parts, ℓ of the foreground to QC and of the background to QD.
// QE and QF, the probabilities, stay.
#define SURPRISES \
	LOG1P(QC, QB, QD, QG) \
	SURPRISES_OF_LOG1P
#define SURPRISES_OF_LOG1P \
	VEOR_B16(K0, K0, K0)         \
	EACH_M(VFMAX_S4, K0, QA, QD) \
	EACH_M(VFMIN_S4, K0, QA, QA) \
	EACH(VFADD_S4, QC, QD, QD)   \ // QD = log1p(t) + max(u, 0)
	EACH(VFSUB_S4, QA, QC, QC)     // QC = log1p(t) + max(−u, 0)

// The same, and QG = s^γ, QB = r^γ for any γ. Of the two probabilities the
// small one has the logarithm n + (f·log2E − log1p(t)·log2E), the large one
// −log1p(t)·log2E. EXP2 wants five sets, so that log1p(t) and its multiple
// wait at KEPT.
#define SURPRISES_POWERS_ANY \
	LOG1P(QC, QE, QF, QG)                          \
	EACH_LANE(VFMUL_LANE, 2, K1, QC, QE)           \ // QE = log1p·log2E
	EACH_LANE(VFMUL_LANE, 2, K1, QC, QF)           \
	EACH_LANE(VFMLA_LANE, 2, K1, QB, QF)           \ // QF = −(f·log2E − log1p·log2E)
	MOVD KEPT, TEMP                                \
	VST1P_S4(TEMP_NUMBER, QE)                      \
	VST1_S4(TEMP_NUMBER, QC)                       \
	LOAD_GAMMA                                     \
	EXP2(QD, QF, QB, QG, QC, VFSUB_S4, VFMLA_LANE) \ // QG = small^γ
	EACH(VEOR_B16, QD, QD, QD)                     \
	LOAD_GAMMA                                     \
	EXP2(QD, QE, QF, QB, QC, VFSUB_S4, VFMLA_LANE) \ // QB = large^γ
	SWAP_ROW(VFCMGE0_S4, QA, QG, QB)               \ // QG = u ≥ 0 ? small^γ : large^γ
	SWAP_ROW(VFCMGE0_S4, QA+1, QG+1, QB+1)         \
	SWAP_ROW(VFCMGE0_S4, QA+2, QG+2, QB+2)         \
	SWAP_ROW(VFCMGE0_S4, QA+3, QG+3, QB+3)         \
	ADD  $64, KEPT, TEMP                           \
	VLD1_S4(TEMP_NUMBER, QC)                       \
	SURPRISES_OF_LOG1P
