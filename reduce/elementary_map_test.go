package reduce

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestElementaryLevels: every elementary function gives the bits of the
// portable one on every level, over its whole domain (with -sweep, every
// float32 of it). The hashes it prints are the same on every machine.
func TestElementaryLevels(t *testing.T) {
	const minNormal = 0x1p-126
	type function struct {
		name     string
		f        int
		gamma    float64
		from, to float32 // the domain, of one sign
	}
	functions := []function{
		{"negLog", mapNegLog, 0, minNormal, 1},
		{"exp", mapExp, 0, float32(math.Copysign(0, -1)), float32(math.Inf(-1))},
		{"log1p", mapLog1p, 0, 0, 1},
		{"sigmoid", mapSigmoid, 0, float32(math.Copysign(0, -1)), float32(math.Inf(-1))},
	}
	for _, swept := range sweptGammas {
		gamma := swept.gamma
		functions = append(functions, function{fmt.Sprintf("power %v", gamma), mapPower, gamma, minNormal, 1})
	}
	for _, fn := range functions {
		t.Run(fn.name, func(t *testing.T) {
			t.Parallel()
			const n = 16 * mapGroup
			src, want, got := make([]float32, n), make([]float32, n), make([]float32, n)
			w := newPower(fn.gamma)
			from, to := uint64(math.Float32bits(fn.from)), uint64(math.Float32bits(fn.to))
			step := uint64(1)
			if !*sweep {
				step = (to-from)/100_000 | 1
			}
			hash := fnv.New64a()
			for next := from; next <= to; {
				for i := range src {
					src[i] = math.Float32frombits(uint32(min(next, to)))
					next += step
				}
				mapGeneric(fn.f, &mapCall{src, want, w.hi, w.lo})
				_ = binary.Write(hash, binary.LittleEndian, want)
				for _, level := range Levels() {
					for _, shift := range []int{0, mapGroup / 2} { // each number in either half
						clear(got)
						level.kernels().elementary(fn.f, &mapCall{append(src[shift:n:n], src[:shift]...), got, w.hi, w.lo})
						for i := range got {
							k := (i + shift) % n
							if a, b := math.Float32bits(want[k]), math.Float32bits(got[i]); a != b {
								require.Failf(t, "other bits", "%v of %v (%#x): want %#x, got %#x", level, src[k], math.Float32bits(src[k]), a, b)
							}
						}
					}
				}
			}
			t.Logf("hash %016x", hash.Sum64())
		})
	}
}
