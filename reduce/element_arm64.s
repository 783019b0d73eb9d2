//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// Conversions of a prediction to float32, a row of 16 numbers at a time.

#define DST  R0
#define SRC  R1
#define LEFT R2 // numbers
#define DST_NUMBER 0
#define SRC_NUMBER 1

// The row is V0 to V3 when it is stored.
#define CONVERT_BEGIN \
	MOVD dst_base+0(FP), DST  \
	MOVD dst_len+8(FP), LEFT  \
	MOVD src_base+24(FP), SRC \
	CBZ  LEFT, done

#define CONVERT_END \
	VST1P_S4(DST_NUMBER, 0)  \
	SUBS $const_Lanes, LEFT  \
	BNE  loop

// func float64NEON(dst []float32, src []float64)
TEXT ·float64NEON(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	VLD1P_S4(SRC_NUMBER, 4)
	VLD1P_S4(SRC_NUMBER, 8)
	VFCVTN_S2(4, 0)
	VFCVTN_S2(6, 1)
	VFCVTN_S2(8, 2)
	VFCVTN_S2(10, 3)
	VFCVTN2_S4(5, 0)
	VFCVTN2_S4(7, 1)
	VFCVTN2_S4(9, 2)
	VFCVTN2_S4(11, 3)
	CONVERT_END

done:
	RET

// func float16NEON(dst []float32, src []uint16)
TEXT ·float16NEON(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	FLDPQ (SRC), (F4, F5)
	ADD   $32, SRC
	VFCVTL_S4(4, 0)
	VFCVTL2_S4(4, 1)
	VFCVTL_S4(5, 2)
	VFCVTL2_S4(5, 3)
	CONVERT_END

done:
	RET

// func bfloat16NEON(dst []float32, src []uint16)
TEXT ·bfloat16NEON(SB), NOSPLIT, $0-48
	CONVERT_BEGIN

loop:
	FLDPQ (SRC), (F4, F5)
	ADD   $32, SRC
	VSHLL16_S4(4, 0)
	VSHLL16_2_S4(4, 1)
	VSHLL16_S4(5, 2)
	VSHLL16_2_S4(5, 3)
	CONVERT_END

done:
	RET

// func quantisedNEON(dst []float32, src []uint8)
TEXT ·quantisedNEON(SB), NOSPLIT, $0-48
	CONVERT_BEGIN
	MOVW $0x437f0000, R3 // float32(255)
	VDUP R3, V7.S4

loop:
	FMOVQ (SRC), F4
	ADD   $16, SRC
	VUXTL_H8(4, 5)
	VUXTL2_H8(4, 6)
	VUXTL_S4(5, 0)
	VUXTL2_S4(5, 1)
	VUXTL_S4(6, 2)
	VUXTL2_S4(6, 3)
	VUCVTF_S4(0, 0)
	VUCVTF_S4(1, 1)
	VUCVTF_S4(2, 2)
	VUCVTF_S4(3, 3)
	VFDIV_S4(7, 0, 0)
	VFDIV_S4(7, 1, 1)
	VFDIV_S4(7, 2, 2)
	VFDIV_S4(7, 3, 3)
	CONVERT_END

done:
	RET
