//go:build purego || noasm || !(amd64 || arm64)

package bench

func assemblyLevels() []string { return nil }

func reader(level string) func([]byte) uint64 {
	if level != "generic" {
		panic(unknown(level))
	}
	return readGeneric
}

func copier(level string) func(dst, src []byte) {
	if level != "generic" {
		panic(unknown(level))
	}
	return copyGeneric
}
