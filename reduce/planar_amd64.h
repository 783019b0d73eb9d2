// What the AVX2 kernels for several channels share; after avx2_amd64.h.
//
// The unit of work is a tile: a group of 64 voxels, four rows of Lanes, through
// all classes. Its exponentials stay in the scratch, in the first cache. As with
// one channel a group is taken in two halves, lanes 0–7 and lanes 8–15, and the
// four vectors of a half side by side. HALF runs a step on the rows of a half,
// which is 0 or 32, TILE on those of both: a step is told its row's place in
// bytes and the row's registers in the banks G, U and S.
#define HALF(STEP, half) \
	STEP(half+0, G0, U0, S0)   \
	STEP(half+64, G1, U1, S1)  \
	STEP(half+128, G2, U2, S2) \
	STEP(half+192, G3, U3, S3)

#define TILE(STEP) \
	HALF(STEP, 0) \
	HALF(STEP, 32)

// ROWS is for steps on all eight vectors of a tile at once: those of the first
// half have their numbers in G, those of the second in U.
#define ROWS(STEP) \
	STEP(0, G0, S0)   \
	STEP(64, G1, S1)  \
	STEP(128, G2, S2) \
	STEP(192, G3, S3) \
	STEP(32, U0, S0)  \
	STEP(96, U1, S1)  \
	STEP(160, U2, S2) \
	STEP(224, U3, S3)

// General registers, in place of those of one channel. CALL, X and W are the
// same: X leads to the values of the class under way in the tile, W to the
// scratch, less what an avx2Work has in front of k, AT, beside the loops over the
// classes, to a half of it. N is for a moment.
#define LABELS DI  // the tile's first class: four bytes, like everything here
#define PLANES CX  // the slices of the prediction
#define ALL    BX  // how many
#define CLASS  R8  // the one under way
#define EXPS   R9  // its exponentials
#define LANES  R10 // and the block's sums
#define OFFSET R13 // of the tile in every plane, in bytes

// The scratch: k, e, v and l of an avx2Work; what the steps keep, 64 bytes for
// each row of the tile; the lanes of the classes, in the order of planeSums; and
// their exponentials. That is 2720 + C·(320 + 256) of its C·2048 bytes.
#define KEPT         (avx2Work_l+128)
#define ROWS_W       (KEPT+0)    // the weights, 0 where a voxel is ignored
#define ROWS_MOST    (KEPT+256)  // the largest logit
#define ROWS_BELOW   (KEPT+512)  // less that of the own class
#define ROWS_GROUP   (KEPT+768)  // Σ e^(x−most) of the other classes, of the group of them under way
#define ROWS_OTHERS  (KEPT+1024) // and of the groups that are done
#define ROWS_MINE    (KEPT+1280) // e^(x−most) of the own class
#define ROWS_INVERSE (KEPT+1536) // 1/Σ e^(x−most)
#define PRESENT      (KEPT+1792) // a byte for each class: 0 where no voxel of the tile is of it
#define GREATEST     (KEPT+2048) // the greatest bits of the block's weights
#define LANES_W      (KEPT+2080)
#define LANES_BEGIN  (KEPT+2144)
#define LANES_R 0
#define LANES_S 64
#define LANES_L 128
#define LANES_F 192
#define LANES_P 256
#define LANES_SIZE 320
#define EXPS_SIZE 256

// What is added for a voxel's own class takes the places of what it is made of.
#define ROWS_R ROWS_MINE
#define ROWS_S ROWS_OTHERS
#define ROWS_L ROWS_GROUP
#define ROWS_F ROWS_BELOW
#define ROWS_OWN avx2Work_k // the weights of the voxels of a class

// ---- The walk over blocks, tiles and classes ----

// BEGIN_PLANAR reads the call, whose fields are at PLANES_AT and the like by
// each file's definition; if it has no block it goes to done.
#define BEGIN_PLANAR(done) \
	MOVQ c+0(FP), CALL              \
	MOVQ PLANES_AT, PLANES          \
	MOVQ HALVES_AT, N               \
	CMPB ELEMENT_AT, $const_elementFloat32 \
	CMOVQNE N, PLANES               \
	MOVQ ALL_AT, ALL                \
	MOVQ LABELS_AT, LABELS          \
	MOVQ SCRATCH_AT, W              \
	ADDQ $63, W                     \
	ANDQ $~63, W                    \
	SUBQ $avx2Work_k, W             \
	XORL OFFSET, OFFSET             \
	CMPQ 8(PLANES), $const_BlockSize \
	JCS  done

