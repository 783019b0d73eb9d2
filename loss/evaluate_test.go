package loss

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// chunks returns the volume as the engine takes it.
func (v volume) chunks() (o reduce.Options, batch []reduce.Chunk) {
	o.Samples, o.Channels = len(v.pred), len(v.pred[0])
	o.Activation, _ = reduce.ParseActivation(v.activation)
	for b := range v.pred {
		hard := true
		for _, row := range v.target[b] {
			for i, y := range row {
				hard = hard && (y == 0 || y == 1 || v.weight[b][i] == 0)
			}
		}
		c := reduce.Chunk{Prediction: reduce.Float32(narrow(v.pred[b])...), Weights: narrow([][]float64{v.weight[b]})[0]}
		if hard {
			labels := make([]uint8, len(v.weight[b]))
			for i := range labels {
				for k, row := range v.target[b] {
					if row[i] == 1 {
						labels[i] = uint8(k)
					}
				}
			}
			c.Target = reduce.LabelsUint8(labels)
		} else if v.oneChannel() {
			c.Target = reduce.Soft(narrow(v.target[b][1:])...)
		} else {
			c.Target = reduce.Soft(narrow(v.target[b])...)
		}
		batch = append(batch, c)
	}
	return o, batch
}

// ignoring replaces weights of 0 and 1 by an ignored label.
func (v volume) ignoring(o *reduce.Options, batch []reduce.Chunk) {
	o.Ignore = []int32{255}
	for b := range batch {
		labels := make([]uint8, len(v.weight[b]))
		for i, w := range v.weight[b] {
			for k, row := range v.target[b] {
				if row[i] == 1 {
					labels[i] = uint8(k)
				}
			}
			if w == 0 {
				labels[i] = 255
			}
		}
		batch[b].Target, batch[b].Weights = reduce.LabelsUint8(labels), nil
	}
}

func narrow(planes [][]float64) [][]float32 {
	out := make([][]float32, len(planes))
	for k, plane := range planes {
		for _, x := range plane {
			out[k] = append(out[k], float32(x))
		}
	}
	return out
}

func buffers(v volume) (gradient [][][]float32) {
	for _, sample := range v.pred {
		gradient = append(gradient, narrow(sample))
	}
	return gradient
}

func widen(gradient [][][]float32) (all []float64) {
	for _, sample := range gradient {
		for _, plane := range sample {
			for _, x := range plane {
				all = append(all, float64(x))
			}
		}
	}
	return all
}

// Every golden case gives its value to 1e-6, and its gradient to 2e-6 of the
// largest entry, through the engine on every level, and the same bits on all.
func TestGoldenEvaluate(t *testing.T) {
	dir := goldenDir(t)
	text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	require.NoError(t, err)
	var cases []goldenCase
	require.NoError(t, json.Unmarshal(text, &cases))
	for _, c := range cases {
		l, err := New(strings.ReplaceAll(c.Loss, "_", "-"), c.params()...)
		require.NoError(t, err)
		v := c.volume(t, dir)
		o, batch := v.chunks()
		switch {
		case c.TargetKind == "labels" && c.Weights == "":
			v.ignoring(&o, batch)
		case c.TargetKind == "labels":
			require.Nil(t, c.Ignore, "a golden case with weights and an ignored label")
		}
		var first string
		for _, o.Level = range reduce.Levels() {
			e, err := NewEvaluator(l, o)
			require.NoError(t, err)
			gradient := buffers(v)
			value, err := e.Gradient(gradient, batch...)
			require.NoError(t, err, c.Name)
			require.InDelta(t, c.Value, value, 1e-6*max(1, math.Abs(c.Value)), "%s %v", c.Name, o.Level)

			all := widen(gradient)
			if c.Grad == "" {
				var sum, absolute float64
				for _, g := range all {
					sum += g
					absolute += math.Abs(g)
				}
				require.InDelta(t, c.GradSum, sum, 2e-6*c.GradAbsSum, c.Name)
				require.InDelta(t, c.GradAbsSum, absolute, 2e-6*c.GradAbsSum, c.Name)
			} else {
				want, _ := readNpy(t, filepath.Join(dir, c.Grad))
				for i := range want {
					require.InDelta(t, want[i], all[i], 2e-6*c.GradMax, "%s %v entry %d", c.Name, o.Level, i)
				}
			}
			bits := fmt.Sprintf("%x %x", value, all)
			if first == "" {
				first = bits
			}
			require.Equal(t, first, bits, "%s %v", c.Name, o.Level)
		}
	}
}

