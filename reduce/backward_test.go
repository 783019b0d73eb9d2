package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomDerivatives returns derivatives of any size for options o.
func randomDerivatives(rng *rand.Rand, o Options) *Derivatives {
	s := must(NewSums(o))
	d := NewDerivatives(s.Totals())
	number := func() float64 { return (rng.Float64() - .5) * math.Ldexp(1, rng.IntN(20)-10) }
	for _, rows := range d.Samples {
		for k := range rows {
			r := &rows[k]
			r.TP, r.FP, r.FN, r.CE = number(), number(), number(), number()
			for i := range r.Focal {
				r.Focal[i] = number()
			}
		}
	}
	return d
}

func planesOf(channels, n int) [][]float32 {
	planes := make([][]float32, channels)
	for k := range planes {
		planes[k] = make([]float32, n)
	}
	return planes
}

func cutPlanes[T any](planes [][]T, from, to int) (cuts [][]T) {
	for _, p := range planes {
		cuts = append(cuts, p[from:to])
	}
	return cuts
}

// The gradient is the same to the last bit on every level, for any chunks in
// any order and any workers, in place or not, and adding is the sum.
func FuzzBackwardSameBits(f *testing.F) {
	for seed := range seeds(12) {
		f.Add(seed, uint32(seed)*20_011)
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint32) {
		rng := rand.New(rand.NewPCG(seed, 12))
		o, kind := randomOptions(rng)
		n := 1 + int(size)%(3*SegmentSize/o.Channels)
		v := randomVolume(rng, o, n, kind)
		d := randomDerivatives(rng, o)
		o.Level = Generic
		whole := must(NewBackward(o))
		whole.Set(d, .5)
		want := planesOf(o.Channels, n)
		require.NoError(t, whole.Pull(0, v.chunk(0, n), want...))
		for k, plane := range want {
			for i, g := range plane {
				require.False(t, math.IsNaN(float64(g)) || math.IsInf(float64(g), 0), "channel %d voxel %d", k, i)
				if v.labels != nil && slices.Contains(o.Ignore, v.labels[i]) {
					require.Zero(t, g, "an ignored voxel has no gradient")
				}
			}
		}
		for _, o.Level = range Levels() {
			o.Workers = 1 + rng.IntN(4)
			b := must(NewBackward(o))
			b.Set(d, .5)
			got, sum := planesOf(o.Channels, n), planesOf(o.Channels, n)
			start := rng.Float32()
			for k := range sum {
				fill(sum[k], start)
			}
			var cuts []int
			for from := 0; from < n; from += 1 + rng.IntN(min(n-from, 100_000)) {
				cuts = append(cuts, from)
			}
			for _, i := range rng.Perm(len(cuts)) {
				from, to := cuts[i], n
				if i+1 < len(cuts) {
					to = cuts[i+1]
				}
				require.NoError(t, b.Pull(0, v.chunk(from, to), cutPlanes(got, from, to)...))
				require.NoError(t, b.Add(0, v.chunk(from, to), cutPlanes(sum, from, to)...))
			}
			for k := range want {
				requireBits(t, want[k], got[k], "%v channel %d, %+v", o.Level, k, o)
				for i, g := range want[k] {
					require.Equal(t, start+g, sum[k][i], "added, %v %+v", o.Level, o)
				}
			}
			inPlace := *v
			inPlace.planes = nil
			for _, plane := range v.planes {
				inPlace.planes = append(inPlace.planes, slices.Clone(plane))
			}
			require.NoError(t, b.Pull(0, inPlace.chunk(0, n), inPlace.planes...))
			for k := range want {
				requireBits(t, want[k], inPlace.planes[k], "in place, %v channel %d, %+v", o.Level, k, o)
			}
		}
	})
}

// requireBits requires the same bits.
func requireBits(t *testing.T, want, got []float32, format string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			require.Failf(t, "bits differ", "voxel %d: %x is not %x; %s", i, got[i], want[i], fmt.Sprintf(format, args...))
		}
	}
}

