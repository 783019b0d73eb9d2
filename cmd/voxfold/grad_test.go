package main

import (
	"bytes"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// savePlanes writes an array of float32, plane by plane.
func savePlanes(t *testing.T, path string, planes [][]float32, shape ...int) {
	t.Helper()
	w, err := volume.CreateNPY(path, volume.Float32, shape...)
	require.NoError(t, err)
	for k, plane := range planes {
		require.NoError(t, w.WriteAt(plane, k, 0))
	}
	require.NoError(t, w.Close())
}

// grad writes the bits that Evaluate gives of the volume in memory, for any
// chunk, and of the prediction's shape; --slope is a factor by the chain rule.
func TestGrad(t *testing.T) {
	for _, channels := range []int{1, 3} {
		phantom := volume.NewPhantom([3]int{30, 20, 10}, channels)
		n := int(phantom.Geometry().Voxels())
		labels := make([]uint8, n)
		phantom.Labels(labels, 0)
		whole := make([]float32, n)
		for i, l := range labels {
			whole[i] = float32(l)
		}
		logits := planes(channels, n)
		for k, plane := range logits {
			phantom.Logits(plane, k, 0)
		}
		dir := t.TempDir()
		reference, prediction, output := filepath.Join(dir, "labels.npy"), filepath.Join(dir, "logits.npy"), filepath.Join(dir, "gradient.npy")
		savePlanes(t, reference, [][]float32{whole}, 10, 20, 30)
		shape, activation, o := []int{10, 20, 30}, "sigmoid", reduce.Options{Activation: reduce.Sigmoid}
		if channels > 1 {
			shape, activation, o = append([]int{channels}, shape...), "softmax", reduce.Options{Activation: reduce.Softmax, Channels: channels}
		}
		savePlanes(t, prediction, logits, shape...)
		value, want, err := loss.Evaluate(loss.MustParse("asymmetric-unified-focal"), o,
			reduce.Chunk{Prediction: reduce.Float32(logits...), Target: reduce.LabelsUint8(labels)})
		require.NoError(t, err)

		for _, chunk := range []string{"0", "777"} {
			var out, errs bytes.Buffer
			code := Execute([]string{"grad", reference, prediction, "--loss", "asymmetric-unified-focal", "--activation", activation, "-o", output, "--chunk", chunk, "--json"}, &out, &errs)
			require.Zero(t, code, errs.String())
			assert.Contains(t, out.String(), strconv.FormatFloat(value, 'g', -1, 64))
			f, err := volume.Open(output, volume.Options{})
			require.NoError(t, err)
			require.Equal(t, [3]int{30, 20, 10}, f.Geometry.Shape)
			require.Equal(t, channels, f.Channels)
			for k := range channels {
				plane, err := f.Plane(0, k)
				require.NoError(t, err)
				got := make([]float32, n)
				_, err = plane.Float32(got)
				require.NoError(t, err)
				require.NoError(t, plane.Close())
				require.Equal(t, want[k], got, "channel %d, chunk %s", k, chunk)
			}
		}
	}
	var out, errs bytes.Buffer
	assert.Equal(t, exitUsage, Execute([]string{"grad", "a", "b"}, &out, &errs), "no loss, no output")
}
