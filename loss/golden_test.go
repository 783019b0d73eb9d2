package loss

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// A goldenCase is a value and a gradient that automatic differentiation in
// float64 gave, with no code of this project in it.
type goldenCase struct {
	Name, Loss, Activation string
	Params                 map[string]any
	Pred, Target           string
	TargetKind             string `json:"target_kind"`
	Ignore                 *float64
	Weights, Grad          string
	Value                  float64
	GradMax                float64 `json:"grad_max"`
	GradSum                float64 `json:"grad_sum"`
	GradAbsSum             float64 `json:"grad_abs_sum"`
}

// goldenDir is where the golden cases are; the test is skipped where they are
// not.
func goldenDir(t *testing.T) string {
	shared := os.Getenv("VOXFOLD_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(shared, "golden")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no golden cases here; set VOXFOLD_SHARED to the directory that holds golden/")
	}
	return dir
}

func TestGolden(t *testing.T) {
	dir := goldenDir(t)
	text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	require.NoError(t, err)
	var cases []goldenCase
	require.NoError(t, json.Unmarshal(text, &cases))
	require.NotEmpty(t, cases)

	seen := map[string]bool{}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			l, err := New(strings.ReplaceAll(c.Loss, "_", "-"), c.params()...)
			require.NoError(t, err)
			seen[l.Name()] = true

			v := c.volume(t, dir)
			totals := v.totals(l.Needs().Gammas)
			assert.InDelta(t, c.Value, l.Value(totals), 1e-11*max(1, math.Abs(c.Value)), "value")

			d := reduce.NewDerivatives(totals)
			l.AddDerivative(totals, 1, d)
			c.assertGradient(t, dir, flatten(v.gradient(d)))
		})
	}
	for _, e := range Table() {
		assert.True(t, seen[e.Name], "no golden case of %s", e.Name)
	}
}

func (c goldenCase) assertGradient(t *testing.T, dir string, grad []float64) {
	if c.Grad == "" {
		var sum, absolute float64
		for _, g := range grad {
			sum += g
			absolute += math.Abs(g)
		}
		assert.InDelta(t, c.GradSum, sum, 1e-9*c.GradAbsSum, "sum of the gradient")
		assert.InDelta(t, c.GradAbsSum, absolute, 1e-9*c.GradAbsSum, "absolute sum of the gradient")
		return
	}
	want, _ := readNpy(t, filepath.Join(dir, c.Grad))
	require.Len(t, grad, len(want))
	var worst, largest float64
	for i := range want {
		worst = max(worst, math.Abs(grad[i]-want[i]))
		largest = max(largest, math.Abs(grad[i]))
	}
	assert.LessOrEqual(t, worst, 1e-9*c.GradMax, "worst entry of the gradient")
	assert.InDelta(t, c.GradMax, largest, 1e-9*c.GradMax, "largest entry of the gradient")
}

func (c goldenCase) params() []Param {
	var params []Param
	for name, value := range c.Params {
		if name == "lam" {
			name = "lambda"
		}
		if list, ok := value.([]any); ok {
			var numbers []float64
			for _, x := range list {
				numbers = append(numbers, x.(float64))
			}
			value = numbers
		}
		params = append(params, Param{Name: strings.ReplaceAll(name, "_", "-"), Value: value})
	}
	return params
}

// volume reads the arrays of a case.
func (c goldenCase) volume(t *testing.T, dir string) volume {
	pred, shape := readNpy(t, filepath.Join(dir, c.Pred))
	samples, channels := shape[0], shape[1]
	size := len(pred) / (samples * channels)
	classes := max(channels, 2)

	v := volume{activation: c.Activation, pred: planes(pred, samples, channels)}
	target, _ := readNpy(t, filepath.Join(dir, c.Target))
	weights := make([]float64, samples*size)
	for i := range weights {
		weights[i] = 1
	}
	if c.Weights != "" {
		weights, _ = readNpy(t, filepath.Join(dir, c.Weights))
	}
	for b := range samples {
		v.weight = append(v.weight, weights[b*size:(b+1)*size])
		rows := make([][]float64, classes)
		for k := range rows {
			rows[k] = make([]float64, size)
		}
		for i := range size {
			switch {
			case c.TargetKind == "labels":
				label := target[b*size+i]
				if c.Ignore != nil && label == *c.Ignore {
					v.weight[b][i] = 0
					continue
				}
				rows[int(label)][i] = 1
			case channels == 1:
				rows[1][i] = target[b*size+i]
				rows[0][i] = 1 - rows[1][i]
			default:
				for k := range rows {
					rows[k][i] = target[(b*channels+k)*size+i]
				}
			}
		}
		v.target = append(v.target, rows)
	}
	return v
}

// planes cuts an array into [sample][channel][voxel].
func planes(values []float64, samples, channels int) [][][]float64 {
	size := len(values) / (samples * channels)
	cut := make([][][]float64, samples)
	for b := range cut {
		for range channels {
			cut[b] = append(cut[b], values[:size])
			values = values[size:]
		}
	}
	return cut
}

func flatten(cut [][][]float64) []float64 {
	var values []float64
	for _, sample := range cut {
		for _, plane := range sample {
			values = append(values, plane...)
		}
	}
	return values
}

var (
	npyType  = regexp.MustCompile(`'descr': *'([^']+)'`)
	npyShape = regexp.MustCompile(`'shape': *\(([^)]*)\)`)
)

// readNpy reads what the golden cases use of the NumPy format: version 1, C
// order, little-endian float32, float64 and uint8.
func readNpy(t *testing.T, path string) (values []float64, shape []int) {
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(file, []byte("\x93NUMPY\x01\x00")), "%s is not .npy version 1", path)
	end := 10 + int(binary.LittleEndian.Uint16(file[8:]))
	header, data := string(file[10:end]), file[end:]
	require.Contains(t, header, "'fortran_order': False")

	for part := range strings.SplitSeq(npyShape.FindStringSubmatch(header)[1], ",") {
		if part = strings.TrimSpace(part); part != "" {
			n, err := strconv.Atoi(part)
			require.NoError(t, err)
			shape = append(shape, n)
		}
	}
	switch kind := npyType.FindStringSubmatch(header)[1]; kind {
	case "|u1":
		for _, x := range data {
			values = append(values, float64(x))
		}
	case "<f4":
		for ; len(data) >= 4; data = data[4:] {
			values = append(values, float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
		}
	case "<f8":
		for ; len(data) >= 8; data = data[8:] {
			values = append(values, math.Float64frombits(binary.LittleEndian.Uint64(data)))
		}
	default:
		t.Fatalf("%s holds %s", path, kind)
	}
	size := 1
	for _, n := range shape {
		size *= n
	}
	require.Len(t, values, size)
	return values, shape
}
