// NEON mnemonics as words.
//
// Go 1.26 assembles few vector instructions of arm64 (of the float ones only
// FMLA and FMLS), so each that the kernels use is a WORD macro here. Registers
// are given by their number, 0 to 31: a set of registers is the number of its
// first, set+1 is the next, and a role has one name whatever instruction uses
// it. That is why the instructions that Go does know stand here too. Operands
// are in Go's order, m and n before the destination d; where the order
// matters, the comment says what d becomes. The suffix is Go's arrangement:
// S4 four 32-bit lanes, D2 two of 64 bits, B16 sixteen bytes.
//
// neon_words_test.go decodes every macro of this file.

// Float arithmetic.
#define VFADD_S4(m, n, d)  WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))
#define VFSUB_S4(m, n, d)  WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d)) // n − m
#define VFMUL_S4(m, n, d)  WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))
#define VFDIV_S4(m, n, d)  WORD $(0x6e20fc00 | (m)<<16 | (n)<<5 | (d)) // n / m
#define VFMAX_S4(m, n, d)  WORD $(0x4e20f400 | (m)<<16 | (n)<<5 | (d))
#define VFMIN_S4(m, n, d)  WORD $(0x4ea0f400 | (m)<<16 | (n)<<5 | (d))
#define VFMLA_S4(m, n, d)  WORD $(0x4e20cc00 | (m)<<16 | (n)<<5 | (d)) // d + n·m, rounded once
#define VFMLS_S4(m, n, d)  WORD $(0x4ea0cc00 | (m)<<16 | (n)<<5 | (d)) // d − n·m, rounded once
#define VFABS_S4(n, d)     WORD $(0x4ea0f800 | (n)<<5 | (d))
#define VFSQRT_S4(n, d)    WORD $(0x6ea1f800 | (n)<<5 | (d))
#define VFADD_D2(m, n, d)  WORD $(0x4e60d400 | (m)<<16 | (n)<<5 | (d))
#define VFADDP_D2(n, d)    WORD $(0x7e70d800 | (n)<<5 | (d)) // n[0] + n[1]

// The same by lane i of m.
#define VFMUL_LANE(i, m, n, d)  WORD $(0x4f809000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))
#define VFMLA_LANE(i, m, n, d)  WORD $(0x4f801000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))
#define VFMLS_LANE(i, m, n, d)  WORD $(0x4f805000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

// Comparisons: all ones where true.
#define VFCMGT_S4(m, n, d)  WORD $(0x6ea0e400 | (m)<<16 | (n)<<5 | (d)) // n > m
#define VFCMGE0_S4(n, d)    WORD $(0x6ea0c800 | (n)<<5 | (d))           // n ≥ 0
#define VFCMLE0_S4(n, d)    WORD $(0x6ea0d800 | (n)<<5 | (d))           // n ≤ 0
#define VCMTST_S4(m, n, d)  WORD $(0x4ea08c00 | (m)<<16 | (n)<<5 | (d)) // n & m ≠ 0
#define VCMTST_B16(m, n, d) WORD $(0x4e208c00 | (m)<<16 | (n)<<5 | (d))
#define VCMEQ_B16(m, n, d)  WORD $(0x6e208c00 | (m)<<16 | (n)<<5 | (d))
#define VCMEQ0_B16(n, d)    WORD $(0x4e209800 | (n)<<5 | (d))           // n = 0

// Conversions.
#define VSCVTF23_S4(n, d)  WORD $(0x4f29e400 | (n)<<5 | (d)) // float32(n)·2^-23
#define VFCVTL_D2(n, d)    WORD $(0x0e617800 | (n)<<5 | (d)) // float64 of n[0], n[1]
#define VFCVTL2_D2(n, d)   WORD $(0x4e617800 | (n)<<5 | (d)) // float64 of n[2], n[3]
#define VFCVTN_S2(n, d)    WORD $(0x0e616800 | (n)<<5 | (d)) // float32 of float64 numbers, d[2] and d[3] become 0
#define VFCVTN2_S4(n, d)   WORD $(0x4e616800 | (n)<<5 | (d)) // the same to d[2], d[3], d[0] and d[1] stay
#define VFCVTL_S4(n, d)    WORD $(0x0e217800 | (n)<<5 | (d)) // float32 of binary16 numbers n[0] to n[3]
#define VFCVTL2_S4(n, d)   WORD $(0x4e217800 | (n)<<5 | (d)) // float32 of n[4] to n[7]
#define VUCVTF_S4(n, d)    WORD $(0x6e21d800 | (n)<<5 | (d)) // float32 of unsigned integers

// The low 32 bits of n to general register d.
#define VMOV_W(n, d)  WORD $(0x1e260000 | (n)<<5 | (d))

