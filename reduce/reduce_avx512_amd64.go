//go:build !purego && !noasm

package reduce

// The constants512 are the numbers that the AVX-512 kernels broadcast, beside
// the polynomials. The exponent of a split number is a whole multiple of 2^23:
// what multiplies it has 2^-23 in it.
type constants512 struct {
	one, oneHalf, normal     float32
	half, sqrtHalf, exponent uint32
	sign, labelOne           uint32
	leastLogit, mostLogit    float32
	mostWeight               float32
	minusLn2, ulp            float32
	exp2Floor, expFloor      float32
	roundBias                float32
	log2E, minusLog2E        float32
	ln2, ln2Hi, ln2Lo        float32
}

var numbers512 = constants512{
	one:        1,
	oneHalf:    .5,
	normal:     0x1p-126,
	half:       half,
	sqrtHalf:   sqrtHalf,
	exponent:   exponent,
	sign:       1 << 31,
	labelOne:   0x01010101,
	leastLogit: -maxLogit,
	mostLogit:  maxLogit,
	mostWeight: maxWeight,
	minusLn2:   -ln2 * 0x1p-23,
	ulp:        0x1p-23,
	exp2Floor:  -127,
	expFloor:   expFloor,
	roundBias:  roundBias,
	log2E:      log2E,
	minusLog2E: -log2E,
	ln2:        ln2,
	ln2Hi:      ln2Hi,
	ln2Lo:      ln2Lo,
}

//go:noinline
func hardAVX512(p pass, c *hardCall) int {
	if p.input == probabilities {
		switch p.want {
		case wantRegion:
			return hardProbabilitiesRegionAVX512(c)
		case wantCE:
			return hardProbabilitiesCEAVX512(c)
		}
		switch p.form {
		case powerHalf:
			return hardProbabilitiesHalfAVX512(c)
		case powerOne:
			return hardProbabilitiesOneAVX512(c)
		case powerThreeHalves:
			return hardProbabilitiesThreeHalvesAVX512(c)
		case powerTwo:
			return hardProbabilitiesTwoAVX512(c)
		}
		return hardProbabilitiesAnyAVX512(c)
	}
	switch p.want {
	case wantRegion:
		return hardLogitsRegionAVX512(c)
	case wantCE:
		return hardLogitsCEAVX512(c)
	}
	switch p.form {
	case powerHalf:
		return hardLogitsHalfAVX512(c)
	case powerOne:
		return hardLogitsOneAVX512(c)
	case powerThreeHalves:
		return hardLogitsThreeHalvesAVX512(c)
	case powerTwo:
		return hardLogitsTwoAVX512(c)
	}
	return hardLogitsAnyAVX512(c)
}

//go:noescape
func hardProbabilitiesRegionAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesCEAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesHalfAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesOneAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesThreeHalvesAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesTwoAVX512(c *hardCall) int

//go:noescape
func hardProbabilitiesAnyAVX512(c *hardCall) int

//go:noescape
func hardLogitsRegionAVX512(c *hardCall) int

//go:noescape
func hardLogitsCEAVX512(c *hardCall) int

//go:noescape
func hardLogitsHalfAVX512(c *hardCall) int

//go:noescape
func hardLogitsOneAVX512(c *hardCall) int

//go:noescape
func hardLogitsThreeHalvesAVX512(c *hardCall) int

//go:noescape
func hardLogitsTwoAVX512(c *hardCall) int

//go:noescape
func hardLogitsAnyAVX512(c *hardCall) int
