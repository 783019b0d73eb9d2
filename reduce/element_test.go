package reduce

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// elements are the types that the numbers of a prediction come in.
var elements = []string{"float32", "float64", "float16", "bfloat16", "uint8"}

// narrowVolume returns a volume whose numbers an element type holds exactly,
// and a function that gives voxels of it as chunks of that type.
func narrowVolume(rng *rand.Rand, o Options, element string, n int, kind kind) (*volume, func(from, to int) Chunk) {
	v := randomVolume(rng, o, n, kind)
	bytes, halves, doubles := make([][]uint8, o.Channels), make([][]uint16, o.Channels), make([][]float64, o.Channels)
	for k, plane := range v.planes {
		bytes[k], halves[k], doubles[k] = make([]uint8, n), make([]uint16, n), make([]float64, n)
		value, run := uint16(0), 0
		for i := range plane {
			if run--; run < 0 {
				value, run = uint16(rng.Uint32()), rng.IntN(40)*rng.IntN(2)
			}
			bytes[k][i] = uint8(value)
			switch element {
			case "uint8":
				plane[i] = quantised(bytes[k][i])
			case "float64": // rounds to it
				doubles[k][i] = float64(plane[i]) * (1 + 0x1p-26)
			case "float16":
				halves[k][i] = value % 0x3c01 // 0 to 1
				if o.Activation != None {
					halves[k][i] = value%0x4900 | value&0x8000 // −10 to 10
				}
				plane[i] = float16(halves[k][i])
			case "bfloat16":
				halves[k][i] = value % 0x3f81
				if o.Activation != None {
					halves[k][i] = value%0x4120 | value&0x8000
				}
				plane[i] = bfloat16(halves[k][i])
			}
		}
	}
	return v, func(from, to int) Chunk {
		c := v.chunk(from, to)
		switch element {
		case "uint8":
			c.Prediction = Quantised(cutPlanes(bytes, from, to)...)
		case "float64":
			c.Prediction = Float64(cutPlanes(doubles, from, to)...)
		case "float16":
			c.Prediction = Float16(cutPlanes(halves, from, to)...)
		case "bfloat16":
			c.Prediction = BFloat16(cutPlanes(halves, from, to)...)
		}
		return c
	}
}

// binary16 and bfloat16 numbers are read exactly: every pattern, against
// arithmetic on its parts.
func TestElements(t *testing.T) {
	for b := range 1 << 16 {
		sign := 1 - 2*float64(b>>15)
		exponent, fraction := b>>10&31, float64(b&1023)
		want := sign * math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		got := float64(float16(uint16(b)))
		if math.IsNaN(want) {
			require.Equal(t, uint32(b>>15<<31|255<<23|1<<22|b&0x1ff<<13), math.Float32bits(float16(uint16(b))), "%#x: a quiet NaN of that payload", b)
		} else {
			require.Equal(t, want, got, "%#x", b)
		}
		exponent, fraction = b>>7&255, float64(b&127)
		if want = sign * math.Ldexp(1+fraction/128, exponent-127); exponent == 0 {
			want = sign * math.Ldexp(fraction/128, -126)
		}
		if exponent < 255 {
			require.Equal(t, want, float64(bfloat16(uint16(b))), "%#x", b)
		}
	}
}

// compareConversions requires that every level converts n numbers of each
// element type, whose bits raw repeats, to the bits that the portable code
// does, and writes nothing else. The memory is what alloc gives.
func compareConversions(t *testing.T, n int, raw []byte, alloc func(size int) []byte) {
	t.Helper()
	numbers := func(size int) []byte {
		b := alloc(n * size)
		for i := range b {
			b[i] = raw[i%len(raw)]
		}
		return b
	}
	halves := [][]uint16{view[uint16](numbers(2))}
	for name, p := range map[string]Prediction{
		"float64":  Float64(view[float64](numbers(8))),
		"float16":  Float16(halves...),
		"bfloat16": BFloat16(halves...),
		"uint8":    Quantised(numbers(1)),
	} {
		for _, level := range Levels() {
			for _, from := range []int{0, min(n, 1), min(n, 13)} {
				dst, want := view[float32](alloc(4*n)), make([]float32, n)
				fill(dst, .25)
				fill(want, .25)
				p.load(level, dst[from:], 0, from)
				for i := from; i < n; i++ {
					want[i] = p.at(0, i)
				}
				requireBits(t, want, dst, "%v %s, from %d", level, name, from)
			}
		}
	}
}

func anywhere(size int) []byte { return make([]byte, size) }

// Every level converts every pattern of 16 bits, and of 8, to the same bits.
func TestConvertEveryPattern(t *testing.T) {
	var raw []byte
	for b := range 1 << 16 {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(b))
	}
	compareConversions(t, 1<<16, raw, anywhere)
}

