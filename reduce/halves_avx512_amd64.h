// How the AVX-512 kernels load a row of float32 numbers from halves, i/2 bytes
// behind HALVES, which a file that includes this defines.
#define LOAD_FLOAT16(i, a) VCVTPH2PS (i/2)(HALVES), a
#define LOAD_BFLOAT16(i, a) \
	VPMOVZXWD (i/2)(HALVES), a; \
	VPSLLD $16, a, a
