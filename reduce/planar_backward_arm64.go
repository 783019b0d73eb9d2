//go:build !purego && !noasm

package reduce

// planarBackwardNEON is planarBackwardGeneric in NEON.
//
//go:noinline
func planarBackwardNEON(p pass, c *planarBackward) int {
	c.race()
	if c.labels == nil {
		return planarSoftBackwardKernelsNEON.of(p)(c)
	}
	return planarHardBackwardKernelsNEON.of(p)(c)
}

var planarHardBackwardKernelsNEON = kernels[func(*planarBackward) int]{
	probabilities: {
		planesHardBackwardRegionNEON,
		planesHardBackwardCENEON,
		planesHardBackwardAnyNEON,
		planesHardBackwardHalfNEON,
		planesHardBackwardOneNEON,
		planesHardBackwardThreeHalvesNEON,
		planesHardBackwardTwoNEON,
	},
	logits: {
		softmaxHardBackwardCENEON, // the region sums alone are the case ce = 0
		softmaxHardBackwardCENEON,
		softmaxHardBackwardAnyNEON,
		softmaxHardBackwardHalfNEON,
		softmaxHardBackwardOneNEON,
		softmaxHardBackwardThreeHalvesNEON,
		softmaxHardBackwardTwoNEON,
	},
}

// The kernels: planarBackwardGeneric of one pass each, which is this loop, and
// below it what the derivative d of a class is. Each returns the number of
// blocks done.
//
//	for b := range len(c.planes[0]) / BlockSize {
//		… every number of the block plain, or return b
//		for i in the block, w := c.weight(i), k in the classes {
//			c.gradient[k][i] = w·d[k], or += it; w = 0: 0
//		}
//	}

// h := ce of the label's class; g[k] := region[k] − reference − mean
// d[k] = p[k]·(g[k] + h); of the label p[k]·g[k] − s·h
//
//go:noescape
func softmaxHardBackwardCENEON(c *planarBackward) int

// … h = ce + focal·(√q·(γ·r·(ℓ/q) + 1)), q := max(s, 2^-126)
//
//go:noescape
func softmaxHardBackwardHalfNEON(c *planarBackward) int

// … h = ce + focal·(q·(γ·r·(ℓ/q) + 1))
//
//go:noescape
func softmaxHardBackwardOneNEON(c *planarBackward) int

// … h = ce + focal·((√q·q)·(γ·r·(ℓ/q) + 1))
//
//go:noescape
func softmaxHardBackwardThreeHalvesNEON(c *planarBackward) int

// … h = ce + focal·((q·q)·(γ·r·(ℓ/q) + 1))
//
//go:noescape
func softmaxHardBackwardTwoNEON(c *planarBackward) int

// … h = ce + focal·(exp2(γ·log2 q)·(γ·r·(ℓ/q) + 1))
//
//go:noescape
func softmaxHardBackwardAnyNEON(c *planarBackward) int

// d[k] = other[k]; of the label own[k]
//
//go:noescape
func planesHardBackwardRegionNEON(c *planarBackward) int

// … of the label own[k] − ce/r; outside [eps, oneMinus]: own[k]
//
//go:noescape
func planesHardBackwardCENEON(c *planarBackward) int

// … of the label own[k] − (focal·slope + ce·s)/(r·s), slope := √s·(γ·r·ℓ + s)
//
//go:noescape
func planesHardBackwardHalfNEON(c *planarBackward) int

// … slope := s·(γ·r·ℓ + s)
//
//go:noescape
func planesHardBackwardOneNEON(c *planarBackward) int

// … slope := (√s·s)·(γ·r·ℓ + s)
//
//go:noescape
func planesHardBackwardThreeHalvesNEON(c *planarBackward) int

// … slope := (s·s)·(γ·r·ℓ + s)
//
//go:noescape
func planesHardBackwardTwoNEON(c *planarBackward) int

// … slope := exp2(γ·log2 s)·(γ·r·ℓ + s)
//
//go:noescape
func planesHardBackwardAnyNEON(c *planarBackward) int
