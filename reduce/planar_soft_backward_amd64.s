//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"
#include "planar_backward_amd64.h"
#include "planar_soft_amd64.h"

#define PLANES_AT  (planarBackward_planes+0)(CALL)
#define ALL_AT     (planarBackward_planes+8)(CALL)
#define HALVES_AT  (planarBackward_halves+0)(CALL)
#define ELEMENT_AT planarBackward_element(CALL)
#define LABELS_AT  planarBackward_targets(CALL)
#define WEIGHTS_AT planarBackward_weights(CALL)
#define SCRATCH_AT planarBackward_scratch(CALL)
#define EPS        planarBackward_eps(CALL)
#define HI         planarBackward_hi(CALL)
#define LO         planarBackward_lo(CALL)
#define GAMMA      planarBackward_gamma(CALL)

// The same tile of the next block: the memory is asked for while the processor
// is busy, not when the block is looked at.
#define ASK_AHEAD   (4*const_BlockSize)
#define PREFETCH_TO PREFETCHT1

// The backward kernels for several channels and soft targets by AVX2 and FMA:
// planarBackwardGeneric (backward_generic.go) by passes.

// What the scratch has of each class, beside its exponentials: with what is in
// front of it, 2720 + C·640 of its C·2048 bytes.
#undef EXPS_BEGIN
#define EXPS_BEGIN LANES_BEGIN
#undef EXPS_SIZE
#define EXPS_SIZE  640
#define EXPS_Z     0      // z = p·g − h, where the exponential has been
#define EXPS_QH    EXPS_X // q·h, where the logit has been
#define EXPS_G     256
#define EXPS_Q     384
#define EXPS_P     512

// CHECK_TARGETS is CHECK_PLANES for the targets.
#define CHECK_TARGETS(class, group, done) \
	XCHGQ PLANES, TARGETS                 \
	CHECK_PLANES(GREATEST_PROBABILITY, avx2Constants_mostProbability, class, group, done) \
	XCHGQ PLANES, TARGETS

// IN_TILE is EACH for the steps of WRITE.
#define IN_TILE(STEP) \
	STEP(0, G0, S0)  \
	STEP(32, G1, S1) \
	STEP(64, G2, S2) \
	STEP(96, G3, S3)

// ONE_MODE is WEIGH_MODE for the weights in S.
#define ONE_MODE(weigh) \
	ORL       $MODE_WEIGH, MODE \
	CONST(avx2Constants_one)    \
	VPCMPEQD  C, S0, T0         \
	VPCMPEQD  C, S1, T1         \
	VPAND     T1, T0, T0        \
	VPCMPEQD  C, S2, T1         \
	VPAND     T1, T0, T0        \
	VPCMPEQD  C, S3, T1         \
	VPAND     T1, T0, T0        \
	VMOVMSKPS T0, N             \
	CMPL      N, $255           \
	JNE       weigh             \
	XORL      $MODE_WEIGH, MODE \
weigh:

// SOFT_BACKWARD is the walk over blocks and tiles: TILE_OF_CLASSES writes a
// tile's gradients, and MORE is beside the way.
#define SOFT_BACKWARD(CHECK, TILE_OF_CLASSES, MORE) \
	BEGIN_PLANAR(done)                                    \
	BEGIN_MODE                                            \
block:                                                        \
	CHECK                                                 \
	CHECK_TARGETS(checkTargets, checkTargetsGroup, done)  \
	CHECK_WEIGHTS(checkWeights, plain, done)              \
tile:                                                         \
	LOAD_WEIGHTS(given, weighted)                         \
	KEEP_WEIGHTS                                          \
	ONE_MODE(mode)                                        \
	TILE_OF_CLASSES                                       \
	NEXT_TILE_OF_32(tile)                                 \
	NEXT_BLOCK(block)                                     \
	JMP done                                              \
	MORE                                                  \
done:                                                         \
	SFENCE                                                \
	END_PLANAR

