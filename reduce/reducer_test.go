package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func reducer(t testing.TB, o Options) *Reducer {
	t.Helper()
	r, err := New(o)
	require.NoError(t, err)
	return r
}

// hexadecimal prints totals so that equal text is equal bits.
func hexadecimal(t *Totals) string { return fmt.Sprintf("%x %x %x", t.Gammas, t.Samples, t.Batch) }

// randomOptions returns options and a kind of data that they allow.
func randomOptions(rng *rand.Rand) (Options, kind) {
	o := Options{Channels: []int{1, 1, 1, 2, 3, 18}[rng.IntN(6)], Workers: 1, CE: rng.IntN(2) == 0}
	if rng.IntN(2) == 0 {
		if o.Activation = Sigmoid; o.Channels > 1 {
			o.Activation = Softmax
		}
	}
	all := []float64{0, .25, .5, .7, 1, 1.3, 1.5, 1.7, 2, 3, 5}
	for range rng.IntN(3) {
		o.Gammas = append(o.Gammas, all[rng.IntN(len(all))])
	}
	o.ClampRegion = rng.IntN(6) == 0
	if rng.IntN(3) == 0 {
		o.Ignore = []int32{200}
	}
	return o, kind(1 + rng.IntN(4))
}

// requireNear requires each sum to be within 1e-6 of the reference, relative
// to it, or within what float32 cannot resolve of a voxel near 0.
func requireNear(t *testing.T, want, got *Totals, context string) {
	t.Helper()
	near := func(name string, want, got, w float64) {
		t.Helper()
		require.LessOrEqual(t, math.Abs(got-want), 1e-6*want+w*0x1p-120, "%s: %v is not %v; %s", name, got, want, context)
	}
	for k, w := range want.Samples[0] {
		g := got.Samples[0][k]
		near("W", w.W, g.W, w.W)
		near("TP", w.TP, g.TP, w.W)
		near("FP", w.FP, g.FP, w.W)
		near("FN", w.FN, g.FN, w.W)
		near("CE", w.CE, g.CE, w.W)
		for i := range w.Focal {
			near(fmt.Sprintf("focal γ %v", want.Gammas[i]), w.Focal[i], g.Focal[i], w.W)
		}
	}
}

// Every sum is within 1e-6 of the float64 sum of the same inputs, for every
// kind of data, activation and option, on every level.
func TestSumsAreAccurate(t *testing.T) {
	for seed := range seeds(60) {
		rng := rand.New(rand.NewPCG(seed, 5))
		o, kind := randomOptions(rng)
		o.CE = true
		v := randomVolume(rng, o, 1+rng.IntN(5000), kind)
		for _, o.Level = range Levels() {
			r := reducer(t, o)
			require.NoError(t, r.Fold(0, v.chunk(0, len(v.planes[0]))))
			requireNear(t, v.reference(), r.Totals(), fmt.Sprintf("seed %d kind %d %+v", seed, kind, o))
		}
	}
}

