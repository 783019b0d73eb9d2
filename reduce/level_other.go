//go:build purego || noasm || !(amd64 || arm64)

package reduce

func assemblyLevels() []Level { return nil }

func (l Level) hard(p pass, c *hardCall) int { return hardGeneric(p, c) }

func (l Level) soft(p pass, c *softCall) int { return softGeneric(p, c) }

func (l Level) planar(p pass, c *planarCall) int { return planarGeneric(p, c) }
