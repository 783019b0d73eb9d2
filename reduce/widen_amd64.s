//go:build !purego && !noasm

#include "textflag.h"

// Labels to classes, 64 at a time: those that are classes themselves.

#define DST    DI
#define LABELS SI
#define LEFT   CX // rows left
#define ROWS   BX // rows done
#define MOST   Y9 // the greatest label that is a class

#define WIDEN_BEGIN(BROADCAST) \
	MOVQ    dst_base+0(FP), DST     \
	MOVQ    labels_base+24(FP), LABELS \
	MOVBLZX most+48(FP), AX         \
	MOVQ    rows+56(FP), LEFT       \
	XORL    ROWS, ROWS              \
	VMOVD   AX, X9                  \
	BROADCAST X9, MOST              \
	TESTQ   LEFT, LEFT              \
	JEQ     done

// WITHIN jumps to done where the greatest labels, in Y8, are beyond most.
#define WITHIN(MAX, EQUAL) \
	MAX       MOST, Y8, Y8 \
	EQUAL     MOST, Y8, Y8 \
	VPMOVMSKB Y8, AX       \
	CMPL      AX, $-1      \
	JNE       done

#define WIDEN(WIDER, size) \
	WIDER 0*size(LABELS), Y0  \
	WIDER 8*size(LABELS), Y1  \
	WIDER 16*size(LABELS), Y2 \
	WIDER 24*size(LABELS), Y3 \
	WIDER 32*size(LABELS), Y4 \
	WIDER 40*size(LABELS), Y5 \
	WIDER 48*size(LABELS), Y6 \
	WIDER 56*size(LABELS), Y7

#define WIDEN_END(size) \
	VMOVDQU Y0, (DST)    \
	VMOVDQU Y1, 32(DST)  \
	VMOVDQU Y2, 64(DST)  \
	VMOVDQU Y3, 96(DST)  \
	VMOVDQU Y4, 128(DST) \
	VMOVDQU Y5, 160(DST) \
	VMOVDQU Y6, 192(DST) \
	VMOVDQU Y7, 224(DST) \
	ADDQ    $256, DST    \
	ADDQ    $(64*size), LABELS \
	INCQ    ROWS         \
	DECQ    LEFT         \
	JNZ     row

// func widenUint8AVX2(dst []int32, labels []uint8, most uint8, rows int) int
TEXT ·widenUint8AVX2(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTB)

row:
	VMOVDQU (LABELS), Y8
	VPMAXUB 32(LABELS), Y8, Y8
	WITHIN(VPMAXUB, VPCMPEQB)
	WIDEN(VPMOVZXBD, 1)
	WIDEN_END(1)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func widenUint16AVX2(dst []int32, labels []uint16, most uint8, rows int) int
TEXT ·widenUint16AVX2(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTW)

row:
	VMOVDQU (LABELS), Y8
	VPMAXUW 32(LABELS), Y8, Y8
	VPMAXUW 64(LABELS), Y8, Y8
	VPMAXUW 96(LABELS), Y8, Y8
	WITHIN(VPMAXUW, VPCMPEQW)
	WIDEN(VPMOVZXWD, 2)
	WIDEN_END(2)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET

// func widenInt32AVX2(dst, labels []int32, most uint8, rows int) int
TEXT ·widenInt32AVX2(SB), NOSPLIT, $0-72
	WIDEN_BEGIN(VPBROADCASTD)

row:
	WIDEN(VMOVDQU, 4)
	VPMAXUD Y1, Y0, Y8
	VPMAXUD Y2, Y8, Y8
	VPMAXUD Y3, Y8, Y8
	VPMAXUD Y4, Y8, Y8
	VPMAXUD Y5, Y8, Y8
	VPMAXUD Y6, Y8, Y8
	VPMAXUD Y7, Y8, Y8
	WITHIN(VPMAXUD, VPCMPEQD)
	WIDEN_END(4)

done:
	MOVQ ROWS, ret+64(FP)
	VZEROUPPER
	RET
