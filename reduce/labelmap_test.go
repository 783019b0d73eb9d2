package reduce

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// countVoxelwise is what LabelCounts do, said plainly.
func countVoxelwise(reference, prediction []int32, ignore ...int32) (rows []LabelRow, foreground LabelRow, voxels int64) {
	counts := map[int32]*LabelRow{}
	row := func(l int32) *LabelRow {
		if counts[l] == nil {
			counts[l] = &LabelRow{Label: l}
		}
		return counts[l]
	}
	for i, r := range reference {
		if slices.Contains(ignore, r) {
			continue
		}
		voxels++
		p := prediction[i]
		switch {
		case r == p:
			row(r).TP++
		default:
			row(r).FN++
			row(p).FP++
		}
		switch {
		case r != 0 && p != 0:
			foreground.TP++
		case p != 0:
			foreground.FP++
		case r != 0:
			foreground.FN++
		}
	}
	delete(counts, 0)
	rows = []LabelRow{}
	for _, r := range counts {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b LabelRow) int { return int(a.Label) - int(b.Label) })
	return rows, foreground, voxels
}

func requireCounts(t *testing.T, reference, prediction []int32, c *LabelCounts) {
	t.Helper()
	rows, foreground, voxels := countVoxelwise(reference, prediction, c.ignore...)
	require.Equal(t, rows, c.Rows())
	require.Equal(t, foreground, c.Foreground())
	require.Equal(t, voxels, c.Voxels())
}

// labelRuns returns a map of labels below limit in runs of random lengths.
func labelRuns(rng *rand.Rand, n int, limit int32) []int32 {
	labels := make([]int32, n)
	for i := 0; i < n; {
		label, end := rng.Int32N(limit), min(n, i+1+rng.IntN(40))
		for ; i < end; i++ {
			labels[i] = label
		}
	}
	return labels
}

func narrow[T Label](labels []int32) []T {
	out := make([]T, len(labels))
	for i, l := range labels {
		out[i] = T(l)
	}
	return out
}

// foldAs folds a chunk as each mix of types that holds its labels.
func foldAs(mix int, c *LabelCounts, reference, prediction []int32) error {
	bytes, words := narrow[uint8], narrow[uint16]
	switch mix {
	case 0:
		return FoldLabels(c, bytes(reference), bytes(prediction))
	case 1:
		return FoldLabels(c, bytes(reference), words(prediction))
	case 2:
		return FoldLabels(c, words(reference), prediction)
	case 3:
		return FoldLabels(c, reference, bytes(prediction))
	}
	return FoldLabels(c, reference, prediction)
}

// Any mix of types, any chunking and any merging give the counts that a plain
// loop gives.
func TestLabelCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n, mix, limit := rng.IntN(3000), rng.IntN(5), int32(1+rng.IntN(256))
		if mix == 4 && rng.IntN(2) == 0 {
			limit = math.MaxInt32
		}
		reference, prediction := labelRuns(rng, n, limit), labelRuns(rng, n, limit)
		for i := range prediction { // agree nearly everywhere, as real maps do
			if rng.IntN(200) != 0 {
				prediction[i] = reference[i]
			}
		}
		var ignore []int32
		if rng.IntN(2) == 0 {
			ignore = []int32{rng.Int32N(limit), 3}
		}
		parts := []*LabelCounts{NewLabelCounts(ignore...), NewLabelCounts(ignore...), NewLabelCounts(ignore...)}
		for i := 0; i < n; {
			end := min(n, i+rng.IntN(300))
			require.NoError(t, foldAs(mix, parts[rng.IntN(3)], reference[i:end], prediction[i:end]))
			i = end
		}
		require.NoError(t, parts[2].Merge(parts[0]))
		require.NoError(t, parts[2].Merge(parts[1]))
		requireCounts(t, reference, prediction, parts[2])
	}
}

// What cannot be counted is named, and nothing of its chunk is added.
func TestLabelCountsErrors(t *testing.T) {
	c := NewLabelCounts(-1)
	reference, prediction := []int32{0, 0, 5, 5, -1, 7}, []int32{0, 5, 5, 5, 9, 0}
	require.NoError(t, FoldLabels(c, reference, prediction))

	for _, bad := range []struct {
		reference, prediction []int32
		want                  string
	}{
		{[]int32{1, 1, -2, 0, -2}, []int32{1, 1, 1, 0, 0}, "voxel 8: label is -2, want 0 or more (2 such"},
		{[]int32{1, 0, 0}, []int32{1, 2, -3}, "voxel 8: prediction is -3, want 0 or more (1 such"},
		{[]int32{-1}, []int32{-3}, "voxel 6: prediction is -3"},
	} {
		err := FoldLabels(c, bad.reference, bad.prediction)
		require.ErrorContains(t, err, bad.want)
		require.IsType(t, &InputError{}, err)
		requireCounts(t, reference, prediction, c)
	}
	require.PanicsWithValue(t, "reduce: a reference of 1 voxels beside a prediction of 2", func() {
		_ = FoldLabels(c, []uint8{1}, []uint8{1, 2})
	})
	require.ErrorContains(t, c.Merge(NewLabelCounts()), "ignore labels [-1] and []")
}

func TestLabelCountsLimit(t *testing.T) {
	labels := make([]int32, MaxLabels)
	for i := range labels {
		labels[i] = 3 * int32(i+1)
	}
	c := NewLabelCounts()
	require.NoError(t, FoldLabels(c, labels, labels))
	err := FoldLabels(c, []int32{3, 0, 0}, []int32{3, 1, 2})
	require.ErrorContains(t, err, "voxel 65536: prediction is 1, want one of the 65535 different labels before it, which is the limit (2 such")
	requireCounts(t, labels, labels, c)

	one := NewLabelCounts()
	require.NoError(t, FoldLabels(one, []uint8{1}, []uint8{1}))
	require.ErrorContains(t, c.Merge(one), "label 1 is one too many")
	requireCounts(t, labels, labels, c)

	// A label of a chunk that was refused takes no place.
	require.NoError(t, FoldLabels(one, labels[1:], labels[1:]))
	require.Error(t, FoldLabels(one, []int32{100000, 0}, []int32{0, -1}))
	require.Len(t, one.Rows(), MaxLabels)
}

func TestLabelCountsAllocateNothing(t *testing.T) {
	labels := labelRuns(rand.New(rand.NewPCG(3, 4)), 10000, 200)
	c := NewLabelCounts()
	require.NoError(t, FoldLabels(c, labels, labels))
	require.Zero(t, testing.AllocsPerRun(10, func() { _ = FoldLabels(c, labels, labels) }))
}

// Runs as long as those of brain atlases, which have hundreds of labels.
func BenchmarkFoldLabels(b *testing.B) {
	labels := labelRuns(rand.New(rand.NewPCG(5, 6)), 1<<20, 256)
	bytes := narrow[uint8](labels)
	words, shifted := narrow[uint16](labels), narrow[uint16](labels[1:])
	for name, fold := range map[string]func(c *LabelCounts) error{
		"uint8":         func(c *LabelCounts) error { return FoldLabels(c, bytes, bytes) },
		"uint16shifted": func(c *LabelCounts) error { return FoldLabels(c, words[1:], shifted) },
		"int32":         func(c *LabelCounts) error { return FoldLabels(c, labels, labels) },
	} {
		b.Run(name, func(b *testing.B) {
			c := NewLabelCounts()
			for range b.N {
				_ = fold(c)
			}
			b.ReportMetric(float64(c.Voxels())/b.Elapsed().Seconds()/1e6, "Mvoxel/s")
		})
	}
}
