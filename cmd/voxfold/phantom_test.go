package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
)

func TestPhantom(t *testing.T) {
	stdout, stderr := mustRun(t, "--size", "40x30x20", "--level", "generic")
	require.Empty(t, stderr)
	for _, want := range []string{"phantom of 40x30x20 voxels", "probabilities of the lesion", "asymmetric-unified-focal", "W ", "voxels/s", "level generic", "peak memory"} {
		require.Contains(t, stdout, want)
	}
	stdout, _ = mustRun(t, "--size", "20x20x20", "--channels", "3", "--logits")
	require.Contains(t, stdout, "logits (softmax) of 3 classes")
}

// The phantom as files and the phantom itself give the same bytes, whatever
// the level, the chunks and the workers.
func TestPhantomJSON(t *testing.T) {
	for _, channels := range []int{1, 3} {
		for _, logits := range []bool{false, true} {
			args := []string{"--size", "13x11x9", "--channels", fmt.Sprint(channels), "--json", "--level", "generic"}
			if logits {
				args = append(args, "--logits")
			}
			want, _ := mustRun(t, args...)
			got := fromJSON[lossReport](t, want)
			require.EqualValues(t, 13*11*9, got.Voxels)
			require.Len(t, got.Losses, len(loss.Table()))
			require.Len(t, got.Sums, max(2, channels))

			activation := map[bool]string{false: "none", true: map[bool]string{true: "sigmoid", false: "softmax"}[channels == 1]}[logits]
			reference, prediction := phantomFiles(t, channels, logits)
			for _, more := range []string{"--chunk=1", "--chunk=100 --workers=3", "--workers=1", "--chunk=100000"} {
				stdout, stderr := mustRun(t, append(strings.Fields(more), "eval", reference, prediction, "--activation", activation, "--json", "--level=generic")...)
				require.Empty(t, stderr)
				require.Equal(t, want, stdout)
			}
			stdout, _ := mustRun(t, "eval", reference, prediction, "--activation", activation, "--json")
			require.Equal(t, want, strings.Replace(stdout, fromJSON[lossReport](t, stdout).Level, "generic", 1), "the level shows in nothing but its name")
		}
	}
}

// peakOf runs the command in a process of its own and returns its peak memory
// in MiB.
func peakOf(t *testing.T, args ...string) (mib float64) {
	t.Helper()
	c := process("peak", args...)
	c.Stderr = os.Stderr
	stdout, err := c.Output()
	require.NoError(t, err)
	at := strings.LastIndex(string(stdout), "peak memory ")
	require.GreaterOrEqual(t, at, 0, string(stdout))
	rest := string(stdout[at+len("peak memory "):])
	_, err = fmt.Sscanf(rest, "%f MiB", &mib)
	require.NoError(t, err)
	return mib
}

// Memory does not grow with the volume: 40 MiB of numbers take no more than
// 1.3 do.
func TestPhantomMemory(t *testing.T) {
	small := peakOf(t, "--size", "64x64x64")
	large := peakOf(t, "--size", "256x256x128")
	t.Logf("peak memory %.1f and %.1f MiB", small, large)
	require.Less(t, large, small+8)
}

// Nor does it with files: neither for the losses nor for the gradient.
func TestFileMemory(t *testing.T) {
	peaks := func(shape ...int) (peaks []float64) {
		n := int64(1)
		for _, length := range shape {
			n *= int64(length)
		}
		// Holes: arrays of zeros that take no space on a disk.
		labels, logits := npy(t, []uint8{0}, shape...), npy(t, []float32{0}, shape...)
		for path, size := range map[string]int64{labels: 1, logits: 4} {
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, info.Size()-size+n*size))
		}
		output := filepath.Join(t.TempDir(), "gradient.raw")
		return []float64{
			peakOf(t, "eval", labels, logits, "--activation", "sigmoid"),
			peakOf(t, "grad", labels, logits, "--activation", "sigmoid", "--loss", "dice-focal", "-o", output),
		}
	}
	small, large := peaks(64, 64, 64), peaks(64, 512, 512)
	t.Logf("peak memory %.1f and %.1f MiB", small, large)
	for i := range small {
		require.Less(t, large[i], small[i]+12, "64 MiB of logits against 1")
	}
}

// VOXFOLD_LONG=1 streams 4 GiB, a sixteenth of what the help names:
//
//	VOXFOLD_LONG=1 go test ./cmd/voxfold -run PhantomMemoryLong -v
func TestPhantomMemoryLong(t *testing.T) {
	if os.Getenv("VOXFOLD_LONG") == "" {
		t.Skip("takes minutes: set VOXFOLD_LONG=1; TestPhantomMemory is the short one")
	}
	peak := peakOf(t, "--size", "1024x1024x820")
	t.Logf("peak memory %.1f MiB for a pair of 4 GiB", peak)
	require.Less(t, peak, 64.)
}

func TestPhantomUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--size 3x4":          "want a size as 256x256x256",
		"--size 3x4x0":        "want a size",
		"--size 3x4x9e9":      "want a size",
		"--channels 0":        "want 1 to 256",
		"--channels 257":      "want 1 to 256",
		"--chunk -1":          "want 1 to",
		"--workers -1":        "workers -1",
		"--level fastest":     "want auto, generic",
		"--bogus":             "unknown flag",
		"bogus":               "unknown command",
		"cpu more":            "unknown command",
		"--size 1x1x1 --json": "",
	} {
		code, _, stderr := run(strings.Fields(args)...)
		if want == "" {
			require.Zero(t, code, args)
			continue
		}
		require.Equal(t, exitUsage, code, args)
		require.Contains(t, stderr, want, args)
		require.Contains(t, stderr, "--help", args)
	}
}

func TestCPU(t *testing.T) {
	t.Setenv("VOXFOLD_LEVEL", "generic")
	stdout, _ := mustRun(t, "cpu")
	require.Contains(t, stdout, "generic: VOXFOLD_LEVEL is generic")
	stdout, _ = mustRun(t, "cpu", "--json")
	p := fromJSON[cpuReport](t, stdout)
	require.Equal(t, "generic", p.Chosen)
	require.Len(t, p.Levels, 4)
	require.Equal(t, cpuLevel{Level: "generic", Found: true, Chosen: true, Needs: "nothing"}, p.Levels[3])

	t.Setenv("VOXFOLD_LEVEL", "")
	stdout, _ = mustRun(t, "cpu")
	require.Contains(t, stdout, "the best that is here")

	t.Setenv("VOXFOLD_LEVEL", "abacus")
	code, stdout, stderr := run("cpu", "--json")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, `level "abacus"`)
	require.Empty(t, fromJSON[cpuReport](t, stdout).Chosen)
	code, _, stderr = run("--size", "1x1x1")
	require.Equal(t, exitError, code)
	require.NotContains(t, stderr, "--help", "the command line is well")
	code, _, _ = run("--size", "1x1x1", "--level", "generic")
	require.Zero(t, code, "which has the last word")
}

// A number that is none is null, in both directions.
func TestNumber(t *testing.T) {
	for text, want := range map[string]string{"null": "", "0.1": "0.1", "1e-7": "1e-7", "16777217": "16777217"} {
		var n number
		require.NoError(t, json.Unmarshal([]byte(text), &n))
		require.Equal(t, want, n.csv())
		back, err := json.Marshal(n)
		require.NoError(t, err)
		require.JSONEq(t, text, string(back))
	}
}
