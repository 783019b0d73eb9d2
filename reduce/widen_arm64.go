//go:build !purego && !noasm

package reduce

// widenNEON is widenGeneric in NEON.
//
//go:noinline
func widenNEON(dst []int32, labels []uint8, most uint8) int {
	rows := len(labels) / widenRow
	if len(dst) < rows*widenRow {
		panic("reduce: more labels than there is room for")
	}
	raceRead(labels)
	raceWrite(dst)
	return widenRow * widenRowsNEON(dst, labels, most, rows)
}

// widenRowsNEON is this loop; it returns the number of rows done.
//
//	for row := range rows {
//		if max(labels[row*widenRow:][:widenRow]...) > most {
//			return row
//		}
//		for i := row * widenRow; i < (row+1)*widenRow; i++ {
//			dst[i] = int32(labels[i])
//		}
//	}
//
//go:noescape
func widenRowsNEON(dst []int32, labels []uint8, most uint8, rows int) int
