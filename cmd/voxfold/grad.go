package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

func newGrad() *cobra.Command {
	var g grad
	c := &cobra.Command{
		Use:   "grad REFERENCE PREDICTION --loss NAME[:key=value,…] -o GRADIENT.npy",
		Short: "Write the derivative of a loss by every number of a prediction",
		Long: `grad reads the pair twice: once for the sums, once to write the derivative of
the loss by every number of the prediction (as it stands before --slope and
--intercept; of a --quantised one, by the probability) to a file of float32, of
the prediction's shape with the axes in the order sample, channel, z, y, x: a
.npy, or, by the ending .raw, the numbers alone, little-endian. It prints the
value of the loss. Where --loss is repeated, the losses are added up. Memory
does not grow with the volume. The file has its name when it is complete; until
then ".partial" is added to it.

The other flags are those of eval.`,
		Example: `  voxfold grad labels.nii.gz logits.npy --activation sigmoid --loss dice-ce -o gradient.npy`,
		Args:    cobra.ExactArgs(2),
		RunE:    func(c *cobra.Command, args []string) error { return g.run(c, args[0], args[1]) },
	}
	flags := c.Flags()
	flags.StringArrayVar(&g.losses, "loss", nil, "a `loss`, as dice or focal:gamma=1.5; repeated, they are added up")
	flags.StringVarP(&g.output, "output", "o", "", "`file` to write: a .npy, or by the ending .raw the numbers alone")
	g.pair.register(flags)
	g.format.register(c)
	_ = c.MarkFlagRequired("loss")
	_ = c.MarkFlagRequired("output")
	return c
}

// A grad holds the flags of the command.
type grad struct {
	pair   pairFlags
	losses []string
	output string
	format format
}

func (g *grad) run(c *cobra.Command, referencePath, predictionPath string) error {
	if err := g.pair.check(); err != nil {
		return err
	}
	total, err := g.total()
	if err != nil {
		return err
	}
	prediction, err := g.pair.openPrediction(predictionPath)
	if err != nil {
		return err
	}
	p, err := g.pair.match(c, prediction, referencePath)
	if err != nil {
		return err
	}
	axes, shape := gradientAxes(prediction)
	if prediction.Axes != "" && prediction.Axes != axes {
		note(c, "%s has the axes %s, its gradient has %s", prediction.Path, prediction.Axes, axes)
	}
	interrupt, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w, err := g.create(p, shape) // before the first pass: it may take long
	if err != nil {
		return err
	}
	value, err := g.passes(interrupt, c, p, total, w)
	if err != nil {
		return errors.Join(err, w.Discard())
	}
	if err := w.Close(); err != nil {
		return err
	}
	spec := loss.Spec(total)
	return g.format.print(c.OutOrStdout(), &gradReport{Loss: spec, Value: number(value), Gradient: g.output, Shape: shape})
}

// total is the loss, or the sum of the losses.
func (g *grad) total() (loss.Loss, error) {
	losses, err := parseLosses(g.losses)
	if err != nil {
		return nil, err
	}
	if len(losses) == 1 {
		return losses[0], nil
	}
	var terms []loss.Weighted
	for _, l := range losses {
		terms = append(terms, loss.Weighted{Weight: 1, Loss: l})
	}
	return loss.Sum(terms...), nil
}

// create begins the file of the gradient.
func (g *grad) create(p *pair, shape []int) (*volume.ArrayWriter, error) {
	if g.output == "" {
		return nil, usagef("--output: want the name of a file")
	}
	if !slices.Contains([]string{".npy", ".raw"}, filepath.Ext(g.output)) {
		return nil, usagef("--output %s: want a name that ends in .npy or .raw", g.output)
	}
	if info, err := os.Stat(g.output); err == nil {
		for _, f := range []*volume.File{p.reference, p.prediction, p.weights} {
			if f == nil {
				continue
			}
			if input, err := os.Stat(f.Path); err == nil && os.SameFile(info, input) {
				return nil, usagef("--output %s: is %s, which the gradient would replace", g.output, f.Path)
			}
		}
	}
	create := volume.CreateNPY
	if strings.HasSuffix(g.output, ".raw") {
		create = volume.CreateRaw
	}
	return create(g.output, volume.Float32, shape...)
}

