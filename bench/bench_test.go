package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
)

// The sizes are those of phantom slabs: 64Ki voxels and their labels fit in a
// core's own cache, 16Mi and more in none but a server's. Every loss and kind
// of input is measured in the small one; in the others those that differ in
// what they ask of memory and arithmetic, and not on the portable level, which
// is far from the limit of memory at any size.
const small = 64 << 10

var (
	forwardSizes = []int{small, 1 << 20, 16 << 20, 64 << 20}
	stepSizes    = []int{small, 1 << 20, 16 << 20}

	largeInputs = []string{"probabilities", "logits"}
	largeLosses = []string{"dice", "ce", "focal:gamma=0.5", "asymmetric-unified-focal:gamma=0.5", "asymmetric-unified-focal:gamma=0.7"}
)

// specs returns every loss of the table, those with a focal sum at an exponent
// that is a square root, and at one that is not.
func specs() (all []string) {
	for _, e := range loss.Table() {
		if n := loss.MustParse(e.Name).Needs(); n.Gammas == nil {
			all = append(all, e.Name)
			continue
		}
		for _, gamma := range []string{"0.5", "0.7"} {
			all = append(all, e.Name+":gamma="+gamma)
		}
	}
	return all
}

// kinds are the inputs: those of a Case, and what else a chunk may hold.
func kinds() []string {
	return append(slices.Clone(Inputs), "softmax-4", "softmax-4-soft-targets", "soft-targets", "weights")
}

// dataOf returns the volume that a kind of input is taken of.
func dataOf(kind string, voxels int) Case {
	c := Case{Level: "auto", Input: kind, Target: "uint8", Data: "phantom", Classes: 1, Voxels: voxels}
	switch kind {
	case "softmax-4":
		c.Input, c.Classes = "logits", 4
	case "softmax-4-soft-targets":
		c.Input, c.Target, c.Classes = "logits", "float32", 4
	case "soft-targets":
		c.Input, c.Target = "probabilities", "float32"
	case "weights":
		c.Input = "probabilities"
	}
	return c
}

// chunkOf returns the volume as a chunk of that kind, the options that go with
// it, and its bytes.
func chunkOf(b *testing.B, kind string, c Case, v *Volume) (reduce.Chunk, reduce.Options, int) {
	o, err := c.options()
	require.NoError(b, err)
	o.Workers = 1
	chunk, size := v.chunk(c), 0
	for _, m := range v.memory() {
		size += len(m)
	}
	if kind == "weights" { // a lesion counts thrice
		chunk.Weights = convert(v.labels, func(l uint8) float32 { return 1 + 2*float32(l) })
		size += 4 * c.Voxels
	}
	return chunk, o, size
}

// eachVolume calls f with every kind of input in every size, having made each
// volume once.
func eachVolume(b *testing.B, sizes []int, f func(kind string, voxels int, chunk reduce.Chunk, o reduce.Options, size int)) {
	for _, voxels := range sizes {
		for _, kind := range kinds() {
			if voxels > small && !slices.Contains(largeInputs, kind) {
				continue
			}
			c := dataOf(kind, voxels)
			chunk, o, size := chunkOf(b, kind, c, NewVolume(c))
			f(kind, voxels, chunk, o, size)
		}
	}
}

// eachPass runs a benchmark of every loss and level that the size is measured
// with, named so that benchstat can set the levels side by side.
func eachPass(b *testing.B, kind string, voxels int, run func(b *testing.B, l loss.Loss, level reduce.Level)) {
	all := specs()
	if voxels > small {
		all = largeLosses
	}
	for _, spec := range all {
		for _, level := range reduce.Levels() {
			if level == reduce.Generic && voxels > small {
				continue
			}
			name := fmt.Sprintf("loss=%s/input=%s/level=%v/voxels=%s", strings.ReplaceAll(spec, ":", "/"), kind, level, withUnit(voxels))
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				run(b, loss.MustParse(spec), level)
			})
		}
	}
}

// withUnit writes a multiple of 1024 with its unit.
func withUnit(n int) string {
	units := []string{"", "Ki", "Mi", "Gi"}
	for n >= 1024 && n%1024 == 0 {
		n, units = n/1024, units[1:]
	}
	return fmt.Sprint(n, units[0])
}

// BenchmarkForward takes the value of a loss on one thread. MB/s count the
// bytes of the volume once, and so compare with BenchmarkRead. Level clang is
// the plain loop of the sums that dice needs.
func BenchmarkForward(b *testing.B) {
	eachVolume(b, forwardSizes, func(kind string, voxels int, chunk reduce.Chunk, o reduce.Options, size int) {
		if kind == "probabilities" && HasClang() {
			v := NewVolume(dataOf(kind, voxels))
			b.Run("loss=dice/input=probabilities/level=clang/voxels="+withUnit(voxels), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					RegionByClang(v.planes[0], v.labels)
				}
			})
		}
		eachPass(b, kind, voxels, func(b *testing.B, l loss.Loss, level reduce.Level) {
			o.Level = level
			e, err := loss.NewEvaluator(l, o)
			require.NoError(b, err)
			_, err = e.Value(chunk) // makes the buffers
			require.NoError(b, err)
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := e.Value(chunk); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkStep takes the value and the gradient of a loss on one thread. MB/s
// count the volume twice and the gradient once: what the two passes move.
func BenchmarkStep(b *testing.B) {
	eachVolume(b, stepSizes, func(kind string, voxels int, chunk reduce.Chunk, o reduce.Options, size int) {
		gradient := make([][]float32, max(1, o.Channels))
		for k := range gradient {
			gradient[k] = make([]float32, voxels)
		}
		batch := [][][]float32{gradient}
		eachPass(b, kind, voxels, func(b *testing.B, l loss.Loss, level reduce.Level) {
			o.Level = level
			e, err := loss.NewEvaluator(l, o)
			require.NoError(b, err)
			if voxels == small { // makes the buffers; elsewhere they do not show
				_, err = e.Gradient(batch, chunk)
				require.NoError(b, err)
			}
			b.SetBytes(int64(2*size + 4*voxels*len(gradient)))
			for b.Loop() {
				if _, err := e.Gradient(batch, chunk); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkRead is the limit of a forward pass: a read of the bytes of a
// float32 volume and its labels.
func BenchmarkRead(b *testing.B) {
	for _, voxels := range forwardSizes {
		memory := make([]byte, 5*voxels)
		Copy("generic", memory, make([]byte, len(memory))) // pages of their own, not the one of zeros
		eachLevel(b, voxels, func(b *testing.B, level string) {
			b.SetBytes(int64(len(memory)))
			for b.Loop() {
				Read(level, memory)
			}
		})
	}
}

// BenchmarkCopy is a read of float32 numbers and a write of as many past the
// caches: what a backward pass cannot do without.
func BenchmarkCopy(b *testing.B) {
	for _, voxels := range stepSizes {
		dst, src := make([]byte, 4*voxels), make([]byte, 4*voxels)
		Copy("generic", src, dst)
		Copy("generic", dst, src)
		eachLevel(b, voxels, func(b *testing.B, level string) {
			b.SetBytes(int64(2 * len(src)))
			for b.Loop() {
				Copy(level, dst, src)
			}
		})
	}
}

func eachLevel(b *testing.B, voxels int, run func(b *testing.B, level string)) {
	for _, level := range Levels() {
		b.Run(fmt.Sprintf("level=%s/voxels=%s", level, withUnit(voxels)), func(b *testing.B) {
			b.ReportAllocs()
			run(b, level)
		})
	}
}
