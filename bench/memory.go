// Package bench measures what the rest of the module is measured against: how
// fast this machine reads memory, and how fast it reads and writes it, with
// nothing done to what was read.
package bench

import "encoding/binary"

// chunk is how many bytes one call of assembly covers: it cannot be preempted,
// and the garbage collector should not have to wait.
const chunk = 256 << 10

// Levels returns the names of the instruction sets that this build and machine
// can read with, best first: those of the levels of package reduce, with
// generic last.
func Levels() []string { return append(assemblyLevels(), "generic") }

// Read loads every byte of b, in order, and returns the exclusive or of its
// 8-byte little-endian words, the last one filled up with zeros. Every level
// returns the same; an unknown one panics.
func Read(level string, b []byte) uint64 {
	read := reader(level)
	var x uint64
	for len(b) > chunk {
		x ^= read(b[:chunk])
		b = b[chunk:]
	}
	return x ^ read(b)
}

// Copy copies src to dst, of the same length, past the caches where the level
// has stores for it. An unknown level panics, and so do slices of different
// length.
func Copy(level string, dst, src []byte) {
	if len(dst) != len(src) {
		panic("bench: Copy of slices of different length")
	}
	write := copier(level)
	for len(src) > chunk {
		write(dst[:chunk], src[:chunk])
		dst, src = dst[chunk:], src[chunk:]
	}
	write(dst, src)
}

// readGeneric is Read, the specification.
func readGeneric(b []byte) uint64 {
	var x0, x1, x2, x3 uint64
	for len(b) >= 32 {
		x0 ^= binary.LittleEndian.Uint64(b[0:])
		x1 ^= binary.LittleEndian.Uint64(b[8:])
		x2 ^= binary.LittleEndian.Uint64(b[16:])
		x3 ^= binary.LittleEndian.Uint64(b[24:])
		b = b[32:]
	}
	x := x0 ^ x1 ^ x2 ^ x3
	for i, v := range b {
		x ^= uint64(v) << (i % 8 * 8)
	}
	return x
}

func copyGeneric(dst, src []byte) { copy(dst, src) }

const noClang = "bench: what clang made needs amd64 with AVX2 and FMA"

func unknown(level string) string { return "bench: unknown level " + level }
