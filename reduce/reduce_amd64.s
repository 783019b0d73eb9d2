//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "group_amd64.h"
#include "sure_amd64.h"

// The one-channel kernels for hard labels by AVX2 and FMA: hardGeneric
// (reduce_generic.go) by passes. Each reads as its formula; the steps are in
// avx2_amd64.h.

#define BLOCK_AT  QUADS
#define HALVES    KIND
#define KEPT_S(row) avx2Block_large+row(BLOCK_AT)
#define KEPT_L(row) avx2Block_log1p+row(BLOCK_AT)
#define EPS       hardCall_eps(CALL)
#define ONE_MINUS hardCall_oneMinus(CALL)
#define HI        hardCall_hi(CALL)
#define LO        hardCall_lo(CALL)

// ---- TP, FP, FN of probabilities ----

// A group's labels are only looked at together to see whether one of them is
// beyond the classes: then its weights are made the long way. The partial sums
// are in registers here, one for each half of a row.
#define R0_LOW  U0
#define R0_HIGH U1
#define S0_LOW  U2
#define S0_HIGH U3
#define R1_LOW  S0
#define R1_HIGH S1
#define S1_LOW  S2
#define S1_HIGH S3

// REGION_ROW adds half a row whose weights are in G2 (class 1) and G3 (class
// 0).
#define REGION_ROW(p, r0, s0, r1, s1) \
	VMOVUPS     p(X), G0       \
	VPMAXUD     G0, MOST, MOST \
	VSUBPS      G0, T1, G1     \ // q = 1 − p
	VFMADD231PS G1, G3, r0     \
	VFMADD231PS G0, G3, s0     \
	VFMADD231PS G0, G2, r1     \
	VFMADD231PS G1, G2, s1

#define REGION_LABELS(row) \
	VPMOVZXBD row+0(Y), G2 \
	VCVTDQ2PS G2, G2       \
	VSUBPS    G2, T1, G3   \
	REGION_ROW(4*row, R0_LOW, S0_LOW, R1_LOW, S1_LOW) \
	VPMOVZXBD row+8(Y), G2 \
	VCVTDQ2PS G2, G2       \
	VSUBPS    G2, T1, G3   \
	REGION_ROW(4*row+32, R0_HIGH, S0_HIGH, R1_HIGH, S1_HIGH)

#define REGION_WEIGHTS(row) \
	VMOVAPS avx2Work_weight+4*row(W), G3        \
	VMOVAPS avx2Work_weight+OF_1+4*row(W), G2    \
	REGION_ROW(4*row, R0_LOW, S0_LOW, R1_LOW, S1_LOW) \
	VMOVAPS avx2Work_weight+4*row+32(W), G3     \
	VMOVAPS avx2Work_weight+OF_1+4*row+32(W), G2 \
	REGION_ROW(4*row+32, R0_HIGH, S0_HIGH, R1_HIGH, S1_HIGH)

// func hardProbabilitiesRegionAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesRegionAVX2(SB), NOSPLIT, $0-24
	BEGIN(done)
block:
	BEGIN_BLOCK
	VPXOR R0_LOW, R0_LOW, R0_LOW
	VPXOR R0_HIGH, R0_HIGH, R0_HIGH
	VPXOR S0_LOW, S0_LOW, S0_LOW
	VPXOR S0_HIGH, S0_HIGH, S0_HIGH
	VPXOR R1_LOW, R1_LOW, R1_LOW
	VPXOR R1_HIGH, R1_HIGH, R1_HIGH
	VPXOR S1_LOW, S1_LOW, S1_LOW
	VPXOR S1_HIGH, S1_HIGH, S1_HIGH
group:
	PREFETCH(hardCall_ahead)
	VMOVDQU (Y), T0
	VMOVDQU 32(Y), T1
	ADDQ    $64, VALID
	CONST(avx2Constants_labelOthers)
	VPOR    T0, T1, G0
	VPTEST  C, G0
	JNZ     some
	VBROADCASTSS ·avx2+avx2Constants_one(SB), T1
	REGION_LABELS(0)
	REGION_LABELS(16)
	REGION_LABELS(32)
	REGION_LABELS(48)