// Random volumes of every kind agree with the float64 reference, in value and
// gradient, for every loss and a weighted sum of losses with several
// exponents.
func TestEvaluateAgreesWithReference(t *testing.T) {
	losses := []Loss{Sum(
		Weighted{Weight: .3, Loss: MustParse("focal:gamma=1.3")}, Weighted{Weight: 2, Loss: MustParse("asymmetric-unified-focal")},
		Weighted{Weight: 1, Loss: MustParse("dice:batch=true")}, Weighted{Weight: .1, Loss: MustParse("focal:gamma=3")},
	)}
	for _, e := range Table() {
		losses = append(losses, MustParse(e.Name))
	}
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 11))
		v := randomEngineVolume(rng)
		o, batch := v.chunks()
		o.Workers = 1 + rng.IntN(3)
		for _, l := range losses {
			needs := l.Needs()
			totals := v.totals(needs.Gammas)
			d := reduce.NewDerivatives(totals)
			l.AddDerivative(totals, 1, d)
			want := flatten(v.gradient(d))
			largest := 0.
			for _, g := range want {
				largest = max(largest, math.Abs(g))
			}
			e, err := NewEvaluator(l, o)
			require.NoError(t, err)
			gradient := buffers(v)
			value, err := e.Gradient(gradient, batch...)
			require.NoError(t, err)
			require.InDelta(t, l.Value(totals), value, 2e-6*max(1, math.Abs(value)), l.Name())
			for i, g := range widen(gradient) {
				require.InDelta(t, want[i], g, 3e-6*largest+1e-37, "seed %d %s entry %d", seed, l.Name(), i)
			}
			again, err := e.Value(batch...)
			require.NoError(t, err)
			assert.Equal(t, value, again, "an Evaluator may be used again")
		}
	}
}

// randomEngineVolume returns a small volume with everything an engine has to
// tell apart: hard or soft targets, weights, one channel or several,
// probabilities or logits, saturated ones too.
func randomEngineVolume(rng *rand.Rand) volume {
	channels, samples, size := 1+rng.IntN(4), 1+rng.IntN(2), 600+rng.IntN(700)
	v := volume{activation: []string{"none", "sigmoid"}[rng.IntN(2)]}
	if channels > 1 && v.activation == "sigmoid" {
		v.activation = "softmax"
	}
	soft := rng.IntN(2) == 0
	float32ed := func(x float64) float64 { return float64(float32(x)) }
	for range samples {
		rows := make([][]float64, max(2, channels))
		for k := range rows {
			rows[k] = make([]float64, size)
		}
		pred := make([][]float64, channels)
		for k := range pred {
			pred[k] = make([]float64, size)
			for i := range pred[k] {
				if pred[k][i] = float32ed(rng.Float64()); v.activation != "none" {
					pred[k][i] = float32ed((rng.Float64() - .5) * []float64{4, 20, 400}[rng.IntN(3)])
				}
			}
		}
		weight := make([]float64, size)
		for i := range weight {
			weight[i] = float32ed([]float64{0, 1, rng.Float64() * 2}[rng.IntN(3)])
			switch {
			case !soft:
				rows[rng.IntN(len(rows))][i] = 1
			case channels == 1:
				rows[1][i] = float32ed(rng.Float64())
				rows[0][i] = 1 - rows[1][i]
			default:
				for k := range rows {
					rows[k][i] = float32ed(rng.Float64())
				}
			}
		}
		v.pred, v.target, v.weight = append(v.pred, pred), append(v.target, rows), append(v.weight, weight)
	}
	return v
}
