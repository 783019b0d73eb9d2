//go:build !purego && !noasm

package reduce

//go:noinline
func softAVX512(p pass, c *softCall) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return softProbabilitiesRegionAVX512(c)
		case wantCE:
			return softProbabilitiesCEAVX512(c)
		}
		switch p.form {
		case powerHalf:
			return softProbabilitiesHalfAVX512(c)
		case powerOne:
			return softProbabilitiesOneAVX512(c)
		case powerThreeHalves:
			return softProbabilitiesThreeHalvesAVX512(c)
		case powerTwo:
			return softProbabilitiesTwoAVX512(c)
		}
		return softProbabilitiesAnyAVX512(c)
	}
	switch p.want {
	case wantRegion:
		return softLogitsRegionAVX512(c)
	case wantCE:
		return softLogitsCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return softLogitsHalfAVX512(c)
	case powerOne:
		return softLogitsOneAVX512(c)
	case powerThreeHalves:
		return softLogitsThreeHalvesAVX512(c)
	case powerTwo:
		return softLogitsTwoAVX512(c)
	}
	return softLogitsAnyAVX512(c)
}

//go:noescape
func softProbabilitiesRegionAVX512(c *softCall) int

//go:noescape
func softProbabilitiesCEAVX512(c *softCall) int

//go:noescape
func softProbabilitiesHalfAVX512(c *softCall) int

//go:noescape
func softProbabilitiesOneAVX512(c *softCall) int

//go:noescape
func softProbabilitiesThreeHalvesAVX512(c *softCall) int

//go:noescape
func softProbabilitiesTwoAVX512(c *softCall) int

//go:noescape
func softProbabilitiesAnyAVX512(c *softCall) int

//go:noescape
func softLogitsRegionAVX512(c *softCall) int

//go:noescape
func softLogitsCEAVX512(c *softCall) int

//go:noescape
func softLogitsHalfAVX512(c *softCall) int

//go:noescape
func softLogitsOneAVX512(c *softCall) int

//go:noescape
func softLogitsThreeHalvesAVX512(c *softCall) int

//go:noescape
func softLogitsTwoAVX512(c *softCall) int

//go:noescape
func softLogitsAnyAVX512(c *softCall) int

//go:noinline
func softBackwardAVX512(p pass, c *softBackward) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	raceWrite(c.gradient)
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return softBackwardProbabilitiesRegionAVX512(c)
		case wantCE:
			return softBackwardProbabilitiesCEAVX512(c)
		}
		switch p.form {
		case powerHalf:
			return softBackwardProbabilitiesHalfAVX512(c)
		case powerOne:
			return softBackwardProbabilitiesOneAVX512(c)
		case powerThreeHalves:
			return softBackwardProbabilitiesThreeHalvesAVX512(c)
		case powerTwo:
			return softBackwardProbabilitiesTwoAVX512(c)
		}
		return softBackwardProbabilitiesAnyAVX512(c)
	}
	if p.want != wantFocal {
		return softBackwardLogitsCEAVX512(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softBackwardLogitsHalfAVX512(c)
	case powerOne:
		return softBackwardLogitsOneAVX512(c)
	case powerThreeHalves:
		return softBackwardLogitsThreeHalvesAVX512(c)
	case powerTwo:
		return softBackwardLogitsTwoAVX512(c)
	}
	return softBackwardLogitsAnyAVX512(c)
}

//go:noescape
func softBackwardProbabilitiesRegionAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesCEAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesHalfAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesOneAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesThreeHalvesAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesTwoAVX512(c *softBackward) int

//go:noescape
func softBackwardProbabilitiesAnyAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsCEAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsHalfAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsOneAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsThreeHalvesAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsTwoAVX512(c *softBackward) int

//go:noescape
func softBackwardLogitsAnyAVX512(c *softBackward) int