// The same of volumes that are all of one kind, where nothing larger hides what
// is lost: near 1, near 0, exactly 0 and 1, at the bounds of the clamp, and
// logits at both ends.
func TestSumsOfOneKindAreAccurate(t *testing.T) {
	type texture struct {
		activation bool
		draw       func(u float32) float32
	}
	for name, texture := range map[string]texture{
		"near 1":      {false, func(u float32) float32 { return 1 - u*1e-6 }},
		"near 0":      {false, func(u float32) float32 { return u * 1e-6 }},
		"tiny":        {false, func(u float32) float32 { return u * 1e-36 }},
		"0 and 1":     {false, func(u float32) float32 { return float32(bit(u < .5)) }},
		"1":           {false, func(float32) float32 { return 1 }},
		"0":           {false, func(float32) float32 { return 0 }},
		"about eps":   {false, func(u float32) float32 { return 1e-7 * (.5 + u) }},
		"about 1-eps": {false, func(u float32) float32 { return 1 - 2e-7*u }},
		"alike":       {false, func(float32) float32 { return .1 }},
		"±1000":       {true, func(u float32) float32 { return 2000*float32(bit(u < .5)) - 1000 }},
		"1000":        {true, func(float32) float32 { return 1000 }},
		"-1000":       {true, func(float32) float32 { return -1000 }},
		"near 80":     {true, func(u float32) float32 { return 80 - u }},
		"near -80":    {true, func(u float32) float32 { return u - 80 }},
		"near 16":     {true, func(u float32) float32 { return 16 + u }},
		"near -16":    {true, func(u float32) float32 { return -16 - u }},
		"undecided":   {true, func(u float32) float32 { return (u - .5) * 1e-3 }},
	} {
		for _, channels := range []int{1, 3} {
			for kind := hard; kind <= softWeighted; kind++ {
				rng := rand.New(rand.NewPCG(15, uint64(kind)))
				o := Options{Channels: channels, CE: true}
				if texture.activation {
					o.Activation = map[bool]Activation{true: Sigmoid, false: Softmax}[channels == 1]
				}
				v := randomVolume(rng, o, 1700, kind)
				for _, plane := range v.planes {
					for i := range plane {
						plane[i] = texture.draw(rng.Float32())
					}
				}
				for _, o.Gammas = range [][]float64{nil, {.25, .5, .7, 1.3, 2, 5}} {
					for _, o.Level = range Levels() {
						v.options = o
						r := reducer(t, o)
						require.NoError(t, r.Fold(0, v.chunk(0, 1700)))
						requireNear(t, v.reference(), r.Totals(), fmt.Sprintf("%s, kind %d, %+v", name, kind, o))
					}
				}
			}
		}
	}
}

// foldChunked folds a volume in chunks of random lengths.
func foldChunked(t *testing.T, rng *rand.Rand, r *Reducer, v *volume, from, to int) {
	t.Helper()
	for from < to {
		n := 1 + rng.IntN(min(to-from, []int{3, 40, 700, 5000, 200_000}[rng.IntN(5)]))
		require.NoError(t, r.Fold(0, v.chunk(from, from+n)))
		from += n
	}
}

// Any chunking, any number of workers, any split into segment-aligned shards
// merged in any order, carried as bytes or as vectors, give the same bits on
// every level.
func FuzzSameBits(f *testing.F) {
	for seed := range seeds(12) {
		f.Add(seed, uint32(seed)*30_011)
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint32) {
		rng := rand.New(rand.NewPCG(seed, 6))
		o, kind := randomOptions(rng)
		n := 1 + int(size)%(4*SegmentSize/o.Channels)
		v := randomVolume(rng, o, n, kind)
		o.Level = Generic
		whole := reducer(t, o)
		require.NoError(t, whole.Fold(0, v.chunk(0, n)))
		want := hexadecimal(whole.Totals())

		for _, o.Level = range Levels() {
			o.Workers = 1 + rng.IntN(8)
			r := reducer(t, o)
			foldChunked(t, rng, r, v, 0, n)
			require.Equal(t, want, hexadecimal(r.Totals()), "chunks, %+v", o)
		}

		o.Workers = 1 + rng.IntN(8)
		o.Level = Auto
		var shards []*Sums
		for from := 0; from < n; {
			to := min(n, from+SegmentSize*(1+rng.IntN(3)))
			r := reducer(t, o)
			foldChunked(t, rng, r, v, from, to)
			shards = append(shards, r.Sums())
			from = to
		}
		merged, err := NewSums(o)
		require.NoError(t, err)
		vector := merged.AppendVector(nil)
		for _, i := range rng.Perm(len(shards)) {
			data, err := shards[i].MarshalBinary()
			require.NoError(t, err)
			var read Sums
			require.NoError(t, read.UnmarshalBinary(data))
			require.NoError(t, merged.Merge(&read))
			for j, x := range shards[i].AppendVector(nil) {
				vector[j] += x
			}
		}
		require.Equal(t, want, hexadecimal(merged.Totals()), "shards, %+v", o)
		reduced, err := NewSums(o)
		require.NoError(t, err)
		require.NoError(t, reduced.LoadVector(vector))
		require.Equal(t, want, hexadecimal(reduced.Totals()), "all-reduce, %+v", o)
	})
}

