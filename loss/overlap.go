package loss

import (
	"math"

	"github.com/voxfold/voxfold/reduce"
)

// An Overlap scores how well a predicted label map overlaps a reference. A
// score that would be 0/0 is NaN.
type Overlap struct {
	Dice      float64 // 2·TP / (2·TP + FP + FN)
	Jaccard   float64 // TP / (TP + FP + FN)
	Precision float64 // TP / (TP + FP)
	Recall    float64 // TP / (TP + FN)
}

// OverlapOf scores the counts of a label. Dice and Jaccard are NaN where
// neither map has it, precision where the prediction has not, recall where the
// reference has not.
func OverlapOf(r reduce.LabelRow) Overlap {
	tp, fp, fn := float64(r.TP), float64(r.FP), float64(r.FN)
	return Overlap{
		Dice:      2 * tp / (tp + tp + fp + fn),
		Jaccard:   tp / (tp + fp + fn),
		Precision: tp / (tp + fp),
		Recall:    tp / (tp + fn),
	}
}

// MeanOverlap is the mean of each score over the labels: every label counts
// the same, however large. The rows are of labels that one of the maps has, so
// that Dice and Jaccard are means over all of them; a score that is NaN for a
// label is left out of its mean, and the mean of none is NaN.
func MeanOverlap(rows []reduce.LabelRow) Overlap {
	var sum, count [4]float64
	for _, r := range rows {
		o := OverlapOf(r)
		for i, v := range [...]float64{o.Dice, o.Jaccard, o.Precision, o.Recall} {
			if !math.IsNaN(v) {
				sum[i] += v
				count[i]++
			}
		}
	}
	return Overlap{sum[0] / count[0], sum[1] / count[1], sum[2] / count[2], sum[3] / count[3]}
}

// PooledCounts are the counts of all labels added up: every voxel counts the
// same, so that large labels count more. A voxel with one label in the
// reference and another in the prediction is an FN of the one and an FP of the
// other. The row's label is 0.
func PooledCounts(rows []reduce.LabelRow) reduce.LabelRow {
	var pooled reduce.LabelRow
	for _, r := range rows {
		pooled.TP += r.TP
		pooled.FP += r.FP
		pooled.FN += r.FN
	}
	return pooled
}
