//go:build purego || noasm || !(amd64 || arm64)

package reduce

func assemblyLevels() []Level { return nil }

func (l Level) hard(p pass, c *hardCall) int { return hardGeneric(p, c) }

// elementary applies an elementary function to a slice, for the tests.
func (l Level) elementary(f int, c *mapCall) { mapGeneric(f, c) }
