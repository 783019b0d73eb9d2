// The steps of the AVX2 kernels, each written once. What a step computes is
// the Go function of its name in reduce_generic.go, elementary.go, logit.go
// and power.go, operation for operation; what stands beside a line is Go.
//
// A kernel takes a block in groups of 64 voxels: four rows (quad) of Lanes. A
// group is taken in two halves, lanes 0–7 and lanes 8–15, and the four vectors
// of a half side by side, one from each row: a constant is loaded once for
// four uses, and four chains of fma hide each other's latency. The partial
// sums stay in memory, where a sum costs one load and one store for four rows
// and no register.

// General registers.
#define CALL   AX  // *hardCall
#define X      SI  // the predictions of the group, + 32 bytes in its second half
#define Y      DI  // the labels of the group
#define W      DX  // *avx2Work, moved up to a multiple of 64
#define AT     R8  // the half in W; in the lanes of class 1 where the group is of class 1
#define LEFT   CX  // blocks left
#define GROUPS BX  // groups left in the block
#define VALID  R9  // voxels of the block that are not ignored
#define DONE   R10 // blocks done
#define N      R11
#define M      R12
#define QUADS  R13 // 32 · the quads of the block that wait for their logarithm

// Fields of the call, which a file that includes this defines where it uses
// them: EPS, ONE_MINUS, HI and LO.

// Vector registers: three banks of four rows, two temporaries, a constant.
#define G0     Y0  // the argument of a polynomial
#define G1     Y1
#define G2     Y2
#define G3     Y3
#define U0     Y4  // the polynomial's value, and what it becomes: t, ℓ
#define U1     Y5
#define U2     Y6
#define U3     Y7
#define S0     Y8  // s, and what its power is made of
#define S1     Y9
#define S2     Y10
#define S3     Y11
#define T0     Y12
#define T1     Y13
#define C      Y14
#define MOST   Y15 // the greatest bits of the block's predictions

// EACH takes a step in every row of eight: with its place in work, u, s and g.
#define EACH(STEP) \
	STEP(0, U0, S0, G0)  \
	STEP(32, U1, S1, G1) \
	STEP(64, U2, S2, G2) \
	STEP(96, U3, S3, G3)

#define CONST(offset) VBROADCASTSS ·avx2+offset(SB), C

// ---- The walk over blocks, groups and halves ----

// BEGIN_CALL takes the arguments.
#define BEGIN_CALL \
	MOVQ c+0(FP), CALL   \
	MOVQ work+8(FP), W   \
	ADDQ $63, W          \
	ANDQ $~63, W         \
	XORL DONE, DONE

// BEGIN_LABELS keeps the ignored label.
#define BEGIN_LABELS(ignore) \
	MOVL         ignore, N              \
	CMPL         N, $255                \ // above, no label is ignored:
	CMOVLHI      DONE, N                \ // 0 is a class anyway
	VMOVD        N, X0                  \
	VPBROADCASTB X0, T0                 \
	VMOVDQA      T0, avx2Work_ignore(W)

// BEGIN_BLOCKS counts the blocks of n voxels, and jumps to done where there is
// none.
#define BEGIN_BLOCKS(n, done) \
	MOVQ n, LEFT  \
	SHRQ $9, LEFT \ // n / BlockSize
	JZ   done

// BEGIN begins a forward kernel for hard labels.
#define BEGIN(done) \
	BEGIN_CALL                                  \
	MOVQ         hardCall_prediction(CALL), X   \
	MOVQ         hardCall_labels(CALL), Y       \
	BEGIN_LABELS(hardCall_ignore(CALL))         \
	BEGIN_BLOCKS(hardCall_labels+8(CALL), done)

// BEGIN_BLOCK clears the partial sums.
#define BEGIN_BLOCK \
	MOVQ    W, AT              \
	MOVL    $8, GROUPS         \ // BlockSize / (quad·Lanes)
	XORL    VALID, VALID       \
	VPXOR   MOST, MOST, MOST

#define CLEAR \
	CLEAR_LANES(0)             \
	CLEAR_LANES(avx2Lanes__size)

#define CLEAR_LANES(class) \
	VMOVAPS MOST, class+0(W)   \
	VMOVAPS MOST, class+32(W)  \
	VMOVAPS MOST, class+64(W)  \
	VMOVAPS MOST, class+96(W)  \
	VMOVAPS MOST, class+128(W) \
	VMOVAPS MOST, class+160(W) \
	VMOVAPS MOST, class+192(W) \
	VMOVAPS MOST, class+224(W)

// NEXT_HALF ends a half: after the first it jumps to again, after the second
// it falls through with X at the next group.
#define NEXT_HALF(again) \
	ADDQ  $32, X  \
	XORQ  $32, AT \
	TESTB $32, AT \
	JNZ   again   \
	ADDQ  $192, X

// NEXT_HALF_OF_ONE does so in a group of one class, 0 or 1 as c says.
#define NEXT_HALF_OF_ONE(c, background, foreground) \
	ADDQ  $32, X     \
	XORQ  $32, AT    \
	TESTB $32, AT    \
	JZ    4(PC)      \
	TESTL c, c       \
	JZ    background \
	JMP   foreground \
	ADDQ  $192, X

// NEXT_GROUP jumps to again while the block lasts.
#define NEXT_GROUP(again) \
	ADDQ $64, Y \
	DECL GROUPS \
	JNZ  again

// END_BLOCK jumps to done, with nothing of the block added, where a
// prediction's bits are above the limit; else it adds the block and jumps to
// again while blocks are left. Sums that a kernel leaves alone are 0.
#define END_BLOCK(limit, FOLD_MORE, again, done) \
	WITHIN(limit, MOST, done)        \
	FOLD(avx2Lanes_r, avx2Lanes_s, hardCall_sums+hardSums_r) \
	FOLD_MORE \
	ADDQ      VALID, hardCall_sums+hardSums_n(CALL) \
	INCQ      DONE                   \
	DECQ      LEFT                   \
	JNZ       again