// The derivative of a weighted sum of the sums is what finite differences of
// the float64 sums give.
func TestBackwardIsTheDerivative(t *testing.T) {
	for seed := range seeds(40) {
		rng := rand.New(rand.NewPCG(seed, 13))
		o, kind := randomOptions(rng)
		o.ClampRegion, o.CE = false, true
		v := randomVolume(rng, o, 40, kind)
		for _, plane := range v.planes {
			for i := range plane {
				plane[i] = .05 + .9*rng.Float32()
				if o.Activation != None {
					plane[i] = (plane[i] - .5) * 8
				}
			}
		}
		d := randomDerivatives(rng, o)
		score := func() (sum float64) {
			for k, r := range v.reference().Samples[0] {
				by := d.Samples[0][k]
				sum += r.TP*by.TP + r.FP*by.FP + r.FN*by.FN + r.CE*by.CE
				for i := range r.Focal {
					sum += r.Focal[i] * by.Focal[i]
				}
			}
			return sum
		}
		b := must(NewBackward(o))
		b.Set(d, 1)
		got := planesOf(len(v.planes), 40)
		require.NoError(t, b.Pull(0, v.chunk(0, 40), got...))
		largest := 0.
		for _, plane := range got {
			for _, g := range plane {
				largest = max(largest, math.Abs(float64(g)))
			}
		}
		for k, plane := range v.planes {
			for i, x := range plane {
				const h = 0x1p-13
				plane[i] = x + h
				up, upX := score(), plane[i]
				plane[i] = x - h
				down, downX := score(), plane[i]
				plane[i] = x
				want := (up - down) / float64(upX-downX)
				require.InDelta(t, want, got[k][i], 1e-4*largest, "seed %d channel %d voxel %d %+v kind %d", seed, k, i, o, kind)
			}
		}
	}
}

// A gradient that is large enough to be written past the caches has the bits of
// one that comes in small chunks, wherever its memory begins.
func TestLargeGradient(t *testing.T) {
	const n, small = streamFrom/4 + 700, 3 * SegmentSize
	rng := rand.New(rand.NewPCG(16, 16))
	x, labels := make([]float32, n), make([]uint8, n)
	for i := range x {
		x[i], labels[i] = (rng.Float32()-.5)*20, uint8(bit(i%1000 < 30))
	}
	o := Options{Activation: Sigmoid, CE: true, Gammas: []float64{2}}
	d := randomDerivatives(rng, o)
	chunk := func(from, to int) Chunk {
		return Chunk{Prediction: Float32(x[from:to]), Target: LabelsUint8(labels[from:to])}
	}
	for _, o.Level = range Levels() {
		if o.Level == Generic {
			continue // it knows no caches
		}
		b := must(NewBackward(o))
		b.Set(d, 1)
		want, memory := make([]float32, n), make([]float32, n+streamAlign/4)
		for from := 0; from < n; from += small {
			to := min(from+small, n)
			require.NoError(t, b.Pull(0, chunk(from, to), want[from:to]))
		}
		aligned := 0
		for offset := range streamAlign / 4 {
			got, c := memory[offset:offset+n], chunk(0, n)
			if b.streams(&c, [][]float32{got}, false) {
				aligned++
			} else if offset > 2 {
				continue
			}
			clear(got)
			require.NoError(t, b.Pull(0, c, got))
			requireBits(t, want, got, "%v, from element %d of its memory on", o.Level, offset)
		}
		require.Equal(t, 1, aligned, "one of the places is written to past the caches")
	}
}

// Bad data is the error that Fold gives; misuse panics before anything is
// written.
func TestBackwardRefuses(t *testing.T) {
	o := Options{CE: true, Workers: 1}
	b := must(NewBackward(o))
	b.Set(randomDerivatives(rand.New(rand.NewPCG(1, 1)), o), 1)
	x, y, g := make([]float32, 1500), make([]uint8, 1500), make([]float32, 1500)
	x[700], x[1400] = 2, float32(math.NaN())
	var input *InputError
	require.ErrorAs(t, b.Pull(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}, g), &input)
	assert.Equal(t, int64(700), input.Voxel)
	assert.Equal(t, int64(2), input.Count)

	fill(g, 7)
	w := make([]float32, 3000)
	for _, call := range []func(){
		func() { _ = b.Pull(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}, g[:1499]) },
		func() { _ = b.Pull(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}, g, g) },
		func() { _ = b.Pull(1, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}, g) },
		func() { _ = b.Pull(0, Chunk{Prediction: Float32(w[:1500]), Target: LabelsUint8(y)}, w[1:1501]) },
		func() { _ = b.Pull(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(y), Weights: g}, g) },
		func() { _ = b.Pull(0, Chunk{Prediction: Float32(x), Target: Soft(g)}, g) },
	} {
		require.Panics(t, call)
		require.Equal(t, float32(7), slices.Max(g))
		require.Equal(t, float32(7), slices.Min(g))
		require.Zero(t, slices.Max(w))
	}
}

