// The steps of the AVX2 backward kernels (backward_generic.go), after
// avx2_amd64.h. Voxels do not depend on each other here, and a group is 32 of
// them in their order: four rows of eight.
//
// A voxel's class is an index: 0, 1, or 2 where it is ignored. What depends on
// the class is looked up in a table of four by VPERMILPS, an operation for a
// port that arithmetic leaves free. So no group is a case of its own, and
// labels at random cost what labels in regions do.

#define GRADIENT M   // the gradient of the group
#define CLASS    R13 // the classes of the group's voxels
#define TABLE    MOST

#define LOAD_TABLE(table, to) VBROADCASTF128 table, to

// BEGIN_GRADIENT takes what a call has beside its input.
#define BEGIN_GRADIENT(gradient, class0, class1) \
	MOVQ gradient, GRADIENT \
	BY_CLASS(class0+coefficients_region, class1+coefficients_region, avx2Work_region) \
	BY_CLASS(class0+coefficients_ce, class1+coefficients_ce, avx2Work_ce)             \
	BY_CLASS(class0+coefficients_focal, class1+coefficients_focal, avx2Work_focal)

#define BY_CLASS(class0, class1, table) \
	VMOVSS    class0(CALL), X0          \
	VINSERTPS $0x10, class1(CALL), X0, X0 \
	VMOVUPS   X0, table(W)

// ---- The check of a block, before anything of it is written ----

// GREATEST_PROBABILITY and GREATEST_LOGIT are most = max(most, bits) of a row
// N voxels into the block at p; of logits with their signs set.
#define GREATEST_PROBABILITY(p, row, most) VPMAXUD row(p)(N*4), most, most
#define GREATEST_LOGIT(p, row, most) \
	VPOR    row(p)(N*4), C, T0 \
	VPMAXUD T0, most, most

// GREATEST_OF_PROBABILITIES leaves the greatest bits of a block in MOST.
#define GREATEST_OF_PROBABILITIES \
	VPXOR G0, G0, G0          \
	XORL  N, N                \
greatest:                         \
	GREATEST_PROBABILITY(X, 0, MOST)  \
	GREATEST_PROBABILITY(X, 32, G0)   \
	GREATEST_PROBABILITY(X, 64, MOST) \
	GREATEST_PROBABILITY(X, 96, G0)   \
	ADDL    $32, N            \
	CMPL    N, $const_BlockSize \
	JNE     greatest          \
	VPMAXUD G0, MOST, MOST

// CHECK_LABELS goes on where every label of the block is 0 or 1, or else every
// other one is ignored; it jumps to done where one is not.
#define CHECK_LABELS(stray, plain, done) \
	CONST(avx2Constants_labelOnes) \
	VMOVDQA C, G0               \
	VMOVDQA C, G1               \
	XORL    N, N                \
labels:                             \
	VPMAXUB (Y)(N*1), G0, G0    \
	VPMAXUB 32(Y)(N*1), G1, G1  \
	ADDL    $64, N              \
	CMPL    N, $const_BlockSize \
	JNE     labels              \
	VPMAXUB   G1, G0, G0        \
	VPCMPEQB  C, G0, G0         \
	VPMOVMSKB G0, N             \
	CMPL      N, $-1            \
	JEQ       plain             \
	VMOVDQA avx2Work_ignore(W), T1 \
	XORL    N, N                \
stray:                              \
	VMOVDQU   (Y)(N*1), G0      \
	VPCMPEQB  T1, G0, G1        \
	VPMAXUB   C, G0, G0         \
	VPCMPEQB  C, G0, G0         \
	VPOR      G1, G0, G0        \
	VPMOVMSKB G0, GROUPS        \
	CMPL      GROUPS, $-1       \
	JNE       done              \
	ADDL      $32, N            \
	CMPL      N, $const_BlockSize \
	JNE       stray             \
plain:

// ---- A group ----

// LOAD_CLASSES makes indices of the labels.
#define LOAD_CLASSES \
	CONST(avx2Constants_labelIgnored) \
	VPMINUB   (Y), C, C               \
	VMOVDQA   C, avx2Work_label(W)    \
	VPMOVZXBD avx2Work_label(W), T0   \
	VPMOVZXBD avx2Work_label+8(W), T1 \
	VMOVDQA   T0, avx2Work_class(W)   \
	VMOVDQA   T1, avx2Work_class+32(W) \
	VPMOVZXBD avx2Work_label+16(W), T0 \
	VPMOVZXBD avx2Work_label+24(W), T1 \
	VMOVDQA   T0, avx2Work_class+64(W) \
	VMOVDQA   T1, avx2Work_class+96(W) \
	LEAQ      avx2Work_class(W), CLASS

