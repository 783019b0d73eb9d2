package volume

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Numbers and their bytes in a file are the same memory: a file is read into
// the bytes of a slice of numbers, and turned round there where the file's byte
// order is not this machine's. That holds on machines of either order. These
// two functions are the only place of the package that knows of it.

// An Element is a number as it may stand in a file.
type Element interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | float32 | float64
}

// bytesOf returns the memory of s.
func bytesOf[E Element](s []E) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(*new(E))))
}

// elementsOf returns b, which must be aligned as an E is, as numbers. Bytes at
// the end that make no whole number are left out.
func elementsOf[E Element](b []byte) []E {
	return unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(*new(E))))
}

// bigEndian tells which byte order this machine has.
var bigEndian = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// swap turns round the bytes of each number of size bytes in b, which must be
// aligned to that size.
func swap(b []byte, size int) {
	switch size {
	case 2:
		s := elementsOf[uint16](b)
		for i, v := range s {
			s[i] = bits.ReverseBytes16(v)
		}
	case 4:
		s := elementsOf[uint32](b)
		for i, v := range s {
			s[i] = bits.ReverseBytes32(v)
		}
	case 8:
		s := elementsOf[uint64](b)
		for i, v := range s {
			s[i] = bits.ReverseBytes64(v)
		}
	}
}
