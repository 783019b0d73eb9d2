package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bench prints every combination that the flags allow, each once, with the
// keys that its documentation names.
func TestBench(t *testing.T) {
	var out, errs bytes.Buffer
	code := Execute([]string{"bench", "--json", "--level", "generic", "--voxels", "1000,2Ki", "--threads", "1", "--rounds", "1", "--gamma", ".5,.7", "--pass", "forward,step"}, &out, &errs)
	require.Zero(t, code, errs.String())
	var results []map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &results))
	assert.Len(t, results, 2*2*2*4*2, "sizes, data, inputs, sums with two exponents of focal, passes")
	for _, r := range results {
		for _, key := range []string{"pass", "level", "input", "data", "sums", "gamma", "classes", "threads", "voxels", "voxels_per_second", "share_of_read", "bytes_per_second", "extra_bytes"} {
			assert.Contains(t, r, key)
		}
		assert.Len(t, r, 13)
	}
	for _, args := range [][]string{{"--voxels", "0"}, {"--voxels", "1Ti"}, {"--rounds", "0"}} {
		assert.Equal(t, exitUsage, Execute(append([]string{"bench"}, args...), &out, &errs), "%v", args)
	}
	assert.Equal(t, exitError, Execute([]string{"bench", "--data", "x", "--voxels", "10"}, &out, &errs))
}
