package volume

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func floatFile(t *testing.T, opts Options, values ...float64) *File {
	data := npyBytes(1, Float64, false, false, []int64{int64(len(values))}, encode(Float64, false, values))
	return openFile(t, write(t, data), opts)
}

func TestValues(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	many := make([]float64, 3*MaxDistinct)
	for i := range many {
		many[i] = float64(i / 2)
	}
	for _, c := range []struct {
		values []float64
		want   Values
	}{
		{[]float64{3, 0, 0, 3, -1}, Values{Min: -1, Max: 3, Whole: true, Distinct: []float64{-1, 0, 3}}},
		{[]float64{.5, .5, 1}, Values{Min: .5, Max: 1}},
		{[]float64{nan, nan, 2}, Values{Min: 2, Max: 2, NaN: 2}},
		{[]float64{inf, 0}, Values{Min: 0, Max: inf}},
		{many, Values{Min: 0, Max: 1.5*MaxDistinct - 1, Whole: true}},
	} {
		f := floatFile(t, Options{}, c.values...)
		seen := 0
		got, err := f.Values(func(n int) { seen += n })
		require.NoError(t, err)
		require.Equal(t, c.want, got)
		require.Equal(t, len(c.values), seen)
		whole, err := f.Whole()
		require.NoError(t, err)
		require.Equal(t, c.want.Whole, whole)
	}

	none, err := floatFile(t, Options{}, nan).Values(nil)
	require.NoError(t, err)
	require.True(t, math.IsNaN(none.Min) && math.IsNaN(none.Max))
}

// Options rescale what the file's own scale has given, and labels too.
func TestRescale(t *testing.T) {
	opts := Options{Slope: .5, Intercept: 1}
	n := niftiFile{version: 1, datatype: Int16, dim: []int64{2, 1, 1}, slope: 3, intercept: -1, elements: []byte{1, 0, 5, 0}}
	f := openFile(t, write(t, n.bytes()), opts)
	require.Equal(t, []float64{3, -1}, []float64{f.Slope, f.Intercept}, "what the file says")
	require.Equal(t, []float32{2, 8}, readPlane(t, f, 0, 0, (*Plane).Float32))
	require.Equal(t, []float64{2, 8}, readPlane(t, f, 0, 0, (*Plane).Float64))
	require.Equal(t, []int32{2, 8}, readPlane(t, f, 0, 0, (*Plane).Labels))

	f = floatFile(t, Options{Intercept: .5}, 1, 2)
	require.True(t, f.Scaled())
	require.Equal(t, []float64{1.5, 2.5}, readPlane(t, f, 0, 0, (*Plane).Float64))
	p, err := f.Plane(0, 0)
	require.NoError(t, err)
	defer p.Close()
	_, err = p.Labels(make([]int32, 1))
	require.ErrorContains(t, err, "1.5 is no label")
}
