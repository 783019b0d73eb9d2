package loss

import (
	"math"

	"github.com/voxfold/voxfold/reduce"
)

// This file is the reference: every sum and every gradient from its
// definition, voxel by voxel in float64, with nothing clever. It is what the
// golden values and the engine are compared with.

// epsilon is where the logarithm and the power clamp a probability.
const epsilon = 1e-7

// A volume is a prediction and what it is scored against.
type volume struct {
	activation string        // sigmoid, softmax or none
	pred       [][][]float64 // [sample][channel][voxel], logits or probabilities
	target     [][][]float64 // [sample][class][voxel] in [0,1]
	weight     [][]float64   // [sample][voxel], 0 where ignored
}

// A point is what one class has at one voxel.
type point struct {
	p, q float64 // p + q = 1

	// The same for the logarithm and the power, and −log of it: clamped where
	// the input is a probability. A clamp that bites is flat: its gradient
	// is 0.
	logP, logQ, ell float64
	flat            bool
}

// oneChannel reports whether there are two classes in one channel.
func (v volume) oneChannel() bool { return len(v.pred[0]) == 1 }

// points returns the classes of voxel i of sample b, background first.
func (v volume) points(b, i int) []point {
	var channels []float64
	for _, plane := range v.pred[b] {
		channels = append(channels, plane[i])
	}
	switch {
	case v.activation == "none" && v.oneChannel():
		p := channels[0]
		return []point{fromProbability(1-p, p), fromProbability(p, 1-p)}
	case v.activation == "none":
		var classes []point
		for _, p := range channels {
			classes = append(classes, fromProbability(p, 1-p))
		}
		return classes
	case v.oneChannel():
		// The sigmoid is the softmax of two classes with the logits 0 and x.
		return fromLogits([]float64{0, channels[0]})
	default:
		return fromLogits(channels)
	}
}

func fromProbability(p, q float64) point {
	clamp := func(p float64) float64 { return min(max(p, epsilon), 1-epsilon) }
	return point{
		p: min(max(p, 0), 1), q: min(max(q, 0), 1),
		logP: clamp(p), logQ: clamp(q), ell: -math.Log(clamp(p)),
		flat: p < epsilon || p > 1-epsilon,
	}
}

// fromLogits is the softmax. Nothing is clamped, and neither q nor −log p
// comes from a subtraction that cancels.
func fromLogits(x []float64) []point {
	largest := 0
	for c := range x {
		if x[c] > x[largest] {
			largest = c
		}
	}
	exps, total := make([]float64, len(x)), 0.
	for c := range x {
		exps[c] = math.Exp(x[c] - x[largest])
		total += exps[c]
	}
	classes := make([]point, len(x))
	for c := range x {
		others := 0.
		for k := range x {
			if k != c {
				others += exps[k]
			}
		}
		ell := x[largest] - x[c] + math.Log(total)
		if c == largest {
			ell = math.Log1p(others)
		}
		p, q := exps[c]/total, others/total
		classes[c] = point{p: p, q: q, logP: p, logQ: q, ell: ell}
	}
	return classes
}

// totals are the sums of the whole volume, with focal sums for each of gammas.
func (v volume) totals(gammas []float64) *reduce.Totals {
	t := &reduce.Totals{OneChannel: v.oneChannel(), Gammas: gammas}
	for b := range v.pred {
		rows := make([]reduce.Row, len(v.target[b]))
		for c := range rows {
			rows[c].Focal = make([]float64, len(gammas))
		}
		for i, w := range v.weight[b] {
			for c, at := range v.points(b, i) {
				y, row := v.target[b][c][i], &rows[c]
				row.W += w
				row.TP += w * y * at.p
				row.FP += w * (1 - y) * at.p
				row.FN += w * y * at.q
				row.CE += w * y * at.ell
				for k, gamma := range gammas {
					row.Focal[k] += w * y * math.Pow(at.logQ, gamma) * at.ell
				}
			}
		}
		t.Samples = append(t.Samples, rows)
	}
	addBatch(t)
	return t
}

// addBatch fills in the sums over the samples.
func addBatch(t *reduce.Totals) {
	t.Batch = nil
	for _, rows := range t.Samples {
		for c, row := range rows {
			if len(t.Batch) == c {
				t.Batch = append(t.Batch, reduce.Row{Focal: make([]float64, len(t.Gammas))})
			}
			all := &t.Batch[c]
			all.W += row.W
			all.TP += row.TP
			all.FP += row.FP
			all.FN += row.FN
			all.CE += row.CE
			for k := range row.Focal {
				all.Focal[k] += row.Focal[k]
			}
		}
	}
}

// gradient pulls derivatives by the sums back onto the voxels: the derivative
// by every entry of pred, in its shape.
func (v volume) gradient(d *reduce.Derivatives) [][][]float64 {
	grad := make([][][]float64, len(v.pred))
	for b := range v.pred {
		for _, plane := range v.pred[b] {
			grad[b] = append(grad[b], make([]float64, len(plane)))
		}
		for i, w := range v.weight[b] {
			for channel, g := range v.voxelGradient(d, b, i) {
				grad[b][channel][i] = w * g
			}
		}
	}
	return grad
}

// voxelGradient is the derivative by the channels of one voxel, of weight 1.
func (v volume) voxelGradient(d *reduce.Derivatives, b, i int) []float64 {
	classes := v.points(b, i)

	// Per class the derivative by p, of the sums without a logarithm; and p
	// times that of those with one, which is finite where p is 0:
	// p·dℓ/dp = −1 and p·d(q^γ·ℓ)/dp = −q^γ·(γ·p·ℓ/q + 1).
	plain, logarithmic := make([]float64, len(classes)), make([]float64, len(classes))
	for c, at := range classes {
		y, by := v.target[b][c][i], &d.Samples[b][c]
		plain[c] = y*(by.TP-by.FN) + (1-y)*by.FP
		if at.flat {
			continue
		}
		ratio := 1. // ℓ/q, whose limit at q = 0 is 1
		if at.logQ > 0 {
			ratio = at.ell / at.logQ
		}
		logarithmic[c] = -y * by.CE
		for k, gamma := range d.Gammas {
			logarithmic[c] -= y * by.Focal[k] * math.Pow(at.logQ, gamma) * (gamma*at.logP*ratio + 1)
		}
	}

	byP := make([]float64, len(classes)) // used for probabilities
	timesP := make([]float64, len(classes))
	for c, at := range classes {
		byP[c] = plain[c] + logarithmic[c]/at.logP
		timesP[c] = plain[c]*at.p + logarithmic[c]
	}
	switch {
	case v.activation == "none" && v.oneChannel():
		return []float64{byP[1] - byP[0]} // the background's probability is 1 − p
	case v.activation == "none":
		return byP
	}
	// Through the softmax: dp_c/dx_k is p_k·q_k for c = k and −p_k·p_c else.
	byLogit := make([]float64, len(classes))
	for k, at := range classes {
		byLogit[k] = at.q * timesP[k]
		for c := range classes {
			if c != k {
				byLogit[k] -= at.p * timesP[c]
			}
		}
	}
	if v.oneChannel() {
		return byLogit[1:] // the background's logit is the constant 0
	}
	return byLogit
}
