package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every pass, input, kind of data and set of sums can be measured, and words
// that name none are refused.
func TestRun(t *testing.T) {
	base := Case{Level: "generic", Gamma: .5, Classes: 1, Threads: 2, Voxels: 5000}
	for _, base.Pass = range Passes {
		for _, base.Input = range Inputs {
			for _, base.Data = range Data {
				for _, base.Sums = range Sums {
					for _, base.Classes = range []int{1, 3} {
						r, err := Run(base, NewVolume(base), 1)
						if base.check() != nil {
							require.Error(t, err)
							continue
						}
						require.NoError(t, err, "%+v", base)
						assert.Positive(t, r.VoxelsPerSecond)
						assert.Positive(t, r.ShareOfRead)
					}
				}
			}
		}
	}
	clang := Case{Pass: "forward", Level: Clang, Input: "probabilities", Data: "random", Sums: "region", Classes: 1, Threads: 1, Voxels: 5000}
	_, err := Run(clang, NewVolume(clang), 1)
	assert.Equal(t, HasClang(), err == nil, "%v", err)

	good := Case{Pass: "forward", Level: "auto", Input: "logits", Data: "random", Sums: "ce", Classes: 1, Threads: 1, Voxels: 100}
	require.NoError(t, good.check())
	for _, change := range []func(*Case){
		func(c *Case) { c.Pass = "x" }, func(c *Case) { c.Input = "x" }, func(c *Case) { c.Data = "x" }, func(c *Case) { c.Sums = "x" },
		func(c *Case) { c.Voxels = 0 }, func(c *Case) { c.Threads = 0 }, func(c *Case) { c.Pass, c.Input = "backward", "float16" },
		func(c *Case) { c.Level = "sse" }, func(c *Case) { c.Level = Clang },
	} {
		c := good
		change(&c)
		_, err := Run(c, NewVolume(good), 1)
		require.Error(t, err, "%+v", c)
	}
}

// The element types of the data are read back by package reduce as what they
// were made of.
func TestFloat16(t *testing.T) {
	for x, want := range map[float32]uint16{0: 0, 1: 0x3c00, -2: 0xc000, .5: 0x3800, 65504: 0x7bff, 1e-6: 0} {
		assert.Equal(t, want, float16(x), "%v", x)
	}
}
