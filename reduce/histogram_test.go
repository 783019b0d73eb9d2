package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// narrowVolume returns a volume whose numbers an element type holds exactly,
// and a function that gives voxels of it as chunks of that type.
func narrowVolume(rng *rand.Rand, o Options, element string, n int) (*volume, func(from, to int) Chunk) {
	v := randomVolume(rng, o, n, hard)
	bytes, halves := make([][]uint8, o.Channels), make([][]uint16, o.Channels)
	for k, plane := range v.planes {
		bytes[k], halves[k] = make([]uint8, n), make([]uint16, n)
		value, run := uint16(0), 0
		for i := range plane {
			if run--; run < 0 {
				value, run = uint16(rng.Uint32()), rng.IntN(40)*rng.IntN(2)
			}
			bytes[k][i] = uint8(value)
			switch element {
			case "uint8":
				plane[i] = quantised(bytes[k][i])
				continue
			case "float16":
				halves[k][i] = value % 0x3c01 // 0 to 1
				if o.Activation != None {
					halves[k][i] = value%0x4900 | value&0x8000 // −10 to 10
				}
				plane[i] = float16(halves[k][i])
			case "bfloat16":
				halves[k][i] = value % 0x3f81
				if o.Activation != None {
					halves[k][i] = value%0x4120 | value&0x8000
				}
				plane[i] = bfloat16(halves[k][i])
			}
		}
	}
	return v, func(from, to int) Chunk {
		c := v.chunk(from, to)
		switch element {
		case "uint8":
			var cuts [][]uint8
			for _, p := range bytes {
				cuts = append(cuts, p[from:to])
			}
			c.Prediction = Quantised(cuts...)
		default:
			var cuts [][]uint16
			for _, p := range halves {
				cuts = append(cuts, p[from:to])
			}
			if c.Prediction = Float16(cuts...); element == "bfloat16" {
				c.Prediction = BFloat16(cuts...)
			}
		}
		return c
	}
}

// Counting gives the sums of every exponent, within the contract, with the
// same bits for any chunks and workers; a Reducer of quantised numbers gives
// the same ones, and one of 16-bit numbers the same within the contract.
func TestHistogram(t *testing.T) {
	for seed := range seeds(60) {
		rng := rand.New(rand.NewPCG(seed, 16))
		element := []string{"uint8", "float16", "bfloat16"}[rng.IntN(3)]
		o := Options{Channels: []int{1, 1, 3}[rng.IntN(3)], CE: true, Gammas: []float64{0, .5, .7, 3}, Workers: 1 + rng.IntN(4)}
		if element != "uint8" && o.Channels == 1 && rng.IntN(2) == 0 {
			o.Activation = Sigmoid
		}
		if rng.IntN(2) == 0 {
			o.Ignore = []int32{200}
		}
		n := 1 + rng.IntN(2*SegmentSize+100)
		v, chunk := narrowVolume(rng, o, element, n)
		name := fmt.Sprintf("seed %d, %s, %+v", seed, element, o)

		h := must(NewHistogram(o))
		require.NoError(t, h.Fold(0, chunk(0, n)))
		whole := must(h.Totals(true, o.Gammas...))
		requireNear(t, v.reference(), whole, name)

		o.Workers = 1 + rng.IntN(4)
		parts, r := must(NewHistogram(o)), reducer(t, o)
		for from := 0; from < n; {
			to := from + 1 + rng.IntN(n-from)
			require.NoError(t, parts.Fold(0, chunk(from, to)))
			require.NoError(t, r.Fold(0, chunk(from, to)))
			from = to
		}
		require.Equal(t, hexadecimal(whole), hexadecimal(must(parts.Totals(true, o.Gammas...))), name)
		assert.Equal(t, int64(n), r.Voxels(0))
		if element == "uint8" {
			require.Equal(t, hexadecimal(whole), hexadecimal(r.Totals()), name)
			r.Reset()
			require.Zero(t, r.Totals().Batch[0].W, "nothing is left after a Reset")
		} else {
			requireNear(t, v.reference(), r.Totals(), name)
		}
	}
}

// What is not acceptable is refused with nothing counted, under an ignored
// voxel too.
func TestHistogramRefuses(t *testing.T) {
	nan := uint16(0x7e00)
	labels := make([]uint8, 5000)
	labels[4000], labels[4001] = 255, 9
	o := Options{Ignore: []int32{255}, Workers: 1}
	x := make([]uint16, 5000)

	h := must(NewHistogram(o))
	var input *InputError
	require.ErrorAs(t, h.Fold(0, Chunk{Prediction: Float16(x), Target: LabelsUint8(labels)}), &input)
	assert.Equal(t, int64(4001), input.Voxel)
	require.ErrorAs(t, must(NewHistogram(o)).Fold(0, Chunk{Prediction: Quantised(make([]uint8, 5000)), Target: LabelsUint8(labels)}), &input)
	assert.Equal(t, int64(4001), input.Voxel)
	labels[4001] = 1
	for _, i := range []int{4000, 4001} {
		x[i] = nan
		require.ErrorAs(t, h.Fold(0, Chunk{Prediction: Float16(x), Target: LabelsUint8(labels)}), &input)
		assert.Equal(t, int64(i), input.Voxel)
		x[i] = 0
	}
	assert.Zero(t, must(h.Totals(false)).Batch[0].W)
	assert.Panics(t, func() { _ = h.Fold(0, Chunk{Prediction: Float32(make([]float32, 3)), Target: LabelsUint8(labels[:3])}) })
	_, err := NewHistogram(Options{Channels: 2, Activation: Softmax})
	require.ErrorContains(t, err, "softmax")
}

// binary16 and bfloat16 numbers are read exactly: every pattern, against
// arithmetic on its parts.
func TestElements(t *testing.T) {
	for b := range 1 << 16 {
		sign := 1 - 2*float64(b>>15)
		exponent, fraction := b>>10&31, float64(b&1023)
		want := sign * math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		got := float64(float16(uint16(b)))
		require.True(t, got == want || math.IsNaN(got) && math.IsNaN(want), "%#x: %v is not %v", b, got, want)
		exponent, fraction = b>>7&255, float64(b&127)
		if want = sign * math.Ldexp(1+fraction/128, exponent-127); exponent == 0 {
			want = sign * math.Ldexp(fraction/128, -126)
		}
		if exponent < 255 {
			require.Equal(t, want, float64(bfloat16(uint16(b))), "%#x", b)
		}
	}
}
