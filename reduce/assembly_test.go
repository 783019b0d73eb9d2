package reduce

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rules for assembly that no tool checks, on the text of the package's .s
// files and headers.

// A source is an assembly file or header without its comments.
type source struct {
	name  string
	lines []string
}

var comment = regexp.MustCompile(`//.*|/\*.*?\*/`)

func sources(t *testing.T) (all []source) {
	t.Helper()
	for _, pattern := range []string{"*.s", "*.h"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			all = append(all, source{name, strings.Split(comment.ReplaceAllString(string(text), ""), "\n")})
		}
	}
	require.NotEmpty(t, all)
	return all
}

func (s source) arch() string {
	switch {
	case strings.Contains(s.name, "_amd64."):
		return "amd64"
	case strings.Contains(s.name, "_arm64."):
		return "arm64"
	}
	return ""
}

// avx512 reports whether a file may hold AVX-512.
func (s source) avx512() bool { return strings.Contains(s.name, "avx512") }

func (s source) holdsNone(t *testing.T, what string, re *regexp.Regexp) {
	t.Helper()
	for i, line := range s.lines {
		assert.Empty(t, re.FindString(line), "%s:%d: %s", s.name, i+1, what)
	}
}

func TestAssemblyNamesItsArchitecture(t *testing.T) {
	for _, s := range sources(t) {
		assert.NotEmpty(t, s.arch(), s.name)
	}
}

// R14 (the goroutine), R15 (the table of a shared library) and BP (the frame)
// of amd64, and R18 (the platform), R27 (the linker), R28 (the goroutine) and
// R29 (the frame) of arm64 are not ours.
func TestAssemblyLeavesReservedRegisters(t *testing.T) {
	reserved := map[string]*regexp.Regexp{
		"amd64": regexp.MustCompile(`\b(R14|R15)[BWL]?\b|\bBPB?\b`),
		"arm64": regexp.MustCompile(`\b(R18|R18_PLATFORM|R27|REGTMP|R28|R29|RFP)\b`),
	}
	for _, s := range sources(t) {
		s.holdsNone(t, "reserved register", reserved[s.arch()])
	}
}

// Estimates (rcp, rsqrt) differ between machines.
func TestAssemblyHoldsNoEstimates(t *testing.T) {
	re := regexp.MustCompile(`(?i)\b(V?RCP|V?RSQRT|VF?RECP|VF?RSQRT|FRECP|FRSQRT)\w*`)
	for _, s := range sources(t) {
		s.holdsNone(t, "estimate", re)
	}
}

// A machine with AVX2 need not have AVX-512.
func TestAVX2HoldsNoAVX512(t *testing.T) {
	re := regexp.MustCompile(`\b(Z\d+|K[0-7]|[XY](1[6-9]|2\d|3[01]))\b` + // registers
		`|\w+\.(BCST|Z|SAE|R[NDUZ]_SAE)\b` + // suffixes
		`|\b(V(PAND|PANDN|POR|PXOR|PROL|PROR|PLZCNT|PCONFLICT|PERMI2|PERMT2|PCOMPRESS|PEXPAND|COMPRESSP|EXPANDP|ALIGN|PBLENDM|BLENDMP)[BWDQS]\w*` +
		`|V(GETEXP|GETMANT|SCALEF|RNDSCALE|REDUCE|RANGE|FIXUPIMM|FPCLASS|PTERNLOG|PTESTM|PTESTNM|PMOVM2|DBPSADBW|PMULTISHIFT|PSHLD|PSHRD)\w*` +
		`|VP(ABS|MIN[SU]|MAX[SU]|SRA|SRAV|MULL)Q|VPMOV\w2M|VPMOV(S|US)?(QB|QW|QD|DB|DW|WB)|VPSRAVW|VPSLLVW|VPSRLVW|VPOPCNT\w*` +
		`|V(MOVDQ[AU](8|16|32|64))|V(INSERT|EXTRACT|BROADCAST|SHUF)[FI](32|64)\w*|VCVT\w*(UDQ|UQQ|QQ|U(SI|DQ|QQ)2?\w*))\b`)
	avx2 := 0
	for _, s := range sources(t) {
		if s.arch() == "amd64" && !s.avx512() {
			avx2++
			s.holdsNone(t, "AVX-512", re)
		}
	}
	require.NotZero(t, avx2)
	for _, line := range []string{"VPXORD Z1, Z2, Z3", "VPANDD Y1, Y2, Y3", "VADDPS.BCST (AX), Y1, Y2", "VMOVDQU32 (AX), Y1", "VPMAXUQ Y1, Y2, Y3", "VGETEXPPS Y1, Y2", "VCVTUDQ2PS Y1, Y2", "VADDPS Y16, Y1, Y2"} {
		assert.NotEmpty(t, re.FindString(line), line)
	}
	for _, line := range []string{"VPXOR Y1, Y2, Y3", "VPAND Y1, Y2, Y3", "VPMAXUD Y1, Y2, Y3", "VCVTDQ2PS Y1, Y2", "VPMOVZXBD (AX), Y1", "VMOVDQU (AX), Y15", "VPERM2F128 $1, Y1, Y2, Y3", "VPSRAD $1, Y1, Y2"} {
		assert.Empty(t, re.FindString(line), line)
	}
}

