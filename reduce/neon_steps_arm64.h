// The steps of the NEON kernels, on sets of four vectors: four rows of a
// quarter of the lanes, or one row of them all. A step on a set is the
// instruction once per vector, so that four chains hide each other's latency.
//
// Every step repeats the portable function of its name (elementary.go,
// power.go, logit.go) operation by operation.

// Vector registers: seven sets and four more. Go's own instructions want a
// name: F0 to F3 are QA, F4 to F7 QB, and so on to QG; F28 is ONE, F30 K0 and
// F31 K1.
#define QA 0
#define QB 4
#define QC 8
#define QD 12
#define QE 16
#define QF 20
#define QG 24
#define ONE 28  // 1 in every lane
#define MOST 29 // the largest raw bits of the block's values so far
#define K0 30   // constants of a step
#define K1 31   // constants of a step, by lane

// General registers.
#define CALL R0   // the call: *hardCall, *planarBackward and so on
#define X R1      // the next values
#define X_NUMBER 1
#define Y R2      // the next labels
#define Y_NUMBER 2
#define LEFT R3   // voxels left
#define DONE R4   // blocks done
#define GROUPS R5 // groups of 64 voxels left in the block; with several channels, rows
#define QUARTERS R6
#define COUNT R7  // valid voxels of the block
#define CONST R8  // neon, the constants
#define WALK R9   // the next of a polynomial's coefficients
#define WALK_NUMBER 9
#define SUMS R10  // the partial sums of the quarter
#define SUMS_NUMBER 10
#define MASKS R11 // the masks of the quarter
#define MASKS_NUMBER 11
#define WORK R12  // *neonWork, moved up to a multiple of 64
#define LIMIT R13 // the bits of the largest plain value
#define TEMP R14
#define TEMP_NUMBER 14
#define TEMP2 R15
#define TEMP2_NUMBER 15

#define NOTHING

// OP on each vector of a set; the suffix says which operand is one register
// that all four share.
#define EACH(OP, m, n, d)   OP(m, n, d); OP((m)+1, (n)+1, (d)+1); OP((m)+2, (n)+2, (d)+2); OP((m)+3, (n)+3, (d)+3)
#define EACH1(OP, n, d)     OP(n, d); OP((n)+1, (d)+1); OP((n)+2, (d)+2); OP((n)+3, (d)+3)
#define EACH_M(OP, m, n, d) OP(m, n, d); OP(m, (n)+1, (d)+1); OP(m, (n)+2, (d)+2); OP(m, (n)+3, (d)+3)
#define EACH_N(OP, m, n, d) OP(m, n, d); OP((m)+1, n, (d)+1); OP((m)+2, n, (d)+2); OP((m)+3, n, (d)+3)
#define EACH_LANE(OP, i, m, n, d) OP(i, m, n, d); OP(i, m, (n)+1, (d)+1); OP(i, m, (n)+2, (d)+2); OP(i, m, (n)+3, (d)+3)

// The rows of a set into one register, in row order.
#define ADD_ROWS(s, acc) \
	VFADD_S4(s, acc, acc)     \ // acc += s[row]
	VFADD_S4((s)+1, acc, acc) \
	VFADD_S4((s)+2, acc, acc) \
	VFADD_S4((s)+3, acc, acc)

// The same by weights, fused.
#define ADD_ROWS_WEIGHTED(s, w, acc) \
	VFMLA_S4(w, s, acc)         \ // acc += w[row]·s[row]
	VFMLA_S4((w)+1, (s)+1, acc) \
	VFMLA_S4((w)+2, (s)+2, acc) \
	VFMLA_S4((w)+3, (s)+3, acc)

// 16 logits that came as halves, in K0 and K1, as float32 numbers; their element
// type is in TEMP.
#define FLOATS_OF_HALVES(d, float16s, end) \
	CMP  $const_elementFloat16, TEMP \
	BEQ  float16s                    \
	VSHLL16_S4(K0, d)                \
	VSHLL16_2_S4(K0, (d)+1)          \
	VSHLL16_S4(K1, (d)+2)            \
	VSHLL16_2_S4(K1, (d)+3)          \
	B    end                         \
