package bench

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

// Growth looks at the resident memory of a process, and returns a function that
// says by how many bytes it has been above that, at the most, since: −1 where
// the system does not tell. Linux alone does.
func Growth(pid int) (grown func() int64) {
	if pid == os.Getpid() {
		debug.FreeOSMemory() // what is garbage now would be taken up again unseen
	}
	before := int64(-1)
	if os.WriteFile(procFile(pid, "clear_refs"), []byte("5"), 0) == nil { // forgets the peak so far
		before = resident(pid, "VmRSS")
	}
	return func() int64 {
		peak := resident(pid, "VmHWM")
		if before < 0 || peak < 0 {
			return -1
		}
		return max(0, peak-before)
	}
}

// resident returns a size in bytes from the status of a process, or −1.
func resident(pid int, name string) (size int64) {
	status, err := os.ReadFile(procFile(pid, "status"))
	if err != nil {
		return -1
	}
	_, rest, _ := strings.Cut(string(status), "\n"+name+":")
	if _, err := fmt.Sscanf(rest, "%d kB", &size); err != nil {
		return -1
	}
	return size << 10
}

func procFile(pid int, name string) string { return fmt.Sprintf("/proc/%d/%s", pid, name) }