// END_PLANAR leaves the number of blocks done in OFFSET.
#define END_PLANAR SHRQ $11, OFFSET

// NEXT_TILE goes on to the next tile of the block, if there is one, and
// NEXT_BLOCK to the next block.
#define NEXT_TILE(tile) \
	ADDQ  $256, LABELS                    \
	ADDQ  $256, OFFSET                    \
	TESTL $(4*const_BlockSize-1), OFFSET  \
	JNE   tile

#define NEXT_BLOCK(block) \
	MOVQ OFFSET, N     \
	SHRQ $2, N         \
	CMPQ N, 8(PLANES)  \
	JCS  block

// Loops over the classes: FIRST_CLASS, PLANE where its values are wanted, and
// NEXT_CLASS.
#define FIRST_CLASS \
	XORL CLASS, CLASS          \
	LEAQ LANES_BEGIN(W), LANES \
	LEAQ (ALL)(ALL*4), EXPS    \
	SHLQ $6, EXPS              \
	ADDQ LANES, EXPS             // LANES_BEGIN + C·LANES_SIZE

#define PLANE \
	LEAQ (CLASS)(CLASS*2), X \
	MOVQ (PLANES)(X*8), X    \ // a slice has three words
	ADDQ OFFSET, X

#define NEXT_CLASS(class) \
	ADDQ $LANES_SIZE, LANES \
	ADDQ $EXPS_SIZE, EXPS   \
	INCL CLASS              \
	CMPL CLASS, ALL         \
	JNE  class

// Logits may come as halves. PLANE_OF_HALVES leads X to those of the class under
// way in the tile. The first step that reads them leaves them, as float32 numbers,
// at EXPS, where LOGITS finds them. WIDENED_END makes of X what leads from there
// to where ASK finds the halves of tiles to come.
#define HALVES X
#define PLANE_OF_HALVES \
	PLANE          \
	MOVQ OFFSET, N \
	SHRQ $1, N     \
	SUBQ N, X
#define WIDENED_END \
	SUBQ EXPS, X           \
	SUBQ $(ASK_AHEAD/2), X \
	MOVQ AHEAD_AT, N       \
	MOVQ X, (N)(CLASS*8)
#define LOGITS \
	PLANE \
	CMPB    ELEMENT_AT, $const_elementFloat32 \
	CMOVQNE EXPS, X

// PREFETCH_PLANE asks for the tile after the next one, or for what is to be
// fetched in its stead, as PREFETCH_HALF does.
#define PREFETCH_PLANE \
	MOVQ AHEAD_AT, N         \
	MOVQ (N)(CLASS*8), N     \
	PREFETCHT0 512(X)(N*1)   \
	PREFETCHT0 576(X)(N*1)   \
	PREFETCHT0 640(X)(N*1)   \
	PREFETCHT0 704(X)(N*1)

// PREFETCH_HALF asks, by ASK, for a half of the tile that is ASK_AHEAD bytes
// further on, which each file defines: between other work, so that the memory is
// busy all the time.
#define PREFETCH_HALF(half) \
	MOVQ AHEAD_AT, N                  \
	MOVQ (N)(CLASS*8), N              \
	ASK (ASK_AHEAD+4*half)(X)(N*1)    \
	ASK (ASK_AHEAD+4*half+64)(X)(N*1)

// NEXT_HALF_OF_ROWS ends a half of the rows at AT: after the first it jumps to
// again.
#define NEXT_HALF_OF_ROWS(again) \
	LEAQ 32(W), N \
	ADDQ $32, AT  \
	CMPQ AT, N    \
	JEQ  again

// CLASS_TO leaves the class under way in every lane of y, whose low half is x.
#define CLASS_TO(x, y) \
	VMOVD        CLASS, x \
	VPBROADCASTD x, y

// ---- Weights and labels ----

// WEIGHTS_OF_TILE puts the tile's weights down by KEEP_WEIGHT: 1 where the call
// has none.
#define WEIGHTS_OF_TILE(KEEP_WEIGHT, given, end) \
	MOVQ WEIGHTS_AT, X           \
	TESTQ X, X                   \
	JNE  given                   \
	CONST(avx2Constants_one)     \
	VMOVAPS C, G0                \
	VMOVAPS C, G1                \
	VMOVAPS C, G2                \
	VMOVAPS C, G3                \
	TILE(KEEP_WEIGHT)            \
	JMP  end                     \
