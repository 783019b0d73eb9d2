package loss

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
			require.InDelta(t, c.Value, value, 1e-6*math.Abs(c.Value), "%s %v", c.Name, o.Level)

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
					if !(math.Abs(want[i]-all[i]) <= 2e-6*c.GradMax) {
						t.Fatalf("%v is not %v: %s %v entry %d", all[i], want[i], c.Name, o.Level, i)
					}
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
// gradient, for every loss, at its defaults and at random parameters, and a
// weighted sum of losses with several exponents.
func TestEvaluateAgreesWithReference(t *testing.T) {
	losses := []Loss{Sum(
		Weighted{Weight: .3, Loss: MustParse("focal:gamma=1.3")}, Weighted{Weight: 2, Loss: MustParse("asymmetric-unified-focal")},
		Weighted{Weight: 1, Loss: MustParse("dice:batch=true")}, Weighted{Weight: .1, Loss: MustParse("focal:gamma=3")},
	)}
	for _, e := range Table() {
		losses = append(losses, MustParse(e.Name))
	}
	seeds := uint64(20)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 11))
		v := randomEngineVolume(rng)
		o, batch := v.chunks()
		o.Workers = 1 + rng.IntN(3)
		drawn := slices.Clone(losses)
		for _, e := range Table() {
			drawn = append(drawn, randomLoss(rng, e, o.Channels))
		}
		for _, l := range drawn {
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
				if !(math.Abs(want[i]-g) <= 3e-6*largest+1e-37) {
					t.Fatalf("%v is not %v: seed %d %s entry %d", g, want[i], seed, Spec(l), i)
				}
			}
			again, err := e.Value(batch...)
			require.NoError(t, err)
			assert.Equal(t, value, again, "an Evaluator may be used again")
			second := buffers(v)
			again, err = e.Gradient(second, batch...)
			require.NoError(t, err)
			assert.Equal(t, value, again)
			assert.Equal(t, gradient, second)
		}
	}
}

