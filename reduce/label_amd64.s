//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"

// Labels to codes, 32 at a time. A byte 16·h + l is looked up in two tables of
// 16, one for h < 8: PSHUFB gives 0 for an index with its top bit set. What is
// found at l has a bit for each h, which another table gives for it.

#define DST    DI
#define LABELS SI
#define TABLE  DX
#define LEFT   CX // rows left
#define ROWS   BX // rows done

#define LOW0   Y0  // bits[0][0]: bit 0 of the codes of labels below 128,
#define HIGH0  Y1  // of those above,
#define LOW1   Y2  // and bit 1
#define HIGH1  Y3
#define TOP    Y4  // 0x80
#define NIBBLE Y5  // 0x0f
#define POWER  Y6  // 1 << h%8
#define ABOVE0 Y7  // bit 0 of the code of a label beyond 255, as −1 or 0,
#define ABOVE1 Y8  // and bit 1
#define ORDER  Y9  // of what packing four vectors leaves
#define B0     Y10 // bit 0 of the codes, as −1 or 0
#define B1     Y11
#define BYTES  Y12 // the labels as bytes
#define WITHIN Y13 // −1 where that is what they are
#define T0     Y14
#define T1     Y15

#define BROADCAST_BYTES(word, x, y) \
	MOVQ         word, AX \
	VMOVQ        AX, x    \
	VPBROADCASTQ x, y

// ABOVE is bit b of the code above, as −1 or 0.
#define ABOVE(b, x, y) \
	MOVBLZX      codeTable_above(TABLE), AX \
	SHRL         $b, AX \
	ANDL         $1, AX \
	NEGL         AX     \
	VMOVD        AX, x  \
	VPBROADCASTB x, y

#define ENCODE_BEGIN \
	MOVQ dst_base+0(FP), DST     \
	MOVQ labels_base+24(FP), LABELS \
	MOVQ t+48(FP), TABLE         \
	MOVQ rows+56(FP), LEFT       \
	XORL ROWS, ROWS              \
	TESTQ LEFT, LEFT             \
	JEQ  done                    \
	VBROADCASTI128 codeTable_bits+0(TABLE), LOW0   \
	VBROADCASTI128 codeTable_bits+16(TABLE), HIGH0 \
	VBROADCASTI128 codeTable_bits+32(TABLE), LOW1  \
	VBROADCASTI128 codeTable_bits+48(TABLE), HIGH1 \
	BROADCAST_BYTES($0x8080808080808080, X4, TOP)    \
	BROADCAST_BYTES($0x0f0f0f0f0f0f0f0f, X5, NIBBLE) \
	BROADCAST_BYTES($0x8040201008040201, X6, POWER)

// LOOK_UP makes B0 and B1 of BYTES.
#define LOOK_UP \
	VPSRLW   $4, BYTES, T1     \
	VPAND    NIBBLE, T1, T1    \ // h
	VPSHUFB  T1, POWER, T1     \
	VPXOR    TOP, BYTES, T0    \
	VPSHUFB  BYTES, LOW0, B0   \
	VPSHUFB  BYTES, LOW1, B1   \
	VPSHUFB  T0, HIGH1, BYTES  \
	VPSHUFB  T0, HIGH0, T0     \
	VPOR     T0, B0, B0        \
	VPOR     BYTES, B1, B1     \
	VPAND    T1, B0, B0        \
	VPAND    T1, B1, B1        \
	VPCMPEQB T1, B0, B0        \
	VPCMPEQB T1, B1, B1

// BEYOND gives labels that are no bytes the code above.
#define BEYOND \
	VPBLENDVB WITHIN, B0, ABOVE0, B0 \
	VPBLENDVB WITHIN, B1, ABOVE1, B1

// CODE jumps to done where a code is codeInvalid, and else leaves them in B0.
#define CODE \
	VPTEST B0, B1       \
	JNZ    done         \
	VPADDB B1, B1, B1   \
	VPADDB B1, B0, B0   \
	VPABSB B0, B0

#define ENCODE_END(size) \
	VMOVDQU B0, (DST)        \
	ADDQ    $32, DST         \
	ADDQ    $(32*size), LABELS \
	INCQ    ROWS             \
	DECQ    LEFT             \
	JNZ     row

// func encodeUint8AVX2(dst, labels []uint8, t *codeTable, rows int) int
TEXT ·encodeUint8AVX2(SB), NOSPLIT, $0-72
	ENCODE_BEGIN

row:
	VMOVDQU (LABELS), BYTES
	LOOK_UP
	CODE
	ENCODE_END(1)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func encodeUint16AVX2(dst []uint8, labels []uint16, t *codeTable, rows int) int
TEXT ·encodeUint16AVX2(SB), NOSPLIT, $0-72
	ENCODE_BEGIN
	ABOVE(0, X7, ABOVE0)
	ABOVE(1, X8, ABOVE1)

row:
	VMOVDQU   (LABELS), T0
	VMOVDQU   32(LABELS), T1
	VPACKUSWB T1, T0, BYTES
	VPSRLW    $8, T0, T0
	VPSRLW    $8, T1, T1
	VPACKUSWB T1, T0, T0
	VPXOR     T1, T1, T1
	VPCMPEQB  T1, T0, WITHIN
	LOOK_UP
	BEYOND
	CODE
	VPERMQ    $0xd8, B0, B0
	ENCODE_END(2)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func encodeInt32AVX2(dst []uint8, labels []int32, t *codeTable, rows int) int
TEXT ·encodeInt32AVX2(SB), NOSPLIT, $0-72
	ENCODE_BEGIN
	ABOVE(0, X7, ABOVE0)
	ABOVE(1, X8, ABOVE1)
	MOVQ      $0x0703060205010400, AX
	VMOVQ     AX, X9
	VPMOVZXBD X9, ORDER

row:
	VMOVDQU   (LABELS), T0
	VMOVDQU   32(LABELS), T1
	VMOVDQU   64(LABELS), B0
	VMOVDQU   96(LABELS), B1
	VPACKUSDW T1, T0, BYTES
	VPACKUSDW B1, B0, WITHIN
	VPACKUSWB WITHIN, BYTES, BYTES
	VPSRLD    $8, T0, T0
	VPSRLD    $8, T1, T1
	VPSRLD    $8, B0, B0
	VPSRLD    $8, B1, B1
	VPACKUSDW T1, T0, T0
	VPACKUSDW B1, B0, B0
	VPXOR     T1, T1, T1
	VPCMPEQW  T1, T0, T0
	VPCMPEQW  T1, B0, B0
	VPACKSSWB B0, T0, WITHIN
	LOOK_UP
	BEYOND
	CODE
	VPERMD    B0, ORDER, B0
	ENCODE_END(4)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET
