//go:build !purego && !noasm

package reduce

// assemblyLevels: NEON is part of the architecture.
func assemblyLevels() []Level { return []Level{NEON} }

func (l Level) hard(p pass, c *hardCall) int {
	if l == NEON {
		return hardNEON(p, c)
	}
	return hardGeneric(p, c)
}

// elementary applies an elementary function to a slice, for the tests.
func (l Level) elementary(f int, c *mapCall) { mapGeneric(f, c) }
