package reduce

// The specification of the kernels for C ≥ 2 channels (see kernel.go).

// groupSize is the number of classes whose exponentials are added before
// their sum is added to that of the other groups: the rounding errors of a
// softmax over C classes grow with groupSize + C/groupSize, not with C.
const groupSize = 16

// planarGeneric is the kernel for C channels.
func planarGeneric(p pass, c *planarCall) int {
	t := terms{p, c.eps, c.oneMinus, c.power, c.clampRegion}
	blocks := len(c.planes[0]) / BlockSize
	for b := range blocks {
		if !c.plain(p.input, b*BlockSize) {
			return b
		}
		if c.labels != nil {
			c.hard(&t, b*BlockSize)
		} else {
			c.soft(&t, b*BlockSize)
		}
		var w lanes
		for i := range BlockSize {
			w.add(i, c.weight(b*BlockSize+i), 1)
		}
		c.w += w.fold()
	}
	return blocks
}

// plain reports whether a kernel takes the block that starts at voxel start.
func (c *planarCall) plain(in input, start int) bool {
	for k, plane := range c.planes {
		if !plainValues(plane[start:][:BlockSize], in) ||
			c.targets != nil && !plainValues(c.targets[k][start:][:BlockSize], probabilities) {
			return false
		}
	}
	return c.weights == nil || plainWeights(c.weights[start:][:BlockSize])
}

// weight returns w of voxel i, 0 where it is ignored.
func (c *planarCall) weight(i int) float32 {
	switch {
	case c.labels != nil && c.labels[i] < 0:
		return 0
	case c.weights != nil:
		return c.weights[i]
	}
	return 1
}

// hard adds a block with hard labels. Only a voxel's own class needs more than
// its probability: the sums of the others are of p alone.
func (c *planarCall) hard(t *terms, start int) {
	var own [BlockSize]voxel
	for i := range own {
		own[i] = c.own(t, start+i, i)
	}
	for k := range c.planes {
		var r, s, l, f, p lanes
		for i, v := range own {
			w := c.weight(start + i)
			if int(c.labels[start+i]) != k {
				p.add(i, w, t.region(c.scratch[k*BlockSize+i]))
				continue
			}
			r.add(i, w, v.r)
			s.add(i, w, v.s)
			l.add(i, w, v.l)
			f.add(i, w, v.f)
		}
		c.sums[k].add(&r, &s, &l, &f, &p)
	}
}

func (a *planeSums) add(r, s, l, f, p *lanes) {
	a.r += r.fold()
	a.s += s.fold()
	a.l += l.fold()
	a.f += f.fold()
	a.p += p.fold()
}

// own returns what voxel i adds to its own class, and leaves its probability
// of class k in scratch[k·BlockSize + at].
func (c *planarCall) own(t *terms, i, at int) voxel {
	label := int(c.labels[i])
	if t.input == probabilities {
		for k, plane := range c.planes {
			c.scratch[k*BlockSize+at] = plane[i]
		}
		if label < 0 {
			return voxel{}
		}
		return t.probability(c.planes[label][i], 1-c.planes[label][i])
	}

	most := c.most(i)
	var rest, group, mine float32 // rest: the exponentials of the other classes
	for k, plane := range c.planes {
		e, _, _ := exp(plane[i] - most)
		c.scratch[k*BlockSize+at] = e
		if k == label {
			mine = e
		} else {
			group += e
		}
		if k%groupSize == groupSize-1 {
			rest += group
			group = 0
		}
	}
	rest += group
	inverse := 1 / (rest + mine)
	for k := range c.planes {
		c.scratch[k*BlockSize+at] *= inverse
	}
	if label < 0 {
		return voxel{}
	}
	return t.softmax(c.scratch[label*BlockSize+at], float32(rest*inverse), inverse, most-c.planes[label][i])
}

// most returns the largest logit of voxel i.
func (c *planarCall) most(i int) float32 {
	most := c.planes[0][i]
	for _, plane := range c.planes[1:] {
		most = max(most, plane[i])
	}
	return most
}

// softmax returns the voxel of a class with probability r, s = 1 − r from the
// other classes; inverse is 1/Σ e^(x_k−most), below the largest logit by the
// class's own. Up to ½ the logarithm is below + log Σ, above it comes from s.
func (t *terms) softmax(r, s, inverse, below float32) voxel {
	v := voxel{r: t.region(r), s: t.region(s)}
	if t.want >= wantCE {
		if r >= 0.5 {
			v.l = negLog(r, s)
		} else {
			v.l = below + negLog(inverse, 1-inverse)
		}
	}
	if t.want == wantFocal {
		v.f = float32(t.power.of(max(s, 0x1p-126)) * v.l)
	}
	return v
}

// soft adds a block with soft targets: every class of every voxel counts.
func (c *planarCall) soft(t *terms, start int) {
	var voxels [BlockSize]likelihood
	if t.input == logits {
		for i := range voxels {
			voxels[i] = c.exponentials(start+i, i)
		}
	}
	for k, plane := range c.planes {
		var r, s, l, f, p lanes
		for i := range voxels {
			var v voxel
			if x := plane[start+i]; t.input == probabilities {
				v = t.probability(x, 1-x)
			} else {
				v = voxels[i].class(t, k, c.scratch[k*BlockSize+i], x)
			}
			w, y := c.weight(start+i), c.targets[k][start+i]
			own, other := float32(w*y), float32(w*(1-y))
			r.add(i, own, v.r)
			s.add(i, own, v.s)
			l.add(i, own, v.l)
			f.add(i, own, v.f)
			p.add(i, other, v.r)
		}
		c.sums[k].add(&r, &s, &l, &f, &p)
	}
}

// A likelihood is what the classes of a voxel's softmax have in common. All
// but one have a probability of at most ½, whose complement keeps its digits
// when it is formed by subtraction; that of the likeliest class, the first
// that has the largest logit, is a sum of its own.
type likelihood struct {
	likeliest   int
	most        float32 // the largest logit
	rest, total float32 // Σ e^(x_k−most), without the likeliest class, whose is 1, and with it
	inverse     float32 // 1/total
}

// exponentials returns the likelihood of voxel i, and leaves e^(x_k−most) in
// scratch[k·BlockSize + at].
func (c *planarCall) exponentials(i, at int) (v likelihood) {
	v.most = c.planes[0][i]
	for k, plane := range c.planes {
		if plane[i] > v.most {
			v.likeliest, v.most = k, plane[i]
		}
	}
	var group float32
	for k, plane := range c.planes {
		e, _, _ := exp(plane[i] - v.most)
		c.scratch[k*BlockSize+at] = e
		if k != v.likeliest {
			group += e
		}
		if k%groupSize == groupSize-1 {
			v.rest += group
			group = 0
		}
	}
	v.rest += group
	v.total = v.rest + 1
	v.inverse = 1 / v.total
	return v
}

// class returns the voxel of class k with logit x, whose exponential is e.
func (v *likelihood) class(t *terms, k int, e, x float32) voxel {
	rest := v.rest
	if k != v.likeliest {
		rest = v.total - e
	}
	return t.softmax(float32(e*v.inverse), float32(rest*v.inverse), v.inverse, v.most-x)
}