// WITHIN jumps to done where one of the bits is above the limit.
#define WITHIN(limit, bits, done) \
	CONST(limit)            \
	VPMAXUD   C, bits, bits \
	VPCMPEQD  C, bits, bits \
	VMOVMSKPS bits, N       \
	CMPL      N, $255       \
	JNE       done

#define FOLD_LF FOLD(avx2Lanes_l, avx2Lanes_f, hardCall_sums+hardSums_l)

// FOLD folds two partial sums of both classes, and adds them to the float64
// sums at to: first[0], first[1], second[0], second[1].
#define FOLD(first, second, to) \
	HALVE(first, Y0, Y1, Y2)                       \
	HALVE(second, Y3, Y1, Y2)                      \
	HALVE(avx2Lanes__size+first, Y4, Y1, Y2)       \
	HALVE(avx2Lanes__size+second, Y5, Y1, Y2)      \
	QUARTER(Y3, Y0, Y1)                            \
	QUARTER(Y5, Y4, Y1)                            \
	VHADDPD    Y4, Y0, Y0                          \ // d[0] + d[1]
	VADDPD     to(CALL), Y0, Y0                    \
	VMOVUPD    Y0, to(CALL)

// HALVE leaves the 16 lanes of a partial sum as 4 float64.
#define HALVE(sum, d, e, f) \
	VCVTPS2PD sum+0(W), d  \
	VCVTPS2PD sum+16(W), e \
	VCVTPS2PD sum+32(W), f \
	VADDPD    f, d, d      \ // d[i] + d[i+8]
	VCVTPS2PD sum+48(W), f \
	VADDPD    f, e, e      \
	VADDPD    e, d, d        // d[i] + d[i+4]

// QUARTER leaves the 4 float64 of two sums, d and e, as 2 each: d d e e.
#define QUARTER(e, d, t) \
	VPERM2F128 $0x31, e, d, t \
	VPERM2F128 $0x20, e, d, d \
	VADDPD     t, d, d          // d[i] + d[i+2]

// ---- The labels of a group ----

// OF_1 leads from the weights in class 0 to those in class 1.
#define OF_1 (4*const_quad*const_Lanes)

// CLASSES jumps to background or foreground where all 64 labels are 0 or 1,
// and leaves them in T0 and T1 where they are not, and T0 | T1 in G3.
#define CLASSES(background, foreground) \
	MOVQ      W, AT                    \
	VMOVDQU   (Y), T0                  \
	VMOVDQU   32(Y), T1                \
	ADDQ      $64, VALID               \
	VPOR      T0, T1, G3               \
	VPTEST    G3, G3                   \
	JZ        background               \
	CONST(avx2Constants_labelOnes)     \
	VPCMPEQB  C, T0, G0                \
	VPCMPEQB  C, T1, G1                \
	VPAND     G0, G1, G2               \
	VPMOVMSKB G2, N                    \
	CMPL      N, $-1                   \
	JEQ       foreground

// WEIGHTS makes of the labels in T0 and T1 the weight of each voxel in each
// class, 1 or 0. It jumps to some where a label is beyond the classes; there
// stands WEIGHTS_OF_SOME, which counts the valid voxels (CLASSES has counted
// 64) and jumps back.
#define WEIGHTS(some, weighted) \
	CONST(avx2Constants_labelOthers) \
	VPTEST C, G3                     \
	JNZ    some                      \
	CONST(avx2Constants_one)         \
	WEIGHTS_ROW(0)                   \
	WEIGHTS_ROW(1)                   \
	WEIGHTS_ROW(2)                   \
	WEIGHTS_ROW(3)                   \
weighted:

#define WEIGHTS_ROW(row) \
	VPMOVZXBD 16*row+0(Y), T0                        \
	VPMOVZXBD 16*row+8(Y), T1                        \
	VCVTDQ2PS T0, T0                                 \
	VCVTDQ2PS T1, T1                                 \
	VMOVAPS   T0, avx2Work_weight+OF_1+64*row(W)      \
	VMOVAPS   T1, avx2Work_weight+OF_1+64*row+32(W)   \
	VSUBPS    T0, C, T0                              \
	VSUBPS    T1, C, T1                              \
	VMOVAPS   T0, avx2Work_weight+64*row(W)          \
	VMOVAPS   T1, avx2Work_weight+64*row+32(W)

// WEIGHTS_OF_SOME makes the weights where some voxels are ignored, and jumps
// to done where a label is neither a class nor ignored.
#define WEIGHTS_OF_SOME(weighted, done) \
	CONST(avx2Constants_labelOnes)     \
	VPCMPEQB  C, T0, G0                \
	VPCMPEQB  C, T1, G1                \
	VMOVDQA   G0, avx2Work_bytes+64(W) \
	VMOVDQA   G1, avx2Work_bytes+96(W) \
	VPXOR     C, C, C                  \
	VPCMPEQB  C, T0, G2                \
	VPCMPEQB  C, T1, G3                \
	VMOVDQA   G2, avx2Work_bytes+0(W)  \
	VMOVDQA   G3, avx2Work_bytes+32(W) \
	VPOR      G0, G2, G2               \
	VPOR      G1, G3, G3               \
	VPMOVMSKB G2, N                    \
	VPMOVMSKB G3, M                    \
	POPCNTL   N, N                     \
	POPCNTL   M, M                     \
	LEAQ      -64(VALID)(N*1), VALID   \
	ADDQ      M, VALID                 \
	VMOVDQA   avx2Work_ignore(W), C    \
	VPCMPEQB  C, T0, T0                \
	VPCMPEQB  C, T1, T1                \
	VPOR      T0, G2, G2               \
	VPOR      T1, G3, G3               \
	VPAND     G2, G3, G3               \
	VPMOVMSKB G3, N                    \
	CMPL      N, $-1                   \
	JNE       done                     \
	CONST(avx2Constants_one)           \
	WEIGHTS_OF_SOME_ROW(0)                     \
	WEIGHTS_OF_SOME_ROW(1)                     \
	WEIGHTS_OF_SOME_ROW(2)                     \
	WEIGHTS_OF_SOME_ROW(3)             \
	JMP weighted