// passes takes both passes over the pair and returns the value of the loss.
func (g *grad) passes(interrupt context.Context, c *cobra.Command, p *pair, total loss.Loss, w *volume.ArrayWriter) (float64, error) {
	r, o, err := newReducer(g.pair.options(p), []loss.Loss{total})
	if err != nil {
		return 0, err
	}
	back, err := reduce.NewBackward(o)
	if err != nil {
		return 0, usageError{err}
	}
	bar := newProgress(c.ErrOrStderr(), "grad", 2*p.prediction.Geometry.Voxels()*int64(p.prediction.Samples))
	defer bar.finish()
	pass := func(do func(b *buffer) error) error {
		return p.chunks(g.pair.fold.chunk, func(b *buffer) error {
			if interrupt.Err() != nil {
				return errors.New("interrupted")
			}
			bar.add(b.voxels)
			return do(b)
		})
	}
	if err := pass(func(b *buffer) error { return r.Fold(b.sample, b.chunk()) }); err != nil {
		return 0, err
	}
	totals := r.Totals()
	back.Set(loss.Derive(total, totals), g.pair.slope)
	return total.Value(totals), pass(writeGradient(back, w, p.prediction.Geometry.Voxels()))
}

// writeGradient returns what the second pass does with chunks that follow each
// other, of samples of so many voxels.
func writeGradient(back *reduce.Backward, w *volume.ArrayWriter, voxels int64) func(b *buffer) error {
	sample, at := 0, int64(0)
	var room [][]float32
	return func(b *buffer) error {
		if b.sample != sample {
			sample, at = b.sample, 0
		}
		// The gradient takes the prediction's place in the buffer, where that
		// is of float32.
		gradient := cut(b.prediction, b.voxels)
		if b.prediction == nil {
			if room == nil { // for the first chunk, which is the longest
				room = planes(max(len(b.bytes), len(b.halves)), b.voxels)
			}
			gradient = cut(room, b.voxels)
		}
		if err := back.Pull(b.sample, b.chunk(), gradient...); err != nil {
			return err
		}
		for k, plane := range gradient {
			if err := w.WriteAt(plane, int64(b.sample*len(gradient)+k)*voxels+at); err != nil {
				return err
			}
		}
		at += int64(b.voxels)
		return nil
	}
}

// gradientAxes returns the axes of the gradient, by the letters of --axes, and
// their lengths: those that the prediction has, in the order in which planes
// lie in the file.
func gradientAxes(f *volume.File) (axes string, shape []int) {
	has := f.Axes
	if has == "" {
		if has = "zyx"; f.Channels > 1 {
			has = "czyx"
		}
	}
	space := f.Geometry.Shape
	for i, length := range []int{f.Samples, f.Channels, space[2], space[1], space[0]} {
		if letter := "bczyx"[i : i+1]; strings.Contains(has, letter) {
			axes += letter
			shape = append(shape, length)
		}
	}
	return axes, shape
}

// A gradReport says what was written.
type gradReport struct {
	Loss     string `json:"loss"`
	Value    number `json:"value"`
	Gradient string `json:"gradient"` // the file
	Shape    []int  `json:"shape"`    // of the array in it, of float32
}

// cells calls add with the lines of the report.
func (p *gradReport) cells(value string, add func(cells ...string)) {
	add("loss", "value", "gradient", "shape")
	add(p.Loss, value, p.Gradient, strings.ReplaceAll(strings.Trim(fmt.Sprint(p.Shape), "[]"), " ", "x"))
}

func (p *gradReport) text(w io.Writer) {
	t := table{text: 2}
	p.cells(readable(float64(p.Value)), t.add)
	t.write(w)
}

func (p *gradReport) csv(w *csv.Writer) {
	p.cells(p.Value.csv(), func(cells ...string) { _ = w.Write(cells) })
}
