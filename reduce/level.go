package reduce

import (
	"fmt"
	"os"
	"strings"
)

// A Level is a set of kernels: the portable Go ones, or those written for an
// instruction set. Every level gives the same bits.
type Level uint8

const (
	Auto    Level = iota // the best that the machine has, or what VOXFOLD_LEVEL says
	Generic              // portable Go, the specification
	AVX2                 // amd64 with AVX2, FMA and F16C
	AVX512               // amd64 with AVX-512 F, BW, DQ and VL
	NEON                 // arm64
)

// levelNames are the names that VOXFOLD_LEVEL and the command line use.
var levelNames = map[Level]string{Auto: "auto", Generic: "generic", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel returns the level of that name: auto, generic, avx2, avx512 or
// neon.
func ParseLevel(name string) (Level, error) {
	for l, n := range levelNames {
		if n == strings.ToLower(name) {
			return l, nil
		}
	}
	return Auto, fmt.Errorf("level %q: want auto, generic, avx2, avx512 or neon", name)
}

// Needs says what a machine must have for the level.
func (l Level) Needs() string {
	switch l {
	case AVX2:
		return "amd64 with AVX2, FMA and F16C"
	case AVX512:
		return "amd64 with AVX-512 F, BW, DQ and VL"
	case NEON:
		return "arm64"
	}
	return "nothing"
}

// Levels returns the levels that this build and machine have, best first;
// Generic is the last.
func Levels() []Level { return append(assemblyLevels(), Generic) }

// resolve returns the level that l stands for on this machine, or an error
// where the machine lacks it.
func (l Level) resolve() (Level, error) {
	name := "level"
	if l == Auto {
		env := os.Getenv("VOXFOLD_LEVEL")
		var err error
		if l, err = ParseLevel(env); env != "" && err != nil {
			return Auto, fmt.Errorf("VOXFOLD_LEVEL: %w", err)
		}
		name = "VOXFOLD_LEVEL"
	}
	for _, have := range Levels() {
		if l == have || l == Auto {
			return have, nil
		}
	}
	return Auto, fmt.Errorf("%s %v: this machine or build lacks it (needs %s); it has %v", name, l, l.Needs(), Levels())
}

// ActiveLevel returns the level that [Auto] stands for, or an error where
// VOXFOLD_LEVEL asks for one that the machine lacks.
func ActiveLevel() (Level, error) { return Auto.resolve() }
