//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "planar_avx512_amd64.h"
#include "planar_backward_avx512_amd64.h"

// The backward kernels for several channels of probabilities, where a class
// knows nothing of the others: planarBackward.probabilities.
//
// With hard labels, a class whose voxels are not in the tile is written
// without a look at its probabilities; with soft targets, one that has no
// share of it.

// SIDES: a, mine = r and b, others = s of the class under way. One that is
// subnormal is outside [ε, 1−ε] and its formula's result not used; it counts
// as 2^-126 because the processor is slow at arithmetic with it.
#define SIDES(i, a, b, c, d, e, k, s, r) \
	VMOVUPS i(X), r; \
	VMAXPS.BCST constants512_normal(CONSTANTS), r, r; \
	VSUBPS r, ONE, s; \
	VMOVAPS r, a; \
	VMOVAPS s, b

// PULL_REGION, PULL_CE and PULL_FOCAL(POWER): d = the derivative by r of a
// voxel whose own class this is.
#define PULL_REGION \
	TILE(PULL_OWN)
#define PULL_CE \
	TILE(SIDES); \
	TILE(PULL_OWN_CE)
#define PULL_FOCAL(POWER) \
	TILE(SIDES); \
	NEG_LOG_OF_OWN(sure, near, ownLogged); \
	POWER(EACH); \
	TILE(PULL_OWN_FOCAL)
#define PULL_OWN(i, a, b, c, d, e, k, s, r) VBROADCASTSS planeCoefficients_own(COEFFICIENTS), d
#define PULL_OWN_CE(i, a, b, c, d, e, k, s, r) \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), c; \
	VDIVPS r, c, c; \              // c = ce/r
	PULL_INSIDE(i, a, b, c, d, e, k, s, r)
#define PULL_OWN_FOCAL(i, a, b, c, d, e, k, s, r) \
	VMULPS.BCST planarBackward_gamma(CALL), r, c; \
	VFMADD213PS s, c, d; \         // γ·r·l + s
	VMULPS e, d, d; \              // slope = that times s^γ
	VMULPS.BCST planeCoefficients_ce(COEFFICIENTS), s, c; \
	VFMADD231PS.BCST planeCoefficients_focal(COEFFICIENTS), d, c; \
	VMULPS r, s, b; \
	VDIVPS b, c, c; \              // c = (focal·slope + ce·s)/(r·s)
	PULL_INSIDE(i, a, b, c, d, e, k, s, r)
#define PULL_INSIDE(i, a, b, c, d, e, k, s, r) \
	VMINPS r, s, b; \
	VCMPPS.BCST $13, EPS, b, k; \
	PULL_OWN(i, a, b, c, d, e, k, s, r); \ // d = own
	VSUBPS c, d, k, d              // if r ≥ ε && s ≥ ε { d −= c }

// HARD is the walk for hard labels.
#define HARD(PULL) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
block: \
	CHECK(PLANE, GREATEST_PROBABILITY, constants512_one, check, checkRow, done); \
	CHECK_WEIGHTS(checkWeights, plain, done); \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP_LABELLED); \
	FIND_CLASSES(mixed, found); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_VOXELS(next); \
	PULL; \
	VPBROADCASTD CLASS, TEMP; \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), COEF; \
	TILE(OWN); \
	TILE(EVERY_BUT_OWN); \
	JMP next; \
class: \
	PLANE; \
	PREFETCH_BLOCK(X); \
	CLASS_COEFFICIENTS; \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), COEF; \
	TILE(EVERY); \
	IF_PRESENT(present); \
next: \
	TILE(LOAD_W); \
	WRITE(WEIGH, add, stream, written); \
	NEXT_CLASS(class); \
	NEXT_TILE(tile); \
	NEXT_BLOCK(block); \
done: \
	SFENCE; \
	END_PLANAR
#define EVERY(i, a, b, c, d, e, k, others, mine) VMOVAPS COEF, d
#define EVERY_BUT_OWN(i, a, b, c, d, e, k, others, mine) \
	KNOTW k, k; \
	VMOVAPS COEF, k, d

