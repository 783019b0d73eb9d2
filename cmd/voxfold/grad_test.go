package main

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// savePlanes writes an array of float32, plane by plane.
func savePlanes(t *testing.T, path string, planes [][]float32, shape ...int) {
	t.Helper()
	w, err := volume.CreateNPY(path, volume.Float32, shape...)
	require.NoError(t, err)
	for k, plane := range planes {
		require.NoError(t, w.WriteAt(plane, int64(k*len(plane))))
	}
	require.NoError(t, w.Close())
}

// grad writes the bits that Evaluate gives of the volume in memory, for any
// chunk, and of the prediction's shape; --slope is a factor by the chain rule.
func TestGrad(t *testing.T) {
	for _, channels := range []int{1, 3} {
		phantom := volume.NewPhantom([3]int{30, 20, 10}, channels)
		n := int(phantom.Geometry().Voxels())
		labels := make([]uint8, n)
		phantom.Labels(labels, 0)
		whole := make([]float32, n)
		for i, l := range labels {
			whole[i] = float32(l)
		}
		logits := planes(channels, n)
		for k, plane := range logits {
			phantom.Logits(plane, k, 0)
		}
		dir := t.TempDir()
		reference, prediction, output := filepath.Join(dir, "labels.npy"), filepath.Join(dir, "logits.npy"), filepath.Join(dir, "gradient.npy")
		savePlanes(t, reference, [][]float32{whole}, 10, 20, 30)
		shape, activation, o := []int{10, 20, 30}, "sigmoid", reduce.Options{Activation: reduce.Sigmoid}
		if channels > 1 {
			shape, activation, o = append([]int{channels}, shape...), "softmax", reduce.Options{Activation: reduce.Softmax, Channels: channels}
		}
		savePlanes(t, prediction, logits, shape...)
		value, want, err := loss.Evaluate(loss.MustParse("asymmetric-unified-focal"), o,
			reduce.Chunk{Prediction: reduce.Float32(logits...), Target: reduce.LabelsUint8(labels)})
		require.NoError(t, err)

		for _, chunk := range []string{"0", "777"} {
			var out, errs bytes.Buffer
			code := Execute([]string{"grad", reference, prediction, "--loss", "asymmetric-unified-focal", "--activation", activation, "-o", output, "--chunk", chunk, "--json"}, &out, &errs)
			require.Zero(t, code, errs.String())
			assert.Contains(t, out.String(), strconv.FormatFloat(value, 'g', -1, 64))
			f, err := volume.Open(output, volume.Options{})
			require.NoError(t, err)
			require.Equal(t, [3]int{30, 20, 10}, f.Geometry.Shape)
			require.Equal(t, channels, f.Channels)
			for k := range channels {
				plane, err := f.Plane(0, k)
				require.NoError(t, err)
				got := make([]float32, n)
				_, err = plane.Float32(got)
				require.NoError(t, err)
				require.NoError(t, plane.Close())
				require.Equal(t, want[k], got, "channel %d, chunk %s", k, chunk)
			}
		}
	}
}

// The gradient has the prediction's shape, whatever that is, and every flag of
// eval counts for it: what the derivatives of several samples, of soft targets
// and of weights are, Evaluator says.
func TestGradShapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 21))
	random := func(n int) (values []float32) {
		for range n {
			values = append(values, rng.Float32())
		}
		return values
	}
	labels := npy(t, []uint8{0, 1, 1, 0, 1, 0}, 2, 3)
	output := filepath.Join(t.TempDir(), "gradient.npy")
	for _, c := range []struct {
		prediction, shape, more string
	}{
		{npy(t, random(6), 2, 3), "(2, 3)", "--reference " + labels},
		{npy(t, random(6), 1, 2, 3), "(1, 2, 3)", "--reference " + labels},
		{npy(t, random(12), 2, 1, 2, 3), "(2, 1, 2, 3)", "--reference " + labels},
		{npy(t, random(12), 2, 2, 3), "(2, 2, 3)", "--axes cyx --reference " + labels},
		{npy(t, random(12), 2, 2, 3), "(2, 2, 3)", "--axes byx --reference " + npy(t, []uint8{0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0}, 2, 2, 3)},
		{npy(t, random(12), 1, 2, 3, 2), "(2, 1, 2, 3)", "--axes zyxc --reference " + npy(t, []uint8{0, 1, 1, 0, 1, 0}, 1, 2, 3)},
		{npy(t, random(24), 2, 2, 1, 2, 3), "(2, 2, 1, 2, 3)", "--reference " + npy(t, random(24), 2, 2, 1, 2, 3)},
		{nifti(t, []uint8{0, 1, 1, 0, 1, 0}, 0, 3, 2), "(1, 2, 3)", "--reference " + labels},
		{npy(t, random(6), 1, 2, 3), "(1, 2, 3)", "--weights " + npy(t, random(6), 1, 2, 3) + " --ignore 3 --reference " + npy(t, []uint8{3, 2, 2, 0, 2, 3}, 2, 3) + " --foreground 2"},
	} {
		more, reference, _ := strings.Cut(c.more, "--reference ")
		args := append([]string{"grad"}, strings.Fields(reference+" "+c.prediction+" "+more)...)
		stdout, _ := mustRun(t, append(args, "--loss", "dice-ce", "-o", output, "--chunk", "4", "--json")...)
		p := fromJSON[gradReport](t, stdout)
		written, err := os.ReadFile(output)
		require.NoError(t, err)
		require.Contains(t, string(written[:128]), "'shape': "+c.shape, c.more)
		require.Equal(t, c.shape, "("+strings.ReplaceAll(strings.Trim(fmt.Sprint(p.Shape), "[]"), " ", ", ")+")")
		args[0] = "eval"
		q := evalLosses(t, append(args[1:], "--as", "prediction", "--loss", "dice-ce")...)
		require.Equal(t, q.Losses[0].Value, p.Value, "eval has the same value")
	}
}

