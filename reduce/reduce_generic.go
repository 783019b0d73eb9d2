package reduce

import "math"

// The specification of every kernel (see kernel.go), compiled everywhere.

// lanes are the float32 partial sums of a block.
type lanes [Lanes]float32

// fold adds the lanes up by halves in float64.
func (a *lanes) fold() float64 {
	var d [Lanes]float64
	for i, v := range a {
		d[i] = float64(v)
	}
	for h := Lanes / 2; h > 0; h /= 2 {
		for i := range h {
			d[i] += d[i+h]
		}
	}
	return d[0]
}

// hardGeneric is the one-channel kernel for hard labels.
func hardGeneric(p pass, c *hardCall) int {
	blocks := len(c.prediction) / BlockSize
	for b := range blocks {
		x := c.prediction[b*BlockSize:][:BlockSize]
		labels := c.labels[b*BlockSize:][:BlockSize]
		if !plainLabels(labels, c.ignore) || !plainValues(x, p.input) {
			return b
		}
		var r, s, l, f [2]lanes
		var n uint64
		for i, y := range labels {
			if uint32(y) == c.ignore {
				continue
			}
			n++
			lane := i % Lanes
			v := newVoxel(p, c, x[i], y)
			r[y][lane] += v.r
			s[y][lane] += v.s
			l[y][lane] += v.l
			f[y][lane] += float32(v.power * v.l)
		}
		if p.input == probabilities && p.want == wantCE {
			l = quadCE(c, x, labels)
		}
		for y := range 2 {
			c.sums.r[y] += r[y].fold()
			c.sums.s[y] += s[y].fold()
			c.sums.l[y] += l[y].fold()
			c.sums.f[y] += f[y].fold()
		}
		c.sums.n += n
	}
	return blocks
}

// A voxel is what one voxel adds: the probability r of its own class,
// s = 1 − r, l = −log r, and power = s^γ.
type voxel struct{ r, s, l, power float32 }

func newVoxel(p pass, c *hardCall, x float32, y uint8) (v voxel) {
	if p.input == logits {
		if y == 0 {
			x = -x
		}
		u := newLogit(x)
		v.r, v.s = u.probabilities()
		if p.want >= wantCE {
			v.l = u.surprise()
		}
		if p.want == wantFocal {
			v.power = u.power(c.power)
		}
		return v
	}
	v.r, v.s = x, 1-x
	if y == 0 {
		v.r, v.s = v.s, v.r
	}
	if p.want == wantFocal {
		s := c.clamp(v.s)
		v.l = negLog(max(v.r, c.eps), s)
		v.power = c.power.of(s)
	}
	return v
}

func (c *hardCall) clamp(p float32) float32 { return min(max(p, c.eps), c.oneMinus) }

// quadCE is the cross entropy of a block of probabilities where no focal sum
// wants the single voxel's: four rows share one logarithm. Beside the product
// of their r it carries the product's complement, 1 − r0·r1·r2·r3, so that
// the digits of probabilities near 1 survive. The voxels of the other class
// enter as r = 1, s = 0.
func quadCE(c *hardCall, x []float32, labels []uint8) (l [2]lanes) {
	for row := 0; row < BlockSize; row += quad * Lanes {
		for y := range uint8(2) {
			for lane := range Lanes {
				var r, s [quad]float32
				for k := range quad {
					r[k] = 1
					if i := row + k*Lanes + lane; labels[i] == y && uint32(y) != c.ignore {
						v := newVoxel(pass{}, c, x[i], y)
						r[k], s[k] = max(v.r, c.eps), max(v.s, c.eps)
					}
				}
				high := float32(r[2] * r[3])
				u := fma(s[0], r[1], s[1])
				v := fma(s[2], r[3], s[3])
				l[y][lane] += negLog(float32(float32(r[0]*r[1])*high), fma(u, high, v))
			}
		}
	}
	return l
}

// plainLabels reports whether every label is 0, 1 or ignored.
func plainLabels(labels []uint8, ignore uint32) bool {
	for _, y := range labels {
		if y > 1 && uint32(y) != ignore {
			return false
		}
	}
	return true
}

// plainValues reports whether every value is one that a kernel takes: a
// probability in [0,1] that is not −0, or a logit within ±maxLogit.
func plainValues(x []float32, in input) bool {
	mask, limit := in.plain()
	var most uint32
	for _, v := range x {
		most = max(most, math.Float32bits(v)&mask)
	}
	return most <= limit
}

// plain returns the test of a plain value: its bits under the mask are at
// most limit. One comparison finds NaN, Inf, negative and too large at once.
func (in input) plain() (mask, limit uint32) {
	if in == logits {
		return 0x7fffffff, math.Float32bits(maxLogit)
	}
	return 0xffffffff, math.Float32bits(1)
}
