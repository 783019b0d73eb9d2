// A block of background whose voxels are all sure, after avx2_amd64.h: nearly
// all blocks of a volume. It needs no look at its groups, and its partial sums
// and constants stay in registers. Its voxels are checked after they were added:
// where one of a few rows is not sure, the block begins again.

#define SUM_R   G0
#define SUM_S   G1
#define SUM_L   G2
#define SUM_F   G3
#define ONE     C
#define LEAST   T1    // ε
#define LOG_A   U0    // logPoly's last three
#define LOG_B   U1
#define LOG_C   U2
#define HALF_AT M     // the predictions of the half
#define AHEAD   QUADS // what is to be fetched
#define PLACE   N     // in the half: 64 for every eight rows

// IF_SURE_BLOCK jumps to sureBlock where all labels of a block are 0, and four
// vectors of its probabilities are sure.
#define IF_SURE_BLOCK(sureBlock) \
	PREFETCH_BLOCK_LABELS  \
	VMOVDQU (Y), T0        \
	VMOVDQU 32(Y), T1      \
	VPOR    64(Y), T0, T0  \
	VPOR    96(Y), T1, T1  \
	VPOR    128(Y), T0, T0 \
	VPOR    160(Y), T1, T1 \
	VPOR    192(Y), T0, T0 \
	VPOR    224(Y), T1, T1 \
	VPOR    256(Y), T0, T0 \
	VPOR    288(Y), T1, T1 \
	VPOR    320(Y), T0, T0 \
	VPOR    352(Y), T1, T1 \
	VPOR    384(Y), T0, T0 \
	VPOR    416(Y), T1, T1 \
	VPOR    448(Y), T0, T0 \
	VPOR    480(Y), T1, T1 \
	VPOR    T0, T1, T0     \
	VMOVDQU (X), G0        \
	VPMAXUD 544(X), G0, G0  \
	VPMAXUD 1088(X), G0, G0 \
	VPMAXUD 1632(X), G0, G0 \
	CONST(avx2Constants_mostSure) \
	VPCMPGTD C, G0, G0       \
	VPOR     G0, T0, T0      \
	VPTEST   T0, T0          \
	JZ       sureBlock

// SURE_BACKGROUND is what it jumps to: ROWS takes four rows, by FOCUS_ROW, and
// POWERS goes on from what that kept. It goes on to unsure or ended.
#define SURE_BACKGROUND(ROWS, FOCUS_ROW, POWERS) \
sureBlock:                                  \
	BEGIN_BLOCK                         \
	CLEAR_LANES(avx2Lanes__size)        \
	MOVL $const_BlockSize, VALID        \
	MOVQ X, HALF_AT                     \
	MOVQ hardCall_ahead(CALL), AHEAD    \
	ADDQ X, AHEAD                       \
	CONST(avx2Constants_one)            \
	VBROADCASTSS EPS, LEAST             \
	VBROADCASTSS ·logPoly+4*5(SB), LOG_A \
	VBROADCASTSS ·logPoly+4*6(SB), LOG_B \
	VBROADCASTSS ·logPoly+4*7(SB), LOG_C \
sureHalf:                                   \
	VPXOR SUM_R, SUM_R, SUM_R           \
	VPXOR SUM_S, SUM_S, SUM_S           \
	VPXOR SUM_L, SUM_L, SUM_L           \
	VPXOR SUM_F, SUM_F, SUM_F           \
	XORL  PLACE, PLACE                  \
