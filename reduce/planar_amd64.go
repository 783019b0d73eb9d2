//go:build !purego && !noasm

package reduce

// planarAVX2 is planarGeneric by AVX2.
//
//go:noinline
func planarAVX2(p pass, c *planarCall) int {
	c.race()
	if c.labels == nil {
		return planarSoftKernelsAVX2.of(p)(c)
	}
	return planarHardKernelsAVX2.of(p)(c)
}

var planarHardKernelsAVX2 = kernels[func(*planarCall) int]{
	probabilities: {
		planesHardRegionAVX2,
		planesHardCEAVX2,
		planesHardAnyAVX2,
		planesHardHalfAVX2,
		planesHardOneAVX2,
		planesHardThreeHalvesAVX2,
		planesHardTwoAVX2,
	},
	logits: {
		softmaxHardRegionAVX2,
		softmaxHardCEAVX2,
		softmaxHardAnyAVX2,
		softmaxHardHalfAVX2,
		softmaxHardOneAVX2,
		softmaxHardThreeHalvesAVX2,
		softmaxHardTwoAVX2,
	},
}

// The kernels: each is planarCall.hard for one pass.

//go:noescape
func softmaxHardRegionAVX2(c *planarCall) int

//go:noescape
func softmaxHardCEAVX2(c *planarCall) int

//go:noescape
func softmaxHardHalfAVX2(c *planarCall) int

//go:noescape
func softmaxHardOneAVX2(c *planarCall) int

//go:noescape
func softmaxHardThreeHalvesAVX2(c *planarCall) int

//go:noescape
func softmaxHardTwoAVX2(c *planarCall) int

//go:noescape
func softmaxHardAnyAVX2(c *planarCall) int

//go:noescape
func planesHardRegionAVX2(c *planarCall) int

//go:noescape
func planesHardCEAVX2(c *planarCall) int

//go:noescape
func planesHardHalfAVX2(c *planarCall) int

//go:noescape
func planesHardOneAVX2(c *planarCall) int

//go:noescape
func planesHardThreeHalvesAVX2(c *planarCall) int

//go:noescape
func planesHardTwoAVX2(c *planarCall) int

//go:noescape
func planesHardAnyAVX2(c *planarCall) int
