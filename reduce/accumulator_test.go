package reduce

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The accumulator's value is the exact sum rounded once, in any order, merged
// in any grouping: compared with arithmetic of arbitrary precision.
func TestAccumulatorIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		spread := rng.IntN(250)
		var parts [4]accumulator
		exact := new(big.Float).SetPrec(3000)
		for range rng.IntN(300) {
			// A multiple of 2^-149 with up to 53 digits, as segment sums are.
			x := math.Ldexp(float64(rng.Uint64N(1<<(1+rng.UintN(53)))), lowestBit+rng.IntN(spread+1))
			if rng.IntN(10) == 0 {
				x = math.Ldexp(1, rng.IntN(294)-149)
			}
			parts[rng.IntN(len(parts))].add(x)
			exact.Add(exact, new(big.Float).SetFloat64(x))
		}
		want, _ := exact.Float64()
		var sum accumulator
		for _, i := range rng.Perm(len(parts)) {
			sum.merge(&parts[i])
		}
		require.Equal(t, want, sum.value())
		require.Equal(t, want, sum.value(), "reading changes nothing")
	}
}

// Ties and their neighbours round to even, wherever they lie.
func TestAccumulatorRoundsToEven(t *testing.T) {
	for place := -149; place < 90; place++ {
		for _, odd := range []float64{0, 1} {
			for _, tiny := range []float64{0, math.Ldexp(1, -149)} {
				var a accumulator
				exact := new(big.Float).SetPrec(3000)
				for _, x := range []float64{math.Ldexp(1+odd*0x1p-52, place+53), math.Ldexp(1, place), tiny} {
					a.add(x)
					exact.Add(exact, new(big.Float).SetFloat64(x))
				}
				want, _ := exact.Float64()
				require.Equal(t, want, a.value(), "place %d odd %v tiny %v", place, odd, tiny)
			}
		}
	}
}

// Carries are passed on before they overflow.
func TestAccumulatorCarries(t *testing.T) {
	var a accumulator
	for range 100 {
		a.add(1)
		a.count(1<<31 - 2)
	}
	require.Equal(t, 100.0, a.value())
}
