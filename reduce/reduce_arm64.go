//go:build !purego && !noasm

package reduce

func hardNEON(p pass, c *hardCall) int { return hardGeneric(p, c) }
