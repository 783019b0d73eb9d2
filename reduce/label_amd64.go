//go:build !purego && !noasm

package reduce

var avx2Encoders = encoders{codeRow, encodeUint8AVX2, encodeUint16AVX2, encodeInt32AVX2}

//go:noescape
func encodeUint8AVX2(dst, labels []uint8, t *codeTable, rows int) int

//go:noescape
func encodeUint16AVX2(dst []uint8, labels []uint16, t *codeTable, rows int) int

//go:noescape
func encodeInt32AVX2(dst []uint8, labels []int32, t *codeTable, rows int) int