given:                               \
	ADDQ OFFSET, X               \
	VMOVDQA GREATEST(W), T1      \
	WEIGHTS_OF_HALF(KEEP_WEIGHT, 0)  \
	WEIGHTS_OF_HALF(KEEP_WEIGHT, 32) \
	VMOVDQA T1, GREATEST(W)      \
end:

#define WEIGHTS_OF_HALF(KEEP_WEIGHT, half) \
	HALF(WEIGHT_GIVEN, half) \
	HALF(KEEP_WEIGHT, half)
#define WEIGHT_GIVEN(row, g, u, s) \
	VMOVUPS row(X), g   \
	VPMAXUD g, T1, T1
#define KEEP_WEIGHT(row, g, u, s) VMOVAPS g, (ROWS_W+row)(W)
#define KEEP_WEIGHT_LABELLED(row, g, u, s) \
	VMOVDQU row(LABELS), u         \
	VPSRAD  $31, u, u              \
	VPANDN  g, u, u                \ // if label < 0 { w = 0 }
	VMOVAPS u, (ROWS_W+row)(W)

// ADD_WEIGHTS adds the weights to their sum.
#define ADD_WEIGHTS \
	ADD_WEIGHTS_OF_HALF(0)  \
	ADD_WEIGHTS_OF_HALF(32)
#define ADD_WEIGHTS_OF_HALF(half) \
	VMOVAPS (LANES_W+half)(W), T0 \
	HALF(ADD_WEIGHT, half)        \
	VMOVAPS T0, (LANES_W+half)(W)
#define ADD_WEIGHT(row, g, u, s) VADDPS (ROWS_W+row)(W), T0, T0

// FIND_CLASSES sets PRESENT, 32 classes at a time: BITS makes bits |=
// 1<<(label − class), which is 0 from bit 32 on and below 0, in eight lanes,
// which are brought together and spread out over the bytes.
#define FIND_CLASSES(BITS, classes) \
	VPCMPEQD C, C, C           \
	VPSRLD   $31, C, C         \ // 1
	XORL     CLASS, CLASS      \
classes:                           \
	CLASS_TO(X13, T1)          \
	VPXOR    T0, T0, T0        \
	BITS                       \
	VEXTRACTI128 $1, T0, X0    \
	VPOR     G0, T0, T0        \
	VPSHUFD  $0x4e, T0, G0     \
	VPOR     G0, T0, T0        \
	VPSHUFD  $0xb1, T0, G0     \
	VPOR     G0, T0, T0        \
	VPBROADCASTD X12, T0       \
	VPSHUFB  ·avx2+avx2Constants_byteOfBit(SB), T0, T0 \
	VPBROADCASTQ ·avx2+avx2Constants_bits(SB), T1 \
	VPAND    T1, T0, T0        \
	VPCMPEQB T1, T0, T0        \
	VMOVDQA  T0, PRESENT(W)(CLASS*1) \
	ADDL     $32, CLASS        \
	CMPL     CLASS, ALL        \
	JCS      classes
#define LABEL_BITS ROWS(LABEL_BIT)
#define LABEL_BIT(row, g, s) \
	VMOVDQU row(LABELS), s \
	VPSUBD  T1, s, s       \
	VPSLLVD s, C, s        \
	VPOR    s, T0, T0

// FIND_COMMON leaves the class that all the tile's voxels are of, with a weight
// of 1 each, and sets PRESENT, or goes to mixed.
#define FIND_COMMON(clear, mixed) \
	VPBROADCASTD (LABELS), T0   \
	VPXOR   T1, T1, T1          \
	ROWS(DIFFERENCE)            \
	VPTEST  T1, T1              \
	JNZ     mixed               \
	CMPQ    WEIGHTS_AT, $0      \
	JNE     mixed               \
	MOVL    (LABELS), CLASS     \
	CMPL    CLASS, ALL          \
	JCC     mixed               \ // ignored
	XORL    N, N                \
