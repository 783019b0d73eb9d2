//go:build !purego && !noasm

package reduce

var planarSoftKernelsAVX2 = kernels[func(*planarCall) int]{
	probabilities: {
		planesSoftRegionAVX2,
		planesSoftCEAVX2,
		planesSoftAnyAVX2,
		planesSoftHalfAVX2,
		planesSoftOneAVX2,
		planesSoftThreeHalvesAVX2,
		planesSoftTwoAVX2,
	},
	logits: {
		softmaxSoftRegionAVX2,
		softmaxSoftCEAVX2,
		softmaxSoftAnyAVX2,
		softmaxSoftHalfAVX2,
		softmaxSoftOneAVX2,
		softmaxSoftThreeHalvesAVX2,
		softmaxSoftTwoAVX2,
	},
}

// The kernels: each is planarCall.soft for one pass.

//go:noescape
func softmaxSoftRegionAVX2(c *planarCall) int

//go:noescape
func softmaxSoftCEAVX2(c *planarCall) int

//go:noescape
func softmaxSoftHalfAVX2(c *planarCall) int

//go:noescape
func softmaxSoftOneAVX2(c *planarCall) int

//go:noescape
func softmaxSoftThreeHalvesAVX2(c *planarCall) int

//go:noescape
func softmaxSoftTwoAVX2(c *planarCall) int

//go:noescape
func softmaxSoftAnyAVX2(c *planarCall) int

//go:noescape
func planesSoftRegionAVX2(c *planarCall) int

//go:noescape
func planesSoftCEAVX2(c *planarCall) int

//go:noescape
func planesSoftHalfAVX2(c *planarCall) int

//go:noescape
func planesSoftOneAVX2(c *planarCall) int

//go:noescape
func planesSoftThreeHalvesAVX2(c *planarCall) int

//go:noescape
func planesSoftTwoAVX2(c *planarCall) int

//go:noescape
func planesSoftAnyAVX2(c *planarCall) int

var planarSoftBackwardKernelsAVX2 = kernels[func(*planarBackward) int]{
	probabilities: {
		planesSoftBackwardRegionAVX2,
		planesSoftBackwardCEAVX2,
		planesSoftBackwardAnyAVX2,
		planesSoftBackwardHalfAVX2,
		planesSoftBackwardOneAVX2,
		planesSoftBackwardThreeHalvesAVX2,
		planesSoftBackwardTwoAVX2,
	},
	logits: {
		softmaxSoftBackwardCEAVX2, // the region sums alone are the case ce = 0
		softmaxSoftBackwardCEAVX2,
		softmaxSoftBackwardAnyAVX2,
		softmaxSoftBackwardHalfAVX2,
		softmaxSoftBackwardOneAVX2,
		softmaxSoftBackwardThreeHalvesAVX2,
		softmaxSoftBackwardTwoAVX2,
	},
}

// Each is planarBackward.softmaxSoft for one pass.

//go:noescape
func softmaxSoftBackwardCEAVX2(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardHalfAVX2(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardOneAVX2(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardThreeHalvesAVX2(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardTwoAVX2(c *planarBackward) int

//go:noescape
func softmaxSoftBackwardAnyAVX2(c *planarBackward) int

// And planarBackward.probabilities.

//go:noescape
func planesSoftBackwardRegionAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardCEAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardHalfAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardOneAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardThreeHalvesAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardTwoAVX2(c *planarBackward) int

//go:noescape
func planesSoftBackwardAnyAVX2(c *planarBackward) int
