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

// The 16 labels of two registers to the classes of a set.
#define WIDEN_HALVES(a, b, s) \
	VUXTL_S4(a, s)    \
	VUXTL2_S4(a, s+1) \
	VUXTL_S4(b, s+2)  \
	VUXTL2_S4(b, s+3) \
	VST1P_S4(CLASSES_NUMBER, s)

// func widenUint8NEON(dst []int32, labels []uint8, most uint8, rows int) int
TEXT ·widenUint8NEON(SB), NOSPLIT, $0-72
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

// func widenUint16NEON(dst []int32, labels []uint16, most uint8, rows int) int
TEXT ·widenUint16NEON(SB), NOSPLIT, $0-72
	MOVD  dst+0(FP), CLASSES
	MOVD  labels+24(FP), Y
	MOVBU most+48(FP), LIMIT
	MOVD  rows+56(FP), LEFT
	MOVD  ZR, DONE

row:
	CBZ LEFT, done
	VLD1P_S4(Y_NUMBER, QA)
	VLD1P_S4(Y_NUMBER, QB)
	EACH(VUMAX_H8, QA, QB, QC)
	VUMAX_H8(QC, QC+1, QC)
	VUMAX_H8(QC+2, QC+3, QC+2)
	VUMAX_H8(QC, QC+2, QC)
	VUMAXV_H8(QC, QC)
	VMOV_W(QC, TEMP_NUMBER)
	CMPW LIMIT, TEMP
	BHI  done
	WIDEN_HALVES(QA, QA+1, QC)
	WIDEN_HALVES(QA+2, QA+3, QD)
	WIDEN_HALVES(QB, QB+1, QC)
	WIDEN_HALVES(QB+2, QB+3, QD)
	SUB $1, LEFT
	ADD $1, DONE
	B   row

done:
	MOVD DONE, ret+64(FP)
	RET

// func widenInt32NEON(dst, labels []int32, most uint8, rows int) int
TEXT ·widenInt32NEON(SB), NOSPLIT, $0-72
	MOVD  dst+0(FP), CLASSES
	MOVD  labels+24(FP), Y
	MOVBU most+48(FP), LIMIT
	MOVD  rows+56(FP), LEFT
	MOVD  ZR, DONE

row:
	CBZ LEFT, done
	VLD1P_S4(Y_NUMBER, QA)
	VLD1P_S4(Y_NUMBER, QB)
	VLD1P_S4(Y_NUMBER, QC)
	VLD1P_S4(Y_NUMBER, QD)
	EACH(VUMAX_S4, QA, QB, QE)
	EACH(VUMAX_S4, QC, QE, QE)
	EACH(VUMAX_S4, QD, QE, QE)
	VUMAX_S4(QE, QE+1, QE)
	VUMAX_S4(QE+2, QE+3, QE+2)
	VUMAX_S4(QE, QE+2, QE)
	VUMAXV_S4(QE, QE)
	VMOV_W(QE, TEMP_NUMBER)
	CMPW LIMIT, TEMP
	BHI  done
	VST1P_S4(CLASSES_NUMBER, QA)
	VST1P_S4(CLASSES_NUMBER, QB)
	VST1P_S4(CLASSES_NUMBER, QC)
	VST1P_S4(CLASSES_NUMBER, QD)
	SUB $1, LEFT
	ADD $1, DONE
	B   row

done:
	MOVD DONE, ret+64(FP)
	RET
