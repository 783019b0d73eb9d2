package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// γ = 0 and δ = ½ lead back to the losses that the family generalises. Of the
// variants in print only one does.
func TestUnifiedFocalGeneralises(t *testing.T) {
	for _, name := range []string{"symmetric-unified-focal", "asymmetric-unified-focal"} {
		for seed := range uint64(50) {
			rng := rand.New(rand.NewPCG(seed, 3))
			totals := randomTotals(rng, Needs{Region: true, CE: true}, 1+rng.IntN(4), 1+rng.IntN(3))

			focal := MustParse(name + ":lambda=1,delta=.5,gamma=0")
			assert.InEpsilon(t, MustParse("ce").Value(totals)/2, focal.Value(totals), 1e-14)
			assert.Equal(t, Needs{CE: true}, focal.Needs(), "γ = 0 asks for no focal sum, λ = 1 for no region")

			tversky := MustParse(name + ":lambda=0,delta=.5,gamma=0,smooth=.5")
			allClasses := *totals
			allClasses.OneChannel = false // Dice of both rows
			assert.InEpsilon(t, MustParse("dice:smooth=1").Value(&allClasses), tversky.Value(totals), 1e-14)
			assert.Equal(t, Needs{Region: true}, tversky.Needs())
		}
	}
}

func TestPerfectPredictionCostsNothing(t *testing.T) {
	for _, e := range Table() {
		l := MustParse(e.Name)
		row := reduce.Row{W: 20, TP: 10, Focal: make([]float64, len(l.Needs().Gammas))}
		totals := &reduce.Totals{Gammas: l.Needs().Gammas, Samples: [][]reduce.Row{{row, row}}}
		addBatch(totals)
		want := 0.
		if e.Name == "combo" {
			want = -.5 // (1 − α) of a Dice coefficient of 1
		}
		assert.Equal(t, want, l.Value(totals), e.Name)
	}
}

func TestNothingToScore(t *testing.T) {
	for _, e := range Table() {
		l := MustParse(e.Name)
		for name, totals := range map[string]*reduce.Totals{
			"no samples":  {Gammas: l.Needs().Gammas},
			"all ignored": {Gammas: l.Needs().Gammas, OneChannel: true, Samples: [][]reduce.Row{make([]reduce.Row, 2)}},
		} {
			for _, rows := range totals.Samples {
				for c := range rows {
					rows[c].Focal = make([]float64, len(totals.Gammas))
				}
			}
			addBatch(totals)
			d := reduce.NewDerivatives(totals)
			l.AddDerivative(totals, 1, d)
			assert.Zero(t, l.Value(totals), "%s of %s", e.Name, name)
			assert.Equal(t, reduce.NewDerivatives(totals), d, "%s of %s", e.Name, name)
		}
	}
	none := &reduce.Totals{}
	l := Sum(Weighted{2, MustParse("combo")})
	assert.Zero(t, l.Value(none))
	assert.NotPanics(t, func() { l.AddDerivative(none, 1, reduce.NewDerivatives(none)) })
}

// One channel: the plain region losses do not look at the background, the
// others do.
func TestOneChannelRule(t *testing.T) {
	background := map[string]bool{
		"ce": true, "focal": true, "combo": true, "dice-ce": true, "dice-focal": true, "hybrid-focal": true,
		"symmetric-focal": true, "asymmetric-focal": true,
		"symmetric-focal-tversky": true, "asymmetric-focal-tversky": true,
		"symmetric-unified-focal": true, "asymmetric-unified-focal": true,
	}
	region := map[string]bool{
		"symmetric-focal-tversky": true, "asymmetric-focal-tversky": true,
		"symmetric-unified-focal": true, "asymmetric-unified-focal": true,
	}
	for _, e := range Table() {
		l := MustParse(e.Name)
		totals := randomTotals(rand.New(rand.NewPCG(1, 1)), l.Needs(), 1, 2)
		d := reduce.NewDerivatives(totals)
		l.AddDerivative(totals, 1, d)
		row := d.Samples[0][0]
		assert.Equal(t, region[e.Name], row.TP != 0 || row.FP != 0 || row.FN != 0, "%s: region sums", e.Name)
		all := 0.
		for _, x := range entries(&row) {
			all += math.Abs(*x)
		}
		assert.Equal(t, background[e.Name], all != 0, "%s: any sum", e.Name)
	}
}

