// What the AVX-512 kernels for several channels share; after avx512_amd64.h.
//
// The unit of work is a tile: a group of 64 voxels through all classes. Its
// rows have two registers more than those of one channel: most, the largest
// logit, and from its inversion on 1/Σ e^(x−most); others, a sum over the
// classes that are not the voxel's own; and mine, what its own class has.
// TILE(step) runs a step on the four rows.
#define TILE(step) \
	step(0, Z0, Z4, Z8, Z12, Z16, K3, Z20, Z24); \
	step(64, Z1, Z5, Z9, Z13, Z17, K4, Z21, Z25); \
	step(128, Z2, Z6, Z10, Z14, Z18, K5, Z22, Z26); \
	step(192, Z3, Z7, Z11, Z15, Z19, K7, Z23, Z27)

// General registers, beside CALL, CONSTANTS and LABELS, which are the tile's
// first class: it has four bytes like everything else here.
#define PLANES SI    // the slices of the prediction
#define ALL BX       // how many
#define CLASS AX     // the one under way
#define X R13        // its values in the tile
#define EXPS R8      // and their exponentials
#define LANES R12    // and the block's sums
#define OFFSET CX    // of the tile in every plane, in bytes
#define FRAME R10    // the scratch
#define Y R9         // the class's soft target

// The scratch: what the steps keep, a row of 64 bytes for each row of the
// tile; then the lanes of the classes, in the order of planeSums; then their
// exponentials. That is 720 + C·(80 + 64) of its C·512 numbers.
#define ROWS_W 0         // the weights, 0 where a voxel is ignored
#define ROWS_OTHERS 256  // the sum over the groups of classes that are done
#define ROWS_BELOW 512   // the largest logit less that of the own class
#define ROWS_INVERSE 768
#define ROWS_R 1024
#define ROWS_S 1280
#define ROWS_L 1536
#define ROWS_F 1792
#define ROWS_MOST 2048   // the largest logit
#define PRESENT 2304     // a byte for each class: 0 where no voxel of the tile is of it
#define ROWS_LOG_TOTAL 2560 // with soft targets: log Σ e^(x−most)
#define LANES_W 2816
#define LANES_BEGIN 2880
#define LANES_R 0
#define LANES_S 64
#define LANES_L 128
#define LANES_F 192
#define LANES_P 256
#define LANES_SIZE 320
#define EXPS_SIZE 256

// With soft targets every class is some voxel's own: what was kept for one is
// used otherwise.
#define ROWS_REST ROWS_OTHERS // Σ e^(x−most), without the likeliest class
#define ROWS_TOTAL ROWS_F     // and with it
#define ROWS_LIKELIEST ROWS_L // the first class that has the largest logit
#define ROWS_LOG ROWS_BELOW   // and its −log r
#define TIED K2               // any lane where a class beside the likeliest may have ½ or more

#define NOTHING

// BEGIN_PLANAR reads the call; if it has no block it goes to done. PLANES_AT
// and the like are where each file's call has its fields.
#define BEGIN_PLANAR(done) \
	MOVQ c+0(FP), CALL; \
	MOVQ PLANES_AT, PLANES; \
	MOVQ HALVES_AT, X; \
	CMPB ELEMENT_AT, $const_elementFloat32; \
	CMOVQNE X, PLANES; \
	MOVQ ALL_AT, ALL; \
	MOVQ LABELS_AT, LABELS; \
	MOVQ SCRATCH_AT, FRAME; \
	LEAQ ·numbers512(SB), CONSTANTS; \
	VBROADCASTSS constants512_one(CONSTANTS), ONE; \
	XORL OFFSET, OFFSET; \
	CMPQ 8(PLANES), $const_BlockSize; \
	JCS done

// END_PLANAR returns the number of blocks done.
#define END_PLANAR \
	SHRQ $11, OFFSET; \
	MOVQ OFFSET, ret+8(FP); \
	VZEROUPPER; \
	RET

// NEXT_TILE goes on to the next tile of the block, if there is one, and
// NEXT_BLOCK to the next block.
#define NEXT_TILE(tile) \
	ADDQ $256, LABELS; \
	ADDQ $256, OFFSET; \
	TESTL $(4*const_BlockSize-1), OFFSET; \
	JNE tile
#define NEXT_BLOCK(block) \
	MOVQ OFFSET, X; \
	SHRQ $2, X; \
	CMPQ X, 8(PLANES); \
	JCS block