// Integers.
#define VADD_S4(m, n, d)    WORD $(0x4ea08400 | (m)<<16 | (n)<<5 | (d))
#define VSUB_S4(m, n, d)    WORD $(0x6ea08400 | (m)<<16 | (n)<<5 | (d)) // n − m
#define VUQSUB_S4(m, n, d)  WORD $(0x6ea02c00 | (m)<<16 | (n)<<5 | (d)) // n − m, 0 where m > n
#define VUMAX_S4(m, n, d)   WORD $(0x6ea06400 | (m)<<16 | (n)<<5 | (d))
#define VUMAXV_S4(n, d)     WORD $(0x6eb0a800 | (n)<<5 | (d)) // the largest lane
#define VSHL23_S4(n, d)     WORD $(0x4f375400 | (n)<<5 | (d)) // n << 23
#define VSHL6_B16(n, d)     WORD $(0x4f0e5400 | (n)<<5 | (d)) // n << 6
#define VADD_B16(m, n, d)   WORD $(0x4e208400 | (m)<<16 | (n)<<5 | (d))
#define VSUB_B16(m, n, d)   WORD $(0x6e208400 | (m)<<16 | (n)<<5 | (d)) // n − m
#define VUMAX_B16(m, n, d)  WORD $(0x6e206400 | (m)<<16 | (n)<<5 | (d))
#define VUMAXV_B16(n, d)    WORD $(0x6e30a800 | (n)<<5 | (d)) // the largest lane
#define VUMINV_B16(n, d)    WORD $(0x6e31a800 | (n)<<5 | (d)) // the smallest lane
#define VUADDLV_B16(n, d)   WORD $(0x6e303800 | (n)<<5 | (d)) // the sum of the lanes, 16 bits

// Bits.
#define VMOV_B16(n, d)     WORD $(0x4ea01c00 | (n)<<16 | (n)<<5 | (d))
#define VAND_B16(m, n, d)  WORD $(0x4e201c00 | (m)<<16 | (n)<<5 | (d))
#define VBIC_B16(m, n, d)  WORD $(0x4e601c00 | (m)<<16 | (n)<<5 | (d)) // n &^ m
#define VORR_B16(m, n, d)  WORD $(0x4ea01c00 | (m)<<16 | (n)<<5 | (d))
#define VEOR_B16(m, n, d)  WORD $(0x6e201c00 | (m)<<16 | (n)<<5 | (d))
#define VBSL_B16(m, n, d)  WORD $(0x6e601c00 | (m)<<16 | (n)<<5 | (d)) // n where d is set, m elsewhere
#define VBIT_B16(m, n, d)  WORD $(0x6ea01c00 | (m)<<16 | (n)<<5 | (d)) // n where m is set, d elsewhere
#define VBIF_B16(m, n, d)  WORD $(0x6ee01c00 | (m)<<16 | (n)<<5 | (d)) // d where m is set, n elsewhere
#define VTBL_B16(m, n, d)  WORD $(0x4e000000 | (m)<<16 | (n)<<5 | (d)) // byte d[i] = n[m[i]], 0 where m[i] > 15

// Four registers from t on, from and to memory at general register n, which
// moves on by 64 bytes.
#define VLD1P_S4(n, t)  WORD $(0x4cdf2800 | (n)<<5 | (t))
#define VST1P_S4(n, t)  WORD $(0x4c9f2800 | (n)<<5 | (t))
#define VLD1_S4(n, t)   WORD $(0x4c402800 | (n)<<5 | (t)) // n stays
#define VST1_S4(n, t)   WORD $(0x4c002800 | (n)<<5 | (t)) // n stays

// Used by the backward kernels.
#define VFABD_S4(m, n, d)   WORD $(0x6ea0d400 | (m)<<16 | (n)<<5 | (d)) // |n − m|
#define VUMIN_B16(m, n, d)  WORD $(0x6e206c00 | (m)<<16 | (n)<<5 | (d))
#define VSHL2_B16(n, d)     WORD $(0x4f0a5400 | (n)<<5 | (d)) // n << 2

// Used by the kernels for several channels.
#define VCMEQ_S4(m, n, d)  WORD $(0x6ea08c00 | (m)<<16 | (n)<<5 | (d))
#define VCMLT0_S4(n, d)    WORD $(0x4ea0a800 | (n)<<5 | (d)) // n < 0, signed
#define VFNEG_S4(n, d)     WORD $(0x6ea0f800 | (n)<<5 | (d))

// Used by the conversions: the lower and the upper half of n in lanes twice as
// wide.
#define VUXTL_H8(n, d)      WORD $(0x2f08a400 | (n)<<5 | (d))
#define VUXTL2_H8(n, d)     WORD $(0x6f08a400 | (n)<<5 | (d))
#define VUXTL_S4(n, d)      WORD $(0x2f10a400 | (n)<<5 | (d))
#define VUXTL2_S4(n, d)     WORD $(0x6f10a400 | (n)<<5 | (d))
#define VSHLL16_S4(n, d)    WORD $(0x2e613800 | (n)<<5 | (d)) // n << 16
#define VSHLL16_2_S4(n, d)  WORD $(0x6e613800 | (n)<<5 | (d))

// Used by the codes and classes of labels.
#define VUSHR4_B16(n, d)    WORD $(0x6f0c0400 | (n)<<5 | (d)) // n >> 4
#define VUZP1_B16(m, n, d)  WORD $(0x4e001800 | (m)<<16 | (n)<<5 | (d)) // the even lanes of n, then of m
#define VUZP2_B16(m, n, d)  WORD $(0x4e005800 | (m)<<16 | (n)<<5 | (d)) // the odd lanes
#define VUMAX_H8(m, n, d)   WORD $(0x6e606400 | (m)<<16 | (n)<<5 | (d))
#define VUMAXV_H8(n, d)     WORD $(0x6e70a800 | (n)<<5 | (d)) // the largest lane
#define VUZP1_H8(m, n, d)   WORD $(0x4e401800 | (m)<<16 | (n)<<5 | (d))
#define VUZP2_H8(m, n, d)   WORD $(0x4e405800 | (m)<<16 | (n)<<5 | (d))
