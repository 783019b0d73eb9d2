//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "element_amd64.h"

// Conversions of a prediction to float32 by AVX-512, a row of 16 numbers at a
// time: a vector.

// func float64AVX512(dst []float32, src []float64)
TEXT ·float64AVX512(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	PREFETCHT0 4096+64(SRC)
	VCVTPD2PS  (SRC), Y0
	VCVTPD2PS  64(SRC), Y1
	VMOVUPS    Y0, (DST)
	VMOVUPS    Y1, 32(DST)
	CONVERT_END(8)

done:
	VZEROUPPER
	RET

// func float16AVX512(dst []float32, src []uint16)
TEXT ·float16AVX512(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	VCVTPH2PS (SRC), Z0
	VMOVUPS   Z0, (DST)
	CONVERT_END(2)

done:
	VZEROUPPER
	RET

// func bfloat16AVX512(dst []float32, src []uint16)
TEXT ·bfloat16AVX512(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	VPMOVZXWD (SRC), Z0
	VPSLLD    $16, Z0, Z0
	VMOVUPS   Z0, (DST)
	CONVERT_END(2)

done:
	VZEROUPPER
	RET

// The quotient comes from a product and its remainder, as in element_amd64.s.
#define DIVISOR    Z2
#define RECIPROCAL Z3

// func quantisedAVX512(dst []float32, src []uint8)
TEXT ·quantisedAVX512(SB), NOSPLIT, $0-48
	CONVERT_BEGIN
	MOVL         $0x437f0000, AX // float32(255)
	VPBROADCASTD AX, DIVISOR
	MOVL         $0x3b808081, AX // float32(1/255)
	VPBROADCASTD AX, RECIPROCAL

loop:
	PREFETCH
	VPMOVZXBD    (SRC), Z0
	VCVTDQ2PS    Z0, Z0
	VMULPS       RECIPROCAL, Z0, Z1  // q = v·(1/255)
	VFNMADD231PS DIVISOR, Z1, Z0     // rest = v − q·255
	VFMADD231PS  RECIPROCAL, Z0, Z1  // q += rest·(1/255)
	VMOVUPS      Z1, (DST)
	CONVERT_END(1)

done:
	VZEROUPPER
	RET