// ---- Softmax ----

#define ROWS_Z       ROWS_SHARE // z of the likeliest class
#define ROWS_Z_REST  ROWS_REST  // Σ z of the others
#define ROWS_Z_TOTAL ROWS_GROUP // and of all

// FIND_Z leaves what PULL_CLASSES wants of every class. PULL_OWN makes the
// pullCE of the class, in U, of p in U and q in S.
#define FIND_Z(PULL_OWN, class, side, sidePresent, next, same, present) \
	VPXOR C, C, C                   \
	EACH(Z_BEGIN)                   \
	FIRST_CLASS                     \
class:                                  \
	CLASS_R                         \
	CLASS_S(sidePresent, side)      \
	EACH(KEEP_P_AND_Q)              \
	TARGET                          \
	PULL_OWN                        \
	VBROADCASTSS ·avx2+avx2Constants_one(SB), G0 \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), G1 \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), G2 \
	VPXOR C, C, C                   \
	EACH(Z_ROW)                     \
	IF_PRESENT(present)             \
	EACH(Z_TO_REST)                 \
next:                                   \
	LEAL  1(CLASS), N               \
	TESTL $(const_groupSize-1), N   \
	JNE   same                      \
	EACH(REST_GROUP_END)            \
same:                                   \
	NEXT_CLASS(class)               \
	EACH(Z_END)
#define FIND_Z_OF_LIKELY(side, sidePresent, next, present) \
	CLASS_S_OF_LIKELY(sidePresent, side) \
present:                                \
	CLASS_TO(X13, T1)               \
	EACH(Z_OF_LIKELY)               \
	JMP next
#define Z_BEGIN(row, u, s, g) \
	VMOVAPS C, (ROWS_GROUP+row)(W) \
	VMOVAPS C, (ROWS_REST+row)(W)  \
	VMOVAPS C, (ROWS_Z+row)(W)
#define KEEP_P_AND_Q(row, p, q, g) \
	VMOVAPS p, (EXPS_P+row)(EXPS) \
	VMOVAPS q, (EXPS_Q+row)(EXPS)
#define Z_ROW(row, h, z, g) \
	VMOVUPS     row(X), T0                \ // y
	VSUBPS      T0, G0, z                 \
	VMULPS      G2, z, z                  \
	VFMADD231PS T0, G1, z                 \ // g = y·own + (1−y)·other
	VMOVAPS     z, (EXPS_G+row)(EXPS)     \
	VMULPS      T0, h, h                  \
	VCMPPS      $14, C, T0, T0            \
	VANDPS      T0, h, h                  \ // if y > 0 { h = y·pullCE } else { h = 0 }
	VMULPS      (EXPS_Q+row)(EXPS), h, T1 \
	VMOVAPS     T1, (EXPS_QH+row)(EXPS)   \
	VFMSUB132PS (EXPS_P+row)(EXPS), h, z  \ // z = p·g − h
	VMOVAPS     z, (EXPS_Z+row)(EXPS)
#define Z_TO_REST(row, u, z, g) \
	VADDPS  (ROWS_GROUP+row)(W), z, z \
	VMOVAPS z, (ROWS_GROUP+row)(W)
#define Z_OF_LIKELY(row, u, z, g) \
	VPCMPEQD (ROWS_LIKELIEST+row)(W), T1, T0 \ // if class == likeliest {
	VANDPS   z, T0, u                        \
	VORPS    (ROWS_Z+row)(W), u, u           \
	VMOVAPS  u, (ROWS_Z+row)(W)              \ // own = z
	VANDNPS  z, T0, z                        \ // } else {
	Z_TO_REST(row, u, z, g)                    // group += z }
