//go:build !purego && !noasm

package reduce

import "unsafe"

// hardNEON is hardGeneric in NEON.
//
// An ordinary function around each call into assembly is where the garbage
// collector can stop a loop of calls.
//
//go:noinline
func hardNEON(p pass, c *hardCall) int {
	c.race()
	return hardKernelsNEON.of(p)(c, c.space.neon())
}

var hardKernelsNEON = kernels[func(*hardCall, *neonWork) int]{
	probabilities: {
		hardProbabilitiesRegionNEON,
		hardProbabilitiesCENEON,
		hardProbabilitiesAnyNEON,
		hardProbabilitiesHalfNEON,
		hardProbabilitiesOneNEON,
		hardProbabilitiesThreeHalvesNEON,
		hardProbabilitiesTwoNEON,
	},
	logits: {
		hardLogitsRegionNEON,
		hardLogitsCENEON,
		hardLogitsAnyNEON,
		hardLogitsHalfNEON,
		hardLogitsOneNEON,
		hardLogitsThreeHalvesNEON,
		hardLogitsTwoNEON,
	},
}

// mapNEON is mapGeneric in NEON.
//
//go:noinline
func mapNEON(f int, c *mapCall) {
	c.race()
	mapKernelsNEON[f](c)
}

var mapKernelsNEON = [...]func(*mapCall){
	mapNegLog:  mapNegLogNEON,
	mapExp:     mapExpNEON,
	mapLog1p:   mapLog1pNEON,
	mapSigmoid: mapSigmoidNEON,
	mapPower:   mapPowerNEON,
}

// The kernels: hardGeneric of one pass each, which is this loop, and below it
// what a voxel adds. Each returns the number of blocks done.
//
//	for b := range len(c.prediction) / BlockSize {
//		… every value and label of the block plain, or return b
//		for i in the block, lane := i % Lanes, y := labels[i], y ≠ ignore {
//			r[y][lane] += …
//		}
//		c.sums.r[y] += r[y].fold(); …
//	}

// x := prediction[i]; r, s := x, 1-x (y = 0: swapped)
// r[y] += r; s[y] += s
//
//go:noescape
func hardProbabilitiesRegionNEON(c *hardCall, work *neonWork) int

// … and l[y] += −log(r0·r1·r2·r3) over the four rows of a group: quadCE
//
//go:noescape
func hardProbabilitiesCENEON(c *hardCall, work *neonWork) int

// r[y] += r; s[y] += s; s = clamp(s); l := negLog(max(r, eps), s)
// l[y] += l; f[y] += √s · l
//
//go:noescape
func hardProbabilitiesHalfNEON(c *hardCall, work *neonWork) int

// f[y] += s · l
//
//go:noescape
func hardProbabilitiesOneNEON(c *hardCall, work *neonWork) int

// f[y] += (√s · s) · l
//
//go:noescape
func hardProbabilitiesThreeHalvesNEON(c *hardCall, work *neonWork) int

// f[y] += (s · s) · l
//
//go:noescape
func hardProbabilitiesTwoNEON(c *hardCall, work *neonWork) int

// f[y] += exp2(γ · log2 s) · l
//
//go:noescape
func hardProbabilitiesAnyNEON(c *hardCall, work *neonWork) int

// u := prediction[i] (y = 0: −u); t, n, f := exp(−|u|)
// large, small := sigmoid(t); r, s := large, small (u < 0: swapped)
// r[y] += r; s[y] += s
//
//go:noescape
func hardLogitsRegionNEON(c *hardCall, work *neonWork) int

// … l := log1p(t) + max(−u, 0); l[y] += l
//
//go:noescape
func hardLogitsCENEON(c *hardCall, work *neonWork) int

// … f[y] += √s · l
//
//go:noescape
func hardLogitsHalfNEON(c *hardCall, work *neonWork) int

// … f[y] += s · l
//
//go:noescape
func hardLogitsOneNEON(c *hardCall, work *neonWork) int

// … f[y] += (√s · s) · l
//
//go:noescape
func hardLogitsThreeHalvesNEON(c *hardCall, work *neonWork) int

// … f[y] += (s · s) · l
//
//go:noescape
func hardLogitsTwoNEON(c *hardCall, work *neonWork) int

// … log := −log1p(t)·log2E; f[y] += exp2(n + (f·log2E + log)) · l, n = f = 0
// where u < 0
//
//go:noescape
func hardLogitsAnyNEON(c *hardCall, work *neonWork) int

// for i, x := range c.src { c.dst[i] = negLog(x, 1-x) }
//
//go:noescape
func mapNegLogNEON(c *mapCall)

// for i, x := range c.src { c.dst[i], _, _ = exp(x) }
//
//go:noescape
func mapExpNEON(c *mapCall)

// for i, x := range c.src { c.dst[i] = log1p(x) }
//
//go:noescape
func mapLog1pNEON(c *mapCall)

// for i, x := range c.src { e, _, _ := exp(x); _, c.dst[i] = sigmoid(e) }
//
//go:noescape
func mapSigmoidNEON(c *mapCall)

// w := power{hi: c.hi, lo: c.lo}; for i, x := range c.src { c.dst[i] = w.exp2(log2(x)) }
//
//go:noescape
func mapPowerNEON(c *mapCall)

// neonWork is what a kernel keeps in memory while it runs. It aligns its part
// of it to 64 bytes.
type neonWork struct {
	eps, oneMinus [4]float32
	ignore        [16]uint8 // the ignored label
	_             [16]uint8

	sums     [2]neonClass
	masks    [4]neonMasks    // of a mixed group's quarters
	products [2]neonProducts // of a mixed group's quads, by class

	widened [BlockSize]float32 // a block of logits that came as halves

	_ [63]uint8
}

