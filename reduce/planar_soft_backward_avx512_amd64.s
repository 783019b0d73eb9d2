//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "planar_avx512_amd64.h"
#include "planar_backward_avx512_amd64.h"

// The backward kernels for several channels, softmax and soft targets:
// planarBackward.softmaxSoft.
//
// The scratch has no room for all that the second loop over the classes wants
// of the first one: it holds h, which may be a logarithm and a power away, in
// the place of the forward pass's lanes, and p, q, g and z are formed again.

#define LANES_H 0
#define ROWS_GROUP ROWS_R     // Σ z of a group of classes
#define ROWS_Z_REST ROWS_S    // Σ z without the likeliest class
#define ROWS_Z_TOTAL PRESENT  // that of the likeliest class, then all; nobody asks for PRESENT then

// DERIVE_CLASSES is the first loop: h of every class, and the sums of
// z = p·g − h. A class without a share of the tile has h = 0 without H.
#define DERIVE_CLASSES(H, class, none, same) \
	TILE(DERIVE_BEGIN); \
	FIRST_CLASS; \
class: \
	PLANE; \
	PREFETCH_BLOCK(X); \
	TARGET; \
	PREFETCH_BLOCK(Y); \
	TILE(H_NONE); \
	VPXORD TEMP, TEMP, TEMP; \
	TILE(ANY_TARGET); \
	VPTESTMD TEMP, TEMP, K1; \
	KORTESTW K1, K1; \
	JEQ none; \
	H; \
	TARGET; \
none: \
	TILE(H_OF_TARGET); \
	CLASS_REGIONS; \
	VPBROADCASTD CLASS, TEMP; \
	TILE(OWN); \
	TILE(DERIVE); \
	LEAL 1(CLASS), X; \
	TESTL $(const_groupSize-1), X; \
	JNE same; \
	TILE(DERIVE_GROUP_END); \
same: \
	NEXT_CLASS(class); \
	TILE(DERIVE_END)
#define DERIVE_BEGIN(i, a, b, c, d, e, k, others, mine) \
	VPXORD a, a, a; \
	VMOVUPS a, (ROWS_GROUP+i)(FRAME); \
	VMOVUPS a, (ROWS_Z_REST+i)(FRAME)
#define H_NONE(i, a, b, c, d, e, k, others, h) VPXORD h, h, h
#define ANY_TARGET(i, a, b, c, d, e, k, others, h) VPORD i(Y), TEMP, TEMP
#define H_OF_TARGET(i, a, b, c, d, e, k, others, h) \
	VMOVUPS i(Y), a; \
	VPTESTMD a, a, k; \            // if y > 0 { h = y·h } else { h = 0 }
	VMULPS.Z a, h, k, h; \
	VMOVUPS h, (LANES_H+i)(LANES)
#define DERIVE(i, a, g, c, d, e, likeliest, others, h) \
	VMOVUPS (ROWS_INVERSE+i)(FRAME), c; \
	VMULPS i(EXPS), c, c; \        // p
	VFMSUB213PS h, c, g; \         // z = g·p − h
	VMOVUPS g, likeliest, (ROWS_Z_TOTAL+i)(FRAME); \
	KNOTW likeliest, likeliest; \
	VMOVUPS (ROWS_GROUP+i)(FRAME), d; \
	VADDPS g, d, likeliest, d; \
	VMOVUPS d, (ROWS_GROUP+i)(FRAME)
#define DERIVE_GROUP_END(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS (ROWS_GROUP+i)(FRAME), a; \
	VADDPS (ROWS_Z_REST+i)(FRAME), a, a; \
	VMOVUPS a, (ROWS_Z_REST+i)(FRAME); \
	VPXORD a, a, a; \
	VMOVUPS a, (ROWS_GROUP+i)(FRAME)
#define DERIVE_END(i, a, b, c, d, e, k, others, mine) \
	DERIVE_GROUP_END(i, a, b, c, d, e, k, others, mine); \
	VMOVUPS (ROWS_Z_REST+i)(FRAME), a; \
	VADDPS (ROWS_Z_TOTAL+i)(FRAME), a, a; \
	VMOVUPS a, (ROWS_Z_TOTAL+i)(FRAME)

// CLASS_REGIONS: b = g, the derivative by p through the region sums, of
// voxels whose target is in a.
#define CLASS_REGIONS \
	CLASS_COEFFICIENTS; \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), TEMP; \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), COEF; \
	TILE(REGION)
#define REGION(i, y, g, c, d, e, k, others, mine) \
	VSUBPS y, ONE, g; \
	VMULPS COEF, g, g; \
	VFMADD231PS TEMP, y, g         // g = y·own + (1 − y)·other

