// What the backward kernels for several channels share.

#define LOAD_GAMMA FMOVQ (planarBackward_hi-8)(CALL), F31 // K1[2], K1[3] = hi, lo

#define COEFFICIENTS R10 // those of the next class
#define NEXT_GRADIENT R6 // the slice of the next class
#define CLASS_SIZE planeCoefficients__size

// A kernel: BLOCK_BEGINS is what is done for a block when its numbers are
// plain but maybe for its targets, ROW_BEGINS goes to ignored where no voxel of
// a row counts, and DERIVATIVES writes those of any other.
#define PLANAR_BACKWARD(input, SIGNLESS, BLOCK_BEGINS, ROW_BEGINS, DERIVATIVES) \
	PLANAR_BEGIN(planarBackward_planes, planarBackward_labels, planarBackward_weights, planarBackward_scratch, planarBackward_eps) \
	MOVBU planarBackward_add(CALL), ADDS                                     \
	MOVWU planarBackward_gamma(CALL), TEMP                                   \
	MOVW TEMP, (neonPull_lanes+12)(WORK)                                     \
	ADD  $neonRows_s, WORK, SAVED                                            \
block:                                                                   \
	CMP  $const_BlockSize, LEFT                                              \
	BLT  done                                                                \
	CHECK_WEIGHTS(weights, unweighted)                                       \
	MOVWU (neonTable_limits+4*input)(CONST), LIMIT                           \
	FIRST_CLASS                                                              \
plane:                                                                   \
	PLANE(X)                                                                 \
	CHECK_VALUES(X, LIMIT, SIGNLESS, values)                                 \
	NEXT_CLASS(plane)                                                        \
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