next:
	ADDQ    $256, X
	NEXT_GROUP(group)
	VMOVAPS R0_LOW, avx2Lanes_r(W)
	VMOVAPS R0_HIGH, avx2Lanes_r+32(W)
	VMOVAPS S0_LOW, avx2Lanes_s(W)
	VMOVAPS S0_HIGH, avx2Lanes_s+32(W)
	VMOVAPS R1_LOW, avx2Lanes__size+avx2Lanes_r(W)
	VMOVAPS R1_HIGH, avx2Lanes__size+avx2Lanes_r+32(W)
	VMOVAPS S1_LOW, avx2Lanes__size+avx2Lanes_s(W)
	VMOVAPS S1_HIGH, avx2Lanes__size+avx2Lanes_s+32(W)
	END_BLOCK(avx2Constants_mostProbability, NOTHING, block, done)
	JMP     done
some:
	WEIGHTS_OF_SOME(weighted, done)
weighted:
	VBROADCASTSS ·avx2+avx2Constants_one(SB), T1
	REGION_WEIGHTS(0)
	REGION_WEIGHTS(16)
	REGION_WEIGHTS(32)
	REGION_WEIGHTS(48)
	JMP     next
done:
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// ---- + cross entropy of probabilities ----

// func hardProbabilitiesCEAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesCEAVX2(SB), NOSPLIT, $0-24
	BEGIN(done)
block:
	IF_SURE_BLOCK(sureBlock)
unsure:
	BEGIN_BLOCK
	CLEAR
	XORL    QUADS, QUADS
group:
	PREFETCH(hardCall_ahead)
	CLASSES(background, foreground)
	WEIGHTS(some, weighted)
mixed:
	LOAD(S0, S1, S2, S3, U0, U1, U2, U3)
	ADD_WEIGHTED(avx2Lanes_r, 0, U0, U1, U2, U3)
	ADD_WEIGHTED(avx2Lanes_s, 0, S0, S1, S2, S3)
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_r, OF_1, S0, S1, S2, S3)
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_s, OF_1, U0, U1, U2, U3)
	CLAMP_R
	CLAMP_S_BELOW
	QUAD_OF_CLASS(0, U0, U1, U2, U3, S0, S1, S2, S3)
	PUSH_QUAD(G0, T0, AT)
	QUAD_OF_CLASS(OF_1, S0, S1, S2, S3, U0, U1, U2, U3)
	ADDQ    $avx2Lanes__size, AT
	PUSH_QUAD(G0, T0, AT)
	SUBQ    $avx2Lanes__size, AT
	NEXT_HALF(mixed)
	JMP     next

foreground:
	ADDQ    $avx2Lanes__size, AT
foregroundHalf:
	LOAD(U0, U1, U2, U3, S0, S1, S2, S3)
	MOVL    $1, M
	JMP     one
background:
	LOAD(S0, S1, S2, S3, U0, U1, U2, U3)
	XORL    M, M
one:
	ADD(avx2Lanes_r, U0, U1, U2, U3)
	ADD(avx2Lanes_s, S0, S1, S2, S3)
	CLAMP_R
	CLAMP_S_BELOW
	QUAD
	PUSH_QUAD(U0, S0, AT)
	NEXT_HALF_OF_ONE(M, background, foregroundHalf)
next:
	NEXT_GROUP(group)
	LOG_QUADS(full, logs, sure, logged)
ended:
	END_BLOCK(avx2Constants_mostProbability, FOLD_LF, block, done)
	JMP     done
	SURE_BACKGROUND(QUAD_ROWS, NOTHING, NOTHING)
sure:
	NEG_LOG_SURE
	JMP     logged
some:
	WEIGHTS_OF_SOME(weighted, done)
done:
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// ---- + cross entropy and focal sum of probabilities ----

// FOCAL_OF_PROBABILITIES takes FOCUS and adds what it leaves, or lets REST do
// so for the whole group. SURE_BLOCK takes a block of background where it is
// sure.
#define FOCAL_OF_PROBABILITIES(FOCUS, ADD_FOCAL, REST, SURE_BLOCK) \
	BEGIN(done)                            \
block:                                         \
	IF_SURE_BLOCK(sureBlock)               \
unsure:                                        \
	BEGIN_BLOCK                            \
	CLEAR                                  \
group:                                         \
	PREFETCH(hardCall_ahead)               \
	LEAQ avx2Work_block(W), BLOCK_AT       \
	CLASSES(background, foreground)        \
	WEIGHTS(some, weighted)                \
