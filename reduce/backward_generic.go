package reduce

// The specification of every backward kernel (see backward_kernel.go).

// pull holds what the derivatives of a voxel need beside the coefficients.
type pull struct {
	terms
	gamma float32
}

// slope returns s^γ·(γ·r·ℓ + s) of a voxel whose power is s^γ.
func (t *pull) slope(r, s, l, power float32) float32 {
	return float32(power * fmaTiny(float32(t.gamma*r), l, s))
}

// binary returns the derivative of a one-channel voxel of class y by the
// prediction x, for that class's coefficients.
func (t *pull) binary(x float32, y uint8, c *coefficients) float32 {
	if t.input == logits {
		if y == 0 {
			x = -x
		}
		return t.logit(x, c)
	}
	r, s := x, 1-x
	if y == 0 {
		r, s = s, r
	}
	return t.probability(r, s, c.region, c.ce, c.focal)
}

// logit returns the derivative by the margin u.
func (t *pull) logit(u float32, c *coefficients) float32 {
	l := newLogit(u, t.want == wantFocal)
	r, s := l.probabilities()
	region := c.region
	if t.clampRegion && !t.inside(r, s) {
		region = 0
	}
	g := fmaTiny(region, r, -c.ce)
	if t.want != wantFocal {
		return float32(s * g)
	}
	slope := t.slope(r, s, l.surprise(), l.power(t.power))
	return fmaTiny(s, g, -float32(c.focal*slope))
}

// inside reports whether a probability is not clamped.
func (t *pull) inside(r, s float32) bool { return r >= t.eps && s >= t.eps }

// probability returns the derivative by r.
func (t *pull) probability(r, s, region, ce, focal float32) float32 {
	in := t.inside(r, s)
	if t.clampRegion && !in {
		region = 0
	}
	if t.want == wantRegion || !in {
		return region
	}
	if t.want == wantCE {
		return region - ce/r
	}
	slope := t.slope(r, s, negLog(r, s), t.power.of(s))
	return region - fmaTiny(focal, slope, float32(ce*s))/float32(r*s)
}

// put writes or adds a derivative.
func put(dst *float32, d float32, add bool) {
	if add {
		d += *dst
	}
	*dst = d
}

func hardBackwardGeneric(p pass, c *hardBackward) int {
	t := pull{terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}, c.gamma}
	blocks := len(c.prediction) / BlockSize
	for b := range blocks {
		x := c.prediction[b*BlockSize:][:BlockSize]
		labels := c.labels[b*BlockSize:][:BlockSize]
		gradient := c.gradient[b*BlockSize:][:BlockSize]
		if !plainLabels(labels, c.ignore) || !plainValues(x, p.input) {
			return b
		}
		for i, y := range labels {
			var d float32
			if uint32(y) != c.ignore {
				d = t.binary(x[i], y, &c.class[y])
			}
			put(&gradient[i], d, c.add)
		}
	}
	return blocks
}

func softBackwardGeneric(p pass, c *softBackward) int {
	t := pull{terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}, c.gamma}
	blocks := len(c.prediction) / BlockSize
	for b := range blocks {
		x := c.prediction[b*BlockSize:][:BlockSize]
		target := c.target[b*BlockSize:][:BlockSize]
		weights := c.weights[b*BlockSize:][:BlockSize]
		gradient := c.gradient[b*BlockSize:][:BlockSize]
		if !plainValues(x, p.input) || !plainValues(target, probabilities) || !plainWeights(weights) {
			return b
		}
		for i, w := range weights {
			// The sum begins with +0, so that a class of weight 0 leaves it alone.
			d := fmaTiny(float32(w*(1-target[i])), t.binary(x[i], 0, &c.class[0]), 0)
			d = fmaTiny(float32(w*target[i]), t.binary(x[i], 1, &c.class[1]), d)
			put(&gradient[i], d, c.add)
		}
	}
	return blocks
}

func planarBackwardGeneric(p pass, c *planarBackward) int {
	t := pull{terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}, c.gamma}
	f := planarCall{planes: c.planes, labels: c.labels, targets: c.targets, weights: c.weights, scratch: c.scratch}
	blocks := len(c.planes[0]) / BlockSize
	for b := range blocks {
		start := b * BlockSize
		if !f.plain(p.input, start) {
			return b
		}
		for i := start; i < start+BlockSize; i++ {
			w := f.weight(i)
			switch {
			case w == 0:
				for _, plane := range c.gradient {
					put(&plane[i], 0, c.add)
				}
			case p.input == probabilities:
				c.probabilities(&t, i, w)
			case c.labels != nil:
				c.softmaxHard(&t, &f, i, w)
			default:
				c.softmaxSoft(&t, &f, i, w)
			}
		}
	}
	return blocks
}

