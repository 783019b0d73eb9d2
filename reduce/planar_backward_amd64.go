//go:build !purego && !noasm

package reduce

// planarBackwardAVX2 is planarBackwardGeneric by AVX2.
//
//go:noinline
func planarBackwardAVX2(p pass, c *planarBackward) int {
	for k, plane := range c.planes {
		raceRead(plane)
		raceWrite(c.gradient[k])
	}
	for _, plane := range c.targets {
		raceRead(plane)
	}
	raceRead(c.labels)
	raceRead(c.weights)
	switch {
	case c.labels == nil && p.input == probabilities:
		return planesSoftBackwardAVX2(p, c)
	case c.labels == nil:
		return softmaxSoftBackwardAVX2(p, c)
	case p.input == probabilities:
		return planesHardBackwardAVX2(p, c)
	}
	return softmaxHardBackwardAVX2(p, c)
}

func softmaxHardBackwardAVX2(p pass, c *planarBackward) int {
	if p.want != wantFocal {
		return softmaxHardBackwardCEAVX2(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softmaxHardBackwardHalfAVX2(c)
	case powerOne:
		return softmaxHardBackwardOneAVX2(c)
	case powerThreeHalves:
		return softmaxHardBackwardThreeHalvesAVX2(c)
	case powerTwo:
		return softmaxHardBackwardTwoAVX2(c)
	}
	return softmaxHardBackwardAnyAVX2(c)
}

func planesHardBackwardAVX2(p pass, c *planarBackward) int {
	switch p.want {
	case wantRegion:
		return planesHardBackwardRegionAVX2(c)
	case wantCE:
		return planesHardBackwardCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return planesHardBackwardHalfAVX2(c)
	case powerOne:
		return planesHardBackwardOneAVX2(c)
	case powerThreeHalves:
		return planesHardBackwardThreeHalvesAVX2(c)
	case powerTwo:
		return planesHardBackwardTwoAVX2(c)
	}
	return planesHardBackwardAnyAVX2(c)
}

// The kernels: each is planarBackward.softmaxHard, or probabilities, for one
// pass.

//go:noescape
func softmaxHardBackwardCEAVX2(c *planarBackward) int

//go:noescape
func softmaxHardBackwardHalfAVX2(c *planarBackward) int

//go:noescape
func softmaxHardBackwardOneAVX2(c *planarBackward) int

//go:noescape
func softmaxHardBackwardThreeHalvesAVX2(c *planarBackward) int

//go:noescape
func softmaxHardBackwardTwoAVX2(c *planarBackward) int

//go:noescape
func softmaxHardBackwardAnyAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardRegionAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardCEAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardHalfAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardOneAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardThreeHalvesAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardTwoAVX2(c *planarBackward) int

//go:noescape
func planesHardBackwardAnyAVX2(c *planarBackward) int
