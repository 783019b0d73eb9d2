package reduce

import "math"

// The contract between the portable code and the assembly.
//
// A kernel takes whole blocks of one sample and adds their sums, in order, to
// float64 sums. A voxel's place decides where it is added: lane = index mod
// Lanes; a block's row is Lanes voxels, and each lane adds in row order in
// float32; at the end of a block the lanes are folded in float64 by halves
// (lane i + lane i+8, then i + i+4, i + i+2, i + i+1), and that one number is
// added to the sum. Every float32 operation is exactly rounded, and a sum
// that a voxel does not belong to may be left alone or be given 0: that is
// the same, since no addend is negative.
//
// A kernel stops in front of the first block that holds something it does not
// expect (NaN, Inf, a probability outside [0,1] or −0, a logit beyond
// ±maxLogit, a label that is neither 0 nor 1 nor ignored) with nothing of that
// block added, and returns the number of blocks done. Go code then decides
// whether it is an error; where it is not, the kernel is called again with the
// block in its plain form.
//
// reduce_generic.go is the specification: an assembly kernel is right when its
// bits are the same.

const (
	// Lanes is the number of float32 partial sums that the voxels of a block
	// are dealt to in turn.
	Lanes = 16
	// BlockSize is the number of voxels whose lanes are folded to one float64.
	BlockSize = 512
	// SegmentSize is the number of voxels whose blocks are added in float64.
	// Segment sums are added exactly: shards split at multiples of it give
	// the bits of the whole.
	SegmentSize = 65536

	// quad is the number of rows whose cross entropy may share one logarithm.
	quad = 4

	// maxLogit bounds the logits that a kernel takes, and maxWeight the weights:
	// the sum of a lane stays finite. Beyond it a logit counts as ±maxLogit,
	// and a weight is an error.
	maxLogit  = 0x1p60
	maxWeight = 0x1p60
)

// fetchAhead is how many bytes behind a number of its prediction a kernel asks
// memory for what it will need, where it does: the number of the next block.
// Where the prediction is a tile of converted numbers it is what leads from
// there to the numbers that are converted next.
const fetchAhead = 4 * BlockSize

// hardSums are the sums of a one-channel prediction against hard labels, by
// label (0 background, 1 foreground): with r the probability of a voxel's own
// class and s = 1 − r, Σ r, Σ s, Σ −log r and Σ s^γ·(−log r).
type hardSums struct {
	r, s, l, f [2]float64
	n          uint64 // voxels that are not ignored
}

// A hardCall is the argument of the one-channel kernels for hard labels
// without weights.
type hardCall struct {
	prediction []float32 // whole blocks
	halves     []uint16  // or logits of 16 bits in their stead, of the element type
	element    element
	labels     []uint8 // 0, 1 or ignore, one per prediction
	ignore     uint32  // the ignored label, over 1; over 255: none
	eps        float32 // probabilities are clamped to [eps, oneMinus] in log and power
	oneMinus   float32
	hi, lo     float32 // γ in two parts
	ahead      int     // see fetchAhead
	sums       hardSums
	space      *workspace
	power      power

	clampRegion bool // portable kernels only
}

// race tells the race detector what a kernel reads and writes.
func (c *hardCall) race() {
	raceRead(c.prediction)
	raceRead(c.halves)
	raceRead(c.labels)
}

// A workspace is memory for a one-channel kernel to use, whatever it holds; an
// instruction set's kernels lay their own types over it. It is the worker's,
// since to clear as much for every call would show in short ones.
type workspace [4768]float32

// A softCall is the argument of the one-channel kernels for targets and
// weights that are numbers. Every voxel adds to both classes: to the
// foreground with w·y, to the background with w·(1−y).
type softCall struct {
	prediction []float32 // whole blocks
	target     []float32 // y in [0,1], one per prediction
	weights    []float32 // w in [0, maxWeight], one per prediction
	eps        float32
	oneMinus   float32
	hi, lo     float32
	sums       hardSums // n is not used
	w          float64  // Σ w
	space      *workspace
	power      power

	clampRegion bool // portable kernels only
}

func (c *softCall) race() {
	raceRead(c.prediction)
	raceRead(c.target)
	raceRead(c.weights)
}

// A planarCall is the argument of the kernels for C ≥ 2 channels, which are
// the planes of one prediction: softmax over logits, or probabilities.
type planarCall struct {
	planes   [][]float32 // C planes, whole blocks each
	halves   [][]uint16  // or planes of logits of 16 bits in their stead, of the element type
	element  element
	labels   []int32     // hard targets: the class, or below 0 where ignored; nil: targets
	targets  [][]float32 // soft targets: C planes
	weights  []float32   // w in [0, maxWeight], one per voxel
	eps      float32
	oneMinus float32
	hi, lo   float32
	sums     []planeSums // one per class
	w        float64     // Σ w
	scratch  []float32   // C·BlockSize numbers for the kernel to use
	power    power

	// ahead is, for each plane, how many bytes lead from its numbers to those
	// that the next tile's are made of: a kernel asks for these meanwhile. It is
	// 0 where nothing is converted, or nothing is left. A kernel that takes halves
	// may change it.
	ahead []int

	clampRegion bool // portable kernels only
}

func (c *planarCall) race() {
	for _, plane := range c.planes {
		raceRead(plane)
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

// planeSums are the sums of one class of a planarCall.
type planeSums struct {
	r float64 // Σ w·y·p
	s float64 // Σ w·y·q
	l float64 // Σ w·y·(−log p)
	f float64 // Σ w·y·q^γ·(−log p)
	p float64 // Σ w·(1−y)·p
}

// An element is the type that the numbers of a prediction have where a kernel
// reads them. All take float32, whose kernels for logits read them as halves too
// where takesHalves says so.
type element uint8

const (
	elementFloat32 element = iota
	elementFloat16
	elementBFloat16
)

// mostHalf returns the greatest bits that a plain logit has where it is a half,
// its sign set, by the element type.
func mostHalf() [3]uint16 {
	return [...]uint16{
		elementFloat16:  0xfbff, // all but infinity and NaN
		elementBFloat16: 1<<15 | uint16(math.Float32bits(maxLogit)>>16),
	}
}

// A pass names a kernel: what a prediction holds and which sums are wanted.
type pass struct {
	input input
	want  want
	form  powerForm // where want is wantFocal
}

type input uint8

const (
	probabilities input = iota
	logits              // of a sigmoid where there is one channel, of a softmax where there are more
	inputs              // how many there are
)

type want uint8

const (
	wantRegion want = iota // TP, FP, FN
	wantCE                 // and cross entropy
	wantFocal              // and one focal sum
)

// kernels are those of an instruction set for one kind of call, by input and by
// what they compute: the region sums; cross entropy too; a focal sum too, by the
// form of its power. The compiler moves what a function of a table is given to
// the heap, where the worker's calls are already.
type kernels[F any] [inputs][int(wantFocal) + int(powerForms)]F

// of returns the kernel of a pass. Each has one: TestEveryPassHasAKernel.
func (t *kernels[F]) of(p pass) F {
	what := int(p.want)
	if p.want == wantFocal {
		what += int(p.form)
	}
	return t[p.input][what]
}
