//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx512_amd64.h"
#include "halves_avx512_amd64.h"

// The one-channel forward kernels for hard labels; everything they share is in
// avx512_amd64.h.
//
// A group begins with one of three loads: of background, of foreground and of
// both. They leave r and s, or the logit u of each voxel's own class, so that
// the formula after them stands once; and it ends with one of two additions,
// to the sums of one class or by masks to those of both.

// The additions of a group whose r and s are in their rows, l = −log r in c
// and f = s^γ·l in b. The sums are in the registers of a.
#define ADD_REGION(i, a, b, c) \
	VADDPS (work512_r+i)(WORK), Z0, Z0; \
	VADDPS (work512_s+i)(WORK), Z1, Z1
#define ADD_CE(i, a, b, c) \
	ADD_REGION(i, a, b, c); \
	VADDPS c, Z2, Z2
#define ADD_FOCAL(i, a, b, c) \
	ADD_CE(i, a, b, c); \
	VADDPS b, Z3, Z3

#define MASKED_REGION(i, r, s) \
	VADDPS (work512_r+i)(WORK), r, K, r; \
	VADDPS (work512_s+i)(WORK), s, K, s
#define ADD_CE_MIXED(i, a, b, c) \
	BACKGROUND_ROW(i); \
	MASKED_REGION(i, Z0, Z1); \
	VADDPS c, Z2, K, Z2; \
	FOREGROUND_ROW(i); \
	MASKED_REGION(i, Z4, Z5); \
	VADDPS c, Z6, K, Z6
#define ADD_FOCAL_MIXED(i, a, b, c) \
	BACKGROUND_ROW(i); \
	MASKED_REGION(i, Z0, Z1); \
	VADDPS c, Z2, K, Z2; \
	VADDPS b, Z3, K, Z3; \
	FOREGROUND_ROW(i); \
	MASKED_REGION(i, Z4, Z5); \
	VADDPS c, Z6, K, Z6; \
	VADDPS b, Z7, K, Z7

#define LOAD_SUMS(sums, r, s, l, f) \
	VMOVAPS sums512_r(sums), r; \
	VMOVAPS sums512_s(sums), s; \
	VMOVAPS sums512_l(sums), l; \
	VMOVAPS sums512_f(sums), f
#define STORE_SUMS(sums, r, s, l, f) \
	VMOVAPS r, sums512_r(sums); \
	VMOVAPS s, sums512_s(sums); \
	VMOVAPS l, sums512_l(sums); \
	VMOVAPS f, sums512_f(sums)

// KERNEL is a whole kernel. START is what it does before the first group, LOAD_…
// and ADD… are its loads and additions, FORMULA is what comes between, and SURE
// and NEAR stand for that where IF_SHORT says so of a group of one class; CHECK
// goes to done where a value of the block was not plain.
#define KERNEL(START, LOAD_BACKGROUND, LOAD_FOREGROUND, LOAD_MIXED, IF_SHORT, SURE, NEAR, FORMULA, ADD, ADD_MIXED, CHECK) \
	BEGIN(done); \
	START; \
block: \
	OPEN_BLOCK; \
group: \
	BRANCH(background, foreground, stray); \
mixed: \
	XORL SUMS, SUMS; \
	LEAQ work512_u(WORK), LOGITS; \
	EACH(LOAD_MIXED); \
	JMP formula; \
foreground: \
	LEAQ work512_foreground(WORK), SUMS; \
	MOVQ PREDICTION, LOGITS; \
	EACH(LOAD_FOREGROUND); \
	JMP loaded; \
background: \
	LEAQ work512_background(WORK), SUMS; \
	LEAQ work512_u(WORK), LOGITS; \
	EACH(LOAD_BACKGROUND); \
loaded: \
	IF_SHORT(sure, near); \
formula: \
	FORMULA; \
	TESTQ SUMS, SUMS; \
	JEQ both; \
one: \
	LOAD_SUMS(SUMS, Z0, Z1, Z2, Z3); \
	EACH(ADD); \
	STORE_SUMS(SUMS, Z0, Z1, Z2, Z3); \
next: \
	NEXT_GROUP(group); \
	CHECK(done); \
	CLOSE_BLOCK(block); \
done: \
	DONE; \
both: \
	LEAQ work512_background(WORK), SCRATCH; \
	LEAQ work512_foreground(WORK), SUMS; \
	LOAD_SUMS(SCRATCH, Z0, Z1, Z2, Z3); \
	LOAD_SUMS(SUMS, Z4, Z5, Z6, Z7); \
	EACH(ADD_MIXED); \
	STORE_SUMS(SCRATCH, Z0, Z1, Z2, Z3); \
	STORE_SUMS(SUMS, Z4, Z5, Z6, Z7); \
	JMP next; \
