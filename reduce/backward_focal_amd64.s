//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"
#include "hard_backward_amd64.h"
#include "group_amd64.h"

// The backward kernels of one channel for hard labels where a focal sum is
// wanted, by probabilities, by AVX2 and FMA.
//
// Most groups of a volume are of one class and likely: every r is at least ½,
// and the logarithm needs no look at its exponent. Such a group is near, and
// stays in registers from its probabilities to its derivatives; most of them
// are sure too, where the logarithm is short. What is cheap to make is made
// twice rather than kept: a Zen 3 starts no fma in a cycle in which it stores a
// vector. Other groups are taken by steps that keep what they make.
//
// What bounds a near group are operations that wait for others: its square
// roots and divisions take the divider 8 cycles a vector and everything takes
// 12 (9½ where it is sure), of 15 when a vector's r, s, s^γ and ℓ were kept. So
// half of its roots are taken beside the polynomial, in the registers that this
// has left. A block of sure background needs no look at its groups and leaves
// its constants in registers: 9 cycles a vector.

// FOCAL is the walk over blocks and groups: STEPS keep what the derivatives of
// the block's groups that are not near want, FOCUS is their power; POWERS, ROOT,
// ROOTED and PLAIN are for the near ones, POWERS_OF_BLOCK and SURE_POWER for a
// block of sure background.
#define FOCAL(STEPS, FOCUS, POWERS, ROOT, ROOTED, PLAIN, POWERS_OF_BLOCK, SURE_POWER) \
	BEGIN_HARD(done)                      \
	VBROADCASTSS FACTOR, T0               \
	VMOVAPS T0, avx2Work_gamma(W)         \
block:                                        \
	VPXOR MOST, MOST, MOST                \
	GREATEST_OF_PROBABILITIES             \
	VMOVDQA MOST, U0                      \
	WITHIN(avx2Constants_mostProbability, MOST, done) \
	CHECK_LABELS(stray, plain, done)      \
	IF_ALL_SURE(U0, zeros, sureBlock)     \
	PREPARE(KEEP_UNLESS_NEAR(STEPS))      \
	MOVL $(const_BlockSize/32), GROUPS    \
group:                                        \
	PREFETCH(hardBackward_ahead)          \
	MOVL GROUPS, N                        \
	SHRL $1, N                            \
	MOVBLZX avx2Work_kinds(W)(N*1), CLASS \
	CMPL CLASS, IS_KEPT                   \
	JNE  near                             \
half:                                         \
	DERIVATIVE_BY_PROBABILITY(FOCUS)      \
	PUT(EACH, STORE, add, stream, stored) \
	ADDQ $128, X                          \
	ADDQ $32, Y                           \
	ADDQ $128, GRADIENT                   \
	ADDQ $128, BLOCK_AT                   \
	DECL GROUPS                           \
	TESTL $1, GROUPS                      \
	JNZ  half                             \
next:                                         \
	TESTL GROUPS, GROUPS                  \
	JNZ  group                            \
ended:                                        \
	INCQ DONE                             \
	DECQ LEFT                             \
	JNZ  block                            \
	JMP  done                             \
sureBlock:                                    \
	POWERS_OF_BLOCK                       \
	SURE_BACKGROUND(SURE_POWER)           \
near:                                         \
	NEAR_GROUP(POWERS, ROOT, ROOTED, PLAIN) \
	ADDQ $256, X                          \
	ADDQ $64, Y                           \
	ADDQ $256, GRADIENT                   \
	ADDQ $256, BLOCK_AT                   \
	SUBL $2, GROUPS                       \
	JMP  next                             \
	PUT_OTHERWISE(EACH, ADD_AND_STORE, STORE_PAST_CACHES, add, stream, stored) \
	PUT_OTHERWISE(EIGHT, ADD_AND_STORE_8, STREAM_8, addNear, streamNear, storedNear) \
	NOT_SURE(ROOT)                        \
	SHORT_LOGARITHMS                      \
done:                                         \
	SFENCE                                \
	VZEROUPPER                            \
	MOVQ DONE, ret+16(FP)                 \
	RET