clear:                              \
	VMOVDQA T1, PRESENT(W)(N*1) \
	ADDL    $32, N              \
	CMPL    N, ALL              \
	JCS     clear               \
	MOVB    $1, PRESENT(W)(CLASS*1)
#define DIFFERENCE(row, g, s) \
	VPXOR row(LABELS), T0, s \
	VPOR  s, T1, T1

// IF_PRESENT goes to present where the tile may have voxels of the class.
#define IF_PRESENT(present) \
	CMPB PRESENT(W)(CLASS*1), $0 \
	JNE  present

// ---- The sums of the classes ----

// CLEAR_LANES_OF_CLASSES sets the sums of all classes to 0.
#define CLEAR_LANES_OF_CLASSES(class) \
	VPXOR   T0, T0, T0               \
	VMOVAPS T0, (LANES_W+0)(W)       \
	VMOVAPS T0, (LANES_W+32)(W)      \
	FIRST_CLASS                      \
class:                                   \
	CLEAR_LANES_OF_CLASS(LANES_R)    \
	CLEAR_LANES_OF_CLASS(LANES_S)    \
	CLEAR_LANES_OF_CLASS(LANES_L)    \
	CLEAR_LANES_OF_CLASS(LANES_F)    \
	CLEAR_LANES_OF_CLASS(LANES_P)    \
	NEXT_CLASS(class)
#define CLEAR_LANES_OF_CLASS(lanes) \
	VMOVAPS T0, lanes+0(LANES)  \
	VMOVAPS T0, lanes+32(LANES)

// CLOSE_BLOCK_PLANAR adds the block's sums to the call's, and leaves 0. The
// sums of a class without voxels in the block are 0 but for one.
#define CLOSE_BLOCK_PLANAR(class, without) \
	VPXOR   S0, S0, S0                             \
	FOLD_LANES((LANES_W+0)(W), (LANES_W+16)(W), (LANES_W+32)(W), (LANES_W+48)(W), planarCall_w(CALL)) \
	VMOVAPS S0, (LANES_W+0)(W)                     \
	VMOVAPS S0, (LANES_W+32)(W)                    \
	MOVQ    planarCall_sums(CALL), X               \
	FIRST_CLASS                                    \
class:                                                 \
	VMOVAPS (LANES_R+0)(LANES), T0                 \
	VPOR    (LANES_R+32)(LANES), T0, T0            \
	VPOR    (LANES_S+0)(LANES), T0, T0             \
	VPOR    (LANES_S+32)(LANES), T0, T0            \
	VPOR    (LANES_L+0)(LANES), T0, T0             \
	VPOR    (LANES_L+32)(LANES), T0, T0            \
	VPOR    (LANES_F+0)(LANES), T0, T0             \
	VPOR    (LANES_F+32)(LANES), T0, T0            \
	VPTEST  T0, T0                                 \
	JZ      without                                \
	FOLD_LANES_OF_CLASS(LANES_R, planeSums_r)      \
	FOLD_LANES_OF_CLASS(LANES_S, planeSums_s)      \
	FOLD_LANES_OF_CLASS(LANES_L, planeSums_l)      \
	FOLD_LANES_OF_CLASS(LANES_F, planeSums_f)      \
without:                                               \
	FOLD_LANES_OF_CLASS(LANES_P, planeSums_p)      \
	ADDQ    $planeSums__size, X                    \
	NEXT_CLASS(class)
#define FOLD_LANES_OF_CLASS(lanes, sum) \
	FOLD_LANES(lanes+0(LANES), lanes+16(LANES), lanes+32(LANES), lanes+48(LANES), sum(X)) \
	VMOVAPS S0, lanes+0(LANES)  \
	VMOVAPS S0, lanes+32(LANES)
#define FOLD_LANES(d0, d4, d8, d12, sum) \
	VCVTPS2PD    d0, G0     \
	VCVTPS2PD    d8, G1     \
	VCVTPS2PD    d4, G2     \
	VCVTPS2PD    d12, G3    \
	VADDPD       G1, G0, G0 \ // d[i] + d[i+8]
	VADDPD       G3, G2, G2 \
	VADDPD       G2, G0, G0 \ // d[i] + d[i+4]
	VEXTRACTF128 $1, G0, X1 \
	VADDPD       X1, X0, X0 \ // d[i] + d[i+2]
	VUNPCKHPD    X0, X0, X1 \
	VADDSD       X1, X0, X0 \ // d[i] + d[i+1]
	VADDSD       sum, X0, X0 \
	VMOVSD       X0, sum

