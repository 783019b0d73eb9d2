package reduce

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"
)

// neonWords says what each macro of neon_arm64.h is to be, in GNU syntax, with
// the macro's own parameters.
var neonWords = map[string]string{
	"VFADD_S4":     "fadd v$d.4s, v$n.4s, v$m.4s",
	"VFSUB_S4":     "fsub v$d.4s, v$n.4s, v$m.4s",
	"VFMUL_S4":     "fmul v$d.4s, v$n.4s, v$m.4s",
	"VFDIV_S4":     "fdiv v$d.4s, v$n.4s, v$m.4s",
	"VFMAX_S4":     "fmax v$d.4s, v$n.4s, v$m.4s",
	"VFMIN_S4":     "fmin v$d.4s, v$n.4s, v$m.4s",
	"VFMLA_S4":     "fmla v$d.4s, v$n.4s, v$m.4s",
	"VFMLS_S4":     "fmls v$d.4s, v$n.4s, v$m.4s",
	"VFABS_S4":     "fabs v$d.4s, v$n.4s",
	"VFSQRT_S4":    "fsqrt v$d.4s, v$n.4s",
	"VFADD_D2":     "fadd v$d.2d, v$n.2d, v$m.2d",
	"VFADDP_D2":    "faddp d$d, v$n.2d",
	"VFMUL_LANE":   "fmul v$d.4s, v$n.4s, v$m.s[$i]",
	"VFMLA_LANE":   "fmla v$d.4s, v$n.4s, v$m.s[$i]",
	"VFMLS_LANE":   "fmls v$d.4s, v$n.4s, v$m.s[$i]",
	"VFCMGT_S4":    "fcmgt v$d.4s, v$n.4s, v$m.4s",
	"VFCMGE0_S4":   "fcmge v$d.4s, v$n.4s, #0",
	"VFCMLE0_S4":   "fcmle v$d.4s, v$n.4s, #0",
	"VCMTST_S4":    "cmtst v$d.4s, v$n.4s, v$m.4s",
	"VCMTST_B16":   "cmtst v$d.16b, v$n.16b, v$m.16b",
	"VCMEQ_B16":    "cmeq v$d.16b, v$n.16b, v$m.16b",
	"VCMEQ0_B16":   "cmeq v$d.16b, v$n.16b, #0",
	"VSCVTF23_S4":  "scvtf v$d.4s, v$n.4s, #23",
	"VFCVTL_D2":    "fcvtl v$d.2d, v$n.2s",
	"VFCVTL2_D2":   "fcvtl2 v$d.2d, v$n.4s",
	"VMOV_W":       "fmov w$d, s$n",
	"VADD_S4":      "add v$d.4s, v$n.4s, v$m.4s",
	"VSUB_S4":      "sub v$d.4s, v$n.4s, v$m.4s",
	"VUQSUB_S4":    "uqsub v$d.4s, v$n.4s, v$m.4s",
	"VUMAX_S4":     "umax v$d.4s, v$n.4s, v$m.4s",
	"VUMAXV_S4":    "umaxv s$d, v$n.4s",
	"VSHL23_S4":    "shl v$d.4s, v$n.4s, #23",
	"VSHL6_B16":    "shl v$d.16b, v$n.16b, #6",
	"VADD_B16":     "add v$d.16b, v$n.16b, v$m.16b",
	"VSUB_B16":     "sub v$d.16b, v$n.16b, v$m.16b",
	"VUMAX_B16":    "umax v$d.16b, v$n.16b, v$m.16b",
	"VUMAXV_B16":   "umaxv b$d, v$n.16b",
	"VUMINV_B16":   "uminv b$d, v$n.16b",
	"VUADDLV_B16":  "uaddlv h$d, v$n.16b",
	"VAND_B16":     "and v$d.16b, v$n.16b, v$m.16b",
	"VBIC_B16":     "bic v$d.16b, v$n.16b, v$m.16b",
	"VMOV_B16":     "mov v$d.16b, v$n.16b",
	"VORR_B16":     "orr v$d.16b, v$n.16b, v$m.16b",
	"VEOR_B16":     "eor v$d.16b, v$n.16b, v$m.16b",
	"VBSL_B16":     "bsl v$d.16b, v$n.16b, v$m.16b",
	"VBIT_B16":     "bit v$d.16b, v$n.16b, v$m.16b",
	"VBIF_B16":     "bif v$d.16b, v$n.16b, v$m.16b",
	"VTBL_B16":     "tbl v$d.16b, {v$n.16b}, v$m.16b",
	"VLD1P_S4":     "ld1 {v$t.4s-v$u.4s}, [x$n],#64",
	"VST1P_S4":     "st1 {v$t.4s-v$u.4s}, [x$n],#64",
	"VLD1_S4":      "ld1 {v$t.4s-v$u.4s}, [x$n]",
	"VFABD_S4":     "fabd v$d.4s, v$n.4s, v$m.4s",
	"VUMIN_B16":    "umin v$d.16b, v$n.16b, v$m.16b",
	"VSHL2_B16":    "shl v$d.16b, v$n.16b, #2",
	"VCMEQ_S4":     "cmeq v$d.4s, v$n.4s, v$m.4s",
	"VCMLT0_S4":    "cmlt v$d.4s, v$n.4s, #0",
	"VFNEG_S4":     "fneg v$d.4s, v$n.4s",
	"VUMAX_H8":     "umax v$d.8h, v$n.8h, v$m.8h",
	"VUMAXV_H8":    "umaxv h$d, v$n.8h",
	"VUSHR4_B16":   "ushr v$d.16b, v$n.16b, #4",
	"VUZP1_B16":    "uzp1 v$d.16b, v$n.16b, v$m.16b",
	"VUZP2_B16":    "uzp2 v$d.16b, v$n.16b, v$m.16b",
	"VUZP1_H8":     "uzp1 v$d.8h, v$n.8h, v$m.8h",
	"VUZP2_H8":     "uzp2 v$d.8h, v$n.8h, v$m.8h",
	"VFCVTN_S2":    "fcvtn v$d.2s, v$n.2d",
	"VFCVTN2_S4":   "fcvtn2 v$d.4s, v$n.2d",
	"VFCVTL_S4":    "fcvtl v$d.4s, v$n.4h",
	"VFCVTL2_S4":   "fcvtl2 v$d.4s, v$n.8h",
	"VUCVTF_S4":    "ucvtf v$d.4s, v$n.4s",
	"VUXTL_H8":     "uxtl v$d.8h, v$n.8b",
	"VUXTL2_H8":    "uxtl2 v$d.8h, v$n.16b",
	"VUXTL_S4":     "uxtl v$d.4s, v$n.4h",
	"VUXTL2_S4":    "uxtl2 v$d.4s, v$n.8h",
	"VSHLL16_S4":   "shll v$d.4s, v$n.4h, #16",
	"VSHLL16_2_S4": "shll2 v$d.4s, v$n.8h, #16",
	"VST1_S4":      "st1 {v$t.4s-v$u.4s}, [x$n]",
}

