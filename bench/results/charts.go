package results

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/voxfold/voxfold/bench"
)

// charts returns the drawings by name. What there are no measurements for is
// left out.
func (r *Results) charts() map[string]string {
	all := map[string]string{}
	if r.Comparison.Find(r.Comparison.Reference, "step", .5, 1, r.largest()) != nil {
		all["peers"] = r.peersChart()
		if t := r.ratiosChart(); len(t.rows) > 0 {
			all["ratios"] = t.svg()
		}
	}
	if len(r.Kernels) > 0 {
		all["kernels"] = r.kernelsChart()
	}
	if len(r.Voxels) > 0 {
		all["voxels"] = r.voxelsChart()
		if m := r.memoryChart(); m != nil {
			all["memory"] = m.svg()
		}
	}
	if len(r.Threads) > 0 {
		all["threads"] = r.threadsChart()
	}
	if len(r.Classes) > 0 {
		all["classes"] = r.classesChart()
	}
	return all
}

// largest returns the largest volume that the peers were measured on.
func (r *Results) largest() int {
	volumes := r.Comparison.Volumes()
	if len(volumes) == 0 {
		return 0
	}
	return volumes[len(volumes)-1]
}

// peerNames returns the peers that were measured, in the order in which they
// were, the reference first.
func (r *Results) peerNames() (names []string) {
	for i := range r.Comparison.Timings {
		if name := r.Comparison.Timings[i].Peer; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// rank orders peers: voxfold, what compiles the loop, PyTorch.
func rank(peer string) int {
	order := append(slices.Clone(bench.Compiled), "pytorch")
	return slices.Index(order, peer)
}

// peersChart shows the speeds on one thread at γ .5, on the largest volume.
func (r *Results) peersChart() string {
	b := bars{
		title:    "Asymmetric unified focal loss of " + bench.VolumeName(r.largest()),
		subtitle: "million voxels per second on one thread, γ 0.5, and how many times as long as " + r.Comparison.Reference + " it takes",
	}
	for _, p := range []struct{ pass, name string }{{"step", "value and gradient"}, {"forward", "value"}} {
		own := r.Comparison.Find(r.Comparison.Reference, p.pass, .5, 1, r.largest())
		g := barGroup{name: p.name}
		for _, peer := range r.peerNames() {
			for _, pass := range []string{"graph", p.pass} { // what a user of PyTorch runs in training comes first
				t := r.Comparison.Find(peer, pass, .5, 1, r.largest())
				if t == nil || pass == "graph" && p.pass == "step" {
					continue
				}
				ratio, _, _ := t.Ratio(own)
				text := fmt.Sprintf("%s · %s", significant(t.Speed()/1e6), times(ratio))
				if t.Peer == own.Peer {
					text = significant(t.Speed() / 1e6)
				}
				g.bars = append(g.bars, bar{label(peer, pass), t.Speed() / 1e6, text, rank(peer) < 0})
			}
		}
		slices.SortStableFunc(g.bars, func(a, b bar) int { return cmp.Compare(b.value, a.value) })
		b.groups = append(b.groups, g)
	}
	return b.svg()
}

// label names a peer, and the forward pass that is not the only one.
func label(peer, pass string) string {
	name := peer
	if peer == "pytorch" {
		name = "PyTorch eager"
	}
	if pass == "graph" {
		name += ", with graph"
	}
	return name
}

// ratiosChart shows all ratios that the targets are about, and those.
func (r *Results) ratiosChart() *dots {
	d := &dots{
		title:    "How many times as fast as others",
		subtitle: r.Comparison.Reference + ", one thread; the mark is what is wanted beside PyTorch with its graph",
		names:    []string{"PyTorch", "numba", "gcc", "clang"},
	}
	for _, t := range r.Comparison.Targets() {
		if t.Against != "pytorch" {
			continue
		}
		own := r.Comparison.Find(r.Comparison.Reference, t.Pass, t.Gamma, 1, t.Voxels)
		row := dotRow{label: fmt.Sprintf("%s, %s, γ %g", bench.VolumeName(t.Voxels), passName(t.Pass), t.Gamma), mark: t.Want, values: []float64{t.Have}}
		for _, peer := range []string{"numba", "gcc", "clang"} {
			ratio := 0.
			if other := r.Comparison.Find(peer, t.Pass, t.Gamma, 1, t.Voxels); other != nil {
				ratio, _, _ = other.Ratio(own)
			}
			row.values = append(row.values, ratio)
		}
		d.rows = append(d.rows, row)
	}
	return d
}

func passName(pass string) string {
	return map[string]string{"forward": "forward", "graph": "forward, with graph", "step": "forward + backward", "backward": "backward"}[pass]
}

// kernelsChart shows how near the kernels come to the memory.
func (r *Results) kernelsChart() string {
	b := bars{
		title:    "How near the kernels come to the speed of memory",
		subtitle: "share of a plain read of the same bytes, out of cache (backward: of a read and a write), one thread",
	}
	large := 0
	for _, k := range r.Kernels {
		large = max(large, k.Voxels*k.Classes)
	}
	for _, pass := range bench.Passes {
		for _, level := range levelsOf(r.Kernels) {
			g := barGroup{name: pass + ", " + level}
			for _, k := range r.Kernels {
				if k.Pass == pass && k.Level == level && k.Voxels*k.Classes == large {
					g.bars = append(g.bars, bar{kernelName(&k), k.ShareOfRead, share(k.ShareOfRead), true})
				}
			}
			if len(g.bars) > 0 {
				b.groups = append(b.groups, g)
			}
		}
	}
	return b.svg()
}

func levelsOf(results []bench.Result) (all []string) {
	for _, r := range results {
		if !slices.Contains(all, r.Level) {
			all = append(all, r.Level)
		}
	}
	return all
}

// kernelName says what a kernel takes and which sums it makes.
func kernelName(r *bench.Result) string {
	name := r.Input
	if r.Classes > 1 {
		name = fmt.Sprintf("softmax of %d", r.Classes)
	}
	switch r.Sums {
	case "region":
		return name + ": TP FP FN"
	case "ce":
		return name + ": TP FP FN, CE"
	}
	return fmt.Sprintf("%s: TP FP FN, CE, focal γ %g", name, r.Gamma)
}

// along returns the cases of a scale that keep accepts as a line.
func along(results []bench.Result, name string, keep func(*bench.Result) bool, x, y func(*bench.Result) float64) series {
	s := series{name: name}
	for i := range results {
		if r := &results[i]; keep(r) && y(r) > 0 {
			s.x, s.y = append(s.x, x(r)), append(s.y, y(r))
		}
	}
	return s
}

func is(pass string, gamma float64) func(*bench.Result) bool {
	return func(r *bench.Result) bool { return r.Pass == pass && r.Gamma == gamma }
}

func voxelsOf(r *bench.Result) float64  { return float64(r.Voxels) }
func classesOf(r *bench.Result) float64 { return float64(r.Classes) }

func (r *Results) voxelsChart() string {
	l := lines{
		title: "The cost of a voxel, from small volumes to large", subtitle: "nanoseconds per voxel, probabilities, one thread",
		xName: "voxels", xBase: 4, yBase: 2, xText: withUnit, yText: significant,
	}
	cost := (*bench.Result).NanosecondsPerVoxel
	for _, s := range []struct {
		name string
		keep func(*bench.Result) bool
	}{{"forward + backward, γ .5", is("step", .5)}, {"forward, γ .7", is("forward", .7)}, {"forward, γ .5", is("forward", .5)}} {
		l.series = append(l.series, along(r.Voxels, s.name, s.keep, voxelsOf, cost))
	}
	read := along(r.Voxels, "plain read", is("forward", .5), voxelsOf, func(r *bench.Result) float64 { return cost(r) * r.ShareOfRead })
	read.aside = true
	l.series = append(l.series, read)
	return l.svg()
}

// memoryChart shows the memory beside the volume, of voxfold along its scale
// and of peers on their volumes, or returns nil where the system does not tell.
func (r *Results) memoryChart() *lines {
	l := &lines{
		title: "Memory beside the volume", subtitle: "bytes beside input and gradient, at the most, value and gradient at γ .5",
		xName: "voxels", xBase: 4, yBase: 16, xText: withUnit, yText: func(x float64) string { return withUnit(x) + "B" },
	}
	own := along(r.Voxels, "voxfold", is("step", .5), voxelsOf, func(r *bench.Result) float64 { return float64(r.Extra) })
	l.series = append(l.series, own)
	for _, peer := range r.peerNames() {
		s := series{name: label(peer, ""), aside: peer != "pytorch"}
		for _, voxels := range r.Comparison.Volumes() {
			if t := r.Comparison.Find(peer, "step", .5, 1, voxels); t != nil && t.Extra > 0 && rank(peer) >= 0 {
				s.x, s.y = append(s.x, float64(voxels)), append(s.y, float64(t.Extra))
			}
		}
		l.series = append(l.series, s)
	}
	if !slices.ContainsFunc(l.series, func(s series) bool { return len(s.x) > 0 }) {
		return nil
	}
	return l
}

func (r *Results) threadsChart() string {
	b := bars{title: "Threads", subtitle: "million voxels per second, probabilities at γ .5, out of cache, and the share of a plain read by as many"}
	for _, pass := range []string{"step", "forward"} {
		g := barGroup{name: passName(pass)}
		for _, t := range r.Threads {
			if t.Pass == pass {
				g.bars = append(g.bars, bar{plural(t.Threads, "thread"), t.VoxelsPerSecond / 1e6,
					fmt.Sprintf("%s · %s", significant(t.VoxelsPerSecond/1e6), share(t.ShareOfRead)), true})
			}
		}
		b.groups = append(b.groups, g)
	}
	return b.svg()
}

// share writes a part of a whole.
func share(x float64) string { return strconv.FormatFloat(x, 'g', 2, 64) }

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// classesChart shows the cost by the number of channels beside a line that
// grows with it.
func (r *Results) classesChart() string {
	l := lines{
		title: "The cost of a voxel, by the number of classes", subtitle: "nanoseconds per voxel, softmax of logits with cross entropy (one channel: sigmoid), one thread",
		xName: "classes", xBase: 2, yBase: 4, xText: significant, yText: significant,
	}
	cost := (*bench.Result).NanosecondsPerVoxel
	forward := along(r.Classes, "forward", is("forward", 0), classesOf, cost)
	l.series = []series{along(r.Classes, "forward + backward", is("step", 0), classesOf, cost), forward}
	if n := len(forward.x); n > 1 {
		last := n - 1
		l.series = append(l.series, series{name: "in proportion", dashed: true, x: []float64{forward.x[0], forward.x[last]},
			y: []float64{forward.y[last] * forward.x[0] / forward.x[last], forward.y[last]}})
	}
	return l.svg()
}