// A step, after the first, allocates nothing, whatever the loss.
func TestStepAllocatesNothing(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 17))
		v := randomEngineVolume(rng)
		o, batch := v.chunks()
		gradient := buffers(v)
		for _, entry := range Table() {
			for _, l := range []Loss{MustParse(entry.Name), randomLoss(rng, entry, o.Channels)} {
				e, err := NewEvaluator(l, o)
				require.NoError(t, err)
				assert.Zero(t, testing.AllocsPerRun(2, func() {
					_, _ = e.Value(batch...)
					_, _ = e.Gradient(gradient, batch...)
					_, _ = e.AddGradient(gradient, 2, batch...)
				}), "seed %d %s", seed, Spec(l))
			}
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

// No logit and no exponent gives a loss or a gradient that is NaN or infinite:
// not with a perfect prediction (U = 0), one that is nearly so (U = 1e-43, where
// the derivative of U^.05 is 1e40), a wrong one, or a volume without a lesion.
func TestGradientIsFinite(t *testing.T) {
	logits := []float32{
		-math.MaxFloat32, -1e30, -1000, -104, -103, -98, -88, -17, -1, -1e-45, 0,
		1e-45, 1, 16, 88, 98, 103, 104, 1000, 1e30, math.MaxFloat32,
	}
	gammas := []float64{0, math.SmallestNonzeroFloat64, 1e-30, .05, .5, .7, .95, 1, 2, 3, 50, 1000}
	if testing.Short() {
		gammas = []float64{.95, 1000}
	}
	volumes := map[string]func(y uint8, i int) float32{
		"any":     func(_ uint8, i int) float32 { return logits[i*7%len(logits)] },
		"perfect": func(y uint8, _ int) float32 { return (2*float32(y) - 1) * 1e30 },
		"nearly":  func(y uint8, _ int) float32 { return (2*float32(y) - 1) * 98 },
		"close":   func(y uint8, _ int) float32 { return (2*float32(y) - 1) * 86 },
		"wrong":   func(y uint8, _ int) float32 { return (1 - 2*float32(y)) * math.MaxFloat32 },
	}
	lesions := map[string]func(i int) bool{
		"none": func(int) bool { return false },
		"one":  func(i int) bool { return i == 515 },
		"some": func(i int) bool { return i/40%3 == 0 },
		"all":  func(int) bool { return true },
	}
	const n = 530 // a block and a part of one
	var losses []Loss
	for _, e := range Table() {
		losses = append(losses, MustParse(e.Name))
		for _, gamma := range gammas {
			if l, err := New(e.Name, Param{"gamma", gamma}); err == nil {
				losses = append(losses, l)
			}
		}
	}
	for _, channels := range []int{1, 3} {
		o := reduce.Options{Channels: channels, Activation: reduce.Sigmoid}
		if channels > 1 {
			o.Activation = reduce.Softmax
		}
		batches, gradient := map[string]reduce.Chunk{}, make([][]float32, channels)
		for name, logit := range volumes {
			for lesion, has := range lesions {
				planes, labels := make([][]float32, channels), make([]uint8, n)
				for i := range labels {
					if has(i) {
						labels[i] = uint8(max(1, channels-1))
					}
				}
				for k := range planes {
					planes[k], gradient[k] = make([]float32, n), make([]float32, n)
					for i, y := range labels {
						if channels > 1 { // whether it is this class
							y = map[bool]uint8{true: 1}[int(y) == k]
						}
						planes[k][i] = logit(y, i+5*k)
					}
				}
				batches[name+", lesion "+lesion] = reduce.Chunk{Prediction: reduce.Float32(planes...), Target: reduce.LabelsUint8(labels)}
			}
		}
		for _, l := range losses {
			for _, o.Level = range reduce.Levels() {
				e, err := NewEvaluator(l, o)
				require.NoError(t, err)
				for name, batch := range batches {
					value, err := e.Gradient([][][]float32{gradient}, batch)
					require.NoError(t, err)
					require.False(t, math.IsNaN(value) || math.IsInf(value, 0), "%s of %s, %v", Spec(l), name, o.Level)
					for k, plane := range gradient {
						for i, g := range plane {
							if !(math.Abs(float64(g)) <= math.MaxFloat32) {
								t.Fatalf("%v is the gradient of %s, %s, %v, channel %d, voxel %d", g, Spec(l), name, o.Level, k, i)
							}
						}
					}
				}
			}
		}
	}
}

// The gradient may take the prediction's place, or be added to what is there,
// with a scale, as training frameworks accumulate.
func TestGradientInPlaceAndAdded(t *testing.T) {
	for _, channels := range []int{1, 3} {
		rng := rand.New(rand.NewPCG(51, uint64(channels)))
		o := reduce.Options{Channels: channels, Activation: reduce.Sigmoid}
		if channels > 1 {
			o.Activation = reduce.Softmax
		}
		const n = 1700
		logits, labels := make([][]float32, channels), make([]uint8, n)
		plain, added := make([][]float32, channels), make([][]float32, channels)
		for k := range logits {
			logits[k], plain[k], added[k] = make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range logits[k] {
				logits[k][i], added[k][i] = float32(rng.NormFloat64()*4), 1e-3
			}
		}
		for i := range labels {
			labels[i] = uint8(rng.IntN(max(2, channels)))
		}
		batch := reduce.Chunk{Prediction: reduce.Float32(logits...), Target: reduce.LabelsUint8(labels)}
		e, err := NewEvaluator(MustParse("dice-focal"), o)
		require.NoError(t, err)
		value, err := e.Gradient([][][]float32{plain}, batch)
		require.NoError(t, err)
		again, err := e.AddGradient([][][]float32{added}, -.5, batch)
		require.NoError(t, err)
		require.Equal(t, value, again, "the scale is not the value's")
		for k := range added {
			for i, g := range plain[k] {
				require.Equal(t, float32(1e-3)-.5*g, added[k][i])
			}
		}
		_, err = e.Gradient([][][]float32{logits}, batch)
		require.NoError(t, err)
		require.Equal(t, plain, logits, "in place")
	}
}

// A batch of another size than the options say would be a mean over samples
// that are not there.
func TestBatchSize(t *testing.T) {
	e, err := NewEvaluator(MustParse("dice"), reduce.Options{Samples: 2})
	require.NoError(t, err)
	c := reduce.Chunk{Prediction: reduce.Float32([]float32{1}), Target: reduce.LabelsUint8([]uint8{1})}
	require.PanicsWithValue(t, "loss: a batch of 1 chunks where Options.Samples is 2", func() { _, _ = e.Value(c) })
	_, err = e.Value(c, c)
	require.NoError(t, err)
}

// A gradient that does not fit, or that shares memory with another sample, panics
// before anything is written.
func TestBatchIsCheckedFirst(t *testing.T) {
	e, err := NewEvaluator(MustParse("dice-ce"), reduce.Options{Samples: 2, Activation: reduce.Sigmoid})
	require.NoError(t, err)
	x, g := [][]float32{{-3, 1, 2}, {4, -5, 6}}, [][]float32{make([]float32, 3), make([]float32, 3)}
	y := reduce.LabelsUint8([]uint8{0, 1, 1})
	batch := []reduce.Chunk{{Prediction: reduce.Float32(x[0]), Target: y}, {Prediction: reduce.Float32(x[1]), Target: y}}
	for name, gradient := range map[string][][][]float32{
		"another length":         {{x[0]}, {make([]float32, 2)}},
		"another's prediction":   {{x[1]}, {g[1]}},
		"one place for both":     {{g[0]}, {g[0]}},
		"two channels":           {{x[0]}, {g[0], g[1]}},
		"each other's place":     {{x[1]}, {x[0]}},
		"one sample":             {{x[0]}},
		"a part of another's":    {{x[0]}, {x[0][:3:3]}},
		"one's own, but shifted": {{g[0]}, {append(x[1], 0)[1:]}},
	} {
		if name == "one's own, but shifted" {
			long := []float32{4, -5, 6, 0}
			batch[1].Prediction, gradient[1] = reduce.Float32(long[:3]), [][]float32{long[1:]}
		}
		assert.Panics(t, func() { _, _ = e.Gradient(gradient, batch...) }, name)
		assert.Equal(t, [][]float32{{-3, 1, 2}, {4, -5, 6}}, x, name)
		assert.Equal(t, [][]float32{make([]float32, 3), make([]float32, 3)}, g, name)
		batch[1].Prediction = reduce.Float32(x[1])
	}
	_, err = e.Gradient([][][]float32{{x[0]}, {x[1]}}, batch...)
	require.NoError(t, err)
}

// Several Evaluators of one loss work at once on the same data, each with
// workers of its own, and give the bits of one.
func TestEvaluatorsAtOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 31))
	const n = 3*reduce.SegmentSize + 100
	logits, labels := make([]float32, n), make([]uint8, n)
	for i := range logits {
		logits[i], labels[i] = float32(rng.NormFloat64()*4), uint8(rng.IntN(20)/19)
	}
	batch := reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)}
	l := MustParse("asymmetric-unified-focal:gamma=.7")
	o := reduce.Options{Activation: reduce.Sigmoid, Workers: 1}
	value, gradient, err := Evaluate(l, o, batch)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for workers := range 4 {
		o := o
		o.Workers = workers
		wait.Go(func() {
			v, g, err := Evaluate(l, o, batch)
			assert.NoError(t, err)
			assert.Equal(t, value, v)
			assert.Equal(t, gradient, g)
		})
	}
	wait.Wait()
}

