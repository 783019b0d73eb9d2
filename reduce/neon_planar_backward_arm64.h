// What the backward kernels for several channels share.

#define LOAD_GAMMA FMOVQ (planarBackward_hi-8)(CALL), F31 // K1[2], K1[3] = hi, lo

#define COEFFICIENTS R10 // those of the next class
#define NEXT_GRADIENT R6 // the slice of the next class
#define CLASS_SIZE planeCoefficients__size

// A kernel: CHECK_PREDICTION leaves a block whose prediction is not plain,
// BLOCK_BEGINS is what is done for one whose numbers are plain but maybe for its
// targets, ROW_BEGINS goes to ignored where no voxel of a row counts, and
// DERIVATIVES writes those of any other.
#define PLANAR_BACKWARD(CHECK_PREDICTION, BLOCK_BEGINS, ROW_BEGINS, DERIVATIVES) \
	PLANAR_BEGIN(planarBackward_planes, planarBackward_halves, planarBackward_element, planarBackward_labels, planarBackward_weights, planarBackward_scratch, planarBackward_eps) \
	MOVBU planarBackward_add(CALL), ADDS                                     \
	MOVWU planarBackward_gamma(CALL), TEMP                                   \
	MOVW TEMP, (neonPull_lanes+12)(WORK)                                     \
	ADD  $neonRows_s, WORK, SAVED                                            \
block:                                                                   \
	CMP  $const_BlockSize, LEFT                                              \
	BLT  done                                                                \
	CHECK_WEIGHTS(weights, unweighted)                                       \
	CHECK_PREDICTION                                                         \
	BLOCK_BEGINS                                                             \
	MOVD $(const_BlockSize/const_Lanes), GROUPS                              \
row:                                                                     \
	ROW_BEGINS                                                               \
	DERIVATIVES                                                              \
	B    next                                                                \
ignored:                                                                 \
	FIRST_GRADIENT                                                           \
	MOVD ZR, CLASS                                                           \
ignoredClass:                                                            \
	EACH(VEOR_B16, QB, QB, QB)                                               \
	PUT_CLASS(QB, QC)                                                        \
	NEXT_CLASS(ignoredClass)                                                 \
next:                                                                    \
	ADD  $(4*const_Lanes), OFFSET                                            \
	SUB  $1, GROUPS                                                          \
	CBNZ GROUPS, row                                                         \
	SUB  $const_BlockSize, LEFT                                              \
	ADD  $1, DONE                                                            \
	B    block

// The block's values are plain in every plane, or it is left.
#define CHECK_PROBABILITIES CHECK_PLANES(const_probabilities, RAW, plane, values)
#define CHECK_PLANES(input, SIGNLESS, class, loop) \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT \
	FIRST_CLASS                                    \
class:                                         \
	PLANE(X)                                       \
	CHECK_VALUES(X, LIMIT, SIGNLESS, loop)         \
	NEXT_CLASS(class)

// Those of logits, which may come as halves.
#define CHECK_LOGITS \
	MOVBU planarBackward_element(CALL), TEMP             \
	CBNZ TEMP, halves                                    \
	CHECK_PLANES(const_logits, MAGNITUDE, plane, values) \
	B    checked                                         \
halves:                                              \
	CHECK_HALVES(plane16, values16)                      \
checked:

// CHECK_PLANES of halves, whose element type is in TEMP.
#define CHECK_HALVES(class, loop) \
	ADD  TEMP<<1, CONST, TEMP                    \
	MOVHU neonTable_mostHalf(TEMP), LIMIT        \
	MOVW $0x8000, TEMP                           \
	VDUP TEMP, V30.H8                            \ // K0 = the sign
	MOVD planarBackward_halves(CALL), NEXT_PLANE \
	MOVD ZR, CLASS                               \
	EACH(VEOR_B16, QG, QG, QG)                   \ // QG = the largest of all planes
class:                                       \
	MOVD.P SLICE_SIZE(NEXT_PLANE), X             \
	ADD  OFFSET>>1, X                            \
	MOVD $(const_BlockSize/(2*GROUP)), SETS      \
loop:                                        \
	LARGEST_HALVES(QA)                           \
	LARGEST_HALVES(QB)                           \
	LARGEST_HALVES(QC)                           \
	LARGEST_HALVES(QD)                           \
	SUB  $1, SETS                                \
	CBNZ SETS, loop                              \
	NEXT_CLASS(class)                            \
	IN_LIMIT(VUMAX_H8, VUMAXV_H8, LIMIT)
#define LARGEST_HALVES(s) \
	VLD1P_S4(X_NUMBER, s)      \
	EACH_M(VORR_B16, K0, s, s) \
	EACH(VUMAX_H8, s, QG, QG)

#define WIDEN_LOGITS WIDEN_ROW(planarBackward_halves, planarBackward_element, widen, float16s, storeWidened, widened)

#define FIRST_COEFFICIENTS MOVD planarBackward_class(CALL), COEFFICIENTS
#define FIRST_GRADIENT MOVD planarBackward_gradient(CALL), NEXT_GRADIENT
#define PUT_CLASS(d, t) \
	MOVD.P SLICE_SIZE(NEXT_GRADIENT), G \
	ADD  OFFSET, G                      \
	PUT(d, t)

// QG = s^γ·(γ·r·ℓ/s + 1), of r in QA, s in QB and ℓ in QE. FOCAL is one of the
// focal powers.
#define SOFTMAX_SLOPE(FOCAL) \
	FMOVQ neonPull_lanes(WORK), F31      \
	EACH_LANE(VFMUL_LANE, 3, K1, QA, QA) \
	EACH(VFDIV_S4, QB, QE, QE)           \ // QE = ℓ/s
	COPIES(ONE, QF)                      \
	EACH(VFMLA_S4, QA, QE, QF)           \ // QF = γ·r·QE + 1
	FOCAL(QB, QF, QG, QA, QE)
