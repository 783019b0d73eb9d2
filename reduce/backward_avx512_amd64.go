//go:build !purego && !noasm

package reduce

// hardBackwardAVX512 is hardBackwardGeneric by AVX-512.
//
//go:noinline
func hardBackwardAVX512(p pass, c *hardBackward) int {
	c.race()
	return hardBackwardKernelsAVX512.of(p)(c)
}

var hardBackwardKernelsAVX512 = kernels[func(*hardBackward) int]{
	probabilities: {
		hardBackwardProbabilitiesRegionAVX512,
		hardBackwardProbabilitiesCEAVX512,
		hardBackwardProbabilitiesAnyAVX512,
		hardBackwardProbabilitiesHalfAVX512,
		hardBackwardProbabilitiesOneAVX512,
		hardBackwardProbabilitiesThreeHalvesAVX512,
		hardBackwardProbabilitiesTwoAVX512,
	},
	logits: {
		hardBackwardLogitsCEAVX512, // the region sums alone are the case ce = 0
		hardBackwardLogitsCEAVX512,
		hardBackwardLogitsAnyAVX512,
		hardBackwardLogitsHalfAVX512,
		hardBackwardLogitsOneAVX512,
		hardBackwardLogitsThreeHalvesAVX512,
		hardBackwardLogitsTwoAVX512,
	},
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