// Samples appended to each other and samples of one batch give the same
// totals; the batch's sums do not depend on the order of samples.
func TestAppend(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	o := Options{Channels: 3, Activation: Softmax, CE: true, Gammas: []float64{.7}}
	batch := o
	batch.Samples = 4
	together := reducer(t, batch)
	var parts []*Sums
	for b := range 4 {
		v := randomVolume(rng, o, 3000+b, hard)
		require.NoError(t, together.Fold(b, v.chunk(0, 3000+b)))
		one := reducer(t, o)
		require.NoError(t, one.Fold(0, v.chunk(0, 3000+b)))
		parts = append(parts, one.Sums())
	}
	join := func(order ...int) *Totals {
		sums := reducer(t, o).Sums()
		require.NoError(t, sums.UnmarshalBinary(must(parts[order[0]].MarshalBinary())))
		for _, i := range order[1:] {
			require.NoError(t, sums.Append(parts[i]))
		}
		return sums.Totals()
	}
	assert.Equal(t, hexadecimal(together.Totals()), hexadecimal(join(0, 1, 2, 3)))
	assert.Equal(t, together.Totals().Batch, join(3, 1, 0, 2).Batch)
	require.Error(t, parts[0].Merge(together.Sums()), "other samples")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Sums made under other options do not mix, whatever option differs.
func TestOtherOptionsDoNotMix(t *testing.T) {
	base := Options{Channels: 1, CE: true, Gammas: []float64{2}, Ignore: []int32{255}}
	others := []func(*Options){
		func(o *Options) { o.Channels = 2 }, func(o *Options) { o.Activation = Sigmoid }, func(o *Options) { o.CE = false },
		func(o *Options) { o.Gammas = []float64{2, 3} }, func(o *Options) { o.Epsilon = 1e-6 }, func(o *Options) { o.ClampRegion = true },
		func(o *Options) { o.Ignore = nil }, func(o *Options) { o.Foreground = []int32{1} }, func(o *Options) { o.Nonzero = true },
		func(o *Options) { o.Foreground = []int32{} },
	}
	for _, change := range others {
		o := base
		change(&o)
		a, b := must(NewSums(base)), must(NewSums(o))
		require.ErrorContains(t, a.Merge(b), "other options")
		require.ErrorContains(t, a.Append(b), "other options")
		var read Sums
		require.NoError(t, read.UnmarshalBinary(must(b.MarshalBinary())))
		require.NoError(t, b.Merge(&read), "options survive the binary form")
	}
	base.Ignore, base.Gammas = []int32{3, 255}, []float64{0, 2}
	same := base
	same.Workers, same.Level, same.Ignore, same.Gammas = 7, Generic, []int32{255, 3, 255}, []float64{2, math.Copysign(0, -1)}
	require.NoError(t, must(NewSums(base)).Merge(must(NewSums(same))), "workers, level and the order of lists change nothing")
}

// UnmarshalBinary of any bytes is an error or sums that encode to the same
// bytes, and truncated or changed data is always an error.
func FuzzUnmarshalSums(f *testing.F) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 6 {
		o, kind := randomOptions(rng)
		r := reducer(f, o)
		v := randomVolume(rng, o, 900, kind)
		require.NoError(f, r.Fold(0, v.chunk(0, 900)))
		f.Add(must(r.Sums().MarshalBinary()), uint16(rng.Uint32()))
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		var s Sums
		if s.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, must(s.MarshalBinary()))
		i := int(at) % len(data)
		require.Error(t, s.UnmarshalBinary(data[:i]), "truncated")
		changed := slices.Clone(data)
		changed[i] ^= 1 << (at % 8)
		require.Error(t, s.UnmarshalBinary(changed), "corrupt")
		require.Equal(t, data, must(s.MarshalBinary()), "a failed call changes nothing")
	})
}