// ---- Near groups ----

#define ARGUMENT VALID // where the s of the group are
#define ONE      C
#define LEAST    MOST

// IF_ALL_SURE jumps to sureBlock where a block's labels are all 0 and all of its
// probabilities, their greatest bits in most, are sure.
#define IF_ALL_SURE(most, zeros, sureBlock) \
	VPXOR     G0, G0, G0               \
	XORL      N, N                     \
zeros:                                     \
	VPOR      (Y)(N*1), G0, G0         \
	VPOR      32(Y)(N*1), G0, G0       \
	ADDL      $64, N                   \
	CMPL      N, $const_BlockSize      \
	JNE       zeros                    \
	CONST(avx2Constants_mostSure)      \
	VPCMPGTD  C, most, T0              \
	VPOR      T0, G0, G0               \
	VPTEST    G0, G0                   \
	JZ        sureBlock

// SURE_BACKGROUND is such a block, with its constants in registers.
#define LOG_A    U0 // logPoly's last three
#define LOG_B    U1
#define LOG_C    U2
#define GAMMA    U3
#define K_CE     U4 // the coefficients of class 0
#define K_FOCAL  U5
#define K_REGION U6
#define LIMIT    U7 // ε
#define SURE_BACKGROUND(SURE_POWER) \
	CONST(avx2Constants_one)             \
	VBROADCASTSS ·avx2+avx2Constants_belowEpsilon(SB), LEAST \
	VBROADCASTSS ·logPoly+4*5(SB), LOG_A \
	VBROADCASTSS ·logPoly+4*6(SB), LOG_B \
	VBROADCASTSS ·logPoly+4*7(SB), LOG_C \
	VBROADCASTSS FACTOR, GAMMA           \
	VBROADCASTSS avx2Work_ce(W), K_CE    \
	VBROADCASTSS avx2Work_focal(W), K_FOCAL \
	VBROADCASTSS EPS, LIMIT              \
	VBROADCASTSS avx2Work_region(W), K_REGION \
	LEAQ avx2Work_block(W), BLOCK_AT     \
	MOVQ hardBackward_ahead(CALL), N     \
	MOVL $(const_BlockSize/32), GROUPS   \
	CMPB hardBackward_add(CALL), $0      \
	JNE  addSure                         \
	CMPB hardBackward_stream(CALL), $0   \
	JNE  streamSure                      \
	SURE_ROWS(SURE_POWER, STORE_8, storeSure) \
	SURE_ROWS(SURE_POWER, ADD_AND_STORE_8, addSure) \
	SURE_ROWS(SURE_POWER, STREAM_8, streamSure)
#define SURE_ROWS(SURE_POWER, STORE_ROW, again) \
again:                                      \
	PREFETCHT0 (X)(N*1)                 \
	PREFETCHT0 64(X)(N*1)               \
	PREFETCH_LABELS                     \
	SURE_ROW(SURE_POWER, STORE_ROW, 0)  \
	SURE_ROW(SURE_POWER, STORE_ROW, 32) \
	SURE_ROW(SURE_POWER, STORE_ROW, 64) \
	SURE_ROW(SURE_POWER, STORE_ROW, 96) \
	ADDQ $128, X                        \
	ADDQ $32, Y                         \
	ADDQ $128, GRADIENT                 \
	ADDQ $128, BLOCK_AT                 \
	DECL GROUPS                         \
	JNZ  again                          \
	JMP  ended
#define SURE_ROW(SURE_POWER, STORE_ROW, row) \
	VMAXPS      row(X), LEAST, G0 \ // s
	VMOVAPS     LOG_B, G1     \
	VFMADD231PS LOG_A, G0, G1 \
	VFMADD213PS LOG_C, G0, G1 \
	SQUARE_ADD(G0, G1)        \ // ℓ
	VSUBPS      G0, ONE, G2   \ // r
	VMULPS      GAMMA, G2, G3 \
	VFMADD213PS G0, G3, G1    \ // γ·r·ℓ + s
	SURE_POWER(row)           \ // slope
	VMULPS      K_CE, G0, G3    \
	VFMADD231PS K_FOCAL, G1, G3 \ // focal·slope + ce·s
	VMULPS      G2, G0, G2    \
	VDIVPS      G2, G3, G3    \ // that / (r·s)
	VCMPPS      $13, LIMIT, G0, G0 \ // s ≥ ε
	VANDPS      G0, G3, G3    \
	VSUBPS      G3, K_REGION, G3 \
	STORE_ROW(row, G3)

