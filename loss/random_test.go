package loss

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/voxfold/voxfold/reduce"
)

// randomLoss draws parameters of the whole range that the table allows, for a
// prediction of so many channels.
func randomLoss(rng *rand.Rand, e Entry, channels int) Loss {
	var params []Param
	for _, p := range e.Params {
		if rng.IntN(3) > 0 {
			params = append(params, Param{Name: p.Name, Value: randomValue(rng, p, channels)})
		}
	}
	if e.Name == "hybrid-focal" {
		params = deltaOrParts(rng, params)
	}
	l, err := New(e.Name, params...)
	if err != nil {
		panic(err)
	}
	return l
}

func randomValue(rng *rand.Rand, p Parameter, channels int) any {
	switch d := p.domain.(type) {
	case flag:
		return rng.IntN(2) == 0
	case choice:
		return d[rng.IntN(len(d))]
	case numbers:
		n := max(channels, 2)
		if channels == 1 && p.Name == "alpha" {
			return randomNumber(rng, d.each)
		}
		list := make([]float64, n)
		for i := range list {
			list[i] = randomNumber(rng, d.each)
		}
		return list
	case interval:
		if p.Name == "smooth" && rng.IntN(2) == 0 {
			return math.Ldexp(1, -rng.IntN(30))
		}
		return randomNumber(rng, d)
	}
	panic(fmt.Sprintf("a domain of type %T", p.domain))
}

// randomNumber draws from the interval, up to 3 where it is wider; now and
// then its ends.
func randomNumber(rng *rand.Rand, in interval) float64 {
	high := min(in.high, 3)
	switch rng.IntN(8) {
	case 0:
		if !in.lowOpen {
			return in.low
		}
	case 1:
		if !in.highOpen {
			return high
		}
	}
	inside := .02 + float64(.96*rng.Float64()) // unfused, so that every machine draws the same
	return in.low + float64((high-in.low)*inside)
}

// deltaOrParts draws which of the parameters that exclude each other stay.
func deltaOrParts(rng *rand.Rand, params []Param) []Param {
	var kept []Param
	for _, p := range params {
		if p.Name != "delta" && p.Name != "alpha-fp" && p.Name != "beta-fn" {
			kept = append(kept, p)
		}
	}
	if rng.IntN(2) == 0 {
		return append(kept, Param{Name: "delta", Value: rng.Float64()})
	}
	return append(kept,
		Param{Name: "alpha-fp", Value: 3 * rng.Float64()},
		Param{Name: "beta-fn", Value: 3 * rng.Float64()})
}

// randomTotals draws sums of so many channels. What need does not ask for is
// NaN, so that a loss that reads it all the same shows.
func randomTotals(rng *rand.Rand, need Needs, channels, samples int) *reduce.Totals {
	t := &reduce.Totals{OneChannel: channels == 1, Gammas: need.Gammas}
	for range samples {
		rows := make([]reduce.Row, max(channels, 2))
		for c := range rows {
			draw := func(needed bool) float64 {
				x := 50 * (.02 + rng.Float64())
				if !needed {
					return math.NaN()
				}
				return x
			}
			rows[c] = reduce.Row{W: 200, TP: draw(need.Region), FP: draw(need.Region), FN: draw(need.Region), CE: draw(need.CE)}
			for range need.Gammas {
				rows[c].Focal = append(rows[c].Focal, draw(true))
			}
		}
		t.Samples = append(t.Samples, rows)
	}
	addBatch(t)
	return t
}

// entries lists every number of a row.
func entries(r *reduce.Row) []*float64 {
	list := []*float64{&r.TP, &r.FP, &r.FN, &r.CE}
	for k := range r.Focal {
		list = append(list, &r.Focal[k])
	}
	return list
}
