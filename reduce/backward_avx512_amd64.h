// What the one-channel backward kernels share, and the soft forward ones of
// it; after avx512_amd64.h.
//
// A group, or a class's part of it, begins with a load, after which r and s
// are those of each voxel's own class, and ends with a pull, which takes the
// coefficients of that class and leaves the derivative in d. A row has two
// more registers here, r and s.

#define EACH_SIDES(step) \
	step(0, Z0, Z4, Z8, Z12, Z16, K3, Z20, Z24); \
	step(64, Z1, Z5, Z9, Z13, Z17, K4, Z21, Z25); \
	step(128, Z2, Z6, Z10, Z14, Z18, K5, Z22, Z26); \
	step(192, Z3, Z7, Z11, Z15, Z19, K7, Z23, Z27)

#define CLASS R8     // *coefficients of the class under way
#define GRADIENT R12 // the gradient of the group's first voxel
#define FRAME R13    // rows in memory, at a multiple of 64
#define ROWS_U 0     // the first: the logits of the class, where they are not x

// A pull has no need of the rows' e: the coefficients.
#define REGION Z16
#define CE Z17
#define FOCAL Z18

// FACTOR is γ where it is a factor; as HI.

// BEGIN_ROWS puts the rows into memory that starts 63 bytes before the
// operand, and readies what all groups need.
#define BEGIN_ROWS(memory) \
	LEAQ memory, FRAME; \
	ANDQ $-64, FRAME; \
	LEAQ ·numbers512(SB), CONSTANTS; \
	VBROADCASTSS constants512_one(CONSTANTS), ONE; \
	SCALE_GAMMA

// A step of the check of a block, for the row that is i + 4·SCRATCH bytes from
// p: greatest = max(greatest, bits of the row). Those of logits have their sign
// set, so that the greatest is that of the greatest magnitude.
#define SIGN COEF
#define GREATEST_PROBABILITY(p, i, greatest) VPMAXUD i(p)(SCRATCH*4), greatest, greatest
#define GREATEST_LOGIT(p, i, greatest) \
	VPORD i(p)(SCRATCH*4), SIGN, TEMP; \
	VPMAXUD TEMP, greatest, greatest

#define LOAD_COEFFICIENTS \
	VBROADCASTSS coefficients_region(CLASS), REGION; \
	VBROADCASTSS coefficients_ce(CLASS), CE; \
	VBROADCASTSS coefficients_focal(CLASS), FOCAL

#define STORE(i, a, b, c, d, e, k) VMOVUPS d, i(GRADIENT)
#define ADD_AND_STORE(i, a, b, c, d, e, k) \
	VADDPS i(GRADIENT), d, d; \
	VMOVUPS d, i(GRADIENT)
#define STORE_PAST_CACHES(i, a, b, c, d, e, k) VMOVNTPS d, i(GRADIENT)

#define NOTHING

// Probabilities: a, r = r and b, s = s. One that is subnormal is outside
// [ε, 1−ε] and its formula's result not used; it counts as 2^-126 because the
// processor is slow at arithmetic with it.

#define PROBABILITY(i, p, q) \
	VMOVUPS i(PREDICTION), p; \
	VMAXPS.BCST constants512_normal(CONSTANTS), p, p; \
	VSUBPS p, ONE, q
#define LOAD_BACKGROUND(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, s, r); \
	VMOVAPS r, a; \
	VMOVAPS s, b
#define LOAD_FOREGROUND(i, a, b, c, d, e, k, r, s) \
	PROBABILITY(i, r, s); \
	VMOVAPS r, a; \
	VMOVAPS s, b

// From l in d and s^γ in e to the slope in d.
#define SLOPE(i, a, b, c, d, e, k, r, s) \
	VMULPS.BCST FACTOR, r, c; \
	VFMADD213PS s, c, d; \         // γ·r·l + s
	VMULPS e, d, d                 // times s^γ
