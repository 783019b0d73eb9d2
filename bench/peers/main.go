// Peers measures voxfold beside what a user would otherwise run: PyTorch
// eager, numba, and a loop in C by gcc and by clang. Each is a program of its
// own with the same phantom in memory; they take turns, pass by pass, for
// several rounds, and have to agree before they are timed.
//
//	go run ./bench/peers            # some 20 minutes, 8 GiB of memory
//	go run ./bench/peers -quick     # small volumes: does everything work?
//
// A peer that is not installed is named and left out; ./bench/peers/install
// installs all of them on Debian.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/voxfold/voxfold/bench"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("peers: ")
	quick := flag.Bool("quick", false, "small volumes and two rounds, to see that everything works")
	rounds := flag.Int("rounds", 5, "rounds over the large volume; the small one has five times as many")
	file := flag.String("json", "", "write the measurements to this file too")
	level := flag.String("serve", "", "be a peer of this level (peers starts itself so)")
	flag.Parse()

	if *level != "" {
		if err := serve(*level, flag.Args(), os.Stdin, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	volumes := []timed{{[3]int{128, 128, 128}, max(1, *rounds) * 5}, {[3]int{512, 512, 256}, max(1, *rounds)}}
	if *quick {
		volumes = []timed{{[3]int{32, 32, 32}, 2}, {[3]int{64, 64, 64}, 2}}
	}
	c, err := compare(volumes)
	if err != nil {
		log.Fatal(err)
	}
	print(os.Stdout, c)
	if *file != "" {
		if err := save(*file, c); err != nil {
			log.Fatal(err)
		}
	}
}

func save(path string, c *bench.Comparison) error {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the measurements: %w", err)
	}
	return nil
}