// What SURE_POWER multiplies G1 by, s^γ.
#define SURE_HALF(row) \
	VSQRTPS G0, T0     \
	VMULPS  T0, G1, G1
#define SURE_ONE(row) VMULPS G0, G1, G1
#define SURE_THREE_HALVES(row) \
	VSQRTPS G0, T0     \
	VMULPS  T0, G0, T0 \
	VMULPS  T0, G1, G1
#define SURE_TWO(row) \
	VMULPS G0, G0, T0 \
	VMULPS T0, G1, G1
#define SURE_ANY(row) VMULPS POWER(row), G1, G1

// ANY_OF_BLOCK keeps the powers of any γ.
#define ANY_OF_BLOCK \
	LEAQ avx2Work_block(W), BLOCK_AT       \
	VBROADCASTSS ·avx2+avx2Constants_belowEpsilon(SB), LEAST \
	MOVQ X, ARGUMENT                       \
	MOVL $(const_BlockSize/64), GROUPS     \
powers:                                        \
	POWERS_OF_NEAR                         \
	ADDQ $256, ARGUMENT                    \
	ADDQ $256, BLOCK_AT                    \
	DECL GROUPS                            \
	JNZ  powers

// KEEP_UNLESS_NEAR keeps the kind of a group, which is the class of one that is
// sure, IS_NEAR more where it is only near, and else IS_KEPT: it takes STEPS
// with those.
#define IS_KEPT $2
#define IS_NEAR $4
#define KEEP_UNLESS_NEAR(STEPS) \
	VMOVDQU   (Y), G0              \
	VMOVDQU   32(Y), G1            \
	VPOR      G0, G1, G2           \
	VBROADCASTSS ·avx2+avx2Constants_half(SB), T1 \
	VPTEST    G2, G2               \
	JZ        nearBackground       \
	CONST(avx2Constants_labelOnes) \
	VPCMPEQB  C, G0, G0            \
	VPCMPEQB  C, G1, G1            \
	VPAND     G0, G1, G0           \
	VPMOVMSKB G0, N                \
	CMPL      N, $-1               \
	JNE       keep                 \
	EXTREME(VPMINUD)               \
	CONST(avx2Constants_leastSure) \
	VPCMPGTD  G0, C, T0            \ // p ≤ 1 − 2^-6
	VPCMPGTD  G0, T1, T1           \ // p < ½
	MOVL      $1, N                \
	JMP       kind                 \
nearBackground:                        \
	EXTREME(VPMAXUD)               \
	CONST(avx2Constants_mostSure)  \
	VPCMPGTD  C, G0, T0            \ // p ≥ 2^-6
	VPCMPGTD  T1, G0, T1           \ // p > ½
	XORL      N, N                 \
kind:                                  \
	VPTEST    T0, T0               \
	JZ        known                \
	ADDL      IS_NEAR, N           \
	VPTEST    T1, T1               \
	JZ        known                \
keep:                                  \
	STEPS                          \
	MOVL      IS_KEPT, N           \
known:                                 \
	MOVB      N, avx2Work_kinds(W)(GROUPS*1)

// EXTREME leaves in every lane of G0 what OF makes of the group's.
#define EXTREME(OF) \
	VMOVDQU (X), G0     \
	VMOVDQU 32(X), G1   \
	OF 64(X), G0, G0    \
	OF 96(X), G1, G1    \
	OF 128(X), G0, G0   \
	OF 160(X), G1, G1   \
	OF 192(X), G0, G0   \
	OF 224(X), G1, G1   \
	OF G1, G0, G0