// A row's place in a volume is PLACE, which a file that includes this defines,
// and EPS and FACTOR, γ where it is a factor, as well.

// PREFETCH_GROUP asks for the group that the call says is to be fetched
// meanwhile.
#define PREFETCH_GROUP(ahead) \
	MOVQ ahead(CALL), N   \
	PREFETCHT0 (X)(N*1)   \
	PREFETCHT0 64(X)(N*1) \
	PREFETCHT0 const_BlockSize(Y)

#define STORE(row, u, s, g) VMOVUPS g, row(GRADIENT)
#define ADD_AND_STORE(row, u, s, g) \
	VADDPS  row(GRADIENT), g, g \
	VMOVUPS g, row(GRADIENT)
#define STORE_PAST_CACHES(row, u, s, g) VMOVNTPS g, row(GRADIENT)

// ---- The formulas: from X and CLASS to the derivatives in G ----

// PULL_REGION is the derivative by a probability where only regions count.
#define PULL_REGION \
	LOAD_TABLE(avx2Work_region(W), TABLE) \
	EACH(REGION_COEFFICIENT)
#define REGION_COEFFICIENT(row, u, s, g) VPERMILPS row(CLASS), TABLE, g

// SIDES leaves r in U and s in S. A probability under ε needs no digits in the
// backward pass, since its formula's result is not used, and is BELOW_EPSILON:
// the processor is slow at subnormal ones. In the forward pass it is what it is.
#define BELOW_EPSILON VBROADCASTSS ·avx2+avx2Constants_belowEpsilon(SB), T1
#define ZERO          VPXOR T1, T1, T1
#define SIDES(LEAST) \
	CONST(avx2Constants_one)   \
	LEAST                      \
	LOAD_TABLE(·avx2+avx2Constants_ofForeground(SB), TABLE) \
	EACH(SIDES_ROW)
#define SIDES_ROW(row, r, s, t) \
	VMAXPS    PLACE(row)(X), T1, s   \
	VSUBPS    s, C, r                \
	VPERMILPS row(CLASS), TABLE, T0  \
	VXORPS    r, s, t                \
	VANDPS    T0, t, t               \
	VXORPS    t, r, r                \ // class 0: r = 1 − p, s = p
	VXORPS    t, s, s                  // class 1: r = p, s = 1 − p

// PULL_CE is the derivative by r from r in U and s in S.
#define PULL_CE \
	LOAD_TABLE(avx2Work_ce(W), C) \
	EACH(PULL_CE_ROW)             \
	PULL_INSIDE
#define PULL_CE_ROW(row, r, s, g) \
	VPERMILPS row(CLASS), C, g \
	VDIVPS    r, g, g          \ // ce / r
	VMINPS    r, s, s

// PULL_INSIDE is region − g where the smaller side, in S, is not under ε, and
// region elsewhere.
#define PULL_INSIDE \
	VBROADCASTSS EPS, C                   \
	LOAD_TABLE(avx2Work_region(W), TABLE) \
	EACH(PULL_INSIDE_ROW)
#define PULL_INSIDE_ROW(row, u, s, g) \
	VCMPPS    $13, C, s, s          \ // s ≥ ε
	VANDPS    s, g, g               \
	VPERMILPS row(CLASS), TABLE, T0 \
	VSUBPS    g, T0, g

// SLOPE_OF_PROBABILITY leaves the slope in U: by the logarithm that is short
// where every r is at least ½, and the power's step FOCUS.
#define SLOPE_OF_PROBABILITY(FOCUS) \
	SIDES(BELOW_EPSILON)             \
	KEEP(avx2Work_r, U0, U1, U2, U3) \
	KEEP(avx2Work_s, S0, S1, S2, S3) \
	IF_NEAR(near)                    \
	NEG_LOG                          \
slope:                                   \
	SLOPE                            \
	FOCUS
#define NEAR \
near:                \
	NEG_LOG_NEAR \
	JMP slope

// SLOPE is u = γ·r·u + s.
#define SLOPE \
	VBROADCASTSS FACTOR, C \
	EACH(SLOPE_ROW)
#define SLOPE_ROW(row, u, s, g) \
	VMULPS      avx2Work_r+row(W), C, T0 \
	VFMADD213PS s, T0, u

