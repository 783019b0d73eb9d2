package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

func newSweep() *cobra.Command {
	s := sweep{ranges: map[string]*string{}}
	c := &cobra.Command{
		Use:   "sweep REFERENCE PREDICTION --loss NAME[:key=value,…] [--gamma 0:4:.25 …]",
		Short: "Evaluate a loss over a grid of its parameters, from one pass over the volume",
		Long: `sweep reads the pair once and evaluates a loss at every combination of the
parameters given: a list as .5,1,2, or from:to:step.

Only an exponent of a focal sum is felt by the pass. A prediction against labels,
without weights and softmax, that holds uint8 probabilities (--quantised), float16
or bfloat16 numbers is counted by its values, which serves all exponents at once.
Counting 16-bit numbers takes 1 MiB per sample and channel, and as much per
worker; the last digits differ from those of eval, which adds single voxels. Any
other pair is summed once for each exponent, and a note says so.

The other flags are those of eval.`,
		Example: `  voxfold sweep labels.nii.gz p.npy --loss focal --gamma 0:4:.25
  voxfold sweep labels.nii.gz p8.npy --quantised --loss asymmetric-unified-focal --gamma .1:.9:.1 --delta .5,.6,.7`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return s.run(c, args[0], args[1]) },
	}
	flags := c.Flags()
	flags.StringVar(&s.loss, "loss", "", "the loss, with its other parameters, as dice or focal:alpha=.25")
	for _, name := range numbers() {
		text := ""
		s.ranges[name] = &text
		flags.StringVar(&text, name, "", name+" of the loss: a list or from:to:step")
	}
	s.pair.register(flags)
	s.format.register(c)
	_ = c.MarkFlagRequired("loss")
	return c
}

