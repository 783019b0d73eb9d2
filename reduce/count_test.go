package reduce

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var countInstructions = flag.Bool("instructions", false, "count the instructions per voxel of the NEON and AVX2 kernels under qemu-user")

// neonLimit bounds the instructions that a NEON kernel takes per voxel by
// those of the AVX2 kernel, whose vectors are twice as wide.
const neonLimit = 2.2

// countBlocks is the number of blocks counted: enough that the entry to a
// kernel does not show.
const countBlocks = 4

// countPaths are the labels of voxel i that take a kernel along one path each.
var countPaths = []struct {
	name  string
	label func(i int) uint8
}{
	{"background", func(int) uint8 { return 0 }},
	{"foreground", func(int) uint8 { return 1 }},
	{"mixed", func(i int) uint8 { return uint8(i % 2) }},
}

// TestInstructions counts the instructions that each NEON kernel executes per
// voxel, on groups of one class and on mixed ones, and holds them to the AVX2
// kernel's. There is no arm64 machine to time them on, and what an emulator
// takes says nothing. Both are counted alike: qemu runs this test's binary for
// the architecture, one instruction per translation block, and logs the blocks
// that lie in a kernel. So a loop counts as often as it is run, and what a
// block costs beside its loops counts too.
func TestInstructions(t *testing.T) {
	if !*countInstructions {
		t.Skip("counts with -instructions; needs qemu-aarch64 and qemu-x86_64, static or not")
	}
	neon := countKernels(t, "arm64", "qemu-aarch64", "NEON")
	avx2 := countKernels(t, "amd64", "qemu-x86_64", "AVX2")
	require.NotEmpty(t, neon)
	var kernels []string
	for kernel := range neon {
		kernels = append(kernels, kernel)
	}
	sort.Strings(kernels)
	t.Logf("%-26s %-10s %6s %6s %6s", "instructions per voxel", "", "NEON", "AVX2", "ratio")
	for _, kernel := range kernels {
		for i, path := range countPaths {
			n := neon[kernel][i]
			if avx2[kernel] == nil {
				t.Logf("%-26s %-10s %6.2f %6s", kernel, path.name, n, "–")
				continue
			}
			ratio := n / avx2[kernel][i]
			t.Logf("%-26s %-10s %6.2f %6.2f %6.2f", kernel, path.name, n, avx2[kernel][i], ratio)
			assert.LessOrEqual(t, ratio, neonLimit, "%s, %s", kernel, path.name)
		}
	}
}

// countKernels returns the instructions per voxel of every kernel of an
// instruction set, by countPaths.
func countKernels(t *testing.T, arch, emulator, set string) map[string][]float64 {
	t.Helper()
	qemu, err := exec.LookPath(emulator + "-static")
	if err != nil {
		qemu, err = exec.LookPath(emulator)
	}
	require.NoError(t, err)
	binary, dir := buildTest(t, arch), t.TempDir()
	kernel := regexp.MustCompile(`\.(hard\w+)` + set + `\.abi0$`)
	single := "-singlestep" // until qemu 8.1
	if help, _ := exec.Command(qemu, "-help").Output(); bytes.Contains(help, []byte("one-insn-per-tb")) {
		single = "-one-insn-per-tb"
	}
	var ranges []string
	_, kernels := symbols(t, binary, kernel)
	for _, s := range kernels {
		ranges = append(ranges, fmt.Sprintf("%#x+%#x", s.Value, s.Size))
	}
	if len(ranges) == 0 {
		return nil
	}
	counts := map[string][]float64{}
	for i, path := range countPaths {
		log := filepath.Join(dir, path.name)
		run := exec.Command(qemu, "-cpu", "max", single, "-d", "exec,nochain", "-dfilter", strings.Join(ranges, ","), "-D", log,
			binary, "-test.run=^TestCountedWork$")
		run.Env = append(os.Environ(), "VOXFOLD_COUNTED_PATH="+path.name)
		output, err := run.CombinedOutput()
		require.NoError(t, err, "%s", output)
		f, err := os.Open(log)
		require.NoError(t, err)
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if m := kernel.FindStringSubmatch(lines.Text()); m != nil {
				if counts[m[1]] == nil {
					counts[m[1]] = make([]float64, len(countPaths))
				}
				counts[m[1]][i] += 1. / (countBlocks * BlockSize)
			}
		}
		f.Close()
	}
	return counts
}

// TestCountedWork is what TestInstructions runs under emulation: each kernel
// once.
func TestCountedWork(t *testing.T) {
	name := os.Getenv("VOXFOLD_COUNTED_PATH")
	if name == "" {
		t.Skip("run by TestInstructions")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	x, labels := make([]float32, countBlocks*BlockSize), make([]uint8, countBlocks*BlockSize)
	for _, path := range countPaths {
		if path.name == name {
			for i := range x {
				x[i], labels[i] = rng.Float32(), path.label(i)
			}
		}
	}
	for _, p := range everyPass() {
		call := newHardCall(.7)
		call.power.form = p.form
		call.prediction, call.labels = x, labels
		for _, level := range Levels() {
			require.Equal(t, countBlocks, level.hard(p, call))
		}
	}
}
