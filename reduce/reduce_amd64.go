//go:build !purego && !noasm

package reduce

import (
	"math"
	"unsafe"
)

// avx2Constants are the numbers of the specification that the AVX2 kernels
// load into every lane; the polynomials they take from elementary.go.
type avx2Constants struct {
	one, ln2, minusLn2Hi, minusLn2Lo, log2E, minusLog2E float32
	minusLn2                                            float32 // for k times 2^23
	roundBias, expFloor, exp2Floor                      float32

	half, sqrtHalf, sure, exponent, sign uint32 // bits
	mostSure, leastSure                  uint32 // of the greatest s that is sure, of the least r whose s is
	mostProbability, mostLogit           uint32 // the greatest bits of a plain value, a logit's with its sign set
	labelOnes                            uint32 // four labels of class 1
	labelOthers                          uint32 // the bits that no class has, four times

	belowEpsilon float32   // under any ε: probabilities below it count as this one in the backward pass
	labelIgnored uint32    // four times the class of an ignored voxel, where it is an index
	ofForeground [4]uint32 // tables by class: all bits for class 1
	ofBackground [4]uint32 // the sign for class 0

	mostHalf   [3]uint16
	halfSign   uint32 // twice
	mostWeight uint32
	normal     float32 // the smallest number that is not subnormal
	bits       uint64  // by byte of eight, its bit
	byteOfBit  [32]uint8
	alike      [2][quad][Lanes / 2]uint32 // the classes of a group of one class
}

var avx2 = avx2Constants{
	one: 1, ln2: ln2, minusLn2Hi: -ln2Hi, minusLn2Lo: -ln2Lo, log2E: log2E, minusLog2E: -log2E,
	minusLn2:  -ln2 * 0x1p-23,
	roundBias: roundBias, expFloor: expFloor, exp2Floor: -127,

	half: half, sqrtHalf: sqrtHalf, sure: sure, mostSure: sure - 1, exponent: exponent, sign: 1 << 31,
	labelOnes:   0x01010101,
	labelOthers: 0xfefefefe,

	belowEpsilon: 0x1p-40,
	labelIgnored: 0x02020202,
	ofForeground: [4]uint32{1: 0xffffffff},
	ofBackground: [4]uint32{0: 1 << 31},

	mostHalf:   mostHalf(),
	halfSign:   0x80008000,
	mostWeight: math.Float32bits(maxWeight),
	normal:     0x1p-126,
	bits:       0x8040201008040201,
}

func init() {
	_, avx2.mostProbability = probabilities.plain()
	avx2.leastSure = math.Float32bits(1-math.Float32frombits(sure)) + 1
	_, limit := logits.plain()
	avx2.mostLogit = avx2.sign | limit
	for bit := range avx2.byteOfBit {
		avx2.byteOfBit[bit] = uint8(bit / 8)
	}
	for row := range avx2.alike[1] {
		for i := range avx2.alike[1][row] {
			avx2.alike[1][row][i] = 1
		}
	}
}

// avx2Lanes are the partial sums of one class.
type avx2Lanes struct{ r, s, l, f lanes }

// avx2Rows are what a kernel sets aside of the eight lanes of four rows.
type avx2Rows [quad][Lanes / 2]float32

// An avx2Group is what a kernel sets aside of a group: eight vectors each, of
// what the specification calls so.
type avx2Group struct{ u, s, g, k, e, v [2 * quad][Lanes / 2]float32 }

// maxQuads is the number of vectors of quads in a block where every group has
// both classes.
const maxQuads = 2 * BlockSize / (quad * Lanes / 2)

// avx2Block is what a kernel keeps of the logits of a block.
type avx2Block struct{ t, large, log1p, n, f [BlockSize]float32 }

// avx2Work is what a kernel keeps in memory while it runs. It aligns its part
// of it to 64 bytes.
type avx2Work struct {
	lanes  [2]avx2Lanes
	weight [2][quad]lanes         // of a group's voxels in each class, 1 or 0
	bytes  [2][quad * Lanes]uint8 // the same as −1 or 0
	ignore [32]uint8              // the ignored label

	product, complement [maxQuads][Lanes / 2]float32
	to                  [maxQuads]uintptr // the partial sums that the quads belong to

	// As they are called in the specification. The kernels for several channels
	// have the last four alone, in their scratch.
	u, f, log1p, k, e, v, l avx2Rows

	group avx2Group

	// Of the backward kernels: a group's classes as indices, the sides of its
	// voxels, and what they multiply their derivatives with, by class.
	label             [quad * Lanes / 2]uint8
	class             [quad][Lanes / 2]uint32
	r, s              avx2Rows
	region, ce, focal [4]float32
	_                 [4]float32
	gamma             [Lanes / 2]float32
	kinds             [32]uint8 // of the groups of a block

	// Of the kernels for soft targets: Σ w, whether a group has any weight in a
	// class, and the derivatives so far.
	w    lanes
	some [2][Lanes / 2]uint32
	d    avx2Rows

	block   avx2Block
	widened [BlockSize]float32 // logits that came as halves

	_ [63]uint8
}

