//go:build !purego && !noasm

package reduce

// softAVX512 is softGeneric by AVX-512.
//
//go:noinline
func softAVX512(p pass, c *softCall) int {
	c.race()
	return softKernelsAVX512.of(p)(c)
}

var softKernelsAVX512 = kernels[func(*softCall) int]{
	probabilities: {
		softProbabilitiesRegionAVX512,
		softProbabilitiesCEAVX512,
		softProbabilitiesAnyAVX512,
		softProbabilitiesHalfAVX512,
		softProbabilitiesOneAVX512,
		softProbabilitiesThreeHalvesAVX512,
		softProbabilitiesTwoAVX512,
	},
	logits: {
		softLogitsRegionAVX512,
		softLogitsCEAVX512,
		softLogitsAnyAVX512,
		softLogitsHalfAVX512,
		softLogitsOneAVX512,
		softLogitsThreeHalvesAVX512,
		softLogitsTwoAVX512,
	},
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

// softBackwardAVX512 is softBackwardGeneric by AVX-512.
//
//go:noinline
func softBackwardAVX512(p pass, c *softBackward) int {
	c.race()
	return softBackwardKernelsAVX512.of(p)(c)
}

var softBackwardKernelsAVX512 = kernels[func(*softBackward) int]{
	probabilities: {
		softBackwardProbabilitiesRegionAVX512,
		softBackwardProbabilitiesCEAVX512,
		softBackwardProbabilitiesAnyAVX512,
		softBackwardProbabilitiesHalfAVX512,
		softBackwardProbabilitiesOneAVX512,
		softBackwardProbabilitiesThreeHalvesAVX512,
		softBackwardProbabilitiesTwoAVX512,
	},
	logits: {
		softBackwardLogitsCEAVX512, // the region sums alone are the case ce = 0
		softBackwardLogitsCEAVX512,
		softBackwardLogitsAnyAVX512,
		softBackwardLogitsHalfAVX512,
		softBackwardLogitsOneAVX512,
		softBackwardLogitsThreeHalvesAVX512,
		softBackwardLogitsTwoAVX512,
	},
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
