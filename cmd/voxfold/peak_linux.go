package main

import (
	"fmt"
	"os"
	"strings"
)

// peakMemory returns the most bytes that this process has had resident.
// (getrusage would count what the process was before it became voxfold.)
func peakMemory() (bytes int64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(status), "\nVmHWM:")
	if !ok {
		return 0, false
	}
	if _, err := fmt.Sscanf(rest, "%d kB", &bytes); err != nil {
		return 0, false
	}
	return bytes << 10, true
}
