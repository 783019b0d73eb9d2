//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "backward_amd64.h"

#define EPS    hardBackward_eps(CALL)
#define HI     hardBackward_hi(CALL)
#define LO     hardBackward_lo(CALL)
#define FACTOR hardBackward_gamma(CALL)
#define PLACE(row) row

// The one-channel backward kernels for hard labels by AVX2 and FMA:
// hardBackwardGeneric (backward_generic.go) by passes.

// BACKWARD is the walk over blocks and groups: FORMULA leaves a group's
// derivatives in G.
#define BACKWARD(GREATEST, limit, FORMULA) \
	BEGIN_CALL                             \
	MOVQ hardBackward_prediction(CALL), X  \
	MOVQ hardBackward_labels(CALL), Y      \
	BEGIN_LABELS(hardBackward_ignore(CALL)) \
	BEGIN_GRADIENT(hardBackward_gradient(CALL), hardBackward_class, hardBackward_class+coefficients__size) \
	BEGIN_BLOCKS(hardBackward_prediction+8(CALL), done) \
block:                                         \
	CHECK(GREATEST, limit, stray, done)    \
plain:                                         \
	MOVL $(const_BlockSize/32), GROUPS     \
group:                                         \
	PREFETCH_GROUP(hardBackward_ahead)     \
	LOAD_CLASSES                           \
	FORMULA                                \
	CMPB hardBackward_add(CALL), $0        \
	JNE  add                               \
	CMPB hardBackward_stream(CALL), $0     \
	JNE  stream                            \
	EACH(STORE)                            \
next:                                          \
	ADDQ $128, X                           \
	ADDQ $32, Y                            \
	ADDQ $128, GRADIENT                    \
	DECL GROUPS                            \
	JNZ  group                             \
	INCQ DONE                              \
	DECQ LEFT                              \
	JNZ  block                             \
	JMP  done                              \
add:                                           \
	EACH(ADD_AND_STORE)                    \
	JMP  next                              \
stream:                                        \
	EACH(STORE_PAST_CACHES)                \
	JMP  next                              \
stray:                                         \
	CHECK_LABELS(plain, done)              \
done:                                          \
	SFENCE

#define OF_PROBABILITIES(FORMULA) BACKWARD(GREATEST_PROBABILITY, avx2Constants_mostProbability, FORMULA)
#define OF_LOGITS(FORMULA) BACKWARD(GREATEST_LOGIT, avx2Constants_mostLogit, FORMULA)

// func hardBackwardProbabilitiesRegionAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesRegionAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE_REGION)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardProbabilitiesCEAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesCEAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE_CE)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardProbabilitiesHalfAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesHalfAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_HALF))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR

// func hardBackwardProbabilitiesOneAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesOneAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_ONE))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR

// func hardBackwardProbabilitiesThreeHalvesAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR

// func hardBackwardProbabilitiesTwoAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesTwoAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_TWO))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR

// func hardBackwardProbabilitiesAnyAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardProbabilitiesAnyAVX2(SB), NOSPLIT, $0-24
	OF_PROBABILITIES(DERIVATIVE(FOCUS_ANY))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
	NEAR

// func hardBackwardLogitsCEAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsCEAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT_CE)
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsHalfAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsHalfAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_HALF))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsOneAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsOneAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_ONE))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsThreeHalvesAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsThreeHalvesAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_THREE_HALVES))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsTwoAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsTwoAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(NOTHING, NOTHING, FOCUS_TWO))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET

// func hardBackwardLogitsAnyAVX2(c *hardBackward, work *avx2Work) int
TEXT ·hardBackwardLogitsAnyAVX2(SB), NOSPLIT, $0-24
	OF_LOGITS(DERIVATIVE_BY_LOGIT(KEEP_N, KEEP_LOG1P, FOCUS_ANY_LOGIT))
	VZEROUPPER
	MOVQ   DONE, ret+16(FP)
	RET
