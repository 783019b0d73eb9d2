package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
)

// evalLosses and evalLabels run eval --json.
func evalLosses(t *testing.T, args ...string) lossReport {
	t.Helper()
	stdout, _ := mustRun(t, append([]string{"eval", "--json"}, args...)...)
	return fromJSON[lossReport](t, stdout)
}

func evalLabels(t *testing.T, args ...string) labelReport {
	t.Helper()
	stdout, _ := mustRun(t, append([]string{"eval", "--json"}, args...)...)
	return fromJSON[labelReport](t, stdout)
}

// Real label maps give exactly the counts that another program found.
func TestEvalRealCounts(t *testing.T) {
	for _, c := range []struct {
		dir, reference, prediction string
		any                        [3]int64
		labels                     map[int32][3]int64
	}{
		{
			"spine", "ref.nii.gz", "pred.nii.gz", [3]int64{413278, 11857, 10936},
			map[int32][3]int64{49: {189521, 4757, 6399}, 61: {649, 39114, 7541}, 100: {73460, 5310, 3677}},
		},
		{
			"totalsegmentator", "example_seg.nii.gz", "example_seg_fast.nii.gz", [3]int64{106954, 4427, 3271},
			map[int32][3]int64{5: {38265, 1085, 369}, 13: {0, 0, 1}},
		},
	} {
		p := evalLabels(t, shared(t, "data", c.dir, c.reference), shared(t, "data", c.dir, c.prediction))
		counts := func(r labelRow) [3]int64 { return [3]int64{r.TP, r.FP, r.FN} }
		require.Equal(t, c.any, counts(p.Any))
		found := 0
		for _, r := range p.Labels {
			if want, ok := c.labels[*r.Label]; ok {
				require.Equal(t, want, counts(r), "label %d", *r.Label)
				found++
			}
		}
		require.Len(t, c.labels, found)
	}
}

// A CT in Hounsfield units is a prediction of bone, by a slope and an
// intercept: it has every loss.
func TestEvalRealPrediction(t *testing.T) {
	p := evalLosses(t, shared(t, "data", "totalsegmentator", "example_seg.nii.gz"),
		shared(t, "data", "totalsegmentator", "example_ct_sm.nii.gz"),
		"--slope", "0.02", "--intercept", "-3", "--activation", "sigmoid", "--foreground", "nonzero")
	require.EqualValues(t, 122*101*30, p.Voxels)
	require.Len(t, p.Losses, len(loss.Table()))
	for _, l := range p.Losses {
		require.False(t, math.IsNaN(float64(l.Value)), l.Loss)
		require.NotZero(t, l.Value, l.Loss)
	}
	require.EqualValues(t, 106954+3271, math.Round(float64(p.Sums[1].TP+p.Sums[1].FN)), "the size of the foreground")
}

// The golden cases, read from files by the command, give their values.
func TestEvalGolden(t *testing.T) {
	text, err := os.ReadFile(shared(t, "golden", "cases.json"))
	require.NoError(t, err)
	var cases []struct {
		Name, Loss, Activation, Pred, Target string
		Params                               map[string]any
		Ignore                               *int
		Weights                              string
		Value                                float64
	}
	require.NoError(t, json.Unmarshal(text, &cases))
	for i, c := range cases {
		if testing.Short() && i%9 != 0 {
			continue
		}
		args := []string{shared(t, "golden", c.Target), shared(t, "golden", c.Pred), "--activation", c.Activation, "--loss", spec(c.Loss, c.Params)}
		if c.Ignore != nil {
			args = append(args, "--ignore", fmt.Sprint(*c.Ignore))
		}
		if c.Weights != "" {
			args = append(args, "--weights", shared(t, "golden", c.Weights))
		}
		p := evalLosses(t, args...)
		require.Len(t, p.Losses, 1)
		require.InDelta(t, c.Value, float64(p.Losses[0].Value), 1e-6*max(math.Abs(c.Value), 1e-6), c.Name)
	}
}

// spec is a golden case's loss as --loss takes it.
func spec(name string, params map[string]any) string {
	texts := []string{}
	for key, value := range params {
		if key == "lam" {
			key = "lambda"
		}
		text := fmt.Sprint(value)
		if list, ok := value.([]any); ok {
			text = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", "/"), "[]")
		}
		texts = append(texts, strings.ReplaceAll(key, "_", "-")+"="+text)
	}
	if name = strings.ReplaceAll(name, "_", "-"); len(texts) > 0 {
		name += ":" + strings.Join(texts, ",")
	}
	return name
}

