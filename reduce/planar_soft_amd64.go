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
