//go:build !purego && !noasm

package reduce

var avx512Wideners = wideners{widenRow, widenUint8AVX512, widenUint16AVX512, widenInt32AVX512}

//go:noescape
func widenUint8AVX512(dst []int32, labels []uint8, most uint8, rows int) int

//go:noescape
func widenUint16AVX512(dst []int32, labels []uint16, most uint8, rows int) int

//go:noescape
func widenInt32AVX512(dst, labels []int32, most uint8, rows int) int
