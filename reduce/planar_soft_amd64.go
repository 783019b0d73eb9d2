//go:build !purego && !noasm

package reduce

func softmaxSoftAVX2(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return softmaxSoftRegionAVX2(c)
	case wantCE:
		return softmaxSoftCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return softmaxSoftHalfAVX2(c)
	case powerOne:
		return softmaxSoftOneAVX2(c)
	case powerThreeHalves:
		return softmaxSoftThreeHalvesAVX2(c)
	case powerTwo:
		return softmaxSoftTwoAVX2(c)
	}
	return softmaxSoftAnyAVX2(c)
}

func planesSoftAVX2(p pass, c *planarCall) int {
	switch p.want {
	case wantRegion:
		return planesSoftRegionAVX2(c)
	case wantCE:
		return planesSoftCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return planesSoftHalfAVX2(c)
	case powerOne:
		return planesSoftOneAVX2(c)
	case powerThreeHalves:
		return planesSoftThreeHalvesAVX2(c)
	case powerTwo:
		return planesSoftTwoAVX2(c)
	}
	return planesSoftAnyAVX2(c)
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

func softmaxSoftBackwardAVX2(p pass, c *planarBackward) int {
	if p.want != wantFocal {
		return softmaxSoftBackwardCEAVX2(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softmaxSoftBackwardHalfAVX2(c)
	case powerOne:
		return softmaxSoftBackwardOneAVX2(c)
	case powerThreeHalves:
		return softmaxSoftBackwardThreeHalvesAVX2(c)
	case powerTwo:
		return softmaxSoftBackwardTwoAVX2(c)
	}
	return softmaxSoftBackwardAnyAVX2(c)
}

func planesSoftBackwardAVX2(p pass, c *planarBackward) int {
	switch p.want {
	case wantRegion:
		return planesSoftBackwardRegionAVX2(c)
	case wantCE:
		return planesSoftBackwardCEAVX2(c)
	}
	switch p.form {
	case powerHalf:
		return planesSoftBackwardHalfAVX2(c)
	case powerOne:
		return planesSoftBackwardOneAVX2(c)
	case powerThreeHalves:
		return planesSoftBackwardThreeHalvesAVX2(c)
	case powerTwo:
		return planesSoftBackwardTwoAVX2(c)
	}
	return planesSoftBackwardAnyAVX2(c)
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
