package main

import (
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// The test's program is a peer where it is started as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "-serve" {
		if err := serve(os.Args[2], os.Args[3:], os.Stdin, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(m.Run())
}

// A machine without compilers and without Python gets the rest: voxfold's own
// measurements, and why the others are missing.
func TestCompareWithLittle(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	all := pythons
	pythons = all[:1]
	t.Cleanup(func() { pythons = all })
	c, err := compare([]timed{{[3]int{16, 16, 16}, 2, 0}})
	require.NoError(t, err)
	for _, name := range []string{"gcc", "clang", "numba", "pytorch"} {
		assert.NotEmpty(t, c.Missing[name], name)
	}
	assert.Contains(t, c.Missing["gcc"], "not installed")
	assert.Contains(t, c.Peers, c.Reference)
	for _, pass := range []string{"forward", "step"} {
		for _, gamma := range []float64{.5, .7} {
			timing := c.Find(c.Reference, pass, gamma, 1, 16*16*16)
			require.NotNil(t, timing)
			assert.Len(t, timing.Seconds, 2)
			assert.Positive(t, timing.Median())
			assert.Positive(t, timing.Value)
		}
	}
	assert.Empty(t, c.Targets())
}

// Every level serves what the protocol says, and the loop in C agrees with it
// where there is a compiler.
func TestAgreement(t *testing.T) {
	w, err := newWorkshop(t.TempDir())
	require.NoError(t, err)
	v, err := newVolume(w.dir, [3]int{32, 20, 9})
	require.NoError(t, err)
	asked := []task{{"forward", .5, 1}, {"forward", .7, 1}, {"step", .5, 1}, {"step", .7, 1}}

	var want []answer
	for _, level := range reduce.Levels() {
		var in, out strings.Builder
		for _, k := range asked {
			fmt.Fprintln(&in, k.pass, k.gamma, k.threads)
		}
		require.NoError(t, serve(level.String(), []string{v.probabilities, v.labels, fmt.Sprint(v.voxels)}, strings.NewReader(in.String()), &out))
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 1+len(asked))
		assert.Contains(t, lines[0], "ready ")
		for i, line := range lines[1:] {
			var a answer
			_, err := fmt.Sscan(line, &a.seconds, &a.value, &a.gradient)
			require.NoError(t, err, line)
			assert.Positive(t, a.value)
			assert.Equal(t, asked[i].pass == "step", a.gradient > 0)
			if a.seconds = 0; len(want) < len(asked) {
				want = append(want, a)
			}
			assert.Equal(t, want[i], a, "%v: the levels differ", level)
		}
	}

	for _, c := range compilers {
		p := w.compile(c.name, c.flags...)
		if p == nil {
			t.Logf("missing: %s", w.missing[c.name])
			continue
		}
		require.NoError(t, p.start(v))
		defer p.stop()
		for i, k := range asked {
			a, err := p.ask(k.pass, k.gamma, k.threads)
			require.NoError(t, err)
			assert.InEpsilon(t, want[i].value, a.value, 1e-3, "%s, %v", c.name, k)
			assert.InDelta(t, want[i].gradient, a.gradient, 1e-3*want[i].gradient, "%s, %v", c.name, k)
		}
	}
}

// What cannot be served is an error.
func TestServeErrors(t *testing.T) {
	for _, c := range []struct{ level, files, in string }{
		{"sse", "a b 1", ""}, {"generic", "a", ""}, {"generic", "a b x", ""}, {"generic", "missing missing 1", ""},
	} {
		require.Error(t, serve(c.level, strings.Fields(c.files), strings.NewReader(c.in), new(strings.Builder)), "%+v", c)
	}
}
