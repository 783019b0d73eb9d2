//go:build !purego && !noasm

package reduce

// planarNEON is planarGeneric in NEON.
//
//go:noinline
func planarNEON(p pass, c *planarCall) int {
	c.race()
	if c.labels == nil {
		return planarSoftKernelsNEON.of(p)(c)
	}
	return planarHardKernelsNEON.of(p)(c)
}

var planarHardKernelsNEON = kernels[func(*planarCall) int]{
	probabilities: {
		planesHardRegionNEON,
		planesHardCENEON,
		planesHardAnyNEON,
		planesHardHalfNEON,
		planesHardOneNEON,
		planesHardThreeHalvesNEON,
		planesHardTwoNEON,
	},
	logits: {
		softmaxHardRegionNEON,
		softmaxHardCENEON,
		softmaxHardAnyNEON,
		softmaxHardHalfNEON,
		softmaxHardOneNEON,
		softmaxHardThreeHalvesNEON,
		softmaxHardTwoNEON,
	},
}

// The kernels: planarGeneric of one pass each, which is this loop, and below it
// what a voxel adds. Each returns the number of blocks done.
//
//	for b := range len(c.planes[0]) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, lane := i % Lanes, w := c.weight(i) {
//			sum[lane] += w
//			for k in the classes, k = labels[i] {
//				r[k][lane] += w · …
//			}
//			for k in the classes, k ≠ labels[i] {
//				p[k][lane] += w · …
//			}
//		}
//		c.sums[k].r += r[k].fold(); …; c.w += sum.fold()
//	}

// e[k] := exp(x[k] − most); inverse := 1 / (rest + e[label])
// r, s := e[label]·inverse, rest·inverse; p := e[k]·inverse
//
//go:noescape
func softmaxHardRegionNEON(c *planarCall) int

// … l := negLog(r, s); r < ½: (most − x[label]) + negLog(inverse, 1 − inverse)
//
//go:noescape
func softmaxHardCENEON(c *planarCall) int

// … f := √max(s, 2^-126) · l
//
//go:noescape
func softmaxHardHalfNEON(c *planarCall) int

// … f := max(s, 2^-126) · l
//
//go:noescape
func softmaxHardOneNEON(c *planarCall) int

// … f := (√q · q) · l, q := max(s, 2^-126)
//
//go:noescape
func softmaxHardThreeHalvesNEON(c *planarCall) int

// … f := (q · q) · l, q := max(s, 2^-126)
//
//go:noescape
func softmaxHardTwoNEON(c *planarCall) int

// … f := exp2(γ · log2 max(s, 2^-126)) · l
//
//go:noescape
func softmaxHardAnyNEON(c *planarCall) int

// r, s := x[label], 1 − x[label]; p := x[k]
//
//go:noescape
func planesHardRegionNEON(c *planarCall) int

// … s = clamp(s); l := negLog(max(r, eps), s)
//
//go:noescape
func planesHardCENEON(c *planarCall) int

// … f := √s · l
//
//go:noescape
func planesHardHalfNEON(c *planarCall) int

// … f := s · l
//
//go:noescape
func planesHardOneNEON(c *planarCall) int

// … f := (√s · s) · l
//
//go:noescape
func planesHardThreeHalvesNEON(c *planarCall) int

// … f := (s · s) · l
//
//go:noescape
func planesHardTwoNEON(c *planarCall) int

// … f := exp2(γ · log2 s) · l
//
//go:noescape
func planesHardAnyNEON(c *planarCall) int

// neonRows is what the kernels for several channels keep of a row of voxels, in
// the call's scratch.
type neonRows struct {
	neonPull

	own, ce, focal [Lanes]float32 // coefficients of the own class

	w      [Lanes]float32 // weights, 0 where a voxel is ignored
	others [Lanes]float32 // Σ e^(x−most) of the groups of classes that are done
	mine   [Lanes]float32 // e^(x−most) of the own class
	below  [Lanes]float32 // most − x of the own class

	likeliest   [Lanes]int32 // see likelihood
	rest, total [Lanes]float32
	inverse     [Lanes]float32 // 1/Σ e^(x−most)

	r, s, l, f [Lanes]float32 // of the own class; l with soft targets that of the inverse
	sumW       [Lanes]float32 // the block's Σ w

	reference, mean [Lanes]float32 // see softmaxHard
	h, minusSH      [Lanes]float32 // what is pulled through ℓ, and −s·h
	zOwn, zRest     [Lanes]float32 // of the likeliest class, and the sum of the others': see softmaxSoft
}
