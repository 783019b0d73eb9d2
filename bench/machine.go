package bench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/voxfold/voxfold/reduce"
)

// A Machine says where measurements were made.
type Machine struct {
	CPU      string   `json:"cpu"`
	Threads  int      `json:"threads"`
	Cycles   float64  `json:"cycles_per_second"` // of one core at work, measured
	Caches   [3]int   `json:"caches"`            // bytes of L1 (data), L2 and L3; 0 or less where not known
	Memory   int64    `json:"memory"`            // bytes, or −1
	System   string   `json:"system"`
	Go       string   `json:"go"`
	Levels   []string `json:"levels"`
	Revision string   `json:"revision"` // of voxfold, as git describes it
	Load     string   `json:"load"`     // running programs, the average of the minute before; empty where not known
}

// ThisMachine describes the machine that this runs on.
func ThisMachine() Machine {
	m := Machine{
		CPU:     fmt.Sprintf("%s (family %d, model %d)", strings.TrimSpace(cpuid.CPU.BrandName), cpuid.CPU.Family, cpuid.CPU.Model),
		Threads: runtime.GOMAXPROCS(0),
		Cycles:  cyclesPerSecond(),
		Caches:  [3]int{cpuid.CPU.Cache.L1D, cpuid.CPU.Cache.L2, cpuid.CPU.Cache.L3},
		Memory:  meminfo("MemTotal"),
		System:  runtime.GOOS + "/" + runtime.GOARCH,
		Go:      runtime.Version(),
	}
	for _, l := range reduce.Levels() {
		m.Levels = append(m.Levels, l.String())
	}
	if release, err := os.ReadFile("/etc/os-release"); err == nil {
		_, name, _ := strings.Cut(string(release), "PRETTY_NAME=")
		name, _, _ = strings.Cut(name, "\n")
		m.System = strings.Trim(name, `"`) + ", " + m.System
	}
	if revision, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		m.Revision = strings.TrimSpace(string(revision))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}
	return m
}

// AvailableMemory returns the bytes of memory that programs can have without
// others having to be swapped out, or −1 where the system does not tell.
func AvailableMemory() int64 { return meminfo("MemAvailable") }

func meminfo(name string) (size int64) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return -1
	}
	_, rest, _ := strings.Cut("\n"+string(info), "\n"+name+":")
	if _, err := fmt.Sscanf(rest, "%d kB", &size); err != nil {
		return -1
	}
	return size << 10
}

// cyclesPerSecond times a chain of multiplications, each of which has to wait
// three cycles for the one before, as on every amd64 since 2008 and on the
// larger arm64 ones. It is the clock that the machine runs at under load, which
// no register of a virtual machine tells.
func cyclesPerSecond() (most float64) {
	const turns, latency = 1 << 14, 3 // short, so that some run without a break
	for range 500 {
		x := uint64(time.Now().UnixNano()) | 1
		start := time.Now()
		for range turns / 4 {
			x *= x
			x *= x
			x *= x
			x *= x
		}
		most = max(most, turns*latency/time.Since(start).Seconds())
		sink.Store(x)
	}
	return most
}
