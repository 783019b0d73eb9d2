package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"github.com/voxfold/voxfold/bench"
)

// A benchVolume is what the kernels are timed on.
type benchVolume struct {
	x      []float32
	labels []uint8
}

// randomVolume has foreground in one voxel of 32, at random, and
// probabilities that know nothing of it: every group of voxels is mixed.
func randomVolume(rng *rand.Rand, in input, v benchVolume) {
	for i := range v.x {
		u := rng.Uint64()
		v.labels[i] = uint8(u & 31 / 31)
		v.x[i] = float32(u>>40) * 0x1p-24
		if in == logits {
			v.x[i] = (v.x[i] - .5) * 16
		}
	}
}

// phantomVolume is what segmentation volumes look like along a row: long
// stretches of one label, and a network that is sure of it but for a few
// voxels around the borders.
func phantomVolume(rng *rand.Rand, in input, v benchVolume) {
	n := len(v.x)
	for begin, label := 0, uint8(0); begin < n; label ^= 1 {
		end := min(n, begin+500+rng.IntN(4000))
		if label == 1 {
			end = min(n, begin+20+rng.IntN(200))
		}
		for i := begin; i < end; i++ {
			margin := min(float32(i-begin), float32(end-1-i), 8) + 8*rng.Float32()
			if label == 0 {
				margin = -margin
			}
			v.labels[i], v.x[i] = label, margin
			if in == probabilities {
				v.x[i] = float32(1 / (1 + math.Exp(-float64(margin))))
			}
		}
		begin = end
	}
}

// volumes are kept from one benchmark to the next with the same.
var volumes struct {
	name string
	benchVolume
}

func volumeFor(in input, data string, voxels int) benchVolume {
	name := fmt.Sprint(in, data, voxels)
	if volumes.name != name {
		volumes.name, volumes.benchVolume = name, benchVolume{} // the old one is free before the new one is there
		v := benchVolume{make([]float32, voxels), make([]uint8, voxels)}
		const part = 1 << 20 // copies of one part: making numbers takes longer than reducing them
		first := benchVolume{v.x[:min(part, voxels)], v.labels[:min(part, voxels)]}
		rng := rand.New(rand.NewPCG(1, 2))
		if data == "random" {
			randomVolume(rng, in, first)
		} else {
			phantomVolume(rng, in, first)
		}
		for at := part; at < voxels; at += part {
			copy(v.x[at:], first.x)
			copy(v.labels[at:], first.labels)
		}
		volumes.benchVolume = v
	}
	return volumes.benchVolume
}

// fold is a pass over the volume in the calls that a Reducer makes.
func (v benchVolume) fold(level Level, p pass, call *hardCall) {
	for at := 0; at < len(v.x); at += SegmentSize {
		end := min(at+SegmentSize, len(v.x))
		call.prediction, call.labels = v.x[at:end], v.labels[at:end]
		level.hard(p, call)
	}
}

// read is a plain read of the same bytes.
func (v benchVolume) read(level string) {
	bench.Read(level, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v.x))), 4*len(v.x)))
	bench.Read(level, v.labels)
}

// race returns the time of a pass and of a plain read of the same bytes: the
// best of a few rounds that take turns, and for the read the best of any
// level, since the memory of a busy machine is now fast and now slow.
func (v benchVolume) race(pass func()) (fold, read time.Duration) {
	repeat := max(1, 1<<22/len(v.x))
	stopwatch := func(best *time.Duration, f func()) {
		start := time.Now()
		for range repeat {
			f()
		}
		if t := time.Since(start) / time.Duration(repeat); *best == 0 || t < *best {
			*best = t
		}
	}
	readers := bench.Levels()
	if len(readers) > 1 {
		readers = readers[:len(readers)-1] // generic is no match
	}
	for range 5 {
		stopwatch(&fold, pass)
		for _, level := range readers {
			stopwatch(&read, func() { v.read(level) })
		}
	}
	return fold, read
}

// BenchmarkHard times the one-channel kernels of every level with data in the
// second cache and out of all of them. Beside the mean time of a pass it reports
// the best one, per voxel, and as the share of a plain read of the same bytes.
func BenchmarkHard(b *testing.B) {
	names := map[input]string{probabilities: "probabilities", logits: "logits"}
	sums := []struct {
		name, gamma string
		want        want
		power       float64
	}{
		{"region", "-", wantRegion, 1},
		{"ce", "-", wantCE, 1},
		{"focal", "0.5", wantFocal, .5},
		{"focal", "1", wantFocal, 1},
		{"focal", "1.5", wantFocal, 1.5},
		{"focal", "2", wantFocal, 2},
		{"focal", "0.7", wantFocal, .7},
	}
	for _, in := range []input{probabilities, logits} {
		for _, data := range []string{"random", "phantom"} {
			for _, voxels := range []int{1 << 16, 1 << 28} {
				for _, s := range sums {
					for _, level := range Levels() {
						if voxels > 1<<16 && (level == Generic || testing.Short()) {
							continue // a pass would take a minute
						}
						name := fmt.Sprintf("input=%s/sums=%s/gamma=%s/level=%v/data=%s/voxels=%d", names[in], s.name, s.gamma, level, data, voxels)
						b.Run(name, func(b *testing.B) {
							v := volumeFor(in, data, voxels)
							call := newHardCall(s.power)
							p := pass{in, s.want, call.power.form}
							if s.want != wantFocal {
								p.form = powerAny
							}
							b.SetBytes(5 * int64(voxels))
							for b.Loop() {
								v.fold(level, p, call)
							}
							fold, read := v.race(func() { v.fold(level, p, call) })
							b.ReportMetric(float64(fold)/float64(voxels), "ns/voxel")
							b.ReportMetric(float64(read)/float64(fold), "of-read")
						})
					}
				}
			}
		}
	}
}
