//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "planar_avx512_amd64.h"

#define PLANES_AT (planarBackward_planes+0)(CALL)
#define ALL_AT (planarBackward_planes+8)(CALL)
#define LABELS_AT planarBackward_labels(CALL)
#define WEIGHTS_AT planarBackward_weights(CALL)
#define SCRATCH_AT planarBackward_scratch(CALL)
#define EPS planarBackward_eps(CALL)
#define HI planarBackward_hi(CALL)
#define LO planarBackward_lo(CALL)

// The backward kernels for several channels and hard labels.

#define COEFFICIENTS R9 // *planeCoefficients of the class

// The rows that the forward pass has for L and F hold the coefficients of each
// voxel's own class, and there are no lanes.
#define ROWS_CE ROWS_L
#define ROWS_FOCAL ROWS_F
#define ROWS_REFERENCE (LANES_BEGIN+0)
#define ROWS_MEAN (LANES_BEGIN+256)

// CHECK goes to done where a value of the block is not plain: greatest =
// max(greatest, bits of a row). It brings the block into the caches.
#define CHECK(GREATEST, limit, class, row, done) \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPBROADCASTD constants512_sign(CONSTANTS), COEF; \
	FIRST_CLASS; \
class: \
	PLANE; \
	LEAQ (4*const_BlockSize)(X), EXPS; \
row: \
	GREATEST(0, Z0); \
	GREATEST(64, Z1); \
	GREATEST(128, Z0); \
	GREATEST(192, Z1); \
	PREFETCH_BLOCK; \
	ADDQ $256, X; \
	CMPQ X, EXPS; \
	JNE row; \
	NEXT_CLASS(class); \
	VPMAXUD Z1, Z0, Z0; \
	VPCMPUD.BCST $6, limit(CONSTANTS), Z0, K3; \
	KORTESTW K3, K3; \
	JNE done
#define GREATEST_PROBABILITY(i, greatest) VPMAXUD i(X), greatest, greatest
#define GREATEST_LOGIT(i, greatest) \
	VPORD i(X), COEF, TEMP; \
	VPMAXUD TEMP, greatest, greatest
#define PREFETCH_BLOCK \
	PREFETCHT1 (4*const_BlockSize+0)(X); \
	PREFETCHT1 (4*const_BlockSize+64)(X); \
	PREFETCHT1 (4*const_BlockSize+128)(X); \
	PREFETCHT1 (4*const_BlockSize+192)(X)

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

// From CLASS_REGIONS on, b is the derivative by p through the region sums, of
// each voxel in its class; the voxels that are of this class get theirs at
// present, which goes back to next.
#define CLASS_REGIONS(present) \
	CLASS_COEFFICIENTS; \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), COEF; \
	TILE(REGION_OTHER); \
	IF_PRESENT(present)
#define REGION_OTHER(i, a, b, c, d, e, k, others, mine) VMOVAPS COEF, b
#define OWN_REGIONS(next) \
	OWN_VOXELS(next); \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), TEMP; \
	TILE(REGION_OWN)
#define REGION_OWN(i, a, b, c, d, e, k, others, mine) VMOVAPS TEMP, k, b

// FIND_REFERENCE finds the largest logit, to most, and the reference, the
// derivative by p of the first class that has it.
#define FIND_REFERENCE(class, next, present) \
	TILE(REFERENCE_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_REGIONS(next); \
	JMP next; \
class: \
	CLASS_REGIONS(present); \
next: \
	PLANE; \
	TILE(REFERENCE); \
	NEXT_CLASS(class); \
	TILE(REFERENCE_KEEP)
#define REFERENCE_BEGIN(i, a, b, c, d, most, k, reference, mine) \
	VBROADCASTSS constants512_exponent(CONSTANTS), most // −∞
#define REFERENCE(i, a, b, c, d, most, k, reference, mine) \
	VMOVUPS i(X), a; \
	VMOVUPS a, i(EXPS); \
	VCMPPS $14, most, a, k; \      // if x > most {
	VMOVAPS a, k, most; \
	VMOVAPS b, k, reference        // reference = region }
#define REFERENCE_KEEP(i, a, b, c, d, most, k, reference, mine) \
	VMOVUPS reference, (ROWS_REFERENCE+i)(FRAME)

// KEEP_COEFFICIENTS puts down those of the voxels in k, after
// COEFFICIENTS_BEGIN.
#define KEEP_COEFFICIENTS \
	CLASS_COEFFICIENTS; \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), TEMP; \
	TILE(KEEP_CE); \
	VBROADCASTSS planeCoefficients_focal(COEFFICIENTS), TEMP; \
	TILE(KEEP_FOCAL)
