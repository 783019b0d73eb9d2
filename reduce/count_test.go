package reduce

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var countInstructions = flag.Bool("instructions", false, "count the instructions per voxel of the NEON and AVX2 kernels under qemu-user")

// neonLimit bounds the instructions that a NEON kernel takes per voxel by
// those of the AVX2 kernel, whose vectors are twice as wide.
const neonLimit = 2.2

// What is counted: blocks enough that the entry to a kernel does not show, and
// several channels.
const (
	countBlocks   = 4
	countVoxels   = countBlocks * BlockSize
	countChannels = 4
)

// countPaths are the voxels that take a kernel along one path each: the class
// of voxel i, its soft target of that class, the other classes' being what is
// left, and how far its predictions are from the class at most.
var countPaths = []struct {
	name     string
	class    func(i int) int
	target   func(rng *rand.Rand) float32
	distance float32
}{
	{"sure", func(int) int { return 0 }, func(*rand.Rand) float32 { return 1 }, 0x1p-8},
	{"background", func(int) int { return 0 }, func(*rand.Rand) float32 { return 1 }, 1},
	{"foreground", func(int) int { return 1 }, func(*rand.Rand) float32 { return 1 }, 1},
	{"mixed", func(i int) int { return i }, (*rand.Rand).Float32, 1},
}

// TestInstructions counts the instructions that each NEON kernel executes per
// voxel, on groups of one class, sure ones among them, and on mixed ones, and holds them to the AVX2
// kernel's. There is no arm64 machine to time them on, and what an emulator
// takes says nothing. Both are counted alike: qemu runs this test's binary for
// the architecture and logs every run of a translation block that lies in a
// kernel. So a loop counts as often as it is run, and what a block costs beside
// its loops counts too.
func TestInstructions(t *testing.T) {
	if !*countInstructions {
		t.Skip("counts with -instructions; needs qemu-aarch64 and qemu-x86_64, static or not")
	}
	neon := countKernels(t, "arm64", "qemu-aarch64", "NEON")
	avx2 := countKernels(t, "amd64", "qemu-x86_64", "AVX2")
	require.NotEmpty(t, neon)
	kernels := slices.Sorted(maps.Keys(neon))
	t.Logf("%-34s %-10s %6s %6s %6s", "instructions per voxel", "", "NEON", "AVX2", "ratio")
	for _, kernel := range kernels {
		for i, path := range countPaths {
			n := neon[kernel][i]
			require.NotZero(t, n, "%s is not called", kernel)
			if avx2[kernel] == nil {
				t.Logf("%-34s %-10s %6.2f %6s", kernel, path.name, n, "–")
				continue
			}
			ratio := n / avx2[kernel][i]
			t.Logf("%-34s %-10s %6.2f %6.2f %6.2f", kernel, path.name, n, avx2[kernel][i], ratio)
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
	kernel := regexp.MustCompile(`/reduce\.(\w+)` + set + `\.abi0$`)
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
		run := exec.Command(qemu, "-cpu", "max", "-d", "op,exec,nochain", "-dfilter", strings.Join(ranges, ","), "-D", log,
			binary, "-test.run=^TestCountedWork$")
		// A signal would end a block at its first instruction, and have it run again.
		run.Env = append(os.Environ(), "VOXFOLD_COUNTED_PATH="+path.name, "GODEBUG=asyncpreemptoff=1", "GOGC=off")
		output, err := run.CombinedOutput()
		require.NoError(t, err, "%s", output)
		n, runs := executed(t, log)
		for _, s := range kernels {
			name := kernel.FindStringSubmatch(s.Name)[1]
			if counts[name] == nil {
				counts[name] = make([]float64, len(countPaths))
			}
			if calls := runs[fmt.Sprintf("%016x", s.Value)]; calls > 0 {
				counts[name][i] = float64(n[s.Name]) / float64(calls*countVoxels)
			}
		}
	}
	return counts
}

// executed returns the number of instructions executed by symbol, and how often
// each block ran by its address, of a log of qemu. A block's translation is
// logged when it is made, with a line for each instruction's address, and its
// address again whenever it runs.
func executed(t *testing.T, log string) (n, runs map[string]int) {
	t.Helper()
	f, err := os.Open(log)
	require.NoError(t, err)
	defer f.Close()
	n, runs = map[string]int{}, map[string]int{}
	size, first := map[string]int{}, ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		switch fields := strings.Fields(lines.Text()); {
		case len(fields) == 1 && fields[0] == "OP:":
			first = ""
		case len(fields) > 1 && fields[0] == "----":
			if first == "" {
				first = fields[1]
				size[first] = 0
			}
			size[first]++
		case len(fields) > 4 && fields[0] == "Trace":
			address := strings.Split(fields[3], "/")[1] // [base/address/flags/flags]
			require.NotZero(t, size[address], "a block that was not translated")
			n[fields[4]] += size[address]
			runs[address]++
		}
	}
	return n, runs
}

