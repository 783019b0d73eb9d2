package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"

	"github.com/voxfold/voxfold/bench"
	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
)

// serve is voxfold as a peer: see type peer for what it reads and says.
func serve(level string, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("%d arguments, want the files of probabilities and labels and the number of voxels", len(args))
	}
	l, err := reduce.ParseLevel(level)
	if err != nil {
		return err
	}
	voxels, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	p, labels := make([]float32, voxels), make([]uint8, voxels)
	if err := load(args[0], p); err != nil {
		return err
	}
	if err := load(args[1], labels); err != nil {
		return err
	}
	chunk := reduce.Chunk{Prediction: reduce.Float32(p), Target: reduce.LabelsUint8(labels)}
	gradient := make([]float32, voxels)
	for i := range gradient {
		gradient[i] = 1 // its pages are there before the clock runs
	}
	runtime.GC() // lets go of what loading took

	type request struct {
		gamma   float64
		threads int
	}
	made := map[request]*loss.Evaluator{}
	evaluator := func(gamma float64, threads int) (e *loss.Evaluator, err error) {
		e = made[request{gamma, threads}]
		if e == nil {
			e, err = loss.NewEvaluator(loss.MustParse(fmt.Sprintf("asymmetric-unified-focal:gamma=%g", gamma)),
				reduce.Options{Level: l, Workers: threads})
			made[request{gamma, threads}] = e
		}
		return e, err
	}

	fmt.Fprintln(out, "ready", runtime.Version())
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var pass string
		var gamma float64
		var threads int
		if _, err := fmt.Sscan(lines.Text(), &pass, &gamma, &threads); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		e, err := evaluator(gamma, threads)
		if err != nil {
			return err
		}
		var value, size float64
		seconds := bench.Took(threads, func() {
			if pass == "step" {
				value, err = e.Gradient([][][]float32{{gradient}}, chunk)
			} else {
				value, err = e.Value(chunk)
			}
		}).Seconds()
		if err != nil {
			return err
		}
		if pass == "step" {
			for _, g := range gradient {
				size += math.Abs(float64(g))
			}
		}
		fmt.Fprintf(out, "%.9f %.12g %.12g\n", seconds, value, size)
	}
	return lines.Err()
}

// load reads a file of little-endian numbers, piece by piece: what binary.Read
// would hold of the whole must not count as memory of voxfold's.
func load[T any](path string, dst []T) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for len(dst) > 0 {
		n := min(len(dst), 4096)
		if err := binary.Read(r, binary.LittleEndian, dst[:n]); err != nil {
			return err
		}
		dst = dst[n:]
	}
	return nil
}
