//go:build !purego && !noasm

package reduce

// hardBackwardAVX2 is hardBackwardGeneric by AVX2.
//
//go:noinline
func hardBackwardAVX2(p pass, c *hardBackward) int {
	c.race()
	return hardBackwardKernelsAVX2.of(p)(c, c.space.avx2())
}

var hardBackwardKernelsAVX2 = kernels[func(*hardBackward, *avx2Work) int]{
	probabilities: {
		hardBackwardProbabilitiesRegionAVX2,
		hardBackwardProbabilitiesCEAVX2,
		hardBackwardProbabilitiesAnyAVX2,
		hardBackwardProbabilitiesHalfAVX2,
		hardBackwardProbabilitiesOneAVX2,
		hardBackwardProbabilitiesThreeHalvesAVX2,
		hardBackwardProbabilitiesTwoAVX2,
	},
	logits: {
		hardBackwardLogitsCEAVX2, // the region sums alone are the case ce = 0
		hardBackwardLogitsCEAVX2,
		hardBackwardLogitsAnyAVX2,
		hardBackwardLogitsHalfAVX2,
		hardBackwardLogitsOneAVX2,
		hardBackwardLogitsThreeHalvesAVX2,
		hardBackwardLogitsTwoAVX2,
	},
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
