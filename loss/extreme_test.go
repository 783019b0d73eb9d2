package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// Whatever the sums and the parameters, the value is a number, and each
// derivative one of float32.
func TestNoNaNAndNoInf(t *testing.T) {
	sums := []float64{0, 0, 0, math.SmallestNonzeroFloat64, 1e-320, 1e-43, 1e-30, 1e-7, 1, 3, 1e10, 0x1p40}
	for _, e := range Table() {
		for seed := range uint64(300) {
			rng := rand.New(rand.NewPCG(seed, 5))
			channels := 1 + rng.IntN(3)
			l := extremeLoss(rng, e, channels)
			totals := randomTotals(rng, Needs{Region: true, CE: true, Gammas: l.Needs().Gammas}, channels, 2)
			for _, rows := range totals.Samples {
				for c := range rows {
					region, logarithmic := entries(&rows[c])[:3], entries(&rows[c])[3:]
					for _, x := range region {
						*x = sums[rng.IntN(len(sums))]
					}
					for _, x := range logarithmic { // at most the size of the target by the largest −log p
						*x = (rows[c].TP + rows[c].FN) * []float64{0, 1e-300, 1e-7, 1, math.MaxFloat32}[rng.IntN(5)]
					}
					rows[c].W = []float64{1e-45, 1, 0x1p40}[seed%3]
				}
			}
			addBatch(totals)
			assertFinite(t, l, totals)
		}
	}
}

// extremeLoss draws the ends of the ranges, and what is next to them.
func extremeLoss(rng *rand.Rand, e Entry, channels int) Loss {
	l := randomLoss(rng, e, channels)
	params := l.Params()
	for i, p := range params {
		_, number := p.Value.(float64)
		if !number || rng.IntN(2) == 0 {
			continue
		}
		extremes := []float64{0, math.SmallestNonzeroFloat64, 1e-300, .05, .95, math.Nextafter(1, 0), 1, 50, math.MaxFloat32}
		params[i].Value = extremes[rng.IntN(len(extremes))]
		if _, err := New(e.Name, params...); err != nil {
			params[i].Value = p.Value
		}
	}
	l, err := New(e.Name, params...)
	if err != nil {
		panic(err)
	}
	return l
}

func assertFinite(t *testing.T, l Loss, totals *reduce.Totals) {
	t.Helper()
	v := l.Value(totals)
	require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s: value %v of %+v", Spec(l), v, totals.Samples)
	for _, scale := range []float64{1, -1e30, 1e-300} {
		d := reduce.NewDerivatives(totals)
		l.AddDerivative(totals, scale, d)
		for _, rows := range d.Samples {
			for c := range rows {
				for _, x := range entries(&rows[c]) {
					require.True(t, math.Abs(*x) <= math.MaxFloat32, "%s: %v in %+v of %+v", Spec(l), *x, d.Samples, totals.Samples)
				}
			}
		}
	}
}

func TestDerivativeOfAPowerNearZero(t *testing.T) {
	l := MustParse("symmetric-focal-tversky:gamma=.95,smooth=0,background=false")
	derivative := func(fp float64) reduce.Row {
		row := reduce.Row{W: 10, TP: 1, FP: fp}
		totals := &reduce.Totals{Samples: [][]reduce.Row{{row, row}}}
		addBatch(totals)
		d := reduce.NewDerivatives(totals)
		l.AddDerivative(totals, 1, d)
		return d.Samples[0][1]
	}
	assert.Equal(t, reduce.Row{Focal: []float64{}}, derivative(0), "U = 0")
	steep := derivative(1e-43) // U = 3e-44
	assert.Equal(t, float64(math.MaxFloat32), steep.FP)
	assert.Equal(t, float64(math.MaxFloat32), steep.FN)
	assert.InEpsilon(t, -.05*math.Pow(.3e-43, .05), steep.TP, 1e-12)
}

// A class that is neither there nor predicted: 0/0.
func TestAbsentClass(t *testing.T) {
	for _, spec := range []string{"dice:smooth=0", "focal-tversky:smooth=0", "asymmetric-unified-focal:smooth=0"} {
		l := MustParse(spec)
		rows := []reduce.Row{{W: 10, TP: 10}, {W: 10}}
		for c := range rows {
			rows[c].Focal = make([]float64, len(l.Needs().Gammas))
		}
		totals := &reduce.Totals{Gammas: l.Needs().Gammas, Samples: [][]reduce.Row{rows}}
		addBatch(totals)
		assert.Zero(t, l.Value(totals), spec)
		assertFinite(t, l, totals)
	}
	// None of the classes that have a weight is there.
	l := MustParse("ce:class-weights=0/1")
	totals := &reduce.Totals{Samples: [][]reduce.Row{{{W: 10, TP: 9, FN: 1, CE: 1}, {W: 10, FP: 1}}}}
	addBatch(totals)
	assert.Zero(t, l.Value(totals))
	assertFinite(t, l, totals)
}

func TestPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		x, e := rng.Float64(), 3*rng.Float64()
		if rng.IntN(4) == 0 {
			x = math.Ldexp(x, -rng.IntN(300))
		}
		require.InEpsilon(t, math.Pow(x, e), power(x, e), 2e-14, "%v^%v", x, e)
	}
	for _, x := range []float64{0, 1e-320, .3, math.Nextafter(1, 0), 1} {
		assert.Equal(t, x, power(x, 1))
		assert.Equal(t, x*x, power(x, 2))
		assert.Equal(t, math.Sqrt(x), power(x, .5))
		assert.Equal(t, math.Sqrt(x)*math.Sqrt(math.Sqrt(x)), power(x, .75))
	}
	assert.Equal(t, 0., power(.5, math.MaxFloat32))
	assert.Equal(t, 1., power(1, math.MaxFloat32))
	assert.InDelta(t, 1, power(.5, 1e-300), 1e-14)
}