// Label maps: counts, scores, null for what is 0/0, and the same as CSV and as
// a table.
func TestEvalLabels(t *testing.T) {
	reference := npy(t, []uint8{0, 1, 1, 1, 2, 2, 9, 9}, 2, 2, 2)
	prediction := npy(t, []uint16{0, 1, 1, 0, 2, 300, 1, 9}, 2, 2, 2)
	p := evalLabels(t, reference, prediction, "--ignore", "9")
	require.EqualValues(t, 6, p.Voxels)
	require.Len(t, p.Labels, 3)
	require.Equal(t, "1 2 300", fmt.Sprint(*p.Labels[0].Label, *p.Labels[1].Label, *p.Labels[2].Label))
	require.Equal(t, labelRow{Label: p.Labels[0].Label, TP: 2, FN: 1, scores: scores{.8, 2. / 3, 1, 2. / 3}}, p.Labels[0])
	require.True(t, math.IsNaN(float64(p.Labels[2].Recall)), "label 300 is not in the reference")
	require.Equal(t, labelRow{TP: 3, FP: 1, FN: 2, scores: scores{6. / 9, 3. / 6, 3. / 4, 3. / 5}}, p.Pooled)
	require.Equal(t, labelRow{TP: 4, FN: 1, scores: scores{8. / 9, 4. / 5, 1, 4. / 5}}, p.Any)

	stdout, _ := mustRun(t, "eval", reference, prediction, "--ignore", "9", "--csv")
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"label", "tp", "fp", "fn", "dice", "jaccard", "precision", "recall"}, rows[0])
	require.Equal(t, []string{"300", "0", "1", "0", "0", "0", "0", ""}, rows[3])
	require.Equal(t, []string{"any", "4", "0", "1"}, rows[6][:4])

	stdout, _ = mustRun(t, "eval", reference, prediction, "--ignore", "9", "--chunk", "3")
	require.Contains(t, stdout, "\n300      0   1   0         0         0          0         -\n")

	// A batch of maps is pooled.
	batch := npy(t, []int32{0, 1, 5, 1, 1, 0, 5, 5}, 2, 1, 2, 2)
	p = evalLabels(t, batch, batch)
	require.EqualValues(t, 8, p.Voxels)
	require.Equal(t, 2, p.Samples)
	require.EqualValues(t, 6, p.Pooled.TP)
}

// What the numbers are decides what is done, and a guess is told.
func TestEvalGuesses(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0}, 1, 2, 2)
	wholes := npy(t, []float32{0, 1, 0, 0}, 1, 2, 2)
	soft := npy(t, []float64{0, 1, .5, 0}, 1, 2, 2)
	oneHot := npy(t, []uint8{1, 0, 0, 1, 0, 1, 1, 0}, 2, 1, 2, 2)
	pair := npy(t, []float32{.5, 1, 0, 0, .5, 0, 1, 1}, 2, 1, 2, 2)
	for _, c := range []struct {
		args  string
		want  string // a key of the result
		notes string
	}{
		{labels + " " + labels, `"labels"`, ""},
		{labels + " " + wholes, `"labels"`, "whole numbers only"},
		{wholes + " " + wholes + " --as labels", `"labels"`, ""},
		{labels + " " + wholes + " --as prediction", `"losses"`, ""},
		{labels + " " + wholes + " --loss dice", `"losses"`, ""},
		{labels + " " + wholes + " --slope .5", `"losses"`, ""},
		{labels + " " + labels + " --activation sigmoid", `"losses"`, ""},
		{labels + " " + soft, `"losses"`, ""},
		{soft + " " + soft, `"losses"`, "not whole: taken as a soft target"},
		{soft + " " + soft + " --target soft", `"losses"`, ""},
		{labels + " " + pair, `"losses"`, ""},
		{oneHot + " " + pair, `"losses"`, "the prediction's channels: taken as a soft target"},
		{oneHot + " " + pair + " --target soft", `"losses"`, ""},
	} {
		stdout, stderr := mustRun(t, append([]string{"eval", "--json"}, strings.Fields(c.args)...)...)
		require.Contains(t, stdout, c.want, c.args)
		if c.notes == "" {
			require.Empty(t, stderr, c.args)
		} else {
			require.Contains(t, stderr, c.notes, c.args)
		}
	}

	// Labels and one-hot soft targets of the same voxels are the same.
	a, b := evalLosses(t, labels, pair), evalLosses(t, oneHot, pair)
	for i, l := range a.Losses {
		require.InDelta(t, float64(l.Value), float64(b.Losses[i].Value), 1e-12, l.Loss)
	}
}

