package loss

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/reduce"
)

func TestOverlap(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		row  reduce.LabelRow
		want Overlap
	}{
		{reduce.LabelRow{TP: 6, FP: 2, FN: 4}, Overlap{Dice: 12. / 18, Jaccard: 6. / 12, Precision: 6. / 8, Recall: 6. / 10}},
		{reduce.LabelRow{TP: 5}, Overlap{1, 1, 1, 1}},
		{reduce.LabelRow{FN: 1}, Overlap{0, 0, nan, 0}},
		{reduce.LabelRow{FP: 1}, Overlap{0, 0, 0, nan}},
		{reduce.LabelRow{}, Overlap{nan, nan, nan, nan}},
	} {
		require.Equal(t, fmt.Sprint(c.want), fmt.Sprint(OverlapOf(c.row)), c.row)
	}
}

func TestMeanAndPooledOverlap(t *testing.T) {
	rows := []reduce.LabelRow{{Label: 1, TP: 6, FP: 2, FN: 4}, {Label: 7, TP: 5}, {Label: 9, FN: 3}}
	require.Equal(t, reduce.LabelRow{TP: 11, FP: 2, FN: 7}, PooledCounts(rows))

	mean := MeanOverlap(rows)
	require.InDelta(t, (12./18+1+0)/3, mean.Dice, 1e-15)
	require.InDelta(t, (.5+1+0)/3, mean.Jaccard, 1e-15)
	require.InDelta(t, (.75+1)/2, mean.Precision, 1e-15, "label 9 is never predicted and has no precision")
	require.InDelta(t, (.6+1+0)/3, mean.Recall, 1e-15)
	require.Equal(t, "{NaN NaN NaN NaN}", fmt.Sprint(MeanOverlap(nil)))
}

// Two label maps are counted and scored.
func ExampleOverlapOf() {
	var counts reduce.LabelCounts
	reference, prediction := []uint8{0, 1, 1, 1, 2, 2}, []uint8{0, 1, 1, 0, 2, 1}
	if err := reduce.FoldLabels(&counts, reference, prediction); err != nil {
		panic(err)
	}
	for _, row := range counts.Rows() {
		fmt.Printf("%+v dice %.3f\n", row, OverlapOf(row).Dice)
	}
	// Output:
	// {Label:1 TP:2 FP:1 FN:1} dice 0.667
	// {Label:2 TP:1 FP:0 FN:1} dice 0.667
}
