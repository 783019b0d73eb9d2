//go:build !purego && !noasm

package reduce

// hardBackwardNEON is hardBackwardGeneric in NEON (see hardNEON).
//
//go:noinline
func hardBackwardNEON(p pass, c *hardBackward) int {
	raceRead(c.prediction)
	raceRead(c.labels)
	raceWrite(c.gradient)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return hardBackwardProbabilitiesRegionNEON(c)
		case wantCE:
			return hardBackwardProbabilitiesCENEON(c)
		}
		switch p.form {
		case powerHalf:
			return hardBackwardProbabilitiesHalfNEON(c)
		case powerOne:
			return hardBackwardProbabilitiesOneNEON(c)
		case powerThreeHalves:
			return hardBackwardProbabilitiesThreeHalvesNEON(c)
		case powerTwo:
			return hardBackwardProbabilitiesTwoNEON(c)
		}
		return hardBackwardProbabilitiesAnyNEON(c)
	}
	if p.want < wantFocal {
		return hardBackwardLogitsCENEON(c)
	}
	switch p.form {
	case powerHalf:
		return hardBackwardLogitsHalfNEON(c)
	case powerOne:
		return hardBackwardLogitsOneNEON(c)
	case powerThreeHalves:
		return hardBackwardLogitsThreeHalvesNEON(c)
	case powerTwo:
		return hardBackwardLogitsTwoNEON(c)
	}
	return hardBackwardLogitsAnyNEON(c)
}

// The kernels: hardBackwardGeneric of one pass each, which is this loop, and
// below it what a voxel's derivative d is. Each returns the number of blocks
// done.
//
//	for b := range len(c.prediction) / BlockSize {
//		… every value and label of the block plain, or return b
//		for i in the block, y := labels[i] {
//			d := … (0 where ignored), region, ce, focal := c.class[y]
//			gradient[i] = d, or += d
//		}
//	}

// d = region
//
//go:noescape
func hardBackwardProbabilitiesRegionNEON(c *hardBackward) int

// r, s := x, 1-x (y = 0: swapped); inside := r ≥ eps && s ≥ eps
// d = region − ce/r; outside: region
//
//go:noescape
func hardBackwardProbabilitiesCENEON(c *hardBackward) int

// slope := √s · (γ·r·ℓ + s) with ℓ := negLog(r, s)
// d = region − (focal·slope + ce·s) / (r·s); outside: region
//
//go:noescape
func hardBackwardProbabilitiesHalfNEON(c *hardBackward) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesOneNEON(c *hardBackward) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesThreeHalvesNEON(c *hardBackward) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesTwoNEON(c *hardBackward) int

// … slope := exp2(γ · log2 s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesAnyNEON(c *hardBackward) int

// u := x (y = 0: −x); r, s of u; d = s · (region·r − ce)
//
//go:noescape
func hardBackwardLogitsCENEON(c *hardBackward) int

// d = s·(region·r − ce) − focal·slope, slope := √s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsHalfNEON(c *hardBackward) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsOneNEON(c *hardBackward) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsThreeHalvesNEON(c *hardBackward) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsTwoNEON(c *hardBackward) int

// … slope := exp2(n + (f·log2E − log1p(t)·log2E)) · (γ·r·ℓ + s), n = f = 0
// where u < 0
//
//go:noescape
func hardBackwardLogitsAnyNEON(c *hardBackward) int
