//go:build !purego && !noasm

package reduce

var avx2Converters = converters{float64AVX2, float16AVX2, bfloat16AVX2, quantisedAVX2}

// dst[i] = nearest(src[i])
//
//go:noescape
func float64AVX2(dst []float32, src []float64)

// dst[i] = float16(src[i])
//
//go:noescape
func float16AVX2(dst []float32, src []uint16)

// dst[i] = bfloat16(src[i])
//
//go:noescape
func bfloat16AVX2(dst []float32, src []uint16)

// dst[i] = quantised(src[i])
//
//go:noescape
func quantisedAVX2(dst []float32, src []uint8)
