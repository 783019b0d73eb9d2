//go:build !purego && !noasm

package reduce

//go:noinline
func planarAVX512(p pass, c *planarCall) int {
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
		return planesSoftAVX512(p, c)
	case c.labels == nil:
		return softmaxSoftAVX512(p, c)
	case p.input == probabilities:
		return planesHardAVX512(p, c)
	}
	return softmaxHardAVX512(p, c)
}

func softmaxHardAVX512(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return softmaxHardRegionAVX512(c)
	case wantCE:
		return softmaxHardCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return softmaxHardHalfAVX512(c)
	case powerOne:
		return softmaxHardOneAVX512(c)
	case powerThreeHalves:
		return softmaxHardThreeHalvesAVX512(c)
	case powerTwo:
		return softmaxHardTwoAVX512(c)
	}
	return softmaxHardAnyAVX512(c)
}

func planesHardAVX512(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return planesHardRegionAVX512(c)
	case wantCE:
		return planesHardCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return planesHardHalfAVX512(c)
	case powerOne:
		return planesHardOneAVX512(c)
	case powerThreeHalves:
		return planesHardThreeHalvesAVX512(c)
	case powerTwo:
		return planesHardTwoAVX512(c)
	}
	return planesHardAnyAVX512(c)
}

func softmaxSoftAVX512(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return softmaxSoftRegionAVX512(c)
	case wantCE:
		return softmaxSoftCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return softmaxSoftHalfAVX512(c)
	case powerOne:
		return softmaxSoftOneAVX512(c)
	case powerThreeHalves:
		return softmaxSoftThreeHalvesAVX512(c)
	case powerTwo:
		return softmaxSoftTwoAVX512(c)
	}
	return softmaxSoftAnyAVX512(c)
}

func planesSoftAVX512(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return planesSoftRegionAVX512(c)
	case wantCE:
		return planesSoftCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return planesSoftHalfAVX512(c)
	case powerOne:
		return planesSoftOneAVX512(c)
	case powerThreeHalves:
		return planesSoftThreeHalvesAVX512(c)
	case powerTwo:
		return planesSoftTwoAVX512(c)
	}
	return planesSoftAnyAVX512(c)
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
