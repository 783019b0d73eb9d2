package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/reduce"
)

func newCPU() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "cpu",
		Short: "Show the kernels that this machine and build have, and which are chosen",
		Long: `cpu shows the levels, that is the sets of kernels for an instruction set, which
of them this machine and build have, and which one is chosen. All levels give
the same bits. VOXFOLD_LEVEL, or --level where a command has it, chooses
another.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := newCPUReport()
			if asJSON {
				return errors.Join(printJSON(c.OutOrStdout(), p), err)
			}
			return errors.Join(printText(c.OutOrStdout(), p.text), err)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

type cpuReport struct {
	Architecture string     `json:"architecture"`
	Threads      int        `json:"threads"`
	Levels       []cpuLevel `json:"levels"`
	Chosen       string     `json:"chosen"` // empty where VOXFOLD_LEVEL cannot be had
	Reason       string     `json:"reason"`
}

type cpuLevel struct {
	Level  string `json:"level"`
	Found  bool   `json:"found"`
	Chosen bool   `json:"chosen"`
	Needs  string `json:"needs"`
}

// newCPUReport returns the report, and an error beside it where VOXFOLD_LEVEL
// asks for what is not there.
func newCPUReport() (*cpuReport, error) {
	p := &cpuReport{
		Architecture: runtime.GOOS + "/" + runtime.GOARCH,
		Threads:      runtime.GOMAXPROCS(0),
		Reason:       "the best that is here",
	}
	if env := os.Getenv("VOXFOLD_LEVEL"); env != "" {
		p.Reason = "VOXFOLD_LEVEL is " + env
	}
	chosen, err := reduce.ActiveLevel()
	if err == nil {
		p.Chosen = chosen.String()
	}
	for _, l := range []reduce.Level{reduce.AVX512, reduce.AVX2, reduce.NEON, reduce.Generic} {
		p.Levels = append(p.Levels, cpuLevel{
			Level:  l.String(),
			Found:  slices.Contains(reduce.Levels(), l),
			Chosen: err == nil && l == chosen,
			Needs:  l.Needs(),
		})
	}
	return p, err
}

func (p *cpuReport) text(w io.Writer) {
	fmt.Fprintf(w, "%s, %d threads\n\n", p.Architecture, p.Threads)
	mark := map[bool]string{true: "yes", false: "no"}
	t := table{text: 1}
	t.add("level", "found", "chosen", "needs")
	for _, l := range p.Levels {
		t.add(l.Level, mark[l.Found], mark[l.Chosen], l.Needs)
	}
	t.write(w)
	if p.Chosen != "" {
		fmt.Fprintf(w, "\n%s: %s\n", p.Chosen, p.Reason)
	}
}
