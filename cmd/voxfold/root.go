package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/voxfold/voxfold/volume"
)

// commands make what stands behind voxfold's name on the command line. A new
// command is a file of its own and a word here.
var commands = []func() *cobra.Command{newEval, newInfo, newCPU, newBench, newGrad, newSweep}

// The exit codes beside 0.
const (
	exitError    = 1 // a file, its data or the machine is not as it should be
	exitUsage    = 2 // the command line is not
	exitGeometry = 3 // the volumes do not cover the same voxels
)

// Execute runs the command line and returns its exit code. Results go to
// stdout, progress, notes and errors to stderr.
func Execute(args []string, stdout, stderr io.Writer) int {
	root := newPhantom()
	for _, command := range commands {
		root.AddCommand(command())
	}
	for _, c := range append(root.Commands(), root) {
		markFailures(c)
	}
	root.Version = "(unknown)"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		root.Version = build.Main.Version
	}
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)

	c, err := root.ExecuteC()
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "voxfold: %v\n", err)
	code := exitCode(err)
	if code == exitUsage {
		fmt.Fprintf(stderr, "see %s --help\n", c.CommandPath())
	}
	return code
}

// A failure is an error of a command that has run: the command line was well
// formed, or cobra would have refused it.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func markFailures(c *cobra.Command) {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := run(c, args); err != nil {
			return failure{err}
		}
		return nil
	}
}

// A usageError is one of the command line that only its command could find.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	var (
		failed   failure
		usage    usageError
		geometry *volume.GeometryError
	)
	switch {
	case !errors.As(err, &failed) || errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &geometry):
		return exitGeometry
	}
	return exitError
}

// note tells of something that is not an error but should be known.
func note(c *cobra.Command, format string, args ...any) {
	fmt.Fprintf(c.ErrOrStderr(), "voxfold: note: "+format+"\n", args...)
}