#define WEIGHTS_OF_SOME_ROW(row) \
	VPMOVSXBD avx2Work_bytes+16*row(W), T0        \
	VPMOVSXBD avx2Work_bytes+16*row+8(W), T1      \
	VANDPS    C, T0, T0                           \
	VANDPS    C, T1, T1                           \
	VMOVAPS   T0, avx2Work_weight+64*row(W)       \
	VMOVAPS   T1, avx2Work_weight+64*row+32(W)    \
	VPMOVSXBD avx2Work_bytes+64+16*row(W), T0     \
	VPMOVSXBD avx2Work_bytes+64+16*row+8(W), T1   \
	VANDPS    C, T0, T0                           \
	VANDPS    C, T1, T1                           \
	VMOVAPS   T0, avx2Work_weight+OF_1+64*row(W)   \
	VMOVAPS   T1, avx2Work_weight+OF_1+64*row+32(W)

// ---- Loading ----

// PREFETCH asks for the group that the call says is to be fetched meanwhile.
// Out of cache it makes the region kernel faster by half; NTA loses.
#define PREFETCH(ahead) \
	PREFETCH_PREDICTION(ahead) \
	PREFETCH_LABELS
#define PREFETCH_PREDICTION(ahead) \
	MOVQ ahead(CALL), N        \
	PREFETCHT0 (X)(N*1)        \
	PREFETCHT0 64(X)(N*1)      \
	PREFETCHT0 128(X)(N*1)     \
	PREFETCHT0 192(X)(N*1)
#define PREFETCH_LABELS PREFETCHT0 const_BlockSize(Y)
#define PREFETCH_BLOCK_LABELS \
	PREFETCHT0 const_BlockSize(Y)     \
	PREFETCHT0 const_BlockSize+64(Y)  \
	PREFETCHT0 const_BlockSize+128(Y) \
	PREFETCHT0 const_BlockSize+192(Y) \
	PREFETCHT0 const_BlockSize+256(Y) \
	PREFETCHT0 const_BlockSize+320(Y) \
	PREFETCHT0 const_BlockSize+384(Y) \
	PREFETCHT0 const_BlockSize+448(Y)

// LOAD_FLOAT16 and LOAD_BFLOAT16 load a vector of a row of float32 numbers from
// halves at HALVES.
#define LOAD_FLOAT16(row, v) VCVTPH2PS ((row)/2)(HALVES), v
#define LOAD_BFLOAT16(row, v) \
	VPMOVZXWD ((row)/2)(HALVES), v \
	VPSLLD    $16, v, v

// LOAD loads four rows of probabilities and their complements, p and q = 1−p,
// and checks them.
#define LOAD(p0, p1, p2, p3, q0, q1, q2, q3) \
	CONST(avx2Constants_one) \
	VMOVUPS (X), p0          \
	VMOVUPS 64(X), p1        \
	VMOVUPS 128(X), p2       \
	VMOVUPS 192(X), p3       \
	VPMAXUD p0, MOST, MOST   \
	VPMAXUD p1, MOST, MOST   \
	VPMAXUD p2, MOST, MOST   \
	VPMAXUD p3, MOST, MOST   \
	VSUBPS  p0, C, q0        \
	VSUBPS  p1, C, q1        \
	VSUBPS  p2, C, q2        \
	VSUBPS  p3, C, q3

// OWN makes r and s of q in U and p in S: they are just that for class 0, and
// swapped for class 1.
#define OWN \
	CONST(avx2Constants_one) \
	OWN_ROW(0, U0, S0)       \
	OWN_ROW(64, U1, S1)      \
	OWN_ROW(128, U2, S2)     \
	OWN_ROW(192, U3, S3)

#define OWN_ROW(row, r, s) \
	VPCMPEQD avx2Work_weight+OF_1+row(AT), C, T0 \
	VXORPS   r, s, T1   \
	VANDPS   T0, T1, T1 \
	VXORPS   T1, r, r   \
	VXORPS   T1, s, s

// ---- Adding ----

// ADD adds four rows to a partial sum, in their order.
#define ADD(sum, v0, v1, v2, v3) \
	VADDPS  sum(AT), v0, T0 \
	VADDPS  v1, T0, T0      \
	VADDPS  v2, T0, T0      \
	VADDPS  v3, T0, T0      \
	VMOVAPS T0, sum(AT)

// ADD_WEIGHTED adds four rows times the weights of a class: to the same bits
// as adding some of them, since the product is the value or 0.
#define ADD_WEIGHTED(sum, weight, v0, v1, v2, v3) \
	VMOVAPS     sum(AT), T0                                \
	VFMADD231PS avx2Work_weight+weight+0(AT), v0, T0       \
	VFMADD231PS avx2Work_weight+weight+64(AT), v1, T0      \
	VFMADD231PS avx2Work_weight+weight+128(AT), v2, T0     \
	VFMADD231PS avx2Work_weight+weight+192(AT), v3, T0     \
	VMOVAPS     T0, sum(AT)