// numbers returns the names of all parameters that are one number, in the
// order of the table of losses.
func numbers() (names []string) {
	for _, e := range loss.Table() {
		for _, p := range e.Params {
			if _, ok := p.Default.(float64); ok && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// A sweep holds the flags of the command.
type sweep struct {
	pair   pairFlags
	loss   string
	ranges map[string]*string // by parameter
	format format
}

func (s *sweep) run(c *cobra.Command, referencePath, predictionPath string) error {
	if err := s.pair.check(); err != nil {
		return err
	}
	names, losses, err := s.grid()
	if err != nil {
		return err
	}
	prediction, err := s.pair.openPrediction(predictionPath)
	if err != nil {
		return err
	}
	p, err := s.pair.match(c, prediction, referencePath)
	if err != nil {
		return err
	}
	totals, err := s.totals(c, p, losses)
	if err != nil {
		return err
	}
	report := &sweepReport{Loss: losses[0].Name(), Parameters: names}
	for _, l := range losses {
		row := sweepRow{Value: number(l.Value(totals))}
		for _, name := range names {
			row.Parameters = append(row.Parameters, number(parameter(l, name)))
		}
		report.Grid = append(report.Grid, row)
	}
	return s.format.print(c.OutOrStdout(), report)
}

// parameter returns a number among a loss's parameters.
func parameter(l loss.Loss, name string) float64 {
	for _, p := range l.Params() {
		if p.Name == name {
			return p.Value.(float64)
		}
	}
	return math.NaN()
}

// mostLosses bounds the grid.
const mostLosses = 1 << 20

// grid returns the names of the parameters that vary, and the loss at every
// combination of them, the last one varying fastest.
func (s *sweep) grid() (names []string, losses []loss.Loss, err error) {
	specs := []string{s.loss}
	for _, name := range numbers() {
		if *s.ranges[name] == "" {
			continue
		}
		values, err := parseRange(*s.ranges[name])
		if err != nil {
			return nil, nil, usagef("--%s: %w", name, err)
		}
		if len(specs)*len(values) > mostLosses {
			return nil, nil, usagef("--%s: a grid of more than %d points", name, mostLosses)
		}
		names = append(names, name)
		var next []string
		for _, spec := range specs {
			for _, v := range values {
				separator := ","
				if !strings.Contains(spec, ":") {
					separator = ":"
				}
				next = append(next, spec+separator+name+"="+strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
		specs = next
	}
	for _, spec := range specs {
		l, err := loss.Parse(spec)
		if err != nil {
			return nil, nil, usagef("%w", err)
		}
		losses = append(losses, l)
	}
	return names, losses, nil
}

// parseRange reads a list, or from:to:step with both ends.
func parseRange(text string) (values []float64, err error) {
	bad := fmt.Errorf("%q: want a list as .5,1,2, or from:to:step as 0:4:.25", text)
	parse := func(separator string) (all []float64, err error) {
		for part := range strings.SplitSeq(text, separator) {
			v, err := strconv.ParseFloat(part, 64)
			if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
				return nil, bad
			}
			all = append(all, v)
		}
		return all, nil
	}
	if !strings.Contains(text, ":") {
		return parse(",")
	}
	ends, err := parse(":")
	if err != nil || len(ends) != 3 || !(ends[2] > 0) || ends[1] < ends[0] || (ends[1]-ends[0])/ends[2] > mostLosses {
		return nil, bad
	}
	steps := int((ends[1]-ends[0])/ends[2] + 1e-9)
	for i := range steps + 1 { // in decimal digits: .1 + 2·.1 is meant to be .3
		v := ends[0] + float64(i)*ends[2]
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
		values = append(values, v)
	}
	return values, nil
}

// totals takes the one pass.
func (s *sweep) totals(c *cobra.Command, p *pair, losses []loss.Loss) (*reduce.Totals, error) {
	r, o, err := newReducer(s.pair.options(p), losses)
	if err != nil {
		return nil, err
	}
	fold := r.Fold
	var h *reduce.Histogram
	if s.countable(p) {
		if h, err = reduce.NewHistogram(o); err != nil {
			return nil, usageError{err}
		}
		fold = h.Fold
	} else if counted := p.element == volume.Uint8 && !p.soft && p.weights == nil; !counted && len(o.Gammas) > 1 {
		note(c, "%s is summed once for each of %d exponents: it is not counted, as quantised, float16 and bfloat16 numbers are against labels without weights and softmax",
			p.prediction.Path, len(o.Gammas))
	}
	bar := newProgress(c.ErrOrStderr(), "sweep", p.prediction.Geometry.Voxels()*int64(p.prediction.Samples))
	defer bar.finish()
	err = p.chunks(s.pair.fold.chunk, func(b *buffer) error {
		bar.add(b.voxels)
		return fold(b.sample, b.chunk())
	})
	if err != nil {
		return nil, err
	}
	if h != nil {
		return h.Totals(o.CE, o.Gammas...)
	}
	return r.Totals(), nil
}

// countable reports whether the pair is one of 16-bit numbers against labels
// that a Histogram takes.
func (s *sweep) countable(p *pair) bool {
	half := p.element == volume.Float16 || p.element == volume.BFloat16
	return half && s.pair.activation != reduce.Softmax && !p.soft && p.weights == nil
}

// A sweepReport is a loss at the points of a grid.
type sweepReport struct {
	Loss       string     `json:"loss"`
	Parameters []string   `json:"parameters"` // that vary
	Grid       []sweepRow `json:"grid"`
}

type sweepRow struct {
	Parameters []number `json:"parameters"`
	Value      number   `json:"value"`
}

func (r *sweepReport) text(w io.Writer) {
	t := table{}
	t.add(append(slices.Clone(r.Parameters), r.Loss)...)
	for _, row := range r.Grid {
		var cells []string
		for _, p := range row.Parameters {
			cells = append(cells, readable(float64(p)))
		}
		t.add(append(cells, readable(float64(row.Value)))...)
	}
	t.write(w)
}

func (r *sweepReport) csv(w *csv.Writer) {
	_ = w.Write(append(slices.Clone(r.Parameters), r.Loss))
	for _, row := range r.Grid {
		var cells []string
		for _, p := range row.Parameters {
			cells = append(cells, p.csv())
		}
		_ = w.Write(append(cells, row.Value.csv()))
	}
}
