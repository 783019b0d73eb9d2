package reduce

// The contract of the backward kernels. A kernel takes whole blocks of one
// sample and writes, or adds, one number per voxel and channel: the derivative
// of a function of the sums by the prediction. It is given the function's
// derivatives by the sums, put together into a few float32 coefficients, and
// stops in front of a block that is not plain, as the forward kernels do.
// Voxels do not depend on each other. The output may be the prediction itself.
//
// With r, s, ℓ and γ as in the forward pass, u the margin of a voxel's own
// class, and the coefficients region, ce and focal of that class:
//
//	∂/∂u = s·(region·r − ce) − focal·s^γ·(γ·r·ℓ + s)
//	∂/∂r = region − (ce·s + focal·s^γ·(γ·r·ℓ + s))/(r·s)
//
// the latter without its second part where r or s is under epsilon. The form
// γ·r·ℓ + s stays finite at s = 0, where the derivative of s^γ does not.

// coefficients are what a class's voxel multiplies its derivatives with.
type coefficients struct {
	region float32 // ∂L/∂r of a voxel of this class through the region sums
	ce     float32 // ∂L/∂CE
	focal  float32 // ∂L/∂Focal
}

// The coefficients are bounded, so that no product of a kernel overflows where
// weights are at most 1: ce and focal more tightly by probabilities, where they
// are divided by r and s, of which the smaller is at least epsilon.
const (
	maxCoefficient = 0x1p115
	maxDividend    = 0x1p90
)

// A hardBackward is the argument of the one-channel backward kernels for hard
// labels.
type hardBackward struct {
	prediction []float32
	halves     []uint16 // as in hardCall
	element    element
	labels     []uint8 // 0, 1 or ignore
	gradient   []float32
	ignore     uint32 // over 1; over 255: none
	eps        float32
	oneMinus   float32
	gamma      float32 // γ where it is a factor
	hi, lo     float32 // γ in two parts where it is an exponent
	ahead      int     // see fetchAhead
	// class holds the coefficients of both classes. Those of class 0 are
	// negated: what is wanted is the derivative by the foreground's margin.
	class [2]coefficients
	space *workspace
	power power

	add         bool // gradient += instead of =
	stream      bool // where not, gradient is better written past the caches; it is at a multiple of streamAlign
	clampRegion bool // portable kernels only
}

func (c *hardBackward) race() {
	raceRead(c.prediction)
	raceRead(c.halves)
	raceRead(c.labels)
	raceWrite(c.gradient)
}

// A softBackward is the same for soft targets and weights.
type softBackward struct {
	prediction []float32
	target     []float32
	weights    []float32
	gradient   []float32
	eps        float32
	oneMinus   float32
	gamma      float32
	hi, lo     float32
	class      [2]coefficients // as in hardBackward
	space      *workspace
	power      power

	add         bool
	stream      bool
	clampRegion bool
}

func (c *softBackward) race() {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
	raceWrite(c.gradient)
}

// A planarBackward is the argument of the backward kernels for C ≥ 2 channels.
type planarBackward struct {
	planes   [][]float32
	halves   [][]uint16 // as in planarCall
	element  element
	labels   []int32 // hard targets, or nil
	targets  [][]float32
	weights  []float32
	gradient [][]float32
	eps      float32
	oneMinus float32
	gamma    float32
	hi, lo   float32
	class    []planeCoefficients
	scratch  []float32 // C·BlockSize numbers for the kernel to use
	power    power
	ahead    []int // as in planarCall

	add         bool
	stream      bool
	clampRegion bool
}

func (c *planarBackward) race() {
	for k, plane := range c.planes {
		raceRead(plane)
		raceWrite(c.gradient[k])
	}
	for _, plane := range c.halves {
		raceRead(plane)
	}
	for _, plane := range c.targets {
		raceRead(plane)
	}
	raceRead(c.labels)
	raceRead(c.weights)
}

// planeCoefficients are those of a class among several.
type planeCoefficients struct {
	own   float32 // ∂L/∂p of the class where y = 1: by TP − FN
	other float32 // and where y = 0: by FP
	ce    float32
	focal float32
}