// ADD_BY_CLASS adds four rows, each voxel to the sum of its class.
#define ADD_BY_CLASS(sum, v0, v1, v2, v3) \
	ADD_WEIGHTED(sum, 0, v0, v1, v2, v3) \
	ADD_WEIGHTED(avx2Lanes__size+sum, OF_1, v0, v1, v2, v3)

// ---- Elementary functions ----

// CLAMP_R is max(r, eps), CLAMP_S clamp(s).
#define CLAMP_R \
	VBROADCASTSS EPS, C \
	VMAXPS       C, U0, U0             \
	VMAXPS       C, U1, U1             \
	VMAXPS       C, U2, U2             \
	VMAXPS       C, U3, U3

#define CLAMP_S \
	VBROADCASTSS EPS, C      \
	VBROADCASTSS ONE_MINUS, T1 \
	VMAXPS       C, S0, S0                  \
	VMAXPS       C, S1, S1                  \
	VMAXPS       C, S2, S2                  \
	VMAXPS       C, S3, S3                  \
	VMINPS       T1, S0, S0                 \
	VMINPS       T1, S1, S1                 \
	VMINPS       T1, S2, S2                 \
	VMINPS       T1, S3, S3

// FIRST_4 and STEP_4 are the steps of horner in four rows: u = a·g + b for
// the coefficients a and b that come first, and u = u·g + a for each that
// follows. FIRST_2 and STEP_2 take the rows 0 and 1 alone.
#define FIRST_2(table) \
	VBROADCASTSS table+0(SB), T0 \
	VBROADCASTSS table+4(SB), U0 \
	VMOVAPS      U0, U1          \
	VFMADD231PS  T0, G0, U0      \
	VFMADD231PS  T0, G1, U1

#define STEP_2(coefficient) \
	VBROADCASTSS coefficient(SB), C \
	VFMADD213PS  C, G0, U0          \
	VFMADD213PS  C, G1, U1

#define FIRST_4(table) \
	FIRST_2(table)          \
	VBROADCASTSS table+4(SB), U2 \
	VMOVAPS      U2, U3     \
	VFMADD231PS  T0, G2, U2 \
	VFMADD231PS  T0, G3, U3

#define STEP_4(coefficient) \
	STEP_2(coefficient)    \
	VFMADD213PS C, G2, U2  \
	VFMADD213PS C, G3, U3

// HORNER_n is u = horner(g, table) of degree n.
#define HORNER_6(FIRST, STEP, table) \
	FIRST(table)    \
	STEP(table+4*2) \
	STEP(table+4*3) \
	STEP(table+4*4) \
	STEP(table+4*5) \
	STEP(table+4*6)

#define HORNER_8(FIRST, STEP, table) \
	HORNER_6(FIRST, STEP, table) \
	STEP(table+4*7)              \
	STEP(table+4*8)

// LOG_POLYNOMIAL is u = horner(g, logPoly): where g is sure CUT takes away what
// is there before the last three coefficients.
#define LOG_POLYNOMIAL(FIRST, STEP, CUT) \
	FIRST(·logPoly)         \
	STEP(·logPoly+4*2)      \
	STEP(·logPoly+4*3)      \
	STEP(·logPoly+4*4)      \
	CONST(avx2Constants_sure) \
	CUT                     \
	STEP(·logPoly+4*5)      \
	STEP(·logPoly+4*6)      \
	STEP(·logPoly+4*7)
#define CUT_4 \
	CUT_ROW(0, U0, G0) \
	CUT_ROW(0, U1, G1) \
	CUT_ROW(0, U2, G2) \
	CUT_ROW(0, U3, G3)
#define CUT_ROW(row, u, g) \
	VPCMPGTD g, C, T0 \ // g < sure
	VANDNPS  u, T0, u

// LOG_POLYNOMIAL_SURE is the same where every g is sure.
#define LOG_POLYNOMIAL_SURE(FIRST, STEP) \
	FIRST(·logPoly+4*5) \
	STEP(·logPoly+4*7)

// SQUARE_ADD is u = g²·u + g, the last step of both logarithms.
#define SQUARE_ADD(g, u) \
	VMULPS      g, g, T0 \
	VFMADD213PS g, T0, u

// NEG_LOG is u = negLog(u, s). k is kept in float32 and times 2^23, as it
// comes from the bits; the constant −ln 2 times 2^-23 makes up for it.
#define NEG_LOG \
	VBROADCASTSS ·avx2+avx2Constants_half(SB), T0 \
	VBROADCASTSS ·avx2+avx2Constants_exponent(SB), T1 \
	SPLIT(U0, G0)                    \
	SPLIT(U1, G1)                    \
	SPLIT(U2, G2)                    \
	SPLIT(U3, G3)                    \
	CONST(avx2Constants_one)         \
	VPXOR T1, T1, T1                 \
	NEAR_OR_FAR(U0, S0, G0, 0)       \
	NEAR_OR_FAR(U1, S1, G1, 32)      \
	NEAR_OR_FAR(U2, S2, G2, 64)      \
	NEAR_OR_FAR(U3, S3, G3, 96)      \
	LOG_POLYNOMIAL(FIRST_4, STEP_4, CUT_4) \
	SQUARE_ADD(G0, U0)               \
	SQUARE_ADD(G1, U1)               \
	SQUARE_ADD(G2, U2)               \
	SQUARE_ADD(G3, U3)               \
	CONST(avx2Constants_minusLn2)    \
	VFMADD231PS avx2Work_k+0(W), C, U0  \ // u += k·(−ln 2)
	VFMADD231PS avx2Work_k+32(W), C, U1 \
	VFMADD231PS avx2Work_k+64(W), C, U2 \
	VFMADD231PS avx2Work_k+96(W), C, U3