const _ = uint(unsafe.Sizeof(workspace{}) - unsafe.Sizeof(neonWork{})) // there is room for it

func (w *workspace) neon() *neonWork { return (*neonWork)(unsafe.Pointer(w)) }

// neonClass are the partial sums of a class: those of a quarter of the lanes
// lie side by side.
type neonClass struct{ quarters [4]neonQuarter }

type neonQuarter struct{ r, s, l, f [4]float32 }

// neonMasks are all ones where a voxel of four rows is of the class.
type neonMasks struct{ foreground, background [4][4]uint32 }

// neonProducts are the quads' products and complements of all lanes (see
// quadCE).
type neonProducts struct{ product, complement lanes }

// neonTable holds the constants of elementary.go in the shape that the NEON
// kernels load them. What four chains share is there once per lane; a
// coefficient that an FMLA adds to is there once per lane of a set, because
// the instruction overwrites its addend, and one LD1 of four registers is
// cheaper than four moves. Factors are lanes of one register.
type neonTable struct {
	one         [4]float32
	two         [4]float32
	splitNegLog [2][4]uint32 // the largest float32 below 1, exponent
	splitLog2   [2][4]uint32 // √½, exponent
	expFloor    [4]float32   // −expFloor
	roundBias   [4]float32
	exp2Floor   [4]float32 // −127
	half        [4]float32
	ln2         [4]float32
	signBit     [4]uint32
	normal      [4]float32 // 2^-126

	oneOf      [2][4]float32 // 1 in the lane of class 0, of class 1
	signOf0    [4]uint32     // the sign bit in the lane of class 0
	signOfPull [4]uint32     // the sign bit in the lanes of ce and focal
	byteOf     [16]uint8     // the place of a byte in its lane
	labelMost  [16]uint8     // 2: a label that counts as none

	sure          [4]uint32
	negLogFactors [4]float32 // logPoly[0], ln 2, logPoly[5]
	expFactors    [4]float32 // log2E, ln2Hi, ln2Lo, expPoly[0]
	log1pFactors  [4]float32 // ½, log1pPoly[0], log2E
	log2Factors   [4]float32 // log2Poly[0]
	exp2Factors   [4]float32 // exp2Poly[0]

	negLog     [5]neonSet // logPoly[1:6]
	negLogSure [2]neonSet // logPoly[6:], which a walk over negLog goes on with
	exp        [7]neonSet // roundBias, expPoly[1:]
	log1p      [9]neonSet // −½, log1pPoly[1:]
	log2       [8]neonSet // log2Poly[1:]
	exp2       [6]neonSet // exp2Poly[1:]

	quarters  [4][16]uint8 // indices that spread a quarter's bytes over its lanes
	highBytes [4][16]uint8 // the same for the high byte of each lane, the others 0
	lowBytes  [4][16]uint8 // and for the low byte
	limits    [2]uint32    // the bits of the largest plain value, by input
	mostHalf  [3]uint16
}

// A neonSet is a number in every lane of four registers.
type neonSet [4][4]float32

var neon = newNEONTable()

func newNEONTable() neonTable {
	const below1 = 0x3f7fffff
	t := neonTable{
		one:           same[float32](1),
		two:           same[float32](2),
		splitNegLog:   [2][4]uint32{same[uint32](below1), same[uint32](exponent)},
		splitLog2:     [2][4]uint32{same[uint32](sqrtHalf), same[uint32](exponent)},
		expFloor:      same[float32](-expFloor),
		roundBias:     same[float32](roundBias),
		exp2Floor:     same[float32](-127),
		half:          same[float32](.5),
		ln2:           same[float32](ln2),
		signBit:       same[uint32](1 << 31),
		normal:        same[float32](0x1p-126),
		oneOf:         [2][4]float32{{1, 0}, {0, 1}},
		signOf0:       [4]uint32{1 << 31},
		signOfPull:    [4]uint32{1: 1 << 31, 2: 1 << 31},
		sure:          same[uint32](sure),
		negLogFactors: [4]float32{logPoly[0], ln2, logPoly[5]},
		expFactors:    [4]float32{log2E, ln2Hi, ln2Lo, expPoly[0]},
		log1pFactors:  [4]float32{.5, log1pPoly[0], log2E},
		log2Factors:   [4]float32{log2Poly[0]},
		exp2Factors:   [4]float32{exp2Poly[0]},
		mostHalf:      mostHalf(),
	}
	fill := func(sets []neonSet, values ...float32) {
		for i, v := range values {
			sets[i] = neonSet{same(v), same(v), same(v), same(v)}
		}
	}
	fill(t.negLog[:], logPoly[1:6]...)
	fill(t.negLogSure[:], logPoly[6:]...)
	fill(t.exp[:], append([]float32{roundBias}, expPoly[1:]...)...)
	fill(t.log1p[:], append([]float32{-.5}, log1pPoly[1:]...)...)
	fill(t.log2[:], log2Poly[1:]...)
	fill(t.exp2[:], exp2Poly[1:]...)
	for q := range t.quarters {
		for i := range t.quarters[q] {
			t.quarters[q][i] = uint8(4*q + i/4)
			t.byteOf[i] = uint8(i % 4)
			t.labelMost[i] = 2
			t.highBytes[q][i], t.lowBytes[q][i] = 255, 255
			switch i % 4 {
			case 0:
				t.lowBytes[q][i] = t.quarters[q][i]
			case 3:
				t.highBytes[q][i] = t.quarters[q][i]
			}
		}
	}
	for _, in := range []input{probabilities, logits} {
		_, t.limits[in] = in.plain()
	}
	return t
}

func same[T float32 | uint32](v T) [4]T { return [4]T{v, v, v, v} }
