package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// newPhantom makes what voxfold does with no command: a demonstration and a
// measurement that need no file.
func newPhantom() *cobra.Command {
	p := phantomRun{shape: size{256, 256, 256}, channels: 1}
	c := &cobra.Command{
		Use:   "voxfold",
		Short: "Every segmentation loss of 3D volumes of any size, from one pass",
		Long: `voxfold folds a reference segmentation and a prediction into a few sums, and
from these takes every loss. Volumes are streamed: memory stays the same
whatever their size.

Without a command it streams a phantom, a volume that is computed voxel by
voxel and needs no file: a body with organs and one small lesion, and the
prediction of an imperfect network. It prints all losses, the sums, the speed,
and the memory it took.`,
		Example: `  voxfold
  voxfold --size 512x512x512 --channels 4 --logits
  voxfold --size 2048x2048x3277        # 64 GiB: a float32 and a uint8 per voxel
  voxfold eval reference.nii.gz prediction.nii.gz`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	flags := c.Flags()
	flags.Var(&p.shape, "size", "voxels along x, y and z")
	flags.IntVar(&p.channels, "channels", p.channels, "channels of the prediction: 1 (the lesion) to 256")
	flags.BoolVar(&p.logits, "logits", false, "predict logits, for sigmoid or softmax, and not probabilities")
	flags.BoolVar(&p.json, "json", false, "print JSON, without what is measured")
	p.fold.register(flags)
	return c
}

// A phantomRun holds the flags of a run over the phantom.
type phantomRun struct {
	shape    size
	channels int
	logits   bool
	json     bool
	fold     foldFlags
}

// options returns how the phantom is folded.
func (p *phantomRun) options() reduce.Options {
	o := reduce.Options{Channels: p.channels, Workers: p.fold.workers, Level: p.fold.level}
	switch {
	case p.logits && p.channels == 1:
		o.Activation = reduce.Sigmoid
	case p.logits:
		o.Activation = reduce.Softmax
	}
	return o
}

func (p *phantomRun) run(c *cobra.Command) error {
	if p.channels < 1 || p.channels > 256 {
		return usagef("--channels %d: want 1 to 256", p.channels)
	}
	if err := p.fold.check(); err != nil {
		return err
	}
	losses := allLosses()
	r, o, err := newReducer(p.options(), losses)
	if err != nil {
		return err
	}
	phantom := volume.NewPhantom(p.shape, p.channels)
	bar := newProgress(c.ErrOrStderr(), "phantom", p.shape.voxels())
	start := time.Now()
	folding, err := p.stream(phantom, r, bar)
	elapsed := time.Since(start)
	bar.finish()
	if err != nil {
		return err
	}

	result := newLossReport(r, losses, o.CE)
	if p.json {
		return printJSON(c.OutOrStdout(), result)
	}
	return printText(c.OutOrStdout(), func(w io.Writer) {
		p.describe(w, o.Activation)
		result.text(w)
		rate := func(t time.Duration) string {
			return fmt.Sprintf("%.3g million voxels/s", float64(result.Voxels)/1e6/max(t.Seconds(), 1e-9))
		}
		fmt.Fprintf(w, "\n%s in %.2f s (%s while folding), level %v", rate(elapsed), elapsed.Seconds(), rate(folding), r.Level())
		if peak, ok := peakMemory(); ok {
			fmt.Fprintf(w, ", peak memory %.1f MiB", float64(peak)/(1<<20))
		}
		fmt.Fprintln(w)
	})
}

func (p *phantomRun) describe(w io.Writer, a reduce.Activation) {
	what := "probabilities"
	if p.logits {
		what = "logits (" + a.String() + ")"
	}
	classes := "the lesion"
	if p.channels > 1 {
		classes = fmt.Sprintf("%d classes", p.channels)
	}
	bytes := float64(p.shape.voxels()) * float64(4*p.channels+1)
	fmt.Fprintf(w, "phantom of %v voxels: a body, organs, one small lesion, and what an imperfect\n", p.shape.String())
	fmt.Fprintf(w, "network predicts, float32 %s of %s; with its labels %.4g MiB\n\n", what, classes, bytes/(1<<20))
}

// stream computes the phantom and folds it, at the same time. It returns the
// time that folding took.
func (p *phantomRun) stream(phantom *volume.Phantom, r *reduce.Reducer, bar progress) (folding time.Duration, err error) {
	voxels := chunkVoxels(p.fold.chunk, p.channels)
	voxels = int(min(int64(voxels), p.shape.voxels()))
	var buffers [2]*buffer
	for i := range buffers {
		buffers[i] = &buffer{prediction: planes(p.channels, voxels), labels: labels{bytes: make([]uint8, voxels)}}
	}
	predict := phantom.Probabilities
	if p.logits {
		predict = phantom.Logits
	}
	next := int64(0)
	read := func(b *buffer) error {
		b.voxels = int(min(int64(voxels), p.shape.voxels()-next))
		if b.voxels == 0 {
			return io.EOF
		}
		for c, plane := range b.prediction {
			predict(plane[:b.voxels], c, next)
		}
		phantom.Labels(b.labels.bytes[:b.voxels], next)
		next += int64(b.voxels)
		return nil
	}
	fold := func(b *buffer) error {
		start := time.Now()
		err := r.Fold(0, b.chunk())
		folding += time.Since(start)
		bar.add(b.voxels)
		return err
	}
	err = stream(buffers, read, fold)
	return folding, err
}

// A size is a flag of the form 256x256x256.
type size [3]int

func (s *size) Set(text string) error {
	parts := strings.Split(strings.ReplaceAll(text, "×", "x"), "x")
	if len(parts) != 3 {
		return fmt.Errorf("want a size as 256x256x256")
	}
	most := int64(1) << 60
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || int64(n) > most {
			return fmt.Errorf("%q: want a size as 256x256x256, of at most 2^60 voxels", part)
		}
		s[i] = n
		most /= int64(n)
	}
	return nil
}

func (s *size) String() string { return fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]) }
func (s *size) Type() string   { return "XxYxZ" }

func (s *size) voxels() int64 { return int64(s[0]) * int64(s[1]) * int64(s[2]) }
