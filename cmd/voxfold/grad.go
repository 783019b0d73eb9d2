package main

import (
	"errors"
	"fmt"
	"strings"

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
--intercept) to a .npy file of float32, of the prediction's shape with the axes
in the order sample, channel, z, y, x. It prints the value of the loss. Where
--loss is repeated, the losses are added up. Memory does not grow with the
volume.

The flags are those of eval.`,
		Example: `  voxfold grad labels.nii.gz logits.npy --activation sigmoid --loss dice-ce -o gradient.npy`,
		Args:    cobra.ExactArgs(2),
		RunE:    func(c *cobra.Command, args []string) error { return g.run(c, args[0], args[1]) },
	}
	flags := c.Flags()
	flags.StringArrayVar(&g.losses, "loss", nil, "a loss, as dice or focal:gamma=1.5; repeated, they are added up")
	flags.StringVarP(&g.output, "output", "o", "", "file to write, a .npy")
	g.pair.register(flags)
	flags.BoolVar(&g.json, "json", false, "print JSON")
	_ = c.MarkFlagRequired("loss")
	_ = c.MarkFlagRequired("output")
	return c
}

// A grad holds the flags of the command.
type grad struct {
	pair   pairFlags
	losses []string
	output string
	json   bool
}

func (g *grad) run(c *cobra.Command, referencePath, predictionPath string) error {
	if err := g.pair.check(); err != nil {
		return err
	}
	losses, err := parseLosses(g.losses)
	if err != nil {
		return err
	}
	var terms []loss.Weighted
	for _, l := range losses {
		terms = append(terms, loss.Weighted{Weight: 1, Loss: l})
	}
	total := loss.Sum(terms...)
	prediction, err := g.pair.openPrediction(predictionPath)
	if err != nil {
		return err
	}
	p, err := g.pair.match(c, prediction, referencePath)
	if err != nil {
		return err
	}
	r, o, err := newReducer(g.pair.options(p), []loss.Loss{total})
	if err != nil {
		return err
	}
	back, err := reduce.NewBackward(o)
	if err != nil {
		return usageError{err}
	}

	bar := newProgress(c.ErrOrStderr(), "grad", 2*prediction.Geometry.Voxels()*int64(prediction.Samples))
	defer bar.finish()
	err = p.chunks(g.pair.fold.chunk, func(b *buffer) error {
		bar.add(b.voxels)
		return r.Fold(b.sample, b.chunk())
	})
	if err != nil {
		return err
	}
	totals := r.Totals()
	back.Set(loss.Derive(total, totals), g.pair.slope)
	if err := g.write(p, back, bar); err != nil {
		return err
	}
	result := gradReport{Loss: loss.Spec(total), Value: number(total.Value(totals)), Gradient: g.output}
	if g.json {
		return printJSON(c.OutOrStdout(), result)
	}
	fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", result.Loss, readable(float64(result.Value)))
	return nil
}

type gradReport struct {
	Loss     string `json:"loss"`
	Value    number `json:"value"`
	Gradient string `json:"gradient"` // the file
}

// write is the second pass.
func (g *grad) write(p *pair, back *reduce.Backward, bar progress) (err error) {
	w, err := volume.CreateNPY(g.output, volume.Float32, gradientShape(p.prediction)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	sample, at := 0, int64(0)
	return p.chunks(g.pair.fold.chunk, func(b *buffer) error {
		bar.add(b.voxels)
		if b.sample != sample {
			sample, at = b.sample, 0
		}
		// The gradient takes the prediction's place in the buffer.
		gradient := cut(b.prediction, b.voxels)
		if err := back.Pull(b.sample, b.chunk(), gradient...); err != nil {
			return err
		}
		for k, plane := range gradient {
			if err := w.WriteAt(plane, b.sample*len(gradient)+k, at); err != nil {
				return err
			}
		}
		at += int64(b.voxels)
		return nil
	})
}

// gradientShape returns the shape of the array: the samples and channels that
// the prediction has axes for, and space.
func gradientShape(f *volume.File) (shape []int) {
	if f.Samples > 1 || strings.Contains(f.Axes, "b") {
		shape = append(shape, f.Samples)
	}
	if f.Channels > 1 || strings.Contains(f.Axes, "c") {
		shape = append(shape, f.Channels)
	}
	space := f.Geometry.Shape
	return append(shape, space[2], space[1], space[0])
}
