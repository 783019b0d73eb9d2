//go:build !purego && !noasm

#include "textflag.h"

#define SRC R0
#define GROUPS R1

// A plain read with four sums, so that none waits for another; a turn of the
// loop covers 128 bytes.
//
// func readNEON(b *byte, groups int) uint64
TEXT ·readNEON(SB), NOSPLIT, $0-24
	MOVD b+0(FP), SRC
	MOVD groups+8(FP), GROUPS
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

loop:
	VLD1.P 64(SRC), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(SRC), [V16.B16, V17.B16, V18.B16, V19.B16]
	VEOR   V4.B16, V0.B16, V0.B16
	VEOR   V5.B16, V1.B16, V1.B16
	VEOR   V6.B16, V2.B16, V2.B16
	VEOR   V7.B16, V3.B16, V3.B16
	VEOR   V16.B16, V0.B16, V0.B16
	VEOR   V17.B16, V1.B16, V1.B16
	VEOR   V18.B16, V2.B16, V2.B16
	VEOR   V19.B16, V3.B16, V3.B16
	SUBS   $1, GROUPS
	BNE    loop

	VEOR V1.B16, V0.B16, V0.B16
	VEOR V3.B16, V2.B16, V2.B16
	VEOR V2.B16, V0.B16, V0.B16
	VMOV V0.D[0], R2
	VMOV V0.D[1], R3
	EOR  R3, R2
	MOVD R2, ret+16(FP)
	RET
