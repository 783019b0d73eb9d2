package results

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/voxfold/voxfold/bench"
)

// Ports says what a pass asks of the core's execution units, by the model of
// this core that LLVM's compilers use: a limit that does not depend on how fast
// the machine is today.
type Ports struct {
	bench.Case
	Instructions float64 `json:"instructions"` // per voxel
	// Bound is the cycles per voxel that the busiest kind of unit takes, were it
	// always at work.
	Bound float64 `json:"bound"`
	// Model is the cycles per voxel that the model takes, with its queues and
	// latencies, every load a hit and every branch foreseen.
	Model float64 `json:"model"`
	// Busiest are the units that are at work at least 95 % as long as the one
	// that is longest, by the model's names.
	Busiest []string `json:"busiest"`
}

// A tracer runs passes under emulation, one instruction after another, and
// hands those of the AVX2 kernels to llvm-mca in the order in which they were
// executed.
type tracer struct {
	dir, program, qemu string
	ranges             string           // of the kernels' addresses
	text               map[int64]string // instructions by address
}

// newTracer builds the program that runs a case when it is given -once, in
// dir, or says what is missing.
func newTracer(dir string) (*tracer, error) {
	t := &tracer{dir: dir, program: filepath.Join(dir, "once")}
	for _, name := range []string{"qemu-x86_64-static", "qemu-x86_64"} {
		if path, err := exec.LookPath(name); t.qemu == "" && err == nil {
			t.qemu = path
		}
	}
	if t.qemu == "" {
		return nil, errors.New("qemu-x86_64 is not installed")
	}
	build := exec.Command("go", "build", "-o", t.program, "github.com/voxfold/voxfold/bench/peers")
	if _, err := output(build); err != nil { // what go run makes has no symbols
		return nil, err
	}
	from, to, err := t.kernels()
	if err != nil {
		return nil, err
	}
	return t, t.disassemble(from, to)
}

// kernels finds the AVX2 kernels, and between which addresses they lie.
func (t *tracer) kernels() (from, to uint64, err error) {
	f, err := elf.Open(t.program)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return 0, 0, err
	}
	var ranges []string
	for _, s := range symbols {
		if !strings.Contains(s.Name, "/reduce.") || !strings.HasSuffix(s.Name, "AVX2.abi0") {
			continue
		}
		ranges = append(ranges, fmt.Sprintf("%#x+%#x", s.Value, s.Size))
		if from == 0 || s.Value < from {
			from = s.Value
		}
		to = max(to, s.Value+s.Size)
	}
	if ranges == nil {
		return 0, 0, errors.New("this build has no AVX2 kernels")
	}
	t.ranges = strings.Join(ranges, ",")
	return from, to, nil
}

var instruction = regexp.MustCompile(`(?m)^ *([0-9a-f]+):\s+([^<#\n]*)`)

func (t *tracer) disassemble(from, to uint64) error {
	text, err := output(exec.Command("llvm-objdump", "-d", "--no-show-raw-insn",
		fmt.Sprintf("--start-address=%#x", from), fmt.Sprintf("--stop-address=%#x", to), t.program))
	if err != nil {
		return err
	}
	t.text = map[int64]string{}
	for _, m := range instruction.FindAllStringSubmatch(text, -1) {
		address, err := strconv.ParseInt(m[1], 16, 64)
		if err != nil {
			return err
		}
		t.text[address] = m[2]
	}
	return nil
}

// output runs a command, or says why it failed.
func output(c *exec.Cmd) (string, error) {
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(c.Path), err, line)
	}
	return out.String(), nil
}

// measure returns the ports of a case, or nil where it runs no kernel.
func (t *tracer) measure(c bench.Case) (*Ports, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	log, trace := filepath.Join(t.dir, "log"), filepath.Join(t.dir, "trace.s")
	defer os.Remove(log)
	single := "-singlestep" // until qemu 8.1
	if help, _ := exec.Command(t.qemu, "-help").Output(); bytes.Contains(help, []byte("one-insn-per-tb")) {
		single = "-one-insn-per-tb"
	}
	if _, err := output(exec.Command(t.qemu, "-cpu", "max", single, "-d", "exec,nochain", "-dfilter", t.ranges, "-D", log,
		t.program, "-once", string(text))); err != nil {
		return nil, err
	}
	executed, err := t.write(trace, log, c.Pass == "backward")
	if err != nil || executed == 0 {
		return nil, err
	}
	report, err := output(exec.Command("llvm-mca", "-mtriple=x86_64", "-iterations=1", "-instruction-info=0", trace))
	if err != nil {
		return nil, err
	}
	p, err := readReport(report)
	if err != nil {
		return nil, err
	}
	p.Case = c
	voxels := float64(c.Voxels)
	p.Instructions, p.Bound, p.Model = float64(executed)/voxels, p.Bound/voxels, p.Model/voxels
	return p, nil
}

var executedAt = regexp.MustCompile(`^Trace .*/([0-9a-f]{16})/`)

// write writes the instructions of qemu's log as assembly, those of backward
// kernels or of the others, and returns how many there are.
func (t *tracer) write(path, log string, backward bool) (n int, err error) {
	in, err := os.Open(log)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	w := bufio.NewWriter(out)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := executedAt.FindSubmatch(lines.Bytes())
		if m == nil || bytes.Contains(lines.Bytes(), []byte("Backward")) != backward {
			continue // a backward pass has had a forward pass before it
		}
		address, err := strconv.ParseInt(string(m[1]), 16, 64)
		if err != nil {
			return 0, err
		}
		text, found := t.text[address]
		if !found {
			return 0, fmt.Errorf("no instruction at %#x", address)
		}
		if _, err := io.WriteString(w, text+"\n"); err != nil {
			return 0, err
		}
		n++
	}
	return n, errors.Join(lines.Err(), w.Flush())
}

var (
	totalCycles = regexp.MustCompile(`Total Cycles: +([0-9]+)`)
	throughput  = regexp.MustCompile(`Block RThroughput: +([0-9.]+)`)
	resource    = regexp.MustCompile(`(?m)^\[([0-9.]+)\] +- (\S+)$`)
	pressure    = regexp.MustCompile(`Resource pressure per iteration:\n([^\n]*)\n([^\n]*)`)
)

// readReport reads llvm-mca's report of one iteration of a trace: the cycles
// in all.
func readReport(report string) (*Ports, error) {
	number := func(r *regexp.Regexp) float64 {
		m := r.FindStringSubmatch(report)
		if m == nil {
			return 0
		}
		x, _ := strconv.ParseFloat(m[1], 64)
		return x
	}
	p := &Ports{Bound: number(throughput), Model: number(totalCycles)}
	table := pressure.FindStringSubmatch(report)
	if p.Bound == 0 || p.Model == 0 || table == nil {
		return nil, errors.New("llvm-mca's report is of an unknown form")
	}
	names := map[string]string{}
	for _, m := range resource.FindAllStringSubmatch(report, -1) {
		names["["+m[1]+"]"] = m[2]
	}
	units, cycles := strings.Fields(table[1]), strings.Fields(table[2])
	if len(units) != len(cycles) {
		return nil, errors.New("llvm-mca's report has another number of units than of pressures")
	}
	most := 0.
	busy := make([]float64, len(units))
	for i, c := range cycles {
		busy[i], _ = strconv.ParseFloat(c, 64) // "-" for none
		most = max(most, busy[i])
	}
	for i, unit := range units {
		if busy[i] >= .95*most {
			p.Busiest = append(p.Busiest, names[unit])
		}
	}
	return p, nil
}
