//go:build !purego && !noasm

package reduce

//go:noinline
func hardBackwardAVX512(p pass, c *hardBackward) int {
	raceRead(c.prediction)
	raceRead(c.labels)
	raceWrite(c.gradient)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return hardBackwardProbabilitiesRegionAVX512(c)
		case wantCE:
			return hardBackwardProbabilitiesCEAVX512(c)
		}
		switch p.form {
		case powerHalf:
			return hardBackwardProbabilitiesHalfAVX512(c)
		case powerOne:
			return hardBackwardProbabilitiesOneAVX512(c)
		case powerThreeHalves:
			return hardBackwardProbabilitiesThreeHalvesAVX512(c)
		case powerTwo:
			return hardBackwardProbabilitiesTwoAVX512(c)
		}
		return hardBackwardProbabilitiesAnyAVX512(c)
	}
	if p.want != wantFocal {
		return hardBackwardLogitsCEAVX512(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return hardBackwardLogitsHalfAVX512(c)
	case powerOne:
		return hardBackwardLogitsOneAVX512(c)
	case powerThreeHalves:
		return hardBackwardLogitsThreeHalvesAVX512(c)
	case powerTwo:
		return hardBackwardLogitsTwoAVX512(c)
	}
	return hardBackwardLogitsAnyAVX512(c)
}

//go:noescape
func hardBackwardProbabilitiesRegionAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesCEAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesHalfAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesOneAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesThreeHalvesAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesTwoAVX512(c *hardBackward) int

//go:noescape
func hardBackwardProbabilitiesAnyAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsCEAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsHalfAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsOneAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsThreeHalvesAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsTwoAVX512(c *hardBackward) int

//go:noescape
func hardBackwardLogitsAnyAVX512(c *hardBackward) int
