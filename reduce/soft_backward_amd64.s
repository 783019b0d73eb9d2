//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"
#include "soft_amd64.h"

#define EPS        softBackward_eps(CALL)
#define HI         softBackward_hi(CALL)
#define LO         softBackward_lo(CALL)
#define FACTOR     softBackward_gamma(CALL)
#define PLACE(row) row

// The one-channel backward kernels for soft targets and weights by AVX2 and
// FMA: softBackwardGeneric (backward_generic.go) by passes. Each class adds
// its weight times its derivative to d.

#define OPEN_D \
	VPXOR G0, G0, G0 \
	KEEP(avx2Work_d, G0, G0, G0, G0)

#define ADD_TO_D EACH(ADD_TO_D_ROW)
#define ADD_TO_D_ROW(row, u, s, g) \
	VMOVAPS     avx2Work_d+row(W), s               \
	VFMADD231PS avx2Work_weight+2*row(AT), g, s    \
	VMOVAPS     s, avx2Work_d+row(W)

// A class that a group has none of would have added +0: what that does to −0.
#define ADD_NONE \
	VPXOR C, C, C       \
	EACH(ADD_NONE_ROW)
#define ADD_NONE_ROW(row, u, s, g) \
	VADDPS  avx2Work_d+row(W), C, g \
	VMOVAPS g, avx2Work_d+row(W)

#define LOAD_D(row, u, s, g) VMOVAPS avx2Work_d+row(W), g

#define WRITE \
	EACH(LOAD_D)                       \
	CMPB softBackward_add(CALL), $0    \
	JNE  add                           \
	CMPB softBackward_stream(CALL), $0 \
	JNE  stream                        \
	EACH(STORE)                        \
written:

#define ADVANCE \
	ADDQ $128, X        \
	ADDQ $128, TARGET   \
	ADDQ $128, WEIGHT   \
	ADDQ $128, GRADIENT

#define SOFT_GRADIENT(GREATEST, limit, FORMULA) \
	BEGIN_CALL                               \
	MOVQ softBackward_prediction(CALL), X    \
	MOVQ softBackward_target(CALL), TARGET   \
	MOVQ softBackward_weights(CALL), WEIGHT  \
	BEGIN_GRADIENT(softBackward_gradient(CALL), softBackward_class, softBackward_class+coefficients__size) \
	BEGIN_BLOCKS(softBackward_prediction+8(CALL), done) \
	SOFT(GREATEST, limit, NOTHING, OPEN_D, FORMULA, ADD_TO_D, ADD_NONE, WRITE, ADVANCE, NOTHING) \
add:                                             \
	EACH(ADD_AND_STORE)                      \
	JMP  written                             \
stream:                                          \
	EACH(STORE_PAST_CACHES)                  \
	JMP  written                             \
done:                                            \
	SFENCE

// ---- Probabilities ----

#define OF_PROBABILITIES(FORMULA) SOFT_GRADIENT(GREATEST_PROBABILITY, avx2Constants_mostProbability, FORMULA)

// func softBackwardProbabilitiesRegionAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesRegionAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE_REGION)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardProbabilitiesCEAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesCEAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE_CE)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardProbabilitiesHalfAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_HALF))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR

// func softBackwardProbabilitiesOneAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_ONE))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR

// func softBackwardProbabilitiesThreeHalvesAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR

// func softBackwardProbabilitiesTwoAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_TWO))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR

// func softBackwardProbabilitiesAnyAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_ANY))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
	NEAR

// ---- Logits ----

#define OF_LOGITS(FORMULA) SOFT_GRADIENT(GREATEST_LOGIT, avx2Constants_mostLogit, FORMULA)

// func softBackwardLogitsCEAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT_CE)
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardLogitsHalfAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_HALF))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardLogitsOneAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_ONE))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardLogitsThreeHalvesAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardLogitsTwoAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_TWO))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET

// func softBackwardLogitsAnyAVX2(c *softBackward, work *avx2Work) int
TEXT ·softBackwardLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(KEEP_N, KEEP_LOG1P, FOCUS_ANY_LOGIT))
	VZEROUPPER
	MOVQ DONE, ret+16(FP)
	RET