func TestEvalSelection(t *testing.T) {
	reference, prediction := phantomFiles(t, 1, false)
	p := evalLosses(t, reference, prediction, "--loss", "dice:smooth=0", "--loss", "tversky:alpha=.5,beta=.5,smooth=0")
	require.Len(t, p.Losses, 2)
	require.Equal(t, p.Losses[0].Value, p.Losses[1].Value)
	require.Equal(t, 0., p.Losses[0].Params["smooth"])
	require.True(t, math.IsNaN(float64(p.Sums[0].CE)), "nobody wants it")
	require.Empty(t, p.Sums[0].Focal)

	p = evalLosses(t, reference, prediction, "--loss", "focal:gamma=1.5,alpha=.25")
	require.Equal(t, number(1.5), p.Sums[0].Focal[0].Gamma)

	stdout, _ := mustRun(t, "eval", reference, prediction, "--csv")
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"loss", "params", "value"}, rows[0])
	require.Len(t, rows, 1+len(loss.Table()))
	again, err := loss.Parse(rows[2][0] + ":" + rows[2][1])
	require.NoError(t, err, "a row can be put into --loss")
	require.Equal(t, "focal", again.Name())

	// Labels that count as foreground may be named one by one, or together.
	four := npy(t, []uint8{0, 1, 2, 3, 0, 2}, 1, 2, 3)
	guess := npy(t, []float32{.1, .9, .6, .2, .5, 1}, 1, 2, 3)
	together := evalLosses(t, four, guess, "--foreground", "2,3")
	require.Equal(t, together, evalLosses(t, four, guess, "--foreground", "2", "--foreground", "3"))
	require.InEpsilon(t, .6+.2+1, float64(together.Sums[1].TP), 1e-6)

	// Weights of 2 double the sums and leave the means.
	weights := make([]float32, 13*11*9)
	for i := range weights {
		weights[i] = 2
	}
	p = evalLosses(t, reference, prediction)
	q := evalLosses(t, reference, prediction, "--weights", npy(t, weights, 9, 11, 13))
	require.Equal(t, 2*p.Sums[1].W, q.Sums[1].W)
	require.InEpsilon(t, float64(p.Losses[0].Value), float64(q.Losses[0].Value), 1e-6)
}

func TestEvalUsage(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0}, 1, 2, 2)
	soft := npy(t, []float32{0, 1, .5, 0}, 1, 2, 2)
	channels := npy(t, []float32{0, 1, .5, 0, 0, 0, 1, 1}, 2, 1, 2, 2)
	volume := nifti(t, []uint8{0, 1, 1, 0}, 0, 2, 2, 1)
	for _, c := range []struct{ args, want string }{
		{labels, "accepts 2 arg(s)"},
		{labels + " " + soft + " --json --csv", "[json csv]"},
		{labels + " " + soft + " --loss jaccard", `no loss is called "jaccard"`},
		{labels + " " + soft + " --loss focal:gamma=-1", "gamma=-1 is not allowed"},
		{labels + " " + channels + " --loss focal:alpha=1/2/3", "focal"},
		{labels + " " + soft + " --activation relu", "want none, sigmoid or softmax"},
		{labels + " " + soft + " --activation softmax", "softmax with 1 channel"},
		{labels + " " + channels + " --activation sigmoid", "sigmoid with 2 channels"},
		{labels + " " + channels + " --foreground nonzero", "one-channel"},
		{labels + " " + soft + " --foreground some", "want whole numbers"},
		{labels + " " + soft + " --foreground nonzero --foreground 1", "not both"},
		{soft + " " + soft + " --foreground nonzero", "is taken as a soft target"},
		{soft + " " + soft + " --ignore 1", "is taken as a soft target"},
		{labels + " " + soft + " --ignore 1,x", `"x" is no label`},
		{labels + " " + soft + " --slope 0", "--slope 0"},
		{labels + " " + soft + " --slope NaN", "--slope NaN"},
		{labels + " " + soft + " --intercept Inf", "--intercept +Inf"},
		{labels + " " + soft + " --epsilon .5", "epsilon 0.5"},
		{labels + " " + soft + " --as picture", "want labels or prediction"},
		{labels + " " + soft + " --geometry maybe", "want check or ignore"},
		{labels + " " + labels + " --weights " + soft, "--weights is for losses"},
		{labels + " " + soft + " --as labels --loss dice", "--loss is for losses"},
		{volume + " " + volume + " --axes zyx", "no NumPy array"},
		{volume + " " + volume + " --axes zyx --activation sigmoid", "no NumPy array"},
		{labels + " " + soft + " --chunk 99999999999", "--chunk"},
		{labels + " " + labels + " --workers -1", "--workers -1: want 0 or more"},
	} {
		code, stdout, stderr := run(append([]string{"eval"}, strings.Fields(c.args)...)...)
		require.Equal(t, exitUsage, code, "%s\n%s", c.args, stderr)
		require.Contains(t, stderr, c.want, c.args)
		require.Contains(t, stderr, "see voxfold eval --help")
		require.Empty(t, stdout)
	}
}

