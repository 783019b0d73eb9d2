//go:build !purego && !noasm

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_steps_arm64.h"

// Labels to classes: a row is 64 of them. LIMIT is the greatest label that is a
// class, LEFT and DONE count rows.

#define CLASSES R19 // the next classes
#define CLASSES_NUMBER 19

// The 16 labels of a register to the classes of a set.
#define WIDEN(labels, s) \
	EACH_N(VTBL_B16, QB, labels, s) \
	VST1P_S4(CLASSES_NUMBER, s)

TEXT ·widenRowsNEON(SB), NOSPLIT, $0-72
	MOVD  dst+0(FP), CLASSES
	MOVD  labels+24(FP), Y
	MOVBU most+48(FP), LIMIT
	MOVD  rows+56(FP), LEFT
	MOVD  ZR, DONE
	MOVD  $·neon(SB), CONST
	ADD   $neonTable_lowBytes, CONST, TEMP
	VLD1_S4(TEMP_NUMBER, QB)

row:
	CBZ LEFT, done
	VLD1P_S4(Y_NUMBER, QA)
	VUMAX_B16(QA, QA+1, QC)
	VUMAX_B16(QA+2, QA+3, QC+1)
	VUMAX_B16(QC, QC+1, QC)
	VUMAXV_B16(QC, QC)
	VMOV_W(QC, TEMP_NUMBER)
	CMPW LIMIT, TEMP
	BHI  done
	WIDEN(QA, QC)
	WIDEN(QA+1, QD)
	WIDEN(QA+2, QE)
	WIDEN(QA+3, QF)
	SUB $1, LEFT
	ADD $1, DONE
	B   row

done:
	MOVD DONE, ret+64(FP)
	RET
