package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
)

// A report is a result in the three forms that it is printed in. As JSON it is
// its own exported fields.
type report interface {
	text(w io.Writer)
	csv(w *csv.Writer)
}

// A format says which form of a report is wanted.
type format struct{ json, csv bool }

func (f *format) register(c *cobra.Command) {
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	c.Flags().BoolVar(&f.csv, "csv", false, "print CSV")
	c.MarkFlagsMutuallyExclusive("json", "csv")
}

func (f format) print(w io.Writer, r report) error {
	switch {
	case f.json:
		return printJSON(w, r)
	case f.csv:
		out := csv.NewWriter(w)
		r.csv(out)
		out.Flush()
		return out.Error()
	}
	return printText(w, r.text)
}

// printText prints, and tells whether all of it could be written.
func printText(w io.Writer, text func(w io.Writer)) error {
	b := bufio.NewWriter(w)
	text(b)
	return b.Flush()
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// A lossReport holds losses and the sums that they come from.
type lossReport struct {
	Voxels  int64       `json:"voxels"` // of all samples
	Samples int         `json:"samples"`
	Classes int         `json:"classes"`
	Level   string      `json:"level"`
	Losses  []lossValue `json:"losses"`
	Sums    []sumRow    `json:"sums"`
}

type lossValue struct {
	Loss   string         `json:"loss"`
	Params map[string]any `json:"params"`
	Value  number         `json:"value"`

	spec  string   // the parameters as --loss takes them
	shown []string // those that a person wants to see
}

type sumRow struct {
	Sample int        `json:"sample"`
	Class  int        `json:"class"`
	W      number     `json:"w"`
	TP     number     `json:"tp"`
	FP     number     `json:"fp"`
	FN     number     `json:"fn"`
	CE     number     `json:"ce"` // NaN where no loss wants it
	Focal  []focalSum `json:"focal"`
}

type focalSum struct {
	Gamma number `json:"gamma"`
	Sum   number `json:"sum"`
}

// newLossReport takes the losses of what was folded. crossEntropy says whether
// that was summed.
func newLossReport(r *reduce.Reducer, losses []loss.Loss, crossEntropy bool) *lossReport {
	totals := r.Totals()
	p := &lossReport{
		Samples: len(totals.Samples),
		Classes: len(totals.Batch),
		Level:   r.Level().String(),
		Losses:  []lossValue{},
		Sums:    []sumRow{},
	}
	for _, l := range losses {
		v := lossValue{Loss: l.Name(), Params: map[string]any{}, Value: number(l.Value(totals)), shown: shownParams(l)}
		for _, param := range l.Params() {
			v.Params[param.Name] = param.Value
		}
		_, v.spec, _ = strings.Cut(loss.Spec(l), ":")
		p.Losses = append(p.Losses, v)
	}
	for b, rows := range totals.Samples {
		p.Voxels += r.Voxels(b)
		for class, row := range rows {
			s := sumRow{
				Sample: b, Class: class,
				W: number(row.W), TP: number(row.TP), FP: number(row.FP), FN: number(row.FN),
				CE: number(math.NaN()), Focal: []focalSum{},
			}
			if crossEntropy {
				s.CE = number(row.CE)
			}
			for i, gamma := range totals.Gammas {
				s.Focal = append(s.Focal, focalSum{number(gamma), number(row.Focal[i])})
			}
			p.Sums = append(p.Sums, s)
		}
	}
	return p
}

// shownParams returns the numbers among a loss's parameters, and of its
// switches those that are not as they usually are.
func shownParams(l loss.Loss) (shown []string) {
	usual := map[string]any{}
	for _, e := range loss.Table() {
		if e.Name == l.Name() {
			for _, p := range e.Params {
				usual[p.Name] = p.Default
			}
		}
	}
	for _, p := range l.Params() {
		switch p.Value.(type) {
		case bool, string:
			if p.Value == usual[p.Name] {
				continue
			}
		}
		shown = append(shown, p.String())
	}
	return shown
}

func (p *lossReport) text(w io.Writer) {
	losses := table{text: 2}
	losses.add("loss", "value", "parameters")
	for _, l := range p.Losses {
		losses.add(l.Loss, readable(float64(l.Value)), strings.Join(l.shown, " "))
	}
	losses.write(w)
	fmt.Fprintln(w)
	p.sums().write(w)
}

func (p *lossReport) sums() *table {
	t := &table{}
	for i, s := range p.Sums {
		if i == 0 {
			head := []string{"sample", "class", "W", "TP", "FP", "FN", "CE"}
			for _, f := range s.Focal {
				head = append(head, fmt.Sprintf("F γ=%v", f.Gamma))
			}
			t.add(head...)
		}
		row := []string{strconv.Itoa(s.Sample), strconv.Itoa(s.Class)}
		for _, v := range []number{s.W, s.TP, s.FP, s.FN, s.CE} {
			row = append(row, readable(float64(v)))
		}
		for _, f := range s.Focal {
			row = append(row, readable(float64(f.Sum)))
		}
		t.add(row...)
	}
	return t
}

func (p *lossReport) csv(w *csv.Writer) {
	_ = w.Write([]string{"loss", "params", "value"}) // Flush keeps the error
	for _, l := range p.Losses {
		_ = w.Write([]string{l.Loss, l.spec, l.Value.csv()})
	}
}

// A labelReport holds the counts and scores of label maps.
type labelReport struct {
	Voxels  int64      `json:"voxels"` // that are not ignored, of all samples
	Samples int        `json:"samples"`
	Labels  []labelRow `json:"labels"`
	Mean    scores     `json:"mean"`   // of the labels' scores
	Pooled  labelRow   `json:"pooled"` // the labels' counts added up
	Any     labelRow   `json:"any"`    // all labels but 0 taken for one
}

type labelRow struct {
	Label *int32 `json:"label,omitempty"`
	TP    int64  `json:"tp"`
	FP    int64  `json:"fp"`
	FN    int64  `json:"fn"`
	scores
}

type scores struct {
	Dice      number `json:"dice"`
	Jaccard   number `json:"jaccard"`
	Precision number `json:"precision"`
	Recall    number `json:"recall"`
}

func newScores(o loss.Overlap) scores {
	return scores{number(o.Dice), number(o.Jaccard), number(o.Precision), number(o.Recall)}
}

func newLabelRow(r reduce.LabelRow) labelRow {
	return labelRow{TP: r.TP, FP: r.FP, FN: r.FN, scores: newScores(loss.OverlapOf(r))}
}

func newLabelReport(c *reduce.LabelCounts, samples int) *labelReport {
	rows := c.Rows()
	p := &labelReport{
		Voxels:  c.Voxels(),
		Samples: samples,
		Labels:  make([]labelRow, len(rows)),
		Mean:    newScores(loss.MeanOverlap(rows)),
		Pooled:  newLabelRow(loss.PooledCounts(rows)),
		Any:     newLabelRow(c.Foreground()),
	}
	for i, r := range rows {
		p.Labels[i] = newLabelRow(r)
		p.Labels[i].Label = &rows[i].Label
	}
	return p
}

// cells calls add with every line of the report, the mean, pooled and any
// lines last.
func (p *labelReport) cells(show func(number) string, add func(cells ...string)) {
	add("label", "tp", "fp", "fn", "dice", "jaccard", "precision", "recall")
	line := func(name string, counts []string, s scores) {
		cells := slices.Concat([]string{name}, counts)
		for _, v := range []number{s.Dice, s.Jaccard, s.Precision, s.Recall} {
			cells = append(cells, show(v))
		}
		add(cells...)
	}
	counts := func(r labelRow) []string {
		return []string{strconv.FormatInt(r.TP, 10), strconv.FormatInt(r.FP, 10), strconv.FormatInt(r.FN, 10)}
	}
	for _, r := range p.Labels {
		line(strconv.Itoa(int(*r.Label)), counts(r), r.scores)
	}
	line("mean", []string{"", "", ""}, p.Mean)
	line("pooled", counts(p.Pooled), p.Pooled.scores)
	line("any", counts(p.Any), p.Any.scores)
}

func (p *labelReport) text(w io.Writer) {
	var t table
	p.cells(func(n number) string { return readable(float64(n)) }, t.add)
	t.write(w)
	fmt.Fprintln(w, "\nmean: of the labels' scores; pooled: of their counts added up; any: all labels but 0 as one")
}

func (p *labelReport) csv(w *csv.Writer) {
	p.cells(number.csv, func(cells ...string) { _ = w.Write(cells) })
}