// NEAR_GROUP is the derivatives of a near group whose kind is in CLASS. ROOTED
// and PLAIN are steps from a row's γ·r·ℓ + s to its slope: by a square root that
// ROOT has made, or by its s alone, or both by what POWERS kept.
#define NEAR_GROUP(POWERS, ROOT, ROOTED, PLAIN) \
	MOVL  CLASS, N                 \
	ANDL  $1, CLASS                \
	MOVQ  X, ARGUMENT              \
	JZ    logarithm                \
	CONST(avx2Constants_one)       \
	EIGHT(KEEP_ARGUMENT)           \
	LEAQ  avx2Work_group+avx2Group_s(W), ARGUMENT \
logarithm:                             \
	VBROADCASTSS ·avx2+avx2Constants_belowEpsilon(SB), LEAST \
	POWERS                         \
	TESTL IS_NEAR, N               \
	JNZ   notSure                  \
	FIRST_OF_NEAR(·logPoly+4*5)    \
	ROOT(0, G0)                    \
	ROOT(32, G1)                   \
	STEP_OF_NEAR(·logPoly+4*7)     \
	ROOT(64, G2)                   \
	ROOT(96, G3)                   \
polynomial:                            \
	EIGHT(SQUARE_ADD_NEAR)         \
	CONST(avx2Constants_one)       \
	TESTL CLASS, CLASS             \
	JNZ   nearForeground           \
	NEAR_DERIVATIVES(NEAR_BACKGROUND, ROOTED, PLAIN, PULL_NEAR_BACKGROUND) \
	JMP   putNear                  \
nearForeground:                        \
	NEAR_DERIVATIVES(NEAR_FOREGROUND, ROOTED, PLAIN, PULL_NEAR_FOREGROUND) \
putNear:                               \
	PUT(EIGHT, STORE_8, addNear, streamNear, storedNear)

// NOT_SURE is the polynomial of such a group, which stands out of the way.
#define NOT_SURE(ROOT) \
notSure:                           \
	FIRST_OF_NEAR(·logPoly)    \
	ROOT(0, G0)                \
	STEP_OF_NEAR(·logPoly+4*2) \
	STEP_OF_NEAR(·logPoly+4*3) \
	ROOT(32, G1)               \
	STEP_OF_NEAR(·logPoly+4*4) \
	CONST(avx2Constants_sure)  \
	EIGHT(CUT_NEAR)            \
	STEP_OF_NEAR(·logPoly+4*5) \
	ROOT(64, G2)               \
	STEP_OF_NEAR(·logPoly+4*6) \
	STEP_OF_NEAR(·logPoly+4*7) \
	ROOT(96, G3)               \
	JMP polynomial
#define CUT_NEAR(row, u) CUT_ROW(row, u, row(ARGUMENT))

#define KEEP_ARGUMENT(row, u) \
	VSUBPS  row(X), C, T1        \
	VMOVAPS T1, GROUP_S+row(W)

// The logarithm, of arguments in memory: NEG_LOG_8_NEAR to the bit, and
// NEG_LOG_8_SURE where they are sure.
#define FIRST_OF_NEAR(table) \
	VBROADCASTSS table+0(SB), T0 \
	VBROADCASTSS table+4(SB), C  \
	EIGHT(FIRST_OF_NEAR_ROW)
#define FIRST_OF_NEAR_ROW(row, u) \
	VMOVAPS     C, u                 \
	VFMADD231PS row(ARGUMENT), T0, u
#define STEP_OF_NEAR(coefficient) \
	VBROADCASTSS coefficient(SB), C \
	EIGHT(STEP_OF_NEAR_ROW)
#define STEP_OF_NEAR_ROW(row, u) VFMADD132PS row(ARGUMENT), C, u
#define SQUARE_ADD_NEAR(row, u) \
	VMOVUPS row(ARGUMENT), T1 \
	SQUARE_ADD(T1, u)

// Both sides of a row: s in T0 and r in T1.
#define NEAR_BACKGROUND(row) \
	VMAXPS row(X), LEAST, T0 \
	VSUBPS T0, ONE, T1
#define NEAR_FOREGROUND(row) \
	VMOVUPS row(X), T1       \
	VSUBPS  T1, ONE, T0

