// What the kernels for several channels and soft targets share.
//
// Every class of every voxel counts here, but what they have in common
// (likelihood, in planar_generic.go) knows one of them from the others: the
// likeliest. OWN, MIXED and CLASS_MASK are of that one, as if it were the
// voxel's label. A class has most − x in front of its e^(x−most), where EXPS is
// in a walk.

#define NEXT_TARGET R13 // the slice of the next class; LIMIT is wanted beside it by the checks alone
#define HALF R22        // the bits of ½

#define FIRST_EXPS_BELOW \
	FIRST_EXPS \
	ADD  $64, EXPS
#define NEXT_EXPS ADD $128, EXPS
#define LOAD_BELOW(s) \
	SUB  $64, EXPS, TEMP \
	VLD1_S4(TEMP_NUMBER, s)

#define FIRST_TARGET(targets) MOVD targets(CALL), NEXT_TARGET
#define TARGET(y) \
	MOVD.P SLICE_SIZE(NEXT_TARGET), y \
	ADD  OFFSET, y

// The block's targets are plain, or it is left.
#define CHECK_TARGETS(targets, class, loop) \
	MOVWU (neonTable_limits+4*const_probabilities)(CONST), LIMIT \
	MOVD targets(CALL), NEXT_PLANE                               \
	MOVD ZR, CLASS                                               \
class:                                                       \
	PLANE(X)                                                     \
	CHECK_VALUES(X, LIMIT, RAW, loop)                            \
	NEXT_CLASS(class)

// What the kernels that look for the likeliest class begin a block with.
#define FIRST_LIKELIEST \
	ADD  $(neonRows_likeliest+64), WORK, Y \ // CLASS_MASK looks 64 bytes before it
	MOVW $0x3f000000, HALF

// The largest logit of each voxel to QF, the first class that has it to
// neonRows_likeliest, and OWN and MIXED by that. The first and every further
// logit also goes to FIRST_LEAST and LEAST.
#define FIND_LIKELIEST(FIRST_LEAST, LEAST, class) \
	FIRST_CLASS                       \
	PLANE(X)                          \
	VLD1_S4(X_NUMBER, QF)             \
	FIRST_LEAST                       \
	EACH(VEOR_B16, QA, QA, QA)        \
	ADD  $1, CLASS                    \
class:                            \
	PLANE(X)                          \
	VLD1_S4(X_NUMBER, QE)             \
	VDUP CLASS, V30.S4                \
	EACH(VFCMGT_S4, QF, QE, QB)       \ // QB = x > most
	EACH_N(VBIT_B16, QB, K0, QA)      \ // QA = QB ? class : likeliest
	EACH(VFMAX_S4, QE, QF, QF)        \ // NaN stays
	LEAST                             \
	NEXT_CLASS(class)                 \
	STORE_ROW(neonRows_likeliest, QA) \
	FIND_OWN

// The exponentials, and the likelihood but for most to its rows; the inverse is
// in QC too.
#define LIKELIHOOD(class, next, same, own, mixed) \
	EXPONENTIALS(VST1P_S4(EXPS_NUMBER, QA), NOTHING, NOTHING, class, next, same, own, mixed) \
	LOAD_ROW(neonRows_others, QA)   \
	EACH(VFADD_S4, QG, QA, QA)      \ // QA = rest
	EACH_M(VFADD_S4, ONE, QA, QB)   \ // QB = total
	EACH_N(VFDIV_S4, QB, ONE, QC)   \ // QC = inverse
	ADD  $neonRows_rest, WORK, TEMP \
	VST1P_S4(TEMP_NUMBER, QA)       \
	VST1P_S4(TEMP_NUMBER, QB)       \
	VST1P_S4(TEMP_NUMBER, QC)

// QE = −log of the inverse, which is in QC, to neonRows_l: −log p of a class
// that is not over ½ is that and most − x.
#define LOG_OF_INVERSE(sure, logged) \
	EACH1(VMOV_B16, QC, QA)                   \
	EACH_N(VFSUB_S4, QC, ONE, QB)             \
	NEG_LOG(QA, QB, QD, QE, QG, sure, logged) \
	STORE_ROW(neonRows_l, QE)

// A walk over the classes with the inverse in QC. CLASS_P leaves e^(x−most) in
// QB and p in QA, CLASS_Q makes q of QB; QD and QE are its scratch. What is
// rare stands apart: LIKELIEST_Q.
#define CLASS_P \
	VLD1_S4(EXPS_NUMBER, QB) \
	EACH(VFMUL_S4, QC, QB, QA)
#define CLASS_Q(own, mixed, found) \
	LOAD_ROW(neonRows_total, QD) \
	EACH(VFSUB_S4, QB, QD, QD)   \ // QD = total − e
	CBNZ MIXED, mixed            \
	CMP  OWN, CLASS              \
	BEQ  own                     \
found:                       \
	EACH(VFMUL_S4, QC, QD, QB)
#define LIKELIEST_Q(own, mixed, found) \
own:                         \
	LOAD_ROW(neonRows_rest, QD)  \
	B    found                   \
mixed:                       \
	CLASS_MASK(QE)               \
	LOAD_ROW(neonRows_rest, QB)  \
	EACH(VBIT_B16, QE, QB, QD)   \
	B    found

// QE = −log p of the class under way, of p in QA and q in QB, which stays. QA
// and QD are scratch. Where one of the p is ½ or more it goes to LARGE_LOG,
// which stands apart and takes QC and QG too: RESTORE brings them back.
#define CLASS_LOG(large, found) \
	LOAD_BELOW(QE)             \
	LOAD_ROW(neonRows_l, QD)   \
	EACH(VFADD_S4, QD, QE, QE) \
	LARGEST(QA, QD)            \
	CMPW HALF, TEMP            \
	BHS  large                 \
found:
// There it is negLog(p, q) of 2^0·p, which is of q alone.
#define LARGE_LOG(RESTORE, large, found, sure, logged) \
large:                            \
	LOAD_K0(neonTable_half)           \
	EACH_N(VFCMGT_S4, QA, K0, QA)     \ // QA = p < ½
	IF_SURE(QB, QD, sure)             \
	LOG_POLYNOMIAL(QB, QD, QG)        \
logged:                           \ // QD = Q(q)
	EACH(VFMUL_S4, QB, QB, QG)        \
	EACH1(VMOV_B16, QB, QC)           \
	EACH(VFMLA_S4, QD, QG, QC)        \ // QC = q + q²·Q
	EACH(VBIF_B16, QA, QC, QE)        \ // QE = QA ? QE : QC
	RESTORE                           \
	B    found                        \
sure:                             \
	LOG_POLYNOMIAL_SURE(QB, QD, QG)   \
	B    logged