// What is refused in place, where the gradient of the blocks before has taken the
// prediction's place, is what is refused elsewhere.
func TestBackwardRefusesInPlace(t *testing.T) {
	for seed := range seeds(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		for _, level := range Levels() {
			channels, n := 1+rng.IntN(3), []int{300, 2048, 5000, 2*SegmentSize + 700}[rng.IntN(4)]
			o := Options{Workers: 1 + rng.IntN(3), Level: level, CE: true, Channels: channels}
			if rng.IntN(2) == 0 {
				o.Gammas = []float64{.5, 2}[:1+rng.IntN(2)]
			}
			b := must(NewBackward(o))
			b.Set(randomDerivatives(rng, o), 1)
			x, labels := planesOf(channels, n), make([]uint8, n)
			for _, plane := range x {
				fill(plane, .3)
			}
			for range 1 + rng.IntN(5) {
				if rng.IntN(2) == 0 {
					x[rng.IntN(channels)][rng.IntN(n)] = float32(math.NaN())
				} else {
					labels[rng.IntN(n)] = 77
				}
			}
			c := Chunk{Prediction: Float32(x...), Target: LabelsUint8(labels)}
			want := b.Pull(0, c, planesOf(channels, n)...)
			require.Error(t, want)
			require.EqualError(t, b.Pull(0, c, x...), want.Error(), "seed %d %v", seed, level)
		}
	}
}

// Set takes derivatives of the totals' shape alone, and that by CE where the
// totals have it.
func TestSet(t *testing.T) {
	o := Options{Channels: 2, Workers: 1, Gammas: []float64{2}}
	b := must(NewBackward(o))
	row := Row{Focal: []float64{1}}
	for name, d := range map[string]*Derivatives{
		"another exponent": {Gammas: []float64{3}, Samples: [][]Row{{row, row}}},
		"one channel":      {OneChannel: true, Gammas: o.Gammas, Samples: [][]Row{{row, row}}},
		"too few rows":     {Gammas: o.Gammas, Samples: [][]Row{{row}}},
		"too many rows":    {Gammas: o.Gammas, Samples: [][]Row{{row, row, row}}},
		"no focal":         {Gammas: o.Gammas, Samples: [][]Row{{row, {}}}},
		"two samples":      {Gammas: o.Gammas, Samples: [][]Row{{row, row}, {row, row}}},
	} {
		require.Panics(t, func() { b.Set(d, 1) }, name)
	}
	for _, o.CE = range []bool{false, true} {
		o.Gammas = nil
		b := must(NewBackward(o))
		b.Set(&Derivatives{Samples: [][]Row{{{CE: 1}, {CE: 1}}}}, 1)
		g := planesOf(2, 1)
		require.NoError(t, b.Pull(0, Chunk{Prediction: Float32([]float32{.5}, []float32{.5}), Target: LabelsUint8([]uint8{1})}, g...))
		require.Equal(t, -2*float32(bit(o.CE)), g[1][0])
	}
}

