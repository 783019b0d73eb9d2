//go:build !purego && !noasm

package reduce

// mapAVX512 is mapGeneric by AVX-512.
//
//go:noinline
func mapAVX512(f int, c *mapCall) {
	c.race()
	const group = 8 * Lanes
	call := &hardCall{hi: c.hi, lo: c.lo}
	whole := len(c.src) / group
	if whole > 0 {
		mapKernelsAVX512[f](call, &c.src[0], &c.dst[0], whole)
	}
	if rest := c.src[whole*group:]; len(rest) > 0 {
		var src, dst [group]float32
		copy(src[:], rest)
		mapKernelsAVX512[f](call, &src[0], &dst[0], 1)
		copy(c.dst[whole*group:], dst[:])
	}
}

var mapKernelsAVX512 = [...]func(call *hardCall, src, dst *float32, groups int){
	mapNegLog:  mapNegLogAVX512,
	mapExp:     mapExpAVX512,
	mapLog1p:   mapLog1pAVX512,
	mapSigmoid: mapSigmoidAVX512,
	mapPower:   mapPowerAVX512,
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
