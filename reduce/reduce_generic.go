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

// add adds weight·x to the lane of voxel i. A weight of 0 adds nothing, and
// one of 1 adds x: the same bits as the fused operation gives.
func (a *lanes) add(i int, weight, x float32) {
	a[i%Lanes] = fmaTiny(weight, x, a[i%Lanes])
}

// A voxel is what one voxel adds for a class: the probability r of the class,
// s = 1 − r, l = −log r, and f = s^γ·l.
type voxel struct{ r, s, l, f float32 }

// terms says what a voxel wants.
type terms struct {
	pass
	eps, oneMinus float32 // probabilities are clamped to this range in log and power
	power         power
	clampRegion   bool // and in the region sums
}

// region returns the probability as the region sums take it.
func (t *terms) region(p float32) float32 {
	if t.clampRegion {
		return min(max(p, t.eps), t.oneMinus)
	}
	return p
}

// binary returns the voxel of a one-channel prediction x for class y.
func (t *terms) binary(x float32, y uint8) (v voxel) {
	if t.input == logits {
		if y == 0 {
			x = -x
		}
		u := newLogit(x, t.want >= wantCE)
		r, s := u.probabilities()
		v.r, v.s = t.region(r), t.region(s)
		if t.want >= wantCE {
			v.l = u.surprise()
		}
		if t.want == wantFocal {
			v.f = float32(u.power(t.power) * v.l)
		}
		return v
	}
	r, s := x, 1-x
	if y == 0 {
		r, s = s, r
	}
	return t.probability(r, s)
}

// probability returns the voxel of a given r and s = 1 − r.
func (t *terms) probability(r, s float32) voxel {
	v := voxel{r: t.region(r), s: t.region(s)}
	if t.want >= wantCE {
		v.l = negLog(max(r, t.eps), max(s, t.eps))
	}
	if t.want == wantFocal {
		v.f = float32(t.power.of(min(max(s, t.eps), t.oneMinus)) * v.l)
	}
	return v
}

// hardGeneric is the one-channel kernel for hard labels.
func hardGeneric(p pass, c *hardCall) int {
	t := terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}
	quads := p.input == probabilities && p.want == wantCE
	if quads {
		t.want = wantRegion
	}
	blocks := len(c.prediction) / BlockSize
	for b := range blocks {
		x := c.prediction[b*BlockSize:][:BlockSize]
		labels := c.labels[b*BlockSize:][:BlockSize]
		if !plainLabels(labels, c.ignore) || !plainValues(x, p.input) {
			return b
		}
		var r, s, l, f [2]lanes
		for i, y := range labels {
			if uint32(y) == c.ignore {
				continue
			}
			v := t.binary(x[i], y)
			lane := i % Lanes
			r[y][lane] += v.r
			s[y][lane] += v.s
			l[y][lane] += v.l
			f[y][lane] += v.f
			c.sums.n++
		}
		if quads {
			l = t.quadCE(x, labels, c.ignore)
		}
		c.sums.add(&r, &s, &l, &f)
	}
	return blocks
}

func (a *hardSums) add(r, s, l, f *[2]lanes) {
	for y := range 2 {
		a.r[y] += r[y].fold()
		a.s[y] += s[y].fold()
		a.l[y] += l[y].fold()
		a.f[y] += f[y].fold()
	}
}

// quadCE is the cross entropy of a block of probabilities where no focal sum
// wants the single voxel's: four rows share one logarithm. Beside the product
// of their r it carries the product's complement, 1 − r0·r1·r2·r3, so that
// the digits of probabilities near 1 survive. The voxels of the other class
// enter as r = 1, s = 0.
func (t *terms) quadCE(x []float32, labels []uint8, ignore uint32) (l [2]lanes) {
	for row := 0; row < BlockSize; row += quad * Lanes {
		for y := range uint8(2) {
			for lane := range Lanes {
				var r, s [quad]float32
				for k := range quad {
					r[k] = 1
					if i := row + k*Lanes + lane; labels[i] == y && uint32(y) != ignore {
						v := t.binary(x[i], y)
						r[k], s[k] = max(v.r, t.eps), max(v.s, t.eps)
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

// softGeneric is the one-channel kernel for soft targets and weights.
func softGeneric(p pass, c *softCall) int {
	t := terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}
	blocks := len(c.prediction) / BlockSize
	for b := range blocks {
		x := c.prediction[b*BlockSize:][:BlockSize]
		target := c.target[b*BlockSize:][:BlockSize]
		weights := c.weights[b*BlockSize:][:BlockSize]
		if !plainValues(x, p.input) || !plainValues(target, probabilities) || !plainWeights(weights) {
			return b
		}
		var r, s, l, f [2]lanes
		var sum lanes
		for i, w := range weights {
			sum.add(i, w, 1)
			for y, wy := range [2]float32{float32(w * (1 - target[i])), float32(w * target[i])} {
				if wy == 0 {
					continue
				}
				v := t.binary(x[i], uint8(y))
				r[y].add(i, wy, v.r)
				s[y].add(i, wy, v.s)
				l[y].add(i, wy, v.l)
				f[y].add(i, wy, v.f)
			}
		}
		c.sums.add(&r, &s, &l, &f)
		c.w += sum.fold()
	}
	return blocks
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

// plainWeights reports whether every weight is in [0, maxWeight] and not −0.
func plainWeights(weights []float32) bool {
	var most uint32
	for _, w := range weights {
		most = max(most, math.Float32bits(w))
	}
	return most <= math.Float32bits(maxWeight)
}
