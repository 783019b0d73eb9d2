//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx512_amd64.h"

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
	VADDPS (ROWS_R+i)(FRAME), Z0, Z0; \
	VADDPS (ROWS_S+i)(FRAME), Z1, Z1
#define ADD_CE(i, a, b, c) \
	ADD_REGION(i, a, b, c); \
	VADDPS c, Z2, Z2
#define ADD_FOCAL(i, a, b, c) \
	ADD_CE(i, a, b, c); \
	VADDPS b, Z3, Z3

#define MASKED_REGION(i, r, s) \
	VADDPS (ROWS_R+i)(FRAME), r, K, r; \
	VADDPS (ROWS_S+i)(FRAME), s, K, s
#define ADD_REGION_MIXED(i, a, b, c) \
	BACKGROUND_ROW(i); \
	MASKED_REGION(i, Z0, Z1); \
	FOREGROUND_ROW(i); \
	MASKED_REGION(i, Z4, Z5)
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
	VMOVAPS SUM_R(sums), r; \
	VMOVAPS SUM_S(sums), s; \
	VMOVAPS SUM_L(sums), l; \
	VMOVAPS SUM_F(sums), f
#define STORE_SUMS(sums, r, s, l, f) \
	VMOVAPS r, SUM_R(sums); \
	VMOVAPS s, SUM_S(sums); \
	VMOVAPS l, SUM_L(sums); \
	VMOVAPS f, SUM_F(sums)

// KERNEL is a whole kernel. START is what it does first with a block, LOAD_…
// and ADD… are its loads and additions, FORMULA is what comes between, and
// CHECK goes to done where a value of the block was not plain.
#define KERNEL(START, LOAD_BACKGROUND, LOAD_FOREGROUND, LOAD_MIXED, FORMULA, ADD, ADD_MIXED, CHECK) \
	BEGIN(done); \
	VBROADCASTSS hardCall_hi(CALL), GAMMA; \
	VMULPS.BCST constants512_ulp(CONSTANTS), GAMMA, GAMMA; \
block: \
	OPEN_BLOCK; \
	START; \
group: \
	BRANCH(background, foreground, stray); \
mixed: \
	XORL SUMS, SUMS; \
	LEAQ ROWS_U(FRAME), LOGITS; \
	EACH(LOAD_MIXED); \
	JMP formula; \
foreground: \
	LEAQ SUMS_FOREGROUND(FRAME), SUMS; \
	MOVQ PREDICTION, LOGITS; \
	EACH(LOAD_FOREGROUND); \
	JMP formula; \
background: \
	LEAQ SUMS_BACKGROUND(FRAME), SUMS; \
	LEAQ ROWS_U(FRAME), LOGITS; \
	EACH(LOAD_BACKGROUND); \
formula: \
	FORMULA; \
	TESTQ SUMS, SUMS; \
	JEQ both; \
	LOAD_SUMS(SUMS, Z0, Z1, Z2, Z3); \
	EACH(ADD); \
	STORE_SUMS(SUMS, Z0, Z1, Z2, Z3); \
next: \
	NEXT_GROUP(group); \
	CHECK(done); \
	CLOSE_BLOCK(block); \
done: \
	END; \
both: \
	LEAQ SUMS_FOREGROUND(FRAME), SUMS; \
	LOAD_SUMS(FRAME, Z0, Z1, Z2, Z3); \
	LOAD_SUMS(SUMS, Z4, Z5, Z6, Z7); \
	EACH(ADD_MIXED); \
	STORE_SUMS(FRAME, Z0, Z1, Z2, Z3); \
	STORE_SUMS(SUMS, Z4, Z5, Z6, Z7); \
	JMP next; \
stray: \
	STRAY(mixed, done)

// Probabilities: r, s = p, 1 − p for the foreground, 1 − p, p for the
// background. A p outside of [0, 1] or −0, or its 1 − p, has the sign bit or
// the next one; no plain p has.

#define PROBABILITY(i, p, q) \
	VMOVUPS i(PREDICTION), p; \
	VSUBPS p, ONE, q; \
	VPTERNLOGD $0xfe, q, p, BITS   // bits |= bits(p) | bits(q)
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
// costs less than the branches.
#define R0 Z20
#define S0 Z21
#define R1 Z22
#define S1 Z23
#define REGION(i, a, b, c) \
	PROBABILITY(i, a, b); \
	BACKGROUND_ROW(i); \
	VADDPS b, R0, K, R0; \
	VADDPS a, S0, K, S0; \
	FOREGROUND_ROW(i); \
	VADDPS a, R1, K, R1; \
	VADDPS b, S1, K, S1

