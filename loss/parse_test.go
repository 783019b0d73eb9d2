package loss

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

func TestParse(t *testing.T) {
	for spec, want := range map[string]string{
		"ce":                        "ce:reduction=mean",
		"bce":                       "ce:reduction=mean",
		"ce:class-weights=1/2/3":    "ce:class-weights=1/2/3,reduction=mean",
		"focal:gamma=1.5,alpha=.25": "focal:gamma=1.5,alpha=0.25,reduction=mean",
		"focal:alpha=.2/.3/.5":      "focal:gamma=2,alpha=0.2/0.3/0.5,reduction=mean",
		"focal:gamma=-0":            "focal:gamma=0,reduction=mean",
		"dice:batch=true,background=false,reduction=sum": "dice:smooth=1e-05,batch=true,background=false,reduction=sum",
		"hybrid-focal": "hybrid-focal:lambda=0.5,gamma=2,delta=0.7,exponent=0.75,smooth=1e-06," +
			"batch=false,background=true,reduction=mean",
		"hybrid-focal:alpha-fp=.3,beta-fn=2": "hybrid-focal:lambda=0.5,gamma=2,alpha-fp=0.3,beta-fn=2," +
			"exponent=0.75,smooth=1e-06,batch=false,background=true,reduction=mean",
	} {
		l, err := Parse(spec)
		if assert.NoError(t, err, spec) {
			assert.Equal(t, want, Spec(l))
		}
	}
}

func TestParseErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                                `no loss is called ""; there are ce, bce, focal, `,
		"dize":                            `no loss is called "dize"; there are ce, bce, focal, dice, `,
		"focal:":                          `loss focal: "" is not of the form key=value`,
		"focal:gamma":                     `loss focal: "gamma" is not of the form key=value`,
		"focal:gamma=1,":                  `loss focal: "" is not of the form key=value`,
		"focal:delta=1":                   `loss focal has no parameter "delta"; it has gamma, alpha, reduction`,
		"focal:gamma=1,gamma=1":           `loss focal: gamma is given twice`,
		"focal:gamma=-1":                  `loss focal: gamma=-1 is not allowed, want 0 ≤ gamma ≤ 1000`,
		"focal:gamma=1/2":                 `loss focal: gamma=1/2 is not allowed, want 0 ≤ gamma ≤ 1000`,
		"focal:gamma=two":                 `loss focal: gamma=two is not allowed, want 0 ≤ gamma ≤ 1000`,
		"focal:alpha=.2/1.1":              `loss focal: alpha=.2/1.1 is not allowed, want 0 ≤ alpha ≤ 1, one number or a list as 1/2/3`,
		"symmetric-focal-tversky:gamma=1": `loss symmetric-focal-tversky: gamma=1 is not allowed, want 0 ≤ gamma < 1`,
		"focal-tversky:exponent=0":        `loss focal-tversky: exponent=0 is not allowed, want 0 < exponent ≤ 3.4e38`,
		"dice:batch=maybe":                `loss dice: batch=maybe is not allowed, want true or false`,
		"dice:reduction=none":             `loss dice: reduction=none is not allowed, want mean or sum`,
		"hybrid-focal:delta=.5,alpha-fp=.3,beta-fn=.3": `loss hybrid-focal: delta, or alpha-fp and beta-fn, not both`,
		"hybrid-focal:alpha-fp=.3":                     `loss hybrid-focal: alpha-fp and beta-fn go together`,
	} {
		_, err := Parse(spec)
		assert.ErrorContains(t, err, want, spec)
	}
	assert.Panics(t, func() { MustParse("dize") })
}

// Each parameter of each loss takes the ends of its range, and refuses what
// lies beyond them and what is no number at all.
func TestRangeOfEveryParameter(t *testing.T) {
	for _, e := range Table() {
		for _, p := range e.Params {
			try := func(v any) error {
				params := []Param{{p.Name, v}}
				switch p.Name {
				case "alpha-fp":
					params = append(params, Param{"beta-fn", 1})
				case "beta-fn":
					params = append(params, Param{"alpha-fp", 1})
				}
				_, err := New(e.Name, params...)
				return err
			}
			in, ok := p.domain.(interval)
			if list, isList := p.domain.(numbers); isList {
				in, ok = list.each, true
				assert.Error(t, try([]float64{}), "%s %s", e.Name, p.Name)
				assert.Error(t, try([]float64{.5, math.NaN()}), "%s %s", e.Name, p.Name)
			}
			for _, v := range []any{math.NaN(), math.Inf(1), math.Inf(-1), "NaN", "Inf", "", 1e39, -1, nil, []int{1}} {
				err := try(v)
				if assert.Error(t, err, "%s %s %v", e.Name, p.Name, v) {
					assert.ErrorContains(t, err, e.Name)
					assert.ErrorContains(t, err, p.Name)
					assert.ErrorContains(t, err, p.Range())
				}
			}
			if !ok {
				continue
			}
			assert.Equal(t, in.lowOpen, try(in.low) != nil, "%s %s at its lower end", e.Name, p.Name)
			assert.Equal(t, in.highOpen, try(in.high) != nil, "%s %s at its upper end", e.Name, p.Name)
			assert.Error(t, try(math.Nextafter(in.low, -1)), "%s %s", e.Name, p.Name)
			assert.Error(t, try(math.Nextafter(in.high, math.Inf(1))), "%s %s", e.Name, p.Name)
		}
	}
}

