//go:build !purego && !noasm

package reduce

import "unsafe"

// The constants512 are the numbers of the specification that the AVX-512
// kernels broadcast, beside the polynomials.
type constants512 struct {
	one, oneHalf, normal     float32
	half, sqrtHalf, exponent uint32
	sure                     uint32
	sign, notPlain, labelOne uint32
	leastLogit, mostWeight   float32
	mostHalf                 [3]uint16
	halfSign                 uint32 // twice
	minusLn2, minusLn2Scaled float32
	ulp                      float32
	exp2Floor, expFloor      float32
	roundBias                float32
	log2E, minusLog2E        float32
	ln2, ln2Hi, ln2Lo        float32
}

var numbers512 = constants512{
	one:        1,
	oneHalf:    .5,
	normal:     0x1p-126,
	half:       half,
	sqrtHalf:   sqrtHalf,
	exponent:   exponent,
	sure:       sure,
	sign:       1 << 31,
	notPlain:   0xc0000000,
	labelOne:   0x01010101,
	leastLogit: -maxLogit,
	mostWeight: maxWeight,
	mostHalf:   mostHalf(),
	halfSign:   0x80008000,
	minusLn2:   -ln2,

	minusLn2Scaled: -ln2 * 0x1p-23,

	ulp:        0x1p-23,
	exp2Floor:  -127,
	expFloor:   expFloor,
	roundBias:  roundBias,
	log2E:      log2E,
	minusLog2E: -log2E,
	ln2:        ln2,
	ln2Hi:      ln2Hi,
	ln2Lo:      ln2Lo,
}

// sums512 are the partial sums of one class.
type sums512 struct{ r, s, l, f lanes }

// rows512 are a number of each voxel of a group.
type rows512 [8]lanes

// exponentials512 are what the kernels of logits know of a group before they
// look at its labels.
type exponentials512 struct{ t, n, f rows512 }

// work512 is what a kernel keeps in memory while it runs; it aligns its part of
// it to 64 bytes. The rows have the names of the specification, q is s clamped
// and p its power; where cross entropy is wanted alone r and s are the quads of
// the background, products and complements, l and p those of the foreground.
type work512 struct {
	background, foreground     sums512
	r, s, l, p, q, u, large    rows512
	ahead                      [2]exponentials512
	widened                    [BlockSize]float32 // logits that came as halves
	inBackground, inForeground [8]uint16          // a bit for each voxel of a mixed group
	end                        uint64             // the address behind the last value; of halves, as if all blocks stood behind each other in widened
	halves                     uint64             // that of the halves to be widened next
	valid                      uint64             // voxels of the block that are not ignored
	_                          [63]uint8
}

const _ = uint(unsafe.Sizeof(workspace{}) - unsafe.Sizeof(work512{})) // there is room for it

func (w *workspace) avx512() *work512 { return (*work512)(unsafe.Pointer(w)) }

// hardAVX512 is hardGeneric by AVX-512.
//
// An ordinary function around each call into assembly is where the garbage
// collector can stop a loop of calls.
//
//go:noinline
func hardAVX512(p pass, c *hardCall) int {
	c.race()
	return hardKernelsAVX512.of(p)(c, c.space.avx512())
}

var hardKernelsAVX512 = kernels[func(*hardCall, *work512) int]{
	probabilities: {
		hardProbabilitiesRegionAVX512,
		hardProbabilitiesCEAVX512,
		hardProbabilitiesAnyAVX512,
		hardProbabilitiesHalfAVX512,
		hardProbabilitiesOneAVX512,
		hardProbabilitiesThreeHalvesAVX512,
		hardProbabilitiesTwoAVX512,
	},
	logits: {
		hardLogitsRegionAVX512,
		hardLogitsCEAVX512,
		hardLogitsAnyAVX512,
		hardLogitsHalfAVX512,
		hardLogitsOneAVX512,
		hardLogitsThreeHalvesAVX512,
		hardLogitsTwoAVX512,
	},
}

// The kernels: each is hardGeneric for one pass, with work to keep things in.
// What stands above a kernel is what it does with a voxel of probability or
// logit x and class y that is not ignored.
//
// r, s := x, 1−x (y = 0: swapped); sums.r[y] += r; sums.s[y] += s
//
//go:noescape
func hardProbabilitiesRegionAVX512(c *hardCall, work *work512) int

// … sums.l[y] += negLog(product of r of four rows, its complement)
//
//go:noescape
func hardProbabilitiesCEAVX512(c *hardCall, work *work512) int

// … l := negLog(max(r, ε), clamp(s)); sums.l[y] += l; sums.f[y] += √clamp(s) · l
//
//go:noescape
func hardProbabilitiesHalfAVX512(c *hardCall, work *work512) int

// … sums.f[y] += clamp(s) · l
//
//go:noescape
func hardProbabilitiesOneAVX512(c *hardCall, work *work512) int

// … sums.f[y] += (clamp(s) · √clamp(s)) · l
//
//go:noescape
func hardProbabilitiesThreeHalvesAVX512(c *hardCall, work *work512) int

// … sums.f[y] += (clamp(s) · clamp(s)) · l
//
//go:noescape
func hardProbabilitiesTwoAVX512(c *hardCall, work *work512) int

// … sums.f[y] += exp2(γ · log2(clamp(s))) · l
//
//go:noescape
func hardProbabilitiesAnyAVX512(c *hardCall, work *work512) int

// u := x (y = 0: −x); t := exp(−|u|); large, small := sigmoid(t);
// r, s := large, small (u < 0: swapped); sums.r[y] += r; sums.s[y] += s
//
//go:noescape
func hardLogitsRegionAVX512(c *hardCall, work *work512) int

// … l := log1p(t) + max(−u, 0); sums.l[y] += l
//
//go:noescape
func hardLogitsCEAVX512(c *hardCall, work *work512) int

// … sums.f[y] += √s · l
//
//go:noescape
func hardLogitsHalfAVX512(c *hardCall, work *work512) int

// … sums.f[y] += s · l
//
//go:noescape
func hardLogitsOneAVX512(c *hardCall, work *work512) int

// … sums.f[y] += (s · √s) · l
//
//go:noescape
func hardLogitsThreeHalvesAVX512(c *hardCall, work *work512) int

// … sums.f[y] += (s · s) · l
//
//go:noescape
func hardLogitsTwoAVX512(c *hardCall, work *work512) int

// … sums.f[y] += exp2(γ · log2 s) · l, log2 s from the parts of exp and log1p
//
//go:noescape
func hardLogitsAnyAVX512(c *hardCall, work *work512) int