// Loops over the classes: FIRST_CLASS, PLANE where its values are wanted, and
// NEXT_CLASS; TARGET where a soft target is.
#define FIRST_CLASS \
	XORL CLASS, CLASS; \
	LEAQ LANES_BEGIN(FRAME), LANES; \
	LEAQ (ALL)(ALL*4), EXPS; \
	SHLQ $6, EXPS; \
	ADDQ LANES, EXPS               // LANES_BEGIN + C·LANES_SIZE
#define PLANE \
	LEAQ (CLASS)(CLASS*2), X; \
	MOVQ (PLANES)(X*8), X; \       // a slice has three words
	ADDQ OFFSET, X
#define TARGET \
	LEAQ (CLASS)(CLASS*2), Y; \
	SHLQ $3, Y; \
	ADDQ TARGETS_AT, Y; \
	MOVQ (Y), Y; \
	ADDQ OFFSET, Y
#define NEXT_CLASS(class) \
	ADDQ $LANES_SIZE, LANES; \
	ADDQ $EXPS_SIZE, EXPS; \
	INCL CLASS; \
	CMPL CLASS, ALL; \
	JNE class

// Logits may come as halves: PLANE_OF_HALVES leads X to those of the class under
// way in the tile.
#define HALVES X
#define PLANE_OF_HALVES \
	PLANE; \
	MOVQ OFFSET, Y; \
	SHRQ $1, Y; \
	SUBQ Y, X

// PREFETCH_PLANE is for the tile after the next one: many planes keep the
// processor busy for long enough, and every one takes its part of the cache.
#define PREFETCH_PLANE \
	PREFETCHT0 512(X); \
	PREFETCHT0 576(X); \
	PREFETCHT0 640(X); \
	PREFETCHT0 704(X)

// WEIGHTS puts the tile's weights down: 1 where the call has none. Those
// given have to be plain.
#define WEIGHTS(given, end) \
	MOVQ WEIGHTS_AT, X; \
	TESTQ X, X; \
	JNE given; \
	TILE(WEIGHT_ONE); \
	JMP end; \
given: \
	ADDQ OFFSET, X; \
	TILE(WEIGHT_GIVEN); \
end:
#define WEIGHT_ONE(i, a, b, c, d, e, k, others, mine) VMOVAPS ONE, a
#define WEIGHT_GIVEN(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS i(X), a; \
	VPCMPUD.BCST $2, constants512_mostWeight(CONSTANTS), a, PLAIN, PLAIN // plain = plain && bits(w) ≤ bits(maxWeight)
#define WEIGHT_KEEP(i, a, b, c, d, e, k, others, mine) VMOVUPS a, (ROWS_W+i)(FRAME)
#define WEIGHT_KEEP_LABELLED(i, a, b, c, d, e, k, others, mine) \
	VMOVUPS i(LABELS), b; \
	VPMOVD2M b, k; \
	KNOTW k, k; \
	VMOVAPS.Z a, k, a; \           // if label < 0 { w = 0 }
	VMOVUPS a, (ROWS_W+i)(FRAME)

// FIND_CLASSES sets PRESENT: for the one class of a tile that has no other,
// else for all of them.
#define FIND_CLASSES(mixed, end) \
	VPXORD Z0, Z0, Z0; \
	VPBROADCASTD (LABELS), TEMP; \
	VPCMPEQD 0(LABELS), TEMP, K3; \
	VPCMPEQD 64(LABELS), TEMP, K3, K3; \
	VPCMPEQD 128(LABELS), TEMP, K3, K3; \
	VPCMPEQD 192(LABELS), TEMP, K3, K3; \
	KORTESTW K3, K3; \
	JCC mixed; \
	SET_PRESENT; \
	MOVL (LABELS), CLASS; \
	CMPL CLASS, ALL; \
	JCC end; \                     // ignored
	MOVB $1, PRESENT(FRAME)(CLASS*1); \
	JMP end; \
mixed: \
	VPTERNLOGD $255, Z0, Z0, Z0; \
	SET_PRESENT; \
end:
#define SET_PRESENT \
	VMOVUPS Z0, (PRESENT+0)(FRAME); \
	VMOVUPS Z0, (PRESENT+64)(FRAME); \
	VMOVUPS Z0, (PRESENT+128)(FRAME); \
	VMOVUPS Z0, (PRESENT+192)(FRAME)