func TestOptions(t *testing.T) {
	totals := &reduce.Totals{Samples: [][]reduce.Row{
		{{W: 10, TP: 4, FP: 1, FN: 1, CE: 3}, {W: 10, TP: 3, FP: 1, FN: 1, CE: 2}},
		{{W: 10, TP: 8, FP: 0, FN: 1, CE: 1}, {W: 10, TP: 1, FP: 1, FN: 0, CE: 4}},
	}}
	addBatch(totals)
	for spec, want := range map[string]float64{
		"ce":                                        10. / 20,
		"ce:reduction=sum":                          10,
		"ce:class-weights=1/3":                      (4. + 3*6) / (14 + 3*5),
		"ce:class-weights=1/3,reduction=sum":        4 + 3*6,
		"dice:smooth=0":                             (2./10 + 2./8 + 1./17 + 1./3) / 4,
		"dice:smooth=0,reduction=sum":               2./10 + 2./8 + 1./17 + 1./3,
		"dice:smooth=0,background=false":            (2./8 + 1./3) / 2,
		"dice:smooth=0,batch=true":                  (3./27 + 3./11) / 2,
		"dice:smooth=0,batch=true,background=false": 3. / 11,
		"combo:smooth=0,batch=true,background=false,reduction=sum": .5*.5*10 - .5*(1-3./11),
	} {
		assert.InEpsilon(t, want, MustParse(spec).Value(totals), 1e-14, spec)
	}
	batch := MustParse("tversky:batch=true,smooth=1")
	totals.Samples[0], totals.Samples[1] = totals.Samples[1], totals.Samples[0]
	swapped := batch.Value(totals)
	totals.Samples[0], totals.Samples[1] = totals.Samples[1], totals.Samples[0]
	assert.Equal(t, batch.Value(totals), swapped, "the order of the samples")
}

// More false voxels never cost less, and more found ones never more.
func TestMonotone(t *testing.T) {
	for _, e := range Table() {
		for seed := range uint64(100) {
			rng := rand.New(rand.NewPCG(seed, 4))
			channels := 1 + rng.IntN(4)
			l := randomLoss(rng, e, channels)
			totals := randomTotals(rng, l.Needs(), channels, 2)
			if e.Name != "combo" {
				require.GreaterOrEqual(t, l.Value(totals), 0., Spec(l))
			}
			d := reduce.NewDerivatives(totals)
			l.AddDerivative(totals, 1, d)
			for _, rows := range d.Samples {
				for _, row := range rows {
					require.LessOrEqual(t, row.TP, 0., Spec(l))
					require.GreaterOrEqual(t, min(row.FP, row.FN, row.CE), 0., Spec(l))
					for _, f := range row.Focal {
						require.GreaterOrEqual(t, f, 0., Spec(l))
					}
				}
			}
		}
	}
}

func TestSum(t *testing.T) {
	dice, ce, focal := MustParse("dice"), MustParse("ce"), MustParse("focal:gamma=.5")
	l := Sum(Weighted{1, dice}, Weighted{1, ce})
	totals := randomTotals(rand.New(rand.NewPCG(1, 1)), l.Needs(), 3, 2)
	assert.InEpsilon(t, MustParse("dice-ce").Value(totals), l.Value(totals), 1e-15)

	all := Sum(Weighted{1, l}, Weighted{-.5, focal}, Weighted{2, MustParse("dice-focal")})
	assert.Equal(t, Needs{Region: true, CE: true, Gammas: []float64{.5, 2}}, all.Needs())
	assert.Equal(t, all.Needs(), Union(l, focal, MustParse("dice-focal"), focal))
	assert.Equal(t, "-0.5*focal:gamma=0.5,reduction=mean", Sum(Weighted{-.5, focal}).Name())

	assert.EqualError(t, Sum(Weighted{math.NaN(), dice}).Check(1), "loss: weight NaN of dice in a sum, want -3.4e38 to 3.4e38")
	assert.Error(t, Sum(Weighted{1e39, dice}).Check(1))
	assert.Error(t, Sum(Weighted{1, MustParse("focal:alpha=.5")}).Check(2))
}

// A loss of totals that have not what it needs panics: they hold 0 in its place.
func TestTotalsWithoutWhatIsNeeded(t *testing.T) {
	r, err := reduce.New(reduce.Options{})
	require.NoError(t, err)
	require.NoError(t, r.Fold(0, reduce.Chunk{Prediction: reduce.Float32([]float32{.2, .7}), Target: reduce.LabelsUint8([]uint8{0, 1})}))
	for _, e := range Table() {
		l := MustParse(e.Name)
		if n := l.Needs(); n.CE || len(n.Gammas) > 0 {
			assert.Panics(t, func() { l.Value(r.Totals()) }, e.Name)
			assert.Panics(t, func() { Derive(l, r.Totals()) }, e.Name)
		}
	}
}
