//go:build !purego && !noasm

package reduce

// widenNEON is widenGeneric in NEON.
//
//go:noinline
func widenNEON[T Label](dst []int32, labels []T, most uint8) int {
	rows := len(labels) / widenRow
	dst = dst[:rows*widenRow]
	raceRead(labels[:rows*widenRow])
	raceWrite(dst)
	switch labels := any(labels).(type) {
	case []uint8:
		rows = widenUint8NEON(dst, labels, most, rows)
	case []uint16:
		rows = widenUint16NEON(dst, labels, most, rows)
	case []int32:
		rows = widenInt32NEON(dst, labels, most, rows)
	}
	return rows * widenRow
}

// The kernels: widenGeneric of one type of label each. They return the number
// of rows done.

//go:noescape
func widenUint8NEON(dst []int32, labels []uint8, most uint8, rows int) int

//go:noescape
func widenUint16NEON(dst []int32, labels []uint16, most uint8, rows int) int

//go:noescape
func widenInt32NEON(dst, labels []int32, most uint8, rows int) int