// neonWord returns what a macro is to be for the arguments.
func neonWord(macro string, params []string, args []int64) string {
	text := neonWords[macro]
	for i, p := range params {
		text = strings.ReplaceAll(text, "$"+p, fmt.Sprint(args[i]))
		if p == "t" { // u is the last of four registers
			text = strings.ReplaceAll(text, "$u", fmt.Sprint(args[i]+3))
		}
	}
	return text
}

func disassemble(t *testing.T, word uint32) string {
	t.Helper()
	inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, word))
	require.NoError(t, err, "%#08x", word)
	return arm64asm.GNUSyntax(inst)
}

// TestNEONWords decodes every macro of neon_arm64.h with registers that reach
// every bit of the fields, and with every lane.
func TestNEONWords(t *testing.T) {
	macros := readMacros(t, "neon_arm64.h")
	require.Len(t, macros, len(neonWords))
	for name, macro := range macros {
		require.Contains(t, neonWords, name)
		for _, registers := range []map[string]int64{
			{"m": 3, "n": 7, "d": 12, "t": 20},
			{"m": 21, "n": 10, "d": 5, "t": 11},
			{"m": 31, "n": 0, "d": 16, "t": 0},
			{"m": 0, "n": 30, "d": 15, "t": 28},
		} {
			for lane := range int64(4) {
				var args []int64
				for _, p := range macro.params {
					if p == "i" {
						args = append(args, lane)
					} else {
						args = append(args, registers[p])
					}
				}
				assert.Equal(t, neonWord(name, macro.params, args), disassemble(t, macro.word(t, args)), name)
			}
		}
	}
}

