//go:build !purego && !noasm

package reduce

import "github.com/klauspost/cpuid/v2"

func assemblyLevels() (have []Level) {
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.F16C) {
		if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
			have = append(have, AVX512)
		}
		have = append(have, AVX2)
	}
	return have
}

func (l Level) hard(p pass, c *hardCall) int {
	switch l {
	case AVX512:
		return hardAVX512(p, c)
	case AVX2:
		return hardAVX2(p, c)
	}
	return hardGeneric(p, c)
}

func (l Level) soft(p pass, c *softCall) int {
	switch l {
	case AVX512:
		return softAVX512(p, c)
	case AVX2:
		return softAVX2(p, c)
	}
	return softGeneric(p, c)
}

func (l Level) planar(p pass, c *planarCall) int {
	switch l {
	case AVX512:
		return planarAVX512(p, c)
	case AVX2:
		return planarAVX2(p, c)
	}
	return planarGeneric(p, c)
}

func (l Level) hardBackward(p pass, c *hardBackward) int {
	switch l {
	case AVX512:
		return hardBackwardAVX512(p, c)
	case AVX2:
		return hardBackwardAVX2(p, c)
	}
	return hardBackwardGeneric(p, c)
}

func (l Level) softBackward(p pass, c *softBackward) int {
	switch l {
	case AVX512:
		return softBackwardAVX512(p, c)
	case AVX2:
		return softBackwardAVX2(p, c)
	}
	return softBackwardGeneric(p, c)
}

// elementary applies an elementary function to a slice, for the tests.
func (l Level) elementary(f int, c *mapCall) {
	switch l {
	case AVX512:
		mapAVX512(f, c)
	case AVX2:
		mapAVX2(f, c)
	default:
		mapGeneric(f, c)
	}
}

func (l Level) planarBackward(p pass, c *planarBackward) int {
	switch l {
	case AVX512:
		return planarBackwardAVX512(p, c)
	case AVX2:
		return planarBackwardAVX2(p, c)
	}
	return planarBackwardGeneric(p, c)
}

func (l Level) wideners() *wideners {
	switch l {
	case AVX512:
		return &avx512Wideners
	case AVX2:
		return &avx2Wideners
	}
	return nil
}

// takesHalves reports whether the level's kernels for logits of so many channels
// and that kind of data take them as halves.
func (l Level) takesHalves(channels int, k kind) bool {
	switch l {
	case AVX512:
		return k == hard || channels > 1 && k == weighted
	case AVX2:
		return channels > 1 || k == hard
	}
	return false
}

func (l Level) converters() *converters {
	switch l {
	case AVX512:
		return &avx512Converters
	case AVX2:
		return &avx2Converters
	}
	return nil
}

func encodeRows[T Label](l Level, dst []uint8, labels []T, t *codeTable) int {
	switch l {
	case AVX512:
		return encodeAVX512(dst, labels, t)
	case AVX2:
		return encodeAVX2(dst, labels, t)
	}
	return encodeGeneric(dst, labels, t)
}
