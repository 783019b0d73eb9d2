package reduce

import (
	"math"
	"math/bits"
)

// An accumulator adds non-negative numbers exactly: a fixed-point number wide
// enough for any sum of float32 products. Whatever the order of additions and
// merges, its value is the same to the last bit.
//
// A segment's sum is a float64 made of float32 addends by additions alone, so
// it is a whole multiple of the smallest float32, 2^-149, and below 2^145.
// Limb i holds 32 bits of weight 2^(32·i−149), and in its upper half the
// carries of additions not yet passed on. Twelve limbs reach 2^235: room for
// 2^90 segments.
type accumulator struct {
	limbs [limbCount]uint64
	added uint32 // additions since carries were passed on
}

const (
	limbCount = 12
	limbBits  = 32
	lowestBit = -149
)

// add adds x, a finite multiple of 2^-149 that is not negative.
func (a *accumulator) add(x float64) {
	if x == 0 {
		return
	}
	fraction, exp := math.Frexp(x)
	mantissa := uint64(fraction * (1 << 53))
	place := exp - 53 - lowestBit
	if place < 0 { // the low bits are zero
		mantissa >>= -place
		place = 0
	}
	limb, shift := place/limbBits, uint(place%limbBits)
	high, low := bits.Mul64(mantissa, 1<<shift)
	a.limbs[limb] += low & math.MaxUint32
	a.limbs[limb+1] += low >> limbBits
	a.limbs[limb+2] += high
	a.count(1)
}

// merge adds b.
func (a *accumulator) merge(b *accumulator) {
	b.carry()
	for i, v := range b.limbs {
		a.limbs[i] += v
	}
	a.count(1)
}

func (a *accumulator) count(n uint32) {
	if a.added += n; a.added >= 1<<31 {
		a.carry()
	}
}

// carry passes all carries on, so that every limb is below 2^32: the one
// representation of the number.
func (a *accumulator) carry() {
	if a.added == 0 {
		return
	}
	var c uint64
	for i, v := range a.limbs {
		c += v
		a.limbs[i] = c & math.MaxUint32
		c >>= limbBits
	}
	a.added = 0
}

// value returns the float64 nearest to the sum, ties to even.
func (a *accumulator) value() float64 {
	a.carry()
	top := limbCount - 1
	for top > 1 && a.limbs[top] == 0 {
		top--
	}
	// The two upper limbs and, below them, whatever keeps the rounding right:
	// 64 bits of the next two, the last one sticky.
	head := a.limbs[top]<<limbBits | a.limbs[top-1]
	place := limbBits*(top-1) + lowestBit
	zeros := uint(bits.LeadingZeros64(head))
	var next uint64
	if top >= 2 {
		next = a.limbs[top-2] << limbBits
	}
	if top >= 3 {
		next |= a.limbs[top-3]
	}
	sticky := next<<zeros != 0
	for i := top - 4; i >= 0; i-- {
		sticky = sticky || a.limbs[i] != 0
	}
	head = head<<zeros | next>>(64-zeros)
	if sticky {
		head |= 1
	}
	// The conversion rounds once, to nearest even. Ldexp rounds no more: no sum
	// but 0 is subnormal in float64.
	return math.Ldexp(float64(head), place-int(zeros))
}

// addTimes adds n·x exactly, for a float32 x that is not negative and n below
// 2^52.
func (a *accumulator) addTimes(x float64, n uint64) {
	const low = 1<<26 - 1
	a.add(x * float64(n&low))
	a.add(x * float64(n&^low))
}
