// What the AVX-512 backward kernels for several channels share; after
// planar_avx512_amd64.h.

#define PLANES_AT (planarBackward_planes+0)(CALL)
#define ALL_AT (planarBackward_planes+8)(CALL)
#define HALVES_AT (planarBackward_halves+0)(CALL)
#define ELEMENT_AT planarBackward_element(CALL)
#define LABELS_AT planarBackward_labels(CALL)
#define TARGETS_AT planarBackward_targets(CALL)
#define WEIGHTS_AT planarBackward_weights(CALL)
#define SCRATCH_AT planarBackward_scratch(CALL)
#define EPS planarBackward_eps(CALL)
#define HI planarBackward_hi(CALL)
#define LO planarBackward_lo(CALL)

#define COEFFICIENTS R9 // *planeCoefficients of the class

// GREATEST_OF_PLANES makes greatest = max(greatest, bits of a row) of a block, in
// Z0 and Z1; COEF has the sign, for a GREATEST that sets it. OF leads to the
// planes, and size is that of a block in one. It brings the block into the caches.
#define GREATEST_OF_PLANES(OF, size, sign, GREATEST, class, row) \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPBROADCASTD sign(CONSTANTS), COEF; \
	FIRST_CLASS; \
class: \
	OF; \
	LEAQ (size)(X), EXPS; \
row: \
	GREATEST(0, Z0); \
	GREATEST(64, Z1); \
	GREATEST(128, Z0); \
	GREATEST(192, Z1); \
	ADDQ $256, X; \
	CMPQ X, EXPS; \
	JNE row; \
	NEXT_CLASS(class)
#define PLANE_OF_TARGETS \
	TARGET; \
	MOVQ Y, X
#define GREATEST_PROBABILITY(i, greatest) VPMAXUD i(X), greatest, greatest
#define GREATEST_LOGIT(i, greatest) \
	VPORD i(X), COEF, TEMP; \
	VPMAXUD TEMP, greatest, greatest
#define GREATEST_HALF(i, greatest) \
	VPORD i(X), COEF, TEMP; \
	VPMAXUW TEMP, greatest, greatest

// CHECK goes to done where a value of the block is not plain. OF is PLANE, or
// PLANE_OF_TARGETS. CHECK_LOGITS is for logits, which may come as halves: their
// bits have a limit of their own.
#define CHECK(OF, GREATEST, limit, class, row, done) \
	GREATEST_OF_PLANES(OF, 4*const_BlockSize, constants512_sign, GREATEST, class, row); \
	VPMAXUD Z1, Z0, Z0; \
	VPCMPUD.BCST $6, limit(CONSTANTS), Z0, K3; \
	KORTESTW K3, K3; \
	JNE done
#define CHECK_LOGITS(class, row, halves, half, halfRow, end, done) \
	CMPB ELEMENT_AT, $const_elementFloat32; \
	JNE halves; \
	CHECK(PLANE, GREATEST_LOGIT, constants512_leastLogit, class, row, done); \
	JMP end; \
halves: \
	GREATEST_OF_PLANES(PLANE_OF_HALVES, 2*const_BlockSize, constants512_halfSign, GREATEST_HALF, half, halfRow); \
	VPMAXUW Z1, Z0, Z0; \
	MOVBLZX ELEMENT_AT, X; \
	VPBROADCASTW constants512_mostHalf(CONSTANTS)(X*2), Z1; \
	VPCMPUW $6, Z1, Z0, K3; \
	KORTESTD K3, K3; \
	JNE done; \
end:

// CHECK_WEIGHTS does the same for the weights, if there are any.
#define CHECK_WEIGHTS(row, end, done) \
	MOVQ WEIGHTS_AT, X; \
	TESTQ X, X; \
	JEQ end; \
	ADDQ OFFSET, X; \
	LEAQ (4*const_BlockSize)(X), EXPS; \
	VPXORD Z0, Z0, Z0; \
row: \
	VPMAXUD (X), Z0, Z0; \
	ADDQ $64, X; \
	CMPQ X, EXPS; \
	JNE row; \
	VPCMPUD.BCST $6, constants512_mostWeight(CONSTANTS), Z0, K3; \
	KORTESTW K3, K3; \
	JNE done; \
end:

// CLASS_COEFFICIENTS finds those of the class under way.
#define CLASS_COEFFICIENTS \
	MOVQ CLASS, COEFFICIENTS; \
	SHLQ $4, COEFFICIENTS; \       // their size
	ADDQ planarBackward_class(CALL), COEFFICIENTS

// PREFETCH_BLOCK is for the same tile of the next block: the memory is asked
// for while the processor is busy, not when the block is looked at.
#define PREFETCH_BLOCK(p) \
	PREFETCHT1 (4*const_BlockSize+0)(p); \
	PREFETCHT1 (4*const_BlockSize+64)(p); \
	PREFETCHT1 (4*const_BlockSize+128)(p); \
	PREFETCHT1 (4*const_BlockSize+192)(p)
#define PREFETCH_BLOCK_OF_HALVES \
	PREFETCHT1 (2*const_BlockSize+0)(X); \
	PREFETCHT1 (2*const_BlockSize+64)(X)

// b = s, but 2^-126 where that is 0 or less than it.
#define FLOOR(i, a, b, c, d, e, k, s, h) VMAXPS.BCST constants512_normal(CONSTANTS), s, b

// WRITE writes the derivatives in d, the weights being in e: WEIGH multiplies
// them with the weights, WEIGHED where that is done already; both make them 0
// where the weight is.
#define WRITE(WEIGHING, add, stream, end) \
	LEAQ (CLASS)(CLASS*2), X; \
	SHLQ $3, X; \
	ADDQ planarBackward_gradient(CALL), X; \
	MOVQ (X), X; \
	ADDQ OFFSET, X; \
	TILE(WEIGHING); \
	CMPB planarBackward_add(CALL), $0; \
	JNE add; \
	CMPB planarBackward_stream(CALL), $0; \
	JNE stream; \
	TILE(STORE); \
	JMP end; \
add: \
	TILE(ADD_AND_STORE); \
	JMP end; \
stream: \
	TILE(STORE_PAST_CACHES); \
end:
#define WEIGH(i, a, b, c, d, w, k, others, mine) \
	VPTESTMD w, w, k; \
	VMULPS.Z w, d, k, d
#define WEIGHED(i, a, b, c, d, w, k, others, mine) \
	VPTESTMD w, w, k; \
	VMOVAPS.Z d, k, d
#define LOAD_W(i, a, b, c, d, w, k, others, mine) VMOVUPS (ROWS_W+i)(FRAME), w
#define STORE(i, a, b, c, d, w, k, others, mine) VMOVUPS d, i(X)
#define ADD_AND_STORE(i, a, b, c, d, w, k, others, mine) \
	VADDPS i(X), d, d; \
	VMOVUPS d, i(X)
#define STORE_PAST_CACHES(i, a, b, c, d, w, k, others, mine) VMOVNTPS d, i(X)