sure: \
	SURE; \
	JMP one; \
near: \
	NEAR; \
	JMP one; \
stray: \
	STRAY(mixed, done)

// Probabilities: r, s = p, 1 − p for the foreground, 1 − p, p for the
// background. A p outside of [0, 1] or −0, or its 1 − p, has the sign bit or
// the next one; no plain p has. So the bits of all are kept, but for those of
// sure groups, which are plain.

#define PROBABILITY(i, p, q) \
	VMOVUPS i(PREDICTION), p; \
	VSUBPS p, ONE, q
#define KEEP_BITS(i, a, b, c) VPTERNLOGD $0xfe, b, a, BITS // bits |= bits(r) | bits(s)
#define PROBABILITY_BACKGROUND(i, a, b, c) PROBABILITY(i, b, a)
#define PROBABILITY_FOREGROUND(i, a, b, c) PROBABILITY(i, a, b)
#define PROBABILITY_MIXED(i, a, b, c) \
	PROBABILITY(i, TEMP, OTHER); \
	BACKGROUND_ROW(i); \
	VBLENDMPS OTHER, TEMP, K, a; \
	VBLENDMPS TEMP, OTHER, K, b
#define CHECK_PROBABILITIES(done) \
	VPTESTMD.BCST constants512_notPlain(CONSTANTS), BITS, K; \
	KORTESTW K, K; \
	JNE done

// The region sums alone are added by masks without a look at the group: that
// costs less than the branches. Where no voxel is ignored one mask is the other
// turned round, which leaves port 5, that of shuffles and of masks from memory,
// to additions.
#define R0 Z20
#define S0 Z21
#define R1 Z22
#define S1 Z23
#define REGION(i, a, b, FOREGROUND) \
	STREAM(i); \
	PROBABILITY(i, a, b); \
	KEEP_BITS(i, a, b, _); \
	BACKGROUND_ROW(i); \
	VADDPS b, R0, K, R0; \
	VADDPS a, S0, K, S0; \
	FOREGROUND(i); \
	VADDPS a, R1, K, R1; \
	VADDPS b, S1, K, S1
#define REGION_OF_ALL(i, a, b, c) REGION(i, a, b, OTHER_ROW)
#define REGION_OF_SOME(i, a, b, c) REGION(i, a, b, FOREGROUND_ROW)
#define OTHER_ROW(i) KNOTW K, K

// func hardProbabilitiesRegionAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesRegionAVX512(SB), NOSPLIT, $0-24
	BEGIN(done)
block:
	OPEN_BLOCK
	VPXORD R0, R0, R0
	VPXORD S0, S0, S0
	VPXORD R1, R1, R1
	VPXORD S1, S1, S1
group:
	CLASSES(stray)
	EACH(REGION_OF_ALL)
next:
	NEXT_GROUP(group)
	CHECK_PROBABILITIES(done)
	VMOVAPS R0, (work512_background+sums512_r)(WORK)
	VMOVAPS S0, (work512_background+sums512_s)(WORK)
	VMOVAPS R1, (work512_foreground+sums512_r)(WORK)
	VMOVAPS S1, (work512_foreground+sums512_s)(WORK)
	CLOSE_BLOCK(block)
done:
	DONE
stray:
	STRAY(some, done)
some:
	EACH(REGION_OF_SOME)
	JMP next

// Cross entropy alone: four rows share one logarithm, and the logarithms of a
// class wait for each other until the end of the block, eight of them side by
// side. QUAD takes r and s of four rows to r0 = r0·r1·r2·r3 and s0, its
// complement, and puts them into the class's queue.
#define QUADS_BACKGROUND work512_r
#define QUADS_FOREGROUND work512_l
#define COMPLEMENTS (work512_s-work512_r) // from the products to the complements
#define QUEUE_BACKGROUND R10
#define QUEUE_FOREGROUND R8

#define QUAD(r0, r1, r2, r3, s0, s1, s2, s3, queue) \
	VMULPS r3, r2, r2; \           // high = r2·r3
	VMULPS r1, r0, r0; \
	VFMADD213PS s1, r1, s0; \      // u = s0·r1 + s1
	VFMADD213PS s3, r3, s2; \      // v = s2·r3 + s3
	VMULPS r2, r0, r0; \           // r0·r1·high
	VFMADD213PS s2, r2, s0; \      // u·high + v
	VMOVAPS r0, (queue); \
	VMOVAPS s0, COMPLEMENTS(queue); \
	ADDQ $64, queue

