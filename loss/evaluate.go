package loss

import (
	"fmt"

	"github.com/voxfold/voxfold/reduce"
)

// An Evaluator takes a loss and its gradient of batches in memory. It may be
// used again and again: beyond the first batch it allocates nothing, unless one
// comes that is larger or of another kind (labels or soft targets, weights or
// none). It serves one goroutine at a time and itself uses Options.Workers; any
// number of Evaluators may be used at once.
type Evaluator struct {
	loss     Loss
	samples  int
	reducer  *reduce.Reducer
	backward *reduce.Backward

	totals      reduce.Totals
	derivatives *reduce.Derivatives // nil before the first gradient
}

// NewEvaluator returns an Evaluator of loss l for batches under options o, in
// which it asks for the sums that l needs. The error names the option or
// parameter that does not fit.
func NewEvaluator(l Loss, o reduce.Options) (*Evaluator, error) {
	if err := l.Check(max(1, o.Channels)); err != nil {
		return nil, err
	}
	l.Needs().Ask(&o)
	reducer, err := reduce.New(o)
	if err != nil {
		return nil, err
	}
	backward, err := reduce.NewBackward(o)
	if err != nil {
		return nil, err
	}
	return &Evaluator{loss: l, samples: max(1, o.Samples), reducer: reducer, backward: backward}, nil
}

// Ask sets the options that ask for the sums.
func (n Needs) Ask(o *reduce.Options) {
	o.CE, o.Gammas = n.CE, n.Gammas
}

// Value returns the loss of a batch: one chunk, the whole volume, for each of
// Options.Samples; another number of chunks panics. Its error is that of
// [reduce.Reducer.Fold].
func (e *Evaluator) Value(batch ...reduce.Chunk) (float64, error) {
	e.checkBatch(batch)
	if err := e.fold(batch); err != nil {
		return 0, err
	}
	return e.loss.Value(&e.totals), nil
}

func (e *Evaluator) checkBatch(batch []reduce.Chunk) {
	if len(batch) != e.samples {
		panic(fmt.Sprintf("loss: a batch of %d chunks where Options.Samples is %d", len(batch), e.samples))
	}
}

func (e *Evaluator) fold(batch []reduce.Chunk) error {
	e.reducer.Reset()
	for b, c := range batch {
		if err := e.reducer.Fold(b, c); err != nil {
			return err
		}
	}
	e.reducer.ReadTotals(&e.totals)
	return nil
}

// Gradient returns the loss of a batch, and writes its derivative by every
// number of the prediction to gradient[sample][channel], whose slices are as
// long as the prediction's and may be its own. The step is two passes over
// the data, with no temporary of its size. Its error is that of
// [reduce.Reducer.Fold], and nothing is written then; it panics, before anything
// is written, as [reduce.Backward.CheckBatch] does.
func (e *Evaluator) Gradient(gradient [][][]float32, batch ...reduce.Chunk) (float64, error) {
	return e.step(gradient, batch, 1, e.backward.Pull)
}

// AddGradient is [Evaluator.Gradient] that adds scale times the derivative to
// what gradient holds.
func (e *Evaluator) AddGradient(gradient [][][]float32, scale float64, batch ...reduce.Chunk) (float64, error) {
	return e.step(gradient, batch, scale, e.backward.Add)
}

func (e *Evaluator) step(gradient [][][]float32, batch []reduce.Chunk, scale float64,
	pull func(int, reduce.Chunk, ...[]float32) error) (float64, error) {
	if len(gradient) != len(batch) {
		panic(fmt.Sprintf("loss: a gradient of %d samples beside a batch of %d", len(gradient), len(batch)))
	}
	e.checkBatch(batch)
	e.backward.CheckBatch(batch, gradient)
	if err := e.fold(batch); err != nil {
		return 0, err
	}
	if e.derivatives == nil {
		e.derivatives = reduce.NewDerivatives(&e.totals)
	}
	e.derivatives.Reset()
	e.loss.AddDerivative(&e.totals, 1, e.derivatives)
	e.backward.Set(e.derivatives, scale)
	for b, c := range batch {
		if err := pull(b, c, gradient[b]...); err != nil {
			return 0, err
		}
	}
	return e.loss.Value(&e.totals), nil
}

// Derive returns the derivatives of a loss by the sums: what
// [reduce.Backward.Set] takes.
func Derive(l Loss, t *reduce.Totals) *reduce.Derivatives {
	d := reduce.NewDerivatives(t)
	l.AddDerivative(t, 1, d)
	return d
}

// Evaluate returns the loss of one volume in memory (Options.Samples 0 or 1) and
// its derivative by every number of the prediction, one slice per channel. Its
// error is that of [NewEvaluator] or of [reduce.Reducer.Fold]. For training
// steps, batches and gradients in buffers of one's own there is [Evaluator].
func Evaluate(l Loss, o reduce.Options, volume reduce.Chunk) (value float64, gradient [][]float32, err error) {
	e, err := NewEvaluator(l, o)
	if err != nil {
		return 0, nil, err
	}
	gradient = make([][]float32, max(1, o.Channels))
	for k := range gradient {
		gradient[k] = make([]float32, volume.Prediction.Voxels())
	}
	if value, err = e.Gradient([][][]float32{gradient}, volume); err != nil {
		return 0, nil, err
	}
	return value, gradient, nil
}
