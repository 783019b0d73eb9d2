//go:build !purego && !noasm

package reduce

// encodeNEON is encodeGeneric by NEON.
//
//go:noinline
func encodeNEON[T Label](dst []uint8, labels []T, t *codeTable) int {
	rows := len(labels) / codeRow
	dst = dst[:rows*codeRow]
	raceRead(labels[:rows*codeRow])
	raceWrite(dst)
	switch labels := any(labels).(type) {
	case []uint8:
		rows = encodeUint8NEON(dst, labels, t, rows)
	case []uint16:
		rows = encodeUint16NEON(dst, labels, t, rows)
	case []int32:
		rows = encodeInt32NEON(dst, labels, t, rows)
	}
	return rows * codeRow
}

// The kernels: encodeGeneric of one type of label each. They return the number
// of rows done.

//go:noescape
func encodeUint8NEON(dst, labels []uint8, t *codeTable, rows int) int

//go:noescape
func encodeUint16NEON(dst []uint8, labels []uint16, t *codeTable, rows int) int

//go:noescape
func encodeInt32NEON(dst []uint8, labels []int32, t *codeTable, rows int) int
