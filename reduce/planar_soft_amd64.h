// What the AVX2 kernels for several channels and soft targets share, forward
// and backward; after planar_amd64.h. What a step computes is the Go function
// of its name in planar_generic.go.
//
// The tile is one of 32 voxels in their order, four rows of eight, for EACH.
// With soft targets every class is some voxel's own, and their logarithms would
// cost more than all the rest. But all classes under ½ take theirs from the
// sum of the exponentials, and at most one is above: two logarithms a tile do.

// General registers, beside those of planar_amd64.h.
#define TARGETS LABELS // the slices of the targets

// The scratch: a row of a tile takes half of the place that it has there.
#define ROWS_REST      ROWS_OTHERS       // Σ e^(x−most) without the likeliest class, of the groups that are done
#define ROWS_LIKELIEST (ROWS_W+128)      // the first class that has the largest logit
#define ROWS_TOTAL     (ROWS_MOST+128)   // Σ e^(x−most)
#define ROWS_SIDE      ROWS_BELOW        // s of the likeliest class, whose r is 1/total
#define ROWS_LOG       (ROWS_BELOW+128)  // and its −log r
#define ROWS_LOG_TOTAL (ROWS_GROUP+128)  // log total
#define ROWS_SHARE     (ROWS_OTHERS+128) // w·y of the class under way
#define GREATEST_OF_LOGITS  (ROWS_INVERSE+128) // the greatest bits of the block's logits
#define GREATEST_OF_TARGETS (ROWS_INVERSE+160) // and targets
#define TIED                (ROWS_INVERSE+192) // not 0 where a class beside the likeliest may have ½ or more
#define EXPS_X          128              // in a class's place at EXPS, after its exponentials: its logits

// NEXT_TILE_OF_32 goes on to the next tile of the block, if there is one.
#define NEXT_TILE_OF_32(tile) \
	ADDQ  $128, OFFSET                    \
	TESTL $(4*const_BlockSize-1), OFFSET  \
	JNE   tile

// TARGET leads X to the class's targets in the tile, as PLANE does to its values.
#define TARGET \
	LEAQ (CLASS)(CLASS*2), X \
	MOVQ (TARGETS)(X*8), X   \
	ADDQ OFFSET, X

// ASK asks for both ASK_AHEAD bytes further on, by PREFETCH_TO: a file that
// includes this defines them. It is called among other work, so that the memory is
// busy all the time, and leaves X at the values. Halves are asked for where they
// are read: nothing more is then at LOGITS.
#define ASK \
	TARGET                      \
	PREFETCH_TO ASK_AHEAD(X)    \
	PREFETCH_TO ASK_AHEAD+64(X) \
	LOGITS                      \
	PREFETCH_TO ASK_AHEAD(X)    \
	PREFETCH_TO ASK_AHEAD+64(X)

// LOAD_WEIGHTS loads the weights to S: 1 where the call has none.
#define LOAD_WEIGHTS(given, end) \
	MOVQ    WEIGHTS_AT, X      \
	TESTQ   X, X               \
	JNE     given              \
	CONST(avx2Constants_one)   \
	VMOVAPS C, S0              \
	VMOVAPS C, S1              \
	VMOVAPS C, S2              \
	VMOVAPS C, S3              \
	JMP     end                \
given:                             \
	ADDQ    OFFSET, X          \
	EACH(LOAD_WEIGHT)          \
end:
#define LOAD_WEIGHT(row, u, w, g) VMOVUPS row(X), w
#define KEEP_WEIGHTS EACH(KEEP_WEIGHTS_ROW)
#define KEEP_WEIGHTS_ROW(row, u, w, g) VMOVAPS w, (ROWS_W+row)(W)

// ---- The likelihood of a softmax ----

// FIND_LIKELIEST leaves the largest logit of each voxel and the first class
// that has it, and the logits, as float32 numbers, EXPS_X behind EXPS.
#define FIND_LIKELIEST(class, halves, float16s, next, end) \
	CONST(avx2Constants_exponent) \ // −∞
	EACH(LIKELIEST_BEGIN)         \
	CONST(avx2Constants_sign)     \
	FIRST_CLASS                   \
	CMPB ELEMENT_AT, $const_elementFloat32 \
	JNE  halves                   \