// func hardProbabilitiesRegionAVX512(c *hardCall) int
TEXT ·hardProbabilitiesRegionAVX512(SB), 0, $3200-16
	BEGIN(done)
block:
	OPEN_BLOCK
	VPXORD R0, R0, R0
	VPXORD S0, S0, S0
	VPXORD R1, R1, R1
	VPXORD S1, S1, S1
group:
	CLASSES(stray)
mixed:
	EACH(REGION)
	NEXT_GROUP(group)
	CHECK_PROBABILITIES(done)
	VMOVAPS R0, (SUMS_BACKGROUND+SUM_R)(FRAME)
	VMOVAPS S0, (SUMS_BACKGROUND+SUM_S)(FRAME)
	VMOVAPS R1, (SUMS_FOREGROUND+SUM_R)(FRAME)
	VMOVAPS S1, (SUMS_FOREGROUND+SUM_S)(FRAME)
	CLOSE_BLOCK(block)
done:
	END
stray:
	STRAY(mixed, done)

// Cross entropy alone: four rows share one logarithm, and the logarithms of a
// class wait for each other until the end of the block, eight of them side by
// side. QUAD takes r and s of four rows to r0 = r0·r1·r2·r3 and s0, its
// complement, and puts them into the class's queue.
#define QUADS_BACKGROUND 576
#define QUADS_FOREGROUND 1600
#define COMPLEMENTS 512 // from the product to the complement
#define QUEUE_BACKGROUND R10
#define QUEUE_FOREGROUND AX

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
#define FLOOR(i, a, b, c) \
	VADDPS a, R, R; \
	VADDPS b, S, S; \
	VMAXPS.BCST hardCall_eps(CALL), a, a; \
	VMAXPS.BCST hardCall_eps(CALL), b, b

// QUADS are those of a group of one class.
#define QUADS(LOAD, sums, queue) \
	EACH(LOAD); \
	VMOVAPS (sums+SUM_R)(FRAME), R; \
	VMOVAPS (sums+SUM_S)(FRAME), S; \
	EACH(FLOOR); \
	VMOVAPS R, (sums+SUM_R)(FRAME); \
	VMOVAPS S, (sums+SUM_S)(FRAME); \
	QUAD(Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, queue); \
	QUAD(Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, queue)

// A quad of a mixed group, one class's: its voxels' r and s go to the sums and
// to c and d; those of the other class count as r = 1, s = 0.
#define FLOOR_MASKED(r, s, c, d) \
	VADDPS r, R, K, R; \
	VADDPS s, S, K, S; \
	VMOVAPS ONE, c; \
	VMAXPS.BCST hardCall_eps(CALL), r, K, c; \
	VMAXPS.BCST.Z hardCall_eps(CALL), s, K, d
#define QUAD_MASKED(ROW, i, r0, r1, r2, r3, s0, s1, s2, s3, sums, queue) \
	VMOVAPS (sums+SUM_R)(FRAME), R; \
	VMOVAPS (sums+SUM_S)(FRAME), S; \
	ROW(i+0); FLOOR_MASKED(r0, s0, Z16, Z20); \
	ROW(i+64); FLOOR_MASKED(r1, s1, Z17, Z21); \
	ROW(i+128); FLOOR_MASKED(r2, s2, Z18, Z22); \
	ROW(i+192); FLOOR_MASKED(r3, s3, Z19, Z23); \
	VMOVAPS R, (sums+SUM_R)(FRAME); \
	VMOVAPS S, (sums+SUM_S)(FRAME); \
	QUAD(Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, queue)

// LOG_QUADS is the logarithm of a class's quads. It fills up the queue with
// ones, whose logarithm is 0.
#define LOAD_QUAD(i, a, b, c) \
	VMOVAPS i(SCRATCH), a; \
	VMOVAPS (COMPLEMENTS+i)(SCRATCH), b
#define ADD_QUAD(i, a, b, c) VADDPS c, R, R
#define LOG_QUADS(quads, queue, sums, fill, log, none) \
	LEAQ quads(FRAME), SCRATCH; \
	CMPQ queue, SCRATCH; \
	JEQ none; \
	VPXORD R, R, R; \
	LEAQ (quads+COMPLEMENTS)(FRAME), GROUPS; \
	JMP log; \
fill: \
	VMOVAPS ONE, (queue); \
	VMOVAPS R, COMPLEMENTS(queue); \
	ADDQ $64, queue; \