#define COEFFICIENTS_BEGIN(i, a, b, c, d, e, k, others, mine) \
	VPXORD a, a, a; \
	VMOVUPS a, (ROWS_CE+i)(FRAME); \
	VMOVUPS a, (ROWS_FOCAL+i)(FRAME)
#define KEEP_CE(i, a, b, c, d, e, k, others, mine) VMOVUPS TEMP, k, (ROWS_CE+i)(FRAME)
#define KEEP_FOCAL(i, a, b, c, d, e, k, others, mine) VMOVUPS TEMP, k, (ROWS_FOCAL+i)(FRAME)

#define KEEP_SIDES(i, a, b, c, d, e, k, s, r) \
	VMOVUPS r, (ROWS_R+i)(FRAME); \
	VMOVUPS s, (ROWS_S+i)(FRAME)

// mine = h, which is ce + focal·s^γ·(γ·r·l/s + 1).
#define H_CE(i, a, b, c, d, e, k, s, h) VMOVUPS (ROWS_CE+i)(FRAME), h
#define SURPRISE_FOCAL(POWER) \
	OWN_LOG; \
	TILE(FLOOR); \
	POWER(EACH); \
	TILE(FLOOR); \
	TILE(H_FOCAL)
#define FLOOR(i, a, b, c, d, e, k, s, h) VMAXPS.BCST constants512_normal(CONSTANTS), s, b
#define H_FOCAL(i, a, b, c, d, e, k, s, h) \
	VDIVPS b, d, d; \
	VMOVUPS (ROWS_R+i)(FRAME), a; \
	VMULPS.BCST planarBackward_gamma(CALL), a, a; \
	VFMADD213PS ONE, a, d; \       // ratio = γ·r·(l/s) + 1
	VMULPS d, e, e; \
	VMOVUPS (ROWS_CE+i)(FRAME), h; \
	VFMADD231PS (ROWS_FOCAL+i)(FRAME), e, h

