// What the AVX-512 kernels share: who lives in which register, the walk over
// groups and blocks, and the elementary functions, step by step.
//
// The unit of work is a group of 128 voxels: 8 rows of 16 lanes that go
// through every step side by side, because the processor can start two
// multiply-adds in a cycle and each takes four. A step is a macro that works
// on one row: it is told the row's bytes from the first one, i, and its three
// registers a, b and c. EACH(step) runs a step on the eight rows, in row
// order. What does not fit waits in memory, in the rows of a work512: loads and
// stores have ports of their own, and it is those of the arithmetic that are
// short. For the same reason constants are broadcast from memory as operands.
//
// What a line does stands beside it as Go; the functions themselves are
// specified in elementary.go, power.go and logit.go.
//
// Operands are in Go's order: VSUBPS b, a, d is d = a − b, and for the
// multiply-adds the digits say who is who:
//	VFMADD213PS z, y, d	d = d·y + z
//	VFMADD231PS x, y, d	d = y·x + d
// FMSUB is x·y − z, FNMADD is z − x·y.

// General registers.
#define CALL DI       // *hardCall
#define PREDICTION SI // the group's first value
#define LABELS DX     // and its first label
#define BLOCKS CX     // blocks left
#define GROUPS BX     // groups left in the block
#define LOGITS R10    // the group's logits, of each voxel's own class
#define CONSTANTS R11 // ·numbers512
#define WORK R12      // a work512, at a multiple of 64
#define SUMS R13      // the sums of the group's class; 0 where it is mixed
#define NOW R8        // the place of the group's exponentials512 among the two
#define THEN AX       // and of those of the group ahead
#define SCRATCH R9

// The rows' registers.
#define EACH(step) LOW(step); HIGH(step)
#define LOW(step) \
	step(0, Z0, Z8, Z16); \
	step(64, Z1, Z9, Z17); \
	step(128, Z2, Z10, Z18); \
	step(192, Z3, Z11, Z19)
#define HIGH(step) \
	step(256, Z4, Z12, Z20); \
	step(320, Z5, Z13, Z21); \
	step(384, Z6, Z14, Z22); \
	step(448, Z7, Z15, Z23)

// Registers for all rows.
#define TEMP Z24
#define OTHER Z25
#define COEF Z26 // a coefficient of a polynomial
#define ONE Z27
#define GAMMA Z28 // γ·2^-23
#define BITS Z29  // or of the bits of all p and 1 − p of the block

// Masks: lanes of a row; the voxels of the group, a bit each, in two halves;
// and the lanes whose logits were plain so far in the block.
#define K K7
#define BACKGROUND_LOW K1
#define BACKGROUND_HIGH K2
#define FOREGROUND_LOW K3
#define FOREGROUND_HIGH K4
#define PLAIN K6

// The data are asked into the second cache, AHEAD bytes before the loads: with
// 2 KiB and the first cache the region sums had .84 of the speed of a plain
// read, with this .94. STREAM(i) does so for row i. The kernels put it between
// other steps: eight in a row stand in the way of the loads (γ 2: .68, .75).
#define AHEAD 8192
#define STREAM(i) PREFETCHT1 AHEAD+i(PREDICTION)

#define SET_CONSTANTS \
	LEAQ ·numbers512(SB), CONSTANTS; \
	VBROADCASTSS constants512_one(CONSTANTS), ONE; \
	VBROADCASTSS hardCall_hi(CALL), GAMMA; \
	VMULPS.BCST constants512_ulp(CONSTANTS), GAMMA, GAMMA

// BEGIN reads the call; if it has no block it goes to done.
#define BEGIN(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ hardCall_prediction+0(CALL), PREDICTION; \
	MOVQ hardCall_labels+8(CALL), BLOCKS; \
	MOVQ hardCall_labels(CALL), LABELS; \
	MOVQ work+8(FP), WORK; \
	ADDQ $63, WORK; \
	ANDQ $-64, WORK; \
	SET_CONSTANTS; \
	SHRQ $9, BLOCKS; \
	JEQ done