// Quantised probabilities have the gradient of the probabilities that they are,
// and --slope and --intercept may say the same.
func TestGradQuantised(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0, 1, 0}, 1, 2, 3)
	bytes := []uint8{3, 250, 0, 0, 128, 255}
	probabilities := make([]float32, len(bytes))
	for i, v := range bytes {
		probabilities[i] = float32(v) / 255
	}
	dir := t.TempDir()
	gradient := func(args ...string) (values []float32) {
		output := filepath.Join(dir, "gradient.raw")
		mustRun(t, append([]string{"grad", labels, "--loss", "tversky", "--chunk", "4", "-o", output}, args...)...)
		written, err := os.ReadFile(output)
		require.NoError(t, err)
		values = make([]float32, len(bytes))
		require.Len(t, written, 4*len(bytes), "a raw file holds nothing else")
		_, err = binary.Decode(written, binary.LittleEndian, values)
		require.NoError(t, err)
		return values
	}
	want := gradient(npy(t, probabilities, 1, 2, 3))
	require.NotZero(t, want[1])
	require.Equal(t, want, gradient(npy(t, bytes, 1, 2, 3), "--quantised"))
	for i, g := range gradient(npy(t, bytes, 1, 2, 3), "--slope", fmt.Sprint(1./255)) {
		require.InEpsilon(t, want[i]/255, g, 1e-6, "by the number in the file")
	}
}

// Float16 numbers have the gradient of the same numbers in float32.
func TestGradHalf(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0}, 1, 2, 2)
	wide := npy(t, []float32{0, 1, .5, -.25}, 1, 2, 2)
	half := filepath.Join(t.TempDir(), "half.npy")
	rawNPY(t, half, "<f2", []byte{0, 0, 0, 0x3c, 0, 0x38, 0, 0xb4}, "1, 2, 2")
	var gradients [2][]byte
	for i, prediction := range []string{wide, half} {
		output := filepath.Join(t.TempDir(), "gradient.raw")
		mustRun(t, "grad", labels, prediction, "--activation", "sigmoid", "--loss", "dice-focal", "--chunk", "3", "-o", output)
		var err error
		gradients[i], err = os.ReadFile(output)
		require.NoError(t, err)
	}
	require.Equal(t, gradients[0], gradients[1])
}

// The value is printed in the forms that eval has; losses that are repeated are
// added up.
func TestGradReport(t *testing.T) {
	labels, prediction := phantomFiles(t, 1, false)
	output := filepath.Join(t.TempDir(), "gradient.npy")
	args := []string{"grad", labels, prediction, "-o", output, "--loss", "dice"}
	stdout, stderr := mustRun(t, args...)
	require.Empty(t, stderr)
	require.Contains(t, stdout, "dice:smooth=1e-05")
	require.Contains(t, stdout, "1x1x9x11x13")
	stdout, _ = mustRun(t, append(args, "--loss", "focal:gamma=1.5", "--csv")...)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"loss", "value", "gradient", "shape"}, rows[0])
	require.Contains(t, rows[1][0], " + 1*focal:gamma=1.5")
	parts := evalLosses(t, labels, prediction, "--loss", "dice", "--loss", "focal:gamma=1.5").Losses
	value, err := strconv.ParseFloat(rows[1][1], 64)
	require.NoError(t, err)
	require.InEpsilon(t, float64(parts[0].Value+parts[1].Value), value, 1e-15)
}

