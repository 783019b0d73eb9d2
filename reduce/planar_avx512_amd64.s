//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "planar_avx512_amd64.h"
#include "halves_avx512_amd64.h"

#define PLANES_AT (planarCall_planes+0)(CALL)
#define ALL_AT (planarCall_planes+8)(CALL)
#define HALVES_AT (planarCall_halves+0)(CALL)
#define ELEMENT_AT planarCall_element(CALL)
#define LABELS_AT planarCall_labels(CALL)
#define TARGETS_AT planarCall_targets(CALL)
#define WEIGHTS_AT planarCall_weights(CALL)
#define SCRATCH_AT planarCall_scratch(CALL)
#define EPS planarCall_eps(CALL)
#define HI planarCall_hi(CALL)
#define LO planarCall_lo(CALL)

// The forward kernels for several channels, first for hard labels.
//
// A tile's voxels mostly are of one class. Only that class needs more than
// its probabilities: what a voxel adds to its own class is formed once, beside
// the loop over the classes, and added there to the class that is present.
// Weights multiply whether given or 1: a fused multiply-add costs what an
// addition does.

// CLEAR_LANES sets the sums of all classes to 0.
#define CLEAR_LANES(class) \
	VPXORD Z0, Z0, Z0; \
	VMOVUPS Z0, LANES_W(FRAME); \
	FIRST_CLASS; \
class: \
	VMOVUPS Z0, LANES_R(LANES); \
	VMOVUPS Z0, LANES_S(LANES); \
	VMOVUPS Z0, LANES_L(LANES); \
	VMOVUPS Z0, LANES_F(LANES); \
	VMOVUPS Z0, LANES_P(LANES); \
	NEXT_CLASS(class)

// ADD_WEIGHTS adds the weights in a to their sum.
#define ADD_WEIGHTS \
	VMOVUPS LANES_W(FRAME), TEMP; \
	TILE(ADD_WEIGHT); \
	VMOVUPS TEMP, LANES_W(FRAME)
#define ADD_WEIGHT(i, a, b, c, d, e, k, others, mine) VADDPS a, TEMP, TEMP

// ADD_LANES adds a row's worth from every row to the sums of a class.
#define ADD_LANES(lanes, step) \
	VMOVUPS lanes(LANES), TEMP; \
	TILE(step); \
	VMOVUPS TEMP, lanes(LANES)
#define ADD_R(i, a, b, c, d, e, k, w, mine) VFMADD231PS (ROWS_R+i)(FRAME), w, k, TEMP
#define ADD_S(i, a, b, c, d, e, k, w, mine) VFMADD231PS (ROWS_S+i)(FRAME), w, k, TEMP
#define ADD_L(i, a, b, c, d, e, k, w, mine) VFMADD231PS (ROWS_L+i)(FRAME), w, k, TEMP
#define ADD_F(i, a, b, c, d, e, k, w, mine) VFMADD231PS (ROWS_F+i)(FRAME), w, k, TEMP
#define NOT_OWN(i, a, b, c, d, e, k, w, mine) KNOTW k, k

// The sums of an own class, by what is wanted.
#define SUMS_REGION \
	ADD_LANES(LANES_R, ADD_R); \
	ADD_LANES(LANES_S, ADD_S)
#define SUMS_CE \
	SUMS_REGION; \
	ADD_LANES(LANES_L, ADD_L)
#define SUMS_FOCAL \
	SUMS_CE; \
	ADD_LANES(LANES_F, ADD_F)

// From s in others and r in mine to the rows that are added.
#define KEEP_SIDES(i, a, b, c, d, e, k, s, r) \
	VMOVUPS r, (ROWS_R+i)(FRAME); \
	VMOVUPS s, (ROWS_S+i)(FRAME)
#define KEEP_L(i, a, b, c, d, e, k, others, mine) VMOVUPS d, (ROWS_L+i)(FRAME)
#define KEEP_F(i, a, b, c, d, e, k, others, mine) VMOVUPS e, (ROWS_F+i)(FRAME)
#define TIMES_L(i, a, b, c, d, e, k, others, mine) VMULPS d, e, e

// CLOSE_BLOCK_PLANAR adds the block's sums to the call's, and leaves 0. The
// sums of a class without voxels in the block are 0 but for one.
#define CLOSE_BLOCK_PLANAR(class, without) \
	VPXORD Z1, Z1, Z1; \
	FOLD_LANES(LANES_W(FRAME), planarCall_w(CALL)); \
	MOVQ planarCall_sums(CALL), X; \
	FIRST_CLASS; \
