package reduce

// A logit is a margin u (the logit of a class against the other) taken apart:
// everything that the sums want of it, finite for every finite u.
type logit struct {
	positive     bool
	u            float32
	n, f         float32 // −|u| = n·ln 2 + f
	large, small float32 // the two probabilities, large ≥ ½
	log1p        float32 // log(1 + e^−|u|), where it is wanted
}

// newLogit takes u apart; surprise and the power of any γ need the logarithm.
func newLogit(u float32, logarithm bool) logit {
	l := logit{positive: u >= 0, u: u}
	var t float32
	t, l.n, l.f = exp(-max(u, -u))
	l.large, l.small = sigmoid(t)
	if logarithm {
		l.log1p = log1p(t)
	}
	return l
}

// probabilities returns r = σ(u) and s = σ(−u).
func (l *logit) probabilities() (r, s float32) {
	if l.positive {
		return l.large, l.small
	}
	return l.small, l.large
}

// surprise returns −log σ(u) = log(1 + e^−u).
func (l *logit) surprise() float32 {
	return l.log1p + max(-l.u, 0)
}

// power returns s^γ, s = σ(−u). Any γ takes log2 s from the parts at hand:
// n + f/ln 2 − log2(1+t) where s is the small one, −log2(1+t) elsewhere.
func (l *logit) power(w power) float32 {
	if w.form != powerAny {
		_, s := l.probabilities()
		return w.fast(s)
	}
	log := -float32(l.log1p * log2E)
	if l.positive {
		return w.exp2(l.n, fma(l.f, log2E, log))
	}
	return w.exp2(0, log)
}