class:                                \
	PLANE                         \
	CLASS_TO(X13, T1)             \
	EACH(LIKELIEST_OF_FLOAT32)    \
	NEXT_CLASS(class)             \
	JMP  end                      \
halves:                               \
	PLANE_OF_HALVES               \
	PREFETCH_TO (ASK_AHEAD/2)(X)  \
	CLASS_TO(X13, T1)             \
	CMPB ELEMENT_AT, $const_elementFloat16 \
	JEQ  float16s                 \
	EACH(LIKELIEST_OF_BFLOAT16)   \
	JMP  next                     \
float16s:                             \
	EACH(LIKELIEST_OF_FLOAT16)    \
next:                                 \
	NEXT_CLASS(halves)            \
end:                                  \
	EACH(LIKELIEST_END)
#define LIKELIEST_BEGIN(row, x, most, likeliest) \
	VMOVAPS C, most                         \
	VPXOR   likeliest, likeliest, likeliest
#define LIKELIEST_OF_FLOAT32(row, x, most, likeliest) \
	VMOVUPS   row(X), x                    \
	LIKELIEST_ROW(row, x, most, likeliest)
#define LIKELIEST_OF_FLOAT16(row, x, most, likeliest) \
	LOAD_FLOAT16(row, x)                   \
	LIKELIEST_ROW(row, x, most, likeliest)
#define LIKELIEST_OF_BFLOAT16(row, x, most, likeliest) \
	LOAD_BFLOAT16(row, x)                  \
	LIKELIEST_ROW(row, x, most, likeliest)
#define LIKELIEST_ROW(row, x, most, likeliest) \
	VMOVAPS   x, (EXPS_X+row)(EXPS)        \
	VORPS     C, x, T0                     \
	VPMAXUD   T0, MOST, MOST               \
	VCMPPS    $14, most, x, T0             \ // if x > most {
	VBLENDVPS T0, T1, likeliest, likeliest \ // likeliest = class
	VMAXPS    most, x, most                  // most = x }
#define LIKELIEST_END(row, x, most, likeliest) \
	VMOVAPS most, (ROWS_MOST+row)(W)           \
	VMOVAPS likeliest, (ROWS_LIKELIEST+row)(W)

// LIKELY_BITS is for FIND_CLASSES: the classes that are the likeliest of a voxel.
#define LIKELY_BITS EACH(LIKELY_BIT)
#define LIKELY_BIT(row, u, s, g) \
	VMOVDQA (ROWS_LIKELIEST+row)(W), s \
	VPSUBD  T1, s, s \
	VPSLLVD s, C, s  \
	VPOR    s, T0, T0

// EXPONENTIALS_OF_ALL leaves those of all classes at EXPS, and the sum without
// the likeliest class, which has 1, in groups of classes.
#define EXPONENTIALS_OF_ALL(class, next, same, present) \
	VPXOR C, C, C                   \
	EACH(REST_BEGIN)                \
	FIRST_CLASS                     \
class:                                  \
	EACH(FROM_MOST)                 \
	ASK                             \
	REDUCE                          \
	EXP                             \
	EACH(EXP_KEEP_ROW)              \
	IF_PRESENT(present)             \
	EACH(EXP_TO_REST)               \
next:                                   \
	LEAL  1(CLASS), N               \
	TESTL $(const_groupSize-1), N   \
	JNE   same                      \
	EACH(REST_GROUP_END)            \
same:                                   \
	NEXT_CLASS(class)
#define EXPONENTIALS_OF_LIKELY(next, present) \
present:                                \
	CLASS_TO(X13, T1)               \
	EACH(EXP_OF_LIKELY)             \
	JMP next
#define REST_BEGIN(row, u, s, g) \
	VMOVAPS C, (ROWS_GROUP+row)(W) \
	VMOVAPS C, (ROWS_REST+row)(W)