// Ranks that have some samples each give the bits of one rank that has them
// all: their sums are appended, for a loss that is a mean over the samples, and
// each takes the derivatives of its own.
func TestRanksOfSamples(t *testing.T) {
	const voxels, samples = 1500, 5
	for _, spec := range []string{"dice", "combo", "asymmetric-unified-focal", "focal:gamma=1.5"} {
		l := MustParse(spec)
		rng := rand.New(rand.NewPCG(41, 41))
		var batch []reduce.Chunk
		var whole [][][]float32
		for range samples {
			logits, labels := make([]float32, voxels), make([]uint8, voxels)
			for i := range logits {
				logits[i], labels[i] = float32(rng.NormFloat64()*4), uint8(rng.IntN(5)/4)
			}
			batch = append(batch, reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)})
			whole = append(whole, [][]float32{make([]float32, voxels)})
		}
		o := reduce.Options{Activation: reduce.Sigmoid, Samples: samples}
		one, err := NewEvaluator(l, o)
		require.NoError(t, err)
		value, err := one.Gradient(whole, batch...)
		require.NoError(t, err)

		l.Needs().Ask(&o)
		bounds := []int{0, 2, 3, samples} // of the ranks' samples
		var sums *reduce.Sums
		for rank, from := range bounds[:3] {
			o.Samples = bounds[rank+1] - from
			r, err := reduce.New(o)
			require.NoError(t, err)
			for b := range o.Samples {
				require.NoError(t, r.Fold(b, batch[from+b]))
			}
			if sums == nil {
				sums = r.Sums()
				continue
			}
			require.NoError(t, sums.Append(r.Sums()))
		}
		totals := sums.Totals()
		require.Equal(t, value, l.Value(totals), spec)
		by := Derive(l, totals)
		gradient := make([]float32, voxels)
		for rank, from := range bounds[:3] {
			o.Samples = bounds[rank+1] - from
			back, err := reduce.NewBackward(o)
			require.NoError(t, err)
			back.Set(by.Of(from, from+o.Samples), 1)
			for b := range o.Samples {
				require.NoError(t, back.Pull(b, batch[from+b], gradient))
				require.Equal(t, whole[from+b][0], gradient, "%s, sample %d", spec, from+b)
			}
		}
	}
}