sureRows:                                   \
	PREFETCHT0 (AHEAD)                  \
	PREFETCHT0 64(AHEAD)                \
	ROWS(FOCUS_ROW, 0)                  \
	PREFETCHT0 128(AHEAD)               \
	PREFETCHT0 192(AHEAD)               \
	ADDQ $256, AHEAD                    \
	ROWS(FOCUS_ROW, 256)                \
	VBROADCASTSS ·avx2+avx2Constants_mostSure(SB), T0 \
	VPMAXUD   T0, MOST, U3              \
	VPCMPEQD  T0, U3, U3                \
	VMOVMSKPS U3, GROUPS                \
	CMPL GROUPS, $0xff                  \
	JNE  unsure                         \
	ADDL $64, PLACE                     \
	CMPL PLACE, $(const_BlockSize/2)    \
	JNE  sureRows                       \
	VMOVAPS SUM_R, avx2Lanes_r(AT)      \
	VMOVAPS SUM_S, avx2Lanes_s(AT)      \
	VMOVAPS SUM_L, avx2Lanes_l(AT)      \
	VMOVAPS SUM_F, avx2Lanes_f(AT)      \
	ADDQ $32, HALF_AT                   \
	ADDQ $32, AT                        \
	TESTB $32, AT                       \
	JNZ  sureHalf                       \
	POWERS                              \
	ADDQ $(4*const_BlockSize), X        \
	ADDQ $const_BlockSize, Y            \
	JMP  ended

// FOCAL_ROWS adds each row's ℓ, and what FOCUS_ROW makes of its s and ℓ.
#define FOCAL_ROWS(FOCUS_ROW, row) \
	FOCAL_ROW(FOCUS_ROW, row, S0, S1)     \
	FOCAL_ROW(FOCUS_ROW, row+64, S2, S3)  \
	FOCAL_ROW(FOCUS_ROW, row+128, S0, S1) \
	FOCAL_ROW(FOCUS_ROW, row+192, S2, S3)
#define FOCAL_ROW(FOCUS_ROW, row, s, l) \
	SURE_ROW(row, s, T0) \
	LOG_ROW(s, l)        \
	FOCUS_ROW(row, s, l)

// SURE_ROW adds a row's r and s, and leaves s within its bounds.
#define SURE_ROW(row, s, r) \
	VMOVUPS row(HALF_AT)(PLACE*8), s \
	VPMAXUD s, MOST, MOST     \
	VSUBPS  s, ONE, r         \
	VADDPS  r, SUM_R, SUM_R   \
	VADDPS  s, SUM_S, SUM_S   \
	VMAXPS  LEAST, s, s

// LOG_ROW is l = negLog(1 − s, s), which it adds.
#define LOG_ROW(s, l) \
	VMOVAPS     LOG_B, l     \
	VFMADD231PS LOG_A, s, l  \
	VFMADD213PS LOG_C, s, l  \
	SQUARE_ADD(s, l)         \
	VADDPS      l, SUM_L, SUM_L

// The powers.
#define HALF_ROW(row, s, l) \
	VSQRTPS s, s \
	ONE_ROW(row, s, l)
#define ONE_ROW(row, s, l) \
	VMULPS s, l, l         \
	VADDPS l, SUM_F, SUM_F
#define THREE_HALVES_ROW(row, s, l) \
	VSQRTPS s, T0    \
	VMULPS  T0, s, s \
	ONE_ROW(row, s, l)
#define TWO_ROW(row, s, l) \
	VMULPS s, s, s \
	ONE_ROW(row, s, l)

// QUAD_ROWS adds the logarithm of four rows' product, which is sure too, from
// its complement alone (QUAD).
#define QUAD_ROWS(FOCUS_ROW, row) \
	SURE_ROW(row, S0, T0)       \
	SURE_ROW(row+64, S1, S2)    \
	VFMADD213PS S1, S2, S0      \ // u = s0·r1 + s1
	SURE_ROW(row+128, S1, S2)   \
	SURE_ROW(row+192, S3, U3)   \
	VFMADD213PS S3, U3, S1      \ // v = s2·r3 + s3
	VMULPS      U3, S2, S2      \ // high = r2·r3
	VFMADD213PS S1, S2, S0      \ // u·high + v
	VPMAXUD     S0, MOST, MOST  \
	LOG_ROW(S0, U3)
