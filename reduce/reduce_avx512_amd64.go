//go:build !purego && !noasm

package reduce

func hardAVX512(p pass, c *hardCall) int { return hardGeneric(p, c) }
