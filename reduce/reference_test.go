package reduce

import (
	"math"
	"math/rand/v2"
	"testing"
)

// seeds returns the number of random cases that a test takes: all n, or a few
// of them under -short, where the legs run that repeat the tests on other
// builds and under emulation.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return max(2, n/6)
	}
	return n
}

// A volume is test data of one sample, in the plainest form.
type volume struct {
	options Options
	planes  [][]float32
	labels  []int32     // hard
	soft    [][]float32 // or soft
	weights []float32   // or nil
}

// chunk returns voxels [from, to) as a chunk.
func (v *volume) chunk(from, to int) Chunk {
	var c Chunk
	cutAll := func(planes [][]float32) (cuts [][]float32) {
		for _, p := range planes {
			cuts = append(cuts, p[from:to])
		}
		return cuts
	}
	c.Prediction = Float32(cutAll(v.planes)...)
	c.Weights = cut(v.weights, from, to)
	switch {
	case v.soft != nil:
		c.Target = Soft(cutAll(v.soft)...)
	case from%3 == 0: // the element type of labels makes no difference
		labels := make([]uint8, to-from)
		for i := range labels {
			labels[i] = uint8(v.labels[from+i])
		}
		c.Target = LabelsUint8(labels)
	case from%3 == 1:
		labels := make([]uint16, to-from)
		for i := range labels {
			labels[i] = uint16(v.labels[from+i])
		}
		c.Target = LabelsUint16(labels)
	default:
		c.Target = LabelsInt32(v.labels[from:to])
	}
	return c
}

// randomVolume returns n voxels for options o.
func randomVolume(rng *rand.Rand, o Options, n int, kind kind) *volume {
	v := &volume{options: o, planes: make([][]float32, o.Channels)}
	for k := range v.planes {
		v.planes[k] = make([]float32, n)
	}
	if kind == weighted || kind == softWeighted {
		v.weights = make([]float32, n)
	}
	if kind == soft || kind == softWeighted {
		v.soft = make([][]float32, o.Channels)
		for k := range v.soft {
			v.soft[k] = make([]float32, n)
		}
	} else {
		v.labels = make([]int32, n)
	}
	label, left, texture := int32(0), 0, 0
	for i := range n {
		if left == 0 {
			left, label, texture = 1+rng.IntN(300), rng.Int32N(int32(max(2, o.Channels))), rng.IntN(6)
		}
		left--
		for k, plane := range v.planes {
			u := rng.Float32()
			switch {
			case o.Activation != None && texture == 0:
				plane[i] = (u - .5) * 2000
			case o.Activation != None && texture == 1:
				plane[i] = float32(rng.IntN(3)-1) * 1000
			case o.Activation != None:
				plane[i] = (u-.5)*8 + 3*float32(bit(int32(k) == label))
			case texture == 0:
				plane[i] = 1 - u*1e-6
			case texture == 1:
				plane[i] = u * 1e-6
			case texture == 2:
				plane[i] = float32(rng.IntN(2))
			default:
				plane[i] = u
			}
			if v.soft != nil {
				v.soft[k][i] = []float32{0, 1, rng.Float32()}[rng.IntN(3)]
			}
		}
		if v.labels != nil {
			v.labels[i] = label
			if len(o.Ignore) > 0 && rng.IntN(8) == 0 {
				v.labels[i] = o.Ignore[rng.IntN(len(o.Ignore))]
			}
		}
		if v.weights != nil {
			v.weights[i] = []float32{0, 1, rng.Float32() * 3}[rng.IntN(3)]
		}
	}
	return v
}

// reference returns the sums of a volume in float64, straight from their
// definitions.
func (v *volume) reference() *Totals {
	o, err := v.options.prepare()
	if err != nil {
		panic(err)
	}
	one := o.Channels == 1
	rows := make([]Row, max(2, o.Channels))
	for k := range rows {
		rows[k].Focal = make([]float64, len(o.Gammas))
	}
	for i := range v.planes[0] {
		w := 1.0
		if v.weights != nil {
			w = float64(v.weights[i])
		}
		ignored := false
		for _, l := range o.Ignore {
			ignored = ignored || v.labels != nil && v.labels[i] == l
		}
		if ignored {
			w = 0
		}
		for k := range rows {
			var y float64
			switch {
			case v.labels != nil:
				y = float64(bit(int(v.labels[i]) == k))
			case one && k == 0:
				y = 1 - float64(v.soft[0][i])
			case one:
				y = float64(v.soft[0][i])
			default:
				y = float64(v.soft[k][i])
			}
			p, q, l := v.class(i, k)
			r := &rows[k]
			logQ := math.Log(q)
			if o.Activation == None {
				c := math.Min(math.Max(p, o.Epsilon), 1-o.Epsilon)
				l = -math.Log(c)
				logQ = math.Log1p(-c)
				if o.ClampRegion {
					p, q = c, 1-c
				}
			}
			r.W += w
			r.TP += w * y * p
			r.FP += w * (1 - y) * p
			r.FN += w * y * q
			r.CE += w * y * l
			for g, gamma := range o.Gammas {
				power := math.Exp(gamma * logQ)
				if gamma == 0 {
					power = 1
				}
				if w*y > 0 && l > 0 {
					r.Focal[g] += w * y * power * l
				}
			}
		}
	}
	return &Totals{OneChannel: one, Gammas: o.Gammas, Samples: [][]Row{rows}, Batch: rows}
}

// class returns p, q = 1 − p and −log p of voxel i and row k in float64.
func (v *volume) class(i, k int) (p, q, l float64) {
	switch {
	case v.options.Activation == None && v.options.Channels == 1:
		p, q = float64(v.planes[0][i]), 1-float64(v.planes[0][i])
		if k == 0 {
			p, q = q, p
		}
		return p, q, 0
	case v.options.Activation == None:
		return float64(v.planes[k][i]), 1 - float64(v.planes[k][i]), 0
	case v.options.Activation == Sigmoid:
		u := float64(v.planes[0][i])
		if k == 0 {
			u = -u
		}
		return 1 / (1 + math.Exp(-u)), 1 / (1 + math.Exp(u)), math.Max(-u, 0) + math.Log1p(math.Exp(-math.Abs(u)))
	}
	most := math.Inf(-1)
	for _, plane := range v.planes {
		most = math.Max(most, float64(plane[i]))
	}
	var total, rest float64
	for j, plane := range v.planes {
		e := math.Exp(float64(plane[i]) - most)
		total += e
		if j != k {
			rest += e
		}
	}
	u := float64(v.planes[k][i])
	p, q = math.Exp(u-most)/total, rest/total
	if p > .5 {
		return p, q, -math.Log1p(-q)
	}
	return p, q, most - u + math.Log(total)
}
