//go:build !purego && !noasm

#include "textflag.h"

// Labels to classes as in widen_amd64.s, 64 at a time in four vectors.

#define DST    DI
#define LABELS SI
#define LEFT   CX // rows left
#define ROWS   BX // rows done
#define MOST   Z5 // the greatest label that is a class

#define WIDEN_BEGIN(BROADCAST) \
	MOVQ    dst_base+0(FP), DST     \
	MOVQ    labels_base+24(FP), LABELS \
	MOVBLZX most+48(FP), AX         \
	MOVQ    rows+56(FP), LEFT       \
	XORL    ROWS, ROWS              \
	BROADCAST AX, MOST              \
	TESTQ   LEFT, LEFT              \
	JEQ     done

// WITHIN jumps to done where one of the greatest labels, in Z4, is beyond most.
#define WITHIN(GREATER) \
	GREATER  $6, MOST, Z4, K1 \
	KORTESTQ K1, K1           \
	JNE      done

#define WIDEN(WIDER, size) \
	WIDER 0*size(LABELS), Z0  \
	WIDER 16*size(LABELS), Z1 \
	WIDER 32*size(LABELS), Z2 \
	WIDER 48*size(LABELS), Z3

#define WIDEN_END(size) \
	VMOVDQU64 Z0, (DST)          \
	VMOVDQU64 Z1, 64(DST)        \
	VMOVDQU64 Z2, 128(DST)       \
	VMOVDQU64 Z3, 192(DST)       \
	ADDQ      $256, DST          \
	ADDQ      $(64*size), LABELS \
	INCQ      ROWS               \
	DECQ      LEFT               \
	JNZ       row

// func widenUint8AVX512(dst []int32, labels []uint8, most uint8, rows int) int
TEXT ·widenUint8AVX512(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTB)

row:
	VMOVDQU64 (LABELS), Z4
	WITHIN(VPCMPUB)
	WIDEN(VPMOVZXBD, 1)
	WIDEN_END(1)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func widenUint16AVX512(dst []int32, labels []uint16, most uint8, rows int) int
TEXT ·widenUint16AVX512(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTW)

row:
	VMOVDQU64 (LABELS), Z4
	VPMAXUW   64(LABELS), Z4, Z4
	WITHIN(VPCMPUW)
	WIDEN(VPMOVZXWD, 2)
	WIDEN_END(2)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func widenInt32AVX512(dst, labels []int32, most uint8, rows int) int
TEXT ·widenInt32AVX512(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTD)

row:
	WIDEN(VMOVDQU64, 4)
	VPMAXUD Z1, Z0, Z4
	VPMAXUD Z2, Z4, Z4
	VPMAXUD Z3, Z4, Z4
	WITHIN(VPCMPUD)
	WIDEN_END(4)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET
