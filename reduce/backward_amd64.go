//go:build !purego && !noasm

package reduce

// hardBackwardAVX2 is hardBackwardGeneric by AVX2.
func hardBackwardAVX2(p pass, c *hardBackward) int {
	raceRead(c.prediction)
	raceRead(c.labels)
	raceWrite(c.gradient)
	return hardBackwardAVX2Work(p, c, c.space.avx2())
}

//go:noinline
func hardBackwardAVX2Work(p pass, c *hardBackward, work *avx2Work) int {
	if p.input == logits {
		if p.want != wantFocal {
			return hardBackwardLogitsCEAVX2(c, work) // the region sums alone are the case ce = 0
		}
		switch p.form {
		case powerHalf:
			return hardBackwardLogitsHalfAVX2(c, work)
		case powerOne:
			return hardBackwardLogitsOneAVX2(c, work)
		case powerThreeHalves:
			return hardBackwardLogitsThreeHalvesAVX2(c, work)
		case powerTwo:
			return hardBackwardLogitsTwoAVX2(c, work)
		}
		return hardBackwardLogitsAnyAVX2(c, work)
	}
	switch p.want {
	case wantRegion:
		return hardBackwardProbabilitiesRegionAVX2(c, work)
	case wantCE:
		return hardBackwardProbabilitiesCEAVX2(c, work)
	}
	switch p.form {
	case powerHalf:
		return hardBackwardProbabilitiesHalfAVX2(c, work)
	case powerOne:
		return hardBackwardProbabilitiesOneAVX2(c, work)
	case powerThreeHalves:
		return hardBackwardProbabilitiesThreeHalvesAVX2(c, work)
	case powerTwo:
		return hardBackwardProbabilitiesTwoAVX2(c, work)
	}
	return hardBackwardProbabilitiesAnyAVX2(c, work)
}

//go:noescape
func hardBackwardProbabilitiesRegionAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesCEAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesHalfAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesOneAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesThreeHalvesAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesTwoAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardProbabilitiesAnyAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsCEAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsHalfAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsOneAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsThreeHalvesAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsTwoAVX2(c *hardBackward, work *avx2Work) int

//go:noescape
func hardBackwardLogitsAnyAVX2(c *hardBackward, work *avx2Work) int