log: \
	CMPQ queue, GROUPS; \
	JNE fill; \
	EACH(LOAD_QUAD); \
	NEG_LOG; \
	EACH(ADD_QUAD); \
	VMOVAPS R, (sums+SUM_L)(FRAME); \
none:

// func hardProbabilitiesCEAVX512(c *hardCall) int
TEXT ·hardProbabilitiesCEAVX512(SB), 0, $3200-16
	BEGIN(done)
block:
	OPEN_BLOCK
	LEAQ QUADS_BACKGROUND(FRAME), QUEUE_BACKGROUND
	LEAQ QUADS_FOREGROUND(FRAME), QUEUE_FOREGROUND
group:
	BRANCH(background, foreground, stray)
mixed:
	EACH(PROBABILITY_FOREGROUND)
	QUAD_MASKED(BACKGROUND_ROW, 0, Z8, Z9, Z10, Z11, Z0, Z1, Z2, Z3, SUMS_BACKGROUND, QUEUE_BACKGROUND)
	QUAD_MASKED(FOREGROUND_ROW, 0, Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, SUMS_FOREGROUND, QUEUE_FOREGROUND)
	QUAD_MASKED(BACKGROUND_ROW, 256, Z12, Z13, Z14, Z15, Z4, Z5, Z6, Z7, SUMS_BACKGROUND, QUEUE_BACKGROUND)
	QUAD_MASKED(FOREGROUND_ROW, 256, Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, SUMS_FOREGROUND, QUEUE_FOREGROUND)
	JMP next
foreground:
	QUADS(PROBABILITY_FOREGROUND, SUMS_FOREGROUND, QUEUE_FOREGROUND)
	JMP next
background:
	QUADS(PROBABILITY_BACKGROUND, SUMS_BACKGROUND, QUEUE_BACKGROUND)
next:
	NEXT_GROUP(group)
	CHECK_PROBABILITIES(done)
	LOG_QUADS(QUADS_BACKGROUND, QUEUE_BACKGROUND, SUMS_BACKGROUND, fill0, log0, none0)
	LOG_QUADS(QUADS_FOREGROUND, QUEUE_FOREGROUND, SUMS_FOREGROUND, fill1, log1, none1)
	CLOSE_BLOCK(block)
done:
	END
stray:
	STRAY(mixed, done)

// Cross entropy and a focal sum. POWER puts s^γ of b into its row, early: a
// square root takes its time, and here nothing waits for it.

#define POWER_HALF(i, a, b, c) \
	VSQRTPS b, TEMP; \
	VMOVAPS TEMP, (ROWS_P+i)(FRAME)
#define POWER_ONE(i, a, b, c) \
	VMOVAPS b, (ROWS_P+i)(FRAME)
#define POWER_THREE_HALVES(i, a, b, c) \
	VSQRTPS b, TEMP; \
	VMULPS b, TEMP, TEMP; \
	VMOVAPS TEMP, (ROWS_P+i)(FRAME)
#define POWER_TWO(i, a, b, c) \
	VMULPS b, b, TEMP; \
	VMOVAPS TEMP, (ROWS_P+i)(FRAME)

#define FOCAL(i, a, b, c) VMULPS (ROWS_P+i)(FRAME), c, b // f = s^γ·l
#define FOCAL_ANY(i, a, b, c) \
	VMULPS (ROWS_L+i)(FRAME), c, b; \
	VMOVAPS (ROWS_L+i)(FRAME), c

// r and s go to their rows, a = max(r, ε), b = clamp(s).
#define CLAMP(i, a, b, c) \
	VMOVAPS a, (ROWS_R+i)(FRAME); \
	VMOVAPS b, (ROWS_S+i)(FRAME); \
	VMAXPS.BCST hardCall_eps(CALL), a, a; \
	VMAXPS.BCST hardCall_eps(CALL), b, b; \
	VMINPS.BCST hardCall_oneMinus(CALL), b, b

#define NOTHING
#define PROBABILITIES(FORMULA) \
	KERNEL(NOTHING, PROBABILITY_BACKGROUND, PROBABILITY_FOREGROUND, PROBABILITY_MIXED, FORMULA, ADD_FOCAL, ADD_FOCAL_MIXED, CHECK_PROBABILITIES)

#define FOCAL_OF_PROBABILITIES(POWER) \
	EACH(CLAMP); \
	EACH(POWER); \
	NEG_LOG; \
	EACH(FOCAL)