#define FROM_MOST(row, u, s, x) \
	VMOVAPS (EXPS_X+row)(EXPS), x        \
	VSUBPS  (ROWS_MOST+row)(W), x, x
#define EXP_KEEP_ROW(row, e, s, g) VMOVAPS e, row(EXPS)
#define EXP_TO_REST(row, e, s, g) \
	VADDPS  (ROWS_GROUP+row)(W), e, e \
	VMOVAPS e, (ROWS_GROUP+row)(W)
#define EXP_OF_LIKELY(row, e, s, g) \
	VPCMPEQD (ROWS_LIKELIEST+row)(W), T1, T0 \
	VANDNPS  e, T0, e                        \ // if class != likeliest
	EXP_TO_REST(row, e, s, g)
#define REST_GROUP_END(row, u, s, g) \
	VMOVAPS (ROWS_REST+row)(W), g        \
	VADDPS  (ROWS_GROUP+row)(W), g, g    \
	VMOVAPS g, (ROWS_REST+row)(W)        \
	VPXOR   g, g, g                      \
	VMOVAPS g, (ROWS_GROUP+row)(W)

// LIKELIHOOD leaves 1/total in U, and s of the likeliest class, whose r is
// 1/total too, in S.
#define LIKELIHOOD \
	FIND_LIKELIEST(likeliest, likeliestOfHalves, likeliestOfFloat16, likeliestNext, likeliestEnd) \
	FIND_CLASSES(LIKELY_BITS, likely) \
	EXPONENTIALS_OF_ALL(exp, expNext, expSame, expPresent) \
	CONST(avx2Constants_one)        \
	EACH(LIKELIHOOD_ROW)
#define MORE_OF_LIKELIHOOD EXPONENTIALS_OF_LIKELY(expNext, expPresent)
#define LIKELIHOOD_ROW(row, inverse, s, total) \
	VMOVAPS (ROWS_REST+row)(W), s           \
	VADDPS  (ROWS_GROUP+row)(W), s, s       \
	VADDPS  C, s, total                     \ // total = rest + 1
	VMOVAPS total, (ROWS_TOTAL+row)(W)      \
	VDIVPS  total, C, inverse               \
	VMOVAPS inverse, (ROWS_INVERSE+row)(W)  \
	VMULPS  inverse, s, s                   \
	VMOVAPS s, (ROWS_SIDE+row)(W)

// LOGARITHMS follows, and leaves the two of each voxel. A class that has ½ or
// more beside the likeliest is, with its r, no more than s of that one, nor
// than 1/total: TIED says whether both are ½ or more in some voxel, and then
// all classes count as present.
#define LOGARITHMS(tied, end) \
	CONST(avx2Constants_half)  \
	VPXOR     T1, T1, T1       \
	EACH(FIND_TIED)            \
	VMOVMSKPS T1, N            \
	MOVL      N, TIED(W)       \
	TESTL     N, N             \
	JNE       tied             \
end:                               \
	CONST(avx2Constants_one)   \
	EACH(COMPLEMENT)           \
	NEG_LOG                    \
	EACH(KEEP_LOG_TOTAL)       \
	NEG_LOG_NEAR               \
	CONST(avx2Constants_half)  \
	EACH(KEEP_LOG)
#define MORE_OF_LOGARITHMS(tied, end) \
tied:                              \
	VPCMPEQD T0, T0, T0        \
	XORL     N, N              \
	VMOVDQA  T0, PRESENT(W)(N*1) \
	ADDL     $32, N            \
	CMPL     N, $256           \
	JNE      -3(PC)            \
	JMP      end
#define FIND_TIED(row, inverse, s, g) \
	VMINPS inverse, s, g  \
	VCMPPS $13, C, g, g   \
	VORPS  g, T1, T1
#define COMPLEMENT(row, r, s, g) VSUBPS r, C, s
#define KEEP_LOG_TOTAL(row, l, s, g) \
	VMOVAPS l, (ROWS_LOG_TOTAL+row)(W) \
	VMOVAPS (ROWS_SIDE+row)(W), s
