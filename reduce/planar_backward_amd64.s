//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "planar_amd64.h"
#include "planar_backward_amd64.h"

#define PLANES_AT  (planarBackward_planes+0)(CALL)
#define ALL_AT     (planarBackward_planes+8)(CALL)
#define HALVES_AT  (planarBackward_halves+0)(CALL)
#define ELEMENT_AT planarBackward_element(CALL)
#define LABELS_AT  planarBackward_labels(CALL)
#define WEIGHTS_AT planarBackward_weights(CALL)
#define SCRATCH_AT planarBackward_scratch(CALL)
#define AHEAD_AT   planarBackward_ahead(CALL)
#define EPS        planarBackward_eps(CALL)
#define HI         planarBackward_hi(CALL)
#define LO         planarBackward_lo(CALL)

// A block is looked at before its tiles: it is the next one's turn, and there is
// time to bring that into the second cache only.
#define ASK       PREFETCHT1
#define ASK_AHEAD (4*const_BlockSize)

// The backward kernels for several channels and hard labels by AVX2 and FMA:
// planarBackwardGeneric (backward_generic.go) by passes.

// BACKWARD is the walk over blocks and tiles: TILE_OF_CLASSES writes a tile's
// gradients, and MORE is beside the way. MODE_WEIGH is for tiles of several
// classes, or with weights, alone.
#define BACKWARD(CHECK, TILE_OF_CLASSES, MORE) \
	BEGIN_PLANAR(done)                                    \
	BEGIN_MODE                                            \
block:                                                        \
	CHECK                                                 \
	CHECK_WEIGHTS(checkWeights, plain, done)              \
tile:                                                         \
	ANDL $~MODE_WEIGH, MODE                               \
	FIND_COMMON(clearPresent, mixed)                      \
found:                                                        \
	TILE_OF_CLASSES                                       \
	NEXT_TILE(tile)                                       \
	NEXT_BLOCK(block)                                     \
	JMP done                                              \
mixed:                                                        \
	ORL  $MODE_WEIGH, MODE                                \
	WEIGHTS_OF_TILE(KEEP_WEIGHT_LABELLED, given, weighted) \
	FIND_CLASSES(LABEL_BITS, find)                        \
	VPXOR T0, T0, T0                                      \
	TILE(OWN_BEGIN)                                       \
	TILE(COEFFICIENTS_BEGIN)                              \
	JMP  found                                            \
	MORE                                                  \
done:                                                         \
	SFENCE                                                \
	END_PLANAR

// IF_MIXED goes to mixed where the tile is.
#define IF_MIXED(mixed) \
	TESTL $MODE_WEIGH, MODE \
	JNZ   mixed

// ---- Softmax ----

#define ROWS_REFERENCE ROWS_REGION // of the likeliest class
#define ROWS_H         ROWS_CE     // what softmaxHard has as h
#define ROWS_MEAN      ROWS_BELOW

// FIND_REFERENCE finds the largest logits of a half, and the reference, the
// derivative by p of the first class that has it.
#define FIND_REFERENCE(half, class, loaded, regions, next, present, halves) \
	CONST(avx2Constants_exponent)      \ // −∞
	HALF(REFERENCE_BEGIN, half)        \
	FIRST_CLASS                        \
class:                                     \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), T1 \
	CMPB ELEMENT_AT, $const_elementFloat32 \
	JNE  halves                        \
	PLANE                              \
	HALF(LOAD_FLOAT32, half)           \
loaded:                                    \
	IF_PRESENT(present)                \
regions:                                   \
	HALF(REFERENCE, half)              \
next:                                      \
	NEXT_CLASS(class)                  \
	HALF(REFERENCE_END, half)
#define LOAD_FLOAT32(row, most, reference, x) VMOVUPS row(X), x
#define WIDEN_FLOAT16(row, most, reference, x) \
	LOAD_FLOAT16(row, x)               \
	VMOVAPS x, row(EXPS)
#define WIDEN_BFLOAT16(row, most, reference, x) \
	LOAD_BFLOAT16(row, x)              \
	VMOVAPS x, row(EXPS)
