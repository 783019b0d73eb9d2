package reduce

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var sweep = flag.Bool("sweep", false, "sweep the elementary functions over every float32 instead of a sample")

// ulps returns the distance of got from want in units of the last place of
// the float32 nearest to want.
func ulps(got float32, want float64) float64 {
	_, e := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// sweptGammas are the exponents of the numbers contract, and the worst error
// of the power in ulp.
var sweptGammas = []struct{ gamma, limit float64 }{
	{.25, 0.95}, {.3, 1.04}, {.5, 0.51}, {.7, 1.18}, {1.3, 1.41}, {1.7, 1.66}, {2, 0.51}, {3, 1.87}, {5, 3.18},
}

// TestULP measures the worst error of every elementary function over its
// domain, and holds it to the numbers contract and to the figures in the
// package documentation.
func TestULP(t *testing.T) {
	const eps = 1e-7
	type function struct {
		name     string
		from, to float32 // domain, from < to, of one sign
		limit    float64 // ulp, the worst of a sweep rounded up
		f        func(x float32) (got float32, want float64)
		composed bool // of several elementary functions: not swept
	}
	functions := []function{
		{"-log r, r in [1e-7, 1)", eps, 1 - 0x1p-24, 1.50, func(x float32) (float32, float64) { return negLog(x, 1-x), -math.Log(float64(x)) }, false},
		{"-log(1-s), s in [1e-7, 1/2]", eps, .5, 1.52, func(x float32) (float32, float64) { return negLog(1-x, x), -math.Log1p(-float64(x)) }, false},
		{"exp x, x in [-87, 0]", -87, -0x1p-60, 0.89, func(x float32) (float32, float64) { e, _, _ := exp(x); return e, math.Exp(float64(x)) }, false},
		{"log1p t, t in (0, 1]", 0x1p-126, 1, 0.91, func(x float32) (float32, float64) { return log1p(x), math.Log1p(float64(x)) }, false},
		{"sigmoid x, x in [-87, 0]", -87, -0x1p-60, 1.49, func(x float32) (float32, float64) {
			e, _, _ := exp(x)
			_, small := sigmoid(e)
			return small, 1 / (1 + math.Exp(-float64(x)))
		}, false},
		{"sigmoid -x, x in [-87, 0]", -87, -0x1p-60, 1.51, func(x float32) (float32, float64) {
			e, _, _ := exp(x)
			large, _ := sigmoid(e)
			return large, 1 / (1 + math.Exp(float64(x)))
		}, false},
		{"softplus x, x in [-87, 0]", -87, -0x1p-60, 1.66, func(x float32) (float32, float64) {
			l := newLogit(-x, true)
			return l.surprise(), math.Log1p(math.Exp(float64(x)))
		}, false},
		{"softplus x, x in [0, 1000]", 0x1p-60, 1000, 1.60, func(x float32) (float32, float64) {
			l := newLogit(-x, true)
			return l.surprise(), float64(x) + math.Log1p(math.Exp(-float64(x)))
		}, false},
	}
	for _, swept := range sweptGammas {
		gamma, limit, composed := swept.gamma, swept.limit, 6.0 // composed: the errors of σ and log1p, times γ
		if gamma > 3 {
			composed = 1.2e-6 * 0x1p23
		}
		w := newPower(gamma)
		functions = append(functions, function{fmt.Sprintf("q^%v, q in [1e-7, 1]", gamma), eps, 1, limit,
			func(x float32) (float32, float64) { return w.of(x), math.Pow(float64(x), gamma) }, false})
		functions = append(functions, function{fmt.Sprintf("sigmoid(x)^%v, x in [-20, 0]", gamma), -20, -0x1p-60, composed,
			func(x float32) (float32, float64) {
				l := newLogit(-x, true)
				return l.power(w), math.Pow(1/(1+math.Exp(-float64(x))), gamma)
			}, true})
		functions = append(functions, function{fmt.Sprintf("sigmoid(x)^%v, x in [0, 20]", gamma), 0x1p-60, 20, composed,
			func(x float32) (float32, float64) {
				l := newLogit(-x, true)
				return l.power(w), math.Pow(1/(1+math.Exp(-float64(x))), gamma)
			}, true})
	}
	documentation, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, fn := range functions {
		if !fn.composed {
			assert.Regexp(t, regexp.QuoteMeta(fn.name)+fmt.Sprintf(` +%.2f`, fn.limit), string(documentation), "the figure in the package documentation")
		}
		t.Run(fn.name, func(t *testing.T) {
			t.Parallel()
			a, b := math.Float32bits(fn.from), math.Float32bits(fn.to)
			if a > b {
				a, b = b, a
			}
			step := uint32(1)
			if !*sweep || fn.composed {
				step = (b-a)/200_000 | 1
			}
			worst, at := 0.0, float32(0)
			for i := a; i <= b && i >= a; i += step {
				x := math.Float32frombits(i)
				got, want := fn.f(x)
				if want < 0x1p-126 {
					continue // subnormal: flushed to 0 or short of digits, by contract
				}
				if u := ulps(got, want); !(u <= worst) {
					worst, at = u, x
				}
			}
			t.Logf("%-30s worst %.2f ulp at %v", fn.name, worst, at)
			assert.LessOrEqual(t, worst, fn.limit, "at %v", at)
		})
	}
}

// TestFocalTerm holds the relative error of q^γ·ℓ, of a probability and of a
// logit, to what leaves room for that of adding 32 equal numbers in float32,
// 5.1e-7: a volume of voxels that are all alike has both. That is what the
// package documentation says of sums.
func TestFocalTerm(t *testing.T) {
	const cases = 100_000
	for _, gamma := range []float64{.3, .5, 1, 1.3, 1.5, 2, 3, 4, 5, 7, 10, 20, 50, 100, 300, 1000} {
		w, limit := newPower(gamma), min(max(4.9e-7, 1.2e-7*gamma), 1.5e-5)
		check := func(what string, at, got float32, power, want float64) {
			if power < 0x1p-126 || want < 0x1p-126 {
				return
			}
			if e := math.Abs(float64(got)/want - 1); !(e <= limit) {
				require.Failf(t, "inaccurate", "%s %v, γ %v: off by %.3g, more than %.3g", what, at, gamma, e, limit)
			}
		}
		for i := range cases {
			s := float32(math.Exp(-16 * (float64(i) + .5) / cases)) // 1e-7 to 1
			if i%2 == 1 {
				s = 1 - s
			}
			if r := 1 - s; r >= 1e-7 && s >= 1e-7 {
				power := math.Pow(float64(s), gamma)
				check("probability", r, float32(w.of(s)*negLog(r, s)), power, power*-math.Log1p(-float64(s)))
			}
			u := float32(math.Exp(30*float64(i)/cases - 20)) // 2e-9 to 2e4
			if i%2 == 1 {
				u = -u
			}
			l := newLogit(u, true)
			ell := math.Max(-float64(u), 0) + math.Log1p(math.Exp(-math.Abs(float64(u))))
			logS := -math.Max(float64(u), 0) - math.Log1p(math.Exp(-math.Abs(float64(u))))
			power := math.Exp(gamma * logS)
			check("logit", u, float32(l.power(w)*l.surprise()), power, power*ell)
		}
	}
}

// The emulated fma is the exactly rounded one: compared with arithmetic of
// arbitrary precision, on operands made to land near ties and subnormals.
func TestFMAIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() float32 {
		for {
			v := math.Float32frombits(rng.Uint32())
			if rng.IntN(2) == 0 { // few digits: ties are common
				v = float32(rng.IntN(1<<12)-1<<11) * float32(math.Ldexp(1, rng.IntN(40)-20))
			}
			if !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) && math.Abs(float64(v)) < 1e18 {
				return v
			}
		}
	}
	exact := func(x, y, z float32) float32 {
		f := new(big.Float).SetPrec(2000).SetFloat64(float64(x))
		f.Mul(f, new(big.Float).SetPrec(2000).SetFloat64(float64(y)))
		f.Add(f, new(big.Float).SetPrec(2000).SetFloat64(float64(z)))
		r, _ := f.Float32()
		return r
	}
	for range 200_000 {
		x, y, z := random(), random(), random()
		if rng.IntN(2) == 0 { // put z near −x·y or a power of two away from it
			z = -float32(float64(x)*float64(y)) * float32(math.Ldexp(1, rng.IntN(60)-30))
		}
		want := exact(x, y, z)
		if math.Abs(float64(want)) >= 0x1p-126 {
			require.Equal(t, want, fma(x, y, z), "%v·%v+%v", x, y, z)
		}
		require.Equal(t, want, fmaTiny(x, y, z), "%v·%v+%v", x, y, z)
	}
}
