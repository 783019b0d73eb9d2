//go:build !purego && !noasm

package reduce

// softBackwardNEON is softBackwardGeneric in NEON.
//
//go:noinline
func softBackwardNEON(p pass, c *softBackward) int {
	c.race()
	return softBackwardKernelsNEON.of(p)(c, c.space.neonPull())
}

var softBackwardKernelsNEON = kernels[func(*softBackward, *neonPull) int]{
	probabilities: {
		softBackwardProbabilitiesRegionNEON,
		softBackwardProbabilitiesCENEON,
		softBackwardProbabilitiesAnyNEON,
		softBackwardProbabilitiesHalfNEON,
		softBackwardProbabilitiesOneNEON,
		softBackwardProbabilitiesThreeHalvesNEON,
		softBackwardProbabilitiesTwoNEON,
	},
	logits: {
		softBackwardLogitsCENEON, // the region sums alone are the case ce = 0
		softBackwardLogitsCENEON,
		softBackwardLogitsAnyNEON,
		softBackwardLogitsHalfNEON,
		softBackwardLogitsOneNEON,
		softBackwardLogitsThreeHalvesNEON,
		softBackwardLogitsTwoNEON,
	},
}

// The kernels: softBackwardGeneric of one pass each, which is this loop, and
// below it what the derivative d of a class y is. Each returns the number of
// blocks done.
//
//	for b := range len(c.prediction) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, w := weights[i], t := target[i] {
//			d[y] := … for y in {0, 1}, region, ce, focal := c.class[y]
//			gradient[i] = fma(w·t, d[1], w·(1−t)·d[0]), or += it
//		}
//	}

// d = region
//
//go:noescape
func softBackwardProbabilitiesRegionNEON(c *softBackward, work *neonPull) int

// r, s := x, 1-x (y = 0: swapped); inside := r ≥ eps && s ≥ eps
// d = region − ce/r; outside: region
//
//go:noescape
func softBackwardProbabilitiesCENEON(c *softBackward, work *neonPull) int

// slope := √s · (γ·r·ℓ + s) with ℓ := negLog(r, s)
// d = region − (focal·slope + ce·s) / (r·s); outside: region
//
//go:noescape
func softBackwardProbabilitiesHalfNEON(c *softBackward, work *neonPull) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesOneNEON(c *softBackward, work *neonPull) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesThreeHalvesNEON(c *softBackward, work *neonPull) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesTwoNEON(c *softBackward, work *neonPull) int

// … slope := exp2(γ · log2 s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesAnyNEON(c *softBackward, work *neonPull) int

// u := x (y = 0: −x); r, s of u; d = s · (region·r − ce)
//
//go:noescape
func softBackwardLogitsCENEON(c *softBackward, work *neonPull) int

// d = s·(region·r − ce) − focal·slope, slope := √s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsHalfNEON(c *softBackward, work *neonPull) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsOneNEON(c *softBackward, work *neonPull) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsThreeHalvesNEON(c *softBackward, work *neonPull) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsTwoNEON(c *softBackward, work *neonPull) int

// … slope := exp2(n + (f·log2E − log1p(t)·log2E)) · (γ·r·ℓ + s), n = f = 0
// where u < 0
//
//go:noescape
func softBackwardLogitsAnyNEON(c *softBackward, work *neonPull) int
