//go:build !purego && !noasm

package reduce

func hardAVX2(p pass, c *hardCall) int { return hardGeneric(p, c) }