#define R Z30
#define S Z31
#define FLOOR_SURE(i, a, b, c) \
	STREAM(i); \
	VADDPS a, R, R; \
	VADDPS b, S, S; \
	VMAXPS.BCST hardCall_eps(CALL), b, b
#define FLOOR(i, a, b, c) \
	FLOOR_SURE(i, a, b, c); \
	KEEP_BITS(i, a, b, c); \
	VMAXPS.BCST hardCall_eps(CALL), a, a

// QUAD_SURE is QUAD of rows that are sure. Their product is over ½: all that a
// logarithm asks of it.
#define QUAD_SURE(r1, r2, r3, s0, s1, s2, s3, queue) \
	VMULPS r3, r2, r2; \           // high = r2·r3
	VFMADD213PS s1, r1, s0; \      // u = s0·r1 + s1
	VFMADD213PS s3, r3, s2; \      // v = s2·r3 + s3
	VFMADD213PS s2, r2, s0; \      // u·high + v
	VMOVAPS ONE, (queue); \
	VMOVAPS s0, COMPLEMENTS(queue); \
	ADDQ $64, queue

// QUADS are those of a group of one class.
#define QUADS(LOAD, sums, queue, sure, next) \
	EACH(LOAD); \
	VMOVAPS (sums+sums512_r)(WORK), R; \
	VMOVAPS (sums+sums512_s)(WORK), S; \
	IF_SURE(sure); \
	EACH(FLOOR); \
	VMOVAPS R, (sums+sums512_r)(WORK); \
	VMOVAPS S, (sums+sums512_s)(WORK); \
	QUAD(Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, queue); \
	QUAD(Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, queue); \
	JMP next; \
sure: \
	EACH(FLOOR_SURE); \
	VMOVAPS R, (sums+sums512_r)(WORK); \
	VMOVAPS S, (sums+sums512_s)(WORK); \
	QUAD_SURE(Z1, Z2, Z3, Z8, Z9, Z10, Z11, queue); \
	QUAD_SURE(Z5, Z6, Z7, Z12, Z13, Z14, Z15, queue)

// A quad of a mixed group, one class's: its voxels' r and s go to the sums and
// to c and d; those of the other class count as r = 1, s = 0.
#define FLOOR_MASKED(ROW, i, r, s, c, d) \
	ROW(i); \
	VADDPS r, R, K, R; \
	VADDPS s, S, K, S; \
	VMOVAPS ONE, c; \
	VMAXPS.BCST hardCall_eps(CALL), r, K, c; \
	VMAXPS.BCST.Z hardCall_eps(CALL), s, K, d
#define QUAD_MASKED(ROW, i, r0, r1, r2, r3, s0, s1, s2, s3, sums, queue) \
	VMOVAPS (sums+sums512_r)(WORK), R; \
	VMOVAPS (sums+sums512_s)(WORK), S; \
	FLOOR_MASKED(ROW, i+0, r0, s0, Z16, Z20); \
	FLOOR_MASKED(ROW, i+64, r1, s1, Z17, Z21); \
	FLOOR_MASKED(ROW, i+128, r2, s2, Z18, Z22); \
	FLOOR_MASKED(ROW, i+192, r3, s3, Z19, Z23); \
	VMOVAPS R, (sums+sums512_r)(WORK); \
	VMOVAPS S, (sums+sums512_s)(WORK); \
	QUAD(Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, queue)

// LOG_QUADS is the logarithm of a class's quads. It fills up the queue with
// ones, whose logarithm is 0.
#define LOAD_QUAD(i, a, b, c) \
	VMOVAPS i(SCRATCH), a; \
	VMOVAPS (COMPLEMENTS+i)(SCRATCH), b
#define ADD_QUAD(i, a, b, c) VADDPS c, R, R
#define LOG_QUADS(quads, queue, sums, fill, log, sure, near, add, none) \
	LEAQ quads(WORK), SCRATCH; \
	CMPQ queue, SCRATCH; \
	JEQ none; \
	VPXORD R, R, R; \
	LEAQ (quads+COMPLEMENTS)(WORK), GROUPS; \
	JMP log; \
fill: \
	VMOVAPS ONE, (queue); \
	VMOVAPS R, COMPLEMENTS(queue); \
	ADDQ $64, queue; \