#define NEAR_DERIVATIVES(SIDES_OF_ROW, ROOTED, PLAIN, PULL_NEAR) \
	NEAR_SLOPE(SIDES_OF_ROW, 0, U0)   \
	ROOTED(0, G0, U0)                   \
	NEAR_SLOPE(SIDES_OF_ROW, 32, U1)  \
	ROOTED(32, G1, U1)                   \
	NEAR_SLOPE(SIDES_OF_ROW, 64, U2)  \
	ROOTED(64, G2, U2)                   \
	NEAR_SLOPE(SIDES_OF_ROW, 96, U3)  \
	ROOTED(96, G3, U3)                   \
	NEAR_SLOPE(SIDES_OF_ROW, 128, U4) \
	PLAIN(128, U4)                         \
	NEAR_SLOPE(SIDES_OF_ROW, 160, U5) \
	PLAIN(160, U5)                         \
	NEAR_SLOPE(SIDES_OF_ROW, 192, U6) \
	PLAIN(192, U6)                         \
	NEAR_SLOPE(SIDES_OF_ROW, 224, U7) \
	PLAIN(224, U7)                         \
	VBROADCASTSS avx2Work_ce(W)(CLASS*4), G1    \
	VBROADCASTSS avx2Work_focal(W)(CLASS*4), G2 \
	VBROADCASTSS EPS, G3              \
	EIGHT(PULL_NEAR)
#define NEAR_SLOPE(SIDES_OF_ROW, row, u) \
	SIDES_OF_ROW(row)               \
	VMULPS      avx2Work_gamma(W), T1, T1 \
	VFMADD213PS T0, T1, u             // γ·r·ℓ + s
#define PULL_NEAR_BACKGROUND(row, u) PULL_NEAR_ROW(NEAR_BACKGROUND, row, u)
#define PULL_NEAR_FOREGROUND(row, u) PULL_NEAR_ROW(NEAR_FOREGROUND, row, u)
#define PULL_NEAR_ROW(SIDES_OF_ROW, row, u) \
	SIDES_OF_ROW(row)               \
	VMULPS       G1, T0, G0         \ // ce·s
	VFMADD231PS  G2, u, G0          \ // focal·slope + ce·s
	VMULPS       T1, T0, u          \
	VDIVPS       u, G0, G0          \ // that / (r·s)
	VMINPS       T1, T0, T0         \
	VCMPPS       $13, G3, T0, T0    \ // s ≥ ε
	VANDPS       T0, G0, G0         \
	VBROADCASTSS avx2Work_region(W)(CLASS*4), u \
	VSUBPS       G0, u, u

#define STORE_8(row, u) VMOVUPS u, row(GRADIENT)
#define ADD_AND_STORE_8(row, u) \
	VADDPS  row(GRADIENT), u, u \
	VMOVUPS u, row(GRADIENT)
#define STREAM_8(row, u) VMOVNTPS u, row(GRADIENT)

// The powers.
#define ROOT_OF_S(row, g) \
	VMAXPS  row(ARGUMENT), LEAST, g \
	VSQRTPS g, g
#define NO_ROOT(row, g)
#define HALF_OF_ROOT(row, g, u) VMULPS g, u, u
#define HALF_OF_S(row, u) \
	VSQRTPS T0, T0 \
	VMULPS  T0, u, u
#define THREE_HALVES_OF_ROOT(row, g, u) \
	VMULPS g, T0, T0 \
	VMULPS T0, u, u
#define THREE_HALVES_OF_S(row, u) \
	VSQRTPS T0, T1 \
	THREE_HALVES_OF_ROOT(row, T1, u)
#define ONE_OF_ROOT(row, g, u) ONE_OF_S(row, u)
#define ONE_OF_S(row, u) VMULPS T0, u, u
#define TWO_OF_ROOT(row, g, u) TWO_OF_S(row, u)
#define TWO_OF_S(row, u) \
	VMULPS T0, T0, T0 \
	VMULPS T0, u, u
