package reduce

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
		v, chunk := narrowVolume(rng, o, element, n, hard)
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
	require.NoError(t, h.Fold(0, Chunk{Prediction: Float16(x), Target: LabelsUint8(labels)}))
	require.ErrorAs(t, h.Fold(0, Chunk{Prediction: Float16([]uint16{0, nan}), Target: LabelsUint8(labels[:2])}), &input)
	assert.Equal(t, int64(5001), input.Voxel, "counted from the sample's first")
	assert.Panics(t, func() { _ = h.Fold(0, Chunk{Prediction: Float32(make([]float32, 3)), Target: LabelsUint8(labels[:3])}) })
	_, err := NewHistogram(Options{Channels: 2, Activation: Softmax})
	require.ErrorContains(t, err, "softmax")
}
