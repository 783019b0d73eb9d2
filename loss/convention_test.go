package loss

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

// What a few voxels cost where published code disagrees or goes wrong, in
// numbers that can be checked by hand, on every level.
func TestConventions(t *testing.T) {
	const least = 1.00000005e-7 // −log(1 − 1e-7)
	most := -math.Log(1e-7)     // 16.118096
	clamped := reduce.Options{ClampRegion: true}
	ignored := reduce.Options{Ignore: []int32{0, 1}}
	probability := reduce.Options{}
	logit := reduce.Options{Activation: reduce.Sigmoid}
	for _, c := range []struct {
		what       string
		spec       string
		options    reduce.Options
		prediction []float32
		labels     []uint8
		want       float64
	}{
		{"a certain mistake costs the clamp, not infinity", "ce", probability, []float32{0, 1}, []uint8{1, 0}, most},
		{"a certain hit costs what is left of the clamp", "ce", probability, []float32{1, 0}, []uint8{1, 0}, least},
		{"a logit is not clamped", "ce", logit, []float32{-1000}, []uint8{1}, 1000},
		{"the focal power is clamped too", "focal:gamma=.5", probability, []float32{1}, []uint8{1}, math.Sqrt(1e-7) * least},
		{"a perfect prediction costs 0", "dice", probability, []float32{1, 0, 1}, []uint8{1, 0, 1}, 0},
		{"and so with a power", "asymmetric-focal-tversky", probability, []float32{1, 0, 1}, []uint8{1, 0, 1}, 0},
		{"a class that is absent and not predicted costs 0", "symmetric-focal-tversky", probability, []float32{0, 0}, []uint8{0, 0}, 0},
		{"unless the region is clamped", "symmetric-focal-tversky:gamma=.75,smooth=1e-7", clamped, []float32{0, 0}, []uint8{0, 0},
			// U of class 1 is .3·2e-7/(.3·2e-7 + 1e-7), of class 0 it is .7·2e-7/2.
			(math.Pow(.6/1.6, .25) + math.Pow(.7e-7, .25)) / 2},
		{"0/0 is 0", "dice:smooth=0", probability, []float32{0, 0}, []uint8{0, 0}, 0},
		{"smooth = 1 is not small: three voxels missed", "dice:smooth=1", probability, []float32{0, 0, 0, 0}, []uint8{1, 1, 1, 0}, .75},
		{"without it they cost all", "dice:smooth=0", probability, []float32{0, 0, 0, 0}, []uint8{1, 1, 1, 0}, 1},
		{"δ weighs FN", "tversky:alpha=.3,beta=.7,smooth=0", probability, []float32{1, 0}, []uint8{1, 1}, .7 / 1.7},
		{"and 1−δ FP", "tversky:alpha=.3,beta=.7,smooth=0", probability, []float32{1, 1}, []uint8{1, 0}, .3 / 1.3},
		{"Fβ of 1 is Dice", "fbeta:beta=1,smooth=0", probability, []float32{1, .5}, []uint8{1, 0}, .5 / 2.5},
		{"α weighs the foreground", "focal:gamma=0,alpha=.25", probability, []float32{.5}, []uint8{1}, .25 * math.Ln2},
		{"and 1−α the background", "focal:gamma=0,alpha=.25", probability, []float32{.5}, []uint8{0}, .75 * math.Ln2},
		{"β of combo weighs the foreground's cross entropy", "combo:alpha=1,beta=.9", probability, []float32{.5}, []uint8{1}, .9 * math.Ln2},
		{"λ multiplies the focal part", "symmetric-unified-focal:lambda=1,delta=.5,gamma=0", probability, []float32{.5, .5}, []uint8{1, 0}, math.Ln2 / 2},
		{"nothing to score costs 0", "combo", ignored, []float32{.3, .4}, []uint8{1, 0}, 0},
		{"whatever there is to add", "dice-ce:reduction=sum", ignored, []float32{.3, .4}, []uint8{1, 0}, 0},
	} {
		for _, c.options.Level = range reduce.Levels() {
			value, gradient, err := Evaluate(MustParse(c.spec), c.options,
				reduce.Chunk{Prediction: reduce.Float32(c.prediction), Target: reduce.LabelsUint8(c.labels)})
			require.NoError(t, err, c.what)
			assert.InDelta(t, c.want, value, 1e-6*math.Abs(c.want), "%s: %s, %v", c.what, c.spec, c.options.Level)
			for i, g := range gradient[0] {
				if c.options.Ignore != nil || c.spec == "ce" && (c.prediction[i] == 0 || c.prediction[i] == 1) {
					assert.Zero(t, g, "%s: neither an ignored voxel nor a clamp that bites has a gradient", c.what)
				}
			}
		}
	}
}