#define FIND_REFERENCE_OF_PRESENT(half, loaded, regions, next, present, mixed, halves, float16s, widened, END) \
halves:                                    \
	PLANE_OF_HALVES                    \
	CMPB ELEMENT_AT, $const_elementFloat16 \
	JEQ  float16s                      \
	HALF(WIDEN_BFLOAT16, half)         \
	JMP  widened                       \
float16s:                                  \
	HALF(WIDEN_FLOAT16, half)          \
widened:                                   \
	END                                \
	MOVQ EXPS, X                       \
	JMP  loaded                        \
present:                                   \
	IF_MIXED(mixed)                    \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T1 \
	JMP regions                        \
mixed:                                     \
	CLASS_TO(X14, C)                   \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), MOST \
	HALF(REFERENCE_OWN, half)          \
	JMP next
#define REFERENCE_BEGIN(row, most, reference, x) VMOVAPS C, most
#define REFERENCE(row, most, reference, x) \
	VCMPPS    $14, most, x, T0              \ // if x > most {
	VMAXPS    x, most, most                 \
	VBLENDVPS T0, T1, reference, reference    // reference = other }
#define REFERENCE_OWN(row, most, reference, x) \
	VPCMPEQD  row(LABELS), C, T0            \
	VBLENDVPS T0, MOST, T1, T0              \ // if label == class { own } else { other }
	VCMPPS    $14, most, x, x               \
	VMAXPS    row(X), most, most            \
	VBLENDVPS x, T0, reference, reference
#define REFERENCE_END(row, most, reference, x) \
	VMOVAPS most, (ROWS_MOST+row)(W) \
	VMOVAPS reference, (ROWS_REFERENCE+row)(W)

// KEEP_CE and KEEP_FOCAL keep the coefficients of the voxels of a class, which G
// says, after COEFFICIENTS_BEGIN; by SET_CE and SET_FOCAL, of all of them.
#define KEEP_CE(CE, FOCAL, half) \
	VBROADCASTSS planeCoefficients_ce(COEFFICIENTS), T1 \
	HALF(CE, half)
#define KEEP_FOCAL(CE, FOCAL, half) \
	KEEP_CE(CE, FOCAL, half) \
	VBROADCASTSS planeCoefficients_focal(COEFFICIENTS), T1 \
	HALF(FOCAL, half)
#define COEFFICIENTS_BEGIN(row, g, u, s) \
	VMOVAPS T0, (ROWS_CE+row)(W) \
	VMOVAPS T0, (ROWS_FOCAL+row)(W)
#define KEEP_CE_ROW(row, own, u, s) KEEP_COEFFICIENT((ROWS_CE+row)(W), own)
#define KEEP_FOCAL_ROW(row, own, u, s) KEEP_COEFFICIENT((ROWS_FOCAL+row)(W), own)
#define SET_CE_ROW(row, own, u, s) VMOVAPS T1, (ROWS_CE+row)(W)
#define SET_FOCAL_ROW(row, own, u, s) VMOVAPS T1, (ROWS_FOCAL+row)(W)
#define KEEP_COEFFICIENT(to, own) \
	VANDPS  T1, own, T0 \
	VORPS   to, T0, T0  \
	VMOVAPS T0, to

// H makes h of ce, which it is where there is no focal sum, in the half at AT:
// ce + focal·s^γ·(γ·r·l/s + 1).
#define H_CE \
	OWN_SIDES       \
	HALF(KEEP_R, 0) \
	HALF(KEEP_S, 0)
#define H_FOCAL(FOCUS) \
	H_CE                     \
	OWN_LOG(near, ended)     \
	FLOOR_S                  \
	CONST(avx2Constants_one) \
	VBROADCASTSS planarBackward_gamma(CALL), T1 \
	HALF(RATIO, 0)           \
	FOCUS                    \
	HALF(H_FOCAL_ROW, 0)
#define RATIO(row, g, u, s) \
	VDIVPS      s, u, u                  \
	VMULPS      (ROWS_R+row)(AT), T1, T0 \
	VFMADD213PS C, T0, u                   // ratio = γ·r·(l/s) + 1
#define H_FOCAL_ROW(row, g, u, s) \
	VMOVAPS     (ROWS_FOCAL+row)(AT), T0 \
	VFMADD213PS (ROWS_CE+row)(AT), u, T0 \
	VMOVAPS     T0, (ROWS_H+row)(AT)

