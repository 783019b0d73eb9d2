// Peers measures voxfold beside what a user would otherwise run: PyTorch
// eager, numba, and a loop in C by gcc and by clang. Each is a program of its
// own with the same phantom in memory; they take turns, pass by pass, for
// several rounds, and have to agree before they are timed.
//
//	go run ./bench/peers                  # some 15 minutes, 8 GiB of memory
//	go run ./bench/peers -quick           # small volumes: does everything work?
//	go run ./bench/peers -results bench   # and the kernels by themselves, some 5 minutes more
//
// The last one writes bench/RESULTS.md, its charts and the numbers that they
// are made of. Its largest volume, of 2^30 voxels, takes up to 18 GiB; where
// there is less, it ends at a smaller one.
//
// A peer that is not installed is named and left out; ./bench/peers/install
// installs all of them on Debian.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"strings"
	"time"

	"github.com/voxfold/voxfold/bench"
	"github.com/voxfold/voxfold/bench/results"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("peers: ")
	quick := flag.Bool("quick", false, "small volumes and two rounds, to see that everything works")
	rounds := flag.Int("rounds", 5, "rounds over the large volume; the small one has five times as many")
	dir := flag.String("results", "", "measure the kernels and scales too, and write RESULTS.md, its charts and numbers into this folder")
	rewrite := flag.Bool("rewrite", false, "measure nothing: write the text and charts of the numbers that stand in the folder of -results")
	level := flag.String("serve", "", "be a peer of this level (peers starts itself so)")
	once := flag.String("once", "", "take the pass of this bench.Case, in JSON, once (peers starts itself so, under emulation)")
	flag.Parse()

	var err error
	switch {
	case *level != "":
		err = serve(*level, flag.Args(), os.Stdin, os.Stdout)
	case *once != "":
		err = takeOnce(*once)
	case *rewrite:
		err = writeAgain(*dir)
	default:
		err = run(*quick, *rounds, *dir)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func takeOnce(text string) error {
	var c bench.Case
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	return bench.Once(c)
}

func writeAgain(dir string) error {
	r, err := results.Read(dir)
	if err != nil {
		return err
	}
	return r.Write(dir)
}

func run(quick bool, rounds int, dir string) error {
	r := &results.Results{
		Command: strings.Join(append([]string{"go run ./bench/peers"}, os.Args[1:]...), " "),
		Began:   time.Now(),
		Machine: bench.ThisMachine(),
	}
	const turn = time.Second / 4
	volumes := []timed{{[3]int{128, 128, 128}, max(1, rounds) * 5, turn}, {[3]int{512, 512, 256}, max(1, rounds), turn}}
	if quick {
		volumes = []timed{{[3]int{32, 32, 32}, 2, 0}, {[3]int{64, 64, 64}, 2, 0}}
	}
	var err error
	if r.Comparison, err = compare(volumes); err != nil {
		return err
	}
	print(os.Stdout, r.Comparison)
	if dir == "" {
		return nil
	}
	if err := r.Measure(quick, func(s string) { log.Print(s) }); err != nil {
		return err
	}
	r.Seconds = time.Since(r.Began).Seconds()
	return r.Write(dir)
}