// TestCountedWork is what TestInstructions runs under emulation: each kernel
// once.
func TestCountedWork(t *testing.T) {
	name := os.Getenv("VOXFOLD_COUNTED_PATH")
	if name == "" {
		t.Skip("run by TestInstructions")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	labels, classes, weights := make([]uint8, countVoxels), make([]int32, countVoxels), make([]float32, countVoxels)
	fill(weights, 1)
	targets := planesOf(countChannels, countVoxels)
	var distance float32
	for _, path := range countPaths {
		if path.name != name {
			continue
		}
		distance = path.distance
		for i := range classes {
			labels[i], classes[i] = uint8(path.class(i)%2), int32(path.class(i)%countChannels)
			y := path.target(rng)
			for k := range targets {
				targets[k][i] = (1 - y) / (countChannels - 1)
			}
			targets[classes[i]][i] = y
		}
	}
	const eps, oneMinus = 1e-7, 1 - 1e-7
	pulls := [2]coefficients{{.1, .2, .3}, {-.1, -.2, -.3}}
	planePulls := make([]planeCoefficients, countChannels)
	for k := range planePulls {
		planePulls[k] = planeCoefficients{own: -.1, other: .2, ce: .3, focal: .4}
	}
	gradient, scratch, space := planesOf(countChannels, countVoxels), make([]float32, countChannels*BlockSize), usedSpace()
	for _, p := range everyPass() {
		w := powerOf(p, .7)
		planes := planesOf(countChannels, countVoxels)
		for k, plane := range planes {
			for i := range plane {
				plane[i] = distance * rng.Float32()
				if int(classes[i]) == k {
					plane[i] = 1 - plane[i]
				}
				if p.input == logits {
					plane[i] = 8*plane[i] - 4
				}
			}
		}
		x, target := planes[1], targets[1]
		for _, level := range Levels() {
			if level == Generic {
				continue
			}
			require.Equal(t, countBlocks, level.kernels().hard(p, &hardCall{
				prediction: x, labels: labels, ignore: 256, space: space, eps: eps, oneMinus: oneMinus, hi: w.hi, lo: w.lo, power: w,
			}))
			require.Equal(t, countBlocks, level.kernels().soft(p, &softCall{
				prediction: x, target: target, weights: weights, space: space, eps: eps, oneMinus: oneMinus, hi: w.hi, lo: w.lo, power: w,
			}))
			require.Equal(t, countBlocks, level.kernels().hardBackward(p, &hardBackward{
				prediction: x, labels: labels, gradient: gradient[0], ignore: 256, class: pulls, space: space,
				eps: eps, oneMinus: oneMinus, gamma: float32(w.gamma), hi: w.hi, lo: w.lo, power: w,
			}))
			require.Equal(t, countBlocks, level.kernels().softBackward(p, &softBackward{
				prediction: x, target: target, weights: weights, gradient: gradient[0], class: pulls, space: space,
				eps: eps, oneMinus: oneMinus, gamma: float32(w.gamma), hi: w.hi, lo: w.lo, power: w,
			}))
			hard := planarCall{
				planes: planes, labels: classes, sums: make([]planeSums, countChannels), scratch: scratch, ahead: make([]int, countChannels),
				eps: eps, oneMinus: oneMinus, hi: w.hi, lo: w.lo, power: w,
			}
			hardBack := planarBackward{
				planes: planes, labels: classes, gradient: gradient, class: planePulls, scratch: scratch, ahead: make([]int, countChannels),
				eps: eps, oneMinus: oneMinus, gamma: float32(w.gamma), hi: w.hi, lo: w.lo, power: w,
			}
			soft, softBack := hard, hardBack
			soft.labels, soft.targets, soft.weights = nil, targets, weights
			softBack.labels, softBack.targets, softBack.weights = nil, targets, weights
			require.Equal(t, countBlocks, level.kernels().planar(p, &hard))
			require.Equal(t, countBlocks, level.kernels().planar(p, &soft))
			require.Equal(t, countBlocks, level.kernels().planarBackward(p, &hardBack))
			require.Equal(t, countBlocks, level.kernels().planarBackward(p, &softBack))
		}
	}
	halves, words := make([]uint16, countVoxels), narrow[uint16](classes)
	codes, table := make([]uint8, countVoxels), newRules(&Options{Nonzero: true}).codes
	for _, level := range Levels() {
		if level == Generic {
			continue
		}
		require.Equal(t, countVoxels, widen(level, make([]int32, countVoxels), labels, 1))
		require.Equal(t, countVoxels, widen(level, make([]int32, countVoxels), words, countChannels))
		require.Equal(t, countVoxels, widen(level, make([]int32, countVoxels), classes, countChannels))
		require.Equal(t, countVoxels, encodeRows(level, codes, labels, table))
		require.Equal(t, countVoxels, encodeRows(level, codes, words, table))
		require.Equal(t, countVoxels, encodeRows(level, codes, classes, table))
		for f := mapNegLog; f <= mapPower; f++ {
			level.kernels().elementary(f, &mapCall{src: gradient[0], dst: gradient[1]})
		}
		for _, prediction := range []Prediction{Float64(make([]float64, countVoxels)), Float16(halves), BFloat16(halves), Quantised(labels)} {
			require.Equal(t, countVoxels, level.convert(gradient[0], &prediction, 0, 0))
		}
	}
}
