//go:build !purego && !noasm

package reduce

var neonConverters = converters{float64NEON, float16NEON, bfloat16NEON, quantisedNEON}

// dst[i] = nearest(src[i])
//
//go:noescape
func float64NEON(dst []float32, src []float64)

// dst[i] = float16(src[i])
//
//go:noescape
func float16NEON(dst []float32, src []uint16)

// dst[i] = bfloat16(src[i])
//
//go:noescape
func bfloat16NEON(dst []float32, src []uint16)

// dst[i] = quantised(src[i])
//
//go:noescape
func quantisedNEON(dst []float32, src []uint8)
