//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"

// The elementary functions over a slice (mapGeneric), of the steps that the
// kernels are made of. The steps take four rows of eight lanes: here two, and
// the same two again.

#define DST Y

#define MAP_BEGIN(done) \
	MOVQ c+0(FP), CALL         \
	MOVQ work+8(FP), W         \
	ADDQ $63, W                \
	ANDQ $~63, W               \
	MOVQ mapCall_src(CALL), X  \
	MOVQ mapCall_dst(CALL), DST \
	MOVQ mapCall_src+8(CALL), LEFT \
	SUBQ $const_Lanes, LEFT    \
	JLT  done

#define MAP_LOAD(v0, v1, v2, v3) \
	VMOVUPS (X), v0   \
	VMOVUPS 32(X), v1 \
	VMOVAPS v0, v2    \
	VMOVAPS v1, v3

#define MAP_STORE(again, v0, v1) \
	VMOVUPS v0, (DST)         \
	VMOVUPS v1, 32(DST)       \
	ADDQ    $64, X            \
	ADDQ    $64, DST          \
	SUBQ    $const_Lanes, LEFT \
	JGE     again

// func mapNegLogAVX2(c *mapCall, work *avx2Work)
TEXT ·mapNegLogAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	MAP_LOAD(U0, U1, U2, U3)
	CONST(avx2Constants_one)
	VSUBPS U0, C, S0
	VSUBPS U1, C, S1
	VMOVAPS S0, S2
	VMOVAPS S1, S3
	NEG_LOG
	MAP_STORE(loop, U0, U1)
done:
	VZEROUPPER
	RET

// func mapExpAVX2(c *mapCall, work *avx2Work)
TEXT ·mapExpAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	MAP_LOAD(G0, G1, G2, G3)
	REDUCE
	EXP
	MAP_STORE(loop, U0, U1)
done:
	VZEROUPPER
	RET

// func mapLog1pAVX2(c *mapCall, work *avx2Work)
TEXT ·mapLog1pAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	MAP_LOAD(U0, U1, U2, U3)
	LOG1P
	MAP_STORE(loop, U0, U1)
done:
	VZEROUPPER
	RET

// func mapSigmoidAVX2(c *mapCall, work *avx2Work)
TEXT ·mapSigmoidAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	MAP_LOAD(G0, G1, G2, G3)
	REDUCE
	EXP
	SIGMOID
	MAP_STORE(loop, S0, S1)
done:
	VZEROUPPER
	RET

// func mapPowerAVX2(c *mapCall, work *avx2Work)
TEXT ·mapPowerAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
	ADDQ $mapCall_hi-hardCall_hi, CALL // EXP2 finds hi and lo as in a hardCall
loop:
	MAP_LOAD(S0, S1, S2, S3)
	LOG2
	EXP2
	MAP_STORE(loop, G0, G1)
done:
	VZEROUPPER
	RET