class: \
	VMOVUPS LANES_R(LANES), Z0; \
	VPORD LANES_S(LANES), Z0, Z0; \
	VPORD LANES_L(LANES), Z0, Z0; \
	VPORD LANES_F(LANES), Z0, Z0; \
	VPTESTMD Z0, Z0, K3; \
	KORTESTW K3, K3; \
	JEQ without; \
	FOLD_LANES(LANES_R(LANES), planeSums_r(X)); \
	FOLD_LANES(LANES_S(LANES), planeSums_s(X)); \
	FOLD_LANES(LANES_L(LANES), planeSums_l(X)); \
	FOLD_LANES(LANES_F(LANES), planeSums_f(X)); \
without: \
	FOLD_LANES(LANES_P(LANES), planeSums_p(X)); \
	ADDQ $planeSums__size, X; \
	NEXT_CLASS(class)
#define FOLD_LANES(lanes, sum) \
	VCVTPS2PD 0+lanes, Z0; \
	VCVTPS2PD 32+lanes, TEMP; \
	VMOVUPS Z1, lanes; \
	VADDPD TEMP, Z0, Z0; \
	VEXTRACTF64X4 $1, Z0, Y4; \
	VADDPD Y4, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X4; \
	VADDPD X4, X0, X0; \
	VUNPCKHPD X0, X0, X4; \
	VADDSD X4, X0, X0; \
	VADDSD sum, X0, X0; \
	VMOVSD X0, sum

// HARD is the walk over blocks and tiles: VALUES leaves s and r of the own
// class in others and mine, LOG −log r in d, and POWER s^γ·(−log r) in e.
#define HARD_CE(LOG) \
	LOG; \
	TILE(KEEP_L)
#define HARD_FOCAL(LOG, POWER) \
	HARD_CE(LOG); \
	POWER; \
	TILE(KEEP_F)
#define HARD(VALUES, LOGS, ADD) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
	CLEAR_LANES(clear); \
block: \
	KXNORW PLAIN, PLAIN, PLAIN; \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP_LABELLED); \
	ADD_WEIGHTS; \
	FIND_CLASSES(mixed, found); \
	VALUES; \
	TILE(KEEP_SIDES); \
	LOGS; \
	ADD; \
	NEXT_TILE(tile); \
	KORTESTW PLAIN, PLAIN; \
	JCC refuse; \
	CLOSE_BLOCK_PLANAR(fold, without); \
	NEXT_BLOCK(block); \
done: \
	END_PLANAR; \
refuse: \
	SUBQ $(4*const_BlockSize), OFFSET; \
	JMP done

// Softmax.

#define SOFTMAX_VALUES \
	FIND_MOST(most, mostOfHalves, mostOfFloat16, mostNext, mostEnd); \
	EXPONENTIALS(NOTHING, exp, expAbsent, expNext, expSame, expPresent); \
	OWN_SIDES
#define SOFTMAX_FLOOR(i, a, b, c, d, e, k, s, r) VMAXPS.BCST constants512_normal(CONSTANTS), s, b
#define SOFTMAX_POWER(POWER) \
	TILE(SOFTMAX_FLOOR); \
	POWER(EACH); \
	TILE(TIMES_L)

// w·p goes to the sum P of the classes that a voxel is not of, and the rest to
// its own.
#define SOFTMAX_ADD(SUMS) \
	TILE(SOFTMAX_ADD_BEGIN); \
	FIRST_CLASS; \
	JMP sum; \
sumPresent: \
	OWN_VOXELS(sumAbsent); \
	SUMS; \
	TILE(NOT_OWN); \
	ADD_LANES(LANES_P, ADD_EXP_OTHER); \
	JMP sumNext; \
sum: \
	IF_PRESENT(sumPresent); \
sumAbsent: \
	ADD_LANES(LANES_P, ADD_EXP); \
sumNext: \
	NEXT_CLASS(sum)
#define SOFTMAX_ADD_BEGIN(i, a, b, c, d, inverse, k, w, mine) \
	VMOVUPS (ROWS_INVERSE+i)(FRAME), inverse; \
	VMOVUPS (ROWS_W+i)(FRAME), w
