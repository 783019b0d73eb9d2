//go:build !purego && !noasm

package reduce

// mapAVX512 is mapGeneric by AVX-512.
func mapAVX512(f int, c *mapCall) {
	raceRead(c.src)
	raceWrite(c.dst)
	const group = 8 * Lanes
	call := hardCall{hi: c.hi, lo: c.lo}
	whole := len(c.src) / group
	if whole > 0 {
		mapGroupsAVX512(f, &call, c.src, c.dst, whole)
	}
	if rest := c.src[whole*group:]; len(rest) > 0 {
		var src, dst [group]float32
		copy(src[:], rest)
		mapGroupsAVX512(f, &call, src[:], dst[:], 1)
		copy(c.dst[whole*group:], dst[:])
	}
}

//go:noinline
func mapGroupsAVX512(f int, call *hardCall, src, dst []float32, groups int) {
	switch f {
	case mapNegLog:
		mapNegLogAVX512(call, &src[0], &dst[0], groups)
	case mapExp:
		mapExpAVX512(call, &src[0], &dst[0], groups)
	case mapLog1p:
		mapLog1pAVX512(call, &src[0], &dst[0], groups)
	case mapSigmoid:
		mapSigmoidAVX512(call, &src[0], &dst[0], groups)
	case mapPower:
		mapPowerAVX512(call, &src[0], &dst[0], groups)
	}
}

// Each applies its function to groups of 128 numbers, at least one; the power
// takes γ from the call.

//go:noescape
func mapNegLogAVX512(c *hardCall, src, dst *float32, groups int)

//go:noescape
func mapExpAVX512(c *hardCall, src, dst *float32, groups int)

//go:noescape
func mapLog1pAVX512(c *hardCall, src, dst *float32, groups int)

//go:noescape
func mapSigmoidAVX512(c *hardCall, src, dst *float32, groups int)

//go:noescape
func mapPowerAVX512(c *hardCall, src, dst *float32, groups int)
