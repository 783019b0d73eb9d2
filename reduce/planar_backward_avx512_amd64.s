//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "planar_avx512_amd64.h"
#include "planar_backward_avx512_amd64.h"
#include "halves_avx512_amd64.h"

// The backward kernels for several channels and hard labels.

// The rows that the forward pass has for L and F hold the coefficients of each
// voxel's own class, and there are no lanes.
#define ROWS_CE ROWS_L
#define ROWS_FOCAL ROWS_F
#define ROWS_REFERENCE (LANES_BEGIN+0)
#define ROWS_MEAN (LANES_BEGIN+256)

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
#define FIND_REFERENCE(class, next, present, halves, float16s, same) \
	TILE(REFERENCE_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_REGIONS(next); \
	JMP next; \
class: \
	CLASS_REGIONS(present); \
next: \
	CMPB ELEMENT_AT, $const_elementFloat32; \
	JNE halves; \
	PLANE; \
	PREFETCH_BLOCK(X); \
	TILE(REFERENCE_OF_FLOAT32); \
	JMP same; \
halves: \
	PLANE_OF_HALVES; \
	PREFETCH_BLOCK_OF_HALVES; \
	CMPB ELEMENT_AT, $const_elementFloat16; \
	JEQ float16s; \
	TILE(REFERENCE_OF_BFLOAT16); \
	JMP same; \
float16s: \
	TILE(REFERENCE_OF_FLOAT16); \
same: \
	NEXT_CLASS(class); \
	TILE(REFERENCE_KEEP)
#define REFERENCE_BEGIN(i, a, b, c, d, most, k, reference, mine) \
	VBROADCASTSS constants512_exponent(CONSTANTS), most // −∞
#define REFERENCE_OF_FLOAT32(i, a, b, c, d, most, k, reference, mine) \
	VMOVUPS i(X), a; \
	REFERENCE(i, a, b, most, k, reference)
#define REFERENCE_OF_FLOAT16(i, a, b, c, d, most, k, reference, mine) \
	LOAD_FLOAT16(i, a); \
	REFERENCE(i, a, b, most, k, reference)
#define REFERENCE_OF_BFLOAT16(i, a, b, c, d, most, k, reference, mine) \
	LOAD_BFLOAT16(i, a); \
	REFERENCE(i, a, b, most, k, reference)
#define REFERENCE(i, a, b, most, k, reference) \
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
	TILE(LOAD_W); \
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
	WRITE(WEIGH, add, stream, written); \
	NEXT_CLASS(class)
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

// SOFTMAX_BACKWARD is the walk over blocks and tiles. H leaves h in mine.
#define SOFTMAX_BACKWARD(H) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
block: \
	CHECK_LOGITS(check, checkRow, checkHalves, checkHalf, checkHalfRow, checked, done); \
	CHECK_WEIGHTS(checkWeights, plain, done); \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP_LABELLED); \
	FIND_CLASSES(mixed, found); \
	FIND_REFERENCE(reference, referenceNext, referencePresent, referenceOfHalves, referenceOfFloat16, referenceSame); \
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
