//go:build !purego && !noasm

package reduce

// assemblyLevels: NEON is part of the architecture.
func assemblyLevels() []Level { return []Level{NEON} }

var kernelSets = [...]*kernelSet{
	Generic: &genericKernels,
	NEON: {
		hard: hardNEON, soft: softNEON, planar: planarNEON,
		hardBackward: hardBackwardNEON, softBackward: softBackwardNEON, planarBackward: planarBackwardNEON,
		takesHalves: func(channels int, k kind) bool { return k == hard || channels > 1 },
		elementary:  mapNEON,
		converters:  &neonConverters, wideners: &neonWideners, encoders: []*encoders{&neonEncoders},
	},
}