// NEG_LOG_NEAR is NEG_LOG where every r is at least ½: k is 0 and g is s.
// NEG_LOG_SURE is NEG_LOG where every s is sure.
#define NEG_LOG_NEAR NEG_LOG_OF_S(LOG_POLYNOMIAL(FIRST_4, STEP_4, CUT_4))
#define NEG_LOG_SURE NEG_LOG_OF_S(LOG_POLYNOMIAL_SURE(FIRST_4, STEP_4))
#define NEG_LOG_OF_S(POLYNOMIAL) \
	VMOVAPS S0, G0     \
	VMOVAPS S1, G1     \
	VMOVAPS S2, G2     \
	VMOVAPS S3, G3     \
	POLYNOMIAL         \
	SQUARE_ADD(G0, U0) \
	SQUARE_ADD(G1, U1) \
	SQUARE_ADD(G2, U2) \
	SQUARE_ADD(G3, U3)

// IF_NEAR jumps to near where every r is at least ½.
#define IF_NEAR(near) \
	CONST(avx2Constants_half) \
	VPMINUD   U0, U1, T0      \
	VPMINUD   U2, U3, T1      \
	VPMINUD   T0, T1, T0      \
	VPCMPGTD  T0, C, T0       \
	VMOVMSKPS T0, N           \
	TESTL     N, N            \
	JZ        near

// IF_SURE jumps to sure where every s is.
#define IF_SURE(sure) \
	CONST(avx2Constants_sure) \
	VPMAXUD   S0, S1, T0      \
	VPMAXUD   S2, S3, T1      \
	VPMAXUD   T0, T1, T0      \
	VPCMPGTD  T0, C, T0       \
	VMOVMSKPS T0, N           \
	CMPL      N, $0xff        \
	JEQ       sure

// SPLIT leaves m in x and k·2^23 in k, with T0 the lowest m and T1 exponent.
#define SPLIT(x, k) \
	VPSUBD T0, x, k \
	VPAND  T1, k, k \
	VPSUBD k, x, x

// NEAR_OR_FAR leaves g = s where k ≥ 0 and 1 − m elsewhere, and keeps
// min(k, 0).
#define NEAR_OR_FAR(m, s, k, row) \
	VSUBPS    m, C, m           \
	VPMINSD   T1, k, T0         \
	VCVTDQ2PS T0, T0            \
	VMOVAPS   T0, avx2Work_k+row(W) \
	VBLENDVPS k, m, s, k          // g = s; if k < 0 { g = 1 − m }

// ---- Cross entropy of four rows by one logarithm (quadCE) ----

// CLAMP_S_BELOW is max(s, eps).
#define CLAMP_S_BELOW \
	VBROADCASTSS EPS, C \
	VMAXPS       C, S0, S0             \
	VMAXPS       C, S1, S1             \
	VMAXPS       C, S2, S2             \
	VMAXPS       C, S3, S3

// QUAD leaves the product of four r in U0 and its complement in S0.
#define QUAD \
	VMULPS      U3, U2, T0 \ // high = r2·r3
	VFMADD213PS S1, U1, S0 \ // u = s0·r1 + s1
	VFMADD213PS S3, U3, S2 \ // v = s2·r3 + s3
	VMULPS      U1, U0, U0 \
	VMULPS      T0, U0, U0 \ // (r0·r1)·high
	VFMADD213PS S2, T0, S0   // u·high + v

// QUAD_OF_CLASS does the same for the voxels of one class, by their weights,
// with r = 1 and s = 0 for the others; it leaves the product in G0 and its
// complement in T0.
#define QUAD_OF_CLASS(weight, r0, r1, r2, r3, s0, s1, s2, s3) \
	CONST(avx2Constants_one)                              \
	VSUBPS      avx2Work_weight+weight+0(AT), C, G0       \
	VSUBPS      avx2Work_weight+weight+64(AT), C, G1      \
	VSUBPS      avx2Work_weight+weight+128(AT), C, G2     \
	VSUBPS      avx2Work_weight+weight+192(AT), C, G3     \
	VMAXPS      r0, G0, G0                                \
	VMAXPS      r1, G1, G1                                \
	VMAXPS      r2, G2, G2                                \
	VMAXPS      r3, G3, G3                                \
	VMINPS      avx2Work_weight+weight+0(AT), s0, T0      \
	VMINPS      avx2Work_weight+weight+64(AT), s1, T1     \
	VFMADD213PS T1, G1, T0                                \ // u = s0·r1 + s1
	VMULPS      G1, G0, G0                                \
	VMINPS      avx2Work_weight+weight+128(AT), s2, T1    \
	VMINPS      avx2Work_weight+weight+192(AT), s3, G1    \
	VFMADD213PS G1, G3, T1                                \ // v = s2·r3 + s3
	VMULPS      G3, G2, G2                                \ // high = r2·r3
	VMULPS      G2, G0, G0                                \ // (r0·r1)·high
	VFMADD213PS T1, G2, T0                                  // u·high + v

// PUSH_QUAD lets a quad wait for the end of the block, with the partial sums
// that it belongs to: the logarithms are taken there, four side by side, and
// the loop over the groups is left without a long chain.
#define PUSH_QUAD(product, complement, to) \
	VMOVAPS product, avx2Work_product(W)(QUADS*1)       \
	VMOVAPS complement, avx2Work_complement(W)(QUADS*1) \
	MOVL    QUADS, N                                    \
	SHRL    $2, N                                       \
	MOVQ    to, avx2Work_to(W)(N*1)                     \
	ADDL    $32, QUADS

// LOG_QUADS takes the logarithms and adds them in the quads' order. There is
// an even number of quads; a product of 1 makes up for two.
#define LOG_QUADS(full, again, sure, logged) \
	TESTL   $64, QUADS       \
	JZ      full             \
	CONST(avx2Constants_one) \
	VPXOR   T0, T0, T0       \
	PUSH_QUAD(C, T0, W)      \
	PUSH_QUAD(C, T0, W)      \