// A chunk that is not acceptable is refused whole, with the first voxel and
// the count; sums and open block stay, and folding goes on as if it had not
// come.
func TestBadInputChangesNothing(t *testing.T) {
	type breakage struct {
		what string
		do   func(v *volume, i int)
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	value := func(x float32) func(v *volume, i int) {
		return func(v *volume, i int) { v.planes[len(v.planes)-1][i] = x }
	}
	for seed := range seeds(200) {
		rng := rand.New(rand.NewPCG(seed, 9))
		o, kind := randomOptions(rng)
		o.Workers = 1 + rng.IntN(3)
		breakages := []breakage{{"prediction", value(nan)}, {"prediction", value(inf)}, {"prediction", value(-inf)}}
		if o.Activation == None {
			breakages = append(breakages, breakage{"prediction", value(1.001)}, breakage{"prediction", value(-2e-7)})
		}
		if kind == hard || kind == weighted {
			breakages = append(breakages, breakage{"label", func(v *volume, i int) { v.labels[i] = 77 }})
		} else {
			breakages = append(breakages, breakage{"target", func(v *volume, i int) { v.soft[0][i] = 1.1 }})
		}
		if kind == weighted || kind == softWeighted {
			breakages = append(breakages, breakage{"weight", func(v *volume, i int) { v.weights[i] = -1 }},
				breakage{"weight", func(v *volume, i int) { v.weights[i] = nan }})
		}
		before, after := randomVolume(rng, o, 1+rng.IntN(2000), kind), randomVolume(rng, o, 1+rng.IntN(2000), kind)
		n := 1 + rng.IntN(150_000/o.Channels)
		broken := randomVolume(rng, o, n, kind)
		b := breakages[rng.IntN(len(breakages))]
		places := map[int]bool{}
		for range 1 + rng.IntN(3) {
			i := rng.IntN(n)
			b.do(broken, i)
			places[i] = true
		}
		first := n
		for i := range places {
			first = min(first, i)
		}

		r, clean := reducer(t, o), reducer(t, o)
		m := len(before.planes[0])
		require.NoError(t, r.Fold(0, before.chunk(0, m)))
		require.NoError(t, clean.Fold(0, before.chunk(0, m)))
		err := r.Fold(0, broken.chunk(0, n))
		var input *InputError
		require.ErrorAs(t, err, &input, "%+v %+v", o, b)
		assert.Equal(t, b.what, input.What)
		assert.Equal(t, int64(m+first), input.Voxel, "first voxel, seed %d", seed)
		assert.Equal(t, int64(len(places)), input.Count, "count")
		assert.Equal(t, int64(m), r.Voxels(0))
		require.Equal(t, hexadecimal(clean.Totals()), hexadecimal(r.Totals()), "sums up to the last good call")
		m = len(after.planes[0])
		require.NoError(t, r.Fold(0, after.chunk(0, m)))
		require.NoError(t, clean.Fold(0, after.chunk(0, m)))
		require.Equal(t, hexadecimal(clean.Totals()), hexadecimal(r.Totals()), "and on")
	}
}

// NaN is an error under an ignored voxel and under weight 0 too.
func TestNaNUnderIgnored(t *testing.T) {
	for _, n := range []int{1, 600} {
		x := make([]float32, n)
		labels := make([]uint8, n)
		x[0], labels[0] = float32(math.NaN()), 255
		r := reducer(t, Options{Ignore: []int32{255}})
		require.Error(t, r.Fold(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(labels)}))
		r = reducer(t, Options{})
		labels[0] = 0
		require.Error(t, r.Fold(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(labels), Weights: make([]float32, n)}))
	}
}