#define ADD_EXP(i, a, b, c, d, inverse, k, w, mine) \
	VMULPS i(EXPS), inverse, a; \
	VFMADD231PS a, w, TEMP
#define ADD_EXP_OTHER(i, a, b, c, d, inverse, k, w, mine) \
	VMULPS i(EXPS), inverse, a; \
	VFMADD231PS a, w, k, TEMP

// func softmaxHardRegionAVX512(c *planarCall) int
TEXT ·softmaxHardRegionAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, NOTHING, SOFTMAX_ADD(SUMS_REGION))

// func softmaxHardCEAVX512(c *planarCall) int
TEXT ·softmaxHardCEAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_CE(OWN_LOG), SOFTMAX_ADD(SUMS_CE))

// func softmaxHardHalfAVX512(c *planarCall) int
TEXT ·softmaxHardHalfAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_FOCAL(OWN_LOG, SOFTMAX_POWER(POWER_HALF)), SOFTMAX_ADD(SUMS_FOCAL))

// func softmaxHardOneAVX512(c *planarCall) int
TEXT ·softmaxHardOneAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_FOCAL(OWN_LOG, SOFTMAX_POWER(POWER_ONE)), SOFTMAX_ADD(SUMS_FOCAL))

// func softmaxHardThreeHalvesAVX512(c *planarCall) int
TEXT ·softmaxHardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_FOCAL(OWN_LOG, SOFTMAX_POWER(POWER_THREE_HALVES)), SOFTMAX_ADD(SUMS_FOCAL))

// func softmaxHardTwoAVX512(c *planarCall) int
TEXT ·softmaxHardTwoAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_FOCAL(OWN_LOG, SOFTMAX_POWER(POWER_TWO)), SOFTMAX_ADD(SUMS_FOCAL))

// func softmaxHardAnyAVX512(c *planarCall) int
TEXT ·softmaxHardAnyAVX512(SB), NOSPLIT, $0-16
	HARD(SOFTMAX_VALUES, HARD_FOCAL(OWN_LOG, SOFTMAX_POWER(POWER_ANY)), SOFTMAX_ADD(SUMS_FOCAL))

// Probabilities.

// Every plane is read once: w·p is added as it comes, and the own class's p
// kept for the rest.
#define PROBABILITY_VALUES \
	TILE(PROBABILITY_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_VOXELS(absent); \
	TILE(PROBABILITY_OWN); \
	ADD_LANES(LANES_P, ADD_P_OTHER); \
	JMP next; \
class: \
	PLANE; \
	PREFETCH_PLANE; \
	TILE(PROBABILITY); \
	IF_PRESENT(present); \
absent: \
	ADD_LANES(LANES_P, ADD_P); \
next: \
	NEXT_CLASS(class); \
	TILE(PROBABILITY_SIDES)
#define PROBABILITY_BEGIN(i, a, b, c, d, e, k, w, mine) \
	VMOVUPS (ROWS_W+i)(FRAME), w; \
	VPXORD mine, mine, mine
#define PROBABILITY(i, a, b, c, d, e, k, w, mine) \
	VMOVUPS i(X), a; \
	VPCMPUD $2, ONE, a, PLAIN, PLAIN // plain = plain && bits(p) ≤ bits(1)
#define PROBABILITY_OWN(i, a, b, c, d, e, k, w, mine) \
	VMOVAPS a, k, mine; \
	KNOTW k, k
#define ADD_P(i, a, b, c, d, e, k, w, mine) VFMADD231PS a, w, TEMP
#define ADD_P_OTHER(i, a, b, c, d, e, k, w, mine) VFMADD231PS a, w, k, TEMP
#define PROBABILITY_SIDES(i, a, b, c, d, e, k, s, r) VSUBPS r, ONE, s

#define PROBABILITY_LOG \
	TILE(PROBABILITY_CLAMP); \
	NEG_LOG_OF_OWN(sure, near, ownLogged)
#define PROBABILITY_CLAMP(i, a, b, c, d, e, k, s, r) \
	VMAXPS.BCST EPS, r, a; \
	VMAXPS.BCST EPS, s, b
#define PROBABILITY_POWER(POWER) \
	TILE(PROBABILITY_CEILING); \
	POWER(EACH); \
	TILE(TIMES_L)
#define PROBABILITY_CEILING(i, a, b, c, d, e, k, s, r) VMINPS.BCST planarCall_oneMinus(CALL), b, b

#define PROBABILITY_ADD(SUMS) \
	TILE(PROBABILITY_WEIGHTS); \
	FIRST_CLASS; \
	JMP sum; \
sumPresent: \
	OWN_VOXELS(sumAbsent); \
	SUMS; \
	JMP sumAbsent; \
sum: \
	IF_PRESENT(sumPresent); \
sumAbsent: \
	NEXT_CLASS(sum)
#define PROBABILITY_WEIGHTS(i, a, b, c, d, e, k, w, mine) VMOVUPS (ROWS_W+i)(FRAME), w

// func planesHardRegionAVX512(c *planarCall) int
TEXT ·planesHardRegionAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, NOTHING, PROBABILITY_ADD(SUMS_REGION))

