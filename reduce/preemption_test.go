package reduce

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStopTheWorld: while a goroutine reduces 1 GiB in calls of SegmentSize
// voxels, the garbage collector never waits longer than a millisecond for it.
// (A loop of calls without an ordinary function around the assembly cannot be
// stopped before its end.) Another process may take the machine for a
// while, and that is counted too: a part of the gigabyte that was disturbed is
// taken again.
func TestStopTheWorld(t *testing.T) {
	const volume, rounds, parts, limit = 4 << 20, 32, 8, time.Millisecond // 1 GiB = volume · rounds · parts
	if testing.Short() {
		t.Skip("a time, which means nothing under emulation and little on a busy machine")
	}
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("needs a second thread to stop the first")
	}
	deadline := time.Now().Add(30 * time.Second)
	x, labels := make([]float32, volume/4), make([]uint8, volume/4)
	for _, level := range Levels() {
		if level == Generic {
			continue // ordinary Go
		}
		for _, p := range []pass{{probabilities, wantRegion, powerAny}, {logits, wantFocal, powerAny}} {
			texture(rand.New(rand.NewPCG(1, 0)), p.input, x, labels, 256, false)
			call := newHardCall(powerOf(p, .7))
			part := func() {
				for range rounds {
					for i := 0; i < len(x); i += SegmentSize {
						call.prediction, call.labels = x[i:i+SegmentSize], labels[i:i+SegmentSize]
						level.kernels().hard(p, call)
					}
				}
			}
			worst := time.Duration(0)
			for range parts {
				stop := worstStop(part)
				for stop > limit && time.Now().Before(deadline) {
					stop = min(stop, worstStop(part))
				}
				worst = max(worst, stop)
			}
			t.Logf("%v %+v: worst stop %v", level, p, worst)
			require.LessOrEqual(t, worst, limit, "%v %+v", level, p)
		}
	}
}

// worstStop returns the longest time that the garbage collector took to stop
// the world while f ran.
func worstStop(f func()) time.Duration {
	sample := []metrics.Sample{{Name: "/sched/pauses/stopping/gc:seconds"}}
	read := func() ([]uint64, []float64) {
		metrics.Read(sample)
		h := sample[0].Value.Float64Histogram()
		return append([]uint64(nil), h.Counts...), h.Buckets
	}
	runtime.GC()
	before, _ := read()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			runtime.GC()
		}
	}
	after, bounds := read()
	worst := 0.
	for i := range after {
		if after[i] > before[i] {
			worst = bounds[i+1] // the bucket's upper bound
		}
	}
	if math.IsInf(worst, 1) {
		return math.MaxInt64
	}
	return time.Duration(worst * float64(time.Second))
}