// SOFT is the walk for soft targets: d = w·y·own + w·(1 − y)·other.
#define SOFT(PULL) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
block: \
	CHECK(PLANE, GREATEST_PROBABILITY, constants512_one, check, checkRow, done); \
	CHECK(PLANE_OF_TARGETS, GREATEST_PROBABILITY, constants512_one, checkTarget, checkTargetRow, done); \
	CHECK_WEIGHTS(checkWeights, plain, done); \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP); \
	FIRST_CLASS; \
class: \
	PLANE; \
	PREFETCH_BLOCK(X); \
	TARGET; \
	PREFETCH_BLOCK(Y); \
	KXORW K1, K1, K1; \
	TILE(SHARE); \
	CLASS_COEFFICIENTS; \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), COEF; \
	TILE(SHARE_OTHER); \
	KORTESTW K1, K1; \
	JEQ none; \
	PULL; \
	TILE(ADD_OWN); \
none: \
	TILE(LOAD_W); \
	WRITE(WEIGHED, add, stream, written); \
	NEXT_CLASS(class); \
	NEXT_TILE(tile); \
	NEXT_BLOCK(block); \
done: \
	SFENCE; \
	END_PLANAR

#define ROWS_OWN ROWS_R   // w·y
#define ROWS_OTHER ROWS_S // w·(1 − y)·other

// K1 says whether the class has a share: any w·y but 0, or anything that
// adding 0·own may change: a −0.
#define SHARE(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS i(Y), a; \
	VSUBPS a, ONE, d; \
	VMOVUPS (ROWS_W+i)(FRAME), e; \
	VMULPS e, a, a; \
	VMULPS e, d, d; \
	VMOVUPS a, (ROWS_OWN+i)(FRAME); \
	VPTESTMD a, a, k; \
	KORW k, K1, K1
#define SHARE_OTHER(i, a, b, c, d, e, k, others, mine) \
	VMULPS COEF, d, d; \
	VMOVUPS d, (ROWS_OTHER+i)(FRAME); \
	VPCMPEQD.BCST constants512_sign(CONSTANTS), d, k; \
	KORW k, K1, K1
#define ADD_OWN(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS (ROWS_OWN+i)(FRAME), a; \
	VFMADD213PS (ROWS_OTHER+i)(FRAME), a, d

// func planesHardBackwardRegionAVX512(c *planarBackward) int
TEXT ·planesHardBackwardRegionAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_REGION)

// func planesHardBackwardCEAVX512(c *planarBackward) int
TEXT ·planesHardBackwardCEAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_CE)

// func planesHardBackwardHalfAVX512(c *planarBackward) int
TEXT ·planesHardBackwardHalfAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_FOCAL(POWER_HALF))

// func planesHardBackwardOneAVX512(c *planarBackward) int
TEXT ·planesHardBackwardOneAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_FOCAL(POWER_ONE))

// func planesHardBackwardThreeHalvesAVX512(c *planarBackward) int
TEXT ·planesHardBackwardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_FOCAL(POWER_THREE_HALVES))

// func planesHardBackwardTwoAVX512(c *planarBackward) int
TEXT ·planesHardBackwardTwoAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_FOCAL(POWER_TWO))

// func planesHardBackwardAnyAVX512(c *planarBackward) int
TEXT ·planesHardBackwardAnyAVX512(SB), NOSPLIT, $0-16
	HARD(PULL_FOCAL(POWER_ANY))

// func planesSoftBackwardRegionAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardRegionAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_REGION)

// func planesSoftBackwardCEAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardCEAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_CE)

// func planesSoftBackwardHalfAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardHalfAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_FOCAL(POWER_HALF))

// func planesSoftBackwardOneAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardOneAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_FOCAL(POWER_ONE))

// func planesSoftBackwardThreeHalvesAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_FOCAL(POWER_THREE_HALVES))

// func planesSoftBackwardTwoAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardTwoAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_FOCAL(POWER_TWO))

// func planesSoftBackwardAnyAVX512(c *planarBackward) int
TEXT ·planesSoftBackwardAnyAVX512(SB), NOSPLIT, $0-16
	SOFT(PULL_FOCAL(POWER_ANY))
