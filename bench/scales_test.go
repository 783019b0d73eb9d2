package bench

import (
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every case of a scale can be measured and is there once; the scales go as far
// as they are told to.
func TestScales(t *testing.T) {
	voxels, threads, classes, kernels := VoxelScale(16), ThreadScale(6, 1000), ClassScale(64, 1<<16), KernelCases(1<<10, 1<<12)
	for _, scale := range [][]Case{voxels, threads, classes, kernels} {
		for i, c := range scale {
			require.NoError(t, c.Check(), "%+v", c)
			assert.Equal(t, i, slices.Index(scale, c), "%+v is there twice", c)
		}
	}
	assert.Equal(t, 1<<10, voxels[0].Voxels)
	assert.Equal(t, 1<<16, voxels[len(voxels)-1].Voxels)
	var counts []int
	for _, c := range threads {
		counts = append(counts, c.Threads)
	}
	assert.Equal(t, []int{1, 2, 4, 6}, slices.Compact(counts))
	assert.Equal(t, 1, classes[0].Classes)
	assert.Equal(t, 64, classes[len(classes)-1].Classes)
	assert.Equal(t, len(assemblyLevels()) > 0, len(kernels) > 0)
	most := MostVoxels()
	assert.True(t, most >= 10 && most <= 30 && most%2 == 0, most)
}

// A step over a volume takes no memory beside it and its gradient that grows
// with it, and what does take memory is seen to.
func TestExtra(t *testing.T) {
	for _, c := range VoxelScale(22) {
		r, err := Run(c, NewVolume(c), 1)
		require.NoError(t, err)
		assert.LessOrEqual(t, r.Extra, int64(MemoryTarget), "%+v", c)
	}
	grown := Growth(1 << 30) // no process
	assert.EqualValues(t, -1, grown())
}

// Memory that is taken and let go of again counts.
func TestGrowth(t *testing.T) {
	const size = 64 << 20
	grown := Growth(os.Getpid())
	if grown() < 0 {
		t.Skip("this system does not tell how much memory a process has had")
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = 1
	}
	sink.Store(Read("generic", b))
	b = nil
	debug.FreeOSMemory()
	assert.InEpsilon(t, size, grown(), .2)
}

// A volume beyond the largest phantom repeats it, whole.
func TestRepeat(t *testing.T) {
	s := []int{1, 2, 3, 0, 0, 0, 0, 0}
	repeat(s, 3)
	assert.Equal(t, []int{1, 2, 3, 1, 2, 3, 1, 2}, s)
}

func TestThisMachine(t *testing.T) {
	m := ThisMachine()
	assert.Positive(t, m.Threads)
	assert.NotEmpty(t, m.System)
	assert.Contains(t, m.Levels, "generic")
	assert.True(t, m.Cycles > 1e8 && m.Cycles < 1e10, "%g cycles a second", m.Cycles)
}
