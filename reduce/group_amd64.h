// Steps over a whole group, 64 voxels in eight vectors, after avx2_amd64.h. The
// vectors are the group's in their order: lanes 0–7 and 8–15 of one row, then
// of the next.
//
// A processor looks ahead no further than some 60 operations that wait for
// another. Four chains of fma, each operation 4 cycles behind the one before,
// keep half of its multipliers busy, and with a long step between, what comes
// next is out of its sight. Eight chains keep all of them busy. Sixteen
// registers hold the eight values that a polynomial becomes and four of its
// arguments; the other four, and what a group keeps from step to step, are in
// memory, in the first cache. Short chains are taken a vector after the other:
// there the processor does see the next one.
//
// The steps of a logit that need no class are taken for a block, and its sums
// after that: so a division of one group waits beside the polynomial of the
// next.

// Vector registers: U0–U7 and G0–G3, two temporaries, a constant, MOST.
#define U4 S0
#define U5 S1
#define U6 S2
#define U7 S3

// General registers. A file that includes this has one more, BLOCK_AT: where a
// group is in an *avx2Block.
#define KIND     M     // of the group: IS_MIXED where it holds both classes
#define IS_MIXED $2

// What is kept of a group.
#define GROUP_U    avx2Work_group+avx2Group_u
#define GROUP_S    avx2Work_group+avx2Group_s
#define GROUP_G    avx2Work_group+avx2Group_g
#define GROUP_K    avx2Work_group+avx2Group_k
#define GROUP_E    avx2Work_group+avx2Group_e
#define GROUP_V    avx2Work_group+avx2Group_v

// EIGHT takes a step in every vector: with its place in memory and its u.
#define EIGHT(STEP) \
	STEP(0, U0)   \
	STEP(32, U1)  \
	STEP(64, U2)  \
	STEP(96, U3)  \
	STEP(128, U4) \
	STEP(160, U5) \
	STEP(192, U6) \
	STEP(224, U7)

// EIGHT_G does so with its g too, and with GROUP_G for those that have no
// register.
#define EIGHT_G(STEP) \
	STEP(0, U0, G0)                     \
	STEP(32, U1, G1)                    \
	STEP(64, U2, G2)                    \
	STEP(96, U3, G3)                    \
	STEP(128, U4, GROUP_G+128(W))    \
	STEP(160, U5, GROUP_G+160(W))    \
	STEP(192, U6, GROUP_G+192(W))    \
	STEP(224, U7, GROUP_G+224(W))

// ---- Polynomials ----

// FIRST_8 and STEP_8 are the steps of horner in eight vectors.
#define FIRST_8(table) \
	VBROADCASTSS table+0(SB), T0 \
	VBROADCASTSS table+4(SB), C  \
	EIGHT_G(FIRST_8_ROW)
#define FIRST_8_ROW(row, u, g) \
	VMOVAPS     C, u    \
	VFMADD231PS g, T0, u

#define STEP_8(coefficient) \
	VBROADCASTSS coefficient(SB), C \
	EIGHT_G(STEP_8_ROW)
#define STEP_8_ROW(row, u, g) VFMADD132PS g, C, u // u = u·g + a

// SQUARE_ADD_8 is u = g²·u + g.
#define SQUARE_ADD_8 EIGHT_G(SQUARE_ADD_8_ROW)
#define SQUARE_ADD_8_ROW(row, u, g) \
	VMOVAPS g, T1  \
	SQUARE_ADD(T1, u)

// ---- Adding ----

// ADD_8 adds the vectors v(row, u) to a partial sum of the group's class, or
// by their weights to both.
#define ADD_8(sum, v, mixed, added) \
	CMPL  KIND, IS_MIXED     \
	JEQ   mixed              \
	ADD_8_OF_ONE(sum, v)     \
	JMP     added            \
mixed:                           \
	VMOVAPS sum(AT), G0      \
	VMOVAPS sum+32(AT), G1   \
	VMOVAPS avx2Lanes__size+sum(AT), G2    \
	VMOVAPS avx2Lanes__size+sum+32(AT), G3 \
	ADD_8_WEIGHTED(0, v(0, U0), G0, G2)    \
	ADD_8_WEIGHTED(32, v(32, U1), G1, G3)  \
	ADD_8_WEIGHTED(64, v(64, U2), G0, G2)  \
	ADD_8_WEIGHTED(96, v(96, U3), G1, G3)  \
	ADD_8_WEIGHTED(128, v(128, U4), G0, G2) \
	ADD_8_WEIGHTED(160, v(160, U5), G1, G3) \
	ADD_8_WEIGHTED(192, v(192, U6), G0, G2) \
	ADD_8_WEIGHTED(224, v(224, U7), G1, G3) \
	VMOVAPS G0, sum(AT)      \
	VMOVAPS G1, sum+32(AT)   \
	VMOVAPS G2, avx2Lanes__size+sum(AT)    \
	VMOVAPS G3, avx2Lanes__size+sum+32(AT) \
