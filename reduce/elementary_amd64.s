//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx2_amd64.h"
#include "group_amd64.h"

// The elementary functions over a slice (mapGeneric), of the steps that the
// kernels are made of. Where there are steps for four vectors and steps for
// eight, the latter take the first half of every 64 numbers, the former the
// second.

#define DST      Y
#define BLOCK_AT AT
#define HI       mapCall_hi(CALL)
#define LO       mapCall_lo(CALL)
#define SIDE(row)
#define KEPT_S(row) GROUP_S+row(W)

#define MAP_BEGIN(done) \
	MOVQ c+0(FP), CALL         \
	MOVQ work+8(FP), W         \
	ADDQ $63, W                \
	ANDQ $~63, W               \
	LEAQ avx2Work_block(W), BLOCK_AT \
	MOVQ mapCall_src(CALL), X  \
	MOVQ mapCall_dst(CALL), DST \
	MOVQ mapCall_src+8(CALL), LEFT \
	SUBQ $const_mapGroup, LEFT \
	JLT  done

#define LOAD_4(at, v0, v1, v2, v3) \
	VMOVUPS at+0(X), v0  \
	VMOVUPS at+32(X), v1 \
	VMOVUPS at+64(X), v2 \
	VMOVUPS at+96(X), v3

#define STORE_4(at, v0, v1, v2, v3) \
	VMOVUPS v0, at+0(DST)  \
	VMOVUPS v1, at+32(DST) \
	VMOVUPS v2, at+64(DST) \
	VMOVUPS v3, at+96(DST)

#define MAP_NEXT(again) \
	ADDQ $(4*const_mapGroup), X   \
	ADDQ $(4*const_mapGroup), DST \
	SUBQ $const_mapGroup, LEFT    \
	JGE  again

// NEG_LOG_AT takes four vectors.
#define NEG_LOG_AT(at) \
	LOAD_4(at, U0, U1, U2, U3) \
	CONST(avx2Constants_one)   \
	VSUBPS U0, C, S0           \
	VSUBPS U1, C, S1           \
	VSUBPS U2, C, S2           \
	VSUBPS U3, C, S3           \
	NEG_LOG                    \
	STORE_4(at, U0, U1, U2, U3)

// func mapNegLogAVX2(c *mapCall, work *avx2Work)
TEXT ·mapNegLogAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	NEG_LOG_AT(0)
	NEG_LOG_AT(128)
	MAP_NEXT(loop)
done:
	VZEROUPPER
	RET

// func mapExpAVX2(c *mapCall, work *avx2Work)
TEXT ·mapExpAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	EXP_8(LOAD_LOGITS_8, KEEP_NOTHING)
	STORE_4(0, U0, U1, U2, U3)
	LOAD_4(128, G0, G1, G2, G3)
	REDUCE
	EXP
	STORE_4(128, U0, U1, U2, U3)
	MAP_NEXT(loop)
done:
	VZEROUPPER
	RET

// func mapLog1pAVX2(c *mapCall, work *avx2Work)
TEXT ·mapLog1pAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	LOAD_4(0, U0, U1, U2, U3)
	LOAD_4(128, U4, U5, U6, U7)
	LOG1P_8
	STORE_4(0, U0, U1, U2, U3)
	LOAD_4(128, U0, U1, U2, U3)
	LOG1P
	STORE_4(128, U0, U1, U2, U3)
	MAP_NEXT(loop)
done:
	VZEROUPPER
	RET

// func mapSigmoidAVX2(c *mapCall, work *avx2Work)
TEXT ·mapSigmoidAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	EXP_8(LOAD_LOGITS_8, KEEP_NOTHING)
	LARGE_8
	PROBABILITIES_OF_ROW(0, U0, G0, S0)
	PROBABILITIES_OF_ROW(32, U1, G1, S1)
	PROBABILITIES_OF_ROW(64, U2, G2, S2)
	PROBABILITIES_OF_ROW(96, U3, G3, S3)
	STORE_4(0, S0, S1, S2, S3)
	LOAD_4(128, G0, G1, G2, G3)
	REDUCE
	EXP
	SIGMOID
	STORE_4(128, S0, S1, S2, S3)
	MAP_NEXT(loop)
done:
	VZEROUPPER
	RET

#define LOAD_S(row, u) \
	VMOVUPS row(X), T0             \
	VMOVAPS T0, GROUP_S+row(W)

// func mapPowerAVX2(c *mapCall, work *avx2Work)
TEXT ·mapPowerAVX2(SB), NOSPLIT, $0-16
	MAP_BEGIN(done)
loop:
	EIGHT(LOAD_S)
	LOG2_8
	EXP2_8
	STORE_4(0, U0, U1, U2, U3)
	LOAD_4(128, S0, S1, S2, S3)
	LOG2
	EXP2
	STORE_4(128, G0, G1, G2, G3)
	MAP_NEXT(loop)
done:
	VZEROUPPER
	RET