// PULL_FOCAL is the derivative by r from the slope in U.
#define PULL_FOCAL \
	LOAD_TABLE(avx2Work_ce(W), C)     \
	LOAD_TABLE(avx2Work_focal(W), T1) \
	EACH(PULL_FOCAL_ROW)              \
	PULL_INSIDE
#define PULL_FOCAL_ROW(row, u, s, g) \
	VMOVAPS     avx2Work_s+row(W), s     \
	VPERMILPS   row(CLASS), C, g         \
	VMULPS      s, g, g                  \ // ce·s
	VPERMILPS   row(CLASS), T1, T0       \
	VFMADD231PS u, T0, g                 \ // focal·slope + ce·s
	VMULPS      avx2Work_r+row(W), s, T0 \
	VDIVPS      T0, g, g                 \ // that / (r·s)
	VMINPS      avx2Work_r+row(W), s, s

// LOGIT_SIDES leaves t in U, r in G and s in S, and keeps u.
#define LOGIT_SIDES(KEEP_EXP) \
	CONST(avx2Constants_sign)               \
	LOAD_TABLE(·avx2+avx2Constants_ofBackground(SB), TABLE) \
	EACH(MARGIN_ROW)                        \
	KEEP(avx2Work_u, S0, S1, S2, S3)        \
	REDUCE                                  \
	KEEP_EXP                                \
	EXP                                     \
	SIGMOID                                 \
	PROBABILITIES
#define MARGIN_ROW(row, t, u, g) \
	VPERMILPS row(CLASS), TABLE, T0 \
	VMOVUPS   PLACE(row)(X), u      \
	VORPS     C, u, g               \ // −|u|
	VXORPS    T0, u, u

// PULL_LOGIT_CE is the derivative by u from r in G and s in S.
#define PULL_LOGIT_CE \
	LOAD_TABLE(avx2Work_region(W), TABLE) \
	LOAD_TABLE(avx2Work_ce(W), T1)        \
	EACH(PULL_LOGIT_CE_ROW)
#define PULL_LOGIT_CE_ROW(row, u, s, r) \
	VPERMILPS   row(CLASS), TABLE, T0 \
	VPERMILPS   row(CLASS), T1, u     \
	VFMSUB213PS u, T0, r              \ // region·r − ce
	VMULPS      s, r, r

// SLOPE_OF_LOGIT leaves the slope in U.
#define SLOPE_OF_LOGIT(KEEP_EXP, KEEP_LOG, FOCUS) \
	LOGIT_SIDES(KEEP_EXP)            \
	KEEP(avx2Work_r, G0, G1, G2, G3) \
	KEEP(avx2Work_s, S0, S1, S2, S3) \
	LOG1P                            \
	KEEP_LOG                         \
	SURPRISE                         \
	SLOPE                            \
	FOCUS

// PULL_LOGIT_FOCAL is the derivative by u from the slope in U.
#define PULL_LOGIT_FOCAL \
	LOAD_TABLE(avx2Work_region(W), TABLE) \
	LOAD_TABLE(avx2Work_ce(W), T1)        \
	LOAD_TABLE(avx2Work_focal(W), C)      \
	EACH(PULL_LOGIT_FOCAL_ROW)
#define PULL_LOGIT_FOCAL_ROW(row, u, s, g) \
	VPERMILPS   row(CLASS), TABLE, g    \
	VPERMILPS   row(CLASS), T1, T0      \
	VFMSUB132PS avx2Work_r+row(W), T0, g \ // region·r − ce
	VPERMILPS   row(CLASS), C, T0       \
	VMULPS      T0, u, u                \
	VFMSUB132PS avx2Work_s+row(W), u, g   // s·that − focal·slope

// ---- The derivatives ----

#define DERIVATIVE_REGION PULL_REGION

#define DERIVATIVE_CE \
	SIDES(BELOW_EPSILON) \
	PULL_CE

#define DERIVATIVE(FOCUS) \
	SLOPE_OF_PROBABILITY(FOCUS) \
	PULL_FOCAL

#define DERIVATIVE_BY_LOGIT_CE \
	LOGIT_SIDES(NOTHING) \
	PULL_LOGIT_CE

#define DERIVATIVE_BY_LOGIT(KEEP_EXP, KEEP_LOG, FOCUS) \
	SLOPE_OF_LOGIT(KEEP_EXP, KEEP_LOG, FOCUS) \
	PULL_LOGIT_FOCAL
