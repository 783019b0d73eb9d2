//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"

// The one-channel kernels for hard labels by AVX2 and FMA: hardGeneric
// (reduce_generic.go) by passes. Each reads as its formula; the steps are in
// avx2_amd64.h.

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
	LOG_QUADS(full, logs)
	END_BLOCK(avx2Constants_mostProbability, FOLD_LF, block, done)
	JMP     done
some:
	WEIGHTS_OF_SOME(weighted, done)
done:
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// ---- + cross entropy and focal sum of probabilities ----

#define FOCAL_OF_PROBABILITIES(FOCUS) \
	BEGIN(done)                            \
block:                                         \
	BEGIN_BLOCK \
	CLEAR                            \
group:                                         \
	PREFETCH(hardCall_ahead)                         \
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
	ADD_BY_CLASS(avx2Lanes_f, U0, U1, U2, U3) \
	NEXT_HALF(mixed)                       \
	JMP next                               \
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
	IF_NEAR(near)                          \
	CLAMP_R                                \
	CLAMP_S                                \
	NEG_LOG                                \
focus:                                         \
	ADD(avx2Lanes_l, U0, U1, U2, U3)       \
	FOCUS                                  \
	ADD(avx2Lanes_f, U0, U1, U2, U3)       \
	NEXT_HALF_OF_ONE(M, background, foregroundHalf) \
next:                                          \
	NEXT_GROUP(group)                      \
	END_BLOCK(avx2Constants_mostProbability, FOLD_LF, block, done) \
	JMP  done                              \
near:                                          \
	CLAMP_S                                \
	NEG_LOG_NEAR                           \
	JMP  focus                             \
some:                                          \
	WEIGHTS_OF_SOME(weighted, done)        \
done:

// func hardProbabilitiesHalfAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_HALF)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardProbabilitiesOneAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_ONE)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardProbabilitiesThreeHalvesAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_THREE_HALVES)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardProbabilitiesTwoAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_TWO)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardProbabilitiesAnyAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	FOCAL_OF_PROBABILITIES(FOCUS_ANY)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// ---- Logits ----

// OF_LOGITS is a kernel for logits. ADD_MIXED and ADD_ONE go on from t in U and
// s in S, in a mixed group and in one of one class; KEEP_EXP sets parts of t
// aside for them. MARGINS makes the margins of a mixed group.

#define REGION_OF_LOGITS(KEEP_EXP) \
	REDUCE        \
	KEEP_EXP      \
	EXP           \
	SIGMOID       \
	PROBABILITIES

#define OF_LOGITS(KEEP_EXP, MARGINS, ADD_REGION, ADD_MIXED, ADD_ONE) \
	BEGIN(done)                            \
block:                                         \
	BEGIN_BLOCK \
	CLEAR                            \
group:                                         \
	PREFETCH(hardCall_ahead)                         \
	CLASSES(background, foreground)        \
	WEIGHTS(some, weighted)                \
mixed:                                         \
	LOAD_LOGITS                            \
	MARGINS                                \
	KEEP(avx2Work_u, S0, S1, S2, S3)       \
	REGION_OF_LOGITS(KEEP_EXP)             \
	ADD_REGION                             \
	ADD_MIXED                              \
	NEXT_HALF(mixed)                       \
	JMP next                               \
foreground:                                    \
	ADDQ $avx2Lanes__size, AT              \
foregroundHalf:                                \
	LOAD_LOGITS                            \
	MOVL $1, M                             \
	JMP  one                               \
background:                                    \
	LOAD_LOGITS                            \
	NEGATE                                 \
	XORL M, M                              \
one:                                           \
	KEEP(avx2Work_u, S0, S1, S2, S3)       \
	REGION_OF_LOGITS(KEEP_EXP)             \
	ADD(avx2Lanes_r, G0, G1, G2, G3)       \
	ADD(avx2Lanes_s, S0, S1, S2, S3)       \
	ADD_ONE                                \
	NEXT_HALF_OF_ONE(M, background, foregroundHalf) \
next:                                          \
	NEXT_GROUP(group)                      \
	END_BLOCK(avx2Constants_mostLogit, FOLD_LF, block, done) \
	JMP  done                              \
some:                                          \
	WEIGHTS_OF_SOME(weighted, done)        \
done:

// ADD_OWN adds r in G and s in S. ADD_CROSSED does so where no margin was made
// of the logit, and G and S hold the probabilities of class 1 and 0.
#define ADD_OWN \
	ADD_BY_CLASS(avx2Lanes_r, G0, G1, G2, G3) \
	ADD_BY_CLASS(avx2Lanes_s, S0, S1, S2, S3)

#define ADD_CROSSED \
	ADD_WEIGHTED(avx2Lanes_r, 0, S0, S1, S2, S3)                    \
	ADD_WEIGHTED(avx2Lanes_s, 0, G0, G1, G2, G3)                    \
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_r, OF_1, G0, G1, G2, G3) \
	ADD_WEIGHTED(avx2Lanes__size+avx2Lanes_s, OF_1, S0, S1, S2, S3)

// func hardLogitsRegionAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsRegionAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NOTHING, ADD_CROSSED, NOTHING, NOTHING)
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsCEAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NEGATE_BY_CLASS, ADD_OWN, CE_OF_LOGITS(ADD_BY_CLASS, NOTHING), CE_OF_LOGITS(ADD, NOTHING))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsHalfAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NEGATE_BY_CLASS, ADD_OWN, FOCAL_OF_LOGITS(ADD_BY_CLASS, NOTHING, FOCUS_HALF), FOCAL_OF_LOGITS(ADD, NOTHING, FOCUS_HALF))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsOneAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NEGATE_BY_CLASS, ADD_OWN, FOCAL_OF_LOGITS(ADD_BY_CLASS, NOTHING, FOCUS_ONE), FOCAL_OF_LOGITS(ADD, NOTHING, FOCUS_ONE))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsThreeHalvesAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NEGATE_BY_CLASS, ADD_OWN, FOCAL_OF_LOGITS(ADD_BY_CLASS, NOTHING, FOCUS_THREE_HALVES), FOCAL_OF_LOGITS(ADD, NOTHING, FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsTwoAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(NOTHING, NEGATE_BY_CLASS, ADD_OWN, FOCAL_OF_LOGITS(ADD_BY_CLASS, NOTHING, FOCUS_TWO), FOCAL_OF_LOGITS(ADD, NOTHING, FOCUS_TWO))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET

// func hardLogitsAnyAVX2(c *hardCall, work *avx2Work) int
TEXT ·hardLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(KEEP_N, NEGATE_BY_CLASS, ADD_OWN, FOCAL_OF_LOGITS(ADD_BY_CLASS, KEEP_LOG1P, FOCUS_ANY_LOGIT), FOCAL_OF_LOGITS(ADD, KEEP_LOG1P, FOCUS_ANY_LOGIT))
	VZEROUPPER
	MOVQ    DONE, ret+16(FP)
	RET
