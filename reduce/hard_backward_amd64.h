// What the AVX2 backward kernels of one channel for hard labels share, after
// backward_amd64.h and before group_amd64.h.

#define EPS    hardBackward_eps(CALL)
#define HI     hardBackward_hi(CALL)
#define LO     hardBackward_lo(CALL)
#define FACTOR hardBackward_gamma(CALL)
#define PLACE(row) row

// What is kept of voxels, BLOCK_AT the first of them.
#define BLOCK_AT AT
#define KEPT_R(row) avx2Block_t+row(BLOCK_AT)
#define KEPT_S(row) avx2Block_large+row(BLOCK_AT)
#define KEPT_L(row) avx2Block_log1p+row(BLOCK_AT)
#define POWER(row)  avx2Block_n+row(BLOCK_AT)

// KEEP_POWERS keeps s^γ.
#define KEEP_POWERS EIGHT(KEEP_POWER)
#define KEEP_POWER(row, u) VMOVAPS u, POWER(row)
#define TIMES_POWER EACH(TIMES_POWER_ROW)
#define TIMES_POWER_ROW(row, u, s, g) VMULPS POWER(row), u, u

// BEGIN_HARD takes the call.
#define BEGIN_HARD(done) \
	BEGIN_CALL                              \
	MOVQ hardBackward_prediction(CALL), X   \
	MOVQ hardBackward_labels(CALL), Y       \
	BEGIN_LABELS(hardBackward_ignore(CALL)) \
	BEGIN_GRADIENT(hardBackward_gradient(CALL), hardBackward_class, hardBackward_class+coefficients__size) \
	BEGIN_BLOCKS(hardBackward_labels+8(CALL), done)

// PUT stores derivatives by one of three steps with every row that ROWS has;
// PUT_OTHERWISE, which stands out of the way, has two of them.
#define PUT(ROWS, STORE_ROW, add, stream, stored) \
	CMPB hardBackward_add(CALL), $0    \
	JNE  add                           \
	CMPB hardBackward_stream(CALL), $0 \
	JNE  stream                        \
	ROWS(STORE_ROW)                    \
stored:
#define PUT_OTHERWISE(ROWS, ADD_AND_STORE_ROW, STREAM_ROW, add, stream, stored) \
add:                            \
	ROWS(ADD_AND_STORE_ROW) \
	JMP  stored             \
stream:                         \
	ROWS(STREAM_ROW)        \
	JMP  stored

// IF_ALIKE jumps to alike where every voxel of the group is of one class, which
// it leaves in N.
#define IF_ALIKE(alike) \
	XORL      N, N         \
	VMOVDQU   (Y), T0      \
	VPTEST    T0, T0       \
	JZ        alike        \
	CONST(avx2Constants_labelOnes) \
	VPCMPEQB  C, T0, T0    \
	VPMOVMSKB T0, VALID    \
	INCL      N            \
	CMPL      VALID, $-1   \
	JEQ       alike

// BACKWARD is the walk over blocks and groups: PREPARATION keeps what is better
// made for many voxels at once, and leaves the block's greatest bits in MOST;
// FORMULA leaves a group's derivatives in G.
#define BACKWARD(PREPARATION, limit, FORMULA) \
	BEGIN_HARD(done)                       \
block:                                         \
	VPXOR MOST, MOST, MOST                 \
	PREPARATION                            \
	WITHIN(limit, MOST, done)              \
	CHECK_LABELS(stray, plain, done)       \
	MOVL $(const_BlockSize/32), GROUPS     \
group:                                         \
	PREFETCH_GROUP(hardBackward_ahead)     \
	FORMULA                                \
	PUT(EACH, STORE, add, stream, stored)  \
	ADDQ $128, X                           \
	ADDQ $32, Y                            \
	ADDQ $128, GRADIENT                    \
	ADDQ $128, BLOCK_AT                    \
	DECL GROUPS                            \
	JNZ  group                             \
	INCQ DONE                              \
	DECQ LEFT                              \
	JNZ  block                             \
	JMP  done                              \
	PUT_OTHERWISE(EACH, ADD_AND_STORE, STORE_PAST_CACHES, add, stream, stored) \
done:                                          \
	SFENCE

#define OF_PROBABILITIES(PREPARATION, FORMULA) BACKWARD(PREPARATION, avx2Constants_mostProbability, FORMULA)
#define OF_LOGITS(PREPARATION, FORMULA) BACKWARD(PREPARATION, avx2Constants_mostLogit, FORMULA)

// PREPARE takes STEPS with every 64 voxels of a block.
#define PREPARE(STEPS) \
	LEAQ avx2Work_block(W), BLOCK_AT       \
	MOVL $(const_BlockSize/64), GROUPS \
prepare:                                  \
	STEPS                             \
	ADDQ $256, X                      \
	ADDQ $64, Y                       \
	ADDQ $256, BLOCK_AT               \
	DECL GROUPS                       \
	JNZ  prepare                      \
	SUBQ $(4*const_BlockSize), X      \
	SUBQ $const_BlockSize, Y          \
	SUBQ $(4*const_BlockSize), BLOCK_AT
