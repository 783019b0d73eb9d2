//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "four_avx512_amd64.h"
#include "backward_avx512_amd64.h"
#include "soft_avx512_amd64.h"

#define EPS softBackward_eps(CALL)
#define HI softBackward_hi(CALL)
#define LO softBackward_lo(CALL)
#define FACTOR softBackward_gamma(CALL)
#define CALL_PREDICTION softBackward_prediction
#define CALL_TARGET softBackward_target
#define CALL_WEIGHTS softBackward_weights
#define CALL_SPACE softBackward_space
#define CLASS0 softBackward_class(CALL)
#define CLASS1 (softBackward_class+coefficients__size)(CALL)

// The one-channel backward kernels for soft targets and weights: each class
// adds its weight times its derivative to the rows of D.

#define OPEN_D(i, a, b, c, d, e, k) VMOVAPS Z0, (ROWS_D+i)(FRAME)
#define OPEN_GRADIENT \
	VPXORD Z0, Z0, Z0; \
	EACH(OPEN_D)

#define ADD_TO_D(i, a, b, c, d, e, k) \
	VMOVAPS i(W), c; \
	VFMADD213PS (ROWS_D+i)(FRAME), c, d; \
	VMOVAPS d, (ROWS_D+i)(FRAME)
#define PULL_CLASS(PULL) \
	LOAD_COEFFICIENTS; \
	EACH_SIDES(PULL); \
	EACH(ADD_TO_D)

#define LOAD_D(i, a, b, c, d, e, k) VMOVAPS (ROWS_D+i)(FRAME), d
#define WRITE \
	EACH(LOAD_D); \
	CMPB softBackward_add(CALL), $0; \
	JNE add; \
	CMPB softBackward_stream(CALL), $0; \
	JNE stream; \
	EACH(STORE); \
written: \
	ADDQ $256, GRADIENT

#define END_WRITE \
	SFENCE; \
	END_SOFT; \
add: \
	EACH(ADD_AND_STORE); \
	JMP written; \
stream: \
	EACH(STORE_PAST_CACHES); \
	JMP written

#define PROBABILITIES(FORMULA, PULL) \
	MOVQ c+0(FP), CALL; \
	MOVQ softBackward_gradient(CALL), GRADIENT; \
	SOFT(GREATEST_PROBABILITY, constants512_one, NOTHING, OPEN_GRADIENT, LOAD_BACKGROUND, LOAD_FOREGROUND, FORMULA, PULL_CLASS(PULL), WRITE, NOTHING, END_WRITE)
#define FOCAL_PROBABILITIES(POWER) \
	PROBABILITIES(PROBABILITIES_FOCAL(POWER), PULL_FOCAL)

// func softBackwardProbabilitiesRegionAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesRegionAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NOTHING, PULL_REGION)

// func softBackwardProbabilitiesCEAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesCEAVX512(SB), NOSPLIT, $0-16
	PROBABILITIES(NOTHING, PULL_CE)

// func softBackwardProbabilitiesHalfAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesHalfAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_HALF)

// func softBackwardProbabilitiesOneAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesOneAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_ONE)

// func softBackwardProbabilitiesThreeHalvesAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesThreeHalvesAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_THREE_HALVES)

// func softBackwardProbabilitiesTwoAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesTwoAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_TWO)

// func softBackwardProbabilitiesAnyAVX512(c *softBackward) int
TEXT ·softBackwardProbabilitiesAnyAVX512(SB), NOSPLIT, $0-16
	FOCAL_PROBABILITIES(POWER_ANY)

#define LOGITS_KERNEL(FORMULA, PULL) \
	MOVQ c+0(FP), CALL; \
	MOVQ softBackward_gradient(CALL), GRADIENT; \
	SOFT(GREATEST_LOGIT, constants512_leastLogit, NOTHING, OPEN_GRADIENT, MARGIN_BACKGROUND, MARGIN_FOREGROUND, FORMULA, PULL_CLASS(PULL), WRITE, NOTHING, END_WRITE)
#define FOCAL_LOGITS(POWER) \
	LOGITS_KERNEL(LOGITS_FOCAL(POWER), PULL_LOGIT_FOCAL)

// func softBackwardLogitsCEAVX512(c *softBackward) int
TEXT ·softBackwardLogitsCEAVX512(SB), NOSPLIT, $0-16
	LOGITS_KERNEL(LOGITS_SIDES, PULL_LOGIT_CE)

// func softBackwardLogitsHalfAVX512(c *softBackward) int
TEXT ·softBackwardLogitsHalfAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_HALF)

// func softBackwardLogitsOneAVX512(c *softBackward) int
TEXT ·softBackwardLogitsOneAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_ONE)

// func softBackwardLogitsThreeHalvesAVX512(c *softBackward) int
TEXT ·softBackwardLogitsThreeHalvesAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_THREE_HALVES)

// func softBackwardLogitsTwoAVX512(c *softBackward) int
TEXT ·softBackwardLogitsTwoAVX512(SB), NOSPLIT, $0-16
	FOCAL_LOGITS(LOGITS_TWO)

// func softBackwardLogitsAnyAVX512(c *softBackward) int
TEXT ·softBackwardLogitsAnyAVX512(SB), NOSPLIT, $0-16
	LOGITS_KERNEL(LOGITS_FOCAL_ANY, PULL_LOGIT_FOCAL)