log: \
	CMPQ queue, GROUPS; \
	JNE fill; \
	EACH(LOAD_QUAD); \
	IF_SURE(sure); \
	IF_NEAR(near); \
	NEG_LOG(ALONE); \
	JMP add; \
near: \
	NEG_LOG_NEAR(ALONE); \
	JMP add; \
sure: \
	NEG_LOG_SURE(ALONE); \
add: \
	EACH(ADD_QUAD); \
	VMOVAPS R, (sums+sums512_l)(WORK); \
none:

// func hardProbabilitiesCEAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesCEAVX512(SB), NOSPLIT, $0-24
	BEGIN(done)
block:
	OPEN_BLOCK
	LEAQ QUADS_BACKGROUND(WORK), QUEUE_BACKGROUND
	LEAQ QUADS_FOREGROUND(WORK), QUEUE_FOREGROUND
group:
	BRANCH(background, foreground, stray)
mixed:
	EACH(PROBABILITY_FOREGROUND)
	EACH(KEEP_BITS)
	STREAM(0); STREAM(64)
	QUAD_MASKED(BACKGROUND_ROW, 0, Z8, Z9, Z10, Z11, Z0, Z1, Z2, Z3, work512_background, QUEUE_BACKGROUND)
	STREAM(128); STREAM(192)
	QUAD_MASKED(FOREGROUND_ROW, 0, Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, work512_foreground, QUEUE_FOREGROUND)
	STREAM(256); STREAM(320)
	QUAD_MASKED(BACKGROUND_ROW, 256, Z12, Z13, Z14, Z15, Z4, Z5, Z6, Z7, work512_background, QUEUE_BACKGROUND)
	STREAM(384); STREAM(448)
	QUAD_MASKED(FOREGROUND_ROW, 256, Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, work512_foreground, QUEUE_FOREGROUND)
	JMP next
foreground:
	QUADS(PROBABILITY_FOREGROUND, work512_foreground, QUEUE_FOREGROUND, sureForeground, next)
	JMP next
background:
	QUADS(PROBABILITY_BACKGROUND, work512_background, QUEUE_BACKGROUND, sureBackground, next)
next:
	NEXT_GROUP(group)
	CHECK_PROBABILITIES(done)
	LOG_QUADS(QUADS_BACKGROUND, QUEUE_BACKGROUND, work512_background, fill0, log0, sure0, near0, add0, none0)
	LOG_QUADS(QUADS_FOREGROUND, QUEUE_FOREGROUND, work512_foreground, fill1, log1, sure1, near1, add1, none1)
	CLOSE_BLOCK(block)
done:
	DONE
stray:
	STRAY(mixed, done)

// Cross entropy and a focal sum. CLAMP takes r and s to their rows, to
// a = max(r, ε) and to b and q = clamp(s); POWER(i) takes q to p = s^γ.

#define CLAMP(i, a, b, c) \
	KEEP_BITS(i, a, b, c); \
	VMOVAPS a, (work512_r+i)(WORK); \
	VMOVAPS b, (work512_s+i)(WORK); \
	VMAXPS.BCST hardCall_eps(CALL), a, a; \
	VMAXPS.BCST hardCall_eps(CALL), b, b; \
	VMINPS.BCST hardCall_oneMinus(CALL), b, b; \
	VMOVAPS b, (work512_q+i)(WORK)
#define CLAMP_NEAR(i, a, b, c) \
	KEEP_BITS(i, a, b, c); \
	CLAMP_SURE(i, a, b, c)
#define CLAMP_SURE(i, a, b, c) \
	VMOVAPS a, (work512_r+i)(WORK); \
	VMOVAPS b, (work512_s+i)(WORK); \
	VMAXPS.BCST hardCall_eps(CALL), b, b; \
	VMOVAPS b, (work512_q+i)(WORK)

#define POWER_HALF(q, i) \
	VSQRTPS (q+i)(WORK), TEMP; \
	VMOVAPS TEMP, (work512_p+i)(WORK)
#define POWER_ONE(q, i) \
	VMOVAPS (q+i)(WORK), TEMP; \
	VMOVAPS TEMP, (work512_p+i)(WORK)
#define POWER_THREE_HALVES(q, i) \
	VSQRTPS (q+i)(WORK), TEMP; \
	VMULPS (q+i)(WORK), TEMP, TEMP; \
	VMOVAPS TEMP, (work512_p+i)(WORK)
#define POWER_TWO(q, i) \
	VMOVAPS (q+i)(WORK), TEMP; \
	VMULPS TEMP, TEMP, TEMP; \
	VMOVAPS TEMP, (work512_p+i)(WORK)

