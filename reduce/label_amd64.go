//go:build !purego && !noasm

package reduce

// encodeAVX2 is encodeGeneric by AVX2.
//
//go:noinline
func encodeAVX2[T Label](dst []uint8, labels []T, t *codeTable) int {
	rows := len(labels) / codeRow
	dst = dst[:rows*codeRow]
	raceRead(labels[:rows*codeRow])
	raceWrite(dst)
	switch labels := any(labels).(type) {
	case []uint8:
		rows = encodeUint8AVX2(dst, labels, t, rows)
	case []uint16:
		rows = encodeUint16AVX2(dst, labels, t, rows)
	case []int32:
		rows = encodeInt32AVX2(dst, labels, t, rows)
	}
	return rows * codeRow
}

// The kernels: encodeGeneric of one type of label each. They return the number
// of rows done.

//go:noescape
func encodeUint8AVX2(dst, labels []uint8, t *codeTable, rows int) int

//go:noescape
func encodeUint16AVX2(dst []uint8, labels []uint16, t *codeTable, rows int) int

//go:noescape
func encodeInt32AVX2(dst []uint8, labels []int32, t *codeTable, rows int) int
