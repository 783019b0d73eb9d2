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

// converters are the kernels of a level that convert whole rows: convertGeneric
// of one element type each.
type converters struct {
	float64s  func(dst []float32, src []float64)
	float16s  func(dst []float32, src []uint16)
	bfloat16s func(dst []float32, src []uint16)
	bytes     func(dst []float32, src []uint8)
}

// convert writes the numbers of channel k from voxel from on to dst, as far as
// there are whole rows and the level has kernels, and returns how many numbers
// that were.
//
//go:noinline
func (l Level) convert(dst []float32, p *Prediction, k, from int) int {
	kernels := l.kernels().converters
	if kernels == nil {
		return 0
	}
	dst = dst[:len(dst)-len(dst)%Lanes]
	raceWrite(dst)
	switch to := from + len(dst); {
	case p.float64s != nil:
		convertRows(dst, p.float64s[k][from:to], kernels.float64s)
	case p.halves != nil && p.bfloat:
		convertRows(dst, p.halves[k][from:to], kernels.bfloat16s)
	case p.halves != nil:
		convertRows(dst, p.halves[k][from:to], kernels.float16s)
	default:
		convertRows(dst, p.bytes[k][from:to], kernels.bytes)
	}
	return len(dst)
}

func convertRows[T any](dst []float32, src []T, kernel func([]float32, []T)) {
	raceRead(src)
	kernel(dst, src)
}