// func planesHardCEAVX512(c *planarCall) int
TEXT ·planesHardCEAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_CE(PROBABILITY_LOG), PROBABILITY_ADD(SUMS_CE))

// func planesHardHalfAVX512(c *planarCall) int
TEXT ·planesHardHalfAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_HALF)), PROBABILITY_ADD(SUMS_FOCAL))

// func planesHardOneAVX512(c *planarCall) int
TEXT ·planesHardOneAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_ONE)), PROBABILITY_ADD(SUMS_FOCAL))

// func planesHardThreeHalvesAVX512(c *planarCall) int
TEXT ·planesHardThreeHalvesAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_THREE_HALVES)), PROBABILITY_ADD(SUMS_FOCAL))

// func planesHardTwoAVX512(c *planarCall) int
TEXT ·planesHardTwoAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_TWO)), PROBABILITY_ADD(SUMS_FOCAL))

// func planesHardAnyAVX512(c *planarCall) int
TEXT ·planesHardAnyAVX512(SB), NOSPLIT, $0-16
	HARD(PROBABILITY_VALUES, HARD_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_ANY)), PROBABILITY_ADD(SUMS_FOCAL))

// Soft targets: every class takes its share of every voxel, but a class that
// has none of a tile needs no more than its p.

#define ROWS_OWN ROWS_R   // w·y
#define ROWS_OTHER ROWS_S // w·(1 − y)

// SHARES puts the class's weights down, and K1 says whether any own one is
// not 0.
#define SHARES \
	TARGET; \
	PREFETCHT0 512(Y); \
	PREFETCHT0 576(Y); \
	PREFETCHT0 640(Y); \
	PREFETCHT0 704(Y); \
	VPXORD COEF, COEF, COEF; \
	TILE(SHARE); \
	VPTESTMD COEF, COEF, K1
#define SHARE(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS i(Y), a; \
	VPCMPUD $2, ONE, a, PLAIN, PLAIN; \
	VSUBPS a, ONE, b; \
	VMULPS (ROWS_W+i)(FRAME), a, a; \
	VMULPS (ROWS_W+i)(FRAME), b, b; \
	VMOVUPS a, (ROWS_OWN+i)(FRAME); \
	VMOVUPS b, (ROWS_OTHER+i)(FRAME); \
	VPORD a, COEF, COEF

#define SHARE_P(i, a, b, c, d, e, k, s, r) VFMADD231PS (ROWS_OTHER+i)(FRAME), r, TEMP
#define SHARE_R(i, a, b, c, d, e, k, s, r) VFMADD231PS (ROWS_OWN+i)(FRAME), r, TEMP
#define SHARE_S(i, a, b, c, d, e, k, s, r) VFMADD231PS (ROWS_OWN+i)(FRAME), s, TEMP
#define SHARE_L(i, a, b, c, d, e, k, s, r) VFMADD231PS (ROWS_OWN+i)(FRAME), d, TEMP
#define SHARE_F(i, a, b, c, d, e, k, s, r) VFMADD231PS (ROWS_OWN+i)(FRAME), e, TEMP

// SOFT is the walk: VALUES is for the tile, R leaves r of the class under way
// in mine and S its s in others, and the rest is as in HARD.
#define SOFT_CE(LOG) \
	LOG; \
	ADD_LANES(LANES_L, SHARE_L)
#define SOFT_FOCAL(LOG, POWER) \
	SOFT_CE(LOG); \
	POWER; \
	ADD_LANES(LANES_F, SHARE_F)
#define SOFT(VALUES, R, S, LOGS) \
	BEGIN_PLANAR(done); \
	SCALE_GAMMA; \
	CLEAR_LANES(clear); \
block: \
	KXNORW PLAIN, PLAIN, PLAIN; \