#define POWER_HALF_OF_Q(i) STREAM(i); POWER_HALF(work512_q, i)
#define POWER_ONE_OF_Q(i) STREAM(i); POWER_ONE(work512_q, i)
#define POWER_THREE_HALVES_OF_Q(i) STREAM(i); POWER_THREE_HALVES(work512_q, i)
#define POWER_TWO_OF_Q(i) STREAM(i); POWER_TWO(work512_q, i)

#define FOCAL(i, a, b, c) VMULPS (work512_p+i)(WORK), c, b // f = s^γ·l

// l waits in its row while c is the power.
#define FOCAL_ANY(i, a, b, c) \
	VMULPS (work512_l+i)(WORK), c, b; \
	VMOVAPS (work512_l+i)(WORK), c

#define NOTHING
#define IF_SURE_OR_NEAR(sure, near) IF_SURE(sure); IF_NEAR(near)
#define PROBABILITIES(FORMULA, BESIDE) \
	KERNEL(NOTHING, PROBABILITY_BACKGROUND, PROBABILITY_FOREGROUND, PROBABILITY_MIXED, IF_SURE_OR_NEAR, FORMULA(CLAMP_SURE, NEG_LOG_SURE, BESIDE), FORMULA(CLAMP_NEAR, NEG_LOG_NEAR, BESIDE), FORMULA(CLAMP, NEG_LOG, BESIDE), ADD_FOCAL, ADD_FOCAL_MIXED, CHECK_PROBABILITIES)

#define FOCAL_OF_PROBABILITIES(CLAMP_SIDES, LOG, POWER) \
	EACH(CLAMP_SIDES); \
	LOG(POWER); \
	EACH(FOCAL)

// func hardProbabilitiesHalfAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesHalfAVX512(SB), NOSPLIT, $0-24
	PROBABILITIES(FOCAL_OF_PROBABILITIES, POWER_HALF_OF_Q)

// func hardProbabilitiesOneAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesOneAVX512(SB), NOSPLIT, $0-24
	PROBABILITIES(FOCAL_OF_PROBABILITIES, POWER_ONE_OF_Q)

// func hardProbabilitiesThreeHalvesAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $0-24
	PROBABILITIES(FOCAL_OF_PROBABILITIES, POWER_THREE_HALVES_OF_Q)

// func hardProbabilitiesTwoAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesTwoAVX512(SB), NOSPLIT, $0-24
	PROBABILITIES(FOCAL_OF_PROBABILITIES, POWER_TWO_OF_Q)

#define KEEP_L(i, a, b, c) \
	VMOVAPS c, (work512_l+i)(WORK); \
	VMOVAPS (work512_q+i)(WORK), b

#define ANY_FOCAL_OF_PROBABILITIES(CLAMP_SIDES, LOG, BESIDE) \
	EACH(CLAMP_SIDES); \
	LOG(BESIDE); \
	EACH(KEEP_L); \
	POWER_ANY; \
	EACH(FOCAL_ANY)

// func hardProbabilitiesAnyAVX512(c *hardCall, work *work512) int
TEXT ·hardProbabilitiesAnyAVX512(SB), NOSPLIT, $0-24
	PROBABILITIES(ANY_FOCAL_OF_PROBABILITIES, STREAM)

// Logits. Their exponentials, which do not depend on the class, are taken a
// group ahead: that gives the divider, which takes long and one row at a time,
// all of a group's other arithmetic to work beside. PLAIN_AHEAD says whether
// the logits of the group ahead were plain.
#define PLAIN_AHEAD K5

#define MARGIN(i, a, b, c) \
	VBROADCASTSS constants512_sign(CONSTANTS), a; \
	VPORD i(SCRATCH), a, a; \      // −|x|
	VPCMPUD.BCST $2, constants512_leastLogit(CONSTANTS), a, PLAIN_AHEAD, PLAIN_AHEAD // plain = plain && bits(−|x|) ≤ bits(−maxLogit)
#define T (work512_ahead+exponentials512_t)
#define KEEP_T(i, a, b, c) VMOVAPS c, (T+i)(WORK)(THEN*1)
#define DIVIDE(i) \
	STREAM(i); \
	VMOVAPS (T+i)(WORK)(NOW*1), TEMP; \
	SIGMOID_LARGE(TEMP, TEMP); \
	VMOVAPS TEMP, (work512_large+i)(WORK)