// mine = h of a voxel whose target is 1: ce + focal·s^γ·(γ·r·l/s + 1). That of
// the others is this times theirs.
#define H_CE \
	CLASS_COEFFICIENTS; \
	TILE(H_OF_CE)
#define H_OF_CE(i, a, b, c, d, e, k, s, h) VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), h
#define H_FOCAL(POWER) \
	CLASS_R; \
	CLASS_S; \
	CLASS_LOG(tied, logged); \
	TILE(FLOOR); \
	POWER(EACH); \
	TILE(FLOOR); \
	CLASS_COEFFICIENTS; \
	TILE(H_OF_FOCAL)
#define H_OF_FOCAL(i, a, b, c, d, e, k, s, h) \
	VDIVPS b, d, d; \
	VMOVUPS (ROWS_INVERSE+i)(FRAME), a; \
	VMULPS i(EXPS), a, a; \        // r
	VMULPS.BCST planarBackward_gamma(CALL), a, a; \
	VFMADD213PS ONE, a, d; \       // ratio = γ·r·(l/s) + 1
	VMULPS d, e, e; \
	H_OF_CE(i, a, b, c, d, e, k, s, h); \
	VFMADD231PS.BCST planeCoefficients_focal(COEFFICIENTS), e, h

// PULL_CLASSES is the second loop: it writes the derivatives by the logits.
#define PULL_CLASSES(class, add, stream, written) \
	FIRST_CLASS; \
class: \
	TARGET; \
	TILE(LOAD_Y); \
	CLASS_REGIONS; \
	CLASS_R; \
	CLASS_S; \
	TILE(PULL); \
	TILE(LOAD_W); \
	WRITE(WEIGH, add, stream, written); \
	NEXT_CLASS(class)
#define LOAD_Y(i, a, b, c, d, e, k, others, mine) VMOVUPS i(Y), a
#define PULL(i, a, g, h, d, e, likeliest, q, p) \
	VMOVUPS (LANES_H+i)(LANES), h; \
	VMOVAPS g, d; \
	VFMSUB213PS h, p, d; \         // z = g·p − h
	VMOVUPS (ROWS_Z_TOTAL+i)(FRAME), a; \
	VSUBPS d, a, a; \
	VMOVUPS (ROWS_Z_REST+i)(FRAME), likeliest, a; \ // if class != likeliest { total − z } else { rest }
	VMULPS h, q, d; \
	VFMSUB213PS a, q, g; \         // g·q − that
	VFMSUB231PS p, g, d            // p·that − q·h

// SOFTMAX_BACKWARD is the walk over blocks and tiles. VALUES is for the tile, and
// H leaves h in mine.
#define SOFTMAX_BACKWARD(VALUES, H) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
block: \
	CHECK(PLANE, GREATEST_LOGIT, constants512_leastLogit, check, checkRow, done); \
	CHECK(PLANE_OF_TARGETS, GREATEST_PROBABILITY, constants512_one, checkTarget, checkTargetRow, done); \
	CHECK_WEIGHTS(checkWeights, plain, done); \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP); \
	VALUES; \
	DERIVE_CLASSES(H, derive, deriveNone, deriveSame); \
	PULL_CLASSES(pull, add, stream, written); \
	NEXT_TILE(tile); \
	NEXT_BLOCK(block); \
done: \
	SFENCE; \
	END_PLANAR

#define FOCAL_BACKWARD(POWER) SOFTMAX_BACKWARD(LIKELIHOOD_AND_LOGARITHMS, H_FOCAL(POWER))

// func softmaxSoftBackwardCEAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardCEAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(LIKELIHOOD, H_CE)

// func softmaxSoftBackwardHalfAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardHalfAVX512(SB), NOSPLIT, $0-16
	FOCAL_BACKWARD(POWER_HALF)

// func softmaxSoftBackwardOneAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardOneAVX512(SB), NOSPLIT, $0-16
	FOCAL_BACKWARD(POWER_ONE)

// func softmaxSoftBackwardThreeHalvesAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	FOCAL_BACKWARD(POWER_THREE_HALVES)

// func softmaxSoftBackwardTwoAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardTwoAVX512(SB), NOSPLIT, $0-16
	FOCAL_BACKWARD(POWER_TWO)

// func softmaxSoftBackwardAnyAVX512(c *planarBackward) int
TEXT ·softmaxSoftBackwardAnyAVX512(SB), NOSPLIT, $0-16
	FOCAL_BACKWARD(POWER_ANY)