mixed:                                         \
	LOAD(S0, S1, S2, S3, U0, U1, U2, U3)   \
	OWN                                    \
	ADD_BY_CLASS(avx2Lanes_r, U0, U1, U2, U3) \
	ADD_BY_CLASS(avx2Lanes_s, S0, S1, S2, S3) \
	CLAMP_R                                \
	CLAMP_S                                \
	NEG_LOG                                \
	ADD_BY_CLASS(avx2Lanes_l, U0, U1, U2, U3) \
	FOCUS                                  \
	ADD_FOCAL(ADD_BY_CLASS)                \
	NEXT_HALF(mixed)                       \
	MOVL IS_MIXED, KIND                    \
	JMP  next                              \
foreground:                                    \
	ADDQ $avx2Lanes__size, AT              \
foregroundHalf:                                \
	LOAD(U0, U1, U2, U3, S0, S1, S2, S3)   \
	MOVL $1, M                             \
	JMP  one                               \
background:                                    \
	LOAD(S0, S1, S2, S3, U0, U1, U2, U3)   \
	XORL M, M                              \
one:                                           \
	ADD(avx2Lanes_r, U0, U1, U2, U3)       \
	ADD(avx2Lanes_s, S0, S1, S2, S3)       \
	CLAMP_S                                \
	IF_SURE(sure)                          \
	IF_NEAR(near)                          \
	CLAMP_R                                \
	NEG_LOG                                \
focus:                                         \
	ADD(avx2Lanes_l, U0, U1, U2, U3)       \
	FOCUS                                  \
	ADD_FOCAL(ADD)                         \
	NEXT_HALF_OF_ONE(M, background, foregroundHalf) \
next:                                          \
	REST                                   \
	NEXT_GROUP(group)                      \
ended:                                         \
	END_BLOCK(avx2Constants_mostProbability, FOLD_LF, block, done) \
	JMP  done                              \
	SURE_BLOCK                             \
sure:                                          \
	NEG_LOG_SURE                           \
	JMP  focus                             \
near:                                          \
	NEG_LOG_NEAR                           \
	JMP  focus                             \
some:                                          \
	WEIGHTS_OF_SOME(weighted, done)        \
done:                                          \
	VZEROUPPER                             \
	MOVQ DONE, ret+16(FP)                  \
	RET

#define ADD_U(ADD_ROWS) ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)

// Any γ takes its powers for a group at once, of what its halves kept.
#define KEEP_HALF \
	KEEP_HALF_ROW(0, S0, U0)   \
	KEEP_HALF_ROW(64, S1, U1)  \
	KEEP_HALF_ROW(128, S2, U2) \
	KEEP_HALF_ROW(192, S3, U3) \
	ADDQ $32, BLOCK_AT
#define KEEP_HALF_ROW(row, s, l) \
	VMOVAPS s, KEPT_S(row) \
	VMOVAPS l, KEPT_L(row)
#define ADD_LATER(ADD_ROWS)
#define ADD_POWERS \
	SUBQ $64, BLOCK_AT           \
	FOCUS_ANY_8(LOG2_8, TIMES_L) \
	ADD_8(avx2Lanes_f, OF_U, mixedF, addedF)
#define TIMES_L(row, u) VMULPS KEPT_L(row), u, u

// KEEP_ROW keeps a row of a sure block, and ADD_KEPT takes them all.
#define KEEP_ROW(row, s, u) \
	VMOVAPS s, avx2Work_block+avx2Block_large+row(AT)(PLACE*8) \
	VMOVAPS u, avx2Work_block+avx2Block_log1p+row(AT)(PLACE*8)
#define ADD_KEPT \
	MOVQ W, AT                   \
	LEAQ avx2Work_block(W), BLOCK_AT \
	MOVL $8, GROUPS              \
powers:                              \
	FOCUS_ANY_8(LOG2_8, TIMES_L) \
	ADD_8_OF_ONE(avx2Lanes_f, OF_U) \
	ADDQ $256, BLOCK_AT          \
	DECL GROUPS                  \
	JNZ  powers

// func hardProbabilitiesHalfAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_HALF, ADD_U, NOTHING, SURE_BACKGROUND(FOCAL_ROWS, HALF_ROW, NOTHING))

// func hardProbabilitiesOneAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_ONE, ADD_U, NOTHING, SURE_BACKGROUND(FOCAL_ROWS, ONE_ROW, NOTHING))

// func hardProbabilitiesThreeHalvesAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_THREE_HALVES, ADD_U, NOTHING, SURE_BACKGROUND(FOCAL_ROWS, THREE_HALVES_ROW, NOTHING))

// func hardProbabilitiesTwoAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_TWO, ADD_U, NOTHING, SURE_BACKGROUND(FOCAL_ROWS, TWO_ROW, NOTHING))

// func hardProbabilitiesAnyAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(KEEP_HALF, ADD_LATER, ADD_POWERS, SURE_BACKGROUND(FOCAL_ROWS, KEEP_ROW, ADD_KEPT))

// ---- Logits ----

// OF_LOGITS is a kernel for logits: what needs no class is done for a group at
// once, then its halves are summed by their classes. LOGARITHM and KEEP_ROW
// prepare what MORE wants, which goes on from r in G and s in S; REST ends a
// group.
#define OF_LOGITS(KEEP_ROW, LOGARITHM, MIXED_GROUP, MORE, REST, FOLD_MORE) \
	BEGIN(done)                            \
block:                                         \
	BEGIN_BLOCK                            \
	CLEAR                                  \
	LEAQ avx2Work_block(W), BLOCK_AT       \
	BEGIN_LOGITS(hardCall_halves, hardCall_element) \
exps:                                          \
	EXP_8_OF_LOGITS(hardCall_element, PREFETCH_PREDICTION(hardCall_ahead), KEEP_ROW) \
	LARGE_8                                \
	LOGARITHM                              \
	ADDQ $256, X                           \
	ADDQ $256, BLOCK_AT                    \
	DECL GROUPS                            \
	JNZ  exps                              \
	MOVL $8, GROUPS                        \
	SUBQ $2048, X                          \
	SUBQ $2048, BLOCK_AT                   \
group:                                         \
	PREFETCH_LABELS                        \
	XORL KIND, KIND                        \
	CLASSES(background, foreground)        \
	MIXED_GROUP                            \
foreground:                                    \
	ADDQ $avx2Lanes__size, AT              \
foregroundHalf:                                \
	HALVES_OF_ONE(SIDES_OF_FOREGROUND, MORE(SURPRISE_OF_FOREGROUND, ADD), foregroundHalf) \
	JMP  next                              \
background:                                    \
	HALVES_OF_ONE(SIDES_OF_BACKGROUND, MORE(SURPRISE_OF_BACKGROUND, ADD), background) \
next:                                          \
	REST                                   \
	ADDQ $192, BLOCK_AT                    \
	NEXT_GROUP(group)                      \
	END_BLOCK(avx2Constants_mostLogit, FOLD_MORE, block, done) \
done:                                          \
	VZEROUPPER                             \
	MOVQ DONE, ret+16(FP)                  \
	RET

// HALVES_OF_ONE adds the halves of a group of one class.
#define HALVES_OF_ONE(SIDES_OF_CLASS, MORE_OF_CLASS, half) \
	PROBABILITIES_OF_HALF            \
	SIDES(SIDES_OF_CLASS)            \
	ADD(avx2Lanes_r, G0, G1, G2, G3) \
	ADD(avx2Lanes_s, S0, S1, S2, S3) \
	MORE_OF_CLASS                    \
	ADDQ $32, BLOCK_AT               \
	NEXT_HALF(half)

// PROBABILITIES_OF_HALF leaves the large probability in G, the small one in S.
#define PROBABILITIES_OF_HALF \
	PROBABILITIES_OF_ROW(0, U0, G0, S0)   \
	PROBABILITIES_OF_ROW(64, U1, G1, S1)  \
	PROBABILITIES_OF_ROW(128, U2, G2, S2) \
	PROBABILITIES_OF_ROW(192, U3, G3, S3)

// MIXED_REGION is a group of both classes where TP, FP, FN are all: its voxels'
// labels are their weights, unless some are ignored.
#define MIXED_REGION \
	CONST(avx2Constants_labelOthers) \
	VPTEST C, G3                     \
	JNZ    some                      \
labels:                                  \
	PROBABILITIES_OF_HALF            \
	SIDES(SIDES_OF_FOREGROUND)       \
	ADD_BY_LABEL                     \
	ADDQ $32, BLOCK_AT               \
	NEXT_HALF(labels)                \
	JMP  next                        \
some:                                    \
	WEIGHTS_OF_SOME(weighted, done)  \
weighted:                                \
	PROBABILITIES_OF_HALF            \
	SIDES(SIDES_OF_FOREGROUND)       \
	ADD_WEIGHTED(avx2Lanes_r, 0, S0, S1, S2, S3)                    \
	ADD_WEIGHTED(avx2Lanes_s, 0, G0, G1, G2, G3)                    \
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_r, OF_1, G0, G1, G2, G3) \
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_s, OF_1, S0, S1, S2, S3) \
	ADDQ $32, BLOCK_AT               \
	NEXT_HALF(weighted)              \
	JMP  next

