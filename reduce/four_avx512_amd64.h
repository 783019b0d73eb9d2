// What the AVX-512 kernels share: who lives in which register, the walk over
// groups and blocks, and the elementary functions, step by step.
//
// The unit of work is a group of 64 voxels: 4 rows of 16 lanes that go through
// every step side by side, so that while one row's multiply-add is under way
// the other three start theirs. A step is a macro that works on one row and is
// told where that row is: i, its bytes from the group's first value, a to e,
// its registers for values, and k, its mask. EACH(step) runs a step on the
// four rows, in row order. What a step does stands beside it as Go; the
// functions themselves are specified in elementary.go, power.go and logit.go.
//
// Operands are in Go's order: VSUBPS b, a, d is d = a − b, and for the
// multiply-adds the digits say who is who:
//	VFMADD213PS z, y, d	d = d·y + z
//	VFMADD231PS x, y, d	d = y·x + d
// FMSUB is x·y − z, FNMADD is z − x·y.

// General registers.
#define CALL DI       // *hardCall, *mapCall
#define PREDICTION SI // the group's first value
#define LABELS DX     // and its first label
#define BLOCKS CX     // blocks left
#define GROUPS BX     // groups left in the block
#define VALID R8      // voxels of the block that are not ignored
#define IGNORE AX     // the ignored label, 0 where there is none
#define LOGITS R10    // the group's logits, each of the class the step asks for
#define CONSTANTS R11 // ·constants512
#define SCRATCH R9

// HI, LO and EPS are γ in two parts and ε; each file of kernels says where its
// call has them, as an operand to broadcast.

// The rows' registers.
#define EACH(step) \
	step(0, Z0, Z4, Z8, Z12, Z16, K3); \
	step(64, Z1, Z5, Z9, Z13, Z17, K4); \
	step(128, Z2, Z6, Z10, Z14, Z18, K5); \
	step(192, Z3, Z7, Z11, Z15, Z19, K7)

// The block's sums, by label.
#define R0 Z20
#define R1 Z21
#define S0 Z22
#define S1 Z23
#define L0 Z24
#define L1 Z25
#define F0 Z26
#define F1 Z27

#define TEMP Z28
#define COEF Z29  // a coefficient of a polynomial
#define ONE Z30
#define GAMMA Z31 // γ·2^-23

// Masks: the voxels of a group, a bit each, and the lanes whose values were
// plain so far.
#define BACKGROUND K1
#define FOREGROUND K2
#define PLAIN K6

// How many bytes ahead of the loads the prefetches are.
#define AHEAD 2048

// BEGIN reads the call; if it has no block it goes to done.
#define BEGIN(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ hardCall_prediction+0(CALL), PREDICTION; \
	MOVQ hardCall_prediction+8(CALL), BLOCKS; \
	MOVQ hardCall_labels(CALL), LABELS; \
	MOVL hardCall_ignore(CALL), IGNORE; \
	XORL SCRATCH, SCRATCH; \
	CMPL IGNORE, $255; \
	CMOVLHI SCRATCH, IGNORE; \
	LEAQ ·numbers512(SB), CONSTANTS; \
	VBROADCASTSS constants512_one(CONSTANTS), ONE; \
	SHRQ $9, BLOCKS; \
	JEQ done

// END returns the number of blocks done.
#define END \
	MOVQ hardCall_prediction+8(CALL), AX; \
	SHRQ $9, AX; \
	SUBQ BLOCKS, AX; \
	MOVQ AX, ret+8(FP); \
	VZEROUPPER; \
	RET

#define OPEN_BLOCK \
	VPXORD R0, R0, R0; VPXORD R1, R1, R1; \
	VPXORD S0, S0, S0; VPXORD S1, S1, S1; \
	VPXORD L0, L0, L0; VPXORD L1, L1, L1; \
	VPXORD F0, F0, F0; VPXORD F1, F1, F1; \
	KXNORW PLAIN, PLAIN, PLAIN; \
	MOVL $(const_BlockSize/64), GROUPS; \
	MOVL $const_BlockSize, VALID