// func hardProbabilitiesHalfAVX512(c *hardCall) int
TEXT ·hardProbabilitiesHalfAVX512(SB), 0, $3200-16
	PROBABILITIES(FOCAL_OF_PROBABILITIES(POWER_HALF))

// func hardProbabilitiesOneAVX512(c *hardCall) int
TEXT ·hardProbabilitiesOneAVX512(SB), 0, $3200-16
	PROBABILITIES(FOCAL_OF_PROBABILITIES(POWER_ONE))

// func hardProbabilitiesThreeHalvesAVX512(c *hardCall) int
TEXT ·hardProbabilitiesThreeHalvesAVX512(SB), 0, $3200-16
	PROBABILITIES(FOCAL_OF_PROBABILITIES(POWER_THREE_HALVES))

// func hardProbabilitiesTwoAVX512(c *hardCall) int
TEXT ·hardProbabilitiesTwoAVX512(SB), 0, $3200-16
	PROBABILITIES(FOCAL_OF_PROBABILITIES(POWER_TWO))

#define KEEP_Q(i, a, b, c) VMOVAPS b, (ROWS_Q+i)(FRAME)
#define KEEP_L(i, a, b, c) \
	VMOVAPS c, (ROWS_L+i)(FRAME); \
	VMOVAPS (ROWS_Q+i)(FRAME), b

#define ANY_FOCAL_OF_PROBABILITIES \
	EACH(CLAMP); \
	EACH(KEEP_Q); \
	NEG_LOG; \
	EACH(KEEP_L); \
	POWER_ANY; \
	EACH(FOCAL_ANY)

// func hardProbabilitiesAnyAVX512(c *hardCall) int
TEXT ·hardProbabilitiesAnyAVX512(SB), 0, $3200-16
	PROBABILITIES(ANY_FOCAL_OF_PROBABILITIES)

// Logits. What is the same for either class is done for a whole block first,
// so that the divisions, which take long and pass one at a time, go on beside
// the exponentials of the rows after them.

#define MARGIN(i, a, b, c) \
	VBROADCASTSS constants512_sign(CONSTANTS), a; \
	VPORD i(PREDICTION), a, a; \   // −|x|
	VPCMPUD.BCST $2, constants512_leastLogit(CONSTANTS), a, PLAIN, PLAIN // plain = plain && bits(−|x|) ≤ bits(−maxLogit)
#define KEEP_T(i, a, b, c) VMOVAPS c, (BLOCK_T+i)(ROWS)
#define DIVIDE(i) \
	VMOVAPS (BLOCK_T-512+i)(ROWS), TEMP; \
	SIGMOID_LARGE(TEMP, TEMP); \
	VMOVAPS TEMP, (BLOCK_LARGE-512+i)(ROWS)

#define MARGINS(EXP_SPLIT) \
	MOVQ FRAME, ROWS; \
margins: \
	EACH(MARGIN); \
	EXP(EXP_SPLIT, DIVIDE); \
	EACH(KEEP_T); \
	ADDQ $512, ROWS; \
	ADDQ $512, PREDICTION; \
	DECL GROUPS; \
	JNE margins; \
	DIVIDE(0); DIVIDE(64); DIVIDE(128); DIVIDE(192); \
	DIVIDE(256); DIVIDE(320); DIVIDE(384); DIVIDE(448); \
	SUBQ $(4*const_BlockSize), PREDICTION; \
	MOVQ FRAME, ROWS; \
	MOVL $(const_BlockSize/128), GROUPS

// The loads: u, the logit of the voxel's own class, where LOGITS points.
#define LOGIT_BACKGROUND(i, a, b, c) \
	VBROADCASTSS constants512_sign(CONSTANTS), a; \
	VPXORD i(PREDICTION), a, a; \
	VMOVAPS a, (ROWS_U+i)(FRAME)
#define LOGIT_FOREGROUND(i, a, b, c)
#define LOGIT_MIXED(i, a, b, c) \
	VMOVUPS i(PREDICTION), a; \
	BACKGROUND_ROW(i); \
	VPXORD.BCST constants512_sign(CONSTANTS), a, K, a; \
	VMOVAPS a, (ROWS_U+i)(FRAME)
#define CHECK_LOGITS(done) \
	KORTESTW PLAIN, PLAIN; \
	JCC done

