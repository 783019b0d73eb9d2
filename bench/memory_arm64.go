//go:build !purego && !noasm

package bench

// group is the number of bytes of a turn of the loop in assembly.
const group = 128

func assemblyLevels() []string { return []string{"neon"} }

func reader(level string) func([]byte) uint64 {
	switch level {
	case "neon":
		return readGroups
	case "generic":
		return readGeneric
	}
	panic(unknown(level))
}

// copier: the copy of the Go runtime is NEON's own.
func copier(level string) func(dst, src []byte) {
	switch level {
	case "neon", "generic":
		return copyGeneric
	}
	panic(unknown(level))
}

// readGroups reads whole groups in assembly and the rest in Go.
//
//go:noinline
func readGroups(b []byte) uint64 {
	n := len(b) / group
	if n == 0 {
		return readGeneric(b)
	}
	return readNEON(&b[0], n) ^ readGeneric(b[n*group:])
}

// readNEON returns the exclusive or of the 8-byte words of groups·128 bytes.
//
//go:noescape
func readNEON(b *byte, groups int) uint64
