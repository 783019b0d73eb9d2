package volume

import (
	"fmt"
	"math"
	"unsafe"
)

// A Type is the type of a file's elements.
type Type uint8

const (
	Uint8 Type = iota
	Int8
	Uint16
	Int16
	Uint32
	Int32
	Uint64
	Int64
	Float16
	Float32
	Float64
	Bool     // one byte, 0 or 1
	BFloat16 // the upper half of a float32
)

// String returns the name that NumPy gives the type.
func (t Type) String() string {
	if int(t) >= len(elements) {
		return fmt.Sprintf("Type(%d)", uint8(t))
	}
	return elements[t].name
}

// Size is the number of bytes of an element.
func (t Type) Size() int { return elements[t].size }

// Float reports whether t is a floating-point type.
func (t Type) Float() bool { return elements[t].float }

// elements says for each Type how its elements become numbers.
var elements = [...]element{
	Uint8:   intElement[uint8]("uint8"),
	Int8:    intElement[int8]("int8"),
	Uint16:  intElement[uint16]("uint16"),
	Int16:   intElement[int16]("int16"),
	Uint32:  intElement[uint32]("uint32"),
	Int32:   intElement[int32]("int32"),
	Uint64:  intElement[uint64]("uint64"),
	Int64:   intElement[int64]("int64"),
	Float16: halfElement("float16", float32OfHalf),
	Float32: floatElement[float32]("float32"),
	Float64: floatElement[float64]("float64"),
	Bool:    intElement[uint8]("bool"),

	BFloat16: halfElement("bfloat16", float32OfUpperHalf),
}

// An element holds the conversions from one Type. All take the bytes of as many
// elements as dst is long, in this machine's byte order.
type element struct {
	name  string
	size  int
	float bool

	toFloat32 func(dst []float32, src []byte) // rounds to nearest
	toFloat64 func(dst []float64, src []byte)

	// To labels. They return the index of the first element that is not a
	// whole number or not in the range of dst, or -1.
	toUint8  func(dst []uint8, src []byte) int
	toUint16 func(dst []uint16, src []byte) int
	toInt32  func(dst []int32, src []byte) int

	value func(src []byte) any // the first element, to be printed
}

type integer interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64
}

type float interface{ float32 | float64 }

type label interface{ uint8 | uint16 | int32 }

func intElement[S integer](name string) element {
	e := numberElement[S](name)
	e.toUint8 = func(dst []uint8, src []byte) int { return labelsOfInts(dst, elementsOf[S](src)) }
	e.toUint16 = func(dst []uint16, src []byte) int { return labelsOfInts(dst, elementsOf[S](src)) }
	e.toInt32 = func(dst []int32, src []byte) int { return labelsOfInts(dst, elementsOf[S](src)) }
	return e
}

func floatElement[S float](name string) element {
	e := numberElement[S](name)
	e.float = true
	e.toUint8 = func(dst []uint8, src []byte) int { return labelsOfFloats(dst, elementsOf[S](src)) }
	e.toUint16 = func(dst []uint16, src []byte) int { return labelsOfFloats(dst, elementsOf[S](src)) }
	e.toInt32 = func(dst []int32, src []byte) int { return labelsOfFloats(dst, elementsOf[S](src)) }
	return e
}

// numberElement is what integers and floats have in common.
func numberElement[S integer | float](name string) element {
	return element{
		name: name,
		size: int(unsafe.Sizeof(S(0))),
		toFloat32: func(dst []float32, src []byte) {
			for i, s := range elementsOf[S](src)[:len(dst)] {
				dst[i] = float32(s)
			}
		},
		toFloat64: func(dst []float64, src []byte) {
			for i, s := range elementsOf[S](src)[:len(dst)] {
				dst[i] = float64(s)
			}
		},
		value: func(src []byte) any { return elementsOf[S](src)[0] },
	}
}

// halfElement converts numbers of 16 bits, which Go has no types for.
func halfElement(name string, number func(bits uint16) float32) element {
	return element{
		name:  name,
		size:  2,
		float: true,
		toFloat32: func(dst []float32, src []byte) {
			for i, s := range elementsOf[uint16](src)[:len(dst)] {
				dst[i] = number(s)
			}
		},
		toFloat64: func(dst []float64, src []byte) {
			for i, s := range elementsOf[uint16](src)[:len(dst)] {
				dst[i] = float64(number(s))
			}
		},
		toUint8:  func(dst []uint8, src []byte) int { return labelsOfHalves(dst, elementsOf[uint16](src), number) },
		toUint16: func(dst []uint16, src []byte) int { return labelsOfHalves(dst, elementsOf[uint16](src), number) },
		toInt32:  func(dst []int32, src []byte) int { return labelsOfHalves(dst, elementsOf[uint16](src), number) },
		value:    func(src []byte) any { return number(elementsOf[uint16](src)[0]) },
	}
}

func labelsOfInts[D label, S integer](dst []D, src []S) int {
	for i, s := range src[:len(dst)] {
		d := D(s)
		if S(d) != s || d < 0 != (s < 0) {
			return i
		}
		dst[i] = d
	}
	return -1
}

func labelsOfFloats[D label, S float](dst []D, src []S) int {
	for i, s := range src[:len(dst)] {
		// Go leaves open what a conversion gives that does not fit, but every
		// label is exact in float64, so that equality there proves that it did.
		d := D(s)
		if float64(d) != float64(s) {
			return i
		}
		dst[i] = d
	}
	return -1
}

func labelsOfHalves[D label](dst []D, src []uint16, number func(bits uint16) float32) int {
	for i, s := range src[:len(dst)] {
		v := number(s)
		d := D(v)
		if float64(d) != float64(v) {
			return i
		}
		dst[i] = d
	}
	return -1
}

// float32OfUpperHalf returns the number whose upper half is given.
func float32OfUpperHalf(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// float32OfHalf returns the number with the bits h in IEEE half precision.
func float32OfHalf(h uint16) float32 {
	// With its exponent field in float32's place the number is 2^112 too small,
	// subnormal or not; infinities and NaNs need the largest exponent instead.
	bits := uint32(h&0x7fff) << 13
	if bits >= 0x1f<<23 {
		bits |= 0xff << 23
	} else {
		bits = math.Float32bits(math.Float32frombits(bits) * 0x1p112)
	}
	return math.Float32frombits(bits | uint32(h>>15)<<31)
}