// probabilities writes the derivatives of voxel i by its probabilities: each
// class has its own.
func (c *planarBackward) probabilities(t *pull, i int, w float32) {
	for k, plane := range c.planes {
		x, g := plane[i], &c.class[k]
		region := g.other
		if t.clampRegion && !t.inside(x, 1-x) {
			region = 0
		}
		var d float32
		switch {
		case c.labels == nil:
			y := c.targets[k][i]
			own := t.probability(x, 1-x, g.own, g.ce, g.focal)
			d = fmaTiny(float32(w*y), own, float32(float32(w*(1-y))*region))
		case int(c.labels[i]) == k:
			d = float32(w * t.probability(x, 1-x, g.own, g.ce, g.focal))
		default:
			d = float32(w * region)
		}
		put(&c.gradient[k][i], d, c.add)
	}
}

// softmaxHard writes the derivatives of voxel i by its logits. Through a
// softmax, a derivative by p_k of g_k becomes p_k·(g_k − Σ p_j·g_j), whose
// value does not change with a number taken off every g: taking that of the
// likeliest class off leaves a sum without its one large term, and nothing
// cancels. Cross entropy and focal term come as h·p_k of the other classes
// and −h·s of the voxel's own.
func (c *planarBackward) softmaxHard(t *pull, f *planarCall, i int, w float32) {
	const at = 0
	label := int(c.labels[i])
	likeliest, most := 0, c.planes[0][i]
	for k, plane := range c.planes {
		if plane[i] > most {
			likeliest, most = k, plane[i]
		}
	}
	region := func(k int) float32 {
		g := c.class[k].other
		if k == label {
			g = c.class[k].own
		}
		if p := c.scratch[k*BlockSize+at]; t.clampRegion && !t.inside(p, 1-p) {
			g = 0
		}
		return g
	}
	r, s, l := c.ownClass(t, f, i, at)
	g := &c.class[label]
	h := t.pullCE(r, s, l, g.ce, g.focal)
	reference := region(likeliest)
	var mean, group float32
	for k := range c.planes {
		group = fmaTiny(c.scratch[k*BlockSize+at], region(k)-reference, group)
		if k%groupSize == groupSize-1 {
			mean += group
			group = 0
		}
	}
	mean += group
	for k := range c.planes {
		p, d := c.scratch[k*BlockSize+at], region(k)-reference-mean
		if k == label {
			d = fmaTiny(p, d, -float32(s*h))
		} else {
			d = float32(p * (d + h))
		}
		put(&c.gradient[k][i], float32(w*d), c.add)
	}
}

// ownClass leaves the probabilities of voxel i in scratch, and returns its own
// class's r, s and ℓ.
func (c *planarBackward) ownClass(t *pull, f *planarCall, i, at int) (r, s, l float32) {
	plain := terms{pass: pass{input: logits, want: wantCE}}
	v := f.own(&plain, i, at)
	return v.r, v.s, v.l
}

// pullCE returns ce + focal·s^γ·(γ·r·ℓ/s + 1): what a voxel's −log p_k and its
// focal term add to the derivatives by the logits, divided by p of a class
// that is not its own, or by −s of the one that is.
func (t *pull) pullCE(r, s, l, ce, focal float32) float32 {
	if t.want != wantFocal {
		return ce
	}
	s = max(s, 0x1p-126)
	ratio := fmaTiny(float32(t.gamma*r), l/s, 1)
	return fmaTiny(focal, float32(t.power.of(s)*ratio), ce)
}

// softmaxSoft is softmaxHard for soft targets, where every class has a cross
// entropy: p_k·(q_k·g_k − Σ p_j·g_j + Σ h_j) − q_k·h_k, the sums over the
// other classes.
func (c *planarBackward) softmaxSoft(t *pull, f *planarCall, i int, w float32) {
	const ( // columns of scratch
		e = iota
		z
		p
		q
		g
		h
	)
	plain := terms{pass: pass{input: logits, want: wantCE}}
	f.exponentials(i, e)
	most := f.most(i)
	for k, plane := range c.planes {
		at := c.scratch[k*BlockSize:]
		total, rest := f.others(k, e)
		inverse := 1 / total
		v := plain.softmax(float32(at[e]*inverse), float32(rest*inverse), inverse, most-plane[i])
		class, y := &c.class[k], c.targets[k][i]
		at[p], at[q] = v.r, v.s
		if !t.clampRegion || t.inside(v.r, v.s) {
			at[g] = fmaTiny(y, class.own, float32((1-y)*class.other))
		} else {
			at[g] = 0
		}
		at[h] = float32(y * t.pullCE(v.r, v.s, v.l, class.ce, class.focal))
		at[z] = fmaTiny(v.r, at[g], -at[h])
	}
	for k := range c.planes {
		at := c.scratch[k*BlockSize:]
		_, others := f.others(k, z)
		d := fmaTiny(at[p], fmaTiny(at[q], at[g], -others), -float32(at[q]*at[h]))
		put(&c.gradient[k][i], float32(w*d), c.add)
	}
}