// Logits may come as halves. Then PREDICTION walks round a block of memory, whose
// groups WIDEN_GROUP fills, at SCRATCH, one after the other: BEGIN_HALVES that of the
// first group, NEXT_HALVES that of the next one, which for the block's last is the
// first again, and none behind the call's last.
#define ELEMENT hardCall_element(CALL)
#define HALVES CALL // for the time being
#define BEGIN_HALVES \
	CMPB ELEMENT, $const_elementFloat32; \
	JEQ begun; \
	LEAQ work512_widened(WORK), PREDICTION; \
	MOVQ hardCall_halves(CALL), SCRATCH; \
	MOVQ SCRATCH, work512_halves(WORK); \
	MOVQ PREDICTION, SCRATCH; \
	WIDEN_GROUP(firstBFloat16s, firstWidened); \
begun:
#define NEXT_HALVES \
	CMPB ELEMENT, $const_elementFloat32; \
	JEQ found; \
	CMPL GROUPS, $1; \
	JNE widen; \
	LEAQ -(4*const_BlockSize-512)(PREDICTION), SCRATCH; \
	CMPQ BLOCKS, $1; \
	JNE widen; \
	MOVQ PREDICTION, SCRATCH; \
	JMP found; \
widen: \
	WIDEN_GROUP(bfloat16s, widened); \
found:
#define WIDEN_GROUP(bfloat16s, widened) \
	CMPB ELEMENT, $const_elementFloat16; \
	MOVQ work512_halves(WORK), HALVES; \
	JNE bfloat16s; \
	EACH(WIDEN_FLOAT16); \
	JMP widened; \
bfloat16s: \
	EACH(WIDEN_BFLOAT16); \
widened: \
	PREFETCHT1 (AHEAD/2)+0(HALVES); \
	PREFETCHT1 (AHEAD/2)+64(HALVES); \
	PREFETCHT1 (AHEAD/2)+128(HALVES); \
	PREFETCHT1 (AHEAD/2)+192(HALVES); \
	ADDQ $256, HALVES; \
	MOVQ HALVES, work512_halves(WORK); \
	MOVQ c+0(FP), CALL
#define WIDEN_FLOAT16(i, a, b, c) \
	LOAD_FLOAT16(i, a); \
	VMOVAPS a, i(SCRATCH)
#define WIDEN_BFLOAT16(i, a, b, c) \
	LOAD_BFLOAT16(i, a); \
	VMOVAPS a, i(SCRATCH)

// FIRST takes those of the first group, and NEXT those of the group after; at
// the last it takes that one's again.
#define FIRST(SPLIT) \
	BEGIN_HALVES; \
	MOVQ BLOCKS, SCRATCH; \
	SHLQ $11, SCRATCH; \
	ADDQ PREDICTION, SCRATCH; \
	MOVQ SCRATCH, work512_end(WORK); \
	MOVQ PREDICTION, SCRATCH; \
	MOVQ $exponentials512__size, NOW; \
	XORL THEN, THEN; \
	KXNORW PLAIN_AHEAD, PLAIN_AHEAD, PLAIN_AHEAD; \
	EACH(MARGIN); \
	EXP(SPLIT, ALONE); \
	EACH(KEEP_T); \
	XCHGQ NOW, THEN
#define NEXT(SPLIT) \
	KANDW PLAIN_AHEAD, PLAIN, PLAIN; \
	LEAQ 512(PREDICTION), SCRATCH; \
	CMPQ SCRATCH, work512_end(WORK); \
	CMOVQEQ PREDICTION, SCRATCH; \
	NEXT_HALVES; \
	KXNORW PLAIN_AHEAD, PLAIN_AHEAD, PLAIN_AHEAD; \
	DIVIDE(0); \
	EACH(MARGIN); \
	EXP(SPLIT, DIVIDE); \
	EACH(KEEP_T)

// u, the logit of a voxel's own class, is where LOGITS points: x itself for the
// foreground, −x in the row of u for the background.
#define LOGIT_BACKGROUND(i, a, b, c) \
	VBROADCASTSS constants512_sign(CONSTANTS), a; \
	VPXORD i(PREDICTION), a, a; \
	VMOVAPS a, (work512_u+i)(WORK)
#define LOGIT_FOREGROUND(i, a, b, c)
#define LOGIT_MIXED(i, a, b, c) \
	VMOVUPS i(PREDICTION), a; \
	BACKGROUND_ROW(i); \
	VPXORD.BCST constants512_sign(CONSTANTS), a, K, a; \
	VMOVAPS a, (work512_u+i)(WORK)
