//go:build !purego && !noasm

package reduce

// widenAVX512 is widenGeneric by AVX-512.
//
//go:noinline
func widenAVX512[T Label](dst []int32, labels []T, most uint8) int {
	rows := len(labels) / widenRow
	dst = dst[:rows*widenRow]
	raceRead(labels[:rows*widenRow])
	raceWrite(dst)
	switch labels := any(labels).(type) {
	case []uint8:
		rows = widenUint8AVX512(dst, labels, most, rows)
	case []uint16:
		rows = widenUint16AVX512(dst, labels, most, rows)
	case []int32:
		rows = widenInt32AVX512(dst, labels, most, rows)
	}
	return rows * widenRow
}

// The kernels: widenGeneric of one type of label each. They return the number
// of rows done.

//go:noescape
func widenUint8AVX512(dst []int32, labels []uint8, most uint8, rows int) int

//go:noescape
func widenUint16AVX512(dst []int32, labels []uint16, most uint8, rows int) int

//go:noescape
func widenInt32AVX512(dst, labels []int32, most uint8, rows int) int
