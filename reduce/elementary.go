package reduce

import "math"

// The elementary functions of every path. Each is a fixed sequence of exactly
// rounded float32 operations, so that assembly can repeat it bit for bit; the
// worst error over every float32 of its domain stands in the package
// documentation and is measured by TestULP. The polynomials are minimax fits
// with float32 coefficients, highest degree first; assembly reads the same
// tables.
var (
	// −log(1−g) = g + g²·Q(g) for g in [0, ½], relative error 2^-23.7. Below
	// sure its last three coefficients alone have 2^-26.4.
	logPoly = [8]float32{
		0x1.12771ap+0, -0x1.f68f58p-1, 0x1.661486p-1, 0x1.66c24cp-6,
		0x1.c1fddap-3, 0x1.fd5c56p-3, 0x1.555d92p-2, 0x1.fffff8p-2,
	}
	// The same for g in [−½, ¼], relative error 2^-26.3.
	log1pPoly = [9]float32{
		0x1.8749a6p-5, 0x1.b4b376p-4, 0x1.0cd8b0p-3, 0x1.27a030p-3, 0x1.54ee82p-3,
		0x1.9978a2p-3, 0x1.00006cp-2, 0x1.55557ep-2, 0x1.000000p-1,
	}
	// e^f for |f| ≤ ½·ln 2, relative error 2^-28.0.
	expPoly = [7]float32{
		0x1.6850f0p-10, 0x1.123bcep-7, 0x1.555b98p-5, 0x1.55548ep-3, 0x1.fffff8p-2, 1, 1,
	}
	// 2^f for |f| ≤ ½, relative error 2^-28.1.
	exp2Poly = [7]float32{
		0x1.3f971cp-13, 0x1.5f0bdap-10, 0x1.3b30acp-7, 0x1.c6af76p-5, 0x1.ebfbd8p-3, 0x1.62e430p-1, 1,
	}
	// log2(1+t) = t·P(t) for t in [√½−1, √2−1], absolute error 2^-25.8.
	log2Poly = [9]float32{
		0x1.0927b0p-3, -0x1.ab55eep-3, 0x1.b84e84p-3, -0x1.e8e182p-3, 0x1.26e1d4p-2,
		-0x1.715f44p-2, 0x1.ec735ep-2, -0x1.71546cp-1, 0x1.715476p+0,
	}
)

const (
	ln2   = 0x1.62e430p-1  // ln 2, nearest float32
	ln2Hi = 0x1.62e400p-1  // ln 2 with 9 low bits zero: n·ln2Hi is exact for |n| < 512
	ln2Lo = 0x1.7f7d1cp-20 // ln 2 − ln2Hi
	log2E = 0x1.715476p+0  // 1/ln 2, nearest float32

	// roundBias turns fma(x, y, roundBias) into a rounding to the nearest
	// integer n: the sum's bits end in n + 127, and shifted left by 23 they
	// are 2^n.
	roundBias = 0x1.8p23 + 127

	sqrtHalf = 0x3f3504f3 // the bits of √½
	half     = 0x3f000000 // the bits of ½
	sure     = 0x3c800000 // the bits of 2^-6, above any ε: a sure s stays so within its bounds
	exponent = 0xff800000 // the bits of a float32's sign and exponent

	// expFloor is the smallest argument of exp: there 2^n is taken as 0, and
	// so is the result, whose true value is under 2^-126.
	expFloor = -88
)

// split returns k and m of x = 2^k·m, with m from the number whose bits are
// given up to its double.
func split(x float32, from uint32) (k int32, m float32) {
	b := math.Float32bits(x)
	e := (b - from) & exponent
	return int32(e) >> 23, math.Float32frombits(b - e)
}

// negLog returns ℓ = −log r for r in [2^-126, 1], where s = 1 − r is known to
// more digits than r has: r = 2^k·m with m in [½, 1), and near 1 (k = 0) the
// logarithm comes from s. Where g is below sure, as nearly everywhere in what a
// trained network predicts, a short polynomial does.
func negLog(r, s float32) float32 {
	k, m := split(r, half)
	g := s
	if k < 0 {
		g = 1 - m
	}
	q := logPoly[:]
	if math.Float32bits(g) < sure {
		q = q[5:]
	}
	u := fma(float32(g*g), horner(g, q), g)
	return fma(float32(min(k, 0)), -ln2, u)
}

// exp returns e^x for x ≤ 0, 0 where that is below 2^-126; and with it n and
// f: x = n·ln 2 + f.
func exp(x float32) (e, n, f float32) {
	x = max(x, expFloor)
	v := fma(x, log2E, roundBias)
	n = v - roundBias
	f = fma(n, -ln2Hi, x)
	f = fma(n, -ln2Lo, f)
	return horner(f, expPoly[:]) * math.Float32frombits(math.Float32bits(v)<<23), n, f
}

// log1p returns log(1+t) for t in [0, 1]: directly from t up to ½, as
// ln 2 + log((1+t)/2) above.
func log1p(t float32) float32 {
	g, base := -t, float32(0)
	if t > 0.5 {
		g, base = fma(t, -0.5, 0.5), ln2
	}
	return base - fma(float32(g*g), horner(g, log1pPoly[:]), g)
}

// log2 returns the two parts of log2 q = e + l for q in [2^-126, 1]: e whole,
// and l, absolutely accurate, in [−½, ½].
func log2(q float32) (e, l float32) {
	k, m := split(q, sqrtHalf)
	t := m - 1
	return float32(k), float32(t * horner(t, log2Poly[:]))
}

// sigmoid returns the two probabilities of a logit from t = e^−|x|: large =
// 1/(1+t) ≥ ½ of the side it is on, small = t/(1+t) of the other. The product
// t·large has the rounding errors of four operations; its remainder takes
// them out.
func sigmoid(t float32) (large, small float32) {
	large = 1 / (1 + t)
	small = float32(t * large)
	rest := fma(-small, t, t-small) // t − small·(1+t)
	return large, fma(rest, large, small)
}
