// What the AVX2 backward kernels for several channels share; after
// planar_amd64.h.

// There are no lanes here. Loops over the classes have their coefficients
// instead, and the exponentials stand nearer.
#define COEFFICIENTS R10 // *planeCoefficients of the class
#define MODE         R12 // what WRITE does, in the bits
#define MODE_ADD    1
#define MODE_STREAM 2
#define MODE_WEIGH  4 // no: every weight of the tile is 1

#define ROWS_REGION    (LANES_BEGIN+0) // a derivative by p through the region sums
#define ROWS_CE        (LANES_BEGIN+256) // the coefficients of a voxel's own class
#define ROWS_FOCAL     (LANES_BEGIN+512)
#define EXPS_BEGIN     (LANES_BEGIN+768)

#undef FIRST_CLASS
#define FIRST_CLASS \
	XORL CLASS, CLASS         \
	LEAQ EXPS_BEGIN(W), EXPS  \
	MOVQ planarBackward_class(CALL), COEFFICIENTS

#undef NEXT_CLASS
#define NEXT_CLASS(class) \
	ADDQ $planeCoefficients__size, COEFFICIENTS \
	ADDQ $EXPS_SIZE, EXPS \
	INCL CLASS            \
	CMPL CLASS, ALL       \
	JNE  class

// BEGIN_MODE finds how the gradient is to be written.
#define BEGIN_MODE \
	MOVBLZX planarBackward_stream(CALL), MODE \
	ADDL    MODE, MODE                        \ // MODE_STREAM
	MOVBLZX planarBackward_add(CALL), N       \
	ORL     N, MODE

// GREATEST_OF_PLANES makes greatest = max(greatest, bits) of a block, in G0 and G1;
// C has the sign, for a GREATEST_BITS that sets it. OF leads to the planes, and
// size is that of a block in one. It brings the block into the caches.
#define GREATEST_OF_PLANES(OF, size, sign, GREATEST_BITS, class, group) \
	VPXOR G0, G0, G0          \
	VPXOR G1, G1, G1          \
	CONST(sign)               \
	FIRST_CLASS               \
class:                            \
	OF                        \
	LEAQ (size)(X), N         \
group:                            \
	GREATEST_BITS(0, G0)      \
	GREATEST_BITS(32, G1)     \
	GREATEST_BITS(64, G0)     \
	GREATEST_BITS(96, G1)     \
	GREATEST_BITS(128, G0)    \
	GREATEST_BITS(160, G1)    \
	GREATEST_BITS(192, G0)    \
	GREATEST_BITS(224, G1)    \
	ADDQ $256, X              \
	CMPQ X, N                 \
	JNE  group                \
	NEXT_CLASS(class)
#define GREATEST_PROBABILITY(place, greatest) VPMAXUD place(X), greatest, greatest
#define GREATEST_LOGIT(place, greatest) \
	VPOR    place(X), C, T0 \
	VPMAXUD T0, greatest, greatest
#define GREATEST_HALF(place, greatest) \
	VPOR    place(X), C, T0 \
	VPMAXUW T0, greatest, greatest

// CHECK_PLANES goes to done where a value of the block is not plain;
// CHECK_PROBABILITIES does so for a prediction, and CHECK_LOGITS for logits, which
// may come as halves: their bits have a limit of their own.
#define CHECK_PLANES(GREATEST_BITS, limit, class, group, done) \
	GREATEST_OF_PLANES(PLANE, 4*const_BlockSize, avx2Constants_sign, GREATEST_BITS, class, group) \
	VPMAXUD G1, G0, G0        \
	WITHIN(limit, G0, done)
#define CHECK_PROBABILITIES(done) CHECK_PLANES(GREATEST_PROBABILITY, avx2Constants_mostProbability, check, checkGroup, done)
#define CHECK_LOGITS(done) \
	CMPB ELEMENT_AT, $const_elementFloat32 \
	JNE  checkHalves          \
	CHECK_PLANES(GREATEST_LOGIT, avx2Constants_mostLogit, check, checkGroup, done) \
	JMP  checked              \
checkHalves:                      \
	GREATEST_OF_PLANES(PLANE_OF_HALVES, 2*const_BlockSize, avx2Constants_halfSign, GREATEST_HALF, checkHalf, checkHalfGroup) \
	MOVBLZX ELEMENT_AT, N     \
	LEAQ ·avx2+avx2Constants_mostHalf(SB), X \
	VPBROADCASTW (X)(N*2), C  \
	VPMAXUW  G1, G0, G0       \
	VPMAXUW  C, G0, G0        \
	VPCMPEQW C, G0, G0        \
	VPMOVMSKB G0, N           \
	CMPL N, $-1               \
	JNE  done                 \
checked:

// CHECK_WEIGHTS does the same for the weights, if there are any.
#define CHECK_WEIGHTS(group, end, done) \
	MOVQ  WEIGHTS_AT, X  \
	TESTQ X, X           \
	JEQ   end            \
	ADDQ  OFFSET, X      \
	LEAQ  (4*const_BlockSize)(X), N \
	VPXOR G0, G0, G0     \
group:                       \
	VPMAXUD (X), G0, G0  \
	ADDQ  $32, X         \
	CMPQ  X, N           \
	JNE   group          \
	WITHIN(avx2Constants_mostWeight, G0, done) \
end:

// IN_ORDER runs a step on eight vectors as they stand in memory, four at a
// time, with what ROWS has for each in G and U.
#define IN_ORDER_FIRST(STEP) \
	STEP(0, G0, S0)   \
	STEP(32, U0, S1)  \
	STEP(64, G1, S2)  \
	STEP(96, U1, S3)
#define IN_ORDER_SECOND(STEP) \
	STEP(128, G2, S0) \
	STEP(160, U2, S1) \
	STEP(192, G3, S2) \
	STEP(224, U3, S3)

// GRADIENT leads X to the gradient of the class under way.
#define GRADIENT_OF_CLASS \
	LEAQ (CLASS)(CLASS*2), X \
	SHLQ $3, X               \
	ADDQ planarBackward_gradient(CALL), X \
	MOVQ (X), X              \
	ADDQ OFFSET, X

// WRITE writes w·d for the d in S, and 0 where w is. MORE_OF_WRITE stands
// beside the way.
#define WRITE(IN_ORDER, weigh, add, stream, weighed, end) \
	TESTL $MODE_WEIGH, MODE  \
	JNZ   weigh              \
weighed:                         \
	TESTL $(MODE_ADD+MODE_STREAM), MODE \
	JNZ   add                \
	IN_ORDER(STORE)          \
end:
#define MORE_OF_WRITE(IN_ORDER, weigh, add, stream, weighed, end) \
weigh:                           \
	VPXOR C, C, C            \
	IN_ORDER(WEIGH)          \
	JMP   weighed            \
add:                             \
	TESTL $MODE_ADD, MODE    \
	JZ    stream             \
	IN_ORDER(ADD_AND_STORE)  \
	JMP   end                \
stream:                          \
	IN_ORDER(STORE_PAST_CACHES) \
	JMP   end
#define WEIGH(row, g, d) \
	VMOVAPS (ROWS_W+row)(W), T0 \
	VCMPPS  $4, C, T0, T1       \ // if w != 0 { w·d } else { 0 }
	VMULPS  T0, d, d            \
	VANDPS  T1, d, d
#define STORE(row, g, d) VMOVUPS d, row(X)
#define ADD_AND_STORE(row, g, d) \
	VADDPS  row(X), d, d \
	VMOVUPS d, row(X)
#define STORE_PAST_CACHES(row, g, d) VMOVNTPS d, row(X)
