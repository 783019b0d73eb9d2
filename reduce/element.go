package reduce

import "math"

// What the element types of predictions are as float32 numbers, which is what
// the kernels take. The levels' conversions give these bits.

// bfloat16 returns the number whose upper half is given.
func bfloat16(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// float16 returns the IEEE 754 binary16 number with these bits. A NaN becomes
// quiet and keeps its payload, as conversion instructions have it.
func float16(b uint16) float32 {
	sign, magnitude := uint32(b&0x8000)<<16, uint32(b&0x7fff)
	switch {
	case magnitude > 0x7c00:
		return math.Float32frombits(sign | 0x7fc00000 | magnitude<<13)
	case magnitude == 0x7c00:
		return math.Float32frombits(sign | 0x7f800000)
	default: // as if the exponent's bias were float32's, then scaled to be it
		v := math.Float32frombits(magnitude<<13) * 0x1p112
		return math.Float32frombits(sign | math.Float32bits(v))
	}
}

// nearest returns the float32 number nearest to v.
func nearest(v float64) float32 { return float32(v) }

// quantised returns the probability v/255.
func quantised(v uint8) float32 { return float32(v) / 255 }