added:

#define ADD_8_OF_ONE(sum, v) \
	VMOVAPS sum(AT), T0       \
	VMOVAPS sum+32(AT), T1    \
	VADDPS  v(0, U0), T0, T0  \
	VADDPS  v(32, U1), T1, T1 \
	VADDPS  v(64, U2), T0, T0 \
	VADDPS  v(96, U3), T1, T1 \
	VADDPS  v(128, U4), T0, T0 \
	VADDPS  v(160, U5), T1, T1 \
	VADDPS  v(192, U6), T0, T0 \
	VADDPS  v(224, U7), T1, T1 \
	VMOVAPS T0, sum(AT)       \
	VMOVAPS T1, sum+32(AT)

#define ADD_8_WEIGHTED(row, v, sum0, sum1) \
	VMOVAPS     v, T0                              \
	VFMADD231PS avx2Work_weight+row(W), T0, sum0   \
	VFMADD231PS avx2Work_weight+OF_1+row(W), T0, sum1

// The vectors to add: those in U.
#define OF_U(row, u) u

// ---- Logits ----

// Those of a call may come as halves. Then X walks through memory that a block is
// widened to: BEGIN_LOGITS leads it there in front of a block, and HALVES, which
// a file that includes this defines, to the halves.
#define BEGIN_LOGITS(halves, element) \
	LEAQ    avx2Work_widened(W), N \
	CMPB    element(CALL), $const_elementFloat32 \
	CMOVQNE N, X                   \
	MOVQ    DONE, HALVES           \
	SHLQ    $10, HALVES            \ // 2·BlockSize
	ADDQ    halves(CALL), HALVES

// EXP_8_OF_LOGITS is EXP_8 of logits as they come: of float32 after ASK, or of
// halves, which are left at X and asked for as far ahead as the next block.
#define EXP_8_OF_LOGITS(element, ASK, KEEP_ROW) \
	CMPB element(CALL), $const_elementFloat32 \
	JNE  halves                    \
	ASK                            \
	EXP_8(LOAD_LOGITS_8, KEEP_ROW) \
	JMP  exp                       \
halves:                                \
	PREFETCHT0 (2*const_BlockSize)(HALVES)    \
	PREFETCHT0 (2*const_BlockSize+64)(HALVES) \
	CMPB element(CALL), $const_elementFloat16 \
	JNE  bfloat16s                 \
	EXP_8(WIDEN_FLOAT16, KEEP_ROW) \
	JMP  widened                   \
bfloat16s:                             \
	EXP_8(WIDEN_BFLOAT16, KEEP_ROW) \
widened:                               \
	ADDQ $128, HALVES              \
exp:
#define LOAD_LOGITS_8(row, g) VPOR row(X), SIGN, g
#define WIDEN_FLOAT16(row, g) \
	LOAD_FLOAT16(row, g) \
	VMOVAPS g, row(X)    \
	VPOR    g, SIGN, g
#define WIDEN_BFLOAT16(row, g) \
	LOAD_BFLOAT16(row, g) \
	VMOVAPS g, row(X)     \
	VPOR    g, SIGN, g

