//go:build !purego && !noasm

package reduce

import "unsafe"

// The assembly steps from class 0 to class 1 in avx2Work.lanes and weight at
// once.
var _ [unsafe.Sizeof(avx2Lanes{})]byte = [unsafe.Sizeof([quad]lanes{})]byte{}

// softAVX2 is softGeneric by AVX2.
func softAVX2(p pass, c *softCall) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	return softAVX2Work(p, c, c.space.avx2())
}

//go:noinline
func softAVX2Work(p pass, c *softCall, work *avx2Work) int {
	if p.input == logits {
		switch p.want {
		case wantRegion:
			return softLogitsRegionAVX2(c, work)
		case wantCE:
			return softLogitsCEAVX2(c, work)
		}
		switch p.form {
		case powerHalf:
			return softLogitsHalfAVX2(c, work)
		case powerOne:
			return softLogitsOneAVX2(c, work)
		case powerThreeHalves:
			return softLogitsThreeHalvesAVX2(c, work)
		case powerTwo:
			return softLogitsTwoAVX2(c, work)
		}
		return softLogitsAnyAVX2(c, work)
	}
	switch p.want {
	case wantRegion:
		return softProbabilitiesRegionAVX2(c, work)
	case wantCE:
		return softProbabilitiesCEAVX2(c, work)
	}
	switch p.form {
	case powerHalf:
		return softProbabilitiesHalfAVX2(c, work)
	case powerOne:
		return softProbabilitiesOneAVX2(c, work)
	case powerThreeHalves:
		return softProbabilitiesThreeHalvesAVX2(c, work)
	case powerTwo:
		return softProbabilitiesTwoAVX2(c, work)
	}
	return softProbabilitiesAnyAVX2(c, work)
}

//go:noescape
func softProbabilitiesRegionAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesCEAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesHalfAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesOneAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesThreeHalvesAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesTwoAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softProbabilitiesAnyAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsRegionAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsCEAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsHalfAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsOneAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsThreeHalvesAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsTwoAVX2(c *softCall, work *avx2Work) int

//go:noescape
func softLogitsAnyAVX2(c *softCall, work *avx2Work) int

// softBackwardAVX2 is softBackwardGeneric by AVX2.
func softBackwardAVX2(p pass, c *softBackward) int {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	raceWrite(c.gradient)
	return softBackwardAVX2Work(p, c, c.space.avx2())
}

//go:noinline
func softBackwardAVX2Work(p pass, c *softBackward, work *avx2Work) int {
	if p.input == logits {
		if p.want != wantFocal {
			return softBackwardLogitsCEAVX2(c, work) // the region sums alone are the case ce = 0
		}
		switch p.form {
		case powerHalf:
			return softBackwardLogitsHalfAVX2(c, work)
		case powerOne:
			return softBackwardLogitsOneAVX2(c, work)
		case powerThreeHalves:
			return softBackwardLogitsThreeHalvesAVX2(c, work)
		case powerTwo:
			return softBackwardLogitsTwoAVX2(c, work)
		}
		return softBackwardLogitsAnyAVX2(c, work)
	}
	switch p.want {
	case wantRegion:
		return softBackwardProbabilitiesRegionAVX2(c, work)
	case wantCE:
		return softBackwardProbabilitiesCEAVX2(c, work)
	}
	switch p.form {
	case powerHalf:
		return softBackwardProbabilitiesHalfAVX2(c, work)
	case powerOne:
		return softBackwardProbabilitiesOneAVX2(c, work)
	case powerThreeHalves:
		return softBackwardProbabilitiesThreeHalvesAVX2(c, work)
	case powerTwo:
		return softBackwardProbabilitiesTwoAVX2(c, work)
	}
	return softBackwardProbabilitiesAnyAVX2(c, work)
}

//go:noescape
func softBackwardProbabilitiesRegionAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesCEAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesHalfAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesOneAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesThreeHalvesAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesTwoAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardProbabilitiesAnyAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsCEAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsHalfAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsOneAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsThreeHalvesAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsTwoAVX2(c *softBackward, work *avx2Work) int

//go:noescape
func softBackwardLogitsAnyAVX2(c *softBackward, work *avx2Work) int