// FIND_MEAN leaves the probabilities at EXPS, and in G and U the mean of the
// derivatives, less the reference, under them.
#define FIND_MEAN(class, regions, next, same, present) \
	VPXOR T0, T0, T0                \
	ROWS(MEAN_BEGIN)                \
	FIRST_CLASS                     \
class:                                  \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), T1 \
	IF_PRESENT(present)             \
regions:                                \
	ROWS(MEAN)                      \
next:                                   \
	LEAL 1(CLASS), N                \
	TESTL $(const_groupSize-1), N   \
	JNE  same                       \
	ROWS(MEAN_GROUP_END)            \
same:                                   \
	NEXT_CLASS(class)               \
	ROWS(MEAN_END)
#define FIND_MEAN_OF_PRESENT(regions, next, present, mixed) \
present:                                \
	IF_MIXED(mixed)                 \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T1 \
	JMP  regions                    \
mixed:                                  \
	CLASS_TO(X14, C)                \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), MOST \
	ROWS(MEAN_OWN)                  \
	JMP  next
#define MEAN_BEGIN(row, group, p) \
	VMOVAPS T0, group             \
	VMOVAPS T0, (ROWS_MEAN+row)(W)
#define MEAN(row, group, p) \
	VMOVAPS     row(EXPS), p                 \
	VMULPS      (ROWS_INVERSE+row)(W), p, p  \
	VMOVAPS     p, row(EXPS)                 \
	VSUBPS      (ROWS_REFERENCE+row)(W), T1, T0 \
	VFMADD231PS p, T0, group                   // group = p·(region − reference) + group
#define MEAN_OWN(row, group, p) \
	VMOVAPS     row(EXPS), p                 \
	VMULPS      (ROWS_INVERSE+row)(W), p, p  \
	VMOVAPS     p, row(EXPS)                 \
	VPCMPEQD    row(LABELS), C, T0           \
	VBLENDVPS   T0, MOST, T1, T0             \
	VSUBPS      (ROWS_REFERENCE+row)(W), T0, T0 \
	VFMADD231PS p, T0, group
#define MEAN_GROUP_END(row, group, p) \
	VADDPS  (ROWS_MEAN+row)(W), group, group \
	VMOVAPS group, (ROWS_MEAN+row)(W)        \
	VPXOR   group, group, group
#define MEAN_END(row, group, p) VADDPS (ROWS_MEAN+row)(W), group, group

// PULL_CLASSES writes the derivatives by the logits, with the mean in G and U.
#define PULL_CLASSES \
	FIRST_CLASS                     \
pull:                                   \
	GRADIENT_OF_CLASS               \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), C \
	IN_ORDER_FIRST(PULL)            \
	IF_PRESENT(pullPresent)         \
pulled:                                 \
	WRITE(IN_ORDER_FIRST, weigh, add, stream, weighed, written) \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), C \
	IN_ORDER_SECOND(PULL)           \
	IF_PRESENT(pullPresentSecond)   \
pulledSecond:                           \
	WRITE(IN_ORDER_SECOND, weighSecond, addSecond, streamSecond, weighedSecond, writtenSecond) \
	NEXT_CLASS(pull)
#define PULL_OF_PRESENT \
pullPresent:                            \
	IF_MIXED(pullMixed)             \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), C \
	IN_ORDER_FIRST(PULL_COMMON)     \
	JMP pulled                      \
pullMixed:                              \
	CLASS_TO(X15, MOST)             \
	IN_ORDER_FIRST(PULL_OWN)        \
	JMP pulled                      \
pullPresentSecond:                      \
	IF_MIXED(pullMixedSecond)       \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), C \
	IN_ORDER_SECOND(PULL_COMMON)    \
	JMP pulledSecond                \
pullMixedSecond:                        \
	CLASS_TO(X15, MOST)             \
	IN_ORDER_SECOND(PULL_OWN)       \
	JMP pulledSecond                \
	MORE_OF_WRITE(IN_ORDER_FIRST, weigh, add, stream, weighed, written) \
	MORE_OF_WRITE(IN_ORDER_SECOND, weighSecond, addSecond, streamSecond, weighedSecond, writtenSecond)
#define PULL(row, mean, d) \
	VSUBPS (ROWS_REFERENCE+row)(W), C, d \
	VSUBPS mean, d, d              \ // b = region − reference − mean
	VADDPS (ROWS_H+row)(W), d, d   \
	VMULPS row(EXPS), d, d           // d = p·(b + h)
