package results

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/voxfold/voxfold/bench"
)

// A page is Markdown in the making.
type page struct{ strings.Builder }

func (p *page) paragraph(format string, args ...any) { fmt.Fprintf(p, format+"\n\n", args...) }

// table writes rows, the first of which is the head: what is in the first
// columns is text, the rest numbers.
func (p *page) table(text int, rows [][]string) {
	for i, row := range rows {
		fmt.Fprintf(p, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintln(p, strings.Repeat("|---", min(text, len(row)))+strings.Repeat("|---:", max(0, len(row)-text))+"|")
		}
	}
	fmt.Fprintln(p)
}

// markdown returns the page, which shows those of the charts that are in
// files.
func (r *Results) markdown(files map[string]string) string {
	p := new(page)
	chart := func(name, says string) {
		if path := filepath.ToSlash(filepath.Join(chartsDir, name+".svg")); files[filepath.FromSlash(path)] != "" {
			p.paragraph("![%s](%s)", says, path)
		}
	}
	p.paragraph("# Results")
	p.paragraph("What one run of `%s` measured; every number and chart here is made of [%s](%[2]s), which it wrote too.", r.Command, numbersFile)
	r.ratios(p)
	chart("peers", "Speeds of voxfold and others on the largest volume")
	chart("ratios", "How many times as fast as others, and what is wanted")
	r.speeds(p)
	r.memory(p)
	chart("memory", "Memory beside the volume, by its size")
	r.limits(p)
	chart("kernels", "Share of a plain read that the kernels reach")
	p.paragraph("## From small to large")
	chart("voxels", "Cost of a voxel by the size of the volume")
	const cached = 64 << 10 // voxels from which on the start of a pass does not show
	spread(p, "From 64 Ki voxels on, a voxel costs %s ns forward and %s ns forward + backward at γ 0.5.", r.Voxels, .5,
		func(r *bench.Result) bool { return r.Voxels >= cached }, (*bench.Result).NanosecondsPerVoxel)
	chart("threads", "Speed by the number of threads")
	chart("classes", "Cost of a voxel by the number of classes")
	spread(p, "From 2 classes on, each costs %s ns per voxel forward and %s ns forward + backward.", r.Classes, 0,
		func(r *bench.Result) bool { return r.Classes > 1 }, func(r *bench.Result) float64 { return r.NanosecondsPerVoxel() / float64(r.Classes) })
	r.scales(p)
	r.circumstances(p)
	return strings.TrimSpace(p.String()) + "\n"
}

// ratios is the answer to the question that all of it is about.
func (r *Results) ratios(p *page) {
	p.paragraph("## Ratios")
	p.paragraph("How many times as fast as PyTorch eager, and as the fastest of %s, %s is: the asymmetric unified focal loss of a phantom's probabilities, one thread, AVX2 on both sides. PyTorch's forward pass is that of training, with its graph. The ratio is the median of those of the rounds, in which all take turns; the least and the greatest stand beside it. A turn is a quarter of a second of the same pass, or one pass where that takes longer, and counts as the median of its passes but the first, which finds the caches full of what the one before it had.",
		strings.Join(bench.Compiled, ", "), r.Comparison.Reference)
	rows := [][]string{{"beside", "volume", "pass", "γ", "ratio", "rounds", "wanted", ""}}
	hold, all := 0, 0
	for _, t := range r.Comparison.Targets() {
		verdict, want := "", ""
		if t.Want > 0 {
			all++
			want, verdict = "≥ "+significant(t.Want), "**missed**"
			if t.Holds() {
				hold++
				verdict = "holds"
			}
		}
		rows = append(rows, []string{label(t.Peer, ""), bench.VolumeName(t.Voxels), passName(t.Pass), significant(t.Gamma),
			"**" + significant(t.Have) + "**", significant(t.Least) + " – " + significant(t.Most), want, verdict})
	}
	p.table(3, rows)
	if all > 0 {
		p.paragraph("%d of %d hold.", hold, all)
	}
}

