package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bench prints every combination that the flags allow, each once, with the
// keys that its documentation names.
func TestBench(t *testing.T) {
	var out, errs bytes.Buffer
	code := Execute([]string{"bench", "--json", "--level", "generic", "--voxels", "1000,2Ki", "--threads", "1", "--rounds", "1", "--gamma", ".5,.7", "--pass", "forward,backward", "--target", "uint8,float32"}, &out, &errs)
	require.Zero(t, code, errs.String())
	var results []map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &results))
	assert.Len(t, results, 2*2*2*4*2*2, "sizes, data, inputs, sums with two exponents of focal, passes, targets")
	for _, r := range results {
		for _, key := range []string{"pass", "level", "input", "target", "data", "sums", "gamma", "classes", "threads", "voxels", "voxels_per_second", "share_of_read", "bytes_per_second", "extra_bytes"} {
			assert.Contains(t, r, key)
		}
		assert.Len(t, r, 14)
	}
}

// bench measures the gradient of every input and target.
func TestBenchBackward(t *testing.T) {
	stdout, _ := mustRun(t, "bench", "--json", "--pass", "backward", "--input", "float16,bfloat16,quantised", "--target", "uint16,int32,float32",
		"--level", "auto", "--voxels", "1000", "--threads", "1", "--rounds", "1", "--data", "random", "--sums", "ce")
	assert.Len(t, fromJSON[[]map[string]any](t, stdout), 3*3)
}

// What only the command line can be blamed for is a usage error, and found
// before anything is measured; a level that VOXFOLD_LEVEL asks for is not.
func TestBenchUsage(t *testing.T) {
	for _, args := range []string{
		"--voxels 0", "--voxels 1Ti", "--rounds 0", "--level nope", "--level generic,nope", "--level clang --sums ce", "--pass x", "--input x", "--target x",
		"--data x", "--sums x", "--gamma -1", "--gamma NaN", "--classes 0", "--classes -1", "--classes 257", "--threads 0", "--threads -1", "--level=", "--gamma=", "extra",
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, exitUsage, Execute(append([]string{"bench", "--voxels", "1000"}, strings.Fields(args)...), &out, &errs), args)
		assert.Empty(t, out.String(), args)
		assert.NotEmpty(t, errs.String(), args)
	}
	t.Setenv("VOXFOLD_LEVEL", "nope")
	var out, errs bytes.Buffer
	assert.Equal(t, exitError, Execute([]string{"bench", "--level", "auto"}, &out, &errs), errs.String())
	assert.Equal(t, exitError, Execute([]string{"bench"}, &out, &errs), errs.String())
}
