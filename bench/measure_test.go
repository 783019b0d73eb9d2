package bench

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every pass, input, target, kind of data and set of sums can be measured, and
// words that name none are refused.
func TestRun(t *testing.T) {
	cases := Cross([]Case{{Level: "generic", Gamma: .5, Threads: 2, Voxels: 3000}}, Passes, func(c *Case, pass string) { c.Pass = pass })
	cases = Cross(cases, Inputs, func(c *Case, input string) { c.Input = input })
	cases = Cross(cases, Targets, func(c *Case, target string) { c.Target = target })
	cases = Cross(cases, Data, func(c *Case, data string) { c.Data = data })
	cases = Cross(cases, Sums, func(c *Case, sums string) { c.Sums = sums })
	cases = Cross(cases, []int{1, 3}, func(c *Case, classes int) { c.Classes = classes })
	for _, c := range cases {
		r, err := Run(c, NewVolume(c), 1)
		require.NoError(t, err, "%+v", c)
		assert.Positive(t, r.VoxelsPerSecond)
		assert.Positive(t, r.ShareOfRead)
	}
	clang := Case{Pass: "forward", Level: Clang, Input: "probabilities", Target: "uint8", Data: "random", Sums: "region", Classes: 1, Threads: 1, Voxels: 5000}
	_, err := Run(clang, NewVolume(clang), 1)
	assert.Equal(t, HasClang(), err == nil, "%v", err)

	good := Case{Pass: "forward", Level: "auto", Input: "logits", Target: "uint8", Data: "random", Sums: "focal", Classes: 1, Threads: 1, Voxels: 100}
	require.NoError(t, good.Check())
	for _, change := range []func(*Case){
		func(c *Case) { c.Pass = "x" }, func(c *Case) { c.Input = "x" }, func(c *Case) { c.Target = "x" }, func(c *Case) { c.Data = "x" },
		func(c *Case) { c.Sums = "x" }, func(c *Case) { c.Voxels = 0 }, func(c *Case) { c.Threads = 0 }, func(c *Case) { c.Classes = 0 },
		func(c *Case) { c.Classes = 257 }, func(c *Case) { c.Gamma = -1 }, func(c *Case) { c.Level = "sse" }, func(c *Case) { c.Level = Clang },
	} {
		c := good
		change(&c)
		_, err := Run(c, NewVolume(good), 1)
		require.Error(t, err, "%+v", c)
	}
}

// The bytes that a pass is held against are those that it has to move: the
// prediction and the target, each in its type, and the gradient as float32.
func TestPlainSize(t *testing.T) {
	const voxels = 3000
	inputs := map[string]int{"probabilities": 4, "logits": 4, "float16": 2, "bfloat16": 2, "quantised": 1}
	targets := map[string]int{"uint8": 1, "uint16": 2, "int32": 4}
	for _, c := range Cross(Cross([]Case{{Classes: 3, Threads: 2, Data: "random", Voxels: voxels}},
		Inputs, func(c *Case, input string) { c.Input = input }),
		Targets, func(c *Case, target string) { c.Target = target }) {
		want := 3 * inputs[c.Input]
		if c.Target == "float32" {
			want += 3 * 4
		} else {
			want += targets[c.Target]
		}
		v := NewVolume(c)
		_, size := v.plain(c)
		assert.Equal(t, want*voxels, size, "%+v", c)
		c.Pass = "backward"
		_, size = v.plain(c)
		assert.Equal(t, (want+3*4)*voxels, size, "%+v", c)
	}
}

// widen writes every byte of the gradient that belongs to what it reads, and
// no other.
func TestWiden(t *testing.T) {
	src := bytes.Repeat([]byte{1}, 50_000)
	for _, times := range []int{1, 2, 4} {
		const from, to = 4096, 45_000
		dst := make([]byte, times*len(src))
		widen("generic", dst, src, from, to)
		for i, b := range dst {
			require.Equal(t, i >= times*from && i < times*to, b == 1, "byte %d, %d times", i, times)
		}
	}
}

// The element types of the data are read back by package reduce as what they
// were made of.
func TestFloat16(t *testing.T) {
	for x, want := range map[float32]uint16{0: 0, 1: 0x3c00, -2: 0xc000, .5: 0x3800, 65504: 0x7bff, 1e-6: 0} {
		assert.Equal(t, want, float16(x), "%v", x)
	}
}
