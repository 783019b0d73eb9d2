//go:build !purego && !noasm

package reduce

import "unsafe"

// The assembly steps from class 0 to class 1 in avx2Work.lanes and weight at
// once.
var _ [unsafe.Sizeof(avx2Lanes{})]byte = [unsafe.Sizeof([quad]lanes{})]byte{}

// softAVX2 is softGeneric by AVX2.
//
//go:noinline
func softAVX2(p pass, c *softCall) int {
	c.race()
	return softKernelsAVX2.of(p)(c, c.space.avx2())
}

var softKernelsAVX2 = kernels[func(*softCall, *avx2Work) int]{
	probabilities: {
		softProbabilitiesRegionAVX2,
		softProbabilitiesCEAVX2,
		softProbabilitiesAnyAVX2,
		softProbabilitiesHalfAVX2,
		softProbabilitiesOneAVX2,
		softProbabilitiesThreeHalvesAVX2,
		softProbabilitiesTwoAVX2,
	},
	logits: {
		softLogitsRegionAVX2,
		softLogitsCEAVX2,
		softLogitsAnyAVX2,
		softLogitsHalfAVX2,
		softLogitsOneAVX2,
		softLogitsThreeHalvesAVX2,
		softLogitsTwoAVX2,
	},
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
//
//go:noinline
func softBackwardAVX2(p pass, c *softBackward) int {
	c.race()
	return softBackwardKernelsAVX2.of(p)(c, c.space.avx2())
}

var softBackwardKernelsAVX2 = kernels[func(*softBackward, *avx2Work) int]{
	probabilities: {
		softBackwardProbabilitiesRegionAVX2,
		softBackwardProbabilitiesCEAVX2,
		softBackwardProbabilitiesAnyAVX2,
		softBackwardProbabilitiesHalfAVX2,
		softBackwardProbabilitiesOneAVX2,
		softBackwardProbabilitiesThreeHalvesAVX2,
		softBackwardProbabilitiesTwoAVX2,
	},
	logits: {
		softBackwardLogitsCEAVX2, // the region sums alone are the case ce = 0
		softBackwardLogitsCEAVX2,
		softBackwardLogitsAnyAVX2,
		softBackwardLogitsHalfAVX2,
		softBackwardLogitsOneAVX2,
		softBackwardLogitsThreeHalvesAVX2,
		softBackwardLogitsTwoAVX2,
	},
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