full:                            \
	XORL    M, M             \
again:                           \
	VMOVAPS avx2Work_product+0(W)(M*1), U0     \
	VMOVAPS avx2Work_product+32(W)(M*1), U1    \
	VMOVAPS avx2Work_product+64(W)(M*1), U2    \
	VMOVAPS avx2Work_product+96(W)(M*1), U3    \
	VMOVAPS avx2Work_complement+0(W)(M*1), S0  \
	VMOVAPS avx2Work_complement+32(W)(M*1), S1 \
	VMOVAPS avx2Work_complement+64(W)(M*1), S2 \
	VMOVAPS avx2Work_complement+96(W)(M*1), S3 \
	IF_SURE(sure)            \
	NEG_LOG                  \
logged:                          \
	MOVL    M, N             \
	SHRL    $2, N            \
	ADD_QUAD(0, U0)          \
	ADD_QUAD(8, U1)          \
	ADD_QUAD(16, U2)         \
	ADD_QUAD(24, U3)         \
	ADDL    $128, M          \
	CMPL    M, QUADS         \
	JB      again

#define ADD_QUAD(i, l) \
	MOVQ    avx2Work_to+i(W)(N*1), AT \
	VADDPS  avx2Lanes_l(AT), l, l     \
	VMOVAPS l, avx2Lanes_l(AT)

// ---- Powers: u = s^γ·u ----

#define FOCUS_ONE \
	VMULPS S0, U0, U0 \
	VMULPS S1, U1, U1 \
	VMULPS S2, U2, U2 \
	VMULPS S3, U3, U3

#define FOCUS_TWO \
	VMULPS S0, S0, S0 \
	VMULPS S1, S1, S1 \
	VMULPS S2, S2, S2 \
	VMULPS S3, S3, S3 \
	FOCUS_ONE

#define FOCUS_HALF \
	VSQRTPS S0, S0 \
	VSQRTPS S1, S1 \
	VSQRTPS S2, S2 \
	VSQRTPS S3, S3 \
	FOCUS_ONE

#define FOCUS_THREE_HALVES \
	VSQRTPS S0, G0     \
	VSQRTPS S1, G1     \
	VSQRTPS S2, G2     \
	VSQRTPS S3, G3     \
	VMULPS  G0, S0, S0 \
	VMULPS  G1, S1, S1 \
	VMULPS  G2, S2, S2 \
	VMULPS  G3, S3, S3 \
	FOCUS_ONE

// FOCUS_ANY takes any γ: log2, then exp2.
#define FOCUS_ANY \
	KEEP(avx2Work_l, U0, U1, U2, U3) \
	LOG2                             \
	EXP2                             \
	VMULPS avx2Work_l+0(W), G0, U0   \
	VMULPS avx2Work_l+32(W), G1, U1  \
	VMULPS avx2Work_l+64(W), G2, U2  \
	VMULPS avx2Work_l+96(W), G3, U3

// KEEP stores four rows.
#define KEEP(to, v0, v1, v2, v3) \
	VMOVAPS v0, to+0(W)  \
	VMOVAPS v1, to+32(W) \
	VMOVAPS v2, to+64(W) \
	VMOVAPS v3, to+96(W)

// LOG2 leaves the two parts of log2 s: e in work, l in S.
#define LOG2 \
	VBROADCASTSS ·avx2+avx2Constants_sqrtHalf(SB), T0 \
	VBROADCASTSS ·avx2+avx2Constants_exponent(SB), T1 \
	CONST(avx2Constants_one)  \
	LOG2_SPLIT(S0, G0, 0)     \
	LOG2_SPLIT(S1, G1, 32)    \
	LOG2_SPLIT(S2, G2, 64)    \
	LOG2_SPLIT(S3, G3, 96)    \
	HORNER_8(FIRST_4, STEP_4, ·log2Poly) \
	VMULPS G0, U0, S0         \
	VMULPS G1, U1, S1         \
	VMULPS G2, U2, S2         \
	VMULPS G3, U3, S3

#define LOG2_SPLIT(q, t, row) \
	SPLIT(q, t)                 \
	VPSRAD    $23, t, t         \
	VCVTDQ2PS t, t              \
	VMOVAPS   t, avx2Work_e+row(W) \
	VSUBPS    C, q, t             // t = m − 1

// EXP2 is g = power.exp2(e, l), e in work and l in S; v is kept there.
#define EXP2 \
	VADDPS avx2Work_e+0(W), S0, U0  \ // y = e + l
	VADDPS avx2Work_e+32(W), S1, U1 \
	VADDPS avx2Work_e+64(W), S2, U2 \
	VADDPS avx2Work_e+96(W), S3, U3 \
	VBROADCASTSS HI, C \
	VMULPS C, U0, G0                \ // v = max(hi·y, −127) + roundBias
	VMULPS C, U1, G1                \
	VMULPS C, U2, G2                \
	VMULPS C, U3, G3                \
	VBROADCASTSS ·avx2+avx2Constants_exp2Floor(SB), T0 \
	VBROADCASTSS ·avx2+avx2Constants_roundBias(SB), T1 \
	EXP2_ROUND(G0, 0)               \
	EXP2_ROUND(G1, 32)              \
	EXP2_ROUND(G2, 64)              \
	EXP2_ROUND(G3, 96)              \
	VFMSUB231PS avx2Work_e+0(W), C, G0  \ // f = hi·e − n
	VFMSUB231PS avx2Work_e+32(W), C, G1 \
	VFMSUB231PS avx2Work_e+64(W), C, G2 \
	VFMSUB231PS avx2Work_e+96(W), C, G3 \
	VFMADD231PS C, S0, G0           \ // f += hi·l
	VFMADD231PS C, S1, G1           \
	VFMADD231PS C, S2, G2           \
	VFMADD231PS C, S3, G3           \
	VBROADCASTSS LO, C \
	VFMADD231PS C, U0, G0           \ // f += lo·y
	VFMADD231PS C, U1, G1           \
	VFMADD231PS C, U2, G2           \
	VFMADD231PS C, U3, G3           \
	HORNER_6(FIRST_4, STEP_4, ·exp2Poly) \
	EXP2_SCALE(U0, G0, 0)           \
	EXP2_SCALE(U1, G1, 32)          \
	EXP2_SCALE(U2, G2, 64)          \
	EXP2_SCALE(U3, G3, 96)

