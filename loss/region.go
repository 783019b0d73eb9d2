package loss

import (
	"math"

	"github.com/voxfold/voxfold/reduce"
)

// A regionMean is the mean over samples and classes of a power of
//
//	U = (α·FP + β·FN) / (TP + α·FP + β·FN + s),  0/0 = 0
//
// which is 1 minus the Tversky index, written so that a perfect prediction
// costs exactly 0.
type regionMean struct {
	alpha, beta float64 // of FP, of FN
	smooth      float64

	background, foreground float64 // the exponents of class 0, of every other class
	offset                 float64 // is added to every term

	bothRows       bool // of a one-channel prediction; else the foreground alone
	batch          bool // add the sums over the samples first
	skipBackground bool
	sum            bool // do not divide
}

// tversky is mean_bc U.
func tversky(alpha, beta, smooth float64) regionMean {
	return regionMean{alpha: alpha, beta: beta, smooth: smooth, background: 1, foreground: 1}
}

// dice is mean_bc (FP + FN) / (2TP + FP + FN + s): halved above and below, it
// is a Tversky loss.
func dice(smooth float64) regionMean { return tversky(.5, .5, smooth/2) }

func (m regionMean) needs() Needs { return Needs{Region: true} }

// check has nothing to refuse: background=false asks nothing of a one-channel
// prediction whose foreground alone is scored anyway.
func (m regionMean) check(int) error { return nil }

// firstClass is the first class that is scored.
func (m regionMean) firstClass(t *reduce.Totals) int {
	if m.skipBackground || t.OneChannel && !m.bothRows {
		return 1
	}
	return 0
}

func (m regionMean) samples(t *reduce.Totals) [][]reduce.Row {
	if m.batch {
		return [][]reduce.Row{t.Batch}
	}
	return t.Samples
}

func (m regionMean) divisor(t *reduce.Totals) float64 {
	if m.sum {
		return 1
	}
	return float64(len(m.samples(t)) * (len(t.Batch) - m.firstClass(t)))
}

func (m regionMean) exponent(class int) float64 {
	if class == 0 {
		return m.background
	}
	return m.foreground
}

func (m regionMean) value(t *reduce.Totals) float64 {
	var v float64
	for _, rows := range m.samples(t) {
		for c := m.firstClass(t); c < len(rows); c++ {
			v += float64(power(m.u(&rows[c]).u, m.exponent(c))) + m.offset
		}
	}
	return v / m.divisor(t)
}

func (m regionMean) addDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives) {
	scale /= m.divisor(t)
	for b, rows := range m.samples(t) {
		for c := m.firstClass(t); c < len(rows); c++ {
			by := m.derivative(&rows[c], m.exponent(c))
			targets := d.Samples[b : b+1]
			if m.batch {
				targets = d.Samples // the sum of the batch is each sample's
			}
			for _, target := range targets {
				addClipped(&target[c].TP, scale*by.TP)
				addClipped(&target[c].FP, scale*by.FP)
				addClipped(&target[c].FN, scale*by.FN)
			}
		}
	}
}

// errorShare is U with what its derivatives are made of.
type errorShare struct {
	u     float64
	rest  float64 // 1 − U, by no subtraction
	whole float64 // the denominator
}

func (m regionMean) u(r *reduce.Row) errorShare {
	// Each product is rounded by its conversion, so that no compiler fuses it
	// with the addition and the bits are the same on every machine.
	missed := float64(m.alpha*r.FP) + float64(m.beta*r.FN)
	found := r.TP + m.smooth
	whole := found + missed
	if whole == 0 {
		return errorShare{}
	}
	return errorShare{u: missed / whole, rest: found / whole, whole: whole}
}

// derivative is d(U^e) by TP, FP and FN, each finite:
//
//	dU/dTP = −U/whole,  dU/dFP = α·(1−U)/whole,  dU/dFN = β·(1−U)/whole
func (m regionMean) derivative(r *reduce.Row, e float64) reduce.Row {
	s := m.u(r)
	if s.whole == 0 {
		return reduce.Row{}
	}
	outer := finite(powerSlope(s.u, e))
	rise := finite(s.rest / s.whole)
	return reduce.Row{
		TP: finite(-outer * finite(s.u/s.whole)),
		FP: finite(outer * finite(m.alpha*rise)),
		FN: finite(outer * finite(m.beta*rise)),
	}
}

// powerSlope is d(u^e)/du = e·u^(e−1). For e < 1 it is infinite at u = 0,
// where 0 is taken: a perfect prediction has nothing to gain.
func powerSlope(u, e float64) float64 {
	switch {
	case e == 1:
		return 1
	case u == 0:
		return 0
	case e > 1:
		return e * power(u, e-1)
	default:
		return e * power(u, e) / u
	}
}

// finite keeps an overflow out of a product, where it would meet a 0 and
// become a NaN. It takes a smooth term or a sum near the smallest float64.
func finite(x float64) float64 {
	return max(-math.MaxFloat64, min(x, math.MaxFloat64))
}
