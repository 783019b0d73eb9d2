package reduce

import "slices"

// A Row holds the sums over the voxels of one class of one sample, rounded to
// float64. Per voxel, p is the probability of the class, q = 1 − p, y the
// target in [0,1] (hard: 0 or 1) and w the weight (1 where none is given, 0
// where the voxel is ignored).
//
// The same shape holds the derivatives of a loss by these sums (see
// [Derivatives]).
type Row struct {
	W  float64 // Σ w, the valid voxels
	TP float64 // Σ w·y·p
	FP float64 // Σ w·(1−y)·p
	FN float64 // Σ w·y·q
	CE float64 // Σ w·y·ℓ with ℓ = −log p, the cross entropy in nats

	// Focal holds Σ w·y·q^γ·ℓ for each exponent γ that was asked for, in the
	// order of Totals.Gammas.
	Focal []float64
}

// Totals are the sums of a pass over a batch, read out as float64 numbers for
// the arithmetic of a loss.
//
// A prediction of C ≥ 2 channels has one Row per class, class 0 being the
// background. A one-channel prediction has two: Row 1 is the foreground with
// probability p, Row 0 the background with probability 1 − p and target
// 1 − y.
type Totals struct {
	OneChannel bool      // the prediction had one channel
	WithoutCE  bool      // neither CE nor an exponent was asked for: Row.CE is 0
	Gammas     []float64 // the exponents of Row.Focal, ascending
	Samples    [][]Row   // [sample][class]

	// Batch holds per class the exact sum over all samples, rounded once, so
	// that it does not depend on the order of the samples. Batch[0].W is the
	// number (with weights: the weight) of all valid voxels.
	Batch []Row
}

// Derivatives holds ∂L/∂sum of a loss L: Samples[b][c].TP is the derivative by
// the TP of sample b and class c, and so on. Row.W is not used: the weights do
// not depend on the prediction. It is what the backward pass needs to know of
// a loss.
type Derivatives struct {
	OneChannel bool
	Gammas     []float64
	Samples    [][]Row
}

// NewDerivatives returns zero derivatives of the shape of t.
func NewDerivatives(t *Totals) *Derivatives {
	d := &Derivatives{OneChannel: t.OneChannel, Gammas: slices.Clone(t.Gammas), Samples: make([][]Row, len(t.Samples))}
	for b, rows := range t.Samples {
		d.Samples[b] = make([]Row, len(rows))
		for c := range rows {
			d.Samples[b][c].Focal = make([]float64, len(t.Gammas))
		}
	}
	return d
}

// Reset sets all derivatives to 0.
func (d *Derivatives) Reset() {
	for _, rows := range d.Samples {
		for c := range rows {
			clear(rows[c].Focal)
			rows[c] = Row{Focal: rows[c].Focal}
		}
	}
}

// Of returns the derivatives of samples [from, to) alone, for a rank that has
// just those.
func (d *Derivatives) Of(from, to int) *Derivatives {
	return &Derivatives{OneChannel: d.OneChannel, Gammas: d.Gammas, Samples: d.Samples[from:to]}
}
