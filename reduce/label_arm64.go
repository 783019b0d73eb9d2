//go:build !purego && !noasm

package reduce

var neonEncoders = encoders{codeRow, encodeUint8NEON, encodeUint16NEON, encodeInt32NEON}

//go:noescape
func encodeUint8NEON(dst, labels []uint8, t *codeTable, rows int) int

//go:noescape
func encodeUint16NEON(dst []uint8, labels []uint16, t *codeTable, rows int) int

//go:noescape
func encodeInt32NEON(dst []uint8, labels []int32, t *codeTable, rows int) int
