//go:build !purego && !noasm

package reduce

var neonWideners = wideners{widenRow, widenUint8NEON, widenUint16NEON, widenInt32NEON}

//go:noescape
func widenUint8NEON(dst []int32, labels []uint8, most uint8, rows int) int

//go:noescape
func widenUint16NEON(dst []int32, labels []uint16, most uint8, rows int) int

//go:noescape
func widenInt32NEON(dst, labels []int32, most uint8, rows int) int
