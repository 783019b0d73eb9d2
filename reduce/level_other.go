//go:build purego || noasm || !(amd64 || arm64)

package reduce

func assemblyLevels() []Level { return nil }

func (l Level) hard(p pass, c *hardCall) int { return hardGeneric(p, c) }
