package reduce

import (
	"fmt"
	"unsafe"
)

// A Chunk is a run of voxels of one sample: views of the prediction, the
// target and, where wanted, the weights, all of the same length and in the
// same order of voxels. It holds no copy; Fold is done with it when it
// returns.
type Chunk struct {
	Prediction Prediction
	Target     Target
	Weights    []float32 // w ≥ 0 per voxel; nil: 1
}

// A Prediction is a view of predicted numbers: one slice per channel.
type Prediction struct {
	float32s [][]float32
	float64s [][]float64
	halves   [][]uint16
	bfloat   bool // halves are bfloat16, else IEEE 754 binary16
	bytes    [][]uint8
}

// Float32 is a prediction of float32 numbers, one slice per channel.
func Float32(channels ...[]float32) Prediction { return Prediction{float32s: channels} }

// Float64 is a prediction of float64 numbers, rounded to float32; one beyond
// the range of that, 3.4e38, is an error.
func Float64(channels ...[]float64) Prediction { return Prediction{float64s: channels} }

// Float16 is a prediction of IEEE 754 binary16 numbers, as their bits.
func Float16(channels ...[]uint16) Prediction { return Prediction{halves: channels} }

// BFloat16 is a prediction of bfloat16 numbers, as their bits.
func BFloat16(channels ...[]uint16) Prediction { return Prediction{halves: channels, bfloat: true} }

// Quantised is a prediction of probabilities v/255.
func Quantised(channels ...[]uint8) Prediction { return Prediction{bytes: channels} }

// Voxels returns the number of voxels of the first channel.
func (p *Prediction) Voxels() int { return p.length(0) }

// channels returns the number of channels.
func (p *Prediction) channels() int {
	return max(len(p.float32s), len(p.float64s), len(p.halves), len(p.bytes))
}

// length returns the number of voxels of channel k.
func (p *Prediction) length(k int) int {
	switch {
	case k < len(p.float32s):
		return len(p.float32s[k])
	case k < len(p.float64s):
		return len(p.float64s[k])
	case k < len(p.halves):
		return len(p.halves[k])
	case k < len(p.bytes):
		return len(p.bytes[k])
	}
	return 0
}

// element returns the type of the numbers, where it is one that kernels read.
func (p *Prediction) element() element {
	switch {
	case p.halves != nil && p.bfloat:
		return elementBFloat16
	case p.halves != nil:
		return elementFloat16
	}
	return elementFloat32
}

// at returns the number of voxel i of channel k, as float32.
func (p *Prediction) at(k, i int) float32 {
	switch {
	case p.float32s != nil:
		return p.float32s[k][i]
	case p.float64s != nil:
		return float32(p.float64s[k][i])
	case p.halves != nil && p.bfloat:
		return bfloat16(p.halves[k][i])
	case p.halves != nil:
		return float16(p.halves[k][i])
	}
	return quantised(p.bytes[k][i])
}

// load writes the numbers of channel k from voxel from on to dst.
func (p *Prediction) load(level Level, dst []float32, k, from int) {
	if p.float32s != nil {
		copy(dst, p.float32s[k][from:])
		return
	}
	done := level.convert(dst, p, k, from)
	switch dst, from = dst[done:], from+done; {
	case p.float64s != nil:
		convertGeneric(dst, p.float64s[k][from:], nearest)
	case p.halves != nil && p.bfloat:
		convertGeneric(dst, p.halves[k][from:], bfloat16)
	case p.halves != nil:
		convertGeneric(dst, p.halves[k][from:], float16)
	default:
		convertGeneric(dst, p.bytes[k][from:], quantised)
	}
}

// distance returns how many bytes lead from a channel's plane of a tile to the
// channel's voxel i, which need not be there: 0 where it is not.
func (p *Prediction) distance(plane []float32, channel, i int) int {
	var to unsafe.Pointer
	switch {
	case i >= p.length(channel):
		return 0
	case p.float64s != nil:
		to = unsafe.Pointer(&p.float64s[channel][i])
	case p.halves != nil:
		to = unsafe.Pointer(&p.halves[channel][i])
	case p.bytes != nil:
		to = unsafe.Pointer(&p.bytes[channel][i])
	}
	return int(uintptr(to) - uintptr(unsafe.Pointer(&plane[0])))
}

// convertGeneric is the specification of the levels' convert, which take whole
// rows of Lanes numbers that are not float32, and return how many numbers they
// took.
func convertGeneric[T any](dst []float32, src []T, f func(T) float32) {
	for i, v := range src[:len(dst)] {
		dst[i] = f(v)
	}
}

// A Target is a view of what was to be predicted: a label per voxel, which is a
// class of 0 to C−1 (beside a one-channel prediction 0 and 1, or what
// Options.Foreground makes of it) or ignored; or soft targets.
type Target struct {
	uint8s  []uint8
	uint16s []uint16
	int32s  []int32
	soft    [][]float32
}

// LabelsUint8 is a target of labels.
func LabelsUint8(labels []uint8) Target { return Target{uint8s: labels} }

// LabelsUint16 is a target of labels.
func LabelsUint16(labels []uint16) Target { return Target{uint16s: labels} }

// LabelsInt32 is a target of labels.
func LabelsInt32(labels []int32) Target { return Target{int32s: labels} }

// Soft is a target of numbers in [0,1], one slice per channel of the
// prediction.
func Soft(channels ...[]float32) Target { return Target{soft: channels} }

// label returns the label of voxel i.
func (t *Target) label(i int) int32 {
	switch {
	case t.uint8s != nil:
		return int32(t.uint8s[i])
	case t.uint16s != nil:
		return int32(t.uint16s[i])
	}
	return t.int32s[i]
}

func (t *Target) labels() int { return max(len(t.uint8s), len(t.uint16s), len(t.int32s)) }

// voxels returns the length of the chunk. It panics where its parts do not
// fit each other or the options: only a programmer can cause that.
func (c *Chunk) voxels(o *Options) int {
	channels, n := c.Prediction.channels(), c.Prediction.Voxels()
	if channels != o.Channels {
		panic(fmt.Sprintf("reduce: a chunk of %d channels where Options.Channels is %d", channels, o.Channels))
	}
	same := func(what string, length int) {
		if length != n {
			panic(fmt.Sprintf("reduce: %s of %d voxels beside a prediction of %d", what, length, n))
		}
	}
	for k := range channels {
		same("a channel", c.Prediction.length(k))
	}
	if c.Target.soft == nil {
		same("labels", c.Target.labels())
	} else if len(c.Target.soft) != channels {
		panic(fmt.Sprintf("reduce: a soft target of %d channels beside a prediction of %d", len(c.Target.soft), channels))
	}
	for _, plane := range c.Target.soft {
		same("a soft target", len(plane))
	}
	if c.Weights != nil {
		same("weights", len(c.Weights))
	}
	if o.Activation != None && c.Prediction.bytes != nil {
		panic("reduce: quantised probabilities with activation " + o.Activation.String() + ": want none")
	}
	return n
}
