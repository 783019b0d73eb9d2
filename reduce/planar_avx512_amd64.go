//go:build !purego && !noasm

package reduce

// planarAVX512 is planarGeneric by AVX-512.
//
//go:noinline
func planarAVX512(p pass, c *planarCall) int {
	c.race()
	if c.labels == nil {
		return planarSoftKernelsAVX512.of(p)(c)
	}
	return planarHardKernelsAVX512.of(p)(c)
}

var planarHardKernelsAVX512 = kernels[func(*planarCall) int]{
	probabilities: {
		planesHardRegionAVX512,
		planesHardCEAVX512,
		planesHardAnyAVX512,
		planesHardHalfAVX512,
		planesHardOneAVX512,
		planesHardThreeHalvesAVX512,
		planesHardTwoAVX512,
	},
	logits: {
		softmaxHardRegionAVX512,
		softmaxHardCEAVX512,
		softmaxHardAnyAVX512,
		softmaxHardHalfAVX512,
		softmaxHardOneAVX512,
		softmaxHardThreeHalvesAVX512,
		softmaxHardTwoAVX512,
	},
}

var planarSoftKernelsAVX512 = kernels[func(*planarCall) int]{
	probabilities: {
		planesSoftRegionAVX512,
		planesSoftCEAVX512,
		planesSoftAnyAVX512,
		planesSoftHalfAVX512,
		planesSoftOneAVX512,
		planesSoftThreeHalvesAVX512,
		planesSoftTwoAVX512,
	},
	logits: {
		softmaxSoftRegionAVX512,
		softmaxSoftCEAVX512,
		softmaxSoftAnyAVX512,
		softmaxSoftHalfAVX512,
		softmaxSoftOneAVX512,
		softmaxSoftThreeHalvesAVX512,
		softmaxSoftTwoAVX512,
	},
}

//go:noescape
func softmaxHardRegionAVX512(c *planarCall) int

//go:noescape
func softmaxHardCEAVX512(c *planarCall) int

//go:noescape
func softmaxHardHalfAVX512(c *planarCall) int

//go:noescape
func softmaxHardOneAVX512(c *planarCall) int

//go:noescape
func softmaxHardThreeHalvesAVX512(c *planarCall) int

//go:noescape
func softmaxHardTwoAVX512(c *planarCall) int

//go:noescape
func softmaxHardAnyAVX512(c *planarCall) int

//go:noescape
func planesHardRegionAVX512(c *planarCall) int

//go:noescape
func planesHardCEAVX512(c *planarCall) int

//go:noescape
func planesHardHalfAVX512(c *planarCall) int

//go:noescape
func planesHardOneAVX512(c *planarCall) int

//go:noescape
func planesHardThreeHalvesAVX512(c *planarCall) int

//go:noescape
func planesHardTwoAVX512(c *planarCall) int

//go:noescape
func planesHardAnyAVX512(c *planarCall) int

//go:noescape
func softmaxSoftRegionAVX512(c *planarCall) int

//go:noescape
func softmaxSoftCEAVX512(c *planarCall) int

//go:noescape
func softmaxSoftHalfAVX512(c *planarCall) int

//go:noescape
func softmaxSoftOneAVX512(c *planarCall) int

//go:noescape
func softmaxSoftThreeHalvesAVX512(c *planarCall) int

//go:noescape
func softmaxSoftTwoAVX512(c *planarCall) int

//go:noescape
func softmaxSoftAnyAVX512(c *planarCall) int

//go:noescape
func planesSoftRegionAVX512(c *planarCall) int

//go:noescape
func planesSoftCEAVX512(c *planarCall) int

//go:noescape
func planesSoftHalfAVX512(c *planarCall) int

//go:noescape
func planesSoftOneAVX512(c *planarCall) int

//go:noescape
func planesSoftThreeHalvesAVX512(c *planarCall) int

//go:noescape
func planesSoftTwoAVX512(c *planarCall) int

//go:noescape
func planesSoftAnyAVX512(c *planarCall) int
