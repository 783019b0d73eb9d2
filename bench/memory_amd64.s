//go:build !purego && !noasm

#include "textflag.h"

// Plain reads and copies. A turn of a loop covers 256 bytes; the reads keep
// four sums, so that none waits for another.

#define SRC SI
#define DST DI
#define GROUPS CX

// func readAVX2(b *byte, groups int) uint64
TEXT ·readAVX2(SB), NOSPLIT, $0-24
	MOVQ  b+0(FP), SRC
	MOVQ  groups+8(FP), GROUPS
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

	PCALIGN $32
loop:
	VPXOR 0(SRC), Y0, Y0
	VPXOR 32(SRC), Y1, Y1
	VPXOR 64(SRC), Y2, Y2
	VPXOR 96(SRC), Y3, Y3
	VPXOR 128(SRC), Y0, Y0
	VPXOR 160(SRC), Y1, Y1
	VPXOR 192(SRC), Y2, Y2
	VPXOR 224(SRC), Y3, Y3
	ADDQ  $256, SRC
	DECQ  GROUPS
	JNE   loop

	VPXOR        Y1, Y0, Y0
	VPXOR        Y3, Y2, Y2
	VPXOR        Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPXOR        X1, X0, X0
	VPSRLDQ      $8, X0, X1
	VPXOR        X1, X0, X0
	VMOVQ        X0, AX
	MOVQ         AX, ret+16(FP)
	VZEROUPPER
	RET

// func readAVX512(b *byte, groups int) uint64
TEXT ·readAVX512(SB), NOSPLIT, $0-24
	MOVQ   b+0(FP), SRC
	MOVQ   groups+8(FP), GROUPS
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	VPXORQ Z2, Z2, Z2
	VPXORQ Z3, Z3, Z3

	PCALIGN $32
loop:
	VPXORQ 0(SRC), Z0, Z0
	VPXORQ 64(SRC), Z1, Z1
	VPXORQ 128(SRC), Z2, Z2
	VPXORQ 192(SRC), Z3, Z3
	ADDQ   $256, SRC
	DECQ   GROUPS
	JNE    loop

	VPXORQ        Z1, Z0, Z0
	VPXORQ        Z3, Z2, Z2
	VPXORQ        Z2, Z0, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPXOR         Y1, Y0, Y0
	VEXTRACTI128  $1, Y0, X1
	VPXOR         X1, X0, X0
	VPSRLDQ       $8, X0, X1
	VPXOR         X1, X0, X0
	VMOVQ         X0, AX
	MOVQ          AX, ret+16(FP)
	VZEROUPPER
	RET

// func copyAVX2(dst, src *byte, groups int)
TEXT ·copyAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DST
	MOVQ src+8(FP), SRC
	MOVQ groups+16(FP), GROUPS

	PCALIGN $32
loop:
	VMOVDQU  0(SRC), Y0
	VMOVDQU  32(SRC), Y1
	VMOVDQU  64(SRC), Y2
	VMOVDQU  96(SRC), Y3
	VMOVDQU  128(SRC), Y4
	VMOVDQU  160(SRC), Y5
	VMOVDQU  192(SRC), Y6
	VMOVDQU  224(SRC), Y7
	VMOVNTDQ Y0, 0(DST)
	VMOVNTDQ Y1, 32(DST)
	VMOVNTDQ Y2, 64(DST)
	VMOVNTDQ Y3, 96(DST)
	VMOVNTDQ Y4, 128(DST)
	VMOVNTDQ Y5, 160(DST)
	VMOVNTDQ Y6, 192(DST)
	VMOVNTDQ Y7, 224(DST)
	ADDQ     $256, SRC
	ADDQ     $256, DST
	DECQ     GROUPS
	JNE      loop

	SFENCE
	VZEROUPPER
	RET

// func copyAVX512(dst, src *byte, groups int)
TEXT ·copyAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DST
	MOVQ src+8(FP), SRC
	MOVQ groups+16(FP), GROUPS

	PCALIGN $32
loop:
	VMOVDQU64 0(SRC), Z0
	VMOVDQU64 64(SRC), Z1
	VMOVDQU64 128(SRC), Z2
	VMOVDQU64 192(SRC), Z3
	VMOVNTDQ  Z0, 0(DST)
	VMOVNTDQ  Z1, 64(DST)
	VMOVNTDQ  Z2, 128(DST)
	VMOVNTDQ  Z3, 192(DST)
	ADDQ      $256, SRC
	ADDQ      $256, DST
	DECQ      GROUPS
	JNE       loop

	SFENCE
	VZEROUPPER
	RET