// ---- Softmax ----

// FIND_MOST leaves the largest logit of each voxel.
#define FIND_MOST(class, halves, float16s, widened, end) \
	CONST(avx2Constants_exponent) \ // −∞
	ROWS(MOST_BEGIN)          \
	CONST(avx2Constants_sign) \
	FIRST_CLASS               \
	CMPB ELEMENT_AT, $const_elementFloat32 \
	JNE  halves               \
class:                            \
	PLANE                     \
	ROWS(MOST_OF_FLOAT32)     \
	NEXT_CLASS(class)         \
	JMP  end                  \
halves:                           \
	PLANE_OF_HALVES           \
	CMPB ELEMENT_AT, $const_elementFloat16 \
	JEQ  float16s             \
	ROWS(MOST_OF_BFLOAT16)    \
	JMP  widened              \
float16s:                         \
	ROWS(MOST_OF_FLOAT16)     \
widened:                          \
	WIDENED_END               \
	NEXT_CLASS(halves)        \
end:                              \
	ROWS(MOST_END)
#define MOST_BEGIN(row, most, t) VMOVAPS C, most
#define MOST_OF_FLOAT32(row, most, t) \
	VMOVUPS row(X), t         \
	FIND_MOST_ROW(most, t)
#define MOST_OF_FLOAT16(row, most, t) \
	LOAD_FLOAT16(row, t)      \
	VMOVAPS t, row(EXPS)      \
	FIND_MOST_ROW(most, t)
#define MOST_OF_BFLOAT16(row, most, t) \
	LOAD_BFLOAT16(row, t)     \
	VMOVAPS t, row(EXPS)      \
	FIND_MOST_ROW(most, t)
#define FIND_MOST_ROW(most, t) \
	VMAXPS  t, most, most     \
	VORPS   C, t, t           \
	VPMAXUD t, MOST, MOST
#define MOST_END(row, most, t) VMOVAPS most, (ROWS_MOST+row)(W)

// EXPONENTIALS leaves those of all classes at EXPS, and the sum of those that
// are not a voxel's own in groups of classes. The kernels have what is done where
// the tile may have voxels of the class, at present and presentSecond, which go
// back to second and next.
//
// An exponential's ten multiplications and multiply-adds, of two a cycle, bound
// this loop: 5 cycles a vector, of which it takes 8 on a Zen 3.
#define EXPONENTIALS(class, second, next, same, present, presentSecond) \
	VPXOR T0, T0, T0                \
	TILE(EXP_BEGIN)                 \
	FIRST_CLASS                     \
class:                                  \
	LOGITS                          \
	EXP_OF_HALF(0)                  \
	IF_PRESENT(present)             \
	HALF(EXP_OTHER, 0)              \
second:                                 \
	HALF(EXP_KEEP, 0)               \
	EXP_OF_HALF(32)                 \
	IF_PRESENT(presentSecond)       \
	HALF(EXP_OTHER, 32)             \
next:                                   \
	HALF(EXP_KEEP, 32)              \
	LEAL 1(CLASS), N                \
	TESTL $(const_groupSize-1), N   \
	JNE  same                       \
	TILE(GROUP_END)                 \
same:                                   \
	NEXT_CLASS(class)
#define EXP_BEGIN(row, g, u, s) \
	VMOVAPS T0, (ROWS_GROUP+row)(W)  \
	VMOVAPS T0, (ROWS_OTHERS+row)(W)
#define EXP_OF_HALF(half) \
	HALF(BELOW_MOST, half) \
	PREFETCH_HALF(half)    \
	REDUCE                 \
	EXP
#define BELOW_MOST(row, g, u, s) \
	VMOVUPS row(X), g                  \
	VSUBPS  (ROWS_MOST+row)(W), g, g
#define EXP_OTHER(row, g, u, s) \
	VADDPS  (ROWS_GROUP+row)(W), u, T0 \
	VMOVAPS T0, (ROWS_GROUP+row)(W)
#define EXP_KEEP(row, g, u, s) VMOVAPS u, row(EXPS)

