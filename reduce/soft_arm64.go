//go:build !purego && !noasm

package reduce

import "unsafe"

// softNEON is softGeneric in NEON.
//
//go:noinline
func softNEON(p pass, c *softCall) int {
	c.race()
	return softKernelsNEON.of(p)(c, c.space.neonSoft())
}

var softKernelsNEON = kernels[func(*softCall, *neonSoft) int]{
	probabilities: {
		softProbabilitiesRegionNEON,
		softProbabilitiesCENEON,
		softProbabilitiesAnyNEON,
		softProbabilitiesHalfNEON,
		softProbabilitiesOneNEON,
		softProbabilitiesThreeHalvesNEON,
		softProbabilitiesTwoNEON,
	},
	logits: {
		softLogitsRegionNEON,
		softLogitsCENEON,
		softLogitsAnyNEON,
		softLogitsHalfNEON,
		softLogitsOneNEON,
		softLogitsThreeHalvesNEON,
		softLogitsTwoNEON,
	},
}

// The kernels: softGeneric of one pass each, which is this loop, and below it
// what a voxel has for a class. Each returns the number of blocks done.
//
//	for b := range len(c.prediction) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, lane := i % Lanes, w := weights[i], t := target[i] {
//			sum[lane] += w
//			for y, wy := range {w·(1−t), w·t} {
//				r[y][lane] += wy · …
//			}
//		}
//		c.sums.r[y] += r[y].fold(); …; c.w += sum.fold()
//	}

// x := prediction[i]; r, s := x, 1-x (y = 0: swapped)
//
//go:noescape
func softProbabilitiesRegionNEON(c *softCall, work *neonSoft) int

// … r, s = clamp(r), clamp(s); l := negLog(r, s)
//
//go:noescape
func softProbabilitiesCENEON(c *softCall, work *neonSoft) int

// … f := √s · l
//
//go:noescape
func softProbabilitiesHalfNEON(c *softCall, work *neonSoft) int

// … f := s · l
//
//go:noescape
func softProbabilitiesOneNEON(c *softCall, work *neonSoft) int

// … f := (√s · s) · l
//
//go:noescape
func softProbabilitiesThreeHalvesNEON(c *softCall, work *neonSoft) int

// … f := (s · s) · l
//
//go:noescape
func softProbabilitiesTwoNEON(c *softCall, work *neonSoft) int

// … f := exp2(γ · log2 s) · l
//
//go:noescape
func softProbabilitiesAnyNEON(c *softCall, work *neonSoft) int

// u := prediction[i] (y = 0: −u); t, n, f := exp(−|u|)
// large, small := sigmoid(t); r, s := large, small (u < 0: swapped)
//
//go:noescape
func softLogitsRegionNEON(c *softCall, work *neonSoft) int

// … l := log1p(t) + max(−u, 0)
//
//go:noescape
func softLogitsCENEON(c *softCall, work *neonSoft) int

// … f := √s · l
//
//go:noescape
func softLogitsHalfNEON(c *softCall, work *neonSoft) int

// … f := s · l
//
//go:noescape
func softLogitsOneNEON(c *softCall, work *neonSoft) int

// … f := (√s · s) · l
//
//go:noescape
func softLogitsThreeHalvesNEON(c *softCall, work *neonSoft) int

// … f := (s · s) · l
//
//go:noescape
func softLogitsTwoNEON(c *softCall, work *neonSoft) int

// … f := exp2(n + (f·log2E − log1p(t)·log2E)) · l, n = f = 0 where u < 0
//
//go:noescape
func softLogitsAnyNEON(c *softCall, work *neonSoft) int

// neonSoft is the memory of the kernels for soft targets, from a multiple of 64
// on.
type neonSoft struct {
	neonWork

	weights [2]neonSet // w·y and w·(1 − y)
	kept    [2]neonSet
	w       [Lanes]float32 // Σ w

	_ [63]uint8
}

const _ = uint(unsafe.Sizeof(workspace{}) - unsafe.Sizeof(neonSoft{})) // there is room for it

func (w *workspace) neonSoft() *neonSoft { return (*neonSoft)(unsafe.Pointer(w)) }
