//go:build !purego && !noasm

package bench

import "github.com/klauspost/cpuid/v2"

// HasClang reports whether this build and machine can run what clang made of
// the loops in C.
func HasClang() bool { return cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) }

// RegionByClang returns TP, FP and FN of probabilities and labels of 0 and 1,
// by the code that clang 14 made of the plain loop in _clang: what a compiler
// gives for nothing, with AVX2 and with leave to reorder additions. It checks
// no input. It panics where HasClang is false or the slices differ in length.
func RegionByClang(p []float32, labels []uint8) (tp, fp, fn float64) {
	if !HasClang() {
		panic(noClang)
	}
	if len(p) != len(labels) {
		panic("bench: RegionByClang of slices of different length")
	}
	const block = 4096 // voxels whose sums float32 can hold
	for i := 0; i < len(p); i += block {
		var sums [3]float32
		regionSumsClang(&p[i], &labels[i], int64(min(block, len(p)-i)), &sums)
		tp += float64(sums[0])
		fp += float64(sums[1])
		fn += float64(sums[2])
	}
	return tp, fp, fn
}

// regionSumsClang adds TP, FP and FN of n voxels to sums. It is no part of the
// library: _clang/generate makes it.
//
//go:noescape
func regionSumsClang(p *float32, label *uint8, n int64, sums *[3]float32)
