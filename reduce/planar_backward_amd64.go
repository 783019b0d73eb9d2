//go:build !purego && !noasm

package reduce

// planarBackwardAVX2 is planarBackwardGeneric by AVX2.
//
//go:noinline
func planarBackwardAVX2(p pass, c *planarBackward) int {
	c.race()
	if c.labels == nil {
		return planarSoftBackwardKernelsAVX2.of(p)(c)
	}
	return planarHardBackwardKernelsAVX2.of(p)(c)
}

var planarHardBackwardKernelsAVX2 = kernels[func(*planarBackward) int]{
	probabilities: {
		planesHardBackwardRegionAVX2,
		planesHardBackwardCEAVX2,
		planesHardBackwardAnyAVX2,
		planesHardBackwardHalfAVX2,
		planesHardBackwardOneAVX2,
		planesHardBackwardThreeHalvesAVX2,
		planesHardBackwardTwoAVX2,
	},
	logits: {
		softmaxHardBackwardCEAVX2, // the region sums alone are the case ce = 0
		softmaxHardBackwardCEAVX2,
		softmaxHardBackwardAnyAVX2,
		softmaxHardBackwardHalfAVX2,
		softmaxHardBackwardOneAVX2,
		softmaxHardBackwardThreeHalvesAVX2,
		softmaxHardBackwardTwoAVX2,
	},
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
