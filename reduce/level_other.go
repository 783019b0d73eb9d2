//go:build purego || noasm || !(amd64 || arm64)

package reduce

func assemblyLevels() []Level { return nil }

func (l Level) hard(p pass, c *hardCall) int { return hardGeneric(p, c) }

func (l Level) soft(p pass, c *softCall) int { return softGeneric(p, c) }

func (l Level) planar(p pass, c *planarCall) int { return planarGeneric(p, c) }

func (l Level) hardBackward(p pass, c *hardBackward) int { return hardBackwardGeneric(p, c) }

func (l Level) softBackward(p pass, c *softBackward) int { return softBackwardGeneric(p, c) }

func (l Level) planarBackward(p pass, c *planarBackward) int { return planarBackwardGeneric(p, c) }

// elementary applies an elementary function to a slice, for the tests.
func (l Level) elementary(f int, c *mapCall) { mapGeneric(f, c) }

func (l Level) wideners() *wideners { return nil }

func (l Level) takesHalves(channels int, k kind) bool { return false }

func (l Level) converters() *converters { return nil }

func encodeRows[T Label](l Level, dst []uint8, labels []T, t *codeTable) int {
	return encodeGeneric(dst, labels, t)
}
