//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"

// Labels to codes as in label_amd64.s, 64 at a time: two rows. Masks do what
// comparisons do there.

#define DST    DI
#define LABELS SI
#define TABLE  DX
#define LEFT   CX // pairs of rows left
#define PAIRS  BX // pairs of rows done

#define LOW0   Z0  // bits[0][0]: bit 0 of the codes of labels below 128,
#define HIGH0  Z1  // of those above,
#define LOW1   Z2  // and bit 1
#define HIGH1  Z3
#define TOP    Z4  // 0x80
#define NIBBLE Z5  // 0x0f
#define POWER  Z6  // 1 << h%8
#define ABOVE0 Z7  // bit 0 of the code of a label beyond 255, as −1 or 0,
#define ABOVE1 Z8  // and bit 1
#define ONE    Z9
#define TWO    Z10
#define ALL    Z11 // 255
#define B0     Z12 // where h's bit is bit 0 of the codes
#define B1     Z13
#define BYTES  Z14 // the labels as bytes
#define T0     Z15
#define T1     Z16

#define BEYOND K1 // labels that are no bytes
#define IS0    K2 // bit 0 of the codes
#define IS1    K3

#define BROADCAST_BYTES(word, y) \
	MOVL         word, AX \
	VPBROADCASTD AX, y

// ABOVE is bit b of the code above, as −1 or 0.
#define ABOVE(b, y) \
	MOVBLZX      codeTable_above(TABLE), AX \
	SHRL         $b, AX \
	ANDL         $1, AX \
	NEGL         AX     \
	VPBROADCASTB AX, y

#define ENCODE_BEGIN \
	MOVQ  dst_base+0(FP), DST       \
	MOVQ  labels_base+24(FP), LABELS \
	MOVQ  t+48(FP), TABLE           \
	MOVQ  pairs+56(FP), LEFT        \
	XORL  PAIRS, PAIRS              \
	TESTQ LEFT, LEFT                \
	JEQ   done                      \
	VBROADCASTI32X4 codeTable_bits+0(TABLE), LOW0   \
	VBROADCASTI32X4 codeTable_bits+16(TABLE), HIGH0 \
	VBROADCASTI32X4 codeTable_bits+32(TABLE), LOW1  \
	VBROADCASTI32X4 codeTable_bits+48(TABLE), HIGH1 \
	BROADCAST_BYTES($0x80808080, TOP)    \
	BROADCAST_BYTES($0x0f0f0f0f, NIBBLE) \
	BROADCAST_BYTES($0x01010101, ONE)    \
	BROADCAST_BYTES($0x02020202, TWO)    \
	MOVQ         $0x8040201008040201, AX \
	VPBROADCASTQ AX, POWER

// ENCODE_WIDER_BEGIN is for labels that need not be bytes; ALL_OF broadcasts one.
#define ENCODE_WIDER_BEGIN(ALL_OF) \
	ENCODE_BEGIN     \
	ABOVE(0, ABOVE0) \
	ABOVE(1, ABOVE1) \
	MOVL   $255, AX  \
	ALL_OF AX, ALL

// LOOK_UP makes B0 and B1 of BYTES, and T1 = 1 << h%8.
#define LOOK_UP \
	VPSRLW  $4, BYTES, T1    \
	VPANDD  NIBBLE, T1, T1   \ // h
	VPSHUFB T1, POWER, T1    \
	VPXORD  TOP, BYTES, T0   \
	VPSHUFB BYTES, LOW0, B0  \
	VPSHUFB BYTES, LOW1, B1  \
	VPSHUFB T0, HIGH1, BYTES \
	VPSHUFB T0, HIGH0, T0    \
	VPORD   T0, B0, B0       \
	VPORD   BYTES, B1, B1

// CODE_ABOVE gives labels that are no bytes the code above.
#define CODE_ABOVE \
	VMOVDQU8 ABOVE0, BEYOND, B0 \
	VMOVDQU8 ABOVE1, BEYOND, B1

// CODE jumps to done where a code is codeInvalid, and else leaves them in B0.
#define CODE \
	VPTESTMB   T1, B0, IS0   \
	VPTESTMB   T1, B1, IS1   \
	KTESTQ     IS0, IS1      \
	JNZ        done          \
	VMOVDQU8.Z ONE, IS0, B0  \
	VMOVDQU8   TWO, IS1, B0

#define ENCODE_END(size) \
	VMOVDQU64 B0, (DST)         \
	ADDQ      $64, DST          \
	ADDQ      $(64*size), LABELS \
	INCQ      PAIRS             \
	DECQ      LEFT              \
	JNZ       pair

// func encodeUint8AVX512(dst, labels []uint8, t *codeTable, pairs int) int
TEXT ·encodeUint8AVX512(SB), NOSPLIT, $0-72
	ENCODE_BEGIN

pair:
	VMOVDQU64 (LABELS), BYTES
	LOOK_UP
	CODE
	ENCODE_END(1)

done:
	MOVQ PAIRS, ret+64(FP)
	VZEROUPPER
	RET

// func encodeUint16AVX512(dst []uint8, labels []uint16, t *codeTable, pairs int) int
TEXT ·encodeUint16AVX512(SB), NOSPLIT, $0-72
	ENCODE_WIDER_BEGIN(VPBROADCASTW)

pair:
	VMOVDQU64    (LABELS), T0
	VMOVDQU64    64(LABELS), T1
	VPMOVWB      T0, Y14
	VPMOVWB      T1, Y13
	VPCMPUW      $6, ALL, T0, K1
	VPCMPUW      $6, ALL, T1, K2
	VINSERTI64X4 $1, Y13, BYTES, BYTES
	KUNPCKDQ     K1, K2, BEYOND
	LOOK_UP
	CODE_ABOVE
	CODE
	ENCODE_END(2)

done:
	MOVQ PAIRS, ret+64(FP)
	VZEROUPPER
	RET

// func encodeInt32AVX512(dst []uint8, labels []int32, t *codeTable, pairs int) int
TEXT ·encodeInt32AVX512(SB), NOSPLIT, $0-72
	ENCODE_WIDER_BEGIN(VPBROADCASTD)

pair:
	VMOVDQU64    (LABELS), T0
	VMOVDQU64    64(LABELS), T1
	VMOVDQU64    128(LABELS), B0
	VMOVDQU64    192(LABELS), B1
	VPCMPUD      $6, ALL, T0, K1
	VPCMPUD      $6, ALL, T1, K2
	VPCMPUD      $6, ALL, B0, K3
	VPCMPUD      $6, ALL, B1, K4
	VPMOVDB      T0, X14
	VPMOVDB      T1, X15
	VPMOVDB      B0, X12
	VPMOVDB      B1, X13
	KUNPCKWD     K1, K2, K1
	KUNPCKWD     K3, K4, K3
	KUNPCKDQ     K1, K3, BEYOND
	VINSERTI128  $1, X15, Y14, Y14
	VINSERTI128  $1, X13, Y12, Y12
	VINSERTI64X4 $1, Y12, BYTES, BYTES
	LOOK_UP
	CODE_ABOVE
	CODE
	ENCODE_END(4)

done:
	MOVQ PAIRS, ret+64(FP)
	VZEROUPPER
	RET
