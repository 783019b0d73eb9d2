//go:build !unix

package main

import "runtime"

// peakMemory returns the bytes that this process has had of the system, which
// is at least what was resident.
func peakMemory() (bytes int64, ok bool) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys), true
}
