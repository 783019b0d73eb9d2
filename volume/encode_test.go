package volume

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// Writers of every format, as simple as can be: what the tests read back. They
// share nothing with the package but the names of the types.

var allTypes = []Type{Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float16, Float32, Float64, Bool, BFloat16}

func byteOrder(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// encode returns values, which t has to hold exactly, in a file's bytes.
func encode(t Type, big bool, values []float64) []byte {
	var b bytes.Buffer
	for _, v := range values {
		var x any
		switch t {
		case Uint8, Bool:
			x = uint8(v)
		case Int8:
			x = int8(v)
		case Uint16:
			x = uint16(v)
		case Int16:
			x = int16(v)
		case Uint32:
			x = uint32(v)
		case Int32:
			x = int32(v)
		case Uint64:
			x = uint64(v)
		case Int64:
			x = int64(v)
		case Float16:
			x = half(v)
		case BFloat16:
			x = upperHalf(v)
		case Float32:
			x = float32(v)
		case Float64:
			x = v
		}
		if err := binary.Write(&b, byteOrder(big), x); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// upperHalf returns the bits of a number that bfloat16 holds exactly.
func upperHalf(v float64) uint16 { return uint16(math.Float32bits(float32(v)) >> 16) }

// half returns the bits of a number that half precision holds exactly.
func half(v float64) uint16 {
	sign := uint16(0)
	if math.Signbit(v) {
		sign, v = 1<<15, -v
	}
	switch {
	case math.IsNaN(v):
		return sign | 0x7e00
	case math.IsInf(v, 0):
		return sign | 0x7c00
	case v < 0x1p-14:
		return sign | uint16(v*0x1p24)
	}
	fraction, exponent := math.Frexp(v) // v = fraction·2^exponent, fraction in [½, 1)
	return sign | uint16(exponent+14)<<10 | uint16(fraction*2048)&0x3ff
}

func compress(codec string, data []byte) []byte {
	var b bytes.Buffer
	switch codec {
	case "gzip":
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
	case "zstd":
		w, _ := zstd.NewWriter(&b)
		w.Write(data)
		w.Close()
	default:
		return data
	}
	return b.Bytes()
}

// A niftiFile is what encodes to NIfTI.
type niftiFile struct {
	version    int
	big        bool
	datatype   Type
	dim        []int64 // x first
	extension  int     // bytes between the header and the data
	slope      float64
	intercept  float64
	quaternion []float64 // b, c, d, x, y, z; nil: no qform
	rows       []float64 // 12; nil: no sform
	pixdim     [4]float64
	units      int
	pair       bool
	elements   []byte
}

func (n niftiFile) header() []byte {
	order := byteOrder(n.big)
	var code uint16
	for c, t := range niftiTypes {
		if t == n.datatype {
			code = uint16(c)
		}
	}
	dim := [8]int64{int64(len(n.dim)), 1, 1, 1, 1, 1, 1, 1}
	copy(dim[1:], n.dim)
	var b []byte
	f32 := func(at int, v float64) { order.PutUint32(b[at:], math.Float32bits(float32(v))) }
	f64 := func(at int, v float64) { order.PutUint64(b[at:], math.Float64bits(v)) }
	flag := func(s []float64) uint16 {
		if s == nil {
			return 0
		}
		return 1
	}
	if n.version == 1 {
		b = make([]byte, 352+n.extension)
		order.PutUint32(b, 348)
		for i, d := range dim {
			order.PutUint16(b[40+2*i:], uint16(d))
		}
		order.PutUint16(b[70:], code)
		for i, p := range n.pixdim {
			f32(76+4*i, p)
		}
		f32(108, float64(len(b)))
		f32(112, n.slope)
		f32(116, n.intercept)
		b[123] = byte(n.units)
		order.PutUint16(b[252:], flag(n.quaternion))
		order.PutUint16(b[254:], flag(n.rows))
		for i, v := range n.quaternion {
			f32(256+4*i, v)
		}
		for i, v := range n.rows {
			f32(280+4*i, v)
		}
		copy(b[344:], "n+1")
		if n.pair {
			copy(b[344:], "ni1")
			f32(108, float64(n.extension))
		}
		return b
	}
	b = make([]byte, 544+n.extension)
	order.PutUint32(b, 540)
	copy(b[4:], "n+2\x00\r\n\x1a\n")
	order.PutUint16(b[12:], code)
	for i, d := range dim {
		order.PutUint64(b[16+8*i:], uint64(d))
	}
	for i, p := range n.pixdim {
		f64(104+8*i, p)
	}
	order.PutUint64(b[168:], uint64(len(b)))
	f64(176, n.slope)
	f64(184, n.intercept)
	order.PutUint32(b[344:], uint32(flag(n.quaternion)))
	order.PutUint32(b[348:], uint32(flag(n.rows)))
	for i, v := range n.quaternion {
		f64(352+8*i, v)
	}
	for i, v := range n.rows {
		f64(400+8*i, v)
	}
	order.PutUint32(b[500:], uint32(n.units))
	if n.pair {
		copy(b[4:], "ni2")
		order.PutUint64(b[168:], uint64(n.extension))
	}
	return b
}

func (n niftiFile) bytes() []byte { return append(n.header(), n.elements...) }

var nrrdNames = map[Type]string{
	Uint8: "unsigned char", Int8: "signed char", Uint16: "ushort", Int16: "short", Uint32: "uint32", Int32: "int",
	Uint64: "uint64_t", Int64: "longlong", Float32: "float", Float64: "double",
}

// nrrdHeaderBytes returns an NRRD header with further lines, the last of them empty
// where data are attached.
func nrrdHeaderBytes(t Type, big bool, sizes []int64, lines ...string) []byte {
	endian := "little"
	if big {
		endian = "big"
	}
	head := fmt.Sprintf("NRRD0005\n# a comment\ntype: %s\ndimension: %d\nsizes: %s\nendian: %s\nkey:=value\n",
		nrrdNames[t], len(sizes), strings.Trim(fmt.Sprint(sizes), "[]"), endian)
	return []byte(head + strings.Join(lines, "\n") + "\n")
}

// vector writes v as NRRD does.
func vector(v [3]float64) string { return fmt.Sprintf("(%v,%v,%v)", v[0], v[1], v[2]) }

var npyNames = map[Type]string{
	Uint8: "u1", Int8: "i1", Uint16: "u2", Int16: "i2", Uint32: "u4", Int32: "i4", Uint64: "u8", Int64: "i8",
	Float16: "f2", Float32: "f4", Float64: "f8", Bool: "b1", BFloat16: "V2",
}

func npyBytes(version byte, t Type, big, fortran bool, shape []int64, elements []byte) []byte {
	order := map[bool]string{false: "<", true: ">"}[big]
	if t.Size() == 1 {
		order = "|"
	}
	dims := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	if len(shape) == 1 {
		dims += ","
	}
	dict := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': %s, 'shape': (%s), }   \n",
		order, npyNames[t], map[bool]string{false: "False", true: "True"}[fortran], dims)
	b := []byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0}
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(dict)))
	}
	return append(append(b, dict...), elements...)
}

// write puts data into a file of the test and returns its path. The name says
// nothing of the format.
func write(t testing.TB, data []byte) string {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
