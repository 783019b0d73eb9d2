//go:build !purego && !noasm

package reduce

var planarSoftBackwardKernelsNEON = kernels[func(*planarBackward) int]{
	probabilities: {
		planesSoftBackwardRegionNEON,
		planesSoftBackwardCENEON,
		planesSoftBackwardAnyNEON,
		planesSoftBackwardHalfNEON,
		planesSoftBackwardOneNEON,
		planesSoftBackwardThreeHalvesNEON,
		planesSoftBackwardTwoNEON,
	},
	logits: {
		softmaxSoftBackwardCENEON, // the region sums alone are the case ce = 0
		softmaxSoftBackwardCENEON,
		softmaxSoftBackwardAnyNEON,
		softmaxSoftBackwardHalfNEON,
		softmaxSoftBackwardOneNEON,
		softmaxSoftBackwardThreeHalvesNEON,
		softmaxSoftBackwardTwoNEON,
	},
}

// The kernels: planarBackwardGeneric of one pass each, which is this loop, and
// below it what the derivative d of a class is. Each returns the number of
// blocks done.
//
//	for b := range len(c.planes[0]) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, w := c.weight(i), k in the classes, y := c.targets[k][i] {
//			c.gradient[k][i] = w·d[k], or += it; w = 0: 0
//		}
//	}

// h[k] := y·ce; g[k] := y·own[k] + (1−y)·other[k]; z[k] := p[k]·g[k] − h[k]
// d[k] = p[k]·(q[k]·g[k] − (total − z[k])) − q[k]·h[k]; k = likeliest: rest in
// place of total − z[k]
//
//go:noescape
func softmaxSoftBackwardCENEON(c *planarBackward) int

// … h[k] = y·(ce + focal·(√q·(γ·p·(ℓ/q) + 1))), q := max(q[k], 2^-126)
//
//go:noescape
func softmaxSoftBackwardHalfNEON(c *planarBackward) int

// … h[k] = y·(ce + focal·(q·(γ·p·(ℓ/q) + 1)))
//
//go:noescape
func softmaxSoftBackwardOneNEON(c *planarBackward) int

// … h[k] = y·(ce + focal·((√q·q)·(γ·p·(ℓ/q) + 1)))
//
//go:noescape
func softmaxSoftBackwardThreeHalvesNEON(c *planarBackward) int

// … h[k] = y·(ce + focal·((q·q)·(γ·p·(ℓ/q) + 1)))
//
//go:noescape
func softmaxSoftBackwardTwoNEON(c *planarBackward) int

// … h[k] = y·(ce + focal·(exp2(γ·log2 q)·(γ·p·(ℓ/q) + 1)))
//
//go:noescape
func softmaxSoftBackwardAnyNEON(c *planarBackward) int

// w·d[k] = w·y·own[k] + w·(1−y)·other[k]
//
//go:noescape
func planesSoftBackwardRegionNEON(c *planarBackward) int

// … own[k] − ce/r in place of own[k], but outside [eps, oneMinus]
//
//go:noescape
func planesSoftBackwardCENEON(c *planarBackward) int

// … own[k] − (focal·slope + ce·s)/(r·s), slope := √s·(γ·r·ℓ + s)
//
//go:noescape
func planesSoftBackwardHalfNEON(c *planarBackward) int

// … slope := s·(γ·r·ℓ + s)
//
//go:noescape
func planesSoftBackwardOneNEON(c *planarBackward) int

// … slope := (√s·s)·(γ·r·ℓ + s)
//
//go:noescape
func planesSoftBackwardThreeHalvesNEON(c *planarBackward) int

// … slope := (s·s)·(γ·r·ℓ + s)
//
//go:noescape
func planesSoftBackwardTwoNEON(c *planarBackward) int

// … slope := exp2(γ·log2 s)·(γ·r·ℓ + s)
//
//go:noescape
func planesSoftBackwardAnyNEON(c *planarBackward) int