// ADD_BY_LABEL adds p in G and q in S by the half's labels.
#define ADD_BY_LABEL \
	CONST(avx2Constants_one)                   \
	MOVL    AT, N                              \
	ANDL    $32, N                             \
	SHRL    $2, N                              \
	VMOVAPS avx2Lanes_r(AT), U0                \
	VMOVAPS avx2Lanes_s(AT), U1                \
	VMOVAPS avx2Lanes__size+avx2Lanes_r(AT), U2 \
	VMOVAPS avx2Lanes__size+avx2Lanes_s(AT), U3 \
	ADD_ROW_BY_LABEL(0, G0, S0)                \
	ADD_ROW_BY_LABEL(16, G1, S1)               \
	ADD_ROW_BY_LABEL(32, G2, S2)               \
	ADD_ROW_BY_LABEL(48, G3, S3)               \
	VMOVAPS U0, avx2Lanes_r(AT)                \
	VMOVAPS U1, avx2Lanes_s(AT)                \
	VMOVAPS U2, avx2Lanes__size+avx2Lanes_r(AT) \
	VMOVAPS U3, avx2Lanes__size+avx2Lanes_s(AT)
#define ADD_ROW_BY_LABEL(row, p, q) \
	VPMOVZXBD   row(Y)(N*1), T0 \
	VCVTDQ2PS   T0, T0          \
	VSUBPS      T0, C, T1       \
	VFMADD231PS q, T1, U0       \
	VFMADD231PS p, T1, U1       \
	VFMADD231PS p, T0, U2       \
	VFMADD231PS q, T0, U3

// MIXED_MORE is a group of both classes where more is wanted, which needs the
// margins.
#define MIXED_MORE(MORE) \
	WEIGHTS(some, weighted)          \
mixed:                                   \
	PROBABILITIES_OF_HALF            \
	MARGINS                          \
	SIDES(SIDES_OF_MIXED)            \
	ADD_BY_CLASS(avx2Lanes_r, G0, G1, G2, G3) \
	ADD_BY_CLASS(avx2Lanes_s, S0, S1, S2, S3) \
	MORE(SURPRISE_OF_MIXED, ADD_BY_CLASS) \
	ADDQ $32, BLOCK_AT               \
	NEXT_HALF(mixed)                 \
	MOVL IS_MIXED, KIND              \
	JMP  next                        \
some:                                    \
	WEIGHTS_OF_SOME(weighted, done)

// MARGINS keeps the margins of a mixed half: u is x times the difference of the
// weights, 1, −1 or (ignored) 0.
#define MARGINS \
	MARGINS_ROW(0)   \
	MARGINS_ROW(64)  \
	MARGINS_ROW(128) \
	MARGINS_ROW(192)
#define MARGINS_ROW(row) \
	VMOVAPS avx2Work_weight+OF_1+row(AT), T0 \
	VSUBPS  avx2Work_weight+row(AT), T0, T0  \
	VMULPS  row(X), T0, T0                   \
	VMOVAPS T0, GROUP_U+row(AT)

// SIDES leaves r in G and s in S of the large and the small probability there:
// swapped where the margin is negative.
#define SIDES(OF) \
	OF(0, G0, S0)   \
	OF(64, G1, S1)  \
	OF(128, G2, S2) \
	OF(192, G3, S3)
#define SIDES_OF_MIXED(row, large, small) \
	VMOVAPS GROUP_U+row(AT), T0 \
	SWAP(large, small)
#define SIDES_OF_FOREGROUND(row, large, small) \
	VMOVUPS row(X), T0 \
	SWAP(large, small)
#define SIDES_OF_BACKGROUND(row, large, small) \
	VMOVUPS   row(X), T0              \ // −u
	VBLENDVPS T0, small, large, T1    \
	VBLENDVPS T0, large, small, large \
	VMOVAPS   T1, small

// SURPRISE leaves ℓ = log1p + max(−u, 0) in U.
#define SURPRISE_OF(ROW) \
	VPXOR C, C, C \
	ROW(0, U0)    \
	ROW(64, U1)   \
	ROW(128, U2)  \
	ROW(192, U3)
#define SURPRISE_OF_MIXED SURPRISE_OF(SURPRISE_ROW_OF_MIXED)
#define SURPRISE_ROW_OF_MIXED(row, l) \
	VMOVAPS avx2Block_log1p+row(BLOCK_AT), l \
	VMINPS  GROUP_U+row(AT), C, T0      \
	VSUBPS  T0, l, l