#define NEXT_ROWS ADDQ $512, ROWS
#define LOGITS_KERNEL(EXP_SPLIT, FORMULA, ADD, ADD_MIXED) \
	KERNEL(MARGINS(EXP_SPLIT), LOGIT_BACKGROUND, LOGIT_FOREGROUND, LOGIT_MIXED, FORMULA; NEXT_ROWS, ADD, ADD_MIXED, CHECK_LOGITS)

// k = u ≥ 0. (At 0 both sides are ½, and every sum gets the same bits.)
#define SIDE(i) \
	VMOVUPS i(LOGITS), TEMP; \
	VPTESTNMD.BCST constants512_sign(CONSTANTS), TEMP, K

#define SIDES(i, a, b, c) \
	VMOVAPS (BLOCK_T+i)(ROWS), c; \
	VMOVAPS (BLOCK_LARGE+i)(ROWS), a; \
	SIGMOID_SMALL(c, a, b); \
	SIDE(i); \
	VBLENDMPS a, b, K, TEMP; \     // r = if u ≥ 0 { large } else { small }
	VBLENDMPS b, a, K, b; \        // s = if u ≥ 0 { small } else { large }
	VMOVAPS TEMP, (ROWS_R+i)(FRAME); \
	VMOVAPS b, (ROWS_S+i)(FRAME)

// func hardLogitsRegionAVX512(c *hardCall) int
TEXT ·hardLogitsRegionAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, EACH(SIDES), ADD_REGION, ADD_REGION_MIXED)

// c = −log r = log1p + max(−u, 0)
#define SURPRISE(i, a, b, c) \
	VPXORD TEMP, TEMP, TEMP; \
	VMINPS i(LOGITS), TEMP, TEMP; \
	VSUBPS TEMP, c, c

#define CE_OF_LOGITS \
	EACH(SIDES); \
	LOG1P; \
	EACH(SURPRISE)

// func hardLogitsCEAVX512(c *hardCall) int
TEXT ·hardLogitsCEAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, CE_OF_LOGITS, ADD_CE, ADD_CE_MIXED)

#define FOCAL_OF_LOGITS(POWER) \
	EACH(SIDES); \
	EACH(POWER); \
	LOG1P; \
	EACH(SURPRISE); \
	EACH(FOCAL)

// func hardLogitsHalfAVX512(c *hardCall) int
TEXT ·hardLogitsHalfAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_HALF), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsOneAVX512(c *hardCall) int
TEXT ·hardLogitsOneAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_ONE), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsThreeHalvesAVX512(c *hardCall) int
TEXT ·hardLogitsThreeHalvesAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_THREE_HALVES), ADD_FOCAL, ADD_FOCAL_MIXED)

// func hardLogitsTwoAVX512(c *hardCall) int
TEXT ·hardLogitsTwoAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT, FOCAL_OF_LOGITS(POWER_TWO), ADD_FOCAL, ADD_FOCAL_MIXED)

// From log1p in c: −log r to its row, and log2 s = e + l taken apart for EXP2.
#define LOG2_OF_LOGIT(i, a, b, c) \
	VPXORD TEMP, TEMP, TEMP; \
	VMINPS i(LOGITS), TEMP, TEMP; \
	VSUBPS TEMP, c, TEMP; \
	VMOVAPS TEMP, (ROWS_L+i)(FRAME); \
	SIDE(i); \
	VMULPS.BCST constants512_minusLog2E(CONSTANTS), c, c; \ // l = −log1p·log2E
	VBROADCASTSS constants512_log2E(CONSTANTS), TEMP; \ // if u ≥ 0 {
	VFMADD231PS (BLOCK_F+i)(ROWS), TEMP, K, c; \ // l = f·log2E + l
	VMOVAPS.Z (BLOCK_N+i)(ROWS), K, OTHER; \ // e = n }
	VADDPS OTHER, c, TEMP; \      // y = e + l
	ROUND_EXPONENT(TEMP, b, a); \
	VFMSUB231PS.BCST hardCall_hi(CALL), OTHER, a; \ // f = hi·e − n
	REST_OF_EXPONENT(TEMP, c, a)

#define ANY_FOCAL_OF_LOGITS \
	EACH(SIDES); \
	LOG1P; \
	EACH(LOG2_OF_LOGIT); \
	EXP2; \
	EACH(FOCAL_ANY)

// func hardLogitsAnyAVX512(c *hardCall) int
TEXT ·hardLogitsAnyAVX512(SB), 0, $11392-16
	LOGITS_KERNEL(EXP_SPLIT_KEEP, ANY_FOCAL_OF_LOGITS, ADD_FOCAL, ADD_FOCAL_MIXED)
