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

func (l Level) soft(p pass, c *softCall) int {
	if l == NEON {
		return softNEON(p, c)
	}
	return softGeneric(p, c)
}

func (l Level) planar(p pass, c *planarCall) int {
	if l == NEON {
		return planarNEON(p, c)
	}
	return planarGeneric(p, c)
}

func (l Level) hardBackward(p pass, c *hardBackward) int {
	if l == NEON {
		return hardBackwardNEON(p, c)
	}
	return hardBackwardGeneric(p, c)
}

func (l Level) softBackward(p pass, c *softBackward) int {
	if l == NEON {
		return softBackwardNEON(p, c)
	}
	return softBackwardGeneric(p, c)
}

func (l Level) planarBackward(p pass, c *planarBackward) int {
	if l == NEON {
		return planarBackwardNEON(p, c)
	}
	return planarBackwardGeneric(p, c)
}

// elementary applies an elementary function to a slice, for the tests.
func (l Level) elementary(f int, c *mapCall) {
	if l == NEON {
		mapNEON(f, c)
		return
	}
	mapGeneric(f, c)
}

func (l Level) wideners() *wideners {
	if l == NEON {
		return &neonWideners
	}
	return nil
}

// takesHalves reports whether the level's kernels for logits of so many channels
// and that kind of data take them as halves.
func (l Level) takesHalves(channels int, k kind) bool {
	return l == NEON && (channels > 1 || k == hard)
}

func (l Level) converters() *converters {
	if l == NEON {
		return &neonConverters
	}
	return nil
}

func encodeRows[T Label](l Level, dst []uint8, labels []T, t *codeTable) int {
	if l == Generic {
		return encodeGeneric(dst, labels, t)
	}
	return encodeNEON(dst, labels, t)
}
