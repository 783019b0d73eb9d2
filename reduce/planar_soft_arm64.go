//go:build !purego && !noasm

package reduce

import "unsafe"

var planarSoftKernelsNEON = kernels[func(*planarCall) int]{
	probabilities: {
		planesSoftRegionNEON,
		planesSoftCENEON,
		planesSoftAnyNEON,
		planesSoftHalfNEON,
		planesSoftOneNEON,
		planesSoftThreeHalvesNEON,
		planesSoftTwoNEON,
	},
	logits: {
		softmaxSoftRegionNEON,
		softmaxSoftCENEON,
		softmaxSoftAnyNEON,
		softmaxSoftHalfNEON,
		softmaxSoftOneNEON,
		softmaxSoftThreeHalvesNEON,
		softmaxSoftTwoNEON,
	},
}

// The kernels: planarGeneric of one pass each, which is this loop, and below it
// what a voxel has for a class. Each returns the number of blocks done.
//
//	for b := range len(c.planes[0]) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, lane := i % Lanes, w := c.weight(i), k in the classes, y := c.targets[k][i] {
//			r[k][lane] += w·y · …; …
//			p[k][lane] += w·(1−y) · r
//		}
//		c.sums[k].r += r[k].fold(); …; c.w += sum.fold()
//	}

// e[k] := exp(x[k] − most); inverse := 1 / total
// r, s := e[k]·inverse, (total − e[k])·inverse; k = likeliest: s = rest·inverse
//
//go:noescape
func softmaxSoftRegionNEON(c *planarCall) int

// … l := negLog(r, s); r < ½: (most − x[k]) + negLog(inverse, 1 − inverse)
//
//go:noescape
func softmaxSoftCENEON(c *planarCall) int

// … f := √max(s, 2^-126) · l
//
//go:noescape
func softmaxSoftHalfNEON(c *planarCall) int

// … f := max(s, 2^-126) · l
//
//go:noescape
func softmaxSoftOneNEON(c *planarCall) int

// … f := (√q · q) · l, q := max(s, 2^-126)
//
//go:noescape
func softmaxSoftThreeHalvesNEON(c *planarCall) int

// … f := (q · q) · l, q := max(s, 2^-126)
//
//go:noescape
func softmaxSoftTwoNEON(c *planarCall) int

// … f := exp2(γ · log2 max(s, 2^-126)) · l
//
//go:noescape
func softmaxSoftAnyNEON(c *planarCall) int

// r, s := x[k], 1 − x[k]
//
//go:noescape
func planesSoftRegionNEON(c *planarCall) int

// … s = clamp(s); l := negLog(max(r, eps), s)
//
//go:noescape
func planesSoftCENEON(c *planarCall) int

// … f := √s · l
//
//go:noescape
func planesSoftHalfNEON(c *planarCall) int

// … f := s · l
//
//go:noescape
func planesSoftOneNEON(c *planarCall) int

// … f := (√s · s) · l
//
//go:noescape
func planesSoftThreeHalvesNEON(c *planarCall) int

// … f := (s · s) · l
//
//go:noescape
func planesSoftTwoNEON(c *planarCall) int

// … f := exp2(γ · log2 s) · l
//
//go:noescape
func planesSoftAnyNEON(c *planarCall) int

// The kernels' memory is in the scratch of a call, whatever the number of
// classes: neonRows, and for each class its sums, twice a row of exponentials,
// and where logits come as halves the row as float32 numbers and a slice.
var _ [2*4*BlockSize - 2*((5+2+1)*4*Lanes+unsafe.Sizeof([]float32{})) - unsafe.Sizeof(neonRows{})]byte