#define PREFETCH_ROWS(p) \
	PREFETCHT0 AHEAD+0(p); \
	PREFETCHT0 AHEAD+64(p); \
	PREFETCHT0 AHEAD+128(p); \
	PREFETCHT0 AHEAD+192(p)

// NEXT_GROUP goes on to the next group of the block, if there is one.
#define NEXT_GROUP(group) \
	PREFETCH_ROWS(PREDICTION); \
	PREFETCHT0 AHEAD(LABELS); \
	ADDQ $256, PREDICTION; \
	ADDQ $64, LABELS; \
	DECL GROUPS; \
	JNE group

// WIDEN is the first step of the fold: d[i] = float64(sum[i]) +
// float64(sum[i+8]), by way of the stack, where a conversion is one operation
// on its memory operand and two on a register.
#define WIDEN(n, sum, d) \
	VMOVUPS sum, 64*n(SP); \
	VCVTPS2PD 64*n(SP), TEMP; \
	VCVTPS2PD 64*n+32(SP), d; \
	VADDPD TEMP, d, d

// The other steps take two registers, halve the sums in each, and leave the
// halves in the first, those of d in front (of every 128 bits in FOLD1):
// FOLD4 takes sums of 8 numbers to 4, FOLD2 of 4 to 2, FOLD1 of 2 to 1.
#define FOLD4(d, e) \
	VSHUFF64X2 $0x44, e, d, TEMP; \
	VSHUFF64X2 $0xee, e, d, d; \
	VADDPD TEMP, d, d
#define FOLD2(d, e) \
	VSHUFF64X2 $0x88, e, d, TEMP; \
	VSHUFF64X2 $0xdd, e, d, d; \
	VADDPD TEMP, d, d
#define FOLD1(d, e) \
	VUNPCKLPD e, d, TEMP; \
	VUNPCKHPD e, d, d; \
	VADDPD TEMP, d, d

// FOLD8 takes eight sums of 8 numbers to one each, in Z0. Those of Z0 to Z3
// end at the even places, those of Z4 to Z7 at the odd ones.
#define FOLD8 \
	FOLD4(Z0, Z1); FOLD4(Z2, Z3); \
	FOLD4(Z4, Z5); FOLD4(Z6, Z7); \
	FOLD2(Z0, Z2); FOLD2(Z4, Z6); \
	FOLD1(Z0, Z4)

// CLOSE_BLOCK adds the block's sums to the call's, and goes on to the next
// block, if there is one; a block with a value that is not plain goes to done
// instead. The eight numbers end in the order of hardSums.
#define CLOSE_BLOCK(block, done) \
	KORTESTW PLAIN, PLAIN; \
	JCC done; \
	WIDEN(0, R0, Z0); WIDEN(1, R1, Z4); \
	WIDEN(2, S0, Z1); WIDEN(3, S1, Z5); \
	WIDEN(4, L0, Z2); WIDEN(5, L1, Z6); \
	WIDEN(6, F0, Z3); WIDEN(7, F1, Z7); \
	FOLD8; \
	VADDPD hardCall_sums(CALL), Z0, Z0; \
	VMOVUPD Z0, hardCall_sums(CALL); \
	ADDQ VALID, (hardCall_sums+hardSums_n)(CALL); \
	DECQ BLOCKS; \
	JNE block

// CLASSES finds the group's voxels of either class.
#define CLASSES \
	VMOVDQU8 (LABELS), TEMP; \
	VPBROADCASTD constants512_labelOne(CONSTANTS), COEF; \
	VPTESTNMB TEMP, TEMP, BACKGROUND; \
	VPCMPEQB COEF, TEMP, FOREGROUND

// BRANCH goes to background or foreground where the group is of that class
// alone, to stray where a label is neither 0 nor 1, and on where it is mixed.
#define BRANCH(background, foreground, stray) \
	CLASSES; \
	KORTESTQ BACKGROUND, BACKGROUND; \
	JCS background; \
	KORTESTQ FOREGROUND, FOREGROUND; \
	JCS foreground; \
	KORTESTQ BACKGROUND, FOREGROUND; \
	JCC stray