// DONE returns the number of blocks done.
#define DONE \
	MOVQ hardCall_labels+8(CALL), AX; \
	SHRQ $9, AX; \
	SUBQ BLOCKS, AX; \
	MOVQ AX, ret+16(FP); \
	VZEROUPPER; \
	RET

#define OPEN_BLOCK \
	VPXORD TEMP, TEMP, TEMP; \
	VMOVAPS TEMP, (work512_background+sums512_r)(WORK); \
	VMOVAPS TEMP, (work512_background+sums512_s)(WORK); \
	VMOVAPS TEMP, (work512_background+sums512_l)(WORK); \
	VMOVAPS TEMP, (work512_background+sums512_f)(WORK); \
	VMOVAPS TEMP, (work512_foreground+sums512_r)(WORK); \
	VMOVAPS TEMP, (work512_foreground+sums512_s)(WORK); \
	VMOVAPS TEMP, (work512_foreground+sums512_l)(WORK); \
	VMOVAPS TEMP, (work512_foreground+sums512_f)(WORK); \
	KXNORW PLAIN, PLAIN, PLAIN; \
	VPXORD BITS, BITS, BITS; \
	MOVL $(const_BlockSize/128), GROUPS; \
	MOVQ $const_BlockSize, work512_valid(WORK)

// CLASSES finds the group's voxels of either class, and goes to stray where
// there are others.
#define CLASSES(stray) \
	VMOVDQU8 0(LABELS), TEMP; \
	VMOVDQU8 64(LABELS), OTHER; \
	VPBROADCASTD constants512_labelOne(CONSTANTS), COEF; \
	VPTESTNMB TEMP, TEMP, BACKGROUND_LOW; \
	VPTESTNMB OTHER, OTHER, BACKGROUND_HIGH; \
	VPCMPEQB COEF, TEMP, FOREGROUND_LOW; \
	VPCMPEQB COEF, OTHER, FOREGROUND_HIGH; \
	KMOVQ BACKGROUND_LOW, (work512_inBackground+0)(WORK); \
	KMOVQ BACKGROUND_HIGH, (work512_inBackground+8)(WORK); \
	KMOVQ FOREGROUND_LOW, (work512_inForeground+0)(WORK); \
	KMOVQ FOREGROUND_HIGH, (work512_inForeground+8)(WORK); \
	KORTESTQ BACKGROUND_LOW, FOREGROUND_LOW; \
	JCC stray; \
	KORTESTQ BACKGROUND_HIGH, FOREGROUND_HIGH; \
	JCC stray

// BRANCH goes to background or foreground where the group is of that class
// alone, and on with the masks where it is mixed.
#define BRANCH(background, foreground, stray) \
	VMOVDQU8 0(LABELS), TEMP; \
	VMOVDQU8 64(LABELS), OTHER; \
	VPORD OTHER, TEMP, COEF; \
	VPTESTMB COEF, COEF, K; \
	KORTESTQ K, K; \
	JEQ background; \
	VPBROADCASTD constants512_labelOne(CONSTANTS), COEF; \
	VPCMPEQB COEF, TEMP, FOREGROUND_LOW; \
	VPCMPEQB COEF, OTHER, FOREGROUND_HIGH; \
	KANDQ FOREGROUND_LOW, FOREGROUND_HIGH, K; \
	KORTESTQ K, K; \
	JCS foreground; \
	CLASSES(stray)