#define EXP2_ROUND(y, row) \
	VMAXPS  T0, y, y             \
	VADDPS  T1, y, y             \
	VMOVAPS y, avx2Work_v+row(W) \
	VSUBPS  T1, y, y               // n = v − roundBias

#define EXP2_SCALE(u, g, row) \
	VMOVDQA avx2Work_v+row(W), g \
	VPSLLD  $23, g, g            \ // 2^n
	VMULPS  u, g, g

// ---- Logits ----

// LOAD_LOGITS loads four rows of logits, checks them, and leaves −|x| in G
// and x in S.
#define LOAD_LOGITS \
	CONST(avx2Constants_sign) \
	VMOVUPS (X), S0           \
	VMOVUPS 64(X), S1         \
	VMOVUPS 128(X), S2        \
	VMOVUPS 192(X), S3        \
	VORPS   C, S0, G0         \
	VORPS   C, S1, G1         \
	VORPS   C, S2, G2         \
	VORPS   C, S3, G3         \
	VPMAXUD G0, MOST, MOST    \
	VPMAXUD G1, MOST, MOST    \
	VPMAXUD G2, MOST, MOST    \
	VPMAXUD G3, MOST, MOST

// NEGATE makes margins of the logits of background voxels: u = −x.
#define NEGATE \
	VXORPS C, S0, S0 \
	VXORPS C, S1, S1 \
	VXORPS C, S2, S2 \
	VXORPS C, S3, S3

// NEGATE_BY_CLASS does it for a mixed group: u is x times the difference of
// the weights, 1, −1 or (ignored) 0.
#define NEGATE_BY_CLASS \
	NEGATE_ROW(0, S0)   \
	NEGATE_ROW(64, S1)  \
	NEGATE_ROW(128, S2) \
	NEGATE_ROW(192, S3)

#define NEGATE_ROW(row, u) \
	VMOVAPS avx2Work_weight+OF_1+row(AT), T0    \
	VSUBPS  avx2Work_weight+row(AT), T0, T0    \
	VMULPS  T0, u, u

// REDUCE takes apart g = −|u| = n·ln 2 + f: v in S, n in U, f in G.
#define REDUCE \
	CONST(avx2Constants_expFloor)    \
	VMAXPS       C, G0, G0           \
	VMAXPS       C, G1, G1           \
	VMAXPS       C, G2, G2           \
	VMAXPS       C, G3, G3           \
	CONST(avx2Constants_log2E)       \
	VBROADCASTSS ·avx2+avx2Constants_roundBias(SB), T0 \
	REDUCE_ROW(G0, U0, S0)           \
	REDUCE_ROW(G1, U1, S1)           \
	REDUCE_ROW(G2, U2, S2)           \
	REDUCE_ROW(G3, U3, S3)           \
	CONST(avx2Constants_minusLn2Hi)  \
	VFMADD231PS  C, U0, G0           \ // f = n·(−ln2Hi) + x
	VFMADD231PS  C, U1, G1           \
	VFMADD231PS  C, U2, G2           \
	VFMADD231PS  C, U3, G3           \
	CONST(avx2Constants_minusLn2Lo)  \
	VFMADD231PS  C, U0, G0           \ // f += n·(−ln2Lo)
	VFMADD231PS  C, U1, G1           \
	VFMADD231PS  C, U2, G2           \
	VFMADD231PS  C, U3, G3

#define REDUCE_ROW(x, n, v) \
	VMOVAPS     T0, v    \
	VFMADD231PS C, x, v  \ // v = x·log2E + roundBias
	VSUBPS      T0, v, n   // n = v − roundBias

// EXP is u = t = e^−|u| from f in G and v in S.
#define EXP \
	HORNER_6(FIRST_4, STEP_4, ·expPoly) \
	VPSLLD $23, S0, S0 \ // 2^n
	VPSLLD $23, S1, S1 \
	VPSLLD $23, S2, S2 \
	VPSLLD $23, S3, S3 \
	VMULPS S0, U0, U0  \
	VMULPS S1, U1, U1  \
	VMULPS S2, U2, U2  \
	VMULPS S3, U3, U3

// SIGMOID leaves the two probabilities, large in G and small in S.
#define SIGMOID \
	CONST(avx2Constants_one) \
	SIGMOID_ROW(U0, G0, S0)  \
	SIGMOID_ROW(U1, G1, S1)  \
	SIGMOID_ROW(U2, G2, S2)  \
	SIGMOID_ROW(U3, G3, S3)

#define SIGMOID_ROW(t, large, small) \
	VADDPS       t, C, T0           \
	VDIVPS       T0, C, large       \ // large = 1 / (1+t)
	VMULPS       large, t, small    \
	VSUBPS       small, t, T0       \
	VFNMADD231PS t, small, T0       \ // rest = t − small·t − small
	VFMADD231PS  large, T0, small     // small += rest·large

// PROBABILITIES swaps large and small where u is negative: r in G, s in S.
#define PROBABILITIES \
	PROBABILITIES_ROW(0, G0, S0)  \
	PROBABILITIES_ROW(32, G1, S1) \
	PROBABILITIES_ROW(64, G2, S2) \
	PROBABILITIES_ROW(96, G3, S3)

