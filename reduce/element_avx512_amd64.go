//go:build !purego && !noasm

package reduce

var avx512Converters = converters{float64AVX512, float16AVX512, bfloat16AVX512, quantisedAVX512}

// dst[i] = nearest(src[i])
//
//go:noescape
func float64AVX512(dst []float32, src []float64)

// dst[i] = float16(src[i])
//
//go:noescape
func float16AVX512(dst []float32, src []uint16)

// dst[i] = bfloat16(src[i])
//
//go:noescape
func bfloat16AVX512(dst []float32, src []uint16)

// dst[i] = quantised(src[i])
//
//go:noescape
func quantisedAVX512(dst []float32, src []uint8)