// EXP_8 is u = t = e^−|x| of the group's logits, of which LOAD_ROW makes −|x| and
// which it checks. KEEP_ROW keeps parts of it.
#define SIGN  U0
#define FLOOR U1
#define LOG2E U2
#define BIAS  U3
#define LN2HI U4
#define LN2LO U5
#define V     T1
#define EXP_8(LOAD_ROW, KEEP_ROW) \
	VBROADCASTSS ·avx2+avx2Constants_sign(SB), SIGN        \
	VBROADCASTSS ·avx2+avx2Constants_expFloor(SB), FLOOR   \
	VBROADCASTSS ·avx2+avx2Constants_log2E(SB), LOG2E      \
	VBROADCASTSS ·avx2+avx2Constants_roundBias(SB), BIAS   \
	VBROADCASTSS ·avx2+avx2Constants_minusLn2Hi(SB), LN2HI \
	VBROADCASTSS ·avx2+avx2Constants_minusLn2Lo(SB), LN2LO \
	EXP_8_REDUCE(0, G0, LOAD_ROW, KEEP_ROW)  \
	EXP_8_REDUCE(32, G1, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE(64, G2, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE(96, G3, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE_TO(128, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE_TO(160, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE_TO(192, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE_TO(224, LOAD_ROW, KEEP_ROW) \
	HORNER_6(FIRST_8, STEP_8, ·expPoly) \
	EIGHT(EXP_8_SCALE)                  \
	EIGHT(KEEP_T)
#define KEEP_T(row, u) VMOVAPS u, avx2Block_t+row(BLOCK_AT)

// LARGE_8 keeps the large probability, 1/(1+t), from t in u.
#define LARGE_8 \
	CONST(avx2Constants_one) \
	EIGHT(LARGE_8_ROW)
#define LARGE_8_ROW(row, t) \
	VADDPS  t, C, T0                   \
	VDIVPS  T0, C, T0                  \
	VMOVAPS T0, avx2Block_large+row(BLOCK_AT)

#define EXP_8_REDUCE(row, g, LOAD_ROW, KEEP_ROW) \
	LOAD_ROW(row, g)                   \
	VPMAXUD     g, MOST, MOST          \
	VMAXPS      FLOOR, g, g            \
	VMOVAPS     BIAS, V                \
	VFMADD231PS LOG2E, g, V            \ // v = x·log2E + roundBias
	VPSLLD      $23, V, C              \
	VMOVDQA     C, GROUP_V+row(W)      \ // 2^n
	VSUBPS      BIAS, V, V             \ // n = v − roundBias
	VFMADD231PS LN2HI, V, g            \ // f = n·(−ln2Hi) + x
	VFMADD231PS LN2LO, V, g            \ // f += n·(−ln2Lo)
	KEEP_ROW(row, V, g)
#define EXP_8_REDUCE_TO(row, LOAD_ROW, KEEP_ROW) \
	EXP_8_REDUCE(row, T0, LOAD_ROW, KEEP_ROW) \
	VMOVAPS T0, GROUP_G+row(W)

#define EXP_8_SCALE(row, u) VMULPS GROUP_V+row(W), u, u

#define KEEP_NOTHING(row, n, f)
#define KEEP_N_ROW(row, n, f) \
	VMOVAPS n, avx2Block_n+row(BLOCK_AT) \
	VMOVAPS f, avx2Block_f+row(BLOCK_AT)

// PROBABILITIES_OF_ROW leaves them as they were kept: large, and small of it and
// t.
#define PROBABILITIES_OF_ROW(row, t, large, small) \
	VMOVAPS      avx2Block_t+row(BLOCK_AT), t         \
	VMOVAPS      avx2Block_large+row(BLOCK_AT), large \
	VMULPS       large, t, small     \
	VSUBPS       small, t, T0        \
	VFNMADD231PS t, small, T0        \ // rest = t − small·t − small
	VFMADD231PS  large, T0, small      // small += rest·large

// SWAP makes r and s of them, where T0 has the sign of the margin.
#define SWAP(large, small) \
	VBLENDVPS T0, large, small, T1    \
	VBLENDVPS T0, small, large, large \
	VMOVAPS   T1, small

// LOG1P_8 keeps log1p(t) from t in u.
#define LOG1P_8 \
	CONST(avx2Constants_half) \
	VBROADCASTSS ·avx2+avx2Constants_one(SB), T1 \
	LOG1P_8_TO(128, U4)       \
	LOG1P_8_TO(160, U5)       \
	LOG1P_8_TO(192, U6)       \
	LOG1P_8_TO(224, U7)       \
	LOG1P_8_ROW(0, U0, G0)    \
	LOG1P_8_ROW(32, U1, G1)   \
	LOG1P_8_ROW(64, U2, G2)   \
	LOG1P_8_ROW(96, U3, G3)   \
	HORNER_8(FIRST_8, STEP_8, ·log1pPoly) \
	SQUARE_ADD_8              \
	CONST(avx2Constants_ln2)  \
	EIGHT(LOG1P_8_LAST)
#define LOG1P_8_ROW(row, t, g) \
	VPCMPGTD C, t, T0                \ // t > ½
	VMOVDQA  T0, GROUP_K+row(W)   \
	VANDPS   C, T0, g                \ // a = ½ or 0
	LOG1P_G(t, g)
#define LOG1P_8_TO(row, t) \
	LOG1P_8_ROW(row, t, G0) \
	VMOVAPS G0, GROUP_G+row(W)
#define LOG1P_8_LAST(row, u) \
	VANDPS  GROUP_K+row(W), C, T0 \ // base = ln 2 or 0
	VSUBPS  u, T0, u                 \ // base − u
	VMOVAPS u, avx2Block_log1p+row(BLOCK_AT)

// ---- Probabilities ----

// NEG_LOG_8 is u = negLog(r, s) of KEPT_R and KEPT_S, which a file that includes
// this defines, as LOG2_8 wants the latter too.
#define M_HALF     U0
#define M_EXPONENT U1
#define M_ONE      U2
#define M_ZERO     U3
#define NEG_LOG_8 \
	VBROADCASTSS ·avx2+avx2Constants_half(SB), M_HALF         \
	VBROADCASTSS ·avx2+avx2Constants_exponent(SB), M_EXPONENT \
	VBROADCASTSS ·avx2+avx2Constants_one(SB), M_ONE           \
	VPXOR        M_ZERO, M_ZERO, M_ZERO                       \
	NEG_LOG_8_ROW(0, G0)     \
	NEG_LOG_8_ROW(32, G1)    \
	NEG_LOG_8_ROW(64, G2)    \
	NEG_LOG_8_ROW(96, G3)    \
	NEG_LOG_8_TO(128)        \
	NEG_LOG_8_TO(160)        \
	NEG_LOG_8_TO(192)        \
	NEG_LOG_8_TO(224)        \
	LOG_POLYNOMIAL(FIRST_8, STEP_8, EIGHT_G(CUT_ROW)) \
	SQUARE_ADD_8             \
	CONST(avx2Constants_minusLn2) \
	EIGHT(ADD_K)
#define ADD_K(row, u) VFMADD231PS GROUP_K+row(W), C, u // u += k·(−ln 2)
#define NEG_LOG_8_ROW(row, k) \
	VMOVAPS   KEPT_S(row), T1           \
	VMOVAPS   KEPT_R(row), T0           \
	VPSUBD    M_HALF, T0, k             \
	VPAND     M_EXPONENT, k, k          \
	VPSUBD    k, T0, T0                 \ // m
	VSUBPS    T0, M_ONE, T0             \
	VPMINSD   M_ZERO, k, C              \
	VCVTDQ2PS C, C                      \
	VMOVAPS   C, GROUP_K+row(W)         \
	VBLENDVPS k, T0, T1, k                // g = s; if k < 0 { g = 1 − m }
#define NEG_LOG_8_TO(row) \
	NEG_LOG_8_ROW(row, U4) \
	VMOVAPS U4, GROUP_G+row(W)

// NEG_LOG_8_NEAR is NEG_LOG_8 where every r is at least ½: k is 0 and g is s.
// NEG_LOG_8_SURE is NEG_LOG_8 where every s is sure.
#define NEG_LOG_8_NEAR NEG_LOG_8_OF_S(LOG_POLYNOMIAL(FIRST_8, STEP_8, EIGHT_G(CUT_ROW)))
#define NEG_LOG_8_SURE NEG_LOG_8_OF_S(LOG_POLYNOMIAL_SURE(FIRST_8, STEP_8))
#define NEG_LOG_8_OF_S(POLYNOMIAL) \
	VMOVAPS KEPT_S(128), U4 \
	VMOVAPS KEPT_S(160), U5 \
	VMOVAPS KEPT_S(192), U6 \
	VMOVAPS KEPT_S(224), U7 \
	KEEP_G_OF_U             \
	VMOVAPS KEPT_S(0), G0   \
	VMOVAPS KEPT_S(32), G1  \
	VMOVAPS KEPT_S(64), G2  \
	VMOVAPS KEPT_S(96), G3  \
	POLYNOMIAL              \
	SQUARE_ADD_8

// KEEP_G_OF_U keeps the arguments that have no register, from u.
#define KEEP_G_OF_U \
	VMOVAPS U4, GROUP_G+128(W) \
	VMOVAPS U5, GROUP_G+160(W) \
	VMOVAPS U6, GROUP_G+192(W) \
	VMOVAPS U7, GROUP_G+224(W)

// ---- Powers ----

// FOCUS_ANY_8 is u = s^γ·ℓ for any γ: log2 s, then exp2, times ℓ.
#define FOCUS_ANY_8(LOG2_OF_S, TIMES_L) \
	LOG2_OF_S \
	EXP2_8    \
	EIGHT(TIMES_L)

// LOG2_8 keeps e of the two parts of log2 s, and leaves l in u, from s as it is
// kept or as LOAD_S loads it.
#define LOG2_8 LOG2_8_OF(LOAD_KEPT_S)
#define LOAD_KEPT_S(row, t) VMOVAPS KEPT_S(row), t
#define LOG2_8_OF(LOAD_S) \
	VBROADCASTSS ·avx2+avx2Constants_sqrtHalf(SB), U0 \
	VBROADCASTSS ·avx2+avx2Constants_exponent(SB), U1 \
	CONST(avx2Constants_one) \
	LOG2_8_ROW(LOAD_S, 0, G0) \
	LOG2_8_ROW(LOAD_S, 32, G1) \
	LOG2_8_ROW(LOAD_S, 64, G2) \
	LOG2_8_ROW(LOAD_S, 96, G3) \
	LOG2_8_TO(LOAD_S, 128)   \
	LOG2_8_TO(LOAD_S, 160)   \
	LOG2_8_TO(LOAD_S, 192)   \
	LOG2_8_TO(LOAD_S, 224)   \
	HORNER_8(FIRST_8, STEP_8, ·log2Poly) \
	EIGHT_G(TIMES_T)
#define LOG2_8_ROW(LOAD_S, row, t) \
	LOAD_S(row, t)                   \
	VPSUBD    U0, t, T0              \
	VPAND     U1, T0, T0             \
	VPSUBD    T0, t, t               \ // m
	VPSRAD    $23, T0, T0            \
	VCVTDQ2PS T0, T0                 \
	VMOVAPS   T0, GROUP_E+row(W)  \
	VSUBPS    C, t, t                  // t = m − 1
#define LOG2_8_TO(LOAD_S, row) \
	LOG2_8_ROW(LOAD_S, row, T1) \
	VMOVAPS T1, GROUP_G+row(W)
#define TIMES_T(row, u, t) VMULPS t, u, u

// LOG2_8_OF_LOGIT keeps the same from the parts of a logit: n + f/ln 2 −
// log2(1+t) where s is the small probability, −log2(1+t) elsewhere: where
// SIDE, which a file that includes this defines, sets the sign of T0.
#define LOG2_8_OF_LOGIT \
	VBROADCASTSS ·avx2+avx2Constants_minusLog2E(SB), G0 \
	CONST(avx2Constants_log2E) \
	EIGHT(LOG2_8_PARTS)
#define LOG2_8_PARTS(row, u) \
	VMULPS      avx2Block_log1p+row(BLOCK_AT), G0, u \ // log = −(log1p·log2E)
	SIDE(row)                                    \
	VPSRAD      $31, T0, T0                      \
	VANDNPS     avx2Block_n+row(BLOCK_AT), T0, T1 \
	VMOVAPS     T1, GROUP_E+row(W)               \
	VANDNPS     avx2Block_f+row(BLOCK_AT), T0, T1 \
	VFMADD231PS C, T1, u                           // f·log2E + log

// EXP2_8 is u = power.exp2(e, l) of e as it is kept, and l in u.
#define EXP2_HI    G0
#define EXP2_LO    G1
#define EXP2_FLOOR G2
#define EXP2_BIAS  G3
#define EXP2_8 \
	VBROADCASTSS HI, EXP2_HI \
	VBROADCASTSS LO, EXP2_LO \
	VBROADCASTSS ·avx2+avx2Constants_exp2Floor(SB), EXP2_FLOOR \
	VBROADCASTSS ·avx2+avx2Constants_roundBias(SB), EXP2_BIAS  \
	EIGHT(EXP2_8_REDUCE) \
	VMOVAPS U0, G0      \
	VMOVAPS U1, G1      \
	VMOVAPS U2, G2      \
	VMOVAPS U3, G3      \
	KEEP_G_OF_U         \
	HORNER_6(FIRST_8, STEP_8, ·exp2Poly) \
	EIGHT(EXP_8_SCALE)
#define EXP2_8_REDUCE(row, u) \
	VADDPS      GROUP_E+row(W), u, T0      \ // y = e + l
	VMULPS      EXP2_HI, T0, T1            \
	VMAXPS      EXP2_FLOOR, T1, T1         \
	VADDPS      EXP2_BIAS, T1, T1          \ // v = max(hi·y, −127) + roundBias
	VPSLLD      $23, T1, C                 \
	VMOVDQA     C, GROUP_V+row(W)          \ // 2^n
	VSUBPS      EXP2_BIAS, T1, T1          \ // n = v − roundBias
	VFMSUB231PS GROUP_E+row(W), EXP2_HI, T1 \ // f = hi·e − n
	VFMADD213PS T1, EXP2_HI, u             \ // f += hi·l
	VFMADD231PS T0, EXP2_LO, u               // f += lo·y
