package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/voxfold/voxfold/bench"
)

// A peer is a program of its own that has the volume in memory and waits. It
// is started with the files of the probabilities and the labels and the number
// of voxels, writes a line "ready VERSION", and answers each line
//
//	PASS GAMMA THREADS
//
// with the seconds that the pass took (on one thread those of CPU time, as
// bench.Took has them), the loss, and the sum of the sizes of the gradient's
// numbers (0 where the pass has none).
type peer struct {
	name string
	// graph: whether the forward pass can be taken with what backward needs.
	// threads: whether it can use more than one.
	// gradient: whether a step takes memory of its own for the gradient.
	graph, threads, gradient bool

	command *exec.Cmd
	version string
	in      io.WriteCloser
	out     *bufio.Reader
	errors  strings.Builder
}

// An answer is what a peer says of a pass.
type answer struct{ seconds, value, gradient float64 }

// start starts the peer on a volume and waits until it is ready.
func (p *peer) start(v *volumeFiles) (err error) {
	p.command.Args = append(p.command.Args, v.probabilities, v.labels, fmt.Sprint(v.voxels))
	p.command.Stderr = &p.errors
	if p.in, err = p.command.StdinPipe(); err != nil {
		return err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return err
	}
	line, err := p.line()
	if err != nil {
		p.stop()
		return err
	}
	version, ok := strings.CutPrefix(line, "ready ")
	if !ok {
		p.stop()
		return fmt.Errorf("%s said %q", p.name, line)
	}
	p.version = version
	return nil
}

// line reads a line, or says why there is none.
func (p *peer) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s ended: %s", p.name, lastLine(p.errors.String()))
	}
	return strings.TrimSpace(line), nil
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// ask has the peer do a pass.
func (p *peer) ask(pass string, gamma float64, threads int) (a answer, err error) {
	if _, err := fmt.Fprintln(p.in, pass, gamma, threads); err != nil {
		return a, fmt.Errorf("%s ended: %w", p.name, err)
	}
	line, err := p.line()
	if err != nil {
		return a, err
	}
	if _, err := fmt.Sscan(line, &a.seconds, &a.value, &a.gradient); err != nil {
		return a, fmt.Errorf("%s said %q: %w", p.name, line, err)
	}
	return a, nil
}

// stop ends the peer: there are no more lines for it.
func (p *peer) stop() {
	p.in.Close()
	p.command.Wait()
}

// does tells whether the peer has a pass to measure with so many threads.
func (p *peer) does(pass string, threads int) bool {
	return (p.graph || pass != "graph") && (p.threads || threads == 1)
}

// extra runs a pass and returns the answer and the most memory that it had
// beside the input and the gradient, or −1 where the system does not say.
func (p *peer) extra(pass string, gamma float64, threads int, v *volumeFiles) (answer, int64, error) {
	grown := bench.Growth(p.command.Process.Pid)
	a, err := p.ask(pass, gamma, threads)
	extra := grown()
	if extra >= 0 && pass == "step" && p.gradient {
		extra = max(0, extra-4*int64(v.voxels))
	}
	return a, extra, err
}