#define PULL_COMMON(row, mean, d) \
	VSUBPS      (ROWS_REFERENCE+row)(W), C, d \
	VSUBPS      mean, d, d                 \
	VMOVAPS     (ROWS_S+row)(W), T1        \
	VMULPS      (ROWS_H+row)(W), T1, T1    \
	VFMSUB132PS row(EXPS), T1, d             // d = p·b − s·h
#define PULL_OWN(row, mean, d) \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T0 \
	VSUBPS      (ROWS_REFERENCE+row)(W), T0, T0 \
	VSUBPS      mean, T0, T0               \
	VMOVAPS     (ROWS_S+row)(W), T1        \
	VMULPS      (ROWS_H+row)(W), T1, T1    \
	VFMSUB132PS row(EXPS), T1, T0          \ // p·b − s·h
	VPCMPEQD    row(LABELS), MOST, T1      \
	VBLENDVPS   T1, T0, d, d                 // if label == class

#define SOFTMAX_TILE(H) \
	FIND_REFERENCE(0, reference, referenceLoaded, referenceOf, referenceNext, referencePresent, referenceHalves) \
	FIND_REFERENCE(32, referenceSecond, referenceSecondLoaded, referenceSecondOf, referenceSecondNext, referenceSecondPresent, referenceSecondHalves) \
	EXPONENTIALS(exp, expSecond, expNext, expSame, expPresent, expPresentSecond) \
	MOVQ W, AT                    \
own:                                  \
	H                             \
	NEXT_HALF_OF_ROWS(own)        \
	FIND_MEAN(mean, meanOf, meanNext, meanSame, meanPresent) \
	PULL_CLASSES
#define SOFTMAX_MORE(KEEP_OWN) \
	FIND_REFERENCE_OF_PRESENT(0, referenceLoaded, referenceOf, referenceNext, referencePresent, referenceMixed, referenceHalves, referenceFloat16s, referenceWidened, NOTHING) \
	FIND_REFERENCE_OF_PRESENT(32, referenceSecondLoaded, referenceSecondOf, referenceSecondNext, referenceSecondPresent, referenceSecondMixed, referenceSecondHalves, referenceSecondFloat16s, referenceSecondWidened, WIDENED_END) \
	EXPONENTIALS_OF_PRESENT(KEEP_OWN, 0, expPresent, expMixed, expSecond) \
	EXPONENTIALS_OF_PRESENT(KEEP_OWN, 32, expPresentSecond, expMixedSecond, expNext) \
	FIND_MEAN_OF_PRESENT(meanOf, meanNext, meanPresent, meanMixed) \
	PULL_OF_PRESENT
#define EXPONENTIALS_OF_PRESENT(KEEP_OWN, half, present, mixed, next) \
present:                              \
	IF_MIXED(mixed)               \
	HALF(EXP_COMMON, half)        \
	KEEP_OWN(SET_CE_ROW, SET_FOCAL_ROW, half) \
	JMP next                      \
mixed:                                \
	CLASS_TO(X14, C)              \
	HALF(EXP_OWN, half)           \
	KEEP_OWN(KEEP_CE_ROW, KEEP_FOCAL_ROW, half) \
	JMP next

#define SOFTMAX_BACKWARD(KEEP_OWN, H) \
	BACKWARD(CHECK_LOGITS(done), SOFTMAX_TILE(H), SOFTMAX_MORE(KEEP_OWN))

// func softmaxHardBackwardCEAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardCEAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_CE, H_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardBackwardHalfAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardHalfAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_FOCAL, H_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardBackwardOneAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardOneAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_FOCAL, H_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardBackwardThreeHalvesAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_FOCAL, H_FOCAL(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardBackwardTwoAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardTwoAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_FOCAL, H_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func softmaxHardBackwardAnyAVX2(c *planarBackward) int
TEXT ·softmaxHardBackwardAnyAVX2(SB), NOSPLIT, $0-16
	SOFTMAX_BACKWARD(KEEP_FOCAL, H_FOCAL(FOCUS_ANY))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// ---- Probabilities ----

