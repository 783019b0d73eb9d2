package reduce

import "slices"

// A tile is a run of voxels in the form that the kernels take. Which fields
// are used depends on the kind of data, and is the same for all tiles of a
// sample.
type tile struct {
	planes  [][]float32 // the prediction, one slice per channel
	halves  [][]uint16  // or, in the stead of their numbers, logits of the element type
	element element
	labels  []uint8     // one channel, hard, unweighted: 0, 1 or the ignored label
	classes []int32     // C channels, hard: the class, or below 0 where ignored
	targets [][]float32 // soft, or one channel with weights
	weights []float32   // with targets always, 1 where none are given; else nil where none are

	codes *[BlockSize]uint8 // where labels become targets: those of a block, on the way
}

// A kind of data decides the kernel.
type kind uint8

const (
	unknown      kind = iota
	hard              // labels, no weights
	weighted          // labels and weights
	soft              // soft targets
	softWeighted      // and weights
)

func (c *Chunk) kind() kind {
	k := hard
	if c.Target.soft != nil {
		k = soft
	}
	if c.Weights != nil {
		k++
	}
	return k
}

// newTile returns room for n voxels of that kind.
func newTile(channels int, k kind, n int) *tile {
	t := &tile{planes: make([][]float32, channels), halves: make([][]uint16, channels)}
	for i := range t.planes {
		t.planes[i] = make([]float32, n)
	}
	switch {
	case channels == 1 && k == hard:
		t.labels = make([]uint8, n)
		return t
	case k == hard || channels > 1 && k == weighted:
		t.classes = make([]int32, n)
	default:
		t.targets = make([][]float32, channels)
		for i := range t.targets {
			t.targets[i] = make([]float32, n)
		}
	}
	if channels == 1 || k != hard {
		t.weights = make([]float32, n)
	}
	if channels == 1 && k == weighted {
		t.codes = new([BlockSize]uint8)
	}
	return t
}

// paddingLabel is what a tile's labels hold for an ignored voxel.
const paddingLabel = codeIgnored

// voxels returns how many the tile has.
func (t *tile) voxels() int { return max(len(t.planes[0]), len(t.halves[0])) }

// slice sets t to voxels [from, to) of o. Both have as many channels.
func (t *tile) slice(o *tile, from, to int) {
	t.element = o.element
	cutInto(t.planes, o.planes, from, to)
	cutInto(t.halves, o.halves, from, to)
	cutInto(t.targets, o.targets, from, to)
	t.labels, t.classes, t.weights = cut(o.labels, from, to), cut(o.classes, from, to), cut(o.weights, from, to)
}

// cutInto cuts every plane.
func cutInto[T any](cuts, planes [][]T, from, to int) {
	for k, plane := range planes {
		cuts[k] = cut(plane, from, to)
	}
}

func cut[T any](s []T, from, to int) []T {
	if s == nil {
		return nil
	}
	return s[from:to]
}

// take sets the prediction of t to voxels [from, to) of one whose numbers need
// no conversion.
func (t *tile) take(p *Prediction, from, to int) {
	clear(t.planes)
	clear(t.halves)
	cutInto(t.planes, p.float32s, from, to)
	cutInto(t.halves, p.halves, from, to)
	t.element = p.element()
}

// prediction returns that of t.
func (t *tile) prediction() Prediction {
	if t.element == elementFloat32 {
		return Prediction{float32s: t.planes}
	}
	return Prediction{halves: t.halves, bfloat: t.element == elementBFloat16}
}

// load copies voxels [from, to) of c into the tile, from place at on. The
// values stay as they are, but for the element type; labels become classes,
// and those that have none are set down as ignored in want of better: invalid
// reports whether there were any.
func (t *tile) load(r *rules, c *Chunk, from, to, at int) (invalid bool) {
	t.loadPrediction(r.level, c, from, to, at)
	return t.loadTarget(r, c, from, to, at)
}

func (t *tile) loadPrediction(level Level, c *Chunk, from, to, at int) {
	for k, plane := range t.planes {
		c.Prediction.load(level, plane[at:][:to-from], k, from)
	}
}

func (t *tile) loadTarget(r *rules, c *Chunk, from, to, at int) (invalid bool) {
	n := to - from
	if t.weights != nil {
		if dst := t.weights[at:][:n]; c.Weights != nil {
			copy(dst, c.Weights[from:to])
		} else {
			fill(dst, 1)
		}
	}
	switch {
	case c.Target.soft != nil:
		for k, plane := range c.Target.soft {
			copy(t.targets[k][at:][:n], plane[from:to])
		}
	case c.Target.uint8s != nil:
		invalid = loadLabels(t, at, r, c.Target.uint8s[from:to])
	case c.Target.uint16s != nil:
		invalid = loadLabels(t, at, r, c.Target.uint16s[from:to])
	default:
		invalid = loadLabels(t, at, r, c.Target.int32s[from:to])
	}
	return invalid
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// pad sets the voxels from n on to ones that add nothing.
func (t *tile) pad(n int) {
	for _, plane := range t.planes {
		clear(plane[n:])
	}
	for _, plane := range t.targets {
		clear(plane[n:])
	}
	if t.labels != nil {
		fill(t.labels[n:], paddingLabel)
	}
	if t.classes != nil {
		fill(t.classes[n:], classIgnored)
	}
	if t.weights != nil {
		clear(t.weights[n:])
	}
}

// settle puts acceptable numbers in the form that kernels take: +0 for −0, 0
// and 1 for what is outside [0,1] by no more than epsilon, the nearest for
// logits that are very large. It reports whether all were acceptable.
func (t *tile) settle(r *rules, ignore uint32) bool {
	ok := true
	apply := func(x []float32, f func(float32) (float32, bool)) {
		for i, v := range x {
			settled, fine := f(v)
			x[i], ok = settled, ok && fine
		}
	}
	for _, plane := range t.planes {
		apply(plane, r.value)
	}
	for _, plane := range t.targets {
		apply(plane, r.fraction)
	}
	apply(t.weights, r.weight)
	return ok && plainLabels(t.labels, ignore) && !slices.Contains(t.classes, classInvalid)
}