#define KEEP_LOG(row, l, s, g) \
	VMOVAPS   (ROWS_INVERSE+row)(W), T0     \
	VCMPPS    $13, C, T0, T0                \
	VMOVAPS   (ROWS_LOG_TOTAL+row)(W), T1   \
	VBLENDVPS T0, l, T1, l                  \ // if r < ½ { 0 + log total }
	VMOVAPS   l, (ROWS_LOG+row)(W)

// ---- A class of a softmax ----

// CLASS_R leaves r in U; CLASS_S, s in S: it goes to present where the class may
// be the likeliest of a voxel, and CLASS_S_OF_LIKELY is there. CLASS_LOG leaves
// −log r in U in the same way; where a class beside the likeliest has ½ or more,
// it is taken from s. All leave G alone.
#define CLASS_R EACH(CLASS_R_ROW)
#define CLASS_R_ROW(row, r, s, g) \
	VMOVAPS row(EXPS), r                 \
	VMULPS  (ROWS_INVERSE+row)(W), r, r

#define CLASS_S(present, end) \
	EACH(CLASS_S_ROW)      \
	IF_PRESENT(present) \
end:
#define CLASS_S_ROW(row, r, s, g) \
	VMOVAPS (ROWS_TOTAL+row)(W), s        \
	VSUBPS  row(EXPS), s, s               \
	VMULPS  (ROWS_INVERSE+row)(W), s, s     // s = (total − e)/total
#define CLASS_S_OF_LIKELY(present, end) \
present:                    \
	CLASS_TO(X13, T1)   \
	EACH(CLASS_S_OF_LIKELY_ROW) \
	JMP end
#define CLASS_S_OF_LIKELY_ROW(row, r, s, g) \
	VPCMPEQD  (ROWS_LIKELIEST+row)(W), T1, T0 \ // if class == likeliest
	VBLENDVPS T0, (ROWS_SIDE+row)(W), s, s

#define CLASS_LOG(present, end) \
	EACH(CLASS_LOG_ROW) \
	IF_PRESENT(present) \
end:
#define CLASS_LOG_ROW(row, l, s, g) \
	VMOVAPS (ROWS_MOST+row)(W), l          \
	VSUBPS  (EXPS_X+row)(EXPS), l, l       \ // below
	VADDPS  (ROWS_LOG_TOTAL+row)(W), l, l
#define CLASS_LOG_OF_LIKELY(present, tied, end) \
present:                      \
	CLASS_TO(X13, T1)     \
	EACH(CLASS_LOG_OF_LIKELY_ROW) \
	CMPL TIED(W), $0      \
	JEQ  end              \
tied:                         \
	KEEP(avx2Work_l, U0, U1, U2, U3) \
	KEEP(avx2Work_e, G0, G1, G2, G3) \
	NEG_LOG_NEAR          \
	CONST(avx2Constants_half)   \
	EACH(CLASS_LOG_OF_TIED_ROW) \
	JMP  end
#define CLASS_LOG_OF_LIKELY_ROW(row, l, s, g) \
	VPCMPEQD  (ROWS_LIKELIEST+row)(W), T1, T0 \ // if class == likeliest
	VBLENDVPS T0, (ROWS_LOG+row)(W), l, l
#define CLASS_LOG_OF_TIED_ROW(row, l, s, g) \
	VMOVAPS   row(EXPS), T0                   \
	VMULPS    (ROWS_INVERSE+row)(W), T0, T0   \
	VCMPPS    $13, C, T0, T0                  \ // if r ≥ ½ { negLog(r, s) }
	VMOVAPS   avx2Work_l+row(W), T1           \
	VBLENDVPS T0, l, T1, l                    \
	VMOVAPS   avx2Work_e+row(W), g

// FLOOR is s = max(s, 2^-126), of which a power is taken.
#define FLOOR \
	CONST(avx2Constants_normal) \
	EACH(FLOOR_ROW)
#define FLOOR_ROW(row, u, s, g) VMAXPS C, s, s