// CHECK_LOGITS also leads PREDICTION back to where halves begin again.
#define CHECK_LOGITS(done) \
	KORTESTW PLAIN, PLAIN; \
	JCC done; \
	LEAQ work512_widened(WORK), SCRATCH; \
	CMPB ELEMENT, $const_elementFloat32; \
	CMOVQNE SCRATCH, PREDICTION

#define NEVER(sure, near)
#define LOGITS_KERNEL(SPLIT, FORMULA, ADD, ADD_MIXED) \
	KERNEL(FIRST(SPLIT), LOGIT_BACKGROUND, LOGIT_FOREGROUND, LOGIT_MIXED, NEVER, NOTHING, NOTHING, AHEAD_AND(SPLIT, FORMULA), ADD, ADD_MIXED, CHECK_LOGITS)
#define AHEAD_AND(SPLIT, FORMULA) \
	NEXT(SPLIT); \
	FORMULA; \
	XCHGQ NOW, THEN

// k = u ≥ 0. (At 0 both sides are ½, and every sum gets the same bits.)
#define SIDE(i) \
	VMOVUPS i(LOGITS), TEMP; \
	VPTESTNMD.BCST constants512_sign(CONSTANTS), TEMP, K

// r and s go to their rows.
#define SIDES(i, a, b, c) \
	VMOVAPS (T+i)(WORK)(NOW*1), OTHER; \
	VMOVAPS (work512_large+i)(WORK), a; \
	SIGMOID_SMALL(OTHER, a, b); \
	SIDE(i); \
	VBLENDMPS a, b, K, TEMP; \     // r = if u ≥ 0 { large } else { small }
	VBLENDMPS b, a, K, b; \        // s = if u ≥ 0 { small } else { large }
	VMOVAPS TEMP, (work512_r+i)(WORK); \
	VMOVAPS b, (work512_s+i)(WORK)

// The region sums alone take no margins: p and 1 − p go to the sums of either
// class crosswise, and do not wait in memory. R is the sum that p goes to in a
// group of one class, S that of 1 − p.
#define SUM_OF_P SUMS
#define SUM_OF_Q LOGITS

#define PROBABILITIES_OF(i, a, b, c) \
	VMOVAPS (T+i)(WORK)(NOW*1), OTHER; \
	VMOVAPS (work512_large+i)(WORK), a; \
	SIGMOID_SMALL(OTHER, a, b); \
	VPTESTNMD i(PREDICTION), COEF, K; \
	VBLENDMPS a, b, K, TEMP; \     // p = if x ≥ 0 { large } else { small }
	VBLENDMPS b, a, K, b           // q = if x ≥ 0 { small } else { large }
#define ADD_PROBABILITIES(i, a, b, c) \
	PROBABILITIES_OF(i, a, b, c); \
	VADDPS TEMP, R, R; \
	VADDPS b, S, S
#define ADD_PROBABILITIES_MIXED(i, a, b, c) \
	PROBABILITIES_OF(i, a, b, c); \
	BACKGROUND_ROW(i); \
	VADDPS b, R0, K, R0; \
	VADDPS TEMP, S0, K, S0; \
	FOREGROUND_ROW(i); \
	VADDPS TEMP, R1, K, R1; \
	VADDPS b, S1, K, S1

// func hardLogitsRegionAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsRegionAVX512(SB), NOSPLIT, $0-24
	BEGIN(done)
	FIRST(EXP_SPLIT)
block:
	OPEN_BLOCK
group:
	NEXT(EXP_SPLIT)
	BRANCH(background, foreground, stray)
mixed:
	VPBROADCASTD constants512_sign(CONSTANTS), COEF
	VMOVAPS (work512_background+sums512_r)(WORK), R0
	VMOVAPS (work512_background+sums512_s)(WORK), S0
	VMOVAPS (work512_foreground+sums512_r)(WORK), R1
	VMOVAPS (work512_foreground+sums512_s)(WORK), S1
	EACH(ADD_PROBABILITIES_MIXED)
	VMOVAPS R0, (work512_background+sums512_r)(WORK)
	VMOVAPS S0, (work512_background+sums512_s)(WORK)
	VMOVAPS R1, (work512_foreground+sums512_r)(WORK)
	VMOVAPS S1, (work512_foreground+sums512_s)(WORK)
	JMP next
foreground:
	LEAQ (work512_foreground+sums512_r)(WORK), SUM_OF_P
	LEAQ (work512_foreground+sums512_s)(WORK), SUM_OF_Q
	JMP one
