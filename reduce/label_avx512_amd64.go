//go:build !purego && !noasm

package reduce

// These take two rows at a time: a last one, and one in front of a row with a
// label of codeInvalid, are AVX2's.
var avx512Encoders = encoders{2 * codeRow, encodeUint8AVX512, encodeUint16AVX512, encodeInt32AVX512}

//go:noescape
func encodeUint8AVX512(dst, labels []uint8, t *codeTable, pairs int) int

//go:noescape
func encodeUint16AVX512(dst []uint8, labels []uint16, t *codeTable, pairs int) int

//go:noescape
func encodeInt32AVX512(dst []uint8, labels []int32, t *codeTable, pairs int) int
