//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// Labels to codes, 32 at a time. A byte 16·h + l is looked up in two tables of
// 16, one for h < 8: TBL gives 0 for an index beyond the table. What is found
// at l has a bit for each h, which another table gives for it.

#define DST    R0
#define LABELS R1
#define TABLE  R2
#define LEFT   R3 // rows left
#define ROWS   R4 // rows done
#define DST_NUMBER    0
#define LABELS_NUMBER 1

#define LOW0   16 // bits[0][0]: bit 0 of the codes of labels below 128,
#define HIGH0  17 // of those above,
#define LOW1   18 // and bit 1
#define HIGH1  19
#define INDEX  20 // 0x8f
#define TOP    21 // 0x80
#define POWER  22 // 1 << h%8
#define ONE    23
#define TWO    24
#define ABOVE0 25 // bit 0 of the code of a label beyond 255, as −1 or 0,
#define ABOVE1 26 // and bit 1
#define T0     27
#define T1     28
#define T2     29

// ABOVE is bit b of the code above, as −1 or 0.
#define ABOVE(b, v) \
	MOVBU codeTable_above(TABLE), R5 \
	UBFX  $b, R5, $1, R5 \
	NEG   R5, R5         \
	VDUP  R5, v

#define ENCODE_BEGIN \
	MOVD dst_base+0(FP), DST        \
	MOVD labels_base+24(FP), LABELS \
	MOVD t+48(FP), TABLE            \
	MOVD rows+56(FP), LEFT          \
	MOVD $0, ROWS                   \
	CBZ  LEFT, done                 \
	FMOVQ codeTable_bits+0(TABLE), F16  \ // LOW0
	FMOVQ codeTable_bits+16(TABLE), F17 \ // HIGH0
	FMOVQ codeTable_bits+32(TABLE), F18 \ // LOW1
	FMOVQ codeTable_bits+48(TABLE), F19 \ // HIGH1
	MOVD $0x8f, R5                  \
	VDUP R5, V20.B16                \ // INDEX
	MOVD $0x80, R5                  \
	VDUP R5, V21.B16                \ // TOP
	MOVD $0x8040201008040201, R5    \
	VDUP R5, V22.D2                 \ // POWER
	MOVD $1, R5                     \
	VDUP R5, V23.B16                \ // ONE
	MOVD $2, R5                     \
	VDUP R5, V24.B16                  // TWO

// LOOK_UP makes bits 0 and 1 of the codes of bytes, as −1 or 0.
#define LOOK_UP(bytes, b0, b1) \
	VAND_B16(INDEX, bytes, T0) \
	VEOR_B16(TOP, T0, T1)      \
	VUSHR4_B16(bytes, T2)      \ // h
	VTBL_B16(T0, LOW0, b0)     \
	VTBL_B16(T0, LOW1, b1)     \
	VTBL_B16(T1, HIGH0, T0)    \
	VTBL_B16(T1, HIGH1, T1)    \
	VTBL_B16(T2, POWER, T2)    \
	VORR_B16(T0, b0, b0)       \
	VORR_B16(T1, b1, b1)       \
	VCMTST_B16(T2, b0, b0)     \
	VCMTST_B16(T2, b1, b1)

// BEYOND gives labels whose upper bits are not 0 the code above.
#define BEYOND(upper, b0, b1) \
	VCMTST_B16(upper, upper, upper)  \
	VBIT_B16(upper, ABOVE0, b0)      \
	VBIT_B16(upper, ABOVE1, b1)

// CODE jumps to done where one of the codes of two vectors is codeInvalid, and
// else stores them.
#define CODE(b0, b1, c0, c1) \
	VAND_B16(b0, b1, T0)      \
	VAND_B16(c0, c1, T1)      \
	VORR_B16(T0, T1, T0)      \
	VUMAXV_B16(T0, T0)        \
	VMOV_W(T0, 5)             \
	CBNZ R5, done             \
	VAND_B16(ONE, b0, b0)     \
	VAND_B16(ONE, c0, c0)     \
	VBIT_B16(b1, TWO, b0)     \
	VBIT_B16(c1, TWO, c0)

#define ENCODE_END \
	FSTPQ (F4, F6), (DST) \
	ADD  $32, DST         \
	ADD  $1, ROWS         \
	SUBS $1, LEFT         \
	BNE  row

// func encodeUint8NEON(dst, labels []uint8, t *codeTable, rows int) int
TEXT ·encodeUint8NEON(SB), NOSPLIT, $0-72
	ENCODE_BEGIN

row:
	FLDPQ (LABELS), (F0, F1)
	ADD   $32, LABELS
	LOOK_UP(0, 4, 5)
	LOOK_UP(1, 6, 7)
	CODE(4, 5, 6, 7)
	ENCODE_END

done:
	MOVD ROWS, ret+64(FP)
	RET

// func encodeUint16NEON(dst []uint8, labels []uint16, t *codeTable, rows int) int
TEXT ·encodeUint16NEON(SB), NOSPLIT, $0-72
	ENCODE_BEGIN
	ABOVE(0, V25.B16)
	ABOVE(1, V26.B16)

row:
	VLD1P_S4(LABELS_NUMBER, 0)
	VUZP1_B16(1, 0, 8) // the lower bytes
	VUZP1_B16(3, 2, 9)
	VUZP2_B16(1, 0, 10) // the upper bytes
	VUZP2_B16(3, 2, 11)
	LOOK_UP(8, 4, 5)
	LOOK_UP(9, 6, 7)
	BEYOND(10, 4, 5)
	BEYOND(11, 6, 7)
	CODE(4, 5, 6, 7)
	ENCODE_END

done:
	MOVD ROWS, ret+64(FP)
	RET

// UPPER makes of four vectors of labels, which hold 16, the lowest bytes, and
// bytes that are 0 where the other three are.
#define UPPER(a, b, c, d, bytes, upper) \
	VUZP1_H8(b, a, bytes)          \ // the lower halves
	VUZP1_H8(d, c, T0)             \
	VUZP2_H8(b, a, T1)             \ // the upper halves
	VUZP2_H8(d, c, T2)             \
	VUZP2_B16(T0, bytes, upper)    \
	VUZP1_B16(T0, bytes, bytes)    \
	VUZP1_B16(T2, T1, T0)          \
	VUZP2_B16(T2, T1, T1)          \
	VORR_B16(T0, upper, upper)     \
	VORR_B16(T1, upper, upper)

// func encodeInt32NEON(dst []uint8, labels []int32, t *codeTable, rows int) int
TEXT ·encodeInt32NEON(SB), NOSPLIT, $0-72
	ENCODE_BEGIN
	ABOVE(0, V25.B16)
	ABOVE(1, V26.B16)

row:
	VLD1P_S4(LABELS_NUMBER, 0)
	VLD1P_S4(LABELS_NUMBER, 4)
	UPPER(0, 1, 2, 3, 8, 10)
	UPPER(4, 5, 6, 7, 9, 11)
	LOOK_UP(8, 4, 5)
	LOOK_UP(9, 6, 7)
	BEYOND(10, 4, 5)
	BEYOND(11, 6, 7)
	CODE(4, 5, 6, 7)
	ENCODE_END

done:
	MOVD ROWS, ret+64(FP)
	RET