// TestNEONObject disassembles the kernels of a build for arm64 and compares
// them with what the sources say: their macros are expanded here a second
// time, as far as the macros of neon_arm64.h, and each of those has to be
// found in the code, in order, as the instruction of its name with its
// registers. No other vector arithmetic may stand there, and no register that
// Go keeps for itself.
func TestNEONObject(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for arm64")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	native := regexp.MustCompile(`^(dup|ins|mov v\d+\.s\[|zip[12]|ldr|str|ldp|stp|ldur|stur|fadd d|fmadd d|fmov d)`)
	vector := regexp.MustCompile(`\b[vqdsb]\d+\b`)
	kept := regexp.MustCompile(`\b[wx](18|27)\b`)
	code := functions(t, buildTest(t, "arm64"), regexp.MustCompile(`/reduce\.\w+NEON\.abi0$`))
	files, err := filepath.Glob("*_arm64.s")
	require.NoError(t, err)
	seen := 0
	for _, file := range files {
		for name, want := range expandedWords(t, file) {
			require.Contains(t, code, name)
			seen++
			padded := bytes.TrimRight(code[name], "\x00")
			for words := code[name][:(len(padded)+3)/4*4]; len(words) > 0; words = words[4:] {
				got := disassemble(t, binary.LittleEndian.Uint32(words))
				if len(want) > 0 && got == want[0] {
					want = want[1:]
					continue
				}
				if vector.MatchString(got) && !native.MatchString(got) {
					require.Failf(t, "an instruction that the source does not say", "%s: %q, want %q", name, got, want[:min(len(want), 3)])
				}
				require.NotRegexp(t, kept, got, name)
			}
			require.Empty(t, want, name)
		}
	}
	require.Equal(t, len(code), seen)
}

// A macro is a #define of an assembly file.
type macro struct {
	params []string // nil: without parentheses
	body   []string // tokens
}

var (
	tokens      = regexp.MustCompile(`[A-Za-z_·][\w·]*|\d\w*|<<|>>|[^\s]`)
	defineLine  = regexp.MustCompile(`^#define (\w+)(?:\(([^)]*)\))?\s+(.*)$`)
	textLine    = regexp.MustCompile(`^TEXT ·(\w+)\(SB\)`)
	lineComment = regexp.MustCompile(`//.*`)
)

// readLines returns the lines of a file without comments, continued lines
// joined.
func readLines(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var lines []string
	continued := false
	for _, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(lineComment.ReplaceAllString(line, ""))
		body, more := strings.CutSuffix(line, `\`)
		if continued {
			lines[len(lines)-1] += " " + body
		} else {
			lines = append(lines, body)
		}
		continued = more
	}
	return lines
}

func readMacros(t *testing.T, files ...string) map[string]macro {
	t.Helper()
	macros := map[string]macro{}
	for _, file := range files {
		for _, line := range readLines(t, file) {
			if m := defineLine.FindStringSubmatch(line); m != nil {
				d := macro{body: tokens.FindAllString(m[3], -1)}
				if m[2] != "" {
					d.params = strings.Split(strings.ReplaceAll(m[2], " ", ""), ",")
				}
				macros[m[1]] = d
			}
		}
	}
	return macros
}

// word returns the value of WORD $(…), of a macro of neon_arm64.h.
func (d macro) word(t *testing.T, args []int64) uint32 {
	t.Helper()
	expression := strings.Join(d.body[2:], " ")
	for i, p := range d.params {
		expression = regexp.MustCompile(`\b`+p+`\b`).ReplaceAllString(expression, fmt.Sprint(args[i]))
	}
	return uint32(evaluate(t, expression))
}

func evaluate(t *testing.T, expression string) int64 {
	t.Helper()
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expression)
	require.NoError(t, err, expression)
	i, exact := constant.Int64Val(v.Value)
	require.True(t, exact)
	return i
}

// includes returns the headers of an assembly file that stand beside it.
func includes(t *testing.T, file string) (headers []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`(?m)^#include "(neon\w*\.h)"`).FindAllSubmatch(b, -1) {
		headers = append(headers, string(m[1]))
	}
	return headers
}