// IF_PRESENT goes to present where the tile may have voxels of the class;
// OWN_VOXELS finds them, to k, and goes to absent where there are none.
#define IF_PRESENT(present) \
	CMPB PRESENT(FRAME)(CLASS*1), $0; \
	JNE present
#define OWN_VOXELS(absent) \
	VPBROADCASTD CLASS, TEMP; \
	TILE(OWN); \
	KORW K3, K4, K1; \
	KORW K5, K7, K2; \
	KORTESTW K1, K2; \
	JEQ absent
#define OWN(i, a, b, c, d, e, k, others, mine) VPCMPEQD i(LABELS), TEMP, k

// The largest logit of each voxel, to most; k and PLAIN say whether all are
// plain. The logits go to EXPS, where the other steps find them: planes whose
// size is a power of two share their places in the cache.
#define FIND_MOST(class, halves, float16s, next, end) \
	TILE(MOST_BEGIN); \
	FIRST_CLASS; \
	CMPB ELEMENT_AT, $const_elementFloat32; \
	JNE halves; \
class: \
	PLANE; \
	PREFETCH_PLANE; \
	TILE(MOST_OF_FLOAT32); \
	NEXT_CLASS(class); \
	JMP end; \
halves: \
	PLANE_OF_HALVES; \
	PREFETCHT0 256(X); \
	PREFETCHT0 320(X); \
	CMPB ELEMENT_AT, $const_elementFloat16; \
	JEQ float16s; \
	TILE(MOST_OF_BFLOAT16); \
	JMP next; \
float16s: \
	TILE(MOST_OF_FLOAT16); \
next: \
	NEXT_CLASS(halves); \
end: \
	TILE(MOST_END)
#define MOST_BEGIN(i, a, b, c, d, most, k, others, mine) \
	VBROADCASTSS constants512_leastLogit(CONSTANTS), most; \
	KXNORW k, k, k
#define MOST_OF_FLOAT32(i, a, b, c, d, most, k, others, mine) \
	VMOVUPS i(X), a; \
	MOST(i, a, most, k)
#define MOST_OF_FLOAT16(i, a, b, c, d, most, k, others, mine) \
	LOAD_FLOAT16(i, a); \
	MOST(i, a, most, k)
#define MOST_OF_BFLOAT16(i, a, b, c, d, most, k, others, mine) \
	LOAD_BFLOAT16(i, a); \
	MOST(i, a, most, k)
#define MOST(i, a, most, k) \
	VMOVUPS a, i(EXPS); \
	VCMPPS.BCST $13, constants512_leastLogit(CONSTANTS), a, k, k; \ // plain = plain && x ≥ −maxLogit
	VMAXPS a, most, most
#define MOST_END(i, a, b, c, d, most, k, others, mine) \
	VCMPPS.BCST $2, constants512_mostWeight(CONSTANTS), most, k, k; \
	KANDW k, PLAIN, PLAIN          // plain = plain && most ≤ maxLogit

// The exponentials of all classes, to EXPS; that of the own class to mine, the
// sum of the rest to others, by groups of classes. KEEP_OWN is what else is to
// be done for the voxels of a class.
#define EXPONENTIALS(KEEP_OWN, class, absent, next, same, present) \
	TILE(EXP_BEGIN); \
	FIRST_CLASS; \
	JMP class; \
present: \
	OWN_VOXELS(absent); \
	KEEP_OWN; \
	TILE(EXP_OWN); \
	JMP next; \
class: \
	TILE(BELOW_MOST); \
	EXP(EACH); \
	IF_PRESENT(present); \
absent: \
	TILE(EXP_OTHER); \
next: \
	TILE(EXP_KEEP); \
	LEAL 1(CLASS), X; \
	TESTL $(const_groupSize-1), X; \
	JNE same; \
	TILE(GROUP_END); \
same: \
	NEXT_CLASS(class)
#define EXP_BEGIN(i, a, b, c, d, e, k, others, mine) \
	VPXORD others, others, others; \
	VPXORD mine, mine, mine; \
	VMOVUPS others, (ROWS_OTHERS+i)(FRAME)
#define BELOW_MOST(i, a, b, c, d, most, k, others, mine) \
	VMOVUPS i(EXPS), a; \
	VSUBPS most, a, a