// STRAY takes the ignored voxels off the count and goes back, or to done where
// a label is not that either.
#define STRAY(back, done) \
	CMPL hardCall_ignore(CALL), $255; \
	JHI done; \
	VPBROADCASTB hardCall_ignore(CALL), COEF; \
	KORQ BACKGROUND_LOW, FOREGROUND_LOW, BACKGROUND_LOW; \
	VPCMPEQB COEF, TEMP, K; \
	KORTESTQ BACKGROUND_LOW, K; \
	JCC done; \
	KORQ BACKGROUND_HIGH, FOREGROUND_HIGH, BACKGROUND_HIGH; \
	VPCMPEQB COEF, OTHER, K; \
	KORTESTQ BACKGROUND_HIGH, K; \
	JCC done; \
	KMOVQ BACKGROUND_LOW, SCRATCH; \
	POPCNTQ SCRATCH, SCRATCH; \
	ADDQ SCRATCH, work512_valid(WORK); \
	KMOVQ BACKGROUND_HIGH, SCRATCH; \
	POPCNTQ SCRATCH, SCRATCH; \
	SUBQ $128, SCRATCH; \
	ADDQ SCRATCH, work512_valid(WORK); \
	JMP back

// The masks of a row of a mixed group.
#define BACKGROUND_ROW(i) KMOVW (work512_inBackground+(i)/32)(WORK), K
#define FOREGROUND_ROW(i) KMOVW (work512_inForeground+(i)/32)(WORK), K

// NEXT_GROUP goes on to the next group of the block, if there is one.
#define NEXT_GROUP(group) \
	PREFETCHT1 (AHEAD/4)+0(LABELS); \
	PREFETCHT1 (AHEAD/4)+64(LABELS); \
	ADDQ $512, PREDICTION; \
	ADDQ $128, LABELS; \
	DECL GROUPS; \
	JNE group

// WIDEN is the first step of the fold: d[i] = float64(sum[i]) +
// float64(sum[i+8]).
#define WIDEN(sum, d) \
	VCVTPS2PD (sum+0)(WORK), TEMP; \
	VCVTPS2PD (sum+32)(WORK), d; \
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

// CLOSE_BLOCK adds the block's sums to the call's, and goes on to the next
// block, if there is one. The eight numbers end in the order of hardSums.
#define CLOSE_BLOCK(block) \
	WIDEN(work512_background+sums512_r, Z0); WIDEN(work512_foreground+sums512_r, Z4); \
	WIDEN(work512_background+sums512_s, Z1); WIDEN(work512_foreground+sums512_s, Z5); \
	WIDEN(work512_background+sums512_l, Z2); WIDEN(work512_foreground+sums512_l, Z6); \
	WIDEN(work512_background+sums512_f, Z3); WIDEN(work512_foreground+sums512_f, Z7); \
	FOLD4(Z0, Z1); FOLD4(Z2, Z3); \
	FOLD4(Z4, Z5); FOLD4(Z6, Z7); \
	FOLD2(Z0, Z2); FOLD2(Z4, Z6); \
	FOLD1(Z0, Z4); \
	VADDPD hardCall_sums(CALL), Z0, Z0; \
	VMOVUPD Z0, hardCall_sums(CALL); \
	MOVQ work512_valid(WORK), SCRATCH; \
	ADDQ SCRATCH, (hardCall_sums+hardSums_n)(CALL); \
	DECQ BLOCKS; \
	JNE block

// A polynomial on the rows: a step of the name SET_B puts the first
// coefficient into b, and one such as B_OF_A makes it b·a + the next.
#define SET_A(i, a, b, c) VMOVAPS COEF, a
#define SET_B(i, a, b, c) VMOVAPS COEF, b
#define SET_C(i, a, b, c) VMOVAPS COEF, c
#define A_OF_MINUS_C(i, a, b, c) VFNMADD213PS COEF, c, a
#define C_OF_A(i, a, b, c) VFMADD213PS COEF, a, c
#define C_OF_B(i, a, b, c) VFMADD213PS COEF, b, c
#define C_OF_B_CUT(i, a, b, c) \
	VCMPPS.BCST $13, constants512_sure(CONSTANTS), b, K; \
	VFMADD213PS.Z COEF, b, K, c    // c = 0; if b ≥ sure { c = c·b + coefficient }

#define COEFFICIENT(p, step) \
	VBROADCASTSS p(SB), COEF; \
	EACH(step)
