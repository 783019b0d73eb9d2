//go:build !purego && !noasm

package reduce

// planarAVX2 is planarGeneric by AVX2.
//
//go:noinline
func planarAVX2(p pass, c *planarCall) int {
	for _, plane := range c.planes {
		raceRead(plane)
	}
	for _, plane := range c.targets {
		raceRead(plane)
	}
	raceRead(c.labels)
	raceRead(c.weights)
	switch {
	case c.labels == nil && p.input == probabilities:
		return planesSoftAVX2(p, c)
	case c.labels == nil:
		return softmaxSoftAVX2(p, c)
	case p.input == probabilities:
		return planesHardAVX2(p, c)
	}
	return softmaxHardAVX2(p, c)
}

func softmaxHardAVX2(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return softmaxHardRegionAVX2(c)
	case wantCE:
		return softmaxHardCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return softmaxHardHalfAVX2(c)
	case powerOne:
		return softmaxHardOneAVX2(c)
	case powerThreeHalves:
		return softmaxHardThreeHalvesAVX2(c)
	case powerTwo:
		return softmaxHardTwoAVX2(c)
	}
	return softmaxHardAnyAVX2(c)
}

func planesHardAVX2(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return planesHardRegionAVX2(c)
	case wantCE:
		return planesHardCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return planesHardHalfAVX2(c)
	case powerOne:
		return planesHardOneAVX2(c)
	case powerThreeHalves:
		return planesHardThreeHalvesAVX2(c)
	case powerTwo:
		return planesHardTwoAVX2(c)
	}
	return planesHardAnyAVX2(c)
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
