//go:build !purego && !noasm

package reduce

//go:noinline
func planarBackwardAVX512(p pass, c *planarBackward) int {
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
		return planesSoftBackwardAVX512(p, c)
	case c.labels == nil:
		return softmaxSoftBackwardAVX512(p, c)
	case p.input == probabilities:
		return planesHardBackwardAVX512(p, c)
	}
	return softmaxHardBackwardAVX512(p, c)
}

func softmaxHardBackwardAVX512(p pass, c *planarBackward) int {
	if p.want != wantFocal {
		return softmaxHardBackwardCEAVX512(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softmaxHardBackwardHalfAVX512(c)
	case powerOne:
		return softmaxHardBackwardOneAVX512(c)
	case powerThreeHalves:
		return softmaxHardBackwardThreeHalvesAVX512(c)
	case powerTwo:
		return softmaxHardBackwardTwoAVX512(c)
	}
	return softmaxHardBackwardAnyAVX512(c)
}

func softmaxSoftBackwardAVX512(p pass, c *planarBackward) int {
	if p.want != wantFocal {
		return softmaxSoftBackwardCEAVX512(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softmaxSoftBackwardHalfAVX512(c)
	case powerOne:
		return softmaxSoftBackwardOneAVX512(c)
	case powerThreeHalves:
		return softmaxSoftBackwardThreeHalvesAVX512(c)
	case powerTwo:
		return softmaxSoftBackwardTwoAVX512(c)
	}
	return softmaxSoftBackwardAnyAVX512(c)
}

func planesHardBackwardAVX512(p pass, c *planarBackward) int {
	switch p.want {
	case wantRegion:
		return planesHardBackwardRegionAVX512(c)
	case wantCE:
		return planesHardBackwardCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return planesHardBackwardHalfAVX512(c)
	case powerOne:
		return planesHardBackwardOneAVX512(c)
	case powerThreeHalves:
		return planesHardBackwardThreeHalvesAVX512(c)
	case powerTwo:
		return planesHardBackwardTwoAVX512(c)
	}
	return planesHardBackwardAnyAVX512(c)
}

func planesSoftBackwardAVX512(p pass, c *planarBackward) int {
	switch p.want {
	case wantRegion:
		return planesSoftBackwardRegionAVX512(c)
	case wantCE:
		return planesSoftBackwardCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return planesSoftBackwardHalfAVX512(c)
	case powerOne:
		return planesSoftBackwardOneAVX512(c)
	case powerThreeHalves:
		return planesSoftBackwardThreeHalvesAVX512(c)
	case powerTwo:
		return planesSoftBackwardTwoAVX512(c)
	}
	return planesSoftBackwardAnyAVX512(c)
}

//go:noescape
func softmaxHardBackwardCEAVX512(c *planarBackward) int

//go:noescape
func softmaxHardBackwardHalfAVX512(c *planarBackward) int

//go:noescape
func softmaxHardBackwardOneAVX512(c *planarBackward) int

//go:noescape
func softmaxHardBackwardThreeHalvesAVX512(c *planarBackward) int

//go:noescape
func softmaxHardBackwardTwoAVX512(c *planarBackward) int

//go:noescape
func softmaxHardBackwardAnyAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardCEAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardHalfAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardOneAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardThreeHalvesAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardTwoAVX512(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardAnyAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardRegionAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardCEAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardHalfAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardOneAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardThreeHalvesAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardTwoAVX512(c *planarBackward) int

//go:noescape
func planesHardBackwardAnyAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardRegionAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardCEAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardHalfAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardOneAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardThreeHalvesAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardTwoAVX512(c *planarBackward) int

//go:noescape
func planesSoftBackwardAnyAVX512(c *planarBackward) int