float16s:                        \
	VFCVTL_S4(K0, d)                 \
	VFCVTL2_S4(K0, (d)+1)            \
	VFCVTL_S4(K1, (d)+2)             \
	VFCVTL2_S4(K1, (d)+3)            \
end:

#define MAX_ROWS(s, acc) \
	VUMAX_S4(s, acc, acc)     \ // acc = max(acc, s[row]), unsigned
	VUMAX_S4((s)+1, acc, acc) \
	VUMAX_S4((s)+2, acc, acc) \
	VUMAX_S4((s)+3, acc, acc)

// The largest bits of a set to TEMP; t is scratch.
#define LARGEST(s, t) \
	VUMAX_S4(s, (s)+1, t)         \
	VUMAX_S4((s)+2, (s)+3, (t)+1) \
	VUMAX_S4(t, (t)+1, t)         \
	VUMAXV_S4(t, t)               \
	VMOV_W(t, TEMP_NUMBER)

// Constants of a step: K0, or K0 and K1 from neighbours in the table.
#define LOAD_K0(c)    FMOVQ c(CONST), F30
#define LOAD_K1(c)    FMOVQ c(CONST), F31
#define LOAD_K0_K1(c) FLDPQ c(CONST), (F30, F31)

// A polynomial: its first coefficient is a lane of K1, the others follow at
// WALK. Each FMA overwrites the coefficient it adds to, which is fetched into
// the four registers of a set by one instruction. The sign of x may be turned
// by taking VFMLS for VFMLA: rounding is symmetrical.
#define POLYNOMIAL(c)           ADD $c, CONST, WALK
#define COEFFICIENT(d)          VLD1P_S4(WALK_NUMBER, d)
#define FIRST(OP, lane, x, d)   COEFFICIENT(d); EACH_LANE(OP, lane, K1, x, d) // d = c0·x + c1
#define HORNER(OP, u, x, d)     COEFFICIENT(d); EACH(OP, u, x, d)             // d = u·x + c

// l = −log r for r in [0, 1], where s = 1 − r is known to more digits. Takes
// r; k and u are scratch.
#define NEG_LOG(r, s, k, l, u, sure, logged) NEG_LOG_KEEP(r, s, k, l, u, r, sure, logged)

// The same leaves r where v is a scratch set of its own.
#define NEG_LOG_KEEP(r, s, k, l, u, v, sure, logged) \
	IF_SURE(s, k, sure)              \
	NEG_LOG_UNSURE(r, s, k, l, u, v) \
	B    logged                      \
sure:                            \
	NEG_LOG_SURE(s, k, l, u)         \
logged:

#define NEG_LOG_UNSURE(r, s, k, l, u, v) \
	LOAD_K0_K1(neonTable_splitNegLog) \
	EACH_N(VUQSUB_S4, r, K0, k)       \ // k = (below1 − bits(r)) & exponent, 0 where r is 1:
	EACH_M(VAND_B16, K1, k, k)        \ // −min(k, 0)·2^23
	EACH(VADD_S4, k, r, v)            \ // m = r·2^k
	EACH_N(VFSUB_S4, v, ONE, l)       \
	EACH(VCMTST_S4, k, k, u)          \
	EACH(VBIF_B16, u, s, l)           \ // l = g = k ≠ 0 ? 1 − m : s
	EACH1(VSCVTF23_S4, k, k)          \ // k = float32(k)
	LOG_POLYNOMIAL(l, u, v)           \
	EACH(VFMUL_S4, l, l, v)           \
	EACH(VFMLA_S4, u, v, l)           \ // l += g²·Q
	EACH_LANE(VFMLA_LANE, 1, K1, k, l)  // l += k·ln 2

// Where every s is sure, as in most sets of what a trained network predicts, r
// is over ½, and this takes a third of the instructions.
#define NEG_LOG_SURE(s, k, l, u) \
	LOG_POLYNOMIAL_SURE(s, u, k) \
	EACH(VFMUL_S4, s, s, k)      \
	EACH1(VMOV_B16, s, l)        \
	EACH(VFMLA_S4, u, k, l)        // l = s + s²·Q

