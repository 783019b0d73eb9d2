package loss

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/voxfold/voxfold/reduce"
)

// A Loss is a function of the sums of a pass over the voxels. The losses of
// this package are immutable: any number of goroutines may use one at once.
type Loss interface {
	// Name is the loss's name in the table, "asymmetric-unified-focal".
	Name() string

	// Params are the parameters in effect, defaults included, in the order of
	// the table. A parameter that is off is left out.
	Params() []Param

	// Needs says which sums Value and AddDerivative read.
	Needs() Needs

	// Check says whether the loss can be taken of a prediction of so many
	// channels: whether a list has one number per class, for example. Value
	// and AddDerivative panic where it would return an error.
	Check(channels int) error

	// Value is the loss. It is 0 where there is nothing to score, that is
	// where t.Batch[0].W is 0. It panics, as AddDerivative does, where t has not
	// the sums that Needs names.
	Value(t *reduce.Totals) float64

	// AddDerivative adds scale times the derivatives of Value by the sums of
	// every sample and class to d, which has the shape of t (see
	// [reduce.NewDerivatives]). Each number of d is clipped to the finite
	// float32 range after the addition.
	AddDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives)
}

// Needs says which sums a loss reads.
type Needs struct {
	Region bool      // TP, FP and FN
	CE     bool      // the cross entropy
	Gammas []float64 // the exponents of the focal sums, ascending, all above 0
}

// Union returns what a set of losses needs together, so that one pass over
// the voxels serves them all.
func Union(losses ...Loss) Needs {
	var all Needs
	for _, l := range losses {
		all.add(l.Needs())
	}
	return all
}

func (n *Needs) add(m Needs) {
	n.Region = n.Region || m.Region
	n.CE = n.CE || m.CE
	gammas := slices.Concat(n.Gammas, m.Gammas)
	slices.Sort(gammas)
	n.Gammas = slices.Compact(gammas)
}

// A part is a piece that losses are composed of: a mean over the voxels or a
// mean over samples and classes.
type part interface {
	needs() Needs
	check(channels int) error
	value(t *reduce.Totals) float64
	addDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives)
}

// A term is a part and the factor before it.
type term struct {
	factor float64
	part   part
}

// tableLoss is a loss of the table: a linear combination of parts.
type tableLoss struct {
	name   string
	params []Param
	terms  []term // factors other than 0
}

func (l *tableLoss) Name() string { return l.name }

func (l *tableLoss) Params() []Param {
	params := slices.Clone(l.params)
	for i, p := range params {
		if list, ok := p.Value.([]float64); ok {
			params[i].Value = slices.Clone(list)
		}
	}
	return params
}

func (l *tableLoss) Needs() Needs {
	var n Needs
	for _, t := range l.terms {
		n.add(t.part.needs())
	}
	return n
}

func (l *tableLoss) Check(channels int) error {
	if channels < 1 {
		return fmt.Errorf("loss %s: a prediction of %d channels", l.name, channels)
	}
	for _, t := range l.terms {
		if err := t.part.check(channels); err != nil {
			return fmt.Errorf("loss %s: %w", l.name, err)
		}
	}
	return nil
}

func (l *tableLoss) Value(t *reduce.Totals) float64 {
	if !scores(l, t) {
		return 0
	}
	var v float64
	for _, term := range l.terms {
		v += float64(term.factor * term.part.value(t))
	}
	return v
}

func (l *tableLoss) AddDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives) {
	if !sameShape(t, d) {
		panic("loss: the derivatives have not the shape of the totals; reduce.NewDerivatives makes them")
	}
	if scale == 0 || !scores(l, t) {
		return
	}
	for _, term := range l.terms {
		term.part.addDerivative(t, float64(scale*term.factor), d)
	}
}

// scores reports whether there is anything to score in t. It panics if l
// cannot be taken of such totals at all.
func scores(l Loss, t *reduce.Totals) bool {
	if validVoxels(t) == 0 {
		return false
	}
	channels := len(t.Batch)
	if t.OneChannel {
		channels = 1
	}
	if err := l.Check(channels); err != nil {
		panic(err.Error())
	}
	return true
}

// Spec returns the text from which [Parse] makes l again, every parameter in
// effect written out: "focal:gamma=2,reduction=mean". A [Sum] has no such text;
// its name is returned.
func Spec(l Loss) string {
	params := l.Params()
	if len(params) == 0 {
		return l.Name()
	}
	texts := make([]string, len(params))
	for i, p := range params {
		texts[i] = p.String()
	}
	return l.Name() + ":" + strings.Join(texts, ",")
}

// validVoxels is W, the divisor of every mean over the voxels.
func validVoxels(t *reduce.Totals) float64 {
	if len(t.Batch) == 0 {
		return 0
	}
	return t.Batch[0].W
}

func sameShape(t *reduce.Totals, d *reduce.Derivatives) bool {
	return slices.Equal(t.Gammas, d.Gammas) &&
		slices.EqualFunc(t.Samples, d.Samples, func(x, y []reduce.Row) bool { return len(x) == len(y) })
}

// addClipped adds x to a derivative. The backward pass works in float32: an
// infinity would turn into a NaN at the first voxel with p or q of 0, where
// the largest finite number gives the steep but harmless gradient it should.
func addClipped(sum *float64, x float64) {
	*sum = max(-math.MaxFloat32, min(*sum+float64(x), math.MaxFloat32))
}
