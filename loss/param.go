package loss

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Param is a parameter's value: what [New] takes and [Loss.Params] gives.
type Param struct {
	Name string

	// Value is a float64, a []float64, a bool or a string, as the table says
	// of the parameter. New takes an int for a float64, and the text of any
	// value ("1/2/3" for a list).
	Value any
}

// String is the parameter as [Parse] reads it: "gamma=1.5".
func (p Param) String() string { return p.Name + "=" + valueText(p.Value) }

func valueText(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []float64:
		texts := make([]string, len(v))
		for i, x := range v {
			texts[i] = valueText(x)
		}
		return strings.Join(texts, "/")
	default:
		return fmt.Sprint(v)
	}
}

// A Parameter is what the table says of one parameter of a loss.
type Parameter struct {
	Name    string
	Default any // float64, bool or string; nil where it is off unless given
	Doc     string

	domain domain
}

// Range says in words which values are allowed: "0 ≤ gamma < 1".
func (p Parameter) Range() string { return p.domain.describe(p.Name) }

// A domain is a set of values that a parameter may have.
type domain interface {
	// accept returns v, or the value that v is the text of, in the domain's
	// own type, and whether it belongs to the domain.
	accept(v any) (any, bool)

	// describe says in words which values the parameter of that name may have.
	describe(name string) string
}

// An interval is a range of numbers. Its bounds are finite, never beyond the
// float32 range: in float64 arithmetic no product of such parameters with the
// sums of any volume overflows.
type interval struct {
	low, high         float64
	lowOpen, highOpen bool
}

var (
	unit        = interval{high: 1}
	belowOne    = interval{high: 1, highOpen: true}
	nonNegative = interval{high: math.MaxFloat32}
	positive    = interval{high: math.MaxFloat32, lowOpen: true}
	focalPower  = interval{high: 1000} // what package reduce takes
)

func (in interval) contains(x float64) bool {
	return (x > in.low || x == in.low && !in.lowOpen) && (x < in.high || x == in.high && !in.highOpen)
}

func (in interval) accept(v any) (any, bool) {
	var x float64
	switch v := v.(type) {
	case float64:
		x = v
	case int:
		x = float64(v)
	case string:
		var err error
		if x, err = strconv.ParseFloat(v, 64); err != nil {
			return nil, false
		}
	default:
		return nil, false
	}
	return x + 0, in.contains(x) // −0 + 0 is 0
}

func (in interval) describe(name string) string {
	less := map[bool]string{false: " ≤ ", true: " < "} // by whether the bound is open
	high := valueText(in.high)
	if in.high == math.MaxFloat32 {
		high = "3.4e38"
	}
	return valueText(in.low) + less[in.lowOpen] + name + less[in.highOpen] + high
}

// numbers is one number, a float64, or a list of them, each in an interval.
type numbers struct{ each interval }

func (n numbers) accept(v any) (any, bool) {
	var list []any
	switch v := v.(type) {
	case string:
		for text := range strings.SplitSeq(v, "/") {
			list = append(list, text)
		}
	case []float64:
		for _, x := range v {
			list = append(list, x)
		}
	default:
		return n.each.accept(v)
	}
	values := make([]float64, len(list))
	for i, v := range list {
		x, ok := n.each.accept(v)
		if !ok {
			return nil, false
		}
		values[i] = x.(float64)
	}
	if len(values) == 1 {
		return values[0], true
	}
	return values, len(values) > 0
}

func (n numbers) describe(name string) string {
	return n.each.describe(name) + ", one number or a list as 1/2/3"
}

// A flag is true or false.
type flag struct{}

func (flag) accept(v any) (any, bool) {
	if text, ok := v.(string); ok {
		b, err := strconv.ParseBool(text)
		return b, err == nil
	}
	_, ok := v.(bool)
	return v, ok
}

func (flag) describe(string) string { return "true or false" }

// A choice is one of a few words.
type choice []string

func (c choice) accept(v any) (any, bool) {
	text, ok := v.(string)
	return v, ok && slices.Contains(c, text)
}

func (c choice) describe(string) string { return strings.Join(c, " or ") }

// values are the parameters of one loss by name; nil is off.
type values map[string]any

func (v values) number(name string) float64 { return v[name].(float64) }

func (v values) list(name string) []float64 {
	switch x := v[name].(type) {
	case float64:
		return []float64{x}
	case []float64:
		return x
	}
	return nil
}

func (v values) bySum() bool { return v["reduction"] == "sum" }

// voxels gives m the options that every mean over the voxels has.
func (v values) voxels(m voxelMean) voxelMean {
	m.sum = v.bySum()
	return m
}

// region gives m the options that every mean over samples and classes has.
func (v values) region(m regionMean) regionMean {
	m.batch = v["batch"].(bool)
	m.skipBackground = !v["background"].(bool)
	m.sum = v.bySum()
	return m
}
