package main

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/voxfold/voxfold/reduce"
)

//go:embed src
var source embed.FS

// A workshop is a folder with the peers' sources and what was compiled of
// them.
type workshop struct {
	dir     string
	missing map[string]string // why a peer is not there, by name
}

func newWorkshop(dir string) (*workshop, error) {
	files, err := source.ReadDir("src")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		text, err := source.ReadFile("src/" + f.Name())
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), text, 0o600); err != nil {
			return nil, err
		}
	}
	return &workshop{dir: dir, missing: map[string]string{}}, nil
}

// peers returns every peer that this machine has, the one that others are held
// against first. They are ready to be started, once.
func (w *workshop) peers() (all []*peer, err error) {
	levels, err := ownLevels()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, level := range levels {
		all = append(all, &peer{name: "voxfold " + level, threads: true, command: exec.Command(self, "-serve", level)})
	}
	python := func(name, module, script string, settings ...string) *peer {
		interpreter, err := findPython(module)
		if err != nil {
			w.missing[name] = err.Error()
			return nil
		}
		c := exec.Command(interpreter, filepath.Join(w.dir, script))
		c.Env = append(os.Environ(), settings...)
		return &peer{name: name, command: c}
	}
	// They are held to AVX2 as voxfold is.
	if p := python("pytorch", "torch", "eager.py", "ATEN_CPU_CAPABILITY=avx2"); p != nil {
		p.graph, p.threads, p.gradient = true, true, true
		all = append(all, p)
	}
	settings := []string{"NUMBA_CACHE_DIR=" + w.dir}
	if runtime.GOARCH == "amd64" {
		settings = append(settings, "NUMBA_CPU_NAME=haswell")
	}
	if p := python("numba", "numba", "fused.py", settings...); p != nil {
		all = append(all, p)
	}
	for _, c := range compilers {
		if p := w.compile(c.name, c.flags...); p != nil {
			all = append(all, p)
		}
	}
	return all, nil
}

// ownLevels returns the levels of voxfold to measure: AVX2 for the ratios and
// the best there is, or the best alone.
func ownLevels() ([]string, error) {
	best, err := reduce.ActiveLevel()
	if err != nil {
		return nil, err
	}
	if best == reduce.AVX512 {
		return []string{reduce.AVX2.String(), best.String()}, nil
	}
	return []string{best.String()}, nil
}

// pythons are where to look: a python3 of one's own may be first on the path,
// and the packages be the system's.
var pythons = []string{"python3", "/usr/bin/python3"}

// findPython returns an interpreter that has the module.
func findPython(module string) (string, error) {
	for _, python := range pythons {
		path, err := exec.LookPath(python)
		if err == nil && exec.Command(path, "-c", "import numpy, "+module).Run() == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no python3 here has %s", module)
}

// compilers are those that are given the loop in C, with what has each call
// libmvec.
var compilers = []struct {
	name  string
	flags []string
}{
	{"gcc", []string{"-lm"}}, // the C library offers it by itself
	{"clang", []string{"-fveclib=libmvec", "-lmvec", "-lm"}},
}

// compile makes the loop in C into a peer.
func (w *workshop) compile(name string, flags ...string) *peer {
	machine := "-march=native"
	if runtime.GOARCH == "amd64" {
		machine = "-march=haswell"
	}
	program := filepath.Join(w.dir, "loop-"+name)
	args := append([]string{"-O3", "-ffast-math", machine, filepath.Join(w.dir, "loop.c"), "-o", program}, flags...)
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			w.missing[name] = name + " is not installed"
		} else {
			w.missing[name] = fmt.Sprintf("%v: %s", err, lastLine(strings.TrimSpace(string(text))))
		}
		return nil
	}
	return &peer{name: name, command: exec.Command(program)}
}
