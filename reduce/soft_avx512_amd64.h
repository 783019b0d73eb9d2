// The walk of the one-channel kernels for soft targets and weights, forward
// and backward; after backward_avx512_amd64.h.
//
// A group goes through its formula once for each class, with the voxels'
// weights in that class, and not at all for a class of which it has none: with
// hard labels and weights nearly every group is of one class.
//
// A file that includes this says of its call what is in the places of
// CALL_PREDICTION, CALL_TARGET, CALL_WEIGHTS and CALL_SPACE, and what
// belongs to a class, CLASS0 and CLASS1.

#define TARGET DX  // y of the group's first voxel
#define WEIGHTS AX // and its w
#define W R9       // the weights in the class under way; not while SCRATCH is in use

// In the workspace, after ROWS_U: the weights in either class, the gradient, and
// in the forward kernels instead of that the sums, of which a class has r, s, l
// and f.
#define ROWS_W1 256
#define ROWS_W0 512
#define ROWS_D 768
#define LANES_0 768
#define LANES_1 1024
#define LANES_W 1280
#define LANES_R 0
#define LANES_S 64
#define LANES_L 128
#define LANES_F 192 // 1344 bytes in all, and 64 to align them

#define BEGIN_SOFT(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ CALL_PREDICTION+0(CALL), PREDICTION; \
	MOVQ CALL_PREDICTION+8(CALL), BLOCKS; \
	MOVQ CALL_TARGET(CALL), TARGET; \
	MOVQ CALL_WEIGHTS(CALL), WEIGHTS; \
	MOVQ CALL_SPACE(CALL), FRAME; \
	BEGIN_ROWS(63(FRAME)); \
	SHRQ $9, BLOCKS; \
	JEQ done

// END_SOFT returns the number of blocks done.
#define END_SOFT \
	MOVQ CALL_PREDICTION+8(CALL), AX; \
	SHRQ $9, AX; \
	SUBQ BLOCKS, AX; \
	MOVQ AX, ret+8(FP); \
	VZEROUPPER; \
	RET

// CHECK_SOFT goes to done where a value of the block is not plain.
#define CHECK_SOFT(GREATEST, limit, done) \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPBROADCASTD constants512_sign(CONSTANTS), SIGN; \
	XORL SCRATCH, SCRATCH; \
check: \
	GREATEST(PREDICTION, 0, Z0); \
	GREATEST(PREDICTION, 64, Z0); \
	GREATEST_PROBABILITY(TARGET, 0, Z1); \
	GREATEST_PROBABILITY(TARGET, 64, Z1); \
	GREATEST_PROBABILITY(WEIGHTS, 0, Z2); \
	GREATEST_PROBABILITY(WEIGHTS, 64, Z2); \
	ADDQ $32, SCRATCH; \
	CMPQ SCRATCH, $const_BlockSize; \
	JNE check; \
	VPCMPUD.BCST $6, limit(CONSTANTS), Z0, K3; \
	VPCMPUD.BCST $6, constants512_one(CONSTANTS), Z1, K4; \
	VPCMPUD.BCST $6, constants512_mostWeight(CONSTANTS), Z2, K5; \
	KORW K3, K4, K4; \
	KORTESTW K4, K5; \
	JNE done

// SPLIT_WEIGHTS stores a row's weights in the classes, and has SOME0 and SOME1
// say whether a group has any.
#define SOME0 Z20
#define SOME1 Z21
#define SPLIT_WEIGHTS(i, a, b, c, d, e, k) \
	VMOVUPS i(TARGET), a; \
	VSUBPS a, ONE, b; \
	VMOVUPS i(WEIGHTS), c; \
	VMULPS a, c, a; \              // w·y
	VMULPS b, c, b; \              // w·(1 − y)
	VMOVAPS a, (ROWS_W1+i)(FRAME); \
	VMOVAPS b, (ROWS_W0+i)(FRAME); \
	VPORD a, SOME1, SOME1; \
	VPORD b, SOME0, SOME0

// SOFT is the walk. OPEN and CLOSE begin and end a block, OPEN_GROUP and
// CLOSE_GROUP a group, and CLOSE_CLASS the formula for a class. BACKGROUND and
// FOREGROUND say which classes are to come.
#define SOFT(GREATEST, limit, OPEN, OPEN_GROUP, LOAD0, LOAD1, FORMULA, CLOSE_CLASS, CLOSE_GROUP, CLOSE, END) \
	BEGIN_SOFT(done); \
block: \
	CHECK_SOFT(GREATEST, limit, done); \
	OPEN; \
	MOVL $(const_BlockSize/64), GROUPS; \
group: \
	VPXORD SOME0, SOME0, SOME0; \
	VPXORD SOME1, SOME1, SOME1; \
	EACH(SPLIT_WEIGHTS); \
	OPEN_GROUP; \
	VPTESTMD SOME0, SOME0, BACKGROUND; \
	VPTESTMD SOME1, SOME1, FOREGROUND; \
	KORTESTW BACKGROUND, BACKGROUND; \
	JEQ foreground; \
	LEAQ CLASS0, CLASS; \
	LEAQ ROWS_W0(FRAME), W; \
	EACH_SIDES(LOAD0); \
	JMP formula; \
foreground: \
	KORTESTW FOREGROUND, FOREGROUND; \
	JEQ classes; \
	KXORW FOREGROUND, FOREGROUND, FOREGROUND; \
	LEAQ CLASS1, CLASS; \
	LEAQ ROWS_W1(FRAME), W; \
	EACH_SIDES(LOAD1); \
formula: \
	FORMULA; \
	CLOSE_CLASS; \
	JMP foreground; \
classes: \
	CLOSE_GROUP; \
	PREFETCH_ROWS(PREDICTION); \
	PREFETCH_ROWS(TARGET); \
	PREFETCH_ROWS(WEIGHTS); \
	ADDQ $256, PREDICTION; \
	ADDQ $256, TARGET; \
	ADDQ $256, WEIGHTS; \
	DECL GROUPS; \
	JNE group; \
	CLOSE; \
	DECQ BLOCKS; \
	JNE block; \
done: \
	END