#define POWERS_OF_NEAR \
	LOG2_8_OF(LOAD_NEAR_S) \
	EXP2_8                 \
	KEEP_POWERS
#define LOAD_NEAR_S(row, t) VMAXPS row(ARGUMENT), LEAST, t
#define ANY_OF_ROOT(row, g, u) ANY_OF_S(row, u)
#define ANY_OF_S(row, u) VMULPS POWER(row), u, u

// ---- Other groups ----

// STEPS_OF_PROBABILITIES keeps r and s, as SIDES makes them, and ℓ, by a
// logarithm that is short where every r is at least ½, and shorter where every
// s is sure.
#define NEAREST U7
#define STEPS_OF_PROBABILITIES STEPS_AND(NOTHING)
#define STEPS_AND(ROOTS) \
	VMOVDQU   (Y), G0                  \
	VMOVDQU   32(Y), G1                \
	VPOR      G0, G1, G2               \
	VPTEST    G2, G2                   \
	JZ        background               \
	CONST(avx2Constants_labelOnes)     \
	VPCMPEQB  C, G0, G0                \
	VPCMPEQB  C, G1, G1                \
	VPAND     G0, G1, G0               \
	VPMOVMSKB G0, N                    \
	CMPL      N, $-1                   \
	JEQ       foreground               \
	VPXOR     G3, G3, G3               \
	KEEP_SIDES(SIDES_OF_MIXED)         \
	JMP       sides                    \
foreground:                                \
	KEEP_SIDES(SIDES_OF_FOREGROUND)    \
	JMP       sides                    \
background:                                \
	KEEP_SIDES(SIDES_OF_BACKGROUND)    \
sides:                                     \
	ROOTS                              \
	CONST(avx2Constants_leastSure)         \
	VPCMPGTD  NEAREST, C, T0           \
	VPTEST    T0, T0                   \
	JZ        sidesSure         \
	CONST(avx2Constants_half)          \
	VPCMPGTD  NEAREST, C, T0           \
	VPTEST    T0, T0                   \
	JZ        sidesNear          \
	NEG_LOG_8                          \
sidesLog:                                  \
	EIGHT(KEEP_L)

#define KEEP_SIDES(SIDES_ROW) \
	BELOW_EPSILON            \
	CONST(avx2Constants_one) \
	VPCMPEQD NEAREST, NEAREST, NEAREST \
	EIGHT(SIDES_ROW)
#define LOAD_SIDES(row) \
	VMAXPS row(X), T1, G1 \
	VSUBPS G1, C, G2
#define STORE_SIDES(row, r, s) \
	VPMINUD r, NEAREST, NEAREST \
	VMOVAPS r, KEPT_R(row)      \
	VMOVAPS s, KEPT_S(row)
#define SIDES_OF_MIXED(row, u) \
	VPMOVZXBD row/4(Y), G0       \
	VPCMPEQD  G3, G0, G0         \
	LOAD_SIDES(row)              \
	VBLENDVPS G0, G1, G2, T0     \ // s = 1 − p; if label = 0 { s = p }
	VBLENDVPS G0, G2, G1, G2     \ // r the other
	STORE_SIDES(row, G2, T0)
#define SIDES_OF_FOREGROUND(row, u) \
	LOAD_SIDES(row)             \
	STORE_SIDES(row, G1, G2)
#define SIDES_OF_BACKGROUND(row, u) \
	LOAD_SIDES(row)             \
	STORE_SIDES(row, G2, G1)
#define KEEP_L(row, u) VMOVAPS u, KEPT_L(row)
#define SHORT_LOGARITHMS \
sidesSure:      \
	NEG_LOG_8_SURE \
	JMP sidesLog   \
sidesNear:       \
	NEG_LOG_8_NEAR \
	JMP sidesLog

#define STEPS_OF_ANY_PROBABILITIES \
	STEPS_OF_PROBABILITIES \
	LOG2_8                 \
	EXP2_8                 \
	KEEP_POWERS

#define KEEP_ROOTS EIGHT(KEEP_ROOT)
#define KEEP_ROOT(row, u) \
	VSQRTPS KEPT_S(row), T0 \
	VMOVAPS T0, POWER(row)