// A workspace holds an avx2Work, of which the kernel takes what lies at a
// multiple of 64.
const _ = uint(unsafe.Sizeof(workspace{}) - unsafe.Sizeof(avx2Work{}))

func (w *workspace) avx2() *avx2Work { return (*avx2Work)(unsafe.Pointer(w)) }

// hardAVX2 is hardGeneric by AVX2.
//
// An ordinary function around each call into assembly is where the garbage
// collector can stop a loop of calls.
//
//go:noinline
func hardAVX2(p pass, c *hardCall) int {
	c.race()
	return hardKernelsAVX2.of(p)(c, c.space.avx2())
}

var hardKernelsAVX2 = kernels[func(*hardCall, *avx2Work) int]{
	probabilities: {
		hardProbabilitiesRegionAVX2,
		hardProbabilitiesCEAVX2,
		hardProbabilitiesAnyAVX2,
		hardProbabilitiesHalfAVX2,
		hardProbabilitiesOneAVX2,
		hardProbabilitiesThreeHalvesAVX2,
		hardProbabilitiesTwoAVX2,
	},
	logits: {
		hardLogitsRegionAVX2,
		hardLogitsCEAVX2,
		hardLogitsAnyAVX2,
		hardLogitsHalfAVX2,
		hardLogitsOneAVX2,
		hardLogitsThreeHalvesAVX2,
		hardLogitsTwoAVX2,
	},
}

// The kernels: each is hardGeneric for one pass, with work to keep things in.
// What stands above a kernel is what it does with a voxel i, not ignored, of
// class y; p = c.prediction[i]; s, l, f and their clamps as in terms.probability.
//
// Region: r, s := p, 1−p (y = 0: swapped); sums.r[y] += r; sums.s[y] += s
//
//go:noescape
func hardProbabilitiesRegionAVX2(c *hardCall, work *avx2Work) int

// … sums.l[y] += quadCE of four rows
//
//go:noescape
func hardProbabilitiesCEAVX2(c *hardCall, work *avx2Work) int

// … l := negLog(r, s); sums.l[y] += l; sums.f[y] += √s · l
//
//go:noescape
func hardProbabilitiesHalfAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += s · l
//
//go:noescape
func hardProbabilitiesOneAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += (s · √s) · l
//
//go:noescape
func hardProbabilitiesThreeHalvesAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += (s · s) · l
//
//go:noescape
func hardProbabilitiesTwoAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += exp2(γ · log2(s)) · l
//
//go:noescape
func hardProbabilitiesAnyAVX2(c *hardCall, work *avx2Work) int

// With a logit, u := p (y = 0: −p); t := exp(−|u|); large, small := sigmoid(t);
// r, s := large, small (u < 0: swapped); sums.r[y] += r; sums.s[y] += s
//
//go:noescape
func hardLogitsRegionAVX2(c *hardCall, work *avx2Work) int

// … l := log1p(t) + max(−u, 0); sums.l[y] += l
//
//go:noescape
func hardLogitsCEAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += √s · l
//
//go:noescape
func hardLogitsHalfAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += s · l
//
//go:noescape
func hardLogitsOneAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += (s · √s) · l
//
//go:noescape
func hardLogitsThreeHalvesAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += (s · s) · l
//
//go:noescape
func hardLogitsTwoAVX2(c *hardCall, work *avx2Work) int

// … sums.f[y] += exp2(γ · log2 s) · l, log2 s from the parts of t and log1p(t)
//
//go:noescape
func hardLogitsAnyAVX2(c *hardCall, work *avx2Work) int

// mapAVX2 is mapGeneric by AVX2.
//
//go:noinline
func mapAVX2(f int, c *mapCall) {
	c.race()
	mapKernelsAVX2[f](c, new(avx2Work))
}

var mapKernelsAVX2 = [...]func(*mapCall, *avx2Work){
	mapNegLog:  mapNegLogAVX2,
	mapExp:     mapExpAVX2,
	mapLog1p:   mapLog1pAVX2,
	mapSigmoid: mapSigmoidAVX2,
	mapPower:   mapPowerAVX2,
}

//go:noescape
func mapNegLogAVX2(c *mapCall, work *avx2Work)

//go:noescape
func mapExpAVX2(c *mapCall, work *avx2Work)

//go:noescape
func mapLog1pAVX2(c *mapCall, work *avx2Work)

//go:noescape
func mapSigmoidAVX2(c *mapCall, work *avx2Work)

//go:noescape
func mapPowerAVX2(c *mapCall, work *avx2Work)