// Every exponent that the table allows is one that a pass can sum.
func TestGammaRangeIsThatOfThePass(t *testing.T) {
	for _, e := range Table() {
		for _, p := range e.Params {
			if p.Name != "gamma" {
				continue
			}
			in := p.domain.(interval)
			for _, gamma := range []float64{in.low, math.SmallestNonzeroFloat64, in.high, math.Nextafter(in.high, 0)} {
				l, err := New(e.Name, Param{"gamma", gamma})
				if gamma == in.high && in.highOpen {
					continue
				}
				require.NoError(t, err)
				_, err = NewEvaluator(l, reduce.Options{})
				require.NoError(t, err, Spec(l))
			}
		}
	}
}

func TestNewTakesWhatParamsGives(t *testing.T) {
	for _, e := range Table() {
		l := MustParse(e.Name)
		again, err := New(l.Name(), l.Params()...)
		require.NoError(t, err)
		assert.Equal(t, l, again)
		for _, p := range e.Params {
			if p.Default != nil {
				assert.Contains(t, l.Params(), Param{p.Name, p.Default}, e.Name)
			}
		}
	}
	list := []float64{1, 2, 3}
	l, err := New("ce", Param{"class-weights", list})
	require.NoError(t, err)
	list[0] = 7
	l.Params()[0].Value.([]float64)[1] = 7
	assert.Equal(t, "ce:class-weights=1/2/3,reduction=mean", Spec(l), "a loss does not change")
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		spec     string
		channels int
		want     string
	}{
		{"ce", 0, "loss ce: a prediction of 0 channels"},
		{"focal:alpha=.3", 1, ""},
		{"focal:alpha=.3", 2, "loss focal: alpha is one number, the foreground's of a one-channel prediction; 2 channels take a list of 2"},
		{"focal:alpha=.3/.7", 1, "loss focal: alpha is a list of 2; one channel takes one number, the foreground's"},
		{"focal:alpha=.3/.7", 2, ""},
		{"focal:alpha=.3/.7", 3, "loss focal: alpha has length 2, where there are 3 classes"},
		{"ce:class-weights=1/2", 1, ""},
		{"ce:class-weights=1/2/3", 3, ""},
		{"dice-ce:class-weights=1", 1, "loss dice-ce: class-weights has length 1, where there are 2 classes"},
		{"dice:background=false", 1, ""},
		{"dice:background=false", 2, ""},
	} {
		err := MustParse(c.spec).Check(c.channels)
		if c.want == "" {
			assert.NoError(t, err, c.spec)
		} else {
			assert.EqualError(t, err, c.want)
		}
	}
}

// The table keeps its promises: names that are told apart, a word on
// everything, and no formula that breaks a Markdown table.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Table() {
		for _, name := range append(e.Aliases, e.Name) {
			assert.False(t, seen[name], "two losses called %s", name)
			seen[name] = true
		}
		assert.NotEmpty(t, e.Formula, e.Name)
		for _, p := range e.Params {
			assert.NotEmpty(t, p.Doc, "%s %s", e.Name, p.Name)
			if p.Default != nil {
				v, ok := p.domain.accept(p.Default)
				assert.True(t, ok, "%s: the default of %s is out of range", e.Name, p.Name)
				assert.Equal(t, p.Default, v)
			}
		}
	}
	Table()[0].Name, Table()[0].Params[0].Name = "changed", "changed"
	assert.Equal(t, "ce", Table()[0].Name)
	assert.Equal(t, "class-weights", Table()[0].Params[0].Name)

	lines := strings.Split(strings.TrimSpace(Markdown()), "\n")
	assert.Len(t, lines, len(Table())+2)
	for _, line := range lines {
		assert.Equal(t, 5, strings.Count(line, "|"), line)
	}
	assert.Contains(t, Markdown(), "| `ce`, `bce` | mean_v Σ_c CE")
}

func FuzzParse(f *testing.F) {
	for _, e := range Table() {
		f.Add(Spec(MustParse(e.Name)))
	}
	f.Add("focal:gamma=1.5,alpha=.25")
	f.Add("ce:class-weights=1/2/3")
	f.Add("hybrid-focal:alpha-fp=.3,beta-fn=2")
	f.Add("dice:smooth=1e400,batch=T")
	f.Fuzz(func(t *testing.T, spec string) {
		l, err := Parse(spec)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		again, err := Parse(Spec(l))
		require.NoError(t, err)
		require.Equal(t, l, again)
	})
}
