//go:build !purego && !noasm

package reduce

import "unsafe"

// hardBackwardNEON is hardBackwardGeneric in NEON.
//
//go:noinline
func hardBackwardNEON(p pass, c *hardBackward) int {
	c.race()
	return hardBackwardKernelsNEON.of(p)(c, c.space.neonHardPull())
}

var hardBackwardKernelsNEON = kernels[func(*hardBackward, *neonHardPull) int]{
	probabilities: {
		hardBackwardProbabilitiesRegionNEON,
		hardBackwardProbabilitiesCENEON,
		hardBackwardProbabilitiesAnyNEON,
		hardBackwardProbabilitiesHalfNEON,
		hardBackwardProbabilitiesOneNEON,
		hardBackwardProbabilitiesThreeHalvesNEON,
		hardBackwardProbabilitiesTwoNEON,
	},
	logits: {
		hardBackwardLogitsCENEON, // the region sums alone are the case ce = 0
		hardBackwardLogitsCENEON,
		hardBackwardLogitsAnyNEON,
		hardBackwardLogitsHalfNEON,
		hardBackwardLogitsOneNEON,
		hardBackwardLogitsThreeHalvesNEON,
		hardBackwardLogitsTwoNEON,
	},
}

// The kernels: hardBackwardGeneric of one pass each, which is this loop, and
// below it what a voxel's derivative d is. Each returns the number of blocks
// done.
//
//	for b := range len(c.prediction) / BlockSize {
//		… every value and label of the block plain, or return b
//		for i in the block, y := labels[i] {
//			d := … (0 where ignored), region, ce, focal := c.class[y]
//			gradient[i] = d, or += d
//		}
//	}

// d = region
//
//go:noescape
func hardBackwardProbabilitiesRegionNEON(c *hardBackward, work *neonHardPull) int

// r, s := x, 1-x (y = 0: swapped); inside := r ≥ eps && s ≥ eps
// d = region − ce/r; outside: region
//
//go:noescape
func hardBackwardProbabilitiesCENEON(c *hardBackward, work *neonHardPull) int

// slope := √s · (γ·r·ℓ + s) with ℓ := negLog(r, s)
// d = region − (focal·slope + ce·s) / (r·s); outside: region
//
//go:noescape
func hardBackwardProbabilitiesHalfNEON(c *hardBackward, work *neonHardPull) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesOneNEON(c *hardBackward, work *neonHardPull) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesThreeHalvesNEON(c *hardBackward, work *neonHardPull) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesTwoNEON(c *hardBackward, work *neonHardPull) int

// … slope := exp2(γ · log2 s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardProbabilitiesAnyNEON(c *hardBackward, work *neonHardPull) int

// u := x (y = 0: −x); r, s of u; d = s · (region·r − ce)
//
//go:noescape
func hardBackwardLogitsCENEON(c *hardBackward, work *neonHardPull) int

// d = s·(region·r − ce) − focal·slope, slope := √s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsHalfNEON(c *hardBackward, work *neonHardPull) int

// … slope := s · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsOneNEON(c *hardBackward, work *neonHardPull) int

// … slope := (√s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsThreeHalvesNEON(c *hardBackward, work *neonHardPull) int

// … slope := (s · s) · (γ·r·ℓ + s)
//
//go:noescape
func hardBackwardLogitsTwoNEON(c *hardBackward, work *neonHardPull) int

// … slope := exp2(n + (f·log2E − log1p(t)·log2E)) · (γ·r·ℓ + s), n = f = 0
// where u < 0
//
//go:noescape
func hardBackwardLogitsAnyNEON(c *hardBackward, work *neonHardPull) int

// neonPull is the memory of the one-channel backward kernels, from a multiple of
// 64 on. It begins as neonWork does.
type neonPull struct {
	eps, oneMinus [4]float32
	ignore        [16]uint8
	_             [16]uint8

	// Of the classes' coefficients: region, ce, focal and γ of each; region in
	// every lane; tables of 16 bytes, where class 0 is the first lane, class 1
	// the second, and what is ignored reads the third, which is 0; ce in every
	// lane of a set.
	lanes                            [2][4]float32
	region                           [2][4]float32
	regionTable, ceTable, focalTable [4]float32
	_                                [4]float32
	ce                               [2]neonSet

	index neonSet    // bytes into the tables
	sides [2]neonSet // r and s of a set
	kept  [3]neonSet // of a set with soft targets

	_ [63]uint8
}

func (w *workspace) neonPull() *neonPull { return (*neonPull)(unsafe.Pointer(w)) }

// neonHardPull is that of the kernels for hard labels.
type neonHardPull struct {
	neonPull

	widened [BlockSize]float32 // a block of logits that came as halves

	_ [63]uint8
}

const _ = uint(unsafe.Sizeof(workspace{}) - unsafe.Sizeof(neonHardPull{})) // there is room for both

func (w *workspace) neonHardPull() *neonHardPull { return (*neonHardPull)(unsafe.Pointer(w)) }
