//go:build !purego && !noasm

package bench

import (
	"unsafe"

	"github.com/klauspost/cpuid/v2"
)

// group is the number of bytes of a turn of the loops in assembly.
const group = 256

func assemblyLevels() (have []string) {
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
			have = append(have, "avx512")
		}
		have = append(have, "avx2")
	}
	return have
}

func reader(level string) func([]byte) uint64 {
	switch level {
	case "avx512":
		return func(b []byte) uint64 { return readGroups(b, readAVX512) }
	case "avx2":
		return func(b []byte) uint64 { return readGroups(b, readAVX2) }
	case "generic":
		return readGeneric
	}
	panic(unknown(level))
}

func copier(level string) func(dst, src []byte) {
	switch level {
	case "avx512":
		return func(dst, src []byte) { copyGroups(dst, src, copyAVX512) }
	case "avx2":
		return func(dst, src []byte) { copyGroups(dst, src, copyAVX2) }
	case "generic":
		return copyGeneric
	}
	panic(unknown(level))
}

// readGroups reads whole groups in assembly and the rest in Go.
func readGroups(b []byte, read func(b *byte, groups int) uint64) uint64 {
	n := len(b) / group
	if n == 0 {
		return readGeneric(b)
	}
	return read(&b[0], n) ^ readGeneric(b[n*group:])
}

// copyGroups copies whole groups in assembly, from the first address of dst
// that its stores can write, and the rest in Go.
func copyGroups(dst, src []byte, write func(dst, src *byte, groups int)) {
	const store = 64 // bytes of the widest store, which has to be aligned
	head := min(int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst)))%store), len(dst))
	copy(dst[:head], src[:head])
	dst, src = dst[head:], src[head:]
	if n := len(dst) / group; n > 0 {
		write(&dst[0], &src[0], n)
		dst, src = dst[n*group:], src[n*group:]
	}
	copy(dst, src)
}

// The reads: the exclusive or of the 8-byte words of groups·256 bytes.

//go:noescape
func readAVX2(b *byte, groups int) uint64

//go:noescape
func readAVX512(b *byte, groups int) uint64

// The copies of groups·256 bytes to dst, at a multiple of 64, past the caches.

//go:noescape
func copyAVX2(dst, src *byte, groups int)

//go:noescape
func copyAVX512(dst, src *byte, groups int)