// Probabilities outside [0,1] by at most epsilon, −0 and huge logits count as
// 0, 1 and the largest logit that is summed.
func TestTolerated(t *testing.T) {
	fold := func(o Options, value float32) string {
		x := make([]float32, 700)
		fill(x, .25)
		x[3], x[699] = value, value
		r := reducer(t, o)
		require.NoError(t, r.Fold(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(make([]uint8, 700))}))
		return hexadecimal(r.Totals())
	}
	o := Options{CE: true, Epsilon: 1e-6}
	negative := float32(math.Copysign(0, -1))
	for _, o.Level = range Levels() {
		assert.Equal(t, fold(o, 0), fold(o, negative))
		assert.Equal(t, fold(o, 0), fold(o, -9e-7))
		assert.Equal(t, fold(o, 1), fold(o, 1+9e-7))
		l := Options{Activation: Sigmoid, CE: true, Level: o.Level}
		assert.Equal(t, fold(l, maxLogit), fold(l, math.MaxFloat32))
		assert.Equal(t, fold(l, -maxLogit), fold(l, -math.MaxFloat32))
	}
}

// Slices that do not fit each other panic before anything is added.
func TestMisuse(t *testing.T) {
	x, y := make([]float32, 1000), make([]uint8, 1000)
	o := Options{Workers: 1}
	r := reducer(t, o)
	require.NoError(t, r.Fold(0, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}))
	want := hexadecimal(r.Totals())
	for _, c := range []Chunk{
		{Prediction: Float32(x), Target: LabelsUint8(y[1:])},
		{Prediction: Float32(x, x), Target: LabelsUint8(y)},
		{Prediction: Float32(x), Target: Soft(x, x)},
		{Prediction: Float32(x), Target: Soft(x[:3])},
		{Prediction: Float32(x), Target: LabelsUint8(y), Weights: x[:999]},
		{Prediction: Float32(x), Target: LabelsUint8(y), Weights: x},
		{Prediction: Float32(x), Target: Soft(x)},
	} {
		require.Panics(t, func() { _ = r.Fold(0, c) })
		require.Equal(t, want, hexadecimal(r.Totals()))
	}
	require.Panics(t, func() { _ = r.Fold(1, Chunk{Prediction: Float32(x), Target: LabelsUint8(y)}) })
}

// Where blocks in the middle of a tile are put in plain form, as those with a −0
// are, sums and gradient have the bits of what was plain to begin with, converted
// on the way or not.
func TestPlainBlocks(t *testing.T) {
	for seed := range seeds(18) {
		rng := rand.New(rand.NewPCG(seed, 3))
		for kind := hard; kind <= softWeighted; kind++ {
			o := Options{Channels: 1 + 2*rng.IntN(2), CE: true, Gammas: []float64{.5, 2}[:1+rng.IntN(2)], Workers: 1}
			n := 1 + rng.IntN(40*BlockSize)
			v := randomVolume(rng, o, n, kind)
			for range 20 {
				v.planes[rng.IntN(o.Channels)][rng.IntN(n)] = 0
			}
			d := randomDerivatives(rng, o)
			results := func(c Chunk) (string, [][]float32) {
				r, b, g := reducer(t, o), must(NewBackward(o)), planesOf(o.Channels, n)
				b.Set(d, 1)
				require.NoError(t, r.Fold(0, c))
				require.NoError(t, b.Pull(0, c, g...))
				return hexadecimal(r.Totals()), g
			}
			want, wantGradient := results(v.chunk(0, n))
			for _, planes := range [][][]float32{v.planes, v.soft} {
				for _, plane := range planes {
					for i, x := range plane {
						if x == 0 && rng.IntN(2) == 0 {
							plane[i] = float32(math.Copysign(0, -1))
						}
					}
				}
			}
			doubles := make([][]float64, o.Channels)
			for k, plane := range v.planes {
				for _, x := range plane {
					doubles[k] = append(doubles[k], float64(x))
				}
			}
			converted := v.chunk(0, n)
			converted.Prediction = Float64(doubles...)
			for _, c := range []Chunk{v.chunk(0, n), converted} {
				got, gradient := results(c)
				require.Equal(t, want, got, "seed %d kind %d", seed, kind)
				for k := range gradient {
					requireBits(t, wantGradient[k], gradient[k], "seed %d kind %d", seed, kind)
				}
			}
		}
	}
}