#define EXP_KEEP(i, a, b, c, d, e, k, others, mine) VMOVUPS d, i(EXPS)
#define EXP_OTHER(i, a, b, c, d, e, k, others, mine) VADDPS d, others, others
#define EXP_OWN(i, a, b, c, d, most, k, others, mine) \
	VSUBPS i(EXPS), most, a; \
	VMOVUPS a, k, (ROWS_BELOW+i)(FRAME); \
	VMOVAPS d, k, mine; \
	KNOTW k, k; \
	VADDPS d, others, k, others
#define GROUP_END(i, a, b, c, d, e, k, others, mine) \
	VADDPS (ROWS_OTHERS+i)(FRAME), others, a; \
	VMOVUPS a, (ROWS_OTHERS+i)(FRAME); \
	VPXORD others, others, others

// OWN_SIDES: mine, others = r, s of the own class; inverse also to memory.
#define OWN_SIDES \
	TILE(INVERSE); \
	TILE(SOFTMAX_SIDES)
#define INVERSE(i, a, b, c, d, inverse, k, others, mine) \
	VADDPS (ROWS_OTHERS+i)(FRAME), others, others; \
	VADDPS mine, others, a; \
	VDIVPS a, ONE, inverse; \
	VMOVUPS inverse, (ROWS_INVERSE+i)(FRAME)
#define SOFTMAX_SIDES(i, a, b, c, d, inverse, k, others, mine) \
	VMULPS inverse, mine, mine; \
	VMULPS inverse, others, others

// OWN_LOG: d = −log r of the own class, from r where that is ½ or more, else
// from inverse. It leaves others, which is s, alone.
#define OWN_LOG \
	TILE(OWN_LOG_SIDES); \
	NEG_LOG_OF_OWN(sure, near, ownLogged); \
	TILE(OWN_LOG_JOIN)
#define OWN_LOG_SIDES(i, a, b, c, d, inverse, k, s, r) \
	VMOVAPS r, a; \
	VMOVAPS s, b; \
	VCMPPS.BCST $1, constants512_oneHalf(CONSTANTS), r, k; \ // if r < ½ {
	VMOVAPS inverse, k, a; \
	VSUBPS inverse, ONE, k, b; \
	VMOVUPS.Z (ROWS_BELOW+i)(FRAME), k, r // r = below }, else 0
#define OWN_LOG_JOIN(i, a, b, c, d, e, k, s, below) VADDPS below, d, d

// For soft targets: the likelihood of the tile's voxels, on which LABELS then
// is, as if they were of their likeliest classes. k and the rest are as in
// FIND_MOST.
#define LIKELIHOOD \
	TILE(LIKELIEST_BEGIN); \
	FIRST_CLASS; \
likeliest: \
	PLANE; \
	PREFETCH_PLANE; \
	VPBROADCASTD CLASS, COEF; \
	TILE(LIKELIEST); \
	NEXT_CLASS(likeliest); \
	TILE(LIKELIEST_END); \
	LEAQ ROWS_LIKELIEST(FRAME), LABELS; \
	FIND_CLASSES(mixed, found); \
	EXPONENTIALS(NOTHING, exp, expAbsent, expNext, expSame, expPresent); \
	TILE(TOTAL)
#define LIKELIEST_BEGIN(i, a, b, c, d, most, k, likeliest, mine) \
	VBROADCASTSS constants512_exponent(CONSTANTS), most; \ // −∞
	VPXORD likeliest, likeliest, likeliest
#define LIKELIEST(i, a, b, c, d, most, k, likeliest, mine) \
	VMOVUPS i(X), a; \
	VMOVUPS a, i(EXPS); \
	VCMPPS.BCST $13, constants512_leastLogit(CONSTANTS), a, PLAIN, PLAIN; \
	VCMPPS $14, most, a, k; \      // if x > most {
	VMOVAPS a, k, most; \
	VMOVDQA32 COEF, k, likeliest   // likeliest = class }
#define LIKELIEST_END(i, a, b, c, d, most, k, likeliest, mine) \
	VCMPPS.BCST $2, constants512_mostWeight(CONSTANTS), most, PLAIN, PLAIN; \
	VMOVUPS most, (ROWS_MOST+i)(FRAME); \
	VMOVUPS likeliest, (ROWS_LIKELIEST+i)(FRAME)
