// Package results measures what package bench can, beside a comparison with
// other programs, and writes it down: tables, charts, and the numbers that
// they are made of.
package results

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/voxfold/voxfold/bench"
	"github.com/voxfold/voxfold/reduce"
)

// Results are the measurements of one run.
type Results struct {
	Command    string            `json:"command"`
	Began      time.Time         `json:"began"`
	Seconds    float64           `json:"seconds"`
	Machine    bench.Machine     `json:"machine"`
	Comparison *bench.Comparison `json:"comparison"`
	Kernels    []bench.Result    `json:"kernels"`
	Ports      []Ports           `json:"ports"`    // of the kernels' small volumes, at level avx2
	NoPorts    string            `json:"no_ports"` // why there are none
	Voxels     []bench.Result    `json:"voxels"`   // along which scale
	Threads    []bench.Result    `json:"threads"`
	Classes    []bench.Result    `json:"classes"`
}

// Measure adds the kernels and the scales, all of them small where it is only
// to be seen that they work. It tells log what it is about to do.
func (r *Results) Measure(quick bool, log func(string)) (err error) {
	most, small, large, classes, rounds := bench.MostVoxels(), 32<<10, 64<<20, 64, 5
	if quick {
		most, small, large, classes, rounds = 16, 4<<10, 64<<10, 8, 1
	}
	for _, part := range []struct {
		name   string
		cases  []bench.Case
		rounds int
		to     *[]bench.Result
	}{
		{"kernels", bench.KernelCases(small, large), rounds, &r.Kernels},
		{"threads", bench.ThreadScale(r.Machine.Threads, large), rounds, &r.Threads},
		{"classes", bench.ClassScale(classes, large/2), rounds, &r.Classes},
		{"voxels", bench.VoxelScale(most), min(3, rounds), &r.Voxels},
	} {
		done := 0
		*part.to, err = bench.RunAll(part.cases, part.rounds, func(bench.Result) {
			if done++; done%10 == 0 || done == len(part.cases) {
				log(fmt.Sprintf("%s: %d of %d", part.name, done, len(part.cases)))
			}
		})
		if err != nil {
			return err
		}
	}
	kernels := r.Kernels
	if quick {
		kernels = r.Kernels[:min(1, len(r.Kernels))]
	}
	log("ports")
	if err := r.measurePorts(kernels); err != nil {
		r.NoPorts = err.Error()
	}
	return nil
}

// measurePorts adds the ports of those kernels that were measured in cache.
func (r *Results) measurePorts(kernels []bench.Result) error {
	dir, err := os.MkdirTemp("", "voxfold-ports-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := newTracer(dir)
	if err != nil {
		return err
	}
	for i := range kernels {
		k := &kernels[i]
		if k.Level != reduce.AVX2.String() || r.outOfCache(k) == nil {
			continue
		}
		p, err := t.measure(k.Case)
		if err != nil {
			return err
		}
		if p != nil {
			r.Ports = append(r.Ports, *p)
		}
	}
	return nil
}

// The names of what Write writes, in a folder.
const (
	numbersFile = "RESULTS.json"
	textFile    = "RESULTS.md"
	chartsDir   = "charts"
)

// Read returns the results whose numbers stand in a folder.
func Read(dir string) (*Results, error) {
	text, err := os.ReadFile(filepath.Join(dir, numbersFile))
	if err != nil {
		return nil, err
	}
	r := new(Results)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", numbersFile, err)
	}
	return r, nil
}

// Write writes the numbers, the text and the charts into a folder.
func (r *Results) Write(dir string) error {
	numbers, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	files := r.files()
	files[numbersFile] = string(numbers) + "\n"
	if err := os.MkdirAll(filepath.Join(dir, chartsDir), 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// files returns the text and the charts by name.
func (r *Results) files() map[string]string {
	files := map[string]string{}
	for name, svg := range r.charts() {
		files[filepath.Join(chartsDir, name+".svg")] = svg
	}
	files[textFile] = r.markdown(files)
	return files
}