// The help names every key of the JSON.
func TestEvalHelp(t *testing.T) {
	help, _ := mustRun(t, "eval", "--help")
	labels, prediction := phantomFiles(t, 1, false)
	for _, args := range [][]string{{labels, prediction}, {labels, labels}} {
		stdout, _ := mustRun(t, append([]string{"eval", "--json"}, args...)...)
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(stdout), &v))
		var visit func(v any)
		visit = func(v any) {
			switch v := v.(type) {
			case []any:
				visit(v[0])
			case map[string]any:
				for key, inner := range v {
					require.Contains(t, help, `"`+key+`"`)
					if key != "params" {
						visit(inner)
					}
				}
			}
		}
		visit(v)
	}
}

// An error of the data says which voxel of which file it is.
func TestEvalErrors(t *testing.T) {
	nan := float32(math.NaN())
	labels := npy(t, []uint8{0, 1, 1, 0, 7, 0}, 1, 2, 3)
	two := npy(t, []uint8{0, 1, 1, 0, 1, 0}, 1, 2, 3)
	negative := npy(t, []int32{0, 1, 1, 0, -7, 0}, 1, 2, 3)
	soft := npy(t, []float32{0, 1, .5, 0, 0, 0}, 1, 2, 3)
	bad := npy(t, []float32{0, 1, .5, 0, nan, nan}, 1, 2, 3)
	large := npy(t, []float32{0, 1, .5, 0, 0, 9}, 1, 2, 3)
	short := npy(t, []float32{0, 1, .5, 0, 0}, 1, 2, 3)
	for _, c := range []struct{ args, want string }{
		{two + " missing.npy", "missing.npy"},
		{two + " " + short, "unexpected EOF"},
		{two + " " + bad, bad + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): prediction is NaN, want a probability in [0,1] (to within epsilon 1e-07; logits need an activation) (2 such"},
		{two + " " + large, large + ": sample 0, channel 0, voxel 5 (x 2, y 1, z 0): prediction is 9"},
		{labels + " " + soft, labels + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): label is 7, want 0 to 1 or an ignored label (1 such voxels in this chunk); --foreground"},
		{two + " " + soft + " --weights " + bad, bad + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): weight is NaN"},
		{bad + " " + soft + " --target soft", bad + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): target is NaN"},
		{soft + " " + soft + " --target labels", "0.5 is no label"},
		{negative + " " + two, negative + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): label is -7, want 0 or more (1 such voxels in this chunk)\n"},
		{two + " " + negative, negative + ": sample 0, channel 0, voxel 4 (x 1, y 1, z 0): prediction is -7, want 0 or more"},
		{npy(t, make([]float32, 12), 2, 1, 2, 3) + " " + soft, "samples: "},
		{two + " " + npy(t, make([]float32, 12), 2, 1, 2, 3) + " --as labels", "has 2"},
		{two + " " + npy(t, make([]float32, 12), 2, 1, 1, 2, 3) + " --as labels", "5 axes"},
		{two + " " + soft + " --target soft --weights " + npy(t, make([]float32, 12), 2, 1, 2, 3), "has 2"},
	} {
		code, stdout, stderr := run(append([]string{"eval", "--json"}, strings.Fields(c.args)...)...)
		require.Equal(t, exitError, code, "%s\n%s", c.args, stderr)
		require.Contains(t, stderr, c.want, c.args)
		require.Empty(t, stdout)
	}
}

func TestEvalGeometry(t *testing.T) {
	voxels := make([]uint8, 4*4*4)
	voxels[5] = 1
	here := nifti(t, voxels, 0, 4, 4, 4)
	near := nifti(t, voxels, .002, 4, 4, 4)
	there := nifti(t, voxels, .5, 4, 4, 4)
	flat := nifti(t, voxels[:16], 0, 4, 4, 1)
	cube, turned := npy(t, voxels, 4, 4, 4), fortran(t, voxels, 4, 4, 4)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{here + " " + here, 0, ""},
		{here + " " + near, 0, "differ by 0.002 voxel"},
		{here + " " + there, exitGeometry, "--geometry ignore"},
		{here + " " + there + " --geometry ignore", 0, "corner positions"},
		{here + " " + there + " --activation sigmoid", exitGeometry, "spacing 1×1×1 mm, origin (0.5, 0, 0)"},
		{here + " " + flat, exitGeometry, "shape"},
		{here + " " + flat + " --geometry ignore", exitGeometry, "shape"},
		{here + " " + cube, 0, "is taken as zyx; its shape would be the same"},
		{cube + " " + cube, 0, ""},
		{cube + " " + turned, exitGeometry, "one of them in Fortran order"},
		{turned + " " + cube + " --activation sigmoid", exitGeometry, "one of them in Fortran order"},
		{cube + " " + cube + " --activation sigmoid --weights " + turned, exitGeometry, "one of them in Fortran order"},
		{cube + " " + turned + " --geometry ignore", 0, "one of them in Fortran order"},
		{turned + " " + turned, 0, ""},
		{npy(t, voxels[:16], 4, 4, 1) + " " + fortran(t, voxels[:16], 4, 4, 1), exitGeometry, "save numpy.ascontiguousarray of both"},
		{npy(t, voxels[:16], 1, 4, 4) + " " + fortran(t, voxels[:16], 4, 4, 1), 0, ""},
		{flat + " " + npy(t, voxels[:16], 1, 4, 4), 0, ""},
		{flat + " " + npy(t, voxels[:16], 4, 4, 1), exitGeometry, "the other way round"},
		{here + " " + cube + " --axes zyx", 0, "taken as zyx"},
		{here + " " + cube + " --axes zyx --activation sigmoid --weights " + here, 0, "taken as zyx"},
		{cube + " " + here + " --activation sigmoid --weights " + there, exitGeometry, ""},
	} {
		code, _, stderr := run(append([]string{"eval"}, strings.Fields(c.args)...)...)
		require.Equal(t, c.code, code, "%s\n%s", c.args, stderr)
		require.Contains(t, stderr, c.want, c.args)
		if c.want == "" && c.code == 0 {
			require.Empty(t, stderr, c.args)
		}
	}
}