// A class's derivative depends on its probability in its own voxels alone, so
// that only the planes of the classes that are present are looked at again.

// FIND_OWN leaves each voxel's own probability at R, and its class's
// coefficients. COEFFICIENTS_ROW adds to what is kept for a row's own voxels,
// in T0.
#define FIND_OWN(KEEP_OWN, class, next, present) \
	VPXOR T0, T0, T0      \
	TILE(FIND_OWN_BEGIN)  \
	TILE(COEFFICIENTS_BEGIN) \
	FIRST_CLASS           \
class:                        \
	IF_PRESENT(present)   \
next:                         \
	NEXT_CLASS(class)
#define FIND_OWN_OF_PRESENT(KEEP_OWN, next, present) \
present:                      \
	CLASS_TO(X14, C)      \
	PLANE                 \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T1 \
	HALF(FIND_OWN_ROW, 0) \
	KEEP_OWN(KEEP_CE_ROW, KEEP_FOCAL_ROW, 0) \
	VBROADCASTSS planeCoefficients_own(COEFFICIENTS), T1 \
	HALF(FIND_OWN_ROW, 32) \
	KEEP_OWN(KEEP_CE_ROW, KEEP_FOCAL_ROW, 32) \
	JMP next
#define FIND_OWN_BEGIN(row, g, u, s) \
	VMOVAPS T0, (ROWS_R+row)(W) \
	VMOVAPS T0, (ROWS_REGION+row)(W)
#define FIND_OWN_ROW(row, own, u, s) \
	VPCMPEQD row(LABELS), C, own    \
	VANDPS   row(X), own, T0        \
	VORPS    (ROWS_R+row)(W), T0, T0 \
	VMOVAPS  T0, (ROWS_R+row)(W)    \
	KEEP_COEFFICIENT((ROWS_REGION+row)(W), own)
#define KEEP_NOTHING(CE, FOCAL, half)

// The derivatives of the own classes, to REGION, a half at AT after the other.
#define PULL_REGION
#define PULL_CE \
	MOVQ W, AT           \
derivative:                  \
	SIDES                \
	HALF(PULL_CE_ROW, 0) \
	PULL_INSIDE          \
	NEXT_HALF_OF_ROWS(derivative)
#define SIDES \
	CONST(avx2Constants_one) \
	HALF(SIDES_ROW, 0)
#define SIDES_ROW(row, g, r, s) \
	VMOVAPS (ROWS_R+row)(AT), r \
	VSUBPS  r, C, s               // s = 1 − r
#define PULL_CE_ROW(row, g, r, s) \
	VMOVAPS (ROWS_CE+row)(AT), g \
	VDIVPS  r, g, g

// PULL_INSIDE is region − g where neither side is under ε, and region
// elsewhere.
#define PULL_INSIDE \
	CONST(avx2Constants_one) \
	VBROADCASTSS EPS, T1     \
	HALF(PULL_INSIDE_ROW, 0)
#define PULL_INSIDE_ROW(row, g, u, s) \
	VMOVAPS (ROWS_R+row)(AT), u      \
	VSUBPS  u, C, s                  \
	VMINPS  u, s, s                  \
	VCMPPS  $13, T1, s, s            \ // min(r, s) ≥ ε
	VANDPS  s, g, g                  \
	VMOVAPS (ROWS_REGION+row)(AT), u \
	VSUBPS  g, u, u                  \
	VMOVAPS u, (ROWS_REGION+row)(AT)

#define PULL_FOCAL(FOCUS) \
	MOVQ W, AT                   \
derivative:                          \
	SIDES                        \
	HALF(KEEP_S, 0)              \
	IF_NEAR(near)                \
	NEG_LOG                      \
	JMP slope                    \
near:                                \
	NEG_LOG_NEAR                 \
slope:                               \
	VBROADCASTSS planarBackward_gamma(CALL), C \
	HALF(SLOPE_OF_ROW, 0)        \
	FOCUS                        \
	HALF(PULL_FOCAL_ROW, 0)      \
	PULL_INSIDE                  \
	NEXT_HALF_OF_ROWS(derivative)
#define SLOPE_OF_ROW(row, g, u, s) \
	VMOVAPS     (ROWS_S+row)(AT), s      \
	VMULPS      (ROWS_R+row)(AT), C, T0  \
	VFMADD213PS s, T0, u                   // γ·r·l + s