#define POLYNOMIAL7(p, SET, TERM) \
	COEFFICIENT(p+0, SET); \
	COEFFICIENT(p+4, TERM); \
	COEFFICIENT(p+8, TERM); \
	COEFFICIENT(p+12, TERM); \
	COEFFICIENT(p+16, TERM); \
	COEFFICIENT(p+20, TERM); \
	COEFFICIENT(p+24, TERM)
#define POLYNOMIAL9(p, SET, TERM) \
	POLYNOMIAL7(p, SET, TERM); \
	COEFFICIENT(p+28, TERM); \
	COEFFICIENT(p+32, TERM)

// A division takes the divider ten cycles, a square root twelve, one row after
// the other. Where eight of them wait at once they spoil the rest as well: an
// instruction gets its port when it comes in, by how many wait at each, so that
// nearly everything goes to port 5 (a row of logits took 24.6 cycles, and 14.8
// without its division). So they are spread out over other work: where a macro
// has a parameter BESIDE, BESIDE(i) is such a step for row i; ALONE is none.
#define ALONE(i)

// NEG_LOG: c = negLog(a, b). Where g is sure, u is cut before the last three
// coefficients.
#define NEG_LOG(BESIDE) \
	LOW(NEG_LOG_SPLIT); BESIDE(0); \
	HIGH(NEG_LOG_SPLIT); BESIDE(64); \
	COEFFICIENT(·logPoly+0, SET_C); \
	COEFFICIENT(·logPoly+4, C_OF_B); BESIDE(128); \
	COEFFICIENT(·logPoly+8, C_OF_B); \
	COEFFICIENT(·logPoly+12, C_OF_B); BESIDE(192); \
	COEFFICIENT(·logPoly+16, C_OF_B_CUT); BESIDE(256); \
	COEFFICIENT(·logPoly+20, C_OF_B); BESIDE(320); \
	COEFFICIENT(·logPoly+24, C_OF_B); BESIDE(384); \
	COEFFICIENT(·logPoly+28, C_OF_B); BESIDE(448); \
	EACH(NEG_LOG_JOIN)
#define NEG_LOG_SPLIT(i, a, b, c) \
	VCMPPS.BCST $1, constants512_oneHalf(CONSTANTS), a, K; \ // k < 0
	VGETMANTPS $2, a, TEMP; \      // m in [½, 1)
	VSUBPS TEMP, ONE, K, b; \      // g = s; if k < 0 { g = 1 − m }
	VGETEXPPS a, a; \
	VADDPS.Z ONE, a, K, a          // min(k, 0)
#define NEG_LOG_JOIN(i, a, b, c) \
	SQUARE_ADD(i, a, b, c); \
	VFMADD231PS.BCST constants512_minusLn2(CONSTANTS), a, c // −ln2·min(k, 0) + u

// IF_SURE goes to sure where every s, in b, is below 2^-6, as nearly everywhere
// in what a trained network predicts.
#define IF_SURE(sure) \
	VPMAXUD Z9, Z8, TEMP; \
	VPMAXUD Z11, Z10, OTHER; \
	VPMAXUD Z12, TEMP, TEMP; \
	VPMAXUD Z13, OTHER, OTHER; \
	VPMAXUD Z14, TEMP, TEMP; \
	VPMAXUD Z15, OTHER, OTHER; \
	VPMAXUD OTHER, TEMP, TEMP; \
	VPCMPUD.BCST $5, constants512_sure(CONSTANTS), TEMP, K; \
	KORTESTW K, K; \
	JEQ sure

// NEG_LOG_SURE is NEG_LOG there: k is 0, g is s and the polynomial short.
#define NEG_LOG_SURE(BESIDE) \
	BESIDE(0); \
	COEFFICIENT(·logPoly+20, SET_C); BESIDE(64); \
	VBROADCASTSS ·logPoly+24(SB), COEF; \
	LOW(C_OF_B); BESIDE(128); HIGH(C_OF_B); BESIDE(192); \
	VBROADCASTSS ·logPoly+28(SB), COEF; \
	LOW(C_OF_B); BESIDE(256); HIGH(C_OF_B); BESIDE(320); \
	LOW(SQUARE_ADD); BESIDE(384); HIGH(SQUARE_ADD); BESIDE(448)