// Axes that are not the usual ones can be named; labels have them without c.
func TestEvalAxes(t *testing.T) {
	labels := npy(t, []uint8{0, 1, 1, 0, 1, 0, 0, 1}, 2, 2, 1, 2)                                  // b z y x
	values := npy(t, []float32{.5, .5, 0, 1, 0, 1, 1, 0, .5, .5, 0, 1, 1, 0, 0, 1}, 2, 2, 2, 1, 2) // b c z y x
	last := npy(t, []float32{.5, .5, .5, .5, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1}, 2, 2, 1, 2, 2)
	p := evalLosses(t, labels, values, "--axes", "bczyx")
	require.Equal(t, 2, p.Samples)
	require.Equal(t, 2, p.Classes)
	require.Equal(t, p, evalLosses(t, labels, values))
	q := evalLosses(t, labels, last, "--axes", "bzyxc")
	require.Equal(t, 2, q.Samples)
	require.Equal(t, 2, q.Classes)
	code, _, stderr := run("eval", labels, values, "--axes", "zyx")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "name 3 axes")
}

func TestInfo(t *testing.T) {
	path := npy(t, []float64{0, .5, math.NaN(), 2}, 1, 2, 2)
	stdout, stderr := mustRun(t, "info", path)
	require.Empty(t, stderr)
	for _, want := range []string{"NumPy, axes zyx", "float64", "2×2×1 voxels, place in space unknown", "0 to 2, and 1 not a number"} {
		require.Contains(t, stdout, want)
	}
	stdout, _ = mustRun(t, "info", "--json", path)
	p := fromJSON[infoReport](t, stdout)
	require.Equal(t, [3]int{2, 2, 1}, p.Shape)
	require.EqualValues(t, 1, p.NaN)
	require.Nil(t, p.Geometry)
	require.Nil(t, p.Distinct)
	stdout, _ = mustRun(t, "info", "--json", npy(t, []float32{float32(math.NaN())}, 1))
	require.Contains(t, stdout, `"min": null`)

	path = nifti(t, []uint8{0, 3, 3, 200}, 7, 2, 2, 1)
	stdout, _ = mustRun(t, "info", "--json", path)
	p = fromJSON[infoReport](t, stdout)
	require.Equal(t, []number{0, 3, 200}, p.Distinct)
	require.Equal(t, [3]number{7, 0, 0}, p.Geometry.Origin)
	stdout, _ = mustRun(t, "info", path)
	require.Contains(t, stdout, "labels    3: 0 3 200\n")

	code, _, stderr := run("info", "missing.nii")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "missing.nii")
	code, _, _ = run("info")
	require.Equal(t, exitUsage, code)
	code, _, stderr = run("info", file(t, "x", []byte("no volume at all")))
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "none of the formats")
}