#define PULL_FOCAL_ROW(row, g, u, s) \
	VMOVAPS     (ROWS_S+row)(AT), s       \
	VMULPS      (ROWS_CE+row)(AT), s, g   \
	VFMADD231PS (ROWS_FOCAL+row)(AT), u, g \ // focal·slope + ce·s
	VMULPS      (ROWS_R+row)(AT), s, s    \
	VDIVPS      s, g, g                     // that / (r·s)

// WRITE_CLASSES writes them, and what the other classes have.
#define WRITE_CLASSES \
	FIRST_CLASS                    \
pull:                                  \
	GRADIENT_OF_CLASS              \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), C \
	IN_ORDER_FIRST(PULL_OTHER)     \
	IF_PRESENT(pullPresent)        \
pulled:                                \
	WRITE(IN_ORDER_FIRST, weigh, add, stream, weighed, written) \
	VBROADCASTSS planeCoefficients_other(COEFFICIENTS), C \
	IN_ORDER_SECOND(PULL_OTHER)    \
	IF_PRESENT(pullPresentSecond)  \
pulledSecond:                          \
	WRITE(IN_ORDER_SECOND, weighSecond, addSecond, streamSecond, weighedSecond, writtenSecond) \
	NEXT_CLASS(pull)
#define WRITE_CLASSES_OF_PRESENT \
pullPresent:                           \
	CLASS_TO(X15, MOST)            \
	IN_ORDER_FIRST(PULL_FROM_OWN)  \
	JMP pulled                     \
pullPresentSecond:                     \
	CLASS_TO(X15, MOST)            \
	IN_ORDER_SECOND(PULL_FROM_OWN) \
	JMP pulledSecond               \
	MORE_OF_WRITE(IN_ORDER_FIRST, weigh, add, stream, weighed, written) \
	MORE_OF_WRITE(IN_ORDER_SECOND, weighSecond, addSecond, streamSecond, weighedSecond, writtenSecond)
#define PULL_OTHER(row, g, d) VMOVAPS C, d
#define PULL_FROM_OWN(row, g, d) \
	VPCMPEQD  row(LABELS), MOST, T1 \
	VBLENDVPS T1, (ROWS_REGION+row)(W), d, d

#define PLANES_BACKWARD(KEEP_OWN, DERIVATIVES) \
	BACKWARD(CHECK_PROBABILITIES(done), PLANES_TILE(KEEP_OWN, DERIVATIVES), PLANES_MORE(KEEP_OWN))
#define PLANES_TILE(KEEP_OWN, DERIVATIVES) \
	FIND_OWN(KEEP_OWN, own, ownNext, ownPresent) \
	DERIVATIVES                                  \
	WRITE_CLASSES
#define PLANES_MORE(KEEP_OWN) \
	FIND_OWN_OF_PRESENT(KEEP_OWN, ownNext, ownPresent) \
	WRITE_CLASSES_OF_PRESENT

// func planesHardBackwardRegionAVX2(c *planarBackward) int
TEXT ·planesHardBackwardRegionAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_NOTHING, PULL_REGION)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardCEAVX2(c *planarBackward) int
TEXT ·planesHardBackwardCEAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_CE, PULL_CE)
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardHalfAVX2(c *planarBackward) int
TEXT ·planesHardBackwardHalfAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_FOCAL, PULL_FOCAL(FOCUS_HALF))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardOneAVX2(c *planarBackward) int
TEXT ·planesHardBackwardOneAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_FOCAL, PULL_FOCAL(FOCUS_ONE))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardThreeHalvesAVX2(c *planarBackward) int
TEXT ·planesHardBackwardThreeHalvesAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_FOCAL, PULL_FOCAL(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardTwoAVX2(c *planarBackward) int
TEXT ·planesHardBackwardTwoAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_FOCAL, PULL_FOCAL(FOCUS_TWO))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET

// func planesHardBackwardAnyAVX2(c *planarBackward) int
TEXT ·planesHardBackwardAnyAVX2(SB), NOSPLIT, $0-16
	PLANES_BACKWARD(KEEP_FOCAL, PULL_FOCAL(FOCUS_ANY))
	VZEROUPPER
	MOVQ OFFSET, ret+8(FP)
	RET