#define Z_END(row, u, s, g) \
	VMOVAPS (ROWS_REST+row)(W), s        \
	VADDPS  (ROWS_GROUP+row)(W), s, s    \
	VMOVAPS s, (ROWS_Z_REST+row)(W)      \
	VADDPS  (ROWS_Z+row)(W), s, s        \ // total = rest + own
	VMOVAPS s, (ROWS_Z_TOTAL+row)(W)

// PULL_CE is the pullCE without a focal sum. With one, the logarithm and the
// power are only taken of a class of which a voxel of the tile has any.
#define PULL_CE \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), U0 \
	VMOVAPS U0, U1 \
	VMOVAPS U0, U2 \
	VMOVAPS U0, U3
#define PULL_FOCAL(FOCUS) \
	IF_NONE(none)                 \
	CLASS_LOG(logPresent, logged) \
	FLOOR                         \
	CONST(avx2Constants_one)      \
	VBROADCASTSS GAMMA, T1        \
	EACH(RATIO)                   \
	FOCUS                         \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), C \
	VBROADCASTSS planeCoefficients_focal(COEFFICIENTS), T1 \
	EACH(PULL_FOCAL_ROW)          \
pulled:
#define PULL_FOCAL_OF_NONE \
none:                                 \
	VPXOR U0, U0, U0              \
	VPXOR U1, U1, U1              \
	VPXOR U2, U2, U2              \
	VPXOR U3, U3, U3              \
	JMP   pulled
#define RATIO(row, l, s, g) \
	VDIVPS      s, l, l                    \
	VMULPS      (EXPS_P+row)(EXPS), T1, T0 \
	VFMADD213PS C, T0, l                     // ratio = γ·r·(l/s) + 1
#define PULL_FOCAL_ROW(row, u, s, g) VFMADD213PS C, T1, u // focal·s^γ·ratio + ce

// IF_NONE goes to none where no voxel of the tile has any of the class.
#define IF_NONE(none) \
	VMOVUPS (X), T0        \
	VPOR    32(X), T0, T0  \
	VPOR    64(X), T0, T0  \
	VPOR    96(X), T0, T0  \
	VPTEST  T0, T0         \
	JZ      none

// PULL_CLASSES writes the derivatives by the logits.
#define PULL_CLASSES(class, next, present) \
	FIRST_CLASS                     \
class:                                  \
	GRADIENT_OF_CLASS               \
	EACH(OTHERS)                    \
	IF_PRESENT(present)             \
next:                                   \
	EACH(PULL)                      \
	WRITE(IN_TILE, weigh, add, stream, weighed, written) \
	NEXT_CLASS(class)
#define PULL_OF_LIKELY(next, present) \
present:                                \
	CLASS_TO(X13, T1)               \
	EACH(OTHERS_OF_LIKELY)          \
	JMP next
#define OTHERS(row, others, d, g) \
	VMOVAPS (ROWS_Z_TOTAL+row)(W), others     \
	VSUBPS  (EXPS_Z+row)(EXPS), others, others
#define OTHERS_OF_LIKELY(row, others, d, g) \
	VPCMPEQD  (ROWS_LIKELIEST+row)(W), T1, T0 \ // if class == likeliest
	VBLENDVPS T0, (ROWS_Z_REST+row)(W), others, others
#define PULL(row, others, d, p) \
	VMOVAPS     (EXPS_Q+row)(EXPS), d         \
	VMOVAPS     (EXPS_P+row)(EXPS), p         \
	VFMSUB132PS (EXPS_G+row)(EXPS), others, d \ // q·g − others
	VFMSUB213PS (EXPS_QH+row)(EXPS), p, d       // d = p·that − q·h

#define SOFTMAX_TILE(VALUES, PULL_OWN) \
	VALUES                   \
	FIND_Z(PULL_OWN, z, side, sidePresent, zNext, zSame, zPresent) \
	PULL_CLASSES(pull, pullNext, pullPresent)
