//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "avx512_amd64.h"

// The elementary functions one by one, of the macros that the kernels are made
// of. SRC and DST go through slices group by group.
#define SRC SI
#define DST DX

#define LOAD_A(i, a, b, c) VMOVUPS i(SRC), a
#define LOAD_B(i, a, b, c) VMOVUPS i(SRC), b
#define LOAD_C(i, a, b, c) VMOVUPS i(SRC), c
#define STORE_B(i, a, b, c) VMOVUPS b, i(DST)
#define STORE_C(i, a, b, c) VMOVUPS c, i(DST)
#define COMPLEMENT_B(i, a, b, c) VSUBPS a, ONE, b
#define SIGMOID_B(i, a, b, c) \
	SIGMOID_LARGE(c, a); \
	SIGMOID_SMALL(c, a, b)

#define MAP(FORMULA) \
	MOVQ c+0(FP), CALL; \
	MOVQ src+8(FP), SRC; \
	MOVQ dst+16(FP), DST; \
	MOVQ groups+24(FP), GROUPS; \
	SET_CONSTANTS; \
group: \
	FORMULA; \
	ADDQ $512, SRC; \
	ADDQ $512, DST; \
	DECQ GROUPS; \
	JNE group; \
	VZEROUPPER; \
	RET

#define MAP_NEG_LOG EACH(LOAD_A); EACH(COMPLEMENT_B); NEG_LOG(ALONE); EACH(STORE_C)
#define MAP_EXP EACH(LOAD_A); EXP(EXP_SPLIT, ALONE); EACH(STORE_C)
#define MAP_LOG1P EACH(LOAD_C); LOG1P; EACH(STORE_C)
#define MAP_SIGMOID EACH(LOAD_A); EXP(EXP_SPLIT, ALONE); EACH(SIGMOID_B); EACH(STORE_B)
#define MAP_POWER EACH(LOAD_B); POWER_ANY; EACH(STORE_C)

// func mapNegLogAVX512(c *hardCall, src, dst *float32, groups int)
TEXT ·mapNegLogAVX512(SB), NOSPLIT, $0-32
	MAP(MAP_NEG_LOG)

// func mapExpAVX512(c *hardCall, src, dst *float32, groups int)
TEXT ·mapExpAVX512(SB), NOSPLIT, $0-32
	MAP(MAP_EXP)

// func mapLog1pAVX512(c *hardCall, src, dst *float32, groups int)
TEXT ·mapLog1pAVX512(SB), NOSPLIT, $0-32
	MAP(MAP_LOG1P)

// func mapSigmoidAVX512(c *hardCall, src, dst *float32, groups int)
TEXT ·mapSigmoidAVX512(SB), NOSPLIT, $0-32
	MAP(MAP_SIGMOID)

// func mapPowerAVX512(c *hardCall, src, dst *float32, groups int)
TEXT ·mapPowerAVX512(SB), NOSPLIT, $0-32
	MAP(MAP_POWER)