// Derivatives of any size and weights up to 1 give no gradient that is NaN or
// infinite.
func TestGradientOfLargeDerivativesIsFinite(t *testing.T) {
	x := []float32{0, 1e-38, 1e-9, 2e-9, 1e-6, .5, 1 - 1e-6, 1}
	n := len(x)
	labels, y, w := make([]uint8, 2*n), make([]float32, 2*n), make([]float32, 2*n)
	for i := range labels {
		labels[i], y[i], w[i] = uint8(i/n), float32(i/n), []float32{1, .5, 1e-30}[i%3]
	}
	x = append(x, x...)
	other := make([]float32, 2*n)
	for i := range x {
		other[i] = 1 - x[i]
	}
	for _, level := range Levels() {
		for _, gammas := range [][]float64{nil, {.5}, {.05}, {3}, {1000}} {
			for channels := 1; channels < 3; channels++ {
				o := Options{Channels: channels, Workers: 1, Level: level, CE: true, Gammas: gammas, Epsilon: 1e-9}
				d := randomDerivatives(rand.New(rand.NewPCG(1, 1)), o)
				for k := range d.Samples[0] {
					row := &d.Samples[0][k]
					row.TP, row.FP, row.FN, row.CE = -math.MaxFloat32, math.MaxFloat32, math.MaxFloat32, 1e300
					for i := range row.Focal {
						row.Focal[i] = 1e300
					}
				}
				b := must(NewBackward(o))
				b.Set(d, 1)
				planes, soft := [][]float32{x}, [][]float32{y}
				if channels == 2 {
					planes, soft = [][]float32{other, x}, [][]float32{y, y}
				}
				for kind, c := range []Chunk{
					{Prediction: Float32(planes...), Target: LabelsUint8(labels)},
					{Prediction: Float32(planes...), Target: LabelsUint8(labels), Weights: w},
					{Prediction: Float32(planes...), Target: Soft(soft...), Weights: w},
				} {
					g := planesOf(channels, 2*n)
					require.NoError(t, b.Pull(0, c, g...))
					for k := range g {
						for i, v := range g[k] {
							require.LessOrEqual(t, math.Abs(float64(v)), math.MaxFloat32, "%v γ %v chunk %d, channel %d of %d, p %v", level, gammas, kind, k, channels, x[i])
						}
					}
				}
			}
		}
	}
}

// A Reducer and a Backward do not keep what they were given from the garbage
// collector.
func TestNothingIsKept(t *testing.T) {
	for _, channels := range []int{1, 3} {
		for kind := hard; kind <= softWeighted; kind++ {
			o := Options{Channels: channels, CE: true, Gammas: []float64{2}, Workers: 2}
			n := 2*SegmentSize + 700
			r, b := reducer(t, o), must(NewBackward(o))
			b.Set(randomDerivatives(rand.New(rand.NewPCG(1, 1)), o), 1)
			var kept atomic.Int32
			func() {
				v, g := randomVolume(rand.New(rand.NewPCG(2, 2)), o, n, kind), planesOf(channels, n)
				for _, s := range slices.Concat(v.planes, v.soft, g, [][]float32{v.weights}) {
					if s != nil {
						kept.Add(1)
						runtime.SetFinalizer(&s[0], func(*float32) { kept.Add(-1) })
					}
				}
				require.NoError(t, r.Fold(0, v.chunk(0, n)))
				require.NoError(t, b.Pull(0, v.chunk(0, n), g...))
			}()
			assert.Eventually(t, func() bool { runtime.GC(); return kept.Load() == 0 }, 5*time.Second, 10*time.Millisecond, "%d channels, kind %d", channels, kind)
			runtime.KeepAlive(r)
			runtime.KeepAlive(b)
		}
	}
}

// A gradient allocates nothing once its buffers are there.
func TestBackwardAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 14))
	for _, channels := range []int{1, 4} {
		for kind := hard; kind <= softWeighted; kind++ {
			for _, gammas := range [][]float64{{2}, {.7, 2}} {
				o := Options{Channels: channels, CE: true, Gammas: gammas, Workers: 1 + rng.IntN(3)}
				n := SegmentSize + 700
				element := elements[rng.IntN(len(elements))]
				_, chunk := narrowVolume(rng, o, element, n, kind)
				c, g := chunk(0, n), planesOf(channels, n)
				b := must(NewBackward(o))
				d := randomDerivatives(rng, o)
				b.Set(d, 1)
				require.NoError(t, b.Pull(0, c, g...))
				assert.Zero(t, testing.AllocsPerRun(2, func() { b.Set(d, 1); _ = b.Pull(0, c, g...) }), "%s, %d channels, kind %d", element, channels, kind)
			}
		}
	}
}
