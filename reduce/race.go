//go:build race

package reduce

import (
	"runtime"
	"unsafe"
)

// The race detector does not see assembly. raceRead and raceWrite tell it
// which slices a call reads and writes.

func raceRead[T any](s []T) {
	runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(s)), len(s)*int(unsafe.Sizeof(*new(T))))
}

func raceWrite[T any](s []T) {
	runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(s)), len(s)*int(unsafe.Sizeof(*new(T))))
}
