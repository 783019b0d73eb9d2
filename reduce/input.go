package reduce

import (
	"fmt"
	"math"
	"slices"
)

// rules say what data is accepted, and as what.
type rules struct {
	input    input
	epsilon  float64
	channels int

	// classes are the classes of labels 0 to 255, as lookups.
	classes [256]int32
	other   func(label int32) int32 // the class of any other label
	plain   int                     // the labels below are classes themselves
	lists   [][]int32               // of labels, among the options
	codes   *codeTable              // of labels for a one-channel prediction
	level   Level
}

// The classes of labels that have none.
const (
	classIgnored = -1
	classInvalid = -2
)

func newRules(o *Options) *rules {
	r := &rules{epsilon: o.Epsilon, channels: o.Channels, level: o.Level, lists: [][]int32{o.Ignore, o.Foreground}}
	if o.Activation != None {
		r.input = logits
	}
	r.other = func(label int32) int32 {
		switch {
		case slices.Contains(o.Ignore, label):
			return classIgnored
		case o.Nonzero:
			return int32(bit(label != 0))
		case o.Foreground != nil:
			return int32(bit(slices.Contains(o.Foreground, label)))
		case label >= 0 && int(label) < max(2, o.Channels):
			return label
		}
		return classInvalid
	}
	for l := range r.classes {
		r.classes[l] = r.other(int32(l))
	}
	for r.plain < len(r.classes) && r.classes[r.plain] == int32(r.plain) {
		r.plain++
	}
	r.codes = r.newCodeTable(1)
	return r
}

func (r *rules) class(label int32) int32 {
	if uint32(label) < uint32(len(r.classes)) {
		return r.classes[label]
	}
	return r.other(label)
}

// direct reports whether uint8 labels can be given to the one-channel kernels
// as they are, and which label they should ignore (256: none).
func (r *rules) direct() (ignore uint32, ok bool) {
	ignore = 256
	for l, class := range r.classes {
		switch {
		case l < 2 && class != int32(l):
			return 0, false
		case l < 2 || class == classInvalid:
		case class != classIgnored || ignore != 256:
			return 0, false
		default:
			ignore = uint32(l)
		}
	}
	return ignore, true
}

// value returns a number of a prediction as the kernels take it, and whether
// it is acceptable.
func (r *rules) value(x float32) (float32, bool) {
	if r.input == probabilities {
		return r.fraction(x)
	}
	return max(min(x, maxLogit), -maxLogit), !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0)
}

// fraction returns a number in [0,1] of one that is outside by at most
// epsilon, and +0 for −0.
func (r *rules) fraction(x float32) (float32, bool) {
	switch v := float64(x); {
	case v > 0 && v <= 1:
		return x, true
	case v <= 0:
		return 0, v >= -r.epsilon
	default: // or NaN
		return 1, v <= 1+r.epsilon
	}
}

func (r *rules) weight(w float32) (float32, bool) {
	if w == 0 {
		return 0, true // −0 too
	}
	return w, w > 0 && w <= maxWeight
}

// inspect returns the first voxel of c in [from, to) that is not acceptable,
// and the number of such; nil where there is none.
func (r *rules) inspect(c *Chunk, from, to int) *InputError {
	var first *InputError
	for i := from; i < to; i++ {
		if e := r.inspectVoxel(c, i, first == nil); e != nil {
			if first == nil {
				first = e
			}
			first.Count++
		}
	}
	return first
}

// bad stands for the error of a voxel where nobody wants its words.
var bad InputError

func (r *rules) inspectVoxel(c *Chunk, i int, words bool) *InputError {
	fail := func(what string, channel int, value float64, want string) *InputError {
		if !words {
			return &bad
		}
		return &InputError{Voxel: int64(i), Channel: channel, What: what, Value: value, Want: want}
	}
	for k := range r.channels {
		x := c.Prediction.at(k, i)
		if _, ok := r.value(x); !ok {
			want := "a finite logit"
			if r.input == probabilities {
				want = fmt.Sprintf("a probability in [0,1] (to within epsilon %v; logits need an activation)", r.epsilon)
			}
			return fail("prediction", k, float64(x), want)
		}
	}
	for k, plane := range c.Target.soft {
		if _, ok := r.fraction(plane[i]); !ok {
			return fail("target", k, float64(plane[i]), fmt.Sprintf("a number in [0,1] (to within epsilon %v)", r.epsilon))
		}
	}
	if c.Target.soft == nil {
		if label := c.Target.label(i); r.class(label) == classInvalid {
			return fail("label", 0, float64(label), fmt.Sprintf("0 to %d or an ignored label", max(2, r.channels)-1))
		}
	}
	if c.Weights != nil {
		if _, ok := r.weight(c.Weights[i]); !ok {
			return fail("weight", 0, float64(c.Weights[i]), "0 to 2^60")
		}
	}
	return nil
}