tile: \
	WEIGHTS(given, weighted); \
	TILE(WEIGHT_KEEP); \
	ADD_WEIGHTS; \
	VALUES; \
	FIRST_CLASS; \
class: \
	PLANE; \
	SHARES; \
	R; \
	ADD_LANES(LANES_P, SHARE_P); \
	KORTESTW K1, K1; \
	JEQ next; \
	S; \
	ADD_LANES(LANES_R, SHARE_R); \
	ADD_LANES(LANES_S, SHARE_S); \
	LOGS; \
next: \
	NEXT_CLASS(class); \
	NEXT_TILE(tile); \
	KORTESTW PLAIN, PLAIN; \
	JCC refuse; \
	CLOSE_BLOCK_PLANAR(fold, without); \
	NEXT_BLOCK(block); \
done: \
	END_PLANAR; \
refuse: \
	SUBQ $(4*const_BlockSize), OFFSET; \
	JMP done

#define SOFTMAX_SOFT(LOGS) SOFT(LIKELIHOOD_AND_LOGARITHMS, CLASS_R, CLASS_S, LOGS)

#define PLANES_SOFT(LOGS) SOFT(NOTHING, PROBABILITY_R, PROBABILITY_S, LOGS)
#define PROBABILITY_R \
	PREFETCH_PLANE; \
	TILE(PROBABILITY_SHARE)
#define PROBABILITY_SHARE(i, a, b, c, d, e, k, s, r) \
	VMOVUPS i(X), r; \
	VPCMPUD $2, ONE, r, PLAIN, PLAIN // plain = plain && bits(p) ≤ bits(1)
#define PROBABILITY_S TILE(PROBABILITY_SIDES)

// func softmaxSoftRegionAVX512(c *planarCall) int
TEXT ·softmaxSoftRegionAVX512(SB), NOSPLIT, $0-16
	SOFT(LIKELIHOOD, CLASS_R, CLASS_S, NOTHING)

// func softmaxSoftCEAVX512(c *planarCall) int
TEXT ·softmaxSoftCEAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_CE(CLASS_LOG(tied, logged)))

// func softmaxSoftHalfAVX512(c *planarCall) int
TEXT ·softmaxSoftHalfAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_FOCAL(CLASS_LOG(tied, logged), SOFTMAX_POWER(POWER_HALF)))

// func softmaxSoftOneAVX512(c *planarCall) int
TEXT ·softmaxSoftOneAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_FOCAL(CLASS_LOG(tied, logged), SOFTMAX_POWER(POWER_ONE)))

// func softmaxSoftThreeHalvesAVX512(c *planarCall) int
TEXT ·softmaxSoftThreeHalvesAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_FOCAL(CLASS_LOG(tied, logged), SOFTMAX_POWER(POWER_THREE_HALVES)))

// func softmaxSoftTwoAVX512(c *planarCall) int
TEXT ·softmaxSoftTwoAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_FOCAL(CLASS_LOG(tied, logged), SOFTMAX_POWER(POWER_TWO)))

// func softmaxSoftAnyAVX512(c *planarCall) int
TEXT ·softmaxSoftAnyAVX512(SB), NOSPLIT, $0-16
	SOFTMAX_SOFT(SOFT_FOCAL(CLASS_LOG(tied, logged), SOFTMAX_POWER(POWER_ANY)))

// func planesSoftRegionAVX512(c *planarCall) int
TEXT ·planesSoftRegionAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(NOTHING)

// func planesSoftCEAVX512(c *planarCall) int
TEXT ·planesSoftCEAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_CE(PROBABILITY_LOG))

// func planesSoftHalfAVX512(c *planarCall) int
TEXT ·planesSoftHalfAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_HALF)))

// func planesSoftOneAVX512(c *planarCall) int
TEXT ·planesSoftOneAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_ONE)))

// func planesSoftThreeHalvesAVX512(c *planarCall) int
TEXT ·planesSoftThreeHalvesAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_THREE_HALVES)))

// func planesSoftTwoAVX512(c *planarCall) int
TEXT ·planesSoftTwoAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_TWO)))

// func planesSoftAnyAVX512(c *planarCall) int
TEXT ·planesSoftAnyAVX512(SB), NOSPLIT, $0-16
	PLANES_SOFT(SOFT_FOCAL(PROBABILITY_LOG, PROBABILITY_POWER(POWER_ANY)))
