//go:build !purego && !noasm

package reduce

// softBackwardNEON is softBackwardGeneric in NEON (see hardNEON).
//
//go:noinline
func softBackwardNEON(p pass, c *softBackward) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	raceWrite(c.gradient)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return softBackwardProbabilitiesRegionNEON(c)
		case wantCE:
			return softBackwardProbabilitiesCENEON(c)
		}
		switch p.form {
		case powerHalf:
			return softBackwardProbabilitiesHalfNEON(c)
		case powerOne:
			return softBackwardProbabilitiesOneNEON(c)
		case powerThreeHalves:
			return softBackwardProbabilitiesThreeHalvesNEON(c)
		case powerTwo:
			return softBackwardProbabilitiesTwoNEON(c)
		}
		return softBackwardProbabilitiesAnyNEON(c)
	}
	if p.want < wantFocal {
		return softBackwardLogitsCENEON(c)
	}
	switch p.form {
	case powerHalf:
		return softBackwardLogitsHalfNEON(c)
	case powerOne:
		return softBackwardLogitsOneNEON(c)
	case powerThreeHalves:
		return softBackwardLogitsThreeHalvesNEON(c)
	case powerTwo:
		return softBackwardLogitsTwoNEON(c)
	}
	return softBackwardLogitsAnyNEON(c)
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
func softBackwardProbabilitiesRegionNEON(c *softBackward) int

// r, s := x, 1-x (y = 0: swapped); inside := r ≥ eps && s ≥ eps
// d = region − ce/r; outside: region
//
//go:noescape
func softBackwardProbabilitiesCENEON(c *softBackward) int

// slope := √s · (γ·r·ℓ + s) with ℓ := negLog(r, s)
// d = region − (focal·slope + ce·s) / (r·s); outside: region
//
//go:noescape
func softBackwardProbabilitiesHalfNEON(c *softBackward) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesOneNEON(c *softBackward) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesThreeHalvesNEON(c *softBackward) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesTwoNEON(c *softBackward) int

// … slope := exp2(γ · log2 s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardProbabilitiesAnyNEON(c *softBackward) int

// u := x (y = 0: −x); r, s of u; d = s · (region·r − ce)
//
//go:noescape
func softBackwardLogitsCENEON(c *softBackward) int

// d = s·(region·r − ce) − focal·slope, slope := √s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsHalfNEON(c *softBackward) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsOneNEON(c *softBackward) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsThreeHalvesNEON(c *softBackward) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func softBackwardLogitsTwoNEON(c *softBackward) int

// … slope := exp2(n + (f·log2E − log1p(t)·log2E)) · (γ·r·ℓ + s), n = f = 0
// where u < 0
//
//go:noescape
func softBackwardLogitsAnyNEON(c *softBackward) int
