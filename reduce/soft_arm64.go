//go:build !purego && !noasm

package reduce

// softNEON is softGeneric in NEON (see hardNEON).
//
//go:noinline
func softNEON(p pass, c *softCall) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return softProbabilitiesRegionNEON(c)
		case wantCE:
			return softProbabilitiesCENEON(c)
		}
		switch p.form {
		case powerHalf:
			return softProbabilitiesHalfNEON(c)
		case powerOne:
			return softProbabilitiesOneNEON(c)
		case powerThreeHalves:
			return softProbabilitiesThreeHalvesNEON(c)
		case powerTwo:
			return softProbabilitiesTwoNEON(c)
		}
		return softProbabilitiesAnyNEON(c)
	}
	switch p.want {
	case wantRegion:
		return softLogitsRegionNEON(c)
	case wantCE:
		return softLogitsCENEON(c)
	}
	switch p.form {
	case powerHalf:
		return softLogitsHalfNEON(c)
	case powerOne:
		return softLogitsOneNEON(c)
	case powerThreeHalves:
		return softLogitsThreeHalvesNEON(c)
	case powerTwo:
		return softLogitsTwoNEON(c)
	}
	return softLogitsAnyNEON(c)
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
func softProbabilitiesRegionNEON(c *softCall) int

// … r, s = clamp(r), clamp(s); l := negLog(r, s)
//
//go:noescape
func softProbabilitiesCENEON(c *softCall) int

// … f := √s · l
//
//go:noescape
func softProbabilitiesHalfNEON(c *softCall) int

// … f := s · l
//
//go:noescape
func softProbabilitiesOneNEON(c *softCall) int

// … f := (√s · s) · l
//
//go:noescape
func softProbabilitiesThreeHalvesNEON(c *softCall) int

// … f := (s · s) · l
//
//go:noescape
func softProbabilitiesTwoNEON(c *softCall) int

// … f := exp2(γ · log2 s) · l
//
//go:noescape
func softProbabilitiesAnyNEON(c *softCall) int

// u := prediction[i] (y = 0: −u); t, n, f := exp(−|u|)
// large, small := sigmoid(t); r, s := large, small (u < 0: swapped)
//
//go:noescape
func softLogitsRegionNEON(c *softCall) int

// … l := log1p(t) + max(−u, 0)
//
//go:noescape
func softLogitsCENEON(c *softCall) int

// … f := √s · l
//
//go:noescape
func softLogitsHalfNEON(c *softCall) int

// … f := s · l
//
//go:noescape
func softLogitsOneNEON(c *softCall) int

// … f := (√s · s) · l
//
//go:noescape
func softLogitsThreeHalvesNEON(c *softCall) int

// … f := (s · s) · l
//
//go:noescape
func softLogitsTwoNEON(c *softCall) int

// … f := exp2(n + (f·log2E − log1p(t)·log2E)) · l, n = f = 0 where u < 0
//
//go:noescape
func softLogitsAnyNEON(c *softCall) int
