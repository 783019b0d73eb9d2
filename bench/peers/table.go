package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/voxfold/voxfold/bench"
)

// print writes the measurements, the ratios and which targets hold.
func print(w io.Writer, c *bench.Comparison) {
	for _, name := range slices.Sorted(maps.Keys(c.Missing)) {
		fmt.Fprintf(w, "missing: %s (%s)\n", name, c.Missing[name])
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "volume\tpass\tγ\tthreads\tpeer\tMvoxel/s\tof\tto\textra MiB\t")
	for i := range c.Timings {
		m := &c.Timings[i]
		speed := func(seconds float64) float64 { return float64(m.Voxels) / seconds / 1e6 }
		extra := "?"
		if m.Extra >= 0 {
			extra = fmt.Sprintf("%.1f", float64(m.Extra)/(1<<20))
		}
		fmt.Fprintf(t, "%s\t%s\t%g\t%d\t%s\t%.4g\t%.4g\t%.4g\t%s\t\n", bench.VolumeName(m.Voxels), m.Pass, m.Gamma, m.Threads, m.Peer,
			speed(m.Median()), speed(slices.Max(m.Seconds)), speed(slices.Min(m.Seconds)), extra)
	}
	t.Flush()

	fmt.Fprintf(w, "\n%s beside others, both on one thread: how many times as fast\n", c.Reference)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "volume\tpass\tγ\tbeside\tratio\trounds\twanted")
	for _, x := range c.Targets() {
		fmt.Fprintf(t, "%s\t%s\t%g\t%s\t%.3g\t%.3g–%.3g\t%s\n",
			bench.VolumeName(x.Voxels), x.Pass, x.Gamma, beside(x), x.Have, x.Least, x.Most, wanted(x.Want, x.Holds()))
	}
	t.Flush()
	for _, voxels := range c.Volumes() {
		if extra := c.Memory(c.Reference, voxels); extra >= 0 {
			fmt.Fprintf(w, "%s has at most %.2f MiB beside %s and the gradient: %s\n", c.Reference, float64(extra)/(1<<20),
				bench.VolumeName(voxels), wanted(bench.MemoryTarget>>20, extra <= bench.MemoryTarget))
		}
	}
}

func beside(t bench.Target) string {
	if t.Against == "compiled" {
		return t.Peer + ", the fastest of the compiled"
	}
	return t.Peer
}

func wanted(want float64, holds bool) string {
	switch {
	case want == 0:
		return ""
	case holds:
		return fmt.Sprintf("%g: holds", want)
	}
	return fmt.Sprintf("%g: FAILS", want)
}