#define TOTAL(i, a, b, c, d, inverse, k, rest, mine) \
	VADDPS (ROWS_OTHERS+i)(FRAME), rest, rest; \
	VMOVUPS rest, (ROWS_REST+i)(FRAME); \
	VADDPS ONE, rest, a; \         // total = rest + 1
	VMOVUPS a, (ROWS_TOTAL+i)(FRAME); \
	VDIVPS a, ONE, inverse; \
	VMOVUPS inverse, (ROWS_INVERSE+i)(FRAME)

// LOGARITHMS follows, and leaves the two of each voxel: of the classes under
// ½, whose −log r is log Σ and what they are below the largest logit, and of the
// likeliest. A class that has ½ or more beside that is, with its r, no more than
// s of the likeliest, nor than 1/Σ: TIED says whether both are ½ or more
// somewhere.
#define LOGARITHMS \
	VPXORD COEF, COEF, COEF; \
	TILE(LIKELIEST_SIDE); \
	VCMPPS.BCST $13, constants512_oneHalf(CONSTANTS), COEF, TIED; \
	TILE(INVERSE_SIDES); \
	NEG_LOG(EACH); \
	TILE(KEEP_LOG_TOTAL); \
	NEG_LOG_NEAR; \
	TILE(KEEP_LOG)
#define LIKELIEST_SIDE(i, a, b, c, d, inverse, k, rest, s) \
	VMULPS inverse, rest, s; \     // s of the likeliest class, whose r is 1/Σ
	VMINPS inverse, s, TEMP; \
	VMAXPS TEMP, COEF, COEF
#define INVERSE_SIDES(i, a, b, c, d, inverse, k, rest, s) \
	VMOVAPS inverse, a; \
	VSUBPS inverse, ONE, b
#define KEEP_LOG_TOTAL(i, a, b, c, d, inverse, k, rest, s) \
	VMOVUPS d, (ROWS_LOG_TOTAL+i)(FRAME); \
	VMOVAPS s, b
#define KEEP_LOG(i, a, b, c, d, inverse, k, rest, s) \
	VCMPPS.BCST $1, constants512_oneHalf(CONSTANTS), inverse, k; \
	VMOVUPS (ROWS_LOG_TOTAL+i)(FRAME), k, d; \ // if r < ½ { 0 + log Σ }
	VMOVUPS d, (ROWS_LOG+i)(FRAME)

#define LIKELIHOOD_AND_LOGARITHMS \
	LIKELIHOOD; \
	LOGARITHMS

// After LIKELIHOOD, CLASS_R leaves r of the class under way in mine, and then
// CLASS_S its s in others, and in k the voxels whose likeliest class it is;
// after LOGARITHMS, CLASS_LOG leaves −log r in d. Where TIED, that is as if it
// were the voxels' own.
#define CLASS_R TILE(CLASS_R_ROW)
#define CLASS_R_ROW(i, a, b, c, d, inverse, k, s, r) \
	VMOVUPS (ROWS_INVERSE+i)(FRAME), inverse; \
	VMULPS i(EXPS), inverse, r
#define CLASS_S \
	VPBROADCASTD CLASS, TEMP; \
	TILE(OWN); \
	TILE(CLASS_S_ROW)
#define CLASS_S_ROW(i, a, b, c, d, inverse, k, s, r) \
	VMOVUPS (ROWS_TOTAL+i)(FRAME), s; \
	VSUBPS i(EXPS), s, s; \
	VMOVUPS (ROWS_REST+i)(FRAME), k, s; \ // if class != likeliest { total − e } else { rest }
	VMULPS inverse, s, s
#define CLASS_LOG(tied, end) \
	KORTESTW TIED, TIED; \
	JNE tied; \
	TILE(CLASS_LOG_ROW); \
	JMP end; \
tied: \
	TILE(CLASS_BELOW); \
	OWN_LOG; \
end:
#define CLASS_LOG_ROW(i, a, b, c, d, inverse, k, s, r) \
	VMOVUPS (ROWS_MOST+i)(FRAME), d; \
	VSUBPS i(X), d, d; \
	VADDPS (ROWS_LOG_TOTAL+i)(FRAME), d, d; \
	VMOVUPS (ROWS_LOG+i)(FRAME), k, d // if class != likeliest { (most − x) + log Σ } else { its own }
#define CLASS_BELOW(i, a, b, c, d, inverse, k, s, r) \
	VMOVUPS (ROWS_MOST+i)(FRAME), b; \
	VSUBPS i(X), b, b; \
	VMOVUPS b, (ROWS_BELOW+i)(FRAME)
