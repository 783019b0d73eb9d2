package loss_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// A classifier is a network of two layers that sees one voxel at a time: what
// a small real training run needs, and no more.
type classifier struct {
	features, hidden int
	weights          []float64 // hidden × (features + 1), then hidden + 1
	moment, variance []float64 // of Adam
	steps            int
	units            [8]float64
}

func newClassifier(rng *rand.Rand, features, hidden int) *classifier {
	n := hidden*(features+1) + hidden + 1
	c := &classifier{features: features, hidden: hidden, weights: make([]float64, n), moment: make([]float64, n), variance: make([]float64, n)}
	for i := range c.weights {
		c.weights[i] = rng.NormFloat64() * .5
	}
	return c
}

// forward writes the logits of all voxels, and backward the derivatives by the
// weights, given those by the logits.
func (c *classifier) forward(x [][]float64, logits []float32) {
	for i := range logits {
		h := c.layer(x, i)
		out := c.weights[c.hidden*(c.features+1):]
		sum := out[c.hidden]
		for j, v := range h {
			sum += out[j] * v
		}
		logits[i] = float32(sum)
	}
}

func (c *classifier) layer(x [][]float64, i int) []float64 {
	h := c.units[:c.hidden]
	for j := range h {
		w := c.weights[j*(c.features+1):][:c.features+1]
		sum := w[c.features]
		for k := range x {
			sum += w[k] * x[k][i]
		}
		h[j] = sum / (1 + math.Abs(sum)) // softsign
	}
	return h
}

func (c *classifier) backward(x [][]float64, gradient []float32) []float64 {
	d := make([]float64, len(c.weights))
	out, dOut := c.weights[c.hidden*(c.features+1):], d[c.hidden*(c.features+1):]
	for i, g := range gradient {
		dOut[c.hidden] += float64(g)
		for j, v := range c.layer(x, i) {
			dOut[j] += float64(g) * v
			inner := float64(g) * out[j] * (1 - math.Abs(v)) * (1 - math.Abs(v))
			w := d[j*(c.features+1):][:c.features+1]
			for k := range x {
				w[k] += inner * x[k][i]
			}
			w[c.features] += inner
		}
	}
	return d
}

// step is one of Adam.
func (c *classifier) step(d []float64, rate float64) {
	c.steps++
	for i, g := range d {
		c.moment[i] = .9*c.moment[i] + .1*g
		c.variance[i] = .99*c.variance[i] + .01*g*g
		m, v := c.moment[i]/(1-math.Pow(.9, float64(c.steps))), c.variance[i]/(1-math.Pow(.99, float64(c.steps)))
		c.weights[i] -= rate * m / (math.Sqrt(v) + 1e-12)
	}
}

// features returns what the classifier sees of the phantom: a noisy intensity,
// its mean over the neighbours, and where the voxel is.
func features(rng *rand.Rand, p *volume.Phantom, n int) [][]float64 {
	intensity := make([]float32, n)
	p.Logits(intensity, 0, 0)
	shape := p.Geometry().Shape
	x := make([][]float64, 3)
	for k := range x {
		x[k] = make([]float64, n)
	}
	for i, v := range intensity {
		x[0][i] = math.Max(-1, math.Min(1, float64(v)/8)) + rng.NormFloat64()*.4
	}
	for i := range n {
		var sum, count float64
		for _, step := range []int{1, shape[0], shape[0] * shape[1]} {
			for _, j := range []int{i - step, i, i + step} {
				if j >= 0 && j < n {
					sum += x[0][j]
					count++
				}
			}
		}
		x[1][i] = sum / count
		x[2][i] = float64(i)/float64(n) - .5
	}
	return x
}

// A training run with each kind of loss goes down in loss and finds the
// lesion, from a start that does not know it.
func TestTraining(t *testing.T) {
	p := volume.NewPhantom([3]int{32, 32, 32}, 1)
	n := int(p.Geometry().Voxels())
	labels := make([]uint8, n)
	p.Labels(labels, 0)
	x := features(rand.New(rand.NewPCG(1, 2)), p, n)
	batch := reduce.Chunk{Target: reduce.LabelsUint8(labels)}
	for _, spec := range []string{"dice", "focal", "combo", "asymmetric-unified-focal"} {
		l := loss.MustParse(spec)
		options := reduce.Options{Activation: reduce.Sigmoid}
		e, err := loss.NewEvaluator(l, options)
		require.NoError(t, err)
		score, err := loss.NewEvaluator(loss.MustParse("dice"), options)
		require.NoError(t, err)

		net := newClassifier(rand.New(rand.NewPCG(3, 4)), len(x), 3)
		logits, gradient := make([]float32, n), make([]float32, n)
		batch.Prediction = reduce.Float32(logits)
		var first, last, dice float64
		for step := range 80 {
			net.forward(x, logits)
			last, err = e.Gradient([][][]float32{{gradient}}, batch)
			require.NoError(t, err)
			if step == 0 {
				first = last
			}
			net.step(net.backward(x, gradient), .1)
		}
		// The hard Dice of the final prediction, as the field reports it.
		for i, u := range logits {
			logits[i] = float32(math.Copysign(1000, float64(u)))
		}
		dice, err = score.Value(batch)
		require.NoError(t, err)
		t.Logf("%s: loss %.4f to %.4f, Dice %.3f", spec, first, last, 1-dice)
		assert.Less(t, last, first, spec)
		assert.Greater(t, 1-dice, .5, "%s: Dice of the lesion", spec)
	}
}
