package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

func newEval() *cobra.Command {
	var e eval
	c := &cobra.Command{
		Use:   "eval REFERENCE PREDICTION",
		Short: "Score a prediction against a reference: losses, or the overlap of label maps",
		Long: `eval reads a reference and a prediction once, side by side, and prints the
losses of the prediction, or, where both are label maps, TP, FP, FN, Dice,
Jaccard, precision and recall of every label.

It takes the losses if --loss, --activation, --slope or --intercept is given or
the prediction holds numbers that are not whole; --as says otherwise.

Files are NIfTI, NRRD or .npy, plain or compressed. A .npy prediction of 3 axes
is space (z, y, x), of 4 (channel, space), of 5 (sample, channel, space); labels
and weights are the same without the channels, soft targets have the shape of
the prediction. In Fortran order, space is (x, y, z). --axes names others.

As JSON, losses are {"voxels", "samples", "classes", "level", "losses": [{"loss",
"params", "value"}], "sums": [{"sample", "class", "w", "tp", "fp", "fn", "ce",
"focal": [{"gamma", "sum"}]}]}, and label maps {"voxels", "samples", "labels":
[{"label", "tp", "fp", "fn", "dice", "jaccard", "precision", "recall"}], "mean",
"pooled", "any"}. Numbers have the shortest form that reads back exactly, and are
null where there is none.

A loss is written NAME or NAME:key=value,…, a list as 1/2/3. The losses and
their parameters:

` + lossHelp(),
		Example: `  voxfold eval reference.nii.gz prediction.nii.gz
  voxfold eval labels.nii.gz logits.npy --activation sigmoid --foreground nonzero
  voxfold eval labels.npy probabilities.npy --loss dice:smooth=0 --loss focal:gamma=1.5 --json`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return e.run(c, args[0], args[1]) },
	}
	flags := c.Flags()
	flags.StringArrayVar(&e.losses, "loss", nil, "a `loss`, as dice or focal:gamma=1.5; may be repeated (default: all)")
	flags.Var(oneOf{&e.as, []string{"labels", "prediction"}}, "as", "what the prediction holds: labels, or numbers of a prediction (default: as its numbers are)")
	e.pair.register(flags)
	e.format.register(c)
	return c
}

// lossHelp lists the table of losses.
func lossHelp() string {
	var b strings.Builder
	t := table{text: 1}
	for _, entry := range loss.Table() {
		var params []string
		for _, p := range entry.Params {
			params = append(params, p.Name)
		}
		t.add("  "+strings.Join(append([]string{entry.Name}, entry.Aliases...), ", "), strings.Join(params, " "))
	}
	t.write(&b)
	return strings.TrimRight(b.String(), "\n")
}

// An eval holds the flags of the command.
type eval struct {
	pair   pairFlags
	losses []string // as --loss has them
	as     string   // "labels", "prediction", or "" for a guess
	format format
}

// The flags that mean something for losses only, and those of them that tell
// that losses are wanted.
var (
	telling   = []string{"loss", "activation", "slope", "intercept", "quantised"}
	forLosses = append([]string{"target", "foreground", "weights", "epsilon", "clamp-region"}, telling...)
)

func (e *eval) run(c *cobra.Command, referencePath, predictionPath string) error {
	if err := e.pair.check(); err != nil {
		return err
	}
	losses, err := parseLosses(e.losses)
	if err != nil {
		return err
	}
	prediction, err := e.pair.openPrediction(predictionPath)
	if err != nil {
		return err
	}
	maps, err := e.labelMaps(c, prediction)
	if err != nil {
		return err
	}
	var result report
	if maps {
		result, err = e.count(c, referencePath, predictionPath)
	} else {
		result, err = e.score(c, referencePath, prediction, losses)
	}
	if err != nil {
		return err
	}
	return e.format.print(c.OutOrStdout(), result)
}

// labelMaps decides whether the prediction is a label map.
func (e *eval) labelMaps(c *cobra.Command, prediction *volume.File) (bool, error) {
	given := func(flag string) bool { return c.Flags().Changed(flag) }
	maps := e.as == "labels"
	if e.as == "" {
		if slices.ContainsFunc(telling, given) {
			return false, nil
		}
		var err error
		if maps, err = prediction.Whole(); err != nil {
			return false, err
		}
		if maps && (prediction.Type.Float() || prediction.Scaled()) {
			note(c, "%s holds whole numbers only: taken as a label map (--as prediction if it is not)", prediction.Path)
		}
	}
	if i := slices.IndexFunc(forLosses, given); maps && i >= 0 {
		return false, usagef("--%s is for losses, but %s is taken as a label map: --as prediction if it is not", forLosses[i], prediction.Path)
	}
	return maps, nil
}

// score takes the losses.
func (e *eval) score(c *cobra.Command, referencePath string, prediction *volume.File, losses []loss.Loss) (*lossReport, error) {
	p, err := e.pair.match(c, prediction, referencePath)
	if err != nil {
		return nil, err
	}
	r, o, err := newReducer(e.pair.options(p), losses)
	if err != nil {
		return nil, err
	}
	bar := newProgress(c.ErrOrStderr(), "eval", prediction.Geometry.Voxels()*int64(prediction.Samples))
	defer bar.finish()
	err = p.chunks(e.pair.fold.chunk, func(b *buffer) error {
		bar.add(b.voxels)
		return r.Fold(b.sample, b.chunk())
	})
	if err != nil {
		return nil, err
	}
	return newLossReport(r, losses, o.CE), nil
}

// count counts label maps.
func (e *eval) count(c *cobra.Command, referencePath, predictionPath string) (*labelReport, error) {
	p, err := e.pair.matchLabels(c, predictionPath, referencePath)
	if err != nil {
		return nil, err
	}
	samples := p.reference.Samples
	bar := newProgress(c.ErrOrStderr(), "eval", p.reference.Geometry.Voxels()*int64(samples))
	defer bar.finish()

	all := reduce.NewLabelCounts(e.pair.ignore...)
	for sample := range samples {
		counts := reduce.NewLabelCounts(e.pair.ignore...) // of its own: errors name voxels of the sample
		if err := p.count(sample, e.pair.fold.chunk, counts, bar); err != nil {
			return nil, err
		}
		if err := all.Merge(counts); err != nil {
			return nil, err
		}
	}
	return newLabelReport(all, samples), nil
}
