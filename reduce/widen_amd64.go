//go:build !purego && !noasm

package reduce

var avx2Wideners = wideners{widenRow, widenUint8AVX2, widenUint16AVX2, widenInt32AVX2}

//go:noescape
func widenUint8AVX2(dst []int32, labels []uint8, most uint8, rows int) int

//go:noescape
func widenUint16AVX2(dst []int32, labels []uint16, most uint8, rows int) int

//go:noescape
func widenInt32AVX2(dst, labels []int32, most uint8, rows int) int