// Goes to where if every number of a set is sure; t is scratch.
#define IF_SURE(s, t, where) \
	LARGEST(s, t)           \
	MOVW $const_sure, TEMP2 \
	CMPW TEMP2, TEMP        \
	BLO  where

// u = Q(g); v is scratch. Leaves the factors of NEG_LOG in K1. Where g is sure
// 0 takes the place of what comes before the last three coefficients.
#define LOG_POLYNOMIAL(g, u, v) \
	LOAD_K0_K1(neonTable_sure)   \ // and negLogFactors
	POLYNOMIAL(neonTable_negLog) \
	FIRST(VFMLA_LANE, 0, g, u)   \
	HORNER(VFMLA_S4, u, g, v)    \
	HORNER(VFMLA_S4, v, g, u)    \
	HORNER(VFMLA_S4, u, g, v)    \
	EACH_N(VFCMGT_S4, g, K0, u)  \ // u = g < sure
	EACH(VBIC_B16, u, v, v)      \
	HORNER(VFMLA_S4, v, g, u)    \
	HORNER(VFMLA_S4, u, g, v)    \
	HORNER(VFMLA_S4, v, g, u)

// The same where every g is.
#define LOG_POLYNOMIAL_SURE(g, u, v) \
	LOAD_K1(neonTable_negLogFactors) \
	POLYNOMIAL(neonTable_negLogSure) \
	FIRST(VFMLA_LANE, 2, g, v)       \
	HORNER(VFMLA_S4, v, g, u)

// t = e^−a for a = |x|; n and f stay: −a = n·ln 2 − f. Takes a, which becomes
// f; u and v are scratch.
#define EXP(a, t, n, u, v) \
	LOAD_K0(neonTable_expFloor)        \
	EACH_M(VFMIN_S4, K0, a, a)         \ // a = min(a, 88)
	LOAD_K1(neonTable_expFactors)      \
	LOAD_K0(neonTable_roundBias)       \
	POLYNOMIAL(neonTable_exp)          \
	COEFFICIENT(t)                     \
	EACH_LANE(VFMLS_LANE, 0, K1, a, t) \ // t = roundBias − a·log2E
	EACH_M(VFSUB_S4, K0, t, n)         \ // n = t − roundBias
	EACH_LANE(VFMLA_LANE, 1, K1, n, a) \ // f = a + n·ln2Hi
	EACH_LANE(VFMLA_LANE, 2, K1, n, a) \ // f += n·ln2Lo
	FIRST(VFMLS_LANE, 3, a, u)         \
	HORNER(VFMLS_S4, u, a, v)          \
	HORNER(VFMLS_S4, v, a, u)          \
	HORNER(VFMLS_S4, u, a, v)          \
	HORNER(VFMLS_S4, v, a, u)          \
	HORNER(VFMLS_S4, u, a, v)          \ // v = P(−f)
	EACH1(VSHL23_S4, t, t)             \ // 2^n
	EACH(VFMUL_S4, v, t, t)              // t = P·2^n

// large = 1/(1+t), small = t/(1+t); rest is scratch.
#define SIGMOID(t, large, small, rest) \
	EACH_M(VFADD_S4, ONE, t, large)     \
	EACH_N(VFDIV_S4, large, ONE, large) \ // large = 1 / (1 + t)
	EACH(VFMUL_S4, large, t, small)     \ // small = t·large
	EACH(VFSUB_S4, small, t, rest)      \
	EACH(VFMLS_S4, t, small, rest)      \ // rest = (t − small) − small·t
	EACH(VFMLA_S4, large, rest, small)    // small += rest·large