// FuzzConvert: the same for any bits of any length.
func FuzzConvert(f *testing.F) {
	for n := range uint8(70) {
		f.Add(n, []byte{0xff, 0x7f, 0xf0, 0xf1, n, 0x3f, 0x47, 0xef, 0x80})
	}
	// Halfway between two float32 numbers, and to infinity or not.
	f.Add(uint8(40), binary.LittleEndian.AppendUint64(nil, math.Float64bits(1+0x1p-24)))
	f.Add(uint8(40), binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.MaxFloat32*(1+0x1p-25))))
	f.Add(uint8(40), binary.LittleEndian.AppendUint64(nil, math.Float64bits(0x1.8p-150)))
	f.Fuzz(func(t *testing.T, n uint8, raw []byte) {
		if len(raw) > 0 {
			compareConversions(t, int(n), raw, anywhere)
		}
	})
}

// The element type of a prediction makes no difference: sums and gradient have
// the bits that the same numbers have as float32, for every kind of data, any
// chunks and workers, on every level.
func TestElementsMakeNoDifference(t *testing.T) {
	for seed := range seeds(24) {
		rng := rand.New(rand.NewPCG(seed, 17))
		o, kind := randomOptions(rng)
		element := elements[1+seed%4]
		if element == "uint8" {
			o.Activation = None
		}
		n := 1 + rng.IntN(2*SegmentSize/o.Channels)
		v, chunk := narrowVolume(rng, o, element, n, kind)
		requireLevels(t, rng, o, v, chunk, element != "uint8" || kind != hard, // which are counted, and added exactly
			fmt.Sprintf("seed %d %s kind %d", seed, element, kind))
	}
}

// requireLevels requires of every level, for chunks of any size, the gradient that
// v has whole by the portable kernels, and, where sums says so, its sums.
func requireLevels(t *testing.T, rng *rand.Rand, o Options, v *volume, chunk func(from, to int) Chunk, sums bool, context string) {
	t.Helper()
	n, d := len(v.planes[0]), randomDerivatives(rng, o)
	o.Level = Generic
	r, b := reducer(t, o), must(NewBackward(o))
	require.NoError(t, r.Fold(0, v.chunk(0, n)))
	want, wantGradient := hexadecimal(r.Totals()), planesOf(o.Channels, n)
	b.Set(d, 1)
	require.NoError(t, b.Pull(0, v.chunk(0, n), wantGradient...))
	for _, o.Level = range Levels() {
		o.Workers = 1 + rng.IntN(3)
		name := fmt.Sprintf("%s %+v", context, o)
		r, b := reducer(t, o), must(NewBackward(o))
		b.Set(d, 1)
		gradient := planesOf(o.Channels, n)
		for from := 0; from < n; {
			to := from + 1 + rng.IntN(n-from)
			require.NoError(t, r.Fold(0, chunk(from, to)), name)
			require.NoError(t, b.Pull(0, chunk(from, to), cutPlanes(gradient, from, to)...), name)
			from = to
		}
		if sums {
			require.Equal(t, want, hexadecimal(r.Totals()), name)
		}
		for k := range gradient {
			requireBits(t, wantGradient[k], gradient[k], "channel %d, %s", k, name)
		}
	}
}

// TestElementsTakeTurns: logits of one Reducer may come in any element types in
// turn, and a block that a kernel refuses though it is acceptable (a logit beyond
// maxLogit, a weight or a target that is −0) counts as it does as float32.
func TestElementsTakeTurns(t *testing.T) {
	for seed := range seeds(48) {
		rng := rand.New(rand.NewPCG(seed, 23))
		o, kind := randomOptions(rng)
		o.ClampRegion = false
		o.Activation = Sigmoid
		if o.Channels > 1 {
			o.Activation = Softmax
		}
		n := 1 + rng.IntN(2*SegmentSize/o.Channels)
		v := randomVolume(rng, o, n, kind)
		large := seed%2 == 0 // and none is float16
		halves, doubles := [2][][]uint16{}, make([][]float64, o.Channels)
		for k, plane := range v.planes {
			for e := range halves {
				halves[e] = append(halves[e], make([]uint16, n))
			}
			doubles[k] = make([]float64, n)
			for i := range plane {
				plane[i] = float32(rng.IntN(161)-80) / 8 // −10 to 10, in all types
				if large && rng.IntN(1500) == 0 {
					plane[i] *= 0x1p60
				}
				halves[0][k][i], halves[1][k][i] = truncated(plane[i]), uint16(math.Float32bits(plane[i])>>16)
				doubles[k][i] = float64(plane[i])
			}
		}
		for _, numbers := range append(v.soft, v.weights) {
			for i := range numbers {
				if rng.IntN(1500) == 0 {
					numbers[i] = float32(math.Copysign(0, -1))
				}
			}
		}
		chunk := func(from, to int) Chunk {
			c := v.chunk(from, to)
			switch rng.IntN(4 - int(bit(large))) {
			case 0:
				c.Prediction = BFloat16(cutPlanes(halves[1], from, to)...)
			case 1:
				c.Prediction = Float64(cutPlanes(doubles, from, to)...)
			case 3:
				c.Prediction = Float16(cutPlanes(halves[0], from, to)...)
			}
			return c
		}
		requireLevels(t, rng, o, v, chunk, true, fmt.Sprintf("seed %d kind %d", seed, kind))
	}
}