// DERIVATIVE_BY_PROBABILITY is DERIVATIVE from what is kept. Where the group is
// of one class its coefficients stand for all.
#define DERIVATIVE_BY_PROBABILITY(FOCUS) \
	VBROADCASTSS FACTOR, C \
	EACH(SLOPE_OF_KEPT)    \
	FOCUS                  \
	IF_ALIKE(alike)        \
	LOAD_CLASSES           \
	LOAD_TABLE(avx2Work_ce(W), C)     \
	LOAD_TABLE(avx2Work_focal(W), T1) \
	EACH(PULL_FOCAL_OF_KEPT)          \
	PULL_INSIDE            \
	JMP       pulled       \
alike:                         \
	VBROADCASTSS avx2Work_ce(W)(N*4), C        \
	VBROADCASTSS avx2Work_focal(W)(N*4), T1    \
	EACH(PULL_FOCAL_OF_ALIKE)                  \
	VBROADCASTSS EPS, C                        \
	VBROADCASTSS avx2Work_region(W)(N*4), TABLE \
	EACH(PULL_INSIDE_OF_ALIKE)                 \
pulled:
#define PULL_FOCAL_OF_ALIKE(row, u, s, g) \
	VMOVAPS     KEPT_S(row), s           \
	VMULPS      C, s, g                  \ // ce·s
	VFMADD231PS T1, u, g                 \ // focal·slope + ce·s
	VMULPS      KEPT_R(row), s, T0       \
	VDIVPS      T0, g, g                 \ // that / (r·s)
	VMINPS      KEPT_R(row), s, s
#define PULL_INSIDE_OF_ALIKE(row, u, s, g) \
	VCMPPS $13, C, s, s \ // s ≥ ε
	VANDPS s, g, g      \
	VSUBPS g, TABLE, g
#define SLOPE_OF_KEPT(row, u, s, g) \
	VMULPS      KEPT_R(row), C, u  \
	VMOVAPS     KEPT_S(row), s     \
	VFMADD132PS KEPT_L(row), s, u    // γ·r·ℓ + s
#define PULL_FOCAL_OF_KEPT(row, u, s, g) \
	VMOVAPS     KEPT_S(row), s           \
	VPERMILPS   row(CLASS), C, g         \
	VMULPS      s, g, g                  \ // ce·s
	VPERMILPS   row(CLASS), T1, T0       \
	VFMADD231PS u, T0, g                 \ // focal·slope + ce·s
	VMULPS      KEPT_R(row), s, T0       \
	VDIVPS      T0, g, g                 \ // that / (r·s)
	VMINPS      KEPT_R(row), s, s

// func hardBackwardProbabilitiesHalfAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	FOCAL(STEPS_AND(KEEP_ROOTS), TIMES_POWER, NOTHING, ROOT_OF_S, HALF_OF_ROOT, HALF_OF_S, NOTHING, SURE_HALF)

// func hardBackwardProbabilitiesOneAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	FOCAL(STEPS_OF_PROBABILITIES, FOCUS_ONE, NOTHING, NO_ROOT, ONE_OF_ROOT, ONE_OF_S, NOTHING, SURE_ONE)

// func hardBackwardProbabilitiesThreeHalvesAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	FOCAL(STEPS_OF_PROBABILITIES, FOCUS_THREE_HALVES, NOTHING, ROOT_OF_S, THREE_HALVES_OF_ROOT, THREE_HALVES_OF_S, NOTHING, SURE_THREE_HALVES)

// func hardBackwardProbabilitiesTwoAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	FOCAL(STEPS_OF_PROBABILITIES, FOCUS_TWO, NOTHING, NO_ROOT, TWO_OF_ROOT, TWO_OF_S, NOTHING, SURE_TWO)

// func hardBackwardProbabilitiesAnyAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	FOCAL(STEPS_OF_ANY_PROBABILITIES, TIMES_POWER, POWERS_OF_NEAR, NO_ROOT, ANY_OF_ROOT, ANY_OF_S, ANY_OF_BLOCK, SURE_ANY)
