//go:build race

package reduce

import (
	"runtime"
	"unsafe"
)

// raceRead tells the race detector, which does not see assembly, that s is
// read.
func raceRead[T any](s []T) {
	runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(s)), len(s)*int(unsafe.Sizeof(*new(T))))
}

// raceWrite tells it that s is written.
func raceWrite[T any](s []T) {
	runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(s)), len(s)*int(unsafe.Sizeof(*new(T))))
}
