package volume

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func phantomLabels(p *Phantom) []uint8 {
	dst := make([]uint8, p.Geometry().Voxels())
	p.Labels(dst, 0)
	return dst
}

func phantomChannels(p *Phantom, read func([]float32, int, int64)) [][]float32 {
	dst := make([][]float32, p.Channels)
	for c := range dst {
		dst[c] = make([]float32, p.Geometry().Voxels())
		read(dst[c], c, 0)
	}
	return dst
}

var phantomShapes = [][3]int{{50, 44, 40}, {1, 1, 1}, {7, 1, 1}, {97, 80, 1}, {1, 30, 40}, {3, 2, 500}}

// However a phantom is asked for, the values are the same.
func TestPhantomChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, shape := range phantomShapes {
		for _, channels := range []int{1, 2, 3, 4, 16, 256} {
			p := NewPhantom(shape, channels)
			channel := random.IntN(channels)
			n := int(p.Geometry().Voxels())
			labels, probabilities, logits := make([]uint8, n), make([]float32, n), make([]float32, n)
			for at := 0; at < n; {
				to := min(n, at+random.IntN(2*shape[0]*shape[1]))
				p.Labels(labels[at:to], int64(at))
				p.Probabilities(probabilities[at:to], channel, int64(at))
				p.Logits(logits[at:to], channel, int64(at))
				at = to
			}
			require.Equal(t, phantomLabels(p), labels)
			whole := make([]float32, n)
			p.Probabilities(whole, channel, 0)
			require.Equal(t, whole, probabilities)
			p.Logits(whole, channel, 0)
			require.Equal(t, whole, logits)
		}
	}
}

// Probabilities are those of the logits, and sum to 1.
func TestPhantomProbabilities(t *testing.T) {
	for _, shape := range phantomShapes {
		for _, channels := range []int{1, 2, 3, 5, 40} {
			p := NewPhantom(shape, channels)
			probabilities := phantomChannels(p, p.Probabilities)
			logits := phantomChannels(p, p.Logits)
			for i := range probabilities[0] {
				sum, denominator := 0., 0.
				for c := range channels {
					sum += float64(probabilities[c][i])
					denominator += math.Exp(float64(logits[c][i]))
				}
				if channels == 1 {
					sum, denominator = 1, 1+denominator
				}
				if math.Abs(sum-1) > 1e-7 {
					require.FailNow(t, "sum", "%v, %d channels, voxel %d: %v", shape, channels, i, sum)
				}
				for c := range channels {
					want := math.Exp(float64(logits[c][i])) / denominator
					got := float64(probabilities[c][i])
					if !(got >= 0 && got <= 1) || math.Abs(got-want) > 1e-5*want {
						require.FailNow(t, "softmax", "%v, %d channels, voxel %d: %v, want %v", shape, channels, i, got, want)
					}
				}
			}
		}
	}
}

// A phantom is what its documentation says: a lesion of .2 %, every class
// somewhere, a network that is sure nearly everywhere and right nearly always,
// with misses and false alarms of the lesion.
func TestPhantomIsPlausible(t *testing.T) {
	for _, channels := range []int{1, 2, 4, 40} {
		p := NewPhantom([3]int{90, 80, 100}, channels)
		labels := phantomLabels(p)
		probabilities := phantomChannels(p, p.Probabilities)
		n := float64(len(labels))

		counts := make([]int, max(2, channels))
		var extreme, right, tp, fp, fn float64
		for i, l := range labels {
			counts[l]++
			guess, lesion := 0, probabilities[0]
			if channels > 1 {
				lesion = probabilities[1]
				for c := range channels {
					if probabilities[c][i] > probabilities[guess][i] {
						guess = c
					}
				}
			} else if lesion[i] > .5 {
				guess = 1
			}
			if guess == int(l) {
				right++
			}
			switch seen := lesion[i] > .5; {
			case seen && l == 1:
				tp++
			case seen:
				fp++
			case l == 1:
				fn++
			}
			if lesion[i] < .01 || lesion[i] > .99 {
				extreme++
			}
		}
		for class, count := range counts {
			require.NotZero(t, count, "class %d of %d", class, channels)
		}
		require.InDelta(t, .002, float64(counts[1])/n, .0001)
		require.Greater(t, extreme/n, .99)
		require.Greater(t, right/n, .97)
		require.NotZero(t, fp)
		require.NotZero(t, fn)
		dice := 2 * tp / (2*tp + fp + fn)
		require.InDelta(t, .8, dice, .12)
		t.Logf("%d channels: lesion %.2f %%, Dice %.3f, sure %.2f %%, right %.2f %%", channels, 100*float64(counts[1])/n, dice, 100*extreme/n, 100*right/n)
	}
}

// The bits are the same on every architecture: this checksum is, however the
// test is compiled.
func TestPhantomBits(t *testing.T) {
	h := fnv.New64a()
	for _, channels := range []int{1, 3, 7} {
		p := NewPhantom([3]int{45, 37, 41}, channels)
		h.Write(phantomLabels(p))
		for _, read := range []func([]float32, int, int64){p.Probabilities, p.Logits} {
			for _, values := range phantomChannels(p, read) {
				require.NoError(t, binary.Write(h, binary.LittleEndian, values))
			}
		}
	}
	require.Equal(t, "bc8f892f216f3621", fmt.Sprintf("%016x", h.Sum64()))
}

// Far into a volume of any size the phantom is there, too.
func TestPhantomOfAnySize(t *testing.T) {
	p := NewPhantom([3]int{1 << 20, 1 << 20, 1 << 20}, 1)
	middle := int64(1<<59) + 1<<39 + 1<<19
	dst := make([]float32, 1000)
	p.Probabilities(dst, 0, middle)
	for _, v := range dst {
		require.Less(t, v, float32(.001), "the middle is not in the lesion")
	}
	p.Probabilities(dst, 0, p.Geometry().Voxels()-1000)
	require.Panics(t, func() { p.Probabilities(dst, 0, p.Geometry().Voxels()-999) })
	require.Panics(t, func() { p.Logits(dst, 1, 0) })
	for _, shape := range [][3]int{{0, 1, 1}, {1, -1, 1}, {1 << 30, 1 << 30, 1 << 30}} {
		require.Panics(t, func() { NewPhantom(shape, 1) })
	}
	require.Panics(t, func() { NewPhantom([3]int{1, 1, 1}, 257) })
}

// expNegative is as near to the exponential as it says.
func TestExpNegative(t *testing.T) {
	for x := 0.; x < 700; x += .0371 {
		require.InEpsilon(t, math.Exp(-x), expNegative(x), 1e-10)
	}
}

func BenchmarkPhantom(b *testing.B) {
	const rows = 1 << 18
	for _, channels := range []int{1, 4, 16, 64} {
		p := NewPhantom([3]int{256, 256, 256}, channels)
		labels, values := make([]uint8, rows), make([]float32, rows)
		run := func(name string, read func(start int64)) {
			b.Run(fmt.Sprintf("%s/C=%d", name, channels), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(rows) // 1 MB/s is 1 Mvoxel/s
				for i := range b.N {
					read(int64(i%64) * rows)
				}
			})
		}
		run("labels", func(start int64) { p.Labels(labels, start) })
		run("probabilities", func(start int64) { p.Probabilities(values, channels/2, start) })
		run("logits", func(start int64) { p.Logits(values, channels/2, start) })
	}
}
