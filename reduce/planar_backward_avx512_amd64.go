//go:build !purego && !noasm

package reduce

// planarBackwardAVX512 is planarBackwardGeneric by AVX-512.
//
//go:noinline
func planarBackwardAVX512(p pass, c *planarBackward) int {
	c.race()
	if c.labels == nil {
		return planarSoftBackwardKernelsAVX512.of(p)(c)
	}
	return planarHardBackwardKernelsAVX512.of(p)(c)
}

var planarHardBackwardKernelsAVX512 = kernels[func(*planarBackward) int]{
	probabilities: {
		planesHardBackwardRegionAVX512,
		planesHardBackwardCEAVX512,
		planesHardBackwardAnyAVX512,
		planesHardBackwardHalfAVX512,
		planesHardBackwardOneAVX512,
		planesHardBackwardThreeHalvesAVX512,
		planesHardBackwardTwoAVX512,
	},
	logits: {
		softmaxHardBackwardCEAVX512, // the region sums alone are the case ce = 0
		softmaxHardBackwardCEAVX512,
		softmaxHardBackwardAnyAVX512,
		softmaxHardBackwardHalfAVX512,
		softmaxHardBackwardOneAVX512,
		softmaxHardBackwardThreeHalvesAVX512,
		softmaxHardBackwardTwoAVX512,
	},
}

var planarSoftBackwardKernelsAVX512 = kernels[func(*planarBackward) int]{
	probabilities: {
		planesSoftBackwardRegionAVX512,
		planesSoftBackwardCEAVX512,
		planesSoftBackwardAnyAVX512,
		planesSoftBackwardHalfAVX512,
		planesSoftBackwardOneAVX512,
		planesSoftBackwardThreeHalvesAVX512,
		planesSoftBackwardTwoAVX512,
	},
	logits: {
		softmaxSoftBackwardCEAVX512, // the region sums alone are the case ce = 0
		softmaxSoftBackwardCEAVX512,
		softmaxSoftBackwardAnyAVX512,
		softmaxSoftBackwardHalfAVX512,
		softmaxSoftBackwardOneAVX512,
		softmaxSoftBackwardThreeHalvesAVX512,
		softmaxSoftBackwardTwoAVX512,
	},
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
