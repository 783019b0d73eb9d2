package main

import (
	"fmt"
	"log"
	"math"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/voxfold/voxfold/bench"
)

// timed is a volume to measure, in how many rounds, and how long a peer is
// asked for the same pass before the next has its turn.
type timed struct {
	shape  [3]int
	rounds int
	turn   time.Duration
}

// A task is a pass that every peer is asked for in turn.
type task struct {
	pass    string
	gamma   float64
	threads int
}

func tasks() (all []task) {
	for _, threads := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
		for _, gamma := range []float64{.5, .7} {
			for _, pass := range []string{"forward", "graph", "step"} {
				all = append(all, task{pass, gamma, threads})
			}
		}
	}
	return all
}

// compare measures all peers on all volumes.
func compare(volumes []timed) (*bench.Comparison, error) {
	dir, err := os.MkdirTemp("", "voxfold-peers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w, err := newWorkshop(dir)
	if err != nil {
		return nil, err
	}
	c := &bench.Comparison{Peers: map[string]string{}, Missing: w.missing}
	for _, v := range volumes {
		if err := measure(c, w, v); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// measure starts the peers on a volume, has them agree and times them.
func measure(c *bench.Comparison, w *workshop, t timed) error {
	v, err := newVolume(w.dir, t.shape)
	if err != nil {
		return err
	}
	defer v.remove()
	all, err := w.peers()
	if err != nil {
		return err
	}
	var peers []*peer
	for i, p := range all {
		log.Printf("%s: starting %s", bench.VolumeName(v.voxels), p.name)
		if err := p.start(v); err != nil {
			if i == 0 {
				return err // nothing to hold the others against
			}
			w.missing[p.name] = err.Error()
			continue
		}
		defer p.stop()
		peers = append(peers, p)
		c.Peers[p.name] = p.version
	}
	c.Reference = peers[0].name
	first := len(c.Timings)
	for _, k := range tasks() {
		if err := agree(c, peers, k, v); err != nil {
			return err
		}
	}
	for round := range t.rounds {
		log.Printf("%s: round %d of %d", bench.VolumeName(v.voxels), round+1, t.rounds)
		for i := range c.Timings[first:] {
			if err := one(&c.Timings[first+i], peers, t.turn); err != nil {
				return err
			}
		}
	}
	return nil
}

// agree takes a pass of every peer, untimed, and returns an error where one
// has another loss or gradient than voxfold. It adds what is to be timed to
// c, with the memory of this first time.
func agree(c *bench.Comparison, peers []*peer, k task, v *volumeFiles) error {
	// Their sums are of float32 numbers, with approximate logarithms.
	const tolerance = 1e-3
	var want answer
	for i, p := range peers {
		if i == 0 {
			// the reference has no graph, and the loss is the same without
			a, extra, err := p.extra(map[bool]string{true: "step", false: "forward"}[k.pass == "step"], k.gamma, k.threads, v)
			if err != nil {
				return err
			}
			want = a
			if p.does(k.pass, k.threads) {
				c.Timings = append(c.Timings, newTiming(p, k, v, a, extra))
			}
			continue
		}
		if !p.does(k.pass, k.threads) {
			continue
		}
		a, extra, err := p.extra(k.pass, k.gamma, k.threads, v)
		if err != nil {
			return err
		}
		if !near(a.value, want.value, tolerance) || k.pass == "step" && !near(a.gradient, want.gradient, tolerance) {
			return fmt.Errorf("%s of %s at γ %g: loss %g, sizes of the gradient %g; %s has %g, %g: not timed before they agree",
				p.name, k.pass, k.gamma, a.value, a.gradient, peers[0].name, want.value, want.gradient)
		}
		c.Timings = append(c.Timings, newTiming(p, k, v, a, extra))
	}
	return nil
}

func near(x, want, tolerance float64) bool { return math.Abs(x-want) <= tolerance*math.Abs(want) }

func newTiming(p *peer, k task, v *volumeFiles, a answer, extra int64) bench.Timing {
	return bench.Timing{Peer: p.name, Pass: k.pass, Gamma: k.gamma, Threads: k.threads, Voxels: v.voxels, Value: a.value, Extra: extra}
}

// one takes a turn of a peer and adds its seconds: as many passes as fit, at
// least two, or the one that does not.
func one(t *bench.Timing, peers []*peer, turn time.Duration) error {
	p := peers[slices.IndexFunc(peers, func(p *peer) bool { return p.name == t.Peer })]
	// What a peer before it left running, threads that spin for the next
	// parallel loop, ends in this while.
	time.Sleep(10 * time.Millisecond)
	var seconds []float64
	for began := time.Now(); len(seconds) < 2 || time.Since(began) < turn; {
		a, err := p.ask(t.Pass, t.Gamma, t.Threads)
		if err != nil {
			return err
		}
		seconds = append(seconds, a.seconds)
		if a.seconds >= turn.Seconds() {
			break
		}
	}
	t.AddTurn(seconds)
	return nil
}