// What cannot be written is found before the first pass where it can be, and
// nothing stays behind.
func TestGradErrors(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0, 1, 0}, 1, 2, 3)
	prediction := npy(t, []float32{0, 1, .5, 0, 0, 0}, 1, 2, 3)
	bad := npy(t, []float32{0, 1, .5, 0, 7, 0}, 1, 2, 3)
	dir, folder := t.TempDir(), filepath.Join(t.TempDir(), "folder.npy")
	require.NoError(t, os.Mkdir(folder, 0o755))
	for _, c := range []struct {
		args, output, want string
		code               int
	}{
		{labels + " " + prediction, filepath.Join(dir, "none", "x.npy"), "no such file", exitError},
		{labels + " " + bad, folder, "not a regular file", exitError},
		{labels + " " + prediction, filepath.Join(dir, "gradient.nii.gz"), "ends in .npy or .raw", exitUsage},
		{labels + " " + bad, filepath.Join(dir, "x.npy"), "prediction is 7", exitError},
		{labels + " " + prediction, prediction, "which the gradient would replace", exitUsage},
		{labels + " " + prediction, labels, "which the gradient would replace", exitUsage},
		{labels + " " + prediction, "", "want the name of a file", exitUsage},
	} {
		args := append([]string{"grad", "--loss", "ce", "-o", c.output}, strings.Fields(c.args)...)
		code, stdout, stderr := run(args...)
		require.Equal(t, c.code, code, c.want)
		require.Contains(t, stderr, c.want)
		require.Empty(t, stdout)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	code, _, stderr := run("grad", labels, prediction)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `"loss", "output" not set`)
}

// An interrupt ends it with an error, and takes what was written away.
func TestGradInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted by another one here")
	}
	zeros := npy(t, []uint8{0}, 1<<10, 1<<10, 1<<10)
	require.NoError(t, os.Truncate(zeros, 1<<30+1<<10)) // a hole: it takes no space
	output := filepath.Join(t.TempDir(), "gradient.npy")
	c := process("run", "grad", zeros, zeros, "--loss", "ce", "-o", output, "--level", "generic", "--chunk", "64")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.NoError(t, c.Start())
	require.Eventually(t, func() bool {
		_, err := os.Stat(output + ".partial")
		return err == nil
	}, time.Minute, time.Millisecond, "it begins")
	require.NoError(t, c.Process.Signal(os.Interrupt))
	require.ErrorContains(t, c.Wait(), "exit status 1")
	require.Equal(t, "voxfold: interrupted\n", stderr.String())
	require.NoFileExists(t, output+".partial")
	require.NoFileExists(t, output)
}

// The type of a prediction makes no difference to eval and grad: numbers of 16
// bits give what the same numbers give as float32.
func TestNarrowPredictions(t *testing.T) {
	const shape = "4, 30, 31"
	n := 4 * 30 * 31
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	labels, bits, wide := make([]byte, n), make([]byte, 2*n), make([]float32, n)
	for i := range wide {
		labels[i] = byte(i / 40 % 2)
		wide[i] = float32(i%200-100) / 16 // which both types hold
	}
	rawNPY(t, path("labels.npy"), "|u1", labels, shape)
	savePlanes(t, path("float32.npy"), [][]float32{wide}, 4, 30, 31)
	for descr, half := range map[string]func(x float32) uint16{
		"<V2": func(x float32) uint16 { return uint16(math.Float32bits(x) >> 16) },
		"<f2": func(x float32) uint16 {
			if x == 0 {
				return 0
			}
			b := math.Float32bits(x)
			return uint16(b>>16&0x8000) | uint16(b>>13&0x3ffff-(127-15)<<10)
		},
	} {
		for i, x := range wide {
			binary.LittleEndian.PutUint16(bits[2*i:], half(x))
		}
		rawNPY(t, path("narrow.npy"), descr, bits, shape)
		var outputs, gradients [2]string
		for i, name := range []string{"float32.npy", "narrow.npy"} {
			var out, errs bytes.Buffer
			args := []string{path("labels.npy"), path(name), "--activation", "sigmoid", "--loss", "asymmetric-unified-focal", "--chunk", "1000"}
			require.Zero(t, Execute(append([]string{"grad", "-o", path("gradient.npy")}, args...), &out, &errs), errs.String())
			gradient, err := os.ReadFile(path("gradient.npy"))
			require.NoError(t, err)
			out.Reset()
			require.Zero(t, Execute(append([]string{"eval", "--csv"}, args...), &out, &errs), errs.String())
			outputs[i], gradients[i] = out.String(), string(gradient)
		}
		require.NotEmpty(t, outputs[0])
		require.Equal(t, outputs[0], outputs[1], descr)
		require.True(t, gradients[0] == gradients[1], descr)
	}
}