// A Reducer takes one kind of data from the first chunk on that was added, be it
// summed or counted: an empty one, or one that was refused, is none.
func TestKind(t *testing.T) {
	labels := LabelsUint8(make([]uint8, 4))
	counted := Chunk{Prediction: Quantised(make([]uint8, 4)), Target: labels}
	weighted := Chunk{Prediction: Float32(make([]float32, 4)), Target: labels, Weights: make([]float32, 4)}
	for _, pair := range [][2]Chunk{{counted, weighted}, {weighted, counted}} {
		r := reducer(t, Options{})
		require.NoError(t, r.Fold(0, Chunk{Prediction: Float32([]float32{}), Target: Soft([]float32{})}))
		require.Error(t, r.Fold(0, Chunk{Prediction: Float32([]float32{2}), Target: LabelsUint8([]uint8{0})}))
		require.NoError(t, r.Fold(0, pair[0]))
		require.Panics(t, func() { _ = r.Fold(0, pair[1]) })
		require.NoError(t, r.Fold(0, pair[0]))
		require.Equal(t, int64(8), r.Voxels(0))
	}
}

// Sums may be read by many at once, and a vector that does not fit them is
// refused.
func TestSumsAreRead(t *testing.T) {
	o := Options{Channels: 1, CE: true, Workers: 1}
	v := randomVolume(rand.New(rand.NewPCG(4, 4)), o, 2*SegmentSize+9, hard)
	r := reducer(t, o)
	require.NoError(t, r.Fold(0, v.chunk(0, 2*SegmentSize+9)))
	sums := r.Sums()
	require.NoError(t, sums.Merge(r.Sums()))
	want := hexadecimal(must(New(o)).Totals())
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			assert.NotEqual(t, want, hexadecimal(sums.Totals()))
			_, _ = sums.MarshalBinary()
			sums.AppendVector(nil)
			assert.NoError(t, must(NewSums(o)).Merge(sums))
		})
	}
	wait.Wait()
	vector := sums.AppendVector(nil)
	vector[limbCount-1] = 1 << 40
	require.ErrorContains(t, sums.LoadVector(vector), "out of range")
	vector[limbCount-1], vector[limbCount-2] = 1<<32-1, 1<<33
	require.ErrorContains(t, sums.LoadVector(vector), "out of range")

	totals := r.Totals()
	totals.Gammas = append(totals.Gammas, 7)
	require.Empty(t, r.Totals().Gammas)
	totals.WithoutCE = true
	require.False(t, r.Totals().WithoutCE)
	require.True(t, must(New(Options{})).Totals().WithoutCE)
	require.False(t, must(New(Options{Gammas: []float64{2}})).Totals().WithoutCE)
}

// Fold allocates nothing once it has its buffers, whatever the workers and the
// types of prediction and labels.
func TestFoldAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 10))
	for _, channels := range []int{1, 4} {
		for kind := hard; kind <= softWeighted; kind++ {
			for _, element := range elements {
				o := Options{Channels: channels, CE: true, Gammas: []float64{.7, 2}, Workers: 1 + 2*rng.IntN(2)}
				_, chunk := narrowVolume(rng, o, element, SegmentSize+700, kind)
				for from := range 3 { // a type of labels each
					if testing.Short() && from != rng.IntN(3) {
						continue
					}
					c := chunk(from, SegmentSize+697+from)
					r := reducer(t, o)
					require.NoError(t, r.Fold(0, c))
					assert.Zero(t, testing.AllocsPerRun(1, func() { _ = r.Fold(0, c) }), "%s, %d channels, kind %d, %d workers, from %d", element, channels, kind, o.Workers, from)
				}
			}
		}
	}
}

