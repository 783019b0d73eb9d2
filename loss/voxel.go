package loss

import (
	"fmt"
	"slices"

	"github.com/voxfold/voxfold/reduce"
)

// A voxelMean is the mean over all voxels of a weighted cross entropy or
// focal term of each class:
//
//	1/W · Σ_c weight_c·S_c,  S_c = Σ w·y·q^γ·ℓ, or Σ w·y·ℓ where γ_c is 0
//
// over all samples at once. Both rows of a one-channel prediction count.
type voxelMean struct {
	background, foreground voxelTerm // of class 0, of every other class

	// weights, where given, are the weights of the classes, in place of the
	// two above; param is the parameter they came from.
	weights []float64
	param   string
	single  bool // param was one number: for one channel only

	overTarget bool // divide by Σ_c weight_c·Σ w·y in place of W
	sum        bool // do not divide
}

// A voxelTerm is the term of a class; γ = 0 is the cross entropy, whose sum is
// then read, since no focal sum is kept for it.
type voxelTerm struct{ weight, gamma float64 }

// crossEntropy is Σ_c CE, with class weights k_c (nil: none) as
// Σ k_c·w·y·ℓ / Σ k_c·w·y.
func crossEntropy(classWeights []float64) voxelMean {
	m := voxelMean{background: voxelTerm{weight: 1}, foreground: voxelTerm{weight: 1}}
	if classWeights != nil {
		m.weights, m.param, m.overTarget = classWeights, "class-weights", true
	}
	return m
}

// focal is Σ_c α_c·F. One α is the foreground's of a one-channel prediction,
// whose background then has 1 − α; several are one per class; none is off.
func focal(gamma float64, alpha []float64) voxelMean {
	m := voxelMean{background: voxelTerm{1, gamma}, foreground: voxelTerm{1, gamma}}
	switch len(alpha) {
	case 0:
	case 1:
		m.weights, m.param, m.single = []float64{1 - alpha[0], alpha[0]}, "alpha", true
	default:
		m.weights, m.param = alpha, "alpha"
	}
	return m
}

func (m voxelMean) of(class int) voxelTerm {
	t := m.foreground
	if class == 0 {
		t = m.background
	}
	if m.weights != nil {
		t.weight = m.weights[class]
	}
	return t
}

func (m voxelMean) needs() Needs {
	n := Needs{Region: m.overTarget && !m.sum}
	for _, t := range []voxelTerm{m.background, m.foreground} {
		if t.gamma == 0 {
			n.CE = true
		} else {
			n.add(Needs{Gammas: []float64{t.gamma}})
		}
	}
	return n
}

func (m voxelMean) check(channels int) error {
	rows := max(channels, 2)
	switch {
	case m.weights == nil:
		return nil
	case m.param == "alpha" && channels == 1 && !m.single:
		return fmt.Errorf("alpha is a list of %d; one channel takes one number, the foreground's", len(m.weights))
	case m.single && channels > 1:
		return fmt.Errorf("alpha is one number, the foreground's of a one-channel prediction; "+
			"%d channels take a list of %d", channels, channels)
	case len(m.weights) != rows:
		return fmt.Errorf("%s has length %d, where there are %d classes", m.param, len(m.weights), rows)
	}
	return nil
}

// divisor is what the sum over the voxels is divided by. Σ w·y of a class is
// read as TP + FN, but it is a number of the target alone, as p + q = 1: no
// derivative flows through it.
func (m voxelMean) divisor(t *reduce.Totals) float64 {
	switch {
	case m.sum:
		return 1
	case !m.overTarget:
		return validVoxels(t)
	}
	var k float64
	for c, row := range t.Batch {
		k += float64(m.of(c).weight * (row.TP + row.FN))
	}
	return k
}

func (m voxelMean) value(t *reduce.Totals) float64 {
	divisor := m.divisor(t)
	if divisor == 0 {
		return 0 // class weights, and none of the classes that have one
	}
	var v float64
	for c := range t.Batch {
		term := m.of(c)
		v += float64(term.weight * *voxelSum(&t.Batch[c], term.gamma, t))
	}
	return v / divisor
}

func (m voxelMean) addDerivative(t *reduce.Totals, scale float64, d *reduce.Derivatives) {
	divisor := m.divisor(t)
	if divisor == 0 {
		return
	}
	for _, rows := range d.Samples {
		for c := range rows {
			term := m.of(c)
			addClipped(voxelSum(&rows[c], term.gamma, t), scale*finite(term.weight/divisor))
		}
	}
}

// voxelSum is where a row like those of t keeps the sum of a term with the
// exponent gamma.
func voxelSum(row *reduce.Row, gamma float64, t *reduce.Totals) *float64 {
	if gamma == 0 {
		if t.WithoutCE {
			panic("loss: the cross entropy is needed, and the totals are without it; ask the pass for what Needs says")
		}
		return &row.CE
	}
	i := slices.Index(t.Gammas, gamma)
	if i < 0 {
		panic(fmt.Sprintf("loss: a focal sum with gamma %v is needed, and the totals have gammas %v; "+
			"ask the pass for what Needs says", gamma, t.Gammas))
	}
	return &row.Focal[i]
}
