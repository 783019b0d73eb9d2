package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/bench"
	"github.com/voxfold/voxfold/reduce"
)

func newBench() *cobra.Command {
	var b benchFlags
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the kernels of this machine beside a plain read of the same bytes",
		Long: `bench measures the passes over volumes in memory: voxels a second, bytes a
second, and the share of the speed at which the same run reads the same bytes
and does nothing with them (the backward pass: reads them and writes the bytes
of the gradient, float32 for any input). The numbers are medians over rounds that take the plain read
and the pass in turn.

Without flags it measures the forward pass of every level, input, data and set
of sums, one thread and all, from cache-sized volumes to ones out of cache.`,
		Example: `  voxfold bench --level avx2 --input probabilities --sums focal --gamma .5,.7
  voxfold bench --pass backward --voxels 64Mi --threads 1 --json
  voxfold bench --classes 4,16 --input logits --sums ce --data phantom
  voxfold bench --input float16 --target uint16,float32 --pass step`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cases, err := b.cases()
			if err != nil {
				return err
			}
			results, err := b.run(c, cases)
			if err != nil {
				return err
			}
			if b.json {
				return printJSON(c.OutOrStdout(), results)
			}
			return printText(c.OutOrStdout(), benchTable(results).write)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&b.pass, "pass", []string{"forward"}, "passes: forward, backward, step (value and gradient)")
	f.StringSliceVar(&b.level, "level", nil, "levels (default: all that are here); clang: what clang makes of the region sums")
	f.StringSliceVar(&b.input, "input", []string{"probabilities", "logits"}, "inputs: probabilities, logits, float16, bfloat16 (logits), quantised (probabilities)")
	f.StringSliceVar(&b.target, "target", []string{"uint8"}, "targets: labels of type uint8, uint16, int32; float32 (soft targets)")
	f.StringSliceVar(&b.data, "data", bench.Data, "data: random, phantom")
	f.StringSliceVar(&b.sums, "sums", bench.Sums, "sums: region, ce (and region), focal (and both)")
	f.Float64SliceVar(&b.gamma, "gamma", []float64{.5, .7}, "exponents of the focal sum")
	f.IntSliceVar(&b.classes, "classes", []int{1}, "channels of the prediction")
	f.IntSliceVar(&b.threads, "threads", nil, "threads (default: 1 and all)")
	f.StringSliceVar(&b.voxels, "voxels", []string{"4Ki", "64Ki", "1Mi", "64Mi"}, "voxels of a volume; Ki, Mi and Gi are understood")
	f.IntVar(&b.rounds, "rounds", 5, "rounds to take the median of")
	f.BoolVar(&b.json, "json", false, "print JSON")
	return c
}

type benchFlags struct {
	pass, level, input, target, data, sums, voxels []string
	gamma                                          []float64
	classes, threads                               []int
	rounds                                         int
	json                                           bool
}

// cases returns every combination that the flags allow, those of one volume
// next to each other, having checked them all: a run may take long.
func (b *benchFlags) cases() (all []bench.Case, err error) {
	levels, threads := b.level, b.threads
	if levels == nil && os.Getenv("VOXFOLD_LEVEL") != "" {
		levels = []string{reduce.Auto.String()}
	}
	if levels == nil {
		for _, l := range reduce.Levels() {
			levels = append(levels, l.String())
		}
	}
	if threads == nil {
		threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	}
	if b.rounds < 1 {
		return nil, usagef("--rounds %d: want 1 or more", b.rounds)
	}
	var sizes []int
	for _, size := range b.voxels {
		voxels, err := parseSize(size)
		if err != nil {
			return nil, usagef("--voxels: %w", err)
		}
		sizes = append(sizes, voxels)
	}
	all = bench.Cross([]bench.Case{{}}, sizes, func(c *bench.Case, voxels int) { c.Voxels = voxels })
	all = bench.Cross(all, b.classes, func(c *bench.Case, classes int) { c.Classes = classes })
	all = bench.Cross(all, b.data, func(c *bench.Case, data string) { c.Data = data })
	all = bench.Cross(all, b.input, func(c *bench.Case, input string) { c.Input = input })
	all = bench.Cross(all, b.target, func(c *bench.Case, target string) { c.Target = target })
	all = bench.Cross(all, b.sums, func(c *bench.Case, sums string) { c.Sums = sums })
	all = bench.Cross(all, b.gamma, func(c *bench.Case, gamma float64) {
		if c.Sums == "focal" {
			c.Gamma = gamma
		}
	})
	all = slices.Compact(all) // sums without an exponent, once
	all = bench.Cross(all, b.pass, func(c *bench.Case, pass string) { c.Pass = pass })
	all = bench.Cross(all, threads, func(c *bench.Case, threads int) { c.Threads = threads })
	all = bench.Cross(all, levels, func(c *bench.Case, level string) { c.Level = level })
	if len(all) == 0 {
		return nil, usagef("nothing to measure: a flag holds an empty list")
	}
	if _, err := reduce.ActiveLevel(); err != nil && slices.Contains(levels, reduce.Auto.String()) {
		return nil, err // VOXFOLD_LEVEL is not of the command line
	}
	for _, c := range all {
		if err := c.Check(); err != nil {
			return nil, usageError{err}
		}
	}
	return all, nil
}

// parseSize reads a whole number with an optional Ki, Mi or Gi.
func parseSize(s string) (int, error) {
	number, unit := s, 0
	for i, suffix := range []string{"", "Ki", "Mi", "Gi"} {
		if cut := len(s) - len(suffix); i > 0 && cut > 0 && s[cut:] == suffix {
			number, unit = s[:cut], 10*i
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1<<40>>unit {
		return 0, fmt.Errorf("size %q: want a whole number such as 65536 or 64Mi", s)
	}
	return n << unit, nil
}

func (b *benchFlags) run(c *cobra.Command, cases []bench.Case) ([]bench.Result, error) {
	var voxels int64
	for _, each := range cases {
		voxels += int64(each.Voxels)
	}
	bar := newProgress(c.ErrOrStderr(), "measuring", voxels)
	defer bar.finish()
	return bench.RunAll(cases, b.rounds, func(r bench.Result) { bar.add(r.Voxels) })
}

func benchTable(results []bench.Result) *table {
	t := &table{}
	t.add("pass", "level", "input", "target", "data", "sums", "classes", "threads", "voxels", "Mvoxel/s", "GB/s", "of plain read")
	for _, r := range results {
		sums := r.Sums
		if sums == "focal" {
			sums += " γ=" + readable(r.Gamma)
		}
		t.add(r.Pass, cmp.Or(r.Level, "auto"), r.Input, r.Target, r.Data, sums, strconv.Itoa(r.Classes), strconv.Itoa(r.Threads), strconv.Itoa(r.Voxels),
			strconv.FormatFloat(r.VoxelsPerSecond/1e6, 'f', 1, 64), strconv.FormatFloat(r.BytesPerSecond/1e9, 'f', 2, 64),
			strconv.FormatFloat(r.ShareOfRead, 'f', 3, 64))
	}
	return t
}