#define PROBABILITIES_FOCAL(POWER) \
	NEG_LOG_OF_OWN(sure, near, ownLogged); \
	POWER(EACH); \
	EACH_SIDES(SLOPE)

// d = region; if r ≥ ε && s ≥ ε { d −= c }
#define PULL_INSIDE(b, c, d, k, r, s) \
	VMINPS r, s, b; \
	VCMPPS.BCST $13, EPS, b, k; \
	VMOVAPS REGION, d; \
	VSUBPS c, REGION, k, d
#define PULL_REGION(i, a, b, c, d, e, k, r, s) VMOVAPS REGION, d
#define PULL_CE(i, a, b, c, d, e, k, r, s) \
	VDIVPS r, CE, c; \             // c = ce/r
	PULL_INSIDE(b, c, d, k, r, s)
#define PULL_FOCAL(i, a, b, c, d, e, k, r, s) \
	VMULPS CE, s, c; \
	VFMADD231PS FOCAL, d, c; \
	VMULPS r, s, b; \
	VDIVPS b, c, c; \              // c = (focal·slope + ce·s)/(r·s)
	PULL_INSIDE(b, c, d, k, r, s)

// Logits: a = −|u|, the same for either class; u itself is found at LOGITS.

#define MARGIN_FOREGROUND(i, a, b, c, d, e, k, r, s) \
	MOVQ PREDICTION, LOGITS; \
	VMOVUPS i(PREDICTION), a; \
	VPORD.BCST constants512_sign(CONSTANTS), a, a
#define MARGIN_BACKGROUND(i, a, b, c, d, e, k, r, s) \
	LEAQ ROWS_U(FRAME), LOGITS; \
	VMOVUPS i(PREDICTION), b; \
	VPORD.BCST constants512_sign(CONSTANTS), b, a; \
	VPXORD.BCST constants512_sign(CONSTANTS), b, b; \
	VMOVAPS b, (ROWS_U+i)(FRAME)

#define SIDES(i, a, b, c, d, e, k, r, s) \
	SIDE(i, k); \
	VBLENDMPS b, e, k, r; \        // r = if u ≥ 0 { large } else { small }
	VBLENDMPS e, b, k, s; \        // s = if u ≥ 0 { small } else { large }
	VMOVAPS s, e
#define LOGITS_SIDES \
	EXP(EACH); \
	EACH(SIGMOID); \
	EACH_SIDES(SIDES)

// b = −log r
#define LOGITS_CE \
	LOGITS_SIDES; \
	LOG1P(EACH); \
	EACH(SURPRISE)

// and a = s^γ
#define LOGITS_FOCAL(POWER) \
	LOGITS_CE; \
	EACH(POWER)
#define LOGIT_SPLIT(i, a, b, c, d, e, k) \
	SIDE(i, k); \
	LOGIT_POWER_SPLIT(i, a, b, c, d, e, k)
#define LOGITS_FOCAL_ANY \
	LOGITS_CE; \
	EACH(LOGIT_SPLIT); \
	POLYNOMIAL7(·exp2Poly, EACH, SET_D, D_OF_A); \
	EACH(LOGIT_POWER_JOIN)

// The derivative by u.
#define PULL_MARGIN(c, r) \
	VMOVAPS r, c; \
	VFMSUB213PS CE, REGION, c      // c = region·r − ce
#define PULL_LOGIT_CE(i, a, b, c, d, e, k, r, s) \
	PULL_MARGIN(c, r); \
	VMULPS c, s, d
#define PULL_LOGIT_FOCAL(i, a, b, c, d, e, k, r, s) \
	VMULPS.BCST FACTOR, r, c; \
	VFMADD213PS s, c, b; \         // γ·r·l + s
	VMULPS a, b, d; \              // slope = that times s^γ
	PULL_MARGIN(c, r); \
	VMULPS FOCAL, d, d; \
	VFMSUB231PS c, s, d            // d = s·c − focal·slope
