//go:build !purego && !noasm

package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// What clang made gives the sums of the portable path, but for rounding.
func TestClang(t *testing.T) {
	if !HasClang() {
		assert.Panics(t, func() { RegionByClang(nil, nil) })
		t.Skip("this machine has no AVX2")
	}
	assert.Panics(t, func() { RegionByClang(make([]float32, 1), nil) })
	for _, data := range Data {
		for _, n := range []int{1, 7, 15, 16, 17, 100, 4095, 4096, 4097, 70_001} {
			c := Case{Level: "generic", Input: "probabilities", Target: "uint8", Data: data, Sums: "region", Classes: 1, Threads: 1, Voxels: n}
			v := NewVolume(c)
			o, err := c.options()
			require.NoError(t, err)
			r, err := reduce.New(o)
			require.NoError(t, err)
			require.NoError(t, r.Fold(0, v.chunk(c)))
			want := r.Totals().Samples[0][1]
			tp, fp, fn := RegionByClang(v.planes[0], v.labels)
			assert.InEpsilon(t, 1+want.TP, 1+tp, 1e-4, "TP of %d %s voxels", n, data)
			assert.InEpsilon(t, 1+want.FP, 1+fp, 1e-4, "FP of %d %s voxels", n, data)
			assert.InEpsilon(t, 1+want.FN, 1+fn, 1e-4, "FN of %d %s voxels", n, data)
		}
	}
}
