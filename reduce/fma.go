package reduce

import "math"

// fma returns x·y + z rounded once, as the instruction of that name does. The
// product of two float32 is exact in float64, so one float64 addition is the
// only rounding before the last one, and that goes wrong only where the sum
// sits on a tie of float32: where its low 29 bits are 1000…. The compiler may
// fuse the product and the sum (arm64, GOAMD64=v3): the product is exact, so
// that changes nothing. For results that may be subnormal there is fmaTiny.
func fma(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z)
	if math.Float64bits(s)<<35 == 1<<63 {
		s = oddSum(x, y, z)
	}
	return float32(s)
}

// horner returns the polynomial with coefficients c, highest first, at x: a
// chain of fma. It stands here with the body of fma in its loop because fma is
// over the compiler's budget for inlining.
func horner(x float32, c []float32) float32 {
	u := c[0]
	for _, a := range c[1:] {
		s := float64(u)*float64(x) + float64(a)
		if math.Float64bits(s)<<35 == 1<<63 {
			s = oddSum(u, x, a)
		}
		u = float32(s)
	}
	return u
}

// fmaTiny is fma for results that may be subnormal: there the tie is elsewhere.
func fmaTiny(x, y, z float32) float32 {
	const minNormal = 0x1p-126
	s := float64(x)*float64(y) + float64(z)
	if math.Float64bits(s)<<35 == 1<<63 || s < minNormal && s > -minNormal {
		s = oddSum(x, y, z)
	}
	return float32(s)
}

// oddSum returns the float64 sum x·y + z rounded to odd: where it is inexact,
// the neighbour with an odd last bit. Rounding that to float32 cannot go
// wrong, since float64 has more than two digits to spare.
//
//go:noinline
func oddSum(x, y, z float32) float64 {
	p, a := float64(x)*float64(y), float64(z)
	s := p + a
	v := s - p
	e := (p - (s - v)) + (a - v) // the exact error of s (Knuth's two-sum)
	b := math.Float64bits(s)
	if e != 0 && b&1 == 0 {
		if (e > 0) == (s > 0) {
			b++
		} else {
			b--
		}
	}
	return math.Float64frombits(b)
}
