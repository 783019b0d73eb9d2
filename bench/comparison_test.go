package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ratio is taken round by round; PyTorch's forward pass is the one with its
// graph, and of the compiled peers the fastest counts.
func TestTargets(t *testing.T) {
	c := Comparison{Reference: "voxfold avx2"}
	add := func(peer, pass string, voxels int, extra int64, seconds ...float64) {
		c.Timings = append(c.Timings, Timing{Peer: peer, Pass: pass, Gamma: .5, Threads: 1, Voxels: voxels, Seconds: seconds, Extra: extra})
	}
	add("voxfold avx2", "forward", SmallVolume, 1000, 1, 2, 4)
	add("voxfold avx2", "step", SmallVolume, 3000, 1, 1, 1)
	add("pytorch", "forward", SmallVolume, 0, 1, 1, 1)
	add("pytorch", "graph", SmallVolume, 0, 110, 180, 480)
	add("gcc", "forward", SmallVolume, 0, 2, 4, 8)
	add("clang", "forward", SmallVolume, 0, 3, 5, 9)
	add("numba", "step", 1000, -1, 1, 1, 1) // a volume that voxfold was not measured on

	all := c.Targets()
	require.Len(t, all, 2)
	assert.Equal(t, Target{Against: "pytorch", Pass: "forward", Gamma: .5, Voxels: SmallVolume, Want: 100,
		Peer: "pytorch", Have: 110, Least: 90, Most: 120}, all[0])
	assert.True(t, all[0].Holds())
	assert.Equal(t, Target{Against: "compiled", Pass: "forward", Gamma: .5, Voxels: SmallVolume, Want: 2.5,
		Peer: "gcc", Have: 2, Least: 2, Most: 2}, all[1])
	assert.False(t, all[1].Holds())

	assert.Equal(t, []int{1000, SmallVolume}, c.Volumes())
	assert.EqualValues(t, 3000, c.Memory("voxfold avx2", SmallVolume))
	assert.EqualValues(t, -1, c.Memory("numba", 1000))
	assert.Nil(t, c.Find("gcc", "step", .5, 1, SmallVolume))
	assert.Equal(t, "512×512×256", VolumeName(LargeVolume))
}

// A turn counts as the median of its passes but the first, and as the first
// where that is all.
func TestAddTurn(t *testing.T) {
	var timing Timing
	passes := []float64{9, 3, 1, 2}
	timing.AddTurn(passes)
	timing.AddTurn([]float64{7})
	assert.Equal(t, []float64{2, 7}, timing.Seconds)
	assert.Equal(t, []float64{9, 3, 1, 2}, passes)
}
