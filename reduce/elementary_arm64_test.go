//go:build !purego && !noasm

package reduce

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestElementaryNEON: the NEON steps give the bits of the portable functions,
// at the ends of their domains and at bit patterns between.
func TestElementaryNEON(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	gamma := newPower(.7)
	for i, f := range []struct {
		name     string
		from, to float32 // of one sign, |from| ≤ |to|
		f        func(x float32) float32
	}{
		{"negLog", 0, 1, func(x float32) float32 { return negLog(x, 1-x) }},
		{"exp", float32(math.Copysign(0, -1)), -math.MaxFloat32, func(x float32) float32 { e, _, _ := exp(x); return e }},
		{"log1p", 0, 1, log1p},
		{"sigmoid", float32(math.Copysign(0, -1)), -math.MaxFloat32, func(x float32) float32 {
			e, _, _ := exp(x)
			_, small := sigmoid(e)
			return small
		}},
		{"power", 0x1p-126, 1, gamma.of},
	} {
		a, b := math.Float32bits(f.from), math.Float32bits(f.to)
		src, dst := make([]float32, 1<<16), make([]float32, 1<<16)
		for j := range src {
			src[j] = math.Float32frombits(a + rng.Uint32N(b-a+1))
		}
		src[0], src[1] = f.from, f.to
		mapNEON(i, &mapCall{src: src, dst: dst, hi: gamma.hi, lo: gamma.lo})
		for j, x := range src {
			require.Equal(t, math.Float32bits(f.f(x)), math.Float32bits(dst[j]), "%s of %v", f.name, x)
		}
	}
}