#define PROBABILITIES_ROW(row, large, small) \
	VMOVDQA avx2Work_u+row(W), T0 \
	VPSRAD  $31, T0, T0           \
	VXORPS  large, small, T1      \
	VANDPS  T0, T1, T1            \
	VXORPS  T1, large, large      \
	VXORPS  T1, small, small

// LOG1P is u = log1p(u).
#define LOG1P \
	LOG1P_NEAR_OR_FAR             \
	HORNER_8(FIRST_4, STEP_4, ·log1pPoly) \
	LOG1P_LAST(G0, U0, 0)         \
	LOG1P_LAST(G1, U1, 32)        \
	LOG1P_LAST(G2, U2, 64)        \
	LOG1P_LAST(G3, U3, 96)

// LOG1P_NEAR_OR_FAR leaves g: −t·1 + 0 up to ½, −t·½ + ½ above; and keeps the
// base, 0 or ln 2, as k.
#define LOG1P_NEAR_OR_FAR \
	CONST(avx2Constants_half)  \
	VPCMPGTD C, U0, G0         \ // t > ½
	VPCMPGTD C, U1, G1         \
	VPCMPGTD C, U2, G2         \
	VPCMPGTD C, U3, G3         \
	VBROADCASTSS ·avx2+avx2Constants_ln2(SB), T1 \
	LOG1P_BASE(G0, 0)          \
	LOG1P_BASE(G1, 32)         \
	LOG1P_BASE(G2, 64)         \
	LOG1P_BASE(G3, 96)         \
	VBROADCASTSS ·avx2+avx2Constants_one(SB), T1 \
	LOG1P_G(U0, G0)            \
	LOG1P_G(U1, G1)            \
	LOG1P_G(U2, G2)            \
	LOG1P_G(U3, G3)

#define LOG1P_BASE(above, row) \
	VANDPS  T1, above, T0           \
	VMOVAPS T0, avx2Work_k+row(W)   \
	VANDPS  C, above, above           // a = ½ or 0

#define LOG1P_G(t, a) \
	VSUBPS      T1, a, T0 \ // a − 1: −½ or −1
	VFMADD231PS T0, t, a    // g = t·(a−1) + a

#define LOG1P_LAST(g, u, row) \
	SQUARE_ADD(g, u)              \
	VMOVAPS avx2Work_k+row(W), T0 \
	VSUBPS  u, T0, u                // base − u

// SURPRISE is u = ℓ = log1p + max(−u, 0).
#define SURPRISE \
	VPXOR C, C, C         \
	SURPRISE_ROW(0, U0)   \
	SURPRISE_ROW(32, U1)  \
	SURPRISE_ROW(64, U2)  \
	SURPRISE_ROW(96, U3)

#define SURPRISE_ROW(row, u) \
	VMINPS avx2Work_u+row(W), C, T0 \ // min(0, u)
	VSUBPS T0, u, u

// KEEP_N and KEEP_LOG1P keep what FOCUS_ANY_LOGIT wants: n as e, f and log1p.
#define KEEP_N \
	KEEP(avx2Work_e, U0, U1, U2, U3) \
	KEEP(avx2Work_f, G0, G1, G2, G3)

#define KEEP_LOG1P KEEP(avx2Work_log1p, U0, U1, U2, U3)

#define NOTHING

// FOCUS_ANY_LOGIT takes any γ: log2 s from its parts.
#define FOCUS_ANY_LOGIT \
	KEEP(avx2Work_l, U0, U1, U2, U3) \
	CONST(avx2Constants_minusLog2E)  \
	VMULPS avx2Work_log1p+0(W), C, S0  \ // log = −(log1p·log2E)
	VMULPS avx2Work_log1p+32(W), C, S1 \
	VMULPS avx2Work_log1p+64(W), C, S2 \
	VMULPS avx2Work_log1p+96(W), C, S3 \
	CONST(avx2Constants_log2E)       \
	LOG2_PARTS(S0, 0)                \
	LOG2_PARTS(S1, 32)               \
	LOG2_PARTS(S2, 64)               \
	LOG2_PARTS(S3, 96)               \
	EXP2                             \
	VMULPS avx2Work_l+0(W), G0, U0   \
	VMULPS avx2Work_l+32(W), G1, U1  \
	VMULPS avx2Work_l+64(W), G2, U2  \
	VMULPS avx2Work_l+96(W), G3, U3

// LOG2_PARTS adds n + f/ln 2 where s is the small probability, u ≥ 0.
#define LOG2_PARTS(log, row) \
	VMOVDQA     avx2Work_u+row(W), T0    \
	VPSRAD      $31, T0, T0              \
	VANDNPS     avx2Work_e+row(W), T0, T1 \
	VMOVAPS     T1, avx2Work_e+row(W)    \
	VANDNPS     avx2Work_f+row(W), T0, T1 \
	VFMADD231PS C, T1, log                 // f·log2E + log

// CE_OF_LOGITS and FOCAL_OF_LOGITS go on from t in U and s in S, and add ℓ and
// s^γ·ℓ by ADD_ROWS.
#define CE_OF_LOGITS(ADD_ROWS, KEEP_LOG) \
	LOG1P    \
	KEEP_LOG \
	SURPRISE \
	ADD_ROWS(avx2Lanes_l, U0, U1, U2, U3)

#define FOCAL_OF_LOGITS(ADD_ROWS, KEEP_LOG, FOCUS) \
	CE_OF_LOGITS(ADD_ROWS, KEEP_LOG) \
	FOCUS                            \
	ADD_ROWS(avx2Lanes_f, U0, U1, U2, U3)
