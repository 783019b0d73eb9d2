package reduce

// A kernelSet holds the functions of a level. Each gives the bits of the generic
// one of its name.
type kernelSet struct {
	hard           func(pass, *hardCall) (blocks int)
	soft           func(pass, *softCall) (blocks int)
	planar         func(pass, *planarCall) (blocks int)
	hardBackward   func(pass, *hardBackward) (blocks int)
	softBackward   func(pass, *softBackward) (blocks int)
	planarBackward func(pass, *planarBackward) (blocks int)

	// takesHalves reports whether the kernels for logits of so many channels and
	// that kind of data take them as halves.
	takesHalves func(channels int, k kind) bool

	elementary func(f int, c *mapCall) // applies an elementary function to a slice, for the tests

	converters *converters // nil: the generic level has none of these three
	wideners   *wideners
	encoders   []*encoders // the ones that take most labels at a time first
}

var genericKernels = kernelSet{
	hard: hardGeneric, soft: softGeneric, planar: planarGeneric,
	hardBackward: hardBackwardGeneric, softBackward: softBackwardGeneric, planarBackward: planarBackwardGeneric,
	takesHalves: func(int, kind) bool { return false },
	elementary:  mapGeneric,
}

// kernels returns the functions of a level that the machine has.
func (l Level) kernels() *kernelSet { return kernelSets[l] }