// STRAY takes the ignored voxels off the count and goes back, or to done
// where a label is not that either.
#define STRAY(back, done) \
	VMOVDQU8 (LABELS), TEMP; \
	VPBROADCASTB IGNORE, COEF; \
	VPCMPEQB COEF, TEMP, K3; \
	KORQ BACKGROUND, FOREGROUND, K4; \
	KORTESTQ K3, K4; \
	JCC done; \
	KMOVQ K4, SCRATCH; \
	POPCNTQ SCRATCH, SCRATCH; \
	LEAQ -64(VALID)(SCRATCH*1), VALID; \
	JMP back

// The bits of a row of a mixed group.
#define BACKGROUND_ROW(i, k) KSHIFTRQ $(i/4), BACKGROUND, k
#define FOREGROUND_ROW(i, k) KSHIFTRQ $(i/4), FOREGROUND, k

// A polynomial of degree n − 1 on the rows: SET(step) puts its first
// coefficient where the step says, and every TERM multiplies by the argument
// and adds the next.
#define SET_B(i, a, b, c, d, e, k) VMOVAPS COEF, b
#define SET_D(i, a, b, c, d, e, k) VMOVAPS COEF, d
#define B_OF_A(i, a, b, c, d, e, k) VFMADD213PS COEF, a, b       // b = b·a + coefficient
#define B_OF_C(i, a, b, c, d, e, k) VFMADD213PS COEF, c, b       // b = b·c + coefficient
#define D_OF_A(i, a, b, c, d, e, k) VFMADD213PS COEF, a, d       // d = d·a + coefficient
#define D_OF_B(i, a, b, c, d, e, k) VFMADD213PS COEF, b, d       // d = d·b + coefficient
#define D_OF_C(i, a, b, c, d, e, k) VFMADD213PS COEF, c, d       // d = d·c + coefficient
#define D_OF_B_CUT(i, a, b, c, d, e, k) CUT(b, d, k)
#define D_OF_C_CUT(i, a, b, c, d, e, k) CUT(c, d, k)
#define CUT(g, u, k) \
	VCMPPS.BCST $13, constants512_sure(CONSTANTS), g, k; \
	VFMADD213PS.Z COEF, g, k, u    // u = 0; if g ≥ sure { u = u·g + coefficient }
#define B_OF_MINUS_D(i, a, b, c, d, e, k) VFNMADD213PS COEF, d, b // b = b·(−d) + coefficient

#define COEFFICIENT(c, ROWS, step) VBROADCASTSS c(SB), COEF; ROWS(step)

#define POLYNOMIAL7(p, ROWS, SET, TERM) \
	COEFFICIENT(p+0, ROWS, SET); \
	COEFFICIENT(p+4, ROWS, TERM); \
	COEFFICIENT(p+8, ROWS, TERM); \
	COEFFICIENT(p+12, ROWS, TERM); \
	COEFFICIENT(p+16, ROWS, TERM); \
	COEFFICIENT(p+20, ROWS, TERM); \
	COEFFICIENT(p+24, ROWS, TERM)
#define POLYNOMIAL9(p, ROWS, SET, TERM) \
	POLYNOMIAL7(p, ROWS, SET, TERM); \
	COEFFICIENT(p+28, ROWS, TERM); \
	COEFFICIENT(p+32, ROWS, TERM)

// LOG_POLYNOMIAL is that of negLog: where g is sure, TERM_CUT leaves the last
// three coefficients alone.
#define LOG_POLYNOMIAL(ROWS, TERM, TERM_CUT) \
	COEFFICIENT(·logPoly+0, ROWS, SET_D); \
	COEFFICIENT(·logPoly+4, ROWS, TERM); \
	COEFFICIENT(·logPoly+8, ROWS, TERM); \
	COEFFICIENT(·logPoly+12, ROWS, TERM); \
	COEFFICIENT(·logPoly+16, ROWS, TERM_CUT); \
	COEFFICIENT(·logPoly+20, ROWS, TERM); \
	COEFFICIENT(·logPoly+24, ROWS, TERM); \
	COEFFICIENT(·logPoly+28, ROWS, TERM)