// t = log(1 + t); mask, u and v are scratch. Leaves its factors in K1.
#define LOG1P(t, mask, u, v) \
	LOAD_K0(neonTable_half)            \
	EACH_M(VFCMGT_S4, K0, t, mask)     \ // mask = t > ½
	LOAD_K1(neonTable_log1pFactors)    \
	POLYNOMIAL(neonTable_log1p)        \
	COEFFICIENT(u)                     \
	EACH_LANE(VFMLA_LANE, 0, K1, t, u) \ // u = ½·t − ½
	EACH(VBIT_B16, mask, u, t)         \ // t = −g = mask ? u : t
	FIRST(VFMLS_LANE, 1, t, u)         \
	HORNER(VFMLS_S4, u, t, v)          \
	HORNER(VFMLS_S4, v, t, u)          \
	HORNER(VFMLS_S4, u, t, v)          \
	HORNER(VFMLS_S4, v, t, u)          \
	HORNER(VFMLS_S4, u, t, v)          \
	HORNER(VFMLS_S4, v, t, u)          \
	HORNER(VFMLS_S4, u, t, v)          \ // v = Q(g)
	EACH(VFMUL_S4, t, t, u)            \
	EACH(VFMLS_S4, v, u, t)            \ // t = −(g + g²·Q)
	LOAD_K0(neonTable_ln2)             \
	EACH_M(VAND_B16, K0, mask, mask)   \ // base = mask ? ln 2 : 0
	EACH(VFADD_S4, mask, t, t)           // t += base

// k + m = log2 q. Takes q; u is scratch.
#define LOG2(q, k, m, u) \
	LOAD_K0_K1(neonTable_splitLog2) \
	EACH_M(VSUB_S4, K0, q, k)       \ // k = (bits(q) − bits(√½)) & exponent
	EACH_M(VAND_B16, K1, k, k)      \
	EACH(VSUB_S4, k, q, m)          \ // m = q·2^−k
	EACH_M(VFSUB_S4, ONE, m, m)     \ // t = m − 1
	EACH1(VSCVTF23_S4, k, k)        \
	LOAD_K1(neonTable_log2Factors)  \
	POLYNOMIAL(neonTable_log2)      \
	FIRST(VFMLA_LANE, 0, m, u)      \
	HORNER(VFMLA_S4, u, m, q)       \
	HORNER(VFMLA_S4, q, m, u)       \
	HORNER(VFMLA_S4, u, m, q)       \
	HORNER(VFMLA_S4, q, m, u)       \
	HORNER(VFMLA_S4, u, m, q)       \
	HORNER(VFMLA_S4, q, m, u)       \
	HORNER(VFMLA_S4, u, m, q)       \ // q = P(t)
	EACH(VFMUL_S4, m, q, m)           // m = t·P

// v = 2^(γ·(e + l)); y and n are scratch, and so are e and l in the end. γ is
// in lanes 2 and 3 of K1. With VFSUB_S4 and VFMLA_LANE l is taken negative.
#define EXP2(e, l, y, v, n, VFADD, VFMLS) \
	EACH(VFADD, l, e, y)               \ // y = e + l
	EACH_LANE(VFMUL_LANE, 2, K1, y, v) \
	LOAD_K0(neonTable_exp2Floor)       \
	EACH_M(VFMAX_S4, K0, v, v)         \ // v = max(hi·y, −127)
	LOAD_K0(neonTable_roundBias)       \
	EACH_M(VFADD_S4, K0, v, v)         \ // v += roundBias
	EACH_M(VFSUB_S4, K0, v, n)         \ // n = v − roundBias
	EACH_LANE(VFMLS_LANE, 2, K1, e, n) \ // n = −f: n −= hi·e
	EACH_LANE(VFMLS, 2, K1, l, n)      \ // n −= hi·l
	EACH_LANE(VFMLS_LANE, 3, K1, y, n) \ // n −= lo·y
	LOAD_K1(neonTable_exp2Factors)     \
	POLYNOMIAL(neonTable_exp2)         \
	FIRST(VFMLS_LANE, 0, n, e)         \
	HORNER(VFMLS_S4, e, n, l)          \
	HORNER(VFMLS_S4, l, n, e)          \
	HORNER(VFMLS_S4, e, n, l)          \
	HORNER(VFMLS_S4, l, n, e)          \
	HORNER(VFMLS_S4, e, n, l)          \ // l = P(f)
	EACH1(VSHL23_S4, v, v)             \ // 2^n
	EACH(VFMUL_S4, l, v, v)              // v = P·2^n