#define MORE_OF_PULL MORE_OF_WRITE(IN_TILE, weigh, add, stream, weighed, written)
#define MORE_OF_CE \
	MORE_OF_LIKELIHOOD                                      \
	FIND_Z_OF_LIKELY(side, sidePresent, zNext, zPresent)    \
	PULL_OF_LIKELY(pullNext, pullPresent)                   \
	MORE_OF_PULL
#define MORE_OF_FOCAL \
	MORE_OF_CE                                    \
	MORE_OF_LOGARITHMS(tiedTile, logarithms)      \
	CLASS_LOG_OF_LIKELY(logPresent, tied, logged) \
	PULL_FOCAL_OF_NONE

#define LIKELIHOOD_AND_LOGARITHMS \
	LIKELIHOOD \
	LOGARITHMS(tiedTile, logarithms)

#define SOFTMAX_BACKWARD(FOCUS) \
	SOFT_BACKWARD(CHECK_LOGITS(done), SOFTMAX_TILE(LIKELIHOOD_AND_LOGARITHMS, PULL_FOCAL(FOCUS)), MORE_OF_FOCAL)

// func softmaxSoftBackwardCEAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardCEAVX2(SB), NOSPLIT, $0-16
	SOFT_BACKWARD(CHECK_LOGITS(done), SOFTMAX_TILE(LIKELIHOOD, PULL_CE), MORE_OF_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftBackwardHalfAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardHalfAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(FOCUS_HALF)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftBackwardOneAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardOneAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(FOCUS_ONE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftBackwardThreeHalvesAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(FOCUS_THREE_HALVES)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftBackwardTwoAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardTwoAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(FOCUS_TWO)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxSoftBackwardAnyAVX2(c *planarBackward) int
TEXT ·softmaxSoftBackwardAnyAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(FOCUS_ANY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// ---- Probabilities ----

// The derivatives by the probabilities of a class's own voxels, to G, from r in
// U and s in S.
#define OWN_REGION \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), G0 \
	VMOVAPS G0, G1 \
	VMOVAPS G0, G2 \
	VMOVAPS G0, G3

#define OWN_CE \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), C \
	EACH(OWN_CE_ROW)  \
	OWN_INSIDE
#define OWN_CE_ROW(row, r, s, g) \
	VDIVPS r, C, g  \
	VMINPS r, s, s

// OWN_INSIDE is region − g where the smaller side, in S, is not under ε, and
// region elsewhere.
#define OWN_INSIDE \
	VBROADCASTSS EPS, C  \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T1 \
	EACH(OWN_INSIDE_ROW)
#define OWN_INSIDE_ROW(row, u, s, g) \
	VCMPPS $13, C, s, s  \
	VANDPS s, g, g       \
	VSUBPS g, T1, g

#define OWN_FOCAL(FOCUS) \
	EACH(KEEP_SIDES_ROW) \
	IF_NEAR(near)        \
	NEG_LOG              \
logged:                      \
	VBROADCASTSS GAMMA, C \
	EACH(SLOPE)          \
	FOCUS                \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), C \
	VBROADCASTSS planeCoefficients_focal(COEFFICIENTS), T1 \
	EACH(OWN_FOCAL_ROW)  \
	OWN_INSIDE
#define KEEP_SIDES_ROW(row, r, s, g) \
	VMOVAPS r, (ROWS_MINE+row)(W)  \
	VMOVAPS s, (ROWS_SHARE+row)(W)
#define SLOPE(row, l, s, g) \
	VMOVAPS     (ROWS_SHARE+row)(W), s      \
	VMULPS      (ROWS_MINE+row)(W), C, T0  \
	VFMADD213PS s, T0, l                  // γ·r·l + s
#define OWN_FOCAL_ROW(row, slope, s, g) \
	VMOVAPS     (ROWS_SHARE+row)(W), s      \
	VMULPS      s, C, g                 \
	VFMADD231PS slope, T1, g            \ // focal·slope + ce·s
	VMULPS      (ROWS_MINE+row)(W), s, T0  \
	VDIVPS      T0, g, g                \ // that / (r·s)
	VMINPS      (ROWS_MINE+row)(W), s, s

// OWN_NEAR is the logarithm where every r is ½ or more.
#define OWN_NEAR \
near:                \
	NEG_LOG_NEAR \
	JMP logged

// PULL_PLANES writes the derivatives of the tile, class by class. IF_ANY may go
// to write with them in S.
#define PULL_PLANES(IF_ANY, OWN, class, write) \
	FIRST_CLASS                     \
class:                                  \
	IF_ANY                          \
	ASK                             \
	CONST(avx2Constants_one)        \
	EACH(LOAD_SIDES)                \
	OWN                             \
	TARGET                          \
	CONST(avx2Constants_one)        \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), T1 \
	EACH(PULL_BOTH)                 \
write:                                  \
	GRADIENT_OF_CLASS               \
	WRITE(IN_TILE, weigh, add, stream, weighed, written) \
	NEXT_CLASS(class)
#define LOAD_SIDES(row, r, s, g) \
	VMOVUPS row(X), r \
	VSUBPS  r, C, s
#define PULL_BOTH(row, u, d, own) \
	VMOVUPS     row(X), u                 \ // y
	VSUBPS      u, C, d                   \
	VMULPS      (ROWS_W+row)(W), d, d     \
	VMULPS      (ROWS_W+row)(W), u, u     \
	VMULPS      T1, d, d                  \ // w·(1−y)·other
	VFMADD231PS u, own, d                   // d = w·y·own + that

// IF_ANY_FOCAL leaves the own voxels' derivatives out where the tile has none of
// the class: there d = w·other, but for −0, which they may make +0.
#define IF_ANY_FOCAL \
	TARGET                          \
	IF_NONE(none)                   \
some:
#define PULL_PLANES_OF_NONE \
none:                                   \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), T1 \
	CONST(avx2Constants_sign)       \
	VPXOR  MOST, MOST, MOST         \
	EACH(PULL_OTHER)                \
	VPTEST MOST, MOST               \
	JZ     write                    \
	JMP    some
