package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// shared returns the path of a real volume, and skips the benchmark where there
// are none.
func shared(b *testing.B, path ...string) string {
	root := os.Getenv("VOXFOLD_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	root = filepath.Join(root, "data")
	if _, err := os.Stat(root); err != nil {
		b.Skipf("no real volumes at %s: set VOXFOLD_SHARED to the folder that holds data", root)
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// readVolume reads the one plane of a file whole.
func readVolume[D any](b testing.TB, path string, read func(*volume.Plane, []D) (int, error)) []D {
	f, err := volume.Open(path, volume.Options{})
	require.NoError(b, err)
	p, err := f.Plane(0, 0)
	require.NoError(b, err)
	defer func() { require.NoError(b, p.Close()) }()
	dst := make([]D, f.Geometry.Voxels())
	_, err = read(p, dst)
	require.NoError(b, err)
	return dst
}

// BenchmarkRealLabels counts a network's labels of a spine against the
// reference: 14 classes.
func BenchmarkRealLabels(b *testing.B) {
	reference := readVolume(b, shared(b, "spine", "ref.nii.gz"), (*volume.Plane).LabelsUint8)
	predicted := readVolume(b, shared(b, "spine", "pred.nii.gz"), (*volume.Plane).LabelsUint8)
	b.SetBytes(int64(2 * len(reference)))
	b.ReportAllocs()
	for b.Loop() {
		if err := reduce.FoldLabels(new(reduce.LabelCounts), reference, predicted); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReal takes the value of a loss and of its gradient of real data: a
// soft threshold of a CT against its bones, and the labels of a lung tumour,
// 837 of 12.6 million voxels, against a network that is sure there is none.
func BenchmarkReal(b *testing.B) {
	ct := readVolume(b, shared(b, "totalsegmentator", "example_ct_sm.nii.gz"), (*volume.Plane).Float32)
	for i, hounsfield := range ct {
		ct[i] = (hounsfield - 150) / 50
	}
	tumour := narrowLabels(readVolume(b, shared(b, "pyradiomics", "lung1_label.nrrd"), (*volume.Plane).Labels))
	for _, data := range []struct {
		name   string
		logits []float32
		labels []uint8
	}{
		{"bones", ct, narrowLabels(readVolume(b, shared(b, "totalsegmentator", "example_seg.nii.gz"), (*volume.Plane).Labels))},
		{"tumour", convert(tumour, func(l uint8) float32 { return -9 + float32(l) }), tumour},
	} {
		chunk := reduce.Chunk{Prediction: reduce.Float32(data.logits), Target: reduce.LabelsUint8(data.labels)}
		gradient := [][][]float32{{make([]float32, len(data.logits))}}
		for _, spec := range []string{"dice-ce", "asymmetric-unified-focal"} {
			for _, level := range reduce.Levels() {
				if level == reduce.Generic && len(data.labels) > 1<<20 {
					continue
				}
				e, err := loss.NewEvaluator(loss.MustParse(spec), reduce.Options{Activation: reduce.Sigmoid, Nonzero: true, Level: level, Workers: 1})
				require.NoError(b, err)
				b.Run(fmt.Sprintf("data=%s/loss=%s/pass=forward/level=%v", data.name, spec, level), func(b *testing.B) {
					b.SetBytes(int64(5 * len(data.logits)))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := e.Value(chunk); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(fmt.Sprintf("data=%s/loss=%s/pass=step/level=%v", data.name, spec, level), func(b *testing.B) {
					b.SetBytes(int64(14 * len(data.logits)))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := e.Gradient(gradient, chunk); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// narrowLabels keeps of labels whether they are the background.
func narrowLabels(labels []int32) []uint8 {
	return convert(labels, func(l int32) uint8 { return uint8(min(l, 1)) })
}

// atlas returns the labels of a brain atlas, 724 and the background, and the
// same moved by one voxel along x, y and z. It skips the test where the atlas
// is not installed.
func atlas(tb testing.TB) (reference, shifted []uint16) {
	const path = "/usr/share/mricron/templates/inia19-NeuroMaps.nii.gz"
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("no atlas at %s: Debian's package mricron-data has it", path)
	}
	reference = readVolume(tb, path, (*volume.Plane).LabelsUint16)
	const x, y, z = 168, 206, 128
	require.Len(tb, reference, x*y*z)
	const by = 1 + x + x*y
	return reference, append(make([]uint16, by), reference[:len(reference)-by]...)
}

// Hundreds of labels are counted exactly, in one pass, whatever the chunks.
func TestAtlas(t *testing.T) {
	reference, shifted := atlas(t)
	want := map[int32]*reduce.LabelRow{}
	row := func(label uint16) *reduce.LabelRow {
		if want[int32(label)] == nil {
			want[int32(label)] = &reduce.LabelRow{Label: int32(label)}
		}
		return want[int32(label)]
	}
	for i, r := range reference {
		if p := shifted[i]; r == p {
			row(r).TP++
		} else {
			row(r).FN++
			row(p).FP++
		}
	}
	counts := reduce.NewLabelCounts()
	for from := 0; from < len(reference); {
		to := min(len(reference), from+100_003)
		require.NoError(t, reduce.FoldLabels(counts, reference[from:to], shifted[from:to]))
		from = to
	}
	require.Len(t, counts.Rows(), 724)
	require.Equal(t, int64(len(reference)), counts.Voxels())
	for _, r := range counts.Rows() {
		require.Equal(t, *want[r.Label], r)
	}
}

// BenchmarkAtlas counts them: the design wants 200 Mvoxel/s.
func BenchmarkAtlas(b *testing.B) {
	reference, shifted := atlas(b)
	wide := func(labels []uint16) []int32 { return convert(labels, func(l uint16) int32 { return int32(l) }) }
	reference32, shifted32 := wide(reference), wide(shifted)
	for name, fold := range map[string]func(c *reduce.LabelCounts) error{
		"uint16": func(c *reduce.LabelCounts) error { return reduce.FoldLabels(c, reference, shifted) },
		"int32":  func(c *reduce.LabelCounts) error { return reduce.FoldLabels(c, reference32, shifted32) },
	} {
		b.Run("labels="+name, func(b *testing.B) {
			c := reduce.NewLabelCounts()
			require.NoError(b, fold(c))
			b.ReportAllocs()
			for b.Loop() {
				if err := fold(c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(reference))/b.Elapsed().Seconds()/1e6, "Mvoxel/s")
		})
	}
}