// IF_NEAR goes to near where every r, in a, is at least ½. Those numbers, and
// none below, have all the bits of ½.
#define IF_NEAR(near) \
	VPANDD Z1, Z0, TEMP; \
	VPTERNLOGD $0x80, Z3, Z2, TEMP; \ // bits &= bits(r) & bits(r)
	VPTERNLOGD $0x80, Z5, Z4, TEMP; \
	VPTERNLOGD $0x80, Z7, Z6, TEMP; \
	VPCMPUD.BCST $1, constants512_half(CONSTANTS), TEMP, K; \
	KORTESTW K, K; \
	JEQ near

// NEG_LOG_NEAR is NEG_LOG there: k is 0 and g is s.
#define NEG_LOG_NEAR(BESIDE) \
	COEFFICIENT(·logPoly+0, SET_C); BESIDE(0); \
	COEFFICIENT(·logPoly+4, C_OF_B); BESIDE(64); \
	COEFFICIENT(·logPoly+8, C_OF_B); BESIDE(128); \
	COEFFICIENT(·logPoly+12, C_OF_B); BESIDE(192); \
	COEFFICIENT(·logPoly+16, C_OF_B_CUT); BESIDE(256); \
	COEFFICIENT(·logPoly+20, C_OF_B); BESIDE(320); \
	COEFFICIENT(·logPoly+24, C_OF_B); BESIDE(384); \
	COEFFICIENT(·logPoly+28, C_OF_B); BESIDE(448); \
	EACH(SQUARE_ADD)
#define SQUARE_ADD(i, a, b, c) \
	VMULPS b, b, TEMP; \
	VFMADD213PS b, TEMP, c         // u = g²·Q(g) + g

// POWER_ANY: c = b^γ, γ that of the call.
#define POWER_ANY \
	EACH(LOG2_SPLIT); \
	POLYNOMIAL9(·log2Poly, SET_C, C_OF_B); \
	EACH(LOG2_JOIN); \
	EXP2
#define LOG2_SPLIT(i, a, b, c) \
	VPSUBD.BCST constants512_sqrtHalf(CONSTANTS), b, a; \ // kk = (bits(q) − sqrtHalf) & exponent
	VPANDD.BCST constants512_exponent(CONSTANTS), a, a; \
	VPSUBD a, b, b; \              // m = bits(q) − kk
	VSUBPS ONE, b, b; \            // t = m − 1
	VCVTDQ2PS a, a                 // e·2^23
#define LOG2_JOIN(i, a, b, c) \
	VMULPS b, c, c; \              // l = t·P(t)
	VMOVAPS c, TEMP; \
	VFMADD231PS.BCST constants512_ulp(CONSTANTS), a, TEMP; \ // y = e + l
	ROUND_EXPONENT(TEMP, b, OTHER); \
	VFMSUB213PS OTHER, GAMMA, a; \ // f = hi·e − n
	REST_OF_EXPONENT(TEMP, c, a)

// ROUND_EXPONENT and REST_OF_EXPONENT take γ·y for y = e + l apart for EXP2.
#define ROUND_EXPONENT(y, v, n) \
	VMULPS.BCST hardCall_hi(CALL), y, v; \
	VMAXPS.BCST constants512_exp2Floor(CONSTANTS), v, v; \
	VADDPS.BCST constants512_roundBias(CONSTANTS), v, v; \ // v = max(hi·y, −127) + roundBias
	VSUBPS.BCST constants512_roundBias(CONSTANTS), v, n // n = v − roundBias
#define REST_OF_EXPONENT(y, l, f) \
	VFMADD231PS.BCST hardCall_hi(CALL), l, f; \ // f = hi·l + f
	VFMADD231PS.BCST hardCall_lo(CALL), y, f // f = lo·y + f