#define PULL_OTHER(row, u, d, g) \
	VMOVAPS  (ROWS_W+row)(W), u \
	VMULPS   T1, u, d           \
	VPCMPEQD C, d, g            \
	VPAND    g, u, u            \ // if d == −0 && w > 0
	VPOR     u, MOST, MOST

// Weights are in the derivatives already.
#undef WEIGH
#define WEIGH(row, g, d) \
	VCMPPS $4, (ROWS_W+row)(W), C, T1 \ // if w == 0 { 0 }
	VANDPS T1, d, d

#define PLANES_BACKWARD(OWN) \
	SOFT_BACKWARD(CHECK_PROBABILITIES(done), PULL_PLANES(NOTHING, OWN, class, write), MORE_OF_PULL)
#define PLANES_BACKWARD_FOCAL(FOCUS) \
	SOFT_BACKWARD(CHECK_PROBABILITIES(done), PULL_PLANES(IF_ANY_FOCAL, OWN_FOCAL(FOCUS), class, write), MORE_OF_PLANES)
#define MORE_OF_PLANES \
	MORE_OF_PULL \
	OWN_NEAR     \
	PULL_PLANES_OF_NONE

// func planesSoftBackwardRegionAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardRegionAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(OWN_REGION)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardCEAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardCEAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(OWN_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardHalfAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardHalfAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD_FOCAL(FOCUS_HALF)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardOneAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardOneAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD_FOCAL(FOCUS_ONE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardThreeHalvesAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD_FOCAL(FOCUS_THREE_HALVES)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardTwoAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardTwoAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD_FOCAL(FOCUS_TWO)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesSoftBackwardAnyAVX2(c *planarBackward) int
TEXT ·planesSoftBackwardAnyAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD_FOCAL(FOCUS_ANY)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