// FIND_MEAN leaves the probabilities in EXPS, and in others the mean of the
// derivatives, less the reference, under them.
#define FIND_MEAN(class, next, same, present) \
	TILE(MEAN_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_REGIONS(next); \
	JMP next; \
class: \
	CLASS_REGIONS(present); \
next: \
	TILE(MEAN); \
	LEAL 1(CLASS), X; \
	TESTL $(const_groupSize-1), X; \
	JNE same; \
	TILE(MEAN_GROUP_END); \
same: \
	NEXT_CLASS(class); \
	TILE(MEAN_END)
#define MEAN_BEGIN(i, a, b, c, d, inverse, k, group, h) \
	VMOVUPS (ROWS_INVERSE+i)(FRAME), inverse; \
	VPXORD group, group, group; \
	VMOVUPS group, (ROWS_MEAN+i)(FRAME)
#define MEAN(i, a, b, c, d, inverse, k, group, h) \
	VMULPS i(EXPS), inverse, a; \
	VMOVUPS a, i(EXPS); \
	VSUBPS (ROWS_REFERENCE+i)(FRAME), b, b; \
	VFMADD231PS a, b, group        // group = p·(region − reference) + group
#define MEAN_GROUP_END(i, a, b, c, d, inverse, k, group, h) \
	VADDPS (ROWS_MEAN+i)(FRAME), group, group; \
	VMOVUPS group, (ROWS_MEAN+i)(FRAME); \
	VPXORD group, group, group
#define MEAN_END(i, a, b, c, d, inverse, k, group, h) VADDPS (ROWS_MEAN+i)(FRAME), group, group

// PULL_CLASSES writes the derivatives by the logits.
#define PULL_CLASSES(class, next, present, write, add, stream, written) \
	TILE(PULL_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_REGIONS(next); \
	TILE(PULL); \
	TILE(PULL_OWN); \
	JMP write; \
class: \
	CLASS_REGIONS(present); \
next: \
	TILE(PULL); \
	TILE(PULL_OTHER); \
write: \
	WRITE(add, stream, written); \
	NEXT_CLASS(class)
#define PULL_BEGIN(i, a, b, c, d, w, k, mean, h) VMOVUPS (ROWS_W+i)(FRAME), w
#define PULL(i, a, b, c, d, w, k, mean, h) \
	VSUBPS (ROWS_REFERENCE+i)(FRAME), b, b; \
	VSUBPS mean, b, b; \           // b = region − reference − mean
	VADDPS h, b, d
#define PULL_OTHER(i, a, b, c, d, w, k, mean, h) \
	VMULPS i(EXPS), d, d           // d = p·(b + h)
#define PULL_OWN(i, a, b, c, d, w, k, mean, h) \
	VMULPS i(EXPS), d, d; \
	VMULPS (ROWS_S+i)(FRAME), h, a; \
	VFMSUB132PS i(EXPS), a, b; \   // b = p·b − s·h
	VMOVAPS b, k, d

// WRITE writes w·d, and 0 where w is.
#define WRITE(add, stream, end) \
	LEAQ (CLASS)(CLASS*2), X; \
	SHLQ $3, X; \
	ADDQ planarBackward_gradient(CALL), X; \
	MOVQ (X), X; \
	ADDQ OFFSET, X; \
	TILE(WEIGH); \
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
#define WEIGH(i, a, b, c, d, w, k, mean, h) \
	VPTESTMD w, w, k; \
	VMULPS.Z w, d, k, d
#define STORE(i, a, b, c, d, w, k, mean, h) VMOVUPS d, i(X)
#define ADD_AND_STORE(i, a, b, c, d, w, k, mean, h) \
	VADDPS i(X), d, d; \
	VMOVUPS d, i(X)
#define STORE_PAST_CACHES(i, a, b, c, d, w, k, mean, h) VMOVNTPS d, i(X)

// SOFTMAX_BACKWARD is the walk over blocks and tiles. H leaves h in mine.
#define SOFTMAX_BACKWARD(H) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
block: \
	CHECK(GREATEST_LOGIT, constants512_leastLogit, check, checkRow, done); \
	CHECK_WEIGHTS(checkWeights, plain, done); \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP_LABELLED); \
	FIND_CLASSES(mixed, found); \
	FIND_REFERENCE(reference, referenceNext, referencePresent); \
	TILE(COEFFICIENTS_BEGIN); \
	EXPONENTIALS(KEEP_COEFFICIENTS, exp, expAbsent, expNext, expSame, expPresent); \
	OWN_SIDES; \
	TILE(KEEP_SIDES); \
	H; \
	FIND_MEAN(mean, meanNext, meanSame, meanPresent); \
	PULL_CLASSES(pull, pullNext, pullPresent, write, add, stream, written); \
	NEXT_TILE(tile); \
	NEXT_BLOCK(block); \
done: \
	SFENCE; \
	END_PLANAR

// func softmaxHardBackwardCEAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardCEAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(TILE(H_CE))

// func softmaxHardBackwardHalfAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardHalfAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(SURPRISE_FOCAL(POWER_HALF))

// func softmaxHardBackwardOneAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardOneAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(SURPRISE_FOCAL(POWER_ONE))

// func softmaxHardBackwardThreeHalvesAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(SURPRISE_FOCAL(POWER_THREE_HALVES))

// func softmaxHardBackwardTwoAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardTwoAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(SURPRISE_FOCAL(POWER_TWO))

// func softmaxHardBackwardAnyAVX512(c *planarBackward) int
TEXT ·softmaxHardBackwardAnyAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(SURPRISE_FOCAL(POWER_ANY))
