//go:build unix && !linux

package main

import (
	"runtime"
	"syscall"
)

// peakMemory returns the most bytes that this process has had resident.
func peakMemory() (bytes int64, ok bool) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, false
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss), true
	}
	return int64(usage.Maxrss) << 10, true
}
