//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "element_amd64.h"

// Conversions of a prediction to float32 by AVX2, a row of 16 numbers at a
// time: two vectors.

#define STORE_ROW \
	VMOVUPS Y0, (DST)   \
	VMOVUPS Y1, 32(DST)

// func float64AVX2(dst []float32, src []float64)
TEXT ·float64AVX2(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	VCVTPD2PSY  (SRC), X0
	VCVTPD2PSY  32(SRC), X2
	PREFETCHT0  4096+64(SRC)
	VCVTPD2PSY  64(SRC), X1
	VCVTPD2PSY  96(SRC), X3
	VINSERTF128 $1, X2, Y0, Y0
	VINSERTF128 $1, X3, Y1, Y1
	STORE_ROW
	CONVERT_END(8)

done:
	VZEROUPPER
	RET

// func float16AVX2(dst []float32, src []uint16)
TEXT ·float16AVX2(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	VCVTPH2PS (SRC), Y0
	VCVTPH2PS 16(SRC), Y1
	STORE_ROW
	CONVERT_END(2)

done:
	VZEROUPPER
	RET

// func bfloat16AVX2(dst []float32, src []uint16)
TEXT ·bfloat16AVX2(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	PREFETCH
	VPMOVZXWD (SRC), Y0
	VPMOVZXWD 16(SRC), Y1
	VPSLLD    $16, Y0, Y0
	VPSLLD    $16, Y1, Y1
	STORE_ROW
	CONVERT_END(2)

done:
	VZEROUPPER
	RET

// The quotient comes from a product and its remainder: the divider is slow. For
// the 256 bytes that is the same, as TestConvertEveryPattern shows.
#define DIVISOR    Y4
#define RECIPROCAL Y5

// func quantisedAVX2(dst []float32, src []uint8)
TEXT ·quantisedAVX2(SB), NOSPLIT, $0-48
	CONVERT_BEGIN
	MOVL         $0x437f0000, AX // float32(255)
	VMOVD        AX, X4
	VPBROADCASTD X4, DIVISOR
	MOVL         $0x3b808081, AX // float32(1/255)
	VMOVD        AX, X5
	VPBROADCASTD X5, RECIPROCAL

loop:
	PREFETCH
	VPMOVZXBD    (SRC), Y2
	VPMOVZXBD    8(SRC), Y3
	VCVTDQ2PS    Y2, Y2
	VCVTDQ2PS    Y3, Y3
	VMULPS       RECIPROCAL, Y2, Y0 // q = v·(1/255)
	VMULPS       RECIPROCAL, Y3, Y1
	VFNMADD231PS DIVISOR, Y0, Y2    // rest = v − q·255
	VFNMADD231PS DIVISOR, Y1, Y3
	VFMADD231PS  RECIPROCAL, Y2, Y0 // q += rest·(1/255)
	VFMADD231PS  RECIPROCAL, Y3, Y1
	STORE_ROW
	CONVERT_END(1)

done:
	VZEROUPPER
	RET