// What ReadTotals writes over the sums of another Reducer, of more classes,
// exponents or samples, or fewer, are the sums that Sums gives; done again, it
// allocates nothing.
func TestReadTotals(t *testing.T) {
	var got Totals
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 21))
		o, kind := randomOptions(rng)
		o.Samples = 1 + rng.IntN(3)
		r := reducer(t, o)
		for sample := range o.Samples {
			n := rng.IntN(1500)
			require.NoError(t, r.Fold(sample, randomVolume(rng, o, n, kind).chunk(0, n)))
		}
		want := hexadecimal(r.Sums().Totals())
		r.ReadTotals(&got)
		require.Equal(t, want, hexadecimal(&got), "seed %d", seed)
		require.Equal(t, want, hexadecimal(r.Totals()), "seed %d", seed)
		require.Zero(t, testing.AllocsPerRun(1, func() { r.ReadTotals(&got) }), "seed %d", seed)
		samples := fmt.Sprint(got.Samples)
		for k := range got.Batch {
			got.Batch[k].TP++
			for i := range got.Batch[k].Focal {
				got.Batch[k].Focal[i]++
			}
		}
		require.Equal(t, samples, fmt.Sprint(got.Samples), "the batch has memory of its own")
	}
}

// Options out of range are refused by name.
func TestOptionRanges(t *testing.T) {
	for name, o := range map[string]Options{
		"gamma": {Gammas: []float64{-1}}, "epsilon": {Epsilon: .5}, "channels": {Channels: 300}, "samples": {Samples: -1},
		"softmax": {Activation: Softmax}, "sigmoid": {Activation: Sigmoid, Channels: 2}, "workers": {Workers: -2}, "workers 65537": {Workers: 65537},
		"foreground": {Channels: 2, Nonzero: true}, "nonzero": {Foreground: []int32{3}, Nonzero: true}, "activation": {Activation: 9}, "level": {Level: map[bool]Level{true: NEON, false: AVX2}[slices.Contains(Levels(), AVX2)]},
	} {
		_, err := New(o)
		require.ErrorContains(t, err, name)
	}
	_, err := New(Options{Gammas: []float64{math.NaN()}})
	require.Error(t, err)
}

// All memory of a Reducer of up to 64 channels is under 4 MiB with 8 workers,
// whatever the kind and type of its data, once each worker has converted some and
// put a block in plain form; and it does not grow with the volume.
func TestMemory(t *testing.T) {
	const workers = 8
	n, kinds := 9*SegmentSize+700, []kind{hard, weighted, soft, softWeighted}
	if testing.Short() {
		n, kinds = 2*BlockSize, []kind{hard, softWeighted}
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	singles, doubles, labels := make([]float32, n), make([]float64, n), make([]uint8, n)
	fill(singles, float32(math.Copysign(0, -1)))
	fill(doubles, math.Copysign(0, -1))
	for _, channels := range []int{1, 4, 64} {
		for _, kind := range kinds {
			planes := slices.Repeat([][]float32{singles}, channels)
			c := Chunk{Target: LabelsUint8(labels)}
			if kind >= soft {
				c.Target = Soft(planes...)
			}
			if kind == weighted || kind == softWeighted {
				c.Weights = singles
			}
			for name, p := range map[string]Prediction{"float32": Float32(planes...), "float64": Float64(slices.Repeat([][]float64{doubles}, channels)...)} {
				c.Prediction = p
				before := heap()
				r := reducer(t, Options{Channels: channels, CE: true, Gammas: []float64{2}, Workers: workers})
				r.begin(&c)
				for i := range workers { // each of which may come to do that
					w := r.worker(i)
					w.prepare(&c)
					require.True(t, w.chunk(&c, 0, BlockSize))
				}
				require.NoError(t, r.Fold(0, c))
				after := heap()
				assert.Less(t, int64(after)-int64(before), int64(4<<20), "%d channels, kind %d, %s", channels, kind, name)
				require.NoError(t, r.Fold(0, c))
				assert.Less(t, int64(heap())-int64(after), int64(64<<10), "%d channels, kind %d, %s, more voxels", channels, kind, name)
				runtime.KeepAlive(r)
			}
		}
	}
	runtime.KeepAlive(singles)
}
