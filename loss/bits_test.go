package loss

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/voxfold/voxfold/reduce"
)

// A digest of the bits of many losses and derivatives. Every architecture has
// to give this one; it changes only where the arithmetic is changed on purpose.
func TestSameBitsEverywhere(t *testing.T) {
	digest := fnv.New64a()
	add := func(x float64) {
		digest.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
	}
	rng := rand.New(rand.NewPCG(6, 6))
	for range 50 {
		for _, e := range Table() {
			channels := 1 + rng.IntN(4)
			l := randomLoss(rng, e, channels)
			totals := randomTotals(rng, Needs{Region: true, CE: true, Gammas: l.Needs().Gammas}, channels, 3)
			d := reduce.NewDerivatives(totals)
			l.AddDerivative(totals, 1./3, d)
			add(l.Value(totals))
			for _, rows := range d.Samples {
				for c := range rows {
					for _, x := range entries(&rows[c]) {
						add(*x)
					}
				}
			}
		}
	}
	assert.Equal(t, uint64(0xb76a3c4a95fb6b25), digest.Sum64(), "got %#x", digest.Sum64())
}