// speeds lists every timing.
func (r *Results) speeds(p *page) {
	c := r.Comparison
	p.paragraph("## Speeds")
	p.paragraph("Million voxels per second: the median of the rounds, with the slowest and the fastest. What runs on one thread is timed by the CPU time of its process, system calls included, so that what else the machine does does not count; what runs on more, by the clock.")
	type column struct {
		pass  string
		gamma float64
	}
	columns := []column{{"forward", .5}, {"forward", .7}, {"graph", .5}, {"graph", .7}, {"step", .5}, {"step", .7}}
	head := []string{"volume", "threads", ""}
	for _, k := range columns {
		head = append(head, fmt.Sprintf("%s, γ %g", passName(k.pass), k.gamma))
	}
	rows := [][]string{head}
	for _, voxels := range c.Volumes() {
		for _, threads := range r.threadCounts() {
			for _, peer := range r.peerNames() {
				row, any := []string{bench.VolumeName(voxels), strconv.Itoa(threads), label(peer, "")}, false
				for _, k := range columns {
					t := c.Find(peer, k.pass, k.gamma, threads, voxels)
					if t == nil {
						row = append(row, "")
						continue
					}
					any = true
					speed := func(seconds float64) string { return significant(float64(voxels) / seconds / 1e6) }
					row = append(row, fmt.Sprintf("%s (%s – %s)", speed(t.Median()), speed(slices.Max(t.Seconds)), speed(slices.Min(t.Seconds))))
				}
				if any {
					rows = append(rows, row)
				}
			}
		}
	}
	p.table(3, rows)
}

