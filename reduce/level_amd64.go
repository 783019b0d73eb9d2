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

func widen[T Label](l Level, dst []int32, labels []T, most uint8) int {
	bytes, _ := any(labels).([]uint8)
	switch {
	case l == Generic:
		return widenGeneric(dst, labels, most)
	case l == AVX512 && bytes != nil:
		return widenAVX512(dst, bytes, most)
	}
	return widenAVX2(dst, labels, most)
}

// convert is the same for AVX-512: moving the numbers takes the time.
func (l Level) convert(dst []float32, p *Prediction, k, from int) int {
	if l == Generic {
		return 0
	}
	return convertAVX2(dst, p, k, from)
}

// encodeRows is encodeAVX2 for AVX-512 too: moving the labels takes the time.
func encodeRows[T Label](l Level, dst []uint8, labels []T, t *codeTable) int {
	if l == Generic {
		return encodeGeneric(dst, labels, t)
	}
	return encodeAVX2(dst, labels, t)
}