background:
	LEAQ (work512_background+sums512_s)(WORK), SUM_OF_P
	LEAQ (work512_background+sums512_r)(WORK), SUM_OF_Q
one:
	VPBROADCASTD constants512_sign(CONSTANTS), COEF
	VMOVAPS (SUM_OF_P), R
	VMOVAPS (SUM_OF_Q), S
	EACH(ADD_PROBABILITIES)
	VMOVAPS R, (SUM_OF_P)
	VMOVAPS S, (SUM_OF_Q)
next:
	XCHGQ NOW, THEN
	NEXT_GROUP(group)
	CHECK_LOGITS(done)
	CLOSE_BLOCK(block)
done:
	DONE
stray:
	STRAY(mixed, done)

// From log1p in c to l = −log r = log1p + max(−u, 0).
#define SURPRISE(i, c, l) \
	VPXORD TEMP, TEMP, TEMP; \
	VMINPS i(LOGITS), TEMP, TEMP; \
	VSUBPS TEMP, c, l
#define L_OF_LOG1P(i, a, b, c) SURPRISE(i, c, c)

#define LOAD_T(i, a, b, c) VMOVAPS (T+i)(WORK)(NOW*1), c
#define CE_OF_LOGITS \
	EACH(LOAD_T); \
	LOG1P; \
	EACH(L_OF_LOG1P); \
	EACH(SIDES)

// func hardLogitsCEAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsCEAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT, CE_OF_LOGITS, ADD_CE, ADD_CE_MIXED)

#define POWER_HALF_OF_S(i, a, b, c) POWER_HALF(work512_s, i)
#define POWER_ONE_OF_S(i, a, b, c) POWER_ONE(work512_s, i)
#define POWER_THREE_HALVES_OF_S(i, a, b, c) POWER_THREE_HALVES(work512_s, i)
#define POWER_TWO_OF_S(i, a, b, c) POWER_TWO(work512_s, i)

#define FOCAL_OF_LOGITS(POWER) \
	CE_OF_LOGITS; \
	EACH(POWER); \
	EACH(FOCAL)

// func hardLogitsHalfAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsHalfAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_HALF_OF_S), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsOneAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsOneAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_ONE_OF_S), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsThreeHalvesAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsThreeHalvesAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_THREE_HALVES_OF_S), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsTwoAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsTwoAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_TWO_OF_S), ADD_FOCAL, ADD_FOCAL_MIXED)

// From log1p in c: −log r to its row, and log2 s = e + l taken apart for EXP2.
#define LOG2_OF_LOG1P(i, a, b, c) \
	SURPRISE(i, c, TEMP); \
	VMOVAPS TEMP, (work512_l+i)(WORK); \
	SIDE(i); \
	VMULPS.BCST constants512_minusLog2E(CONSTANTS), c, c; \ // l = −log1p·log2E
	VBROADCASTSS constants512_log2E(CONSTANTS), TEMP; \ // if u ≥ 0 {
	VFMADD231PS (work512_ahead+exponentials512_f+i)(WORK)(NOW*1), TEMP, K, c; \ // l = f·log2E + l
	VMOVAPS.Z (work512_ahead+exponentials512_n+i)(WORK)(NOW*1), K, OTHER; \ // e = n }
	VADDPS OTHER, c, TEMP; \      // y = e + l
	ROUND_EXPONENT(TEMP, b, a); \
	VFMSUB231PS.BCST hardCall_hi(CALL), OTHER, a; \ // f = hi·e − n
	REST_OF_EXPONENT(TEMP, c, a)

#define KEEP_FOCAL(i, a, b, c) \
	VMULPS (work512_l+i)(WORK), c, c; \
	VMOVAPS c, (work512_p+i)(WORK)
#define LOAD_FOCAL(i, a, b, c) \
	VMOVAPS (work512_p+i)(WORK), b; \
	VMOVAPS (work512_l+i)(WORK), c

#define ANY_FOCAL_OF_LOGITS \
	EACH(LOAD_T); \
	LOG1P; \
	EACH(LOG2_OF_LOG1P); \
	EXP2; \
	EACH(KEEP_FOCAL); \
	EACH(SIDES); \
	EACH(LOAD_FOCAL)

// func hardLogitsAnyAVX512(c *hardCall, work *work512) int
TEXT ·hardLogitsAnyAVX512(SB), NOSPLIT, $0-24
	LOGITS_KERNEL(EXP_SPLIT_KEEP, ANY_FOCAL_OF_LOGITS, ADD_FOCAL, ADD_FOCAL_MIXED)
