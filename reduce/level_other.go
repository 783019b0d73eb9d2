//go:build purego || noasm || !(amd64 || arm64)

package reduce

func assemblyLevels() []Level { return nil }

var kernelSets = [...]*kernelSet{Generic: &genericKernels}
