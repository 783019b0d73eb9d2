//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"

// The elementary functions one by one, 16 values at a time, made of the steps
// that the kernels are made of.

#define SRC X
#define DST Y
#define DST_NUMBER Y_NUMBER

#define MAP_BEGIN \
	MOVD mapCall_src(CALL), SRC      \
	MOVD (mapCall_src+8)(CALL), LEFT \
	MOVD mapCall_dst(CALL), DST      \
	MOVD $·neon(SB), CONST           \
	FMOVQ neonTable_one(CONST), F28  \ // ONE
	CBZ LEFT, done

TEXT ·mapNegLogNEON(SB), NOSPLIT, $0-8
	MOVD c+0(FP), CALL
	MAP_BEGIN

loop:
	VLD1P_S4(X_NUMBER, QA)
	EACH_N(VFSUB_S4, QA, ONE, QB) // s = 1 − x
	NEG_LOG(QA, QB, QC, QD, QE, sure, logged)
	VST1P_S4(DST_NUMBER, QD)
	SUBS $const_Lanes, LEFT
	BNE  loop

done:
	RET

TEXT ·mapExpNEON(SB), NOSPLIT, $0-8
	MOVD c+0(FP), CALL
	MAP_BEGIN

loop:
	VLD1P_S4(X_NUMBER, QA)
	EACH1(VFABS_S4, QA, QB)
	EXP(QB, QC, QD, QE, QF)
	VST1P_S4(DST_NUMBER, QC)
	SUBS $const_Lanes, LEFT
	BNE  loop

done:
	RET

TEXT ·mapLog1pNEON(SB), NOSPLIT, $0-8
	MOVD c+0(FP), CALL
	MAP_BEGIN

loop:
	VLD1P_S4(X_NUMBER, QA)
	LOG1P(QA, QB, QC, QD)
	VST1P_S4(DST_NUMBER, QA)
	SUBS $const_Lanes, LEFT
	BNE  loop

done:
	RET

TEXT ·mapSigmoidNEON(SB), NOSPLIT, $0-8
	MOVD c+0(FP), CALL
	MAP_BEGIN

loop:
	VLD1P_S4(X_NUMBER, QA)
	EACH1(VFABS_S4, QA, QB)
	EXP(QB, QC, QD, QE, QF)
	SIGMOID(QC, QA, QB, QD)
	VST1P_S4(DST_NUMBER, QB)
	SUBS $const_Lanes, LEFT
	BNE  loop

done:
	RET

TEXT ·mapPowerNEON(SB), NOSPLIT, $0-8
	MOVD c+0(FP), CALL
	MAP_BEGIN

loop:
	VLD1P_S4(X_NUMBER, QA)
	LOG2(QA, QB, QC, QD)
	FMOVQ (mapCall_hi-8)(CALL), F31 // K1[2], K1[3] = hi, lo
	EXP2(QB, QC, QA, QD, QE, VFADD_S4, VFMLS_LANE)
	VST1P_S4(DST_NUMBER, QD)
	SUBS $const_Lanes, LEFT
	BNE  loop

done:
	RET
