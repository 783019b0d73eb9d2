package results

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is checked in is what is made of the numbers that are checked in.
func TestCheckedIn(t *testing.T) {
	dir := ".."
	r, err := Read(dir)
	require.NoError(t, err)
	files := r.files()
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.True(t, want == string(have), "%s is not made of %s: go run ./bench/peers -results bench -rewrite", name, numbersFile)
	}
	charts, err := filepath.Glob(filepath.Join(dir, chartsDir, "*"))
	require.NoError(t, err)
	assert.Len(t, charts, len(files)-1, "a chart that nothing makes")
	for name, svg := range r.charts() {
		checkChart(t, name, svg)
	}
}
