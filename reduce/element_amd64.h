// The walk of the conversions to float32, a row of 16 numbers at a time, by AVX2
// and AVX-512.

#define DST  DI
#define SRC  SI
#define LEFT CX // numbers

// PREFETCH asks for what is converted later: while a tile is at work not every
// kernel asks for the next one.
#define PREFETCH PREFETCHT0 4096(SRC)

#define CONVERT_BEGIN \
	MOVQ  dst_base+0(FP), DST  \
	MOVQ  dst_len+8(FP), LEFT  \
	MOVQ  src_base+24(FP), SRC \
	TESTQ LEFT, LEFT           \
	JEQ   done

#define CONVERT_END(size) \
	ADDQ $(16*size), SRC    \
	ADDQ $64, DST           \
	SUBQ $const_Lanes, LEFT \
	JNE  loop