// NEG_LOG: d = negLog(a, b). It leaves b alone and uses a, c and k.
#define NEG_LOG(ROWS) \
	ROWS(NEG_LOG_SPLIT); \
	LOG_POLYNOMIAL(ROWS, D_OF_C, D_OF_C_CUT); \
	ROWS(NEG_LOG_JOIN)
#define NEG_LOG_SPLIT(i, a, b, c, d, e, k) \
	VPSUBD.BCST constants512_half(CONSTANTS), a, d; \ // kk = (bits(r) − half) & exponent
	VPANDD.BCST constants512_exponent(CONSTANTS), d, d; \
	VPSUBD d, a, a; \              // m = bits(r) − kk
	VPMOVD2M d, k; \               // k < 0
	VMOVAPS b, c; \                // g = s
	VSUBPS a, ONE, k, c; \         // if k < 0 { g = 1 − m }
	VCVTDQ2PS.Z d, k, a            // min(k, 0)·2^23
#define NEG_LOG_JOIN(i, a, b, c, d, e, k) \
	VMULPS c, c, TEMP; \
	VFMADD213PS c, TEMP, d; \      // u = g²·Q(g) + g
	VFMADD231PS.BCST constants512_minusLn2Scaled(CONSTANTS), a, d // −ln2·min(k, 0) + u

// NEG_LOG_NEAR is NEG_LOG where every r is at least ½: k is 0 and g is s. It uses
// neither a nor c.
#define NEG_LOG_NEAR \
	LOG_POLYNOMIAL(EACH, D_OF_B, D_OF_B_CUT); \
	EACH(NEG_LOG_NEAR_JOIN)
#define NEG_LOG_NEAR_JOIN(i, a, b, c, d, e, k) \
	VMULPS b, b, TEMP; \
	VFMADD213PS b, TEMP, d         // u = g²·Q(g) + g

// NEG_LOG_SURE is NEG_LOG where every s is below 2^-6 as well, and the polynomial
// short.
#define NEG_LOG_SURE \
	COEFFICIENT(·logPoly+20, EACH, SET_D); \
	COEFFICIENT(·logPoly+24, EACH, D_OF_B); \
	COEFFICIENT(·logPoly+28, EACH, D_OF_B); \
	EACH(NEG_LOG_NEAR_JOIN)

// NEG_LOG_OF_OWN is NEG_LOG of a voxel's own class, and the shortest that is the
// same: NEG_LOG_SURE nearly everywhere in what a trained network predicts.
// Numbers from ½ to 1, and none below, have all the bits of ½.
#define NEG_LOG_OF_OWN(sure, near, end) \
	VPMAXUD Z5, Z4, TEMP; \
	VPMAXUD Z7, Z6, COEF; \
	VPMAXUD COEF, TEMP, TEMP; \      // the greatest s
	VPCMPUD.BCST $5, constants512_sure(CONSTANTS), TEMP, K3; \
	KORTESTW K3, K3; \
	JEQ sure; \
	VPANDD Z1, Z0, TEMP; \
	VPTERNLOGD $0x80, Z3, Z2, TEMP; \ // the bits that all r have
	VPCMPUD.BCST $1, constants512_half(CONSTANTS), TEMP, K3; \
	KORTESTW K3, K3; \
	JEQ near; \
	NEG_LOG(EACH); \
	JMP end; \
near: \
	NEG_LOG_NEAR; \
	JMP end; \
sure: \
	NEG_LOG_SURE; \
end:

// POWER_ANY: e = b^γ with γ from the call and GAMMA. It uses a, b and c.
#define POWER_ANY(ROWS) \
	ROWS(LOG2_SPLIT); \
	POLYNOMIAL9(·log2Poly, ROWS, SET_B, B_OF_C); \
	ROWS(LOG2_JOIN); \
	EXP2(ROWS)
