package bench

import "time"

// Took returns how long f takes, which works on so many threads: by the clock,
// but on one thread, where the system tells it, by the CPU time of this
// process. That is the same on a machine that has nothing else to do, and
// leaves out what f had to wait for others elsewhere.
func Took(threads int, f func()) time.Duration {
	before, ok := cpuTime()
	start := time.Now()
	f()
	took := time.Since(start)
	if threads == 1 && ok {
		after, _ := cpuTime()
		return after - before
	}
	return took
}
