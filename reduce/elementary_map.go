package reduce

// The elementary functions one by one over a slice, for the tests that compare
// the levels function by function over every float32. Assembly makes them of
// the macros that its kernels are made of.

// mapGroup is how many numbers a level may take at a time, one half of them by
// other steps than the other where its kernels have both.
const mapGroup = 64

// A mapCall applies an elementary function to a slice.
type mapCall struct {
	src, dst []float32 // a multiple of mapGroup long
	hi, lo   float32   // γ in two parts, for the power
}

func (c *mapCall) race() {
	raceRead(c.src)
	raceWrite(c.dst)
}

// The functions of a mapCall.
const (
	mapNegLog  = iota // negLog(x, 1−x)
	mapExp            // exp(x)
	mapLog1p          // log1p(x)
	mapSigmoid        // the small probability of exp(x)
	mapPower          // exp2(log2(x)), for any γ
)

// mapGeneric applies function f.
func mapGeneric(f int, c *mapCall) {
	w := power{hi: c.hi, lo: c.lo}
	for i, x := range c.src {
		switch f {
		case mapNegLog:
			c.dst[i] = negLog(x, 1-x)
		case mapExp:
			c.dst[i], _, _ = exp(x)
		case mapLog1p:
			c.dst[i] = log1p(x)
		case mapSigmoid:
			t, _, _ := exp(x)
			_, c.dst[i] = sigmoid(t)
		case mapPower:
			c.dst[i] = w.of(x)
		}
	}
}
