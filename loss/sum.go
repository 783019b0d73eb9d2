package loss

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/voxfold/voxfold/reduce"
)

// Weighted is a loss and the factor before it in a [Sum].
type Weighted struct {
	Weight float64
	Loss   Loss
}

// Sum returns Σ Weight·Loss, a loss like any other: it needs the sums that its
// terms need together, so that its value takes one pass over the voxels and
// its gradient one more, however many terms it has. Weights are finite as
// float32 numbers, which Check verifies. It has no parameters of its own; its
// name, such as "0.5*dice + 1*focal:gamma=2,reduction=mean", spells out the terms
// and is for reading only.
func Sum(terms ...Weighted) Loss { return weightedSum(append([]Weighted(nil), terms...)) }

type weightedSum []Weighted

func (s weightedSum) Name() string {
	texts := make([]string, len(s))
	for i, t := range s {
		texts[i] = strconv.FormatFloat(t.Weight, 'g', -1, 64) + "*" + Spec(t.Loss)
	}
	return strings.Join(texts, " + ")
}

func (s weightedSum) Params() []Param { return nil }

func (s weightedSum) Needs() Needs {
	var n Needs
	for _, t := range s {
		n.add(t.Loss.Needs())
	}
	return n
}

func (s weightedSum) Check(channels int) error {
	for _, t := range s {
		if !(math.Abs(t.Weight) <= math.MaxFloat32) {
			return fmt.Errorf("loss: weight %v of %s in a sum, want -3.4e38 to 3.4e38", t.Weight, t.Loss.Name())
		}
		if err := t.Loss.Check(channels); err != nil {
			return err
		}
	}
	return nil
}

func (s weightedSum) Value(t *reduce.Totals) float64 {
	if !scores(s, t) {
		return 0
	}
	var v float64
	for _, term := range s {
		v += float64(term.Weight * term.Loss.Value(t))
	}
	return v
}

func (s weightedSum) AddDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives) {
	if !scores(s, t) {
		return
	}
	for _, term := range s {
		term.Loss.AddDerivative(t, finite(scale*term.Weight), d)
	}
}
