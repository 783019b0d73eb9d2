//go:build !purego && !noasm

package reduce

//go:noinline
func planarAVX512(p pass, c *planarCall) int {
	if c.labels == nil {
		return planarGeneric(p, c)
	}
	for _, plane := range c.planes {
		raceRead(plane)
	}
	raceRead(c.labels)
	raceRead(c.weights)
	if p.input == probabilities {
		return planesHardAVX512(p, c)
	}
	return softmaxHardAVX512(p, c)
}

//go:noinline
func planarBackwardAVX512(p pass, c *planarBackward) int {
	if c.labels == nil || p.input == probabilities {
		return planarBackwardGeneric(p, c)
	}
	for k, plane := range c.planes {
		raceRead(plane)
		raceWrite(c.gradient[k])
	}
	raceRead(c.labels)
	raceRead(c.weights)
	return softmaxHardBackwardAVX512(p, c)
}

func softmaxHardBackwardAVX512(p pass, c *planarBackward) int {
	if p.want != wantFocal {
		return softmaxHardBackwardCEAVX512(c) // the region sums alone are the case ce = 0
	}
	switch p.form {
	case powerHalf:
		return softmaxHardBackwardHalfAVX512(c)
	case powerOne:
		return softmaxHardBackwardOneAVX512(c)
	case powerThreeHalves:
		return softmaxHardBackwardThreeHalvesAVX512(c)
	case powerTwo:
		return softmaxHardBackwardTwoAVX512(c)
	}
	return softmaxHardBackwardAnyAVX512(c)
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

//go:noinline
func widenAVX512(dst []int32, labels []uint8, most uint8) int {
	rows := len(labels) / widenRow
	if len(dst) < rows*widenRow {
		panic("reduce: more labels than there is room for")
	}
	raceRead(labels)
	raceWrite(dst)
	return widenRow * widenRowsAVX512(dst, labels, uint32(most), rows)
}

//go:noescape
func widenRowsAVX512(dst []int32, labels []uint8, most uint32, rows int) int

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