// threadCounts returns the numbers of threads that peers were measured with.
func (r *Results) threadCounts() (all []int) {
	for i := range r.Comparison.Timings {
		all = append(all, r.Comparison.Timings[i].Threads)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// memory lists the peaks.
func (r *Results) memory(p *page) {
	c := r.Comparison
	p.paragraph("## Memory")
	p.paragraph("The most memory that any pass had beside its input and gradient, in MiB, and how many times the input that is. voxfold is to have at most %d MiB, whatever the volume.", bench.MemoryTarget>>20)
	rows := [][]string{{""}}
	for _, voxels := range c.Volumes() {
		rows[0] = append(rows[0], bench.VolumeName(voxels)+", MiB", "of input")
	}
	rows[0] = append(rows[0], "")
	for _, peer := range r.peerNames() {
		row, most := []string{label(peer, "")}, int64(0)
		for _, voxels := range c.Volumes() {
			const input = 5 // bytes of a voxel's probability and label
			extra := c.Memory(peer, voxels)
			if extra < 0 {
				row, most = append(row, "?", ""), -1
				continue
			}
			row = append(row, mebibytes(extra), significant(float64(extra)/float64(input*voxels))+" ×")
			if most >= 0 {
				most = max(most, extra)
			}
		}
		rows = append(rows, append(row, memoryVerdict(peer, most)))
	}
	p.table(1, rows)
	most := int64(-1)
	for i := range r.Voxels {
		most = max(most, r.Voxels[i].Extra)
	}
	if most >= 0 {
		p.paragraph("From %s to %s voxels, value and gradient: at most %s MiB, %s.", withUnit(float64(r.Voxels[0].Voxels)),
			withUnit(float64(r.Voxels[len(r.Voxels)-1].Voxels)), mebibytes(most), memoryVerdict("voxfold", most))
	}
}

func memoryVerdict(peer string, most int64) string {
	switch {
	case rank(peer) >= 0 || most < 0:
		return ""
	case most <= bench.MemoryTarget:
		return "holds"
	}
	return "**missed**"
}

func mebibytes(n int64) string { return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) }

// limits says what keeps each kernel from being faster.
func (r *Results) limits(p *page) {
	if len(r.Kernels) == 0 {
		return
	}
	p.paragraph("## What limits the kernels")
	p.paragraph("Each kernel on one thread, on a phantom that lies in a core's own cache and on one that lies in no cache, beside a plain read of the same bytes in the same run (the backward pass: a read, and a write of the gradient past the caches). Memory limits a kernel that takes at least %.0f %% of that speed; arithmetic does where the kernel is hardly slower out of cache than in it, by less than %.0f %%; else it is both in turn, since they do not overlap in full.",
		100*memoryBound, 100*(arithmeticBound-1))
	switch {
	case len(r.Ports) > 0:
		p.paragraph("The ports are what llvm-mca's model of this CPU says of the very instructions that the kernels executed on the small volume, as qemu logged them: how many cycles per voxel the busiest kind of unit takes, were it never idle, and the share of that speed that was reached; what the model takes in all, with every load a hit and every branch foreseen; and the busiest units.")
	case r.NoPorts != "":
		p.paragraph("What the ports allow is not here: %s.", r.NoPorts)
	}
	rows := [][]string{{"level", "pass", "kernel", "in cache: Mvoxel/s", "cycles per voxel", "by the ports", "reached", "by the model", "busiest", "out of cache: Mvoxel/s", "GB/s", "of plain read", "limited by"}}
	for i := range r.Kernels {
		small := &r.Kernels[i]
		large := r.outOfCache(small)
		if large == nil {
			continue
		}
		cycles := r.Machine.Cycles / small.VoxelsPerSecond
		row := []string{small.Level, small.Pass, kernelName(small), significant(small.VoxelsPerSecond / 1e6), significant(cycles)}
		if i := slices.IndexFunc(r.Ports, func(p Ports) bool { return p.Case == small.Case }); i >= 0 {
			ports := &r.Ports[i]
			row = append(row, significant(ports.Bound), share(ports.Bound/cycles), significant(ports.Model), strings.Join(ports.Busiest, " "))
		} else {
			row = append(row, "", "", "", "")
		}
		rows = append(rows, append(row,
			significant(large.VoxelsPerSecond/1e6), significant(large.BytesPerSecond/1e9), share(large.ShareOfRead), limit(small, large)))
	}
	p.table(3, rows)
}

const memoryBound, arithmeticBound = .8, 1.15

// limit names what limits a kernel that was measured in cache and out of it.
func limit(small, large *bench.Result) string {
	switch {
	case large.ShareOfRead >= memoryBound:
		return "memory"
	case small.VoxelsPerSecond <= arithmeticBound*large.VoxelsPerSecond:
		return "arithmetic"
	}
	return "both"
}

// outOfCache returns the same kernel on its largest volume, or nil where that
// is the one given.
func (r *Results) outOfCache(k *bench.Result) (large *bench.Result) {
	for i := range r.Kernels {
		other := &r.Kernels[i]
		c := other.Case
		c.Voxels = k.Voxels
		if c == k.Case && other.Voxels > k.Voxels && (large == nil || other.Voxels > large.Voxels) {
			large = other
		}
	}
	return large
}

// spread writes between which numbers the forward pass and the step of a scale
// lie, where there are any.
func spread(p *page, format string, scale []bench.Result, gamma float64, keep func(*bench.Result) bool, of func(*bench.Result) float64) {
	var spans []any
	for _, pass := range []string{"forward", "step"} {
		s := along(scale, pass, func(r *bench.Result) bool { return is(pass, gamma)(r) && keep(r) }, voxelsOf, of)
		if len(s.y) == 0 {
			return
		}
		spans = append(spans, significant(slices.Min(s.y))+" – "+significant(slices.Max(s.y)))
	}
	p.paragraph(format, spans...)
}

// scales lists the numbers of the charts of scales.
func (r *Results) scales(p *page) {
	rows := [][]string{{"pass", "sums", "classes", "threads", "voxels", "Mvoxel/s", "ns per voxel", "ns per voxel and class", "extra MiB"}}
	for _, scale := range [][]bench.Result{r.Voxels, r.Threads, r.Classes} {
		for i := range scale {
			s := &scale[i]
			extra := "?"
			if s.Extra >= 0 {
				extra = mebibytes(s.Extra)
			}
			cost := s.NanosecondsPerVoxel()
			rows = append(rows, []string{passName(s.Pass), kernelName(s), strconv.Itoa(s.Classes), strconv.Itoa(s.Threads), withUnit(float64(s.Voxels)),
				significant(s.VoxelsPerSecond / 1e6), significant(cost), significant(cost / float64(s.Classes)), extra})
		}
	}
	if len(rows) > 1 {
		p.table(2, rows)
	}
}

// circumstances says where, when and of what the numbers are.
func (r *Results) circumstances(p *page) {
	m := &r.Machine
	p.paragraph("## Machine and versions")
	rows := [][]string{{"", ""}}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	add("command", "`"+r.Command+"`")
	add("began", r.Began.UTC().Format(time.DateTime)+" UTC")
	add("took", time.Duration(r.Seconds*float64(time.Second)).Round(time.Second).String())
	add("CPU", fmt.Sprintf("%s, %s, %s GHz under load", m.CPU, plural(m.Threads, "thread"), significant(m.Cycles/1e9)))
	var caches []string
	for i, size := range m.Caches {
		if size > 0 {
			caches = append(caches, fmt.Sprintf("L%d %sB", i+1, withUnit(float64(size))))
		}
	}
	add("caches", strings.Join(caches, ", "))
	if m.Memory >= 0 {
		add("memory", withUnit(float64(m.Memory))+"B")
	}
	add("load before", m.Load)
	add("system", m.System)
	add("voxfold", strings.TrimSpace(m.Revision+" with "+strings.Join(m.Levels, ", ")))
	for _, name := range slices.Sorted(maps.Keys(r.Comparison.Peers)) {
		add(label(name, ""), r.Comparison.Peers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Comparison.Missing)) {
		add(label(name, ""), "left out: "+r.Comparison.Missing[name])
	}
	p.table(2, rows)
}

// significant writes a number with three digits, more only where it is whole.
func significant(x float64) string {
	if x >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