#define LOG2_SPLIT(i, a, b, c, d, e, k) \
	VPSUBD.BCST constants512_sqrtHalf(CONSTANTS), b, a; \ // kk = (bits(q) − sqrtHalf) & exponent
	VPANDD.BCST constants512_exponent(CONSTANTS), a, a; \
	VPSUBD a, b, c; \              // m = bits(q) − kk
	VSUBPS ONE, c, c; \            // t = m − 1
	VCVTDQ2PS a, a                 // e·2^23
#define LOG2_JOIN(i, a, b, c, d, e, k) \
	VMULPS c, b, b; \              // l = t·P(t)
	VMOVAPS b, c; \
	VFMADD231PS.BCST constants512_ulp(CONSTANTS), a, c; \ // y = e + l
	VMULPS.BCST HI, c, e; \
	VMAXPS.BCST constants512_exp2Floor(CONSTANTS), e, e; \
	VADDPS.BCST constants512_roundBias(CONSTANTS), e, e; \ // v = max(hi·y, −127) + roundBias
	VSUBPS.BCST constants512_roundBias(CONSTANTS), e, TEMP; \ // n = v − roundBias
	VFMSUB213PS TEMP, GAMMA, a; \  // f = hi·e − n
	VFMADD231PS.BCST HI, b, a; \ // f = hi·l + f
	VFMADD231PS.BCST LO, c, a // f = lo·y + f

// EXP2: e = 2^f·2^n with f in a and v in e. It uses b.
#define EXP2(ROWS) \
	POLYNOMIAL7(·exp2Poly, ROWS, SET_B, B_OF_A); \
	ROWS(EXP2_JOIN)
#define EXP2_JOIN(i, a, b, c, d, e, k) \
	VPSLLD $23, e, e; \            // 2^n
	VMULPS b, e, e

// SCALE_GAMMA readies GAMMA.
#define SCALE_GAMMA \
	VBROADCASTSS HI, GAMMA; \
	VMULPS.BCST constants512_ulp(CONSTANTS), GAMMA, GAMMA

// The fast powers: e = b^γ.
#define SQUARE_ROOT(i, a, b, c, d, e, k) VSQRTPS b, e
#define SAME(i, a, b, c, d, e, k) VMOVAPS b, e
#define TIMES_ROOT(i, a, b, c, d, e, k) VSQRTPS b, e; VMULPS b, e, e
#define SQUARE(i, a, b, c, d, e, k) VMULPS b, b, e

#define POWER_HALF(ROWS) ROWS(SQUARE_ROOT)
#define POWER_ONE(ROWS) ROWS(SAME)
#define POWER_THREE_HALVES(ROWS) ROWS(TIMES_ROOT)
#define POWER_TWO(ROWS) ROWS(SQUARE)

// EXP: d = e^a for a ≤ 0, a = f, c = n. It uses b.
#define EXP(ROWS) \
	ROWS(EXP_SPLIT); \
	POLYNOMIAL7(·expPoly, ROWS, SET_D, D_OF_A); \
	ROWS(EXP_JOIN)
#define EXP_SPLIT(i, a, b, c, d, e, k) \
	VMAXPS.BCST constants512_expFloor(CONSTANTS), a, a; \
	VBROADCASTSS constants512_roundBias(CONSTANTS), b; \
	VFMADD231PS.BCST constants512_log2E(CONSTANTS), a, b; \ // v = x·log2E + roundBias
	VSUBPS.BCST constants512_roundBias(CONSTANTS), b, c; \ // n = v − roundBias
	VFNMADD231PS.BCST constants512_ln2Hi(CONSTANTS), c, a; \ // f = x − n·ln2Hi
	VFNMADD231PS.BCST constants512_ln2Lo(CONSTANTS), c, a // f = f − n·ln2Lo
#define EXP_JOIN(i, a, b, c, d, e, k) \
	VPSLLD $23, b, b; \            // 2^n
	VMULPS b, d, d

