//go:build !purego && !noasm

package reduce

// encodeAVX512 is encodeGeneric by AVX-512, two rows at a time, and from the
// first two of which one has a label of codeInvalid, or of the last row alone,
// by AVX2.
//
//go:noinline
func encodeAVX512[T Label](dst []uint8, labels []T, t *codeTable) int {
	const pair = 2 * codeRow
	pairs := len(labels) / pair
	dst = dst[:len(labels)]
	raceRead(labels[:pairs*pair])
	raceWrite(dst[:pairs*pair])
	switch labels := any(labels).(type) {
	case []uint8:
		pairs = encodeUint8AVX512(dst, labels, t, pairs)
	case []uint16:
		pairs = encodeUint16AVX512(dst, labels, t, pairs)
	case []int32:
		pairs = encodeInt32AVX512(dst, labels, t, pairs)
	}
	done := pairs * pair
	end := min(done+pair, len(labels))
	return done + encodeAVX2(dst[done:end], labels[done:end], t)
}

// The kernels: encodeGeneric of one type of label each, in pairs of rows. They
// return the number of pairs done.

//go:noescape
func encodeUint8AVX512(dst, labels []uint8, t *codeTable, pairs int) int

//go:noescape
func encodeUint16AVX512(dst []uint8, labels []uint16, t *codeTable, pairs int) int

//go:noescape
func encodeInt32AVX512(dst []uint8, labels []int32, t *codeTable, pairs int) int
