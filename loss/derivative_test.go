package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// Every derivative of every loss is that of its value, by central differences.
func TestDerivativeIsThatOfTheValue(t *testing.T) {
	for _, e := range Table() {
		t.Run(e.Name, func(t *testing.T) {
			for seed := range uint64(200) {
				rng := rand.New(rand.NewPCG(seed, 1))
				channels, samples := 1+rng.IntN(4), 1+rng.IntN(3)
				l := randomLoss(rng, e, channels)
				require.NoError(t, l.Check(channels), Spec(l))
				assertDerivative(t, l, randomTotals(rng, l.Needs(), channels, samples))
			}
		})
	}
}

func TestDerivativeOfSum(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 2))
		channels := 1 + rng.IntN(4)
		var terms []Weighted
		for range 3 {
			e := table[rng.IntN(len(table))]
			terms = append(terms, Weighted{4*rng.Float64() - 1, randomLoss(rng, e, channels)})
		}
		l := Sum(terms...)
		require.NoError(t, l.Check(channels), l.Name())
		assertDerivative(t, l, randomTotals(rng, l.Needs(), channels, 2))
	}
}

func assertDerivative(t *testing.T, l Loss, totals *reduce.Totals) {
	t.Helper()
	const scale = -1.5
	d := reduce.NewDerivatives(totals)
	l.AddDerivative(totals, scale, d)

	var largest float64
	for _, rows := range d.Samples {
		for c := range rows {
			for _, x := range entries(&rows[c]) {
				largest = max(largest, math.Abs(*x))
			}
		}
	}
	for b, rows := range totals.Samples {
		for c := range rows {
			x, dx := entries(&rows[c]), entries(&d.Samples[b][c])
			for k := range x {
				if math.IsNaN(*x[k]) {
					require.Zero(t, *dx[k], "%s: a derivative by a sum that is not needed", l.Name())
					continue
				}
				if k == 0 {
					// TP + FN is a constant of the target: one grows as the
					// other falls. Apart they are tried below.
					want := difference(l, totals, func(h float64) { *x[0] += h; *x[2] -= h }, *x[0])
					require.InDelta(t, scale*want, *dx[0]-*dx[2], 1e-7*(1+largest),
						"%s: TP less FN of sample %d class %d", Spec(l), b, c)
				}
				if !dividesByTarget(l) {
					want := difference(l, totals, func(h float64) { *x[k] += h }, *x[k])
					require.InDelta(t, scale*want, *dx[k], 1e-7*(1+largest),
						"%s: sum %d of sample %d class %d", Spec(l), k, b, c)
				}
			}
		}
	}
}

// difference is the central difference of the value along a step at size.
func difference(l Loss, totals *reduce.Totals, step func(h float64), size float64) float64 {
	h := 1e-5 * size
	at := func(h float64) float64 {
		step(h)
		addBatch(totals)
		v := l.Value(totals)
		step(-h)
		return v
	}
	above, below := at(h), at(-h)
	addBatch(totals)
	return (above - below) / (2 * h)
}

// dividesByTarget reports whether class weights are in effect somewhere in l.
func dividesByTarget(l Loss) bool {
	if s, ok := l.(weightedSum); ok {
		for _, term := range s {
			if dividesByTarget(term.Loss) {
				return true
			}
		}
		return false
	}
	for _, p := range l.Params() {
		if p.Name == "class-weights" {
			return true
		}
	}
	return false
}

func TestDerivativesAdd(t *testing.T) {
	totals := randomTotals(rand.New(rand.NewPCG(1, 1)), Needs{Region: true, CE: true, Gammas: []float64{2}}, 3, 2)
	l := MustParse("dice-focal")
	once, twice := reduce.NewDerivatives(totals), reduce.NewDerivatives(totals)
	l.AddDerivative(totals, 2, once)
	l.AddDerivative(totals, 1, twice)
	l.AddDerivative(totals, 1, twice)
	assert.Equal(t, once, twice)
}

// With batch sums every sample has the derivative of the whole.
func TestBatchDerivativeIsEverySamples(t *testing.T) {
	l := MustParse("tversky:batch=true")
	totals := randomTotals(rand.New(rand.NewPCG(1, 1)), l.Needs(), 2, 3)
	d := reduce.NewDerivatives(totals)
	l.AddDerivative(totals, 1, d)
	assert.NotZero(t, d.Samples[0][1].TP)
	assert.Equal(t, d.Samples[0], d.Samples[1])
	assert.Equal(t, d.Samples[0], d.Samples[2])
}

func TestProgrammersErrorsPanic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	totals := randomTotals(rng, Needs{CE: true, Gammas: []float64{1.5}}, 3, 1)

	assert.PanicsWithValue(t,
		"loss: a focal sum with gamma 2 is needed, and the totals have gammas [1.5]; ask the pass for what Needs says",
		func() { MustParse("focal").Value(totals) })
	assert.PanicsWithValue(t,
		"loss ce: class-weights has length 2, where there are 3 classes",
		func() { MustParse("ce:class-weights=1/2").Value(totals) })
	assert.PanicsWithValue(t,
		"loss: the derivatives have not the shape of the totals; reduce.NewDerivatives makes them",
		func() { MustParse("ce").AddDerivative(totals, 1, &reduce.Derivatives{}) })
}