// SIGMOID: b, e = large, small of sigmoid(d). It leaves d alone.
#define SIGMOID(i, a, b, c, d, e, k) \
	VADDPS ONE, d, b; \
	VDIVPS b, ONE, b; \            // large = 1/(1 + t)
	VMULPS b, d, e; \              // small = t·large
	VSUBPS e, d, TEMP; \
	VFNMADD231PS d, e, TEMP; \     // rest = (t − small) − small·t
	VFMADD231PS b, TEMP, e         // small = rest·large + small

// LOG1P: d = log1p(d). It uses b and k. Everything is formed with h = −g, to
// save a sign: d = base + (h − h²·Q(−h)).
#define LOG1P(ROWS) \
	ROWS(LOG1P_SPLIT); \
	POLYNOMIAL9(·log1pPoly, ROWS, SET_B, B_OF_MINUS_D); \
	ROWS(LOG1P_JOIN)
#define LOG1P_SPLIT(i, a, b, c, d, e, k) \
	VCMPPS.BCST $14, constants512_oneHalf(CONSTANTS), d, k; \ // h = t
	VBROADCASTSS constants512_oneHalf(CONSTANTS), TEMP; \
	VFMSUB213PS TEMP, TEMP, k, d   // if t > ½ { h = t·½ − ½ }
#define LOG1P_JOIN(i, a, b, c, d, e, k) \
	VMULPS d, d, TEMP; \
	VFNMADD231PS b, TEMP, d; \     // y = h − h²·Q
	VADDPS.BCST constants512_ln2(CONSTANTS), d, k, d // if t > ½ { y += ln 2 }

// Of logits: after EXP, SIGMOID and LOG1P, u being at LOGITS.

// k = whether u is of the large side: u ≥ 0 for u = x, and for u = −x. (At 0
// both sides are ½ and every sum gets the same bits.)
#define SIDE(i, k) \
	VMOVUPS i(LOGITS), TEMP; \
	VPTESTNMD.BCST constants512_sign(CONSTANTS), TEMP, k

// b = −log r = log1p + max(−u, 0)
#define SURPRISE(i, a, b, c, d, e, k) \
	VPXORD b, b, b; \
	VMINPS i(LOGITS), b, b; \
	VSUBPS b, d, b

// a = s^γ
#define LOGITS_ONE(i, a, b, c, d, e, k) VMOVAPS e, a
#define LOGITS_TWO(i, a, b, c, d, e, k) VMULPS e, e, a
#define LOGITS_HALF(i, a, b, c, d, e, k) VSQRTPS e, a
#define LOGITS_THREE_HALVES(i, a, b, c, d, e, k) VSQRTPS e, a; VMULPS e, a, a

// log2 s = e + l in c and a for v, f: see logit.power.
#define LOGIT_POWER_SPLIT(i, a, b, c, d, e, k) \
	VMULPS.BCST constants512_minusLog2E(CONSTANTS), d, d; \ // l = −log1p·log2E
	VMOVAPS.Z c, k, c; \           // e = 0
	VFMADD231PS.BCST constants512_log2E(CONSTANTS), a, k, d; \ // if u ≥ 0 { e, l = n, f·log2E + l }
	VADDPS c, d, TEMP; \           // y = e + l
	VMULPS.BCST HI, TEMP, e; \
	VMAXPS.BCST constants512_exp2Floor(CONSTANTS), e, e; \
	VADDPS.BCST constants512_roundBias(CONSTANTS), e, e; \ // v = max(hi·y, −127) + roundBias
	VSUBPS.BCST constants512_roundBias(CONSTANTS), e, a; \ // n = v − roundBias
	VFMSUB231PS.BCST HI, c, a; \ // f = hi·e − n
	VFMADD231PS.BCST HI, d, a; \ // f = hi·l + f
	VFMADD231PS.BCST LO, TEMP, a // f = lo·y + f
#define LOGIT_POWER_JOIN(i, a, b, c, d, e, k) \
	VPSLLD $23, e, e; \            // 2^n
	VMULPS d, e, a