// EXP2: c = 2^f·2^n with f in a and v in b.
#define EXP2 \
	POLYNOMIAL7(·exp2Poly, SET_C, C_OF_A); \
	EACH(TIMES_POWER_OF_TWO)
#define TIMES_POWER_OF_TWO(i, a, b, c) \
	VPSLLD $23, b, b; \            // 2^n
	VMULPS b, c, c

// EXP: c = e^a for a ≤ 0, SPLIT being EXP_SPLIT or one that keeps n and f.
#define EXP(SPLIT, BESIDE) \
	BESIDE(64); LOW(SPLIT); \
	BESIDE(128); HIGH(SPLIT); \
	BESIDE(192); COEFFICIENT(·expPoly+0, SET_C); \
	COEFFICIENT(·expPoly+4, C_OF_A); \
	COEFFICIENT(·expPoly+8, C_OF_A); \
	BESIDE(256); COEFFICIENT(·expPoly+12, C_OF_A); \
	COEFFICIENT(·expPoly+16, C_OF_A); \
	BESIDE(320); COEFFICIENT(·expPoly+20, C_OF_A); \
	COEFFICIENT(·expPoly+24, C_OF_A); \
	BESIDE(384); EACH(TIMES_POWER_OF_TWO); \
	BESIDE(448)
#define EXP_SPLIT(i, a, b, c) \
	VMAXPS.BCST constants512_expFloor(CONSTANTS), a, a; \
	VBROADCASTSS constants512_roundBias(CONSTANTS), b; \
	VFMADD231PS.BCST constants512_log2E(CONSTANTS), a, b; \ // v = x·log2E + roundBias
	VSUBPS.BCST constants512_roundBias(CONSTANTS), b, TEMP; \ // n = v − roundBias
	VFNMADD231PS.BCST constants512_ln2Hi(CONSTANTS), TEMP, a; \ // f = x − n·ln2Hi
	VFNMADD231PS.BCST constants512_ln2Lo(CONSTANTS), TEMP, a // f = f − n·ln2Lo
#define EXP_SPLIT_KEEP(i, a, b, c) \
	EXP_SPLIT(i, a, b, c); \
	VMOVAPS TEMP, (work512_ahead+exponentials512_n+i)(WORK)(THEN*1); \
	VMOVAPS a, (work512_ahead+exponentials512_f+i)(WORK)(THEN*1)

// SIGMOID: large, small of sigmoid(t), in two steps, the first of which leaves
// large to the divider.
#define SIGMOID_LARGE(t, large) \
	VADDPS ONE, t, large; \
	VDIVPS large, ONE, large       // large = 1/(1 + t)
#define SIGMOID_SMALL(t, large, small) \
	VMULPS large, t, small; \      // small = t·large
	VSUBPS small, t, TEMP; \
	VFNMADD231PS t, small, TEMP; \ // rest = (t − small) − small·t
	VFMADD231PS large, TEMP, small // small = rest·large + small

// LOG1P: c = log1p(c). Everything is formed with h = −g, to save a sign:
// base + (h − h²·Q(−h)).
#define LOG1P \
	EACH(LOG1P_SPLIT); \
	POLYNOMIAL9(·log1pPoly, SET_A, A_OF_MINUS_C); \
	EACH(LOG1P_JOIN)
#define LOG1P_SPLIT(i, a, b, c) \
	VBROADCASTSS constants512_oneHalf(CONSTANTS), TEMP; \ // h = t
	VCMPPS $14, TEMP, c, K; \      // if t > ½ {
	VFMSUB213PS TEMP, TEMP, K, c; \ // h = t·½ − ½
	VBROADCASTSS.Z constants512_ln2(CONSTANTS), K, b // base = ln 2 }
#define LOG1P_JOIN(i, a, b, c) \
	VMULPS c, c, TEMP; \
	VFNMADD231PS a, TEMP, c; \     // y = h − h²·Q
	VADDPS b, c, c                 // base + y
