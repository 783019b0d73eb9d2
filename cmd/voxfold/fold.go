package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
)

// foldFlags say how voxels are folded, wherever they come from.
type foldFlags struct {
	workers int
	chunk   int
	level   reduce.Level
}

func (f *foldFlags) register(flags *pflag.FlagSet) {
	flags.IntVar(&f.workers, "workers", 0, "`number` of goroutines that fold (0: one per core)")
	flags.IntVar(&f.chunk, "chunk", 0, "`number` of voxels that are read at a time (0: up to 262144)")
	flags.Var(parsed[reduce.Level]{&f.level, reduce.ParseLevel, "level"}, "level",
		"kernels: auto, generic, avx2, avx512 or neon; all give the same bits")
}

// maxChunk bounds the memory that a slip of the finger can ask for.
const maxChunk = 1 << 28

func (f *foldFlags) check() error {
	if f.workers < 0 {
		return usagef("--workers %d: want 0 or more", f.workers)
	}
	if f.chunk < 0 || f.chunk > maxChunk {
		return usagef("--chunk %d: want 1 to %d", f.chunk, maxChunk)
	}
	return nil
}

// parsed is a flag whose value a function makes of its text.
type parsed[T fmt.Stringer] struct {
	value *T
	parse func(string) (T, error)
	name  string
}

func (p parsed[T]) Set(text string) (err error) {
	*p.value, err = p.parse(text)
	return err
}

func (p parsed[T]) String() string {
	if p.value == nil { // pflag asks a zero one for the default
		return ""
	}
	return (*p.value).String()
}

func (p parsed[T]) Type() string { return p.name }

// allLosses are the losses of the table at their defaults.
func allLosses() []loss.Loss {
	var all []loss.Loss
	for _, e := range loss.Table() {
		all = append(all, loss.MustParse(e.Name))
	}
	return all
}

// parseLosses returns the losses that the texts name, or all of them where
// there is no text.
func parseLosses(specs []string) ([]loss.Loss, error) {
	if len(specs) == 0 {
		return allLosses(), nil
	}
	losses := make([]loss.Loss, len(specs))
	for i, spec := range specs {
		var err error
		if losses[i], err = loss.Parse(spec); err != nil {
			return nil, usagef("--loss: %w", err)
		}
	}
	return losses, nil
}

// newReducer returns a Reducer of the sums that the losses need, in one pass
// for all of them.
func newReducer(o reduce.Options, losses []loss.Loss) (*reduce.Reducer, reduce.Options, error) {
	for _, l := range losses {
		if err := l.Check(o.Channels); err != nil {
			return nil, o, usageError{err}
		}
	}
	if _, err := reduce.ActiveLevel(); err != nil && o.Level == reduce.Auto {
		return nil, o, err // VOXFOLD_LEVEL is not of the command line
	}
	loss.Union(losses...).Ask(&o)
	r, err := reduce.New(o)
	if err != nil {
		return nil, o, usageError{err}
	}
	return r, o, nil
}

// oneOf is a flag that takes one of a few words.
type oneOf struct {
	value *string
	words []string
}

func (o oneOf) Set(text string) error {
	if !slices.Contains(o.words, text) {
		return fmt.Errorf("want %s", strings.Join(o.words, " or "))
	}
	*o.value = text
	return nil
}

func (o oneOf) String() string {
	if o.value == nil {
		return ""
	}
	return *o.value
}

func (o oneOf) Type() string { return strings.Join(o.words, "|") }
