package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/volume"
)

// rawNPY writes an array of any element type.
func rawNPY(t *testing.T, path, descr string, data []byte, shape string) {
	t.Helper()
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
	file := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(file[8:], uint16(len(header)))
	file = append(append(file, header...), data...)
	require.NoError(t, os.WriteFile(path, file, 0o600))
}

// Every point of a sweep is what eval gives of that loss: to the last digit
// where both count, closely where one exponent asks for another algorithm than
// several do, or where sweep counts float16 numbers that eval sums.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	phantom := volume.NewPhantom([3]int{24, 20, 10}, 1)
	n := int(phantom.Geometry().Voxels())
	labels, p := make([]uint8, n), make([]float32, n)
	phantom.Labels(labels, 0)
	phantom.Probabilities(p, 0, 0)
	bytes8, halves, upper, channels := make([]byte, n), make([]byte, 2*n), make([]byte, 2*n), make([]byte, 4*n)
	half := func(x float32) uint16 { return uint16(min(max(int(math.Float32bits(x)>>13)-(127-15)<<10, 0), 0x3c00)) }
	for i, x := range p {
		bytes8[i] = uint8(x*255 + .5)
		binary.LittleEndian.PutUint16(halves[2*i:], half(x))
		binary.LittleEndian.PutUint16(upper[2*i:], uint16(math.Float32bits(x)>>16))
		binary.LittleEndian.PutUint16(channels[2*i:], half(1-x))
		binary.LittleEndian.PutUint16(channels[2*(n+i):], half(x))
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	rawNPY(t, path("labels.npy"), "|u1", labels, "10, 20, 24")
	rawNPY(t, path("uint8.npy"), "|u1", bytes8, "10, 20, 24")
	rawNPY(t, path("float16.npy"), "<f2", halves, "10, 20, 24")
	rawNPY(t, path("bfloat16.npy"), "<V2", upper, "10, 20, 24")
	rawNPY(t, path("channels.npy"), "<f2", channels, "2, 10, 20, 24")
	savePlanes(t, path("weights.npy"), [][]float32{slices.Repeat([]float32{.5}, n)}, 10, 20, 24)
	savePlanes(t, path("float32.npy"), [][]float32{p}, 10, 20, 24)

	for _, c := range []struct {
		file  string
		extra []string
		near  float64
		notes string
	}{
		{"uint8.npy", []string{"--quantised"}, 0, ""},
		{"float16.npy", nil, 1e-6, ""},
		{"bfloat16.npy", nil, 1e-6, ""},
		{"channels.npy", nil, 1e-6, ""},
		{"float32.npy", nil, 1e-9, "once for each of 3 exponents"},
		{"uint8.npy", []string{"--quantised", "--weights", path("weights.npy")}, 1e-9, "once for each of 3 exponents"},
	} {
		var out, errs bytes.Buffer
		args := append([]string{path("labels.npy"), path(c.file)}, c.extra...)
		code := Execute(append([]string{"sweep", "--loss", "asymmetric-unified-focal:lambda=.3", "--gamma", "0:.6:.2", "--delta", ".5,.7", "--json"}, args...), &out, &errs)
		require.Zero(t, code, errs.String())
		require.Equal(t, c.notes != "", strings.Contains(errs.String(), "note: "), errs.String())
		require.Contains(t, errs.String(), c.notes)
		var r sweepReport
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		require.ElementsMatch(t, []string{"gamma", "delta"}, r.Parameters)
		require.Len(t, r.Grid, 8)
		for _, row := range r.Grid {
			spec := "asymmetric-unified-focal:lambda=.3"
			for i, name := range r.Parameters {
				spec += fmt.Sprintf(",%s=%v", name, row.Parameters[i])
			}
			out.Reset()
			require.Zero(t, Execute(append([]string{"eval", "--as", "prediction", "--loss", spec, "--json"}, args...), &out, &errs), errs.String())
			var e struct{ Losses []struct{ Value float64 } }
			require.NoError(t, json.Unmarshal(out.Bytes(), &e))
			assert.InDelta(t, e.Losses[0].Value, float64(row.Value), c.near*e.Losses[0].Value, "%s %s", c.file, spec)
		}
	}
	var out, errs bytes.Buffer
	args := []string{"sweep", path("labels.npy"), path("float16.npy"), "--loss", "focal", "--gamma", "0,1:2:1"}
	require.Equal(t, exitUsage, Execute(args, &out, &errs), "a list and a range in one")
	args[len(args)-1] = "0:1:.5"
	require.Zero(t, Execute(args, &out, &errs), errs.String())
	require.Regexp(t, `^gamma +focal\n0 +0\.\d+\n0\.5 +0\.\d+\n1 +0\.\d+\n$`, out.String())
	out.Reset()
	require.Zero(t, Execute(append(args, "--csv"), &out, &errs), errs.String())
	require.Regexp(t, `^gamma,focal\n0,0\.\d+\n0\.5,0\.\d+\n1,0\.\d+\n$`, out.String())
	for _, bad := range []string{"1:0:.1", "a", "0:1:0", "0:1", "0:1:1e-12"} {
		assert.Equal(t, exitUsage, Execute([]string{"sweep", "a", "b", "--loss", "focal", "--gamma", bad}, &out, &errs), bad)
	}
	assert.Equal(t, exitUsage, Execute([]string{"sweep", "a", "b", "--loss", "dice", "--gamma", "1"}, &out, &errs), "dice has no gamma")
	assert.Equal(t, exitUsage, Execute([]string{"eval", path("labels.npy"), path("float32.npy"), "--quantised"}, &out, &errs), "not uint8")
}
