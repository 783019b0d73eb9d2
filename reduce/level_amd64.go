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

var kernelSets = [...]*kernelSet{
	Generic: &genericKernels,
	AVX2: {
		hard: hardAVX2, soft: softAVX2, planar: planarAVX2,
		hardBackward: hardBackwardAVX2, softBackward: softBackwardAVX2, planarBackward: planarBackwardAVX2,
		takesHalves: func(channels int, k kind) bool { return k == hard || channels > 1 },
		elementary:  mapAVX2,
		converters:  &avx2Converters, wideners: &avx2Wideners, encoders: []*encoders{&avx2Encoders},
	},
	AVX512: {
		hard: hardAVX512, soft: softAVX512, planar: planarAVX512,
		hardBackward: hardBackwardAVX512, softBackward: softBackwardAVX512, planarBackward: planarBackwardAVX512,
		takesHalves: func(channels int, k kind) bool { return k == hard || channels > 1 && k == weighted },
		elementary:  mapAVX512,
		converters:  &avx512Converters, wideners: &avx512Wideners, encoders: []*encoders{&avx512Encoders, &avx2Encoders},
	},
}
