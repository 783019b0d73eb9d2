package reduce

import "math"

// A power is an exponent γ made ready: q^γ by products and square roots where
// 2γ is a whole number up to 4, by exp2(γ·log2 q) elsewhere.
type power struct {
	gamma  float64
	form   powerForm
	hi, lo float32 // γ in two parts: one float32 would cost digits at small q
}

type powerForm uint8

const (
	powerAny powerForm = iota
	powerHalf
	powerOne
	powerThreeHalves
	powerTwo
	powerForms // how many there are
)

var fastPowers = map[float64]powerForm{.5: powerHalf, 1: powerOne, 1.5: powerThreeHalves, 2: powerTwo}

func newPower(gamma float64) power {
	hi := float32(gamma)
	return power{gamma: gamma, form: fastPowers[gamma], hi: hi, lo: float32(gamma - float64(hi))}
}

// fast returns q^γ of a form other than powerAny.
func (w power) fast(q float32) float32 {
	switch w.form {
	case powerOne:
		return q
	case powerTwo:
		return float32(q * q)
	}
	root := float32(math.Sqrt(float64(q))) // exactly rounded: float64 has more than twice the digits
	if w.form == powerHalf {
		return root
	}
	return float32(q * root)
}

// exp2 returns q^γ = 2^(γ·(e+l)) for log2 q = e + l ≤ 0 with whole e. The
// exponent is rounded to n once and its remainder formed from the parts, so
// that it keeps its digits. Below 2^-126 the result is 0.
func (w power) exp2(e, l float32) float32 {
	y := e + l
	v := max(float32(w.hi*y), -127)
	v += roundBias
	n := v - roundBias
	f := fma(w.hi, e, -n)
	f = fma(w.hi, l, f)
	f = fma(w.lo, y, f)
	return horner(f, exp2Poly[:]) * math.Float32frombits(math.Float32bits(v)<<23)
}

// of returns q^γ for q in [2^-126, 1].
func (w power) of(q float32) float32 {
	if w.form != powerAny {
		return w.fast(q)
	}
	return w.exp2(log2(q))
}