// Focal terms: d = s^γ·l. u, v and QC are scratch. LOAD_GAMMA is the
// kernel's: γ in two parts to lanes 2 and 3 of K1.
#define FOCAL_HALF(s, l, d, u, v) \
	EACH1(VFSQRT_S4, s, d) \
	EACH(VFMUL_S4, l, d, d)
#define FOCAL_ONE(s, l, d, u, v) \
	EACH(VFMUL_S4, l, s, d)
#define FOCAL_THREE_HALVES(s, l, d, u, v) \
	EACH1(VFSQRT_S4, s, d)  \ // d = √s
	EACH(VFMUL_S4, s, d, d) \
	EACH(VFMUL_S4, l, d, d)
#define FOCAL_TWO(s, l, d, u, v) \
	EACH(VFMUL_S4, s, s, d) \
	EACH(VFMUL_S4, l, d, d)

#define FOCAL_ANY(s, l, d, u, v) \
	LOG2(s, u, QC, d)                          \
	LOAD_GAMMA                                 \
	EXP2(u, QC, s, d, v, VFADD_S4, VFMLS_LANE) \
	EACH(VFMUL_S4, l, d, d)

// The parts of a logit u in QA, |u| being in QB: QB f as EXP leaves it, QC t,
// QD n, QE r and QF s. POSITIVE is the comparison that says whether u is.
#define LOGIT_SIDES(POSITIVE) \
	EXP(QB, QC, QD, QE, QF)              \ // QC = t = e^−|u|
	SIGMOID(QC, QE, QF, QG)              \ // QE = large, QF = small
	SWAP_ROW(POSITIVE, QA, QE, QF)       \ // QE = r, QF = s
	SWAP_ROW(POSITIVE, QA+1, QE+1, QF+1) \
	SWAP_ROW(POSITIVE, QA+2, QE+2, QF+2) \
	SWAP_ROW(POSITIVE, QA+3, QE+3, QF+3)

// Swaps large and small where u is not positive.
#define SWAP_ROW(POSITIVE, u, large, small) \
	POSITIVE(u, K0)            \
	VMOV_B16(large, K1)        \
	VBIF_B16(K0, small, large) \
	VBIF_B16(K0, K1, small)

// QC = ℓ = log1p(t) + max(−u, 0), of QC = log1p(t). Takes QA.
#define FOREGROUND_L \
	VEOR_B16(K0, K0, K0)         \
	EACH_M(VFMIN_S4, K0, QA, QA) \
	EACH(VFSUB_S4, QA, QC, QC)     // log1p(t) − min(x, 0)
#define BACKGROUND_L \
	VEOR_B16(K0, K0, K0)         \
	EACH_M(VFMAX_S4, K0, QA, QA) \
	EACH(VFADD_S4, QA, QC, QC)     // log1p(t) + max(x, 0)

#define LOGIT_CE(L) \
	LOG1P(QC, QB, QD, QE) \
	L

// ℓ and QG = s^γ. Any γ takes log2 s = n − (f·log2E + log1p(t)·log2E), f as EXP leaves it, and n
// and f only where s is the small one.
#define LOGIT_CE_POWER(POSITIVE, L) \
	EACH1(POSITIVE, QA, QE)                        \
	EACH(VAND_B16, QE, QB, QB)                     \ // QB = f, 0 where s is large
	EACH(VAND_B16, QE, QD, QD)                     \ // QD = n, 0 where s is large
	LOG1P(QC, QE, QF, QG)                          \
	EACH_LANE(VFMUL_LANE, 2, K1, QC, QE)           \ // QE = log1p(t)·log2E
	EACH_LANE(VFMLA_LANE, 2, K1, QB, QE)           \ // QE += f·log2E
	L                                              \
	LOAD_GAMMA                                     \
	EXP2(QD, QE, QF, QG, QA, VFSUB_S4, VFMLA_LANE)   // QG = 2^(γ·(QD − QE))