// EXP_OWN, in the class under way in C, leaves the exponentials of its voxels at
// MINE, and their logits less the largest at BELOW, after OWN_BEGIN.
#define OWN_BEGIN(row, g, u, s) \
	VMOVAPS T0, (ROWS_MINE+row)(W)  \
	VMOVAPS T0, (ROWS_BELOW+row)(W)
#define EXP_OWN(row, g, u, s) \
	VPCMPEQD  row(LABELS), C, g          \ // if label == class {
	VMOVAPS   (ROWS_MOST+row)(W), T0     \
	VSUBPS    row(X), T0, T0             \
	VMOVAPS   (ROWS_BELOW+row)(W), T1    \
	VBLENDVPS g, T0, T1, T1              \ // below = most − x
	VMOVAPS   T1, (ROWS_BELOW+row)(W)    \
	VANDPS    u, g, T0                   \
	VORPS     (ROWS_MINE+row)(W), T0, T0 \ // mine = e
	VMOVAPS   T0, (ROWS_MINE+row)(W)     \
	VANDNPS   u, g, T0                   \ // } else {
	VADDPS    (ROWS_GROUP+row)(W), T0, T0 \ // group += e }
	VMOVAPS   T0, (ROWS_GROUP+row)(W)

// EXP_COMMON does so in a tile of one class.
#define EXP_COMMON(row, g, u, s) \
	VMOVAPS (ROWS_MOST+row)(W), T0  \
	VSUBPS  row(X), T0, T0          \
	VMOVAPS T0, (ROWS_BELOW+row)(W) \
	VMOVAPS u, (ROWS_MINE+row)(W)

// GROUP_END adds the sum of a group of classes to that of the groups before it.
#define GROUP_END(row, g, u, s) \
	VMOVAPS (ROWS_GROUP+row)(W), T0      \
	VADDPS  (ROWS_OTHERS+row)(W), T0, T0 \
	VMOVAPS T0, (ROWS_OTHERS+row)(W)     \
	VPXOR   T0, T0, T0                   \
	VMOVAPS T0, (ROWS_GROUP+row)(W)

// OWN_SIDES leaves r, s and 1/Σ of the half at AT in U, S and G, and 1/Σ in
// memory.
#define OWN_SIDES \
	CONST(avx2Constants_one) \
	HALF(OWN_SIDES_ROW, 0)
#define OWN_SIDES_ROW(row, g, u, s) \
	VMOVAPS (ROWS_GROUP+row)(AT), s     \
	VADDPS  (ROWS_OTHERS+row)(AT), s, s \
	VMOVAPS (ROWS_MINE+row)(AT), u      \
	VADDPS  u, s, T0                    \
	VDIVPS  T0, C, g                    \
	VMOVAPS g, (ROWS_INVERSE+row)(AT)   \
	VMULPS  g, u, u                     \
	VMULPS  g, s, s
#define KEEP_R(row, g, r, s) VMOVAPS r, (ROWS_R+row)(AT)
#define KEEP_S(row, g, r, s) VMOVAPS s, (ROWS_S+row)(AT)

// OWN_LOG follows, and leaves −log r in U: from r where that is ½ or more, else
// from 1/Σ.
#define OWN_LOG(near, end) \
	IF_NEAR(near)                 \
	VBROADCASTSS ·avx2+avx2Constants_one(SB), T1 \
	HALF(OWN_LOG_ROW, 0)          \
	NEG_LOG                       \
	HALF(OWN_LOG_JOIN, 0)         \
	JMP end                       \
near:                                 \
	NEG_LOG_NEAR                  \
end:
#define OWN_LOG_ROW(row, inverse, r, s) \
	VCMPPS    $1, C, r, T0                 \ // if r < ½ {
	VBLENDVPS T0, inverse, r, r            \
	VSUBPS    inverse, T1, inverse         \
	VBLENDVPS T0, inverse, s, s            \
	VANDPS    (ROWS_BELOW+row)(AT), T0, T0 \ // } else { below = 0 }
	VMOVAPS   T0, (ROWS_BELOW+row)(AT)
#define OWN_LOG_JOIN(row, g, l, s) VADDPS (ROWS_BELOW+row)(AT), l, l

// FLOOR_S leaves s in S, as the power takes it.
#define FLOOR_S \
	CONST(avx2Constants_normal) \
	HALF(FLOOR_S_ROW, 0)
#define FLOOR_S_ROW(row, g, u, s) VMAXPS (ROWS_S+row)(AT), C, s