// expandedWords returns for each function of an assembly file what the macros
// of neon_arm64.h are to be, in order.
func expandedWords(t *testing.T, file string) map[string][]string {
	t.Helper()
	macros := readMacros(t, append(includes(t, file), file)...)
	// A number is a register's: macros in it, then its value.
	number := func(arg []string) int64 {
		for i := 0; i < len(arg); i++ {
			if d, ok := macros[arg[i]]; ok {
				arg = append(arg[:i:i], append(d.body, arg[i+1:]...)...)
				i--
			}
		}
		return evaluate(t, strings.Join(arg, " "))
	}
	words := map[string][]string{}
	function := ""
	for _, line := range readLines(t, file) {
		if m := textLine.FindStringSubmatch(line); m != nil {
			function = m[1]
			words[function] = []string{}
			continue
		}
		if function == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for rest := tokens.FindAllString(line, -1); len(rest) > 0; {
			name := rest[0]
			rest = rest[1:]
			d, ok := macros[name]
			if !ok {
				continue
			}
			var args [][]string
			if d.params != nil {
				args, rest = arguments(rest)
				require.Len(t, args, len(d.params), name)
			}
			if neonWords[name] != "" {
				var numbers []int64
				for _, a := range args {
					n := number(a)
					require.Less(t, n, int64(32), "%s in %s", name, function)
					numbers = append(numbers, n)
				}
				words[function] = append(words[function], neonWord(name, d.params, numbers))
				continue
			}
			var body []string
		substitute:
			for _, word := range d.body {
				for i, p := range d.params {
					if word == p {
						body = append(body, args[i]...)
						continue substitute
					}
				}
				body = append(body, word)
			}
			rest = append(body, rest...)
		}
	}
	return words
}

// arguments splits what follows a macro's name: (a, b, …) and the rest.
func arguments(rest []string) (args [][]string, after []string) {
	depth := 0
	for i, word := range rest {
		switch {
		case word == "(":
			if depth++; depth == 1 {
				args = append(args, nil)
				continue
			}
		case word == ")":
			if depth--; depth == 0 {
				return args, rest[i+1:]
			}
		case word == "," && depth == 1:
			args = append(args, nil)
			continue
		}
		args[len(args)-1] = append(args[len(args)-1], word)
	}
	return args, nil
}

// buildTest builds the tests of this package for linux on an architecture and
// returns the file.
func buildTest(t *testing.T, arch string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), arch)
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}

// symbols returns the symbols of an ELF file whose names match.
func symbols(t *testing.T, file string, name *regexp.Regexp) (f *elf.File, matching []elf.Symbol) {
	t.Helper()
	f, err := elf.Open(file)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	all, err := f.Symbols()
	require.NoError(t, err)
	for _, s := range all {
		if name.MatchString(s.Name) {
			matching = append(matching, s)
		}
	}
	return f, matching
}

// functions returns the code of the functions whose names match, by their name
// in the source.
func functions(t *testing.T, file string, name *regexp.Regexp) map[string][]byte {
	t.Helper()
	f, matching := symbols(t, file, name)
	code := map[string][]byte{}
	for _, s := range matching {
		section := f.Sections[s.Section]
		b := make([]byte, s.Size)
		_, err := section.ReadAt(b, int64(s.Value-section.Addr))
		require.NoError(t, err)
		short := strings.TrimSuffix(s.Name[strings.LastIndex(s.Name, "/reduce.")+len("/reduce."):], ".abi0")
		code[short] = b
	}
	return code
}