#define SURPRISE_OF_FOREGROUND SURPRISE_OF(SURPRISE_ROW_OF_FOREGROUND)
#define SURPRISE_ROW_OF_FOREGROUND(row, l) \
	VMOVAPS avx2Block_log1p+row(BLOCK_AT), l \
	VMINPS  row(X), C, T0                  \
	VSUBPS  T0, l, l
#define SURPRISE_OF_BACKGROUND SURPRISE_OF(SURPRISE_ROW_OF_BACKGROUND)
#define SURPRISE_ROW_OF_BACKGROUND(row, l) \
	VMAXPS  row(X), C, l                   \ // −u = x
	VADDPS  avx2Block_log1p+row(BLOCK_AT), l, l

#define NO_MORE(SURPRISE, ADD_ROWS)
#define ADD_CE(SURPRISE, ADD_ROWS) \
	SURPRISE \
	ADD_ROWS(avx2Lanes_l, U0, U1, U2, U3)
// Any γ takes its powers for the whole group: where s is the small probability,
// r − s is not negative.
#define ADD_CE_OF_ANY(SURPRISE, ADD_ROWS) \
	ADD_CE(SURPRISE, ADD_ROWS) \
	KEEP_OF_ANY(0, G0, S0, U0)   \
	KEEP_OF_ANY(64, G1, S1, U1)  \
	KEEP_OF_ANY(128, G2, S2, U2) \
	KEEP_OF_ANY(192, G3, S3, U3)
#define KEEP_OF_ANY(row, r, s, l) \
	VSUBPS  s, r, r                    \
	VMOVAPS r, BLOCK_SIDE+row(BLOCK_AT) \
	VMOVAPS l, BLOCK_L+row(BLOCK_AT)
#define BLOCK_SIDE avx2Block_large // which is no longer wanted there
#define BLOCK_L    avx2Block_t     // nor that
#define SIDE(row)  VMOVDQA BLOCK_SIDE+row(BLOCK_AT), T0
#define ADD_ANY \
	SUBQ $64, BLOCK_AT           \
	FOCUS_ANY_8(LOG2_8_OF_LOGIT, TIMES_BLOCK_L) \
	ADDQ $64, BLOCK_AT           \
	ADD_8(avx2Lanes_f, OF_U, mixedF, addedF)
#define TIMES_BLOCK_L(row, u) VMULPS BLOCK_L+row(BLOCK_AT), u, u

#define ADD_HALF(SURPRISE, ADD_ROWS) \
	ADD_CE(SURPRISE, ADD_ROWS) \
	FOCUS_HALF \
	ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)
#define ADD_ONE(SURPRISE, ADD_ROWS) \
	ADD_CE(SURPRISE, ADD_ROWS) \
	FOCUS_ONE \
	ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)
#define ADD_THREE_HALVES(SURPRISE, ADD_ROWS) \
	ADD_CE(SURPRISE, ADD_ROWS) \
	FOCUS_THREE_HALVES \
	ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)
#define ADD_TWO(SURPRISE, ADD_ROWS) \
	ADD_CE(SURPRISE, ADD_ROWS) \
	FOCUS_TWO \
	ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)

// func hardLogitsRegionAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsRegionAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, NOTHING, MIXED_REGION, NO_MORE, NOTHING, NOTHING)

// func hardLogitsCEAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, LOG1P_8, MIXED_MORE(ADD_CE), ADD_CE, NOTHING, FOLD_LF)

// func hardLogitsHalfAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, LOG1P_8, MIXED_MORE(ADD_HALF), ADD_HALF, NOTHING, FOLD_LF)

// func hardLogitsOneAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, LOG1P_8, MIXED_MORE(ADD_ONE), ADD_ONE, NOTHING, FOLD_LF)

// func hardLogitsThreeHalvesAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, LOG1P_8, MIXED_MORE(ADD_THREE_HALVES), ADD_THREE_HALVES, NOTHING, FOLD_LF)

// func hardLogitsTwoAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_NOTHING, LOG1P_8, MIXED_MORE(ADD_TWO), ADD_TWO, NOTHING, FOLD_LF)

// func hardLogitsAnyAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_N_ROW, LOG1P_8, MIXED_MORE(ADD_CE_OF_ANY), ADD_CE_OF_ANY, ADD_ANY, FOLD_LF)
