package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/volume"
)

func newInfo() *cobra.Command {
	var (
		asJSON bool
		opts   volume.Options
	)
	c := &cobra.Command{
		Use:   "info FILE",
		Short: "Show what a file holds: format, shape, type, place in space, numbers",
		Long: `info shows what the header of a file says, and what numbers are in it, for which
it reads the whole file once per channel.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := volume.Open(args[0], opts)
			if err != nil {
				return err
			}
			bar := newProgress(c.ErrOrStderr(), "info", f.Geometry.Voxels()*int64(f.Samples)*int64(f.Channels))
			values, err := f.Values(bar.add)
			bar.finish()
			if err != nil {
				return err
			}
			p := newInfoReport(f, values)
			if asJSON {
				return printJSON(c.OutOrStdout(), p)
			}
			return printText(c.OutOrStdout(), func(w io.Writer) { p.text(w, f) })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&opts.Axes, "axes", "", "axes of a .npy file, by the letters b (sample), c (channel), z, y, x")
	return c
}

type infoReport struct {
	File        string    `json:"file"`
	Format      string    `json:"format"`
	Compression string    `json:"compression"` // empty where there is none
	Type        string    `json:"type"`
	Shape       [3]int    `json:"shape"` // x, y, z
	Samples     int       `json:"samples"`
	Channels    int       `json:"channels"`
	Axes        string    `json:"axes,omitempty"`
	Slope       number    `json:"slope"`
	Intercept   number    `json:"intercept"`
	Geometry    *geometry `json:"geometry"` // null where the file has none
	Min         number    `json:"min"`
	Max         number    `json:"max"`
	NaN         int64     `json:"nan"`
	Whole       bool      `json:"whole"`
	Distinct    []number  `json:"distinct"` // null where not all are whole, or there are many
}

type geometry struct {
	Spacing   [3]number    `json:"spacing"`
	Origin    [3]number    `json:"origin"`
	Direction [3][3]number `json:"direction"`
}

func newInfoReport(f *volume.File, v volume.Values) *infoReport {
	p := &infoReport{
		File: f.Path, Format: f.Format, Compression: f.Compression, Type: f.Type.String(),
		Shape: f.Geometry.Shape, Samples: f.Samples, Channels: f.Channels, Axes: f.Axes,
		Slope: number(f.Slope), Intercept: number(f.Intercept),
		Min: number(v.Min), Max: number(v.Max), NaN: v.NaN, Whole: v.Whole,
	}
	for _, x := range v.Distinct {
		p.Distinct = append(p.Distinct, number(x))
	}
	if g := f.Geometry; g.Known {
		p.Geometry = &geometry{}
		for i := range 3 {
			p.Geometry.Spacing[i], p.Geometry.Origin[i] = number(g.Spacing[i]), number(g.Origin[i])
			for j := range 3 {
				p.Geometry.Direction[i][j] = number(g.Direction[i][j])
			}
		}
	}
	return p
}

func (p *infoReport) text(w io.Writer, f *volume.File) {
	format := p.Format
	if p.Compression != "" {
		format += ", " + p.Compression
	}
	if p.Axes != "" {
		format += ", axes " + p.Axes
	}
	element := p.Type
	if p.Slope != 1 || p.Intercept != 0 {
		element += fmt.Sprintf(", value = %v·element + %v", p.Slope, p.Intercept)
	}
	numbers := fmt.Sprintf("%s to %s", readable(float64(p.Min)), readable(float64(p.Max)))
	if p.NaN > 0 {
		numbers += fmt.Sprintf(", and %d not a number", p.NaN)
	}
	t := table{text: 1}
	t.add("file", p.File)
	t.add("format", format)
	t.add("type", element)
	t.add("samples", fmt.Sprint(p.Samples))
	t.add("channels", fmt.Sprint(p.Channels))
	t.add("geometry", f.Geometry.String())
	t.add("numbers", numbers)
	if p.Distinct != nil {
		const shown = 20
		list := make([]string, 0, shown)
		for _, x := range p.Distinct[:min(shown, len(p.Distinct))] {
			list = append(list, readable(float64(x)))
		}
		if len(p.Distinct) > shown {
			list = append(list, "…")
		}
		t.add("labels", fmt.Sprintf("%d: %s", len(p.Distinct), strings.Join(list, " ")))
	}
	t.write(w)
}
