// The walk of the one-channel AVX2 kernels for soft targets and weights,
// forward and backward; after backward_amd64.h.
//
// A group of 32 voxels goes through its formula once for each class, with its
// weights in that class, and not at all for a class of which it has none: with
// hard labels and weights nearly every group is of one class. AT leads to the
// weights of the class under way, class 1 by OF_1 more, and in the forward
// kernels to its lanes, by as much.

#define TARGET Y
#define WEIGHT R9 // the weights of the group

// CHECK_SOFT jumps to done where a value of the block is not plain.
#define CHECK_SOFT(GREATEST, limit, done) \
	VPXOR G0, G0, G0             \
	VPXOR G1, G1, G1             \
	VPXOR G2, G2, G2             \
	CONST(avx2Constants_sign)    \
	XORL  N, N                   \
check:                               \
	GREATEST(X, 0, G0)           \
	GREATEST(X, 32, G0)          \
	GREATEST_PROBABILITY(TARGET, 0, G1)  \
	GREATEST_PROBABILITY(TARGET, 32, G1) \
	GREATEST_PROBABILITY(WEIGHT, 0, G2)  \
	GREATEST_PROBABILITY(WEIGHT, 32, G2) \
	ADDL  $16, N                 \
	CMPL  N, $const_BlockSize    \
	JNE   check                  \
	WITHIN(limit, G0, done)      \
	WITHIN(avx2Constants_mostProbability, G1, done) \
	WITHIN(avx2Constants_mostWeight, G2, done)

// SPLIT_WEIGHTS makes the weights of the group's voxels in each class, and
// keeps whether there are any; it leaves the weights in S.
#define SPLIT_WEIGHTS \
	CONST(avx2Constants_one)               \
	VPXOR   T0, T0, T0                     \
	VPXOR   T1, T1, T1                     \
	EACH(SPLIT_WEIGHTS_ROW)                \
	VMOVDQA T0, avx2Work_some+0(W)         \
	VMOVDQA T1, avx2Work_some+32(W)
#define SPLIT_WEIGHTS_ROW(row, u, s, g) \
	VMOVUPS PLACE(row)(WEIGHT), s          \
	VMOVUPS PLACE(row)(TARGET), u          \
	VSUBPS  u, C, g                        \
	VMULPS  u, s, u                        \ // w·y
	VMULPS  g, s, g                        \ // w·(1 − y)
	VMOVAPS u, avx2Work_weight+OF_1+2*row(AT) \
	VMOVAPS g, avx2Work_weight+2*row(AT)   \
	VPOR    g, T0, T0                      \
	VPOR    u, T1, T1

#define PREFETCH_BLOCK(p) \
	PREFETCHT0 const_BlockSize*4+PLACE(0)(p)  \
	PREFETCHT0 const_BlockSize*4+PLACE(32)(p) \
	PREFETCHT0 const_BlockSize*4+PLACE(64)(p) \
	PREFETCHT0 const_BlockSize*4+PLACE(96)(p)

// SOFT is the walk. OPEN and CLOSE begin and end a block, OPEN_GROUP and
// CLOSE_GROUP a group, CLOSE_CLASS a class, and NONE_1 stands for class 1
// where there is none of it; ADVANCE goes on to the next group.
#define SOFT(GREATEST, limit, OPEN, OPEN_GROUP, FORMULA, CLOSE_CLASS, NONE_1, CLOSE_GROUP, ADVANCE, CLOSE) \
	MOVQ W, AT                            \
block:                                        \
	CHECK_SOFT(GREATEST, limit, done)     \
	OPEN                                  \
	MOVL $(const_BlockSize/32), GROUPS    \
group:                                        \
	PREFETCH_BLOCK(X)                     \
	PREFETCH_BLOCK(TARGET)                \
	PREFETCH_BLOCK(WEIGHT)                \
	SPLIT_WEIGHTS                         \
	OPEN_GROUP                            \
	VPTEST T0, T0                         \
	JZ   foreground                       \
	LEAQ ·avx2+avx2Constants_alike(SB), CLASS \
	JMP  formula                          \
foreground:                                   \
	VMOVDQA avx2Work_some+32(W), T1       \
	VPTEST T1, T1                         \
	JZ   none                             \
	LEAQ ·avx2+avx2Constants_alike+128(SB), CLASS \
	ADDQ $OF_1, AT                        \
formula:                                      \
	FORMULA                               \
	CLOSE_CLASS                           \
	CMPL (CLASS), $0                      \
	JEQ  foreground                       \
	SUBQ $OF_1, AT                        \
classes:                                      \
	CLOSE_GROUP                           \
	ADVANCE                               \
	DECL GROUPS                           \
	JNZ  group                            \
	CLOSE                                 \
	INCQ DONE                             \
	DECQ LEFT                             \
	JNZ  block                            \
	JMP  done                             \
none:                                         \
	NONE_1                                \
	JMP  classes