// Every function says its argument size, which vet then compares with the Go
// declaration, and NOSPLIT, unless its frame is too large for that.
func TestAssemblyFunctionsAreDeclaredInFull(t *testing.T) {
	text := regexp.MustCompile(`^TEXT\s`)
	full := regexp.MustCompile(`^TEXT\s+·\w+\(SB\),\s*(NOSPLIT,\s*\$\d{1,3}|0,\s*\$\d{4,5})-\d+\s*$`)
	for _, s := range sources(t) {
		for i, line := range s.lines {
			if text.MatchString(line) {
				assert.Regexp(t, full, line, "%s:%d", s.name, i+1)
			}
		}
	}
}

// A function that leaves the upper halves of the vector registers dirty slows
// down the SSE code after it: between a RET and the VZEROUPPER before it there
// are only instructions without vector registers.
func TestVZEROUPPEREndsEveryFunction(t *testing.T) {
	define := regexp.MustCompile(`^#define\s+(\w+)`)
	word := regexp.MustCompile(`[\w·]+`)
	register := regexp.MustCompile(`^[YZ]\d+$`)

	// The macros that stand for vector registers or use them.
	bodies := map[string][]string{}
	for _, s := range sources(t) {
		if s.arch() != "amd64" {
			continue
		}
		macro := ""
		for _, line := range s.lines {
			if m := define.FindStringSubmatch(line); m != nil {
				macro = m[1]
				line = line[len(m[0]):]
			}
			if macro != "" {
				bodies[macro] = append(bodies[macro], word.FindAllString(line, -1)...)
			}
			if !strings.HasSuffix(strings.TrimSpace(line), `\`) {
				macro = ""
			}
		}
	}
	vector := map[string]bool{}
	uses := func(words []string) bool {
		for _, w := range words {
			if register.MatchString(w) || vector[w] {
				return true
			}
		}
		return false
	}
	for grown := true; grown; {
		grown = false
		for name, words := range bodies {
			if !vector[name] && uses(words) {
				vector[name], grown = true, true
			}
		}
	}
	require.True(t, vector["NEG_LOG"], "the test sees through macros")

	functions := 0
	for _, s := range sources(t) {
		if s.arch() != "amd64" {
			continue
		}
		dirty, name := false, ""
		for i, line := range s.lines {
			words := word.FindAllString(line, -1)
			switch {
			case len(words) == 0 || strings.HasPrefix(line, "#"):
			case words[0] == "TEXT":
				functions++
				dirty, name = false, words[1]
			case words[0] == "VZEROUPPER":
				dirty = false
			case words[0] == "RET":
				assert.False(t, dirty, "%s:%d: %s returns without VZEROUPPER", s.name, i+1, name)
				dirty = true // what follows is reached by a jump
			case uses(words):
				dirty = true
			}
		}
	}
	require.NotZero(t, functions)
}
