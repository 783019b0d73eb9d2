package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/volume"
)

// TestMain lets the test binary be the command, for what has to be seen of a
// process of its own. It then says at the end how much memory it took, if that
// is asked for.
func TestMain(m *testing.M) {
	command := os.Getenv("VOXFOLD_TEST_COMMAND")
	if command == "" {
		os.Exit(m.Run())
	}
	code := Execute(os.Args[1:], os.Stdout, os.Stderr)
	if command == "peak" {
		peak, _ := peakMemory()
		fmt.Printf("peak memory %.1f MiB\n", float64(peak)/(1<<20))
	}
	os.Exit(code)
}

// process is a command line as a process of its own.
func process(command string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), "VOXFOLD_TEST_COMMAND="+command)
	return c
}

// run runs a command line.
func run(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Execute(args, &out, &err)
	return code, out.String(), err.String()
}

// mustRun runs a command line that has to succeed.
func mustRun(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := run(args...)
	require.Zero(t, code, "voxfold %s\n%s", strings.Join(args, " "), stderr)
	return stdout, stderr
}

// fromJSON reads a result that has these fields and no others.
func fromJSON[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&v), text)
	return v
}

// shared returns the path of a file among the shared volumes, and skips the
// test where there are none.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("VOXFOLD_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real volumes at %s: set VOXFOLD_SHARED to their place", root)
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// npyTypes are the descriptions of the types that the tests write.
var npyTypes = map[string]string{"[]uint8": "|u1", "[]uint16": "<u2", "[]int32": "<i4", "[]float32": "<f4", "[]float64": "<f8"}

// npy writes an array and returns its path.
func npy(t *testing.T, values any, shape ...int) string {
	t.Helper()
	return array(t, "False", values, shape...)
}

// fortran is npy of an array in Fortran order.
func fortran(t *testing.T, values any, shape ...int) string {
	t.Helper()
	return array(t, "True", values, shape...)
}

func array(t *testing.T, fortranOrder string, values any, shape ...int) string {
	t.Helper()
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s,), }\n", npyTypes[fmt.Sprintf("%T", values)], fortranOrder, text)
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	require.NoError(t, binary.Write(&b, binary.LittleEndian, uint16(len(header))))
	b.WriteString(header)
	require.NoError(t, binary.Write(&b, binary.LittleEndian, values))
	return file(t, "array.npy", b.Bytes())
}

// nifti writes labels as a NIfTI-1 file with spacings of 1 mm and returns its
// path. Its origin is at x, 0, 0.
func nifti(t *testing.T, labels []uint8, x float32, shape ...int) string {
	t.Helper()
	h := make([]byte, 352, 352+len(labels))
	le := binary.LittleEndian
	le.PutUint32(h, 348)
	le.PutUint16(h[40:], uint16(len(shape)))
	for i, n := range shape {
		le.PutUint16(h[42+2*i:], uint16(n))
	}
	le.PutUint16(h[70:], 2) // uint8
	le.PutUint16(h[72:], 8)
	le.PutUint32(h[108:], math.Float32bits(352))
	le.PutUint16(h[254:], 1) // an affine matrix
	for i := range 3 {
		le.PutUint32(h[280+16*i+4*i:], math.Float32bits(1))
	}
	le.PutUint32(h[292:], math.Float32bits(x))
	copy(h[344:], "n+1\x00")
	return file(t, "labels.nii", append(h, labels...))
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// phantomFiles writes a small phantom: labels and a prediction.
func phantomFiles(t *testing.T, channels int, logits bool) (reference, prediction string) {
	t.Helper()
	p := volume.NewPhantom([3]int{13, 11, 9}, channels)
	n := 13 * 11 * 9
	labels := make([]uint8, n)
	p.Labels(labels, 0)
	var values []float32
	for c := range channels {
		plane := make([]float32, n)
		if logits {
			p.Logits(plane, c, 0)
		} else {
			p.Probabilities(plane, c, 0)
		}
		values = append(values, plane...)
	}
	return npy(t, labels, 9, 11, 13), npy(t, values, 1, channels, 9, 11, 13)
}

func TestVersion(t *testing.T) {
	stdout, stderr := mustRun(t, "--version")
	require.Regexp(t, `^voxfold version \S+\n$`, stdout)
	require.Empty(t, stderr)
}
