// Package reduce folds the voxels of predictions and targets into a few sums
// (TP, FP, FN, cross entropy, focal terms), and pulls the derivatives of
// anything by those sums back onto the voxels. It knows no loss: package loss
// makes losses of the sums.
//
//	r, err := reduce.New(reduce.Options{Activation: reduce.Sigmoid, CE: true, Gammas: []float64{.5}})
//	err = r.Fold(0, reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)})
//	totals := r.Totals()
//
// A [Reducer] takes chunks of any length and gives [Sums], which merge exactly
// with those of other parts of a volume, and [Totals], float64 numbers to
// calculate with. A [Backward] takes the derivatives of a loss by the totals
// and writes one gradient per voxel and channel. [LabelCounts] counts label maps
// against label maps.
//
// # The same bits
//
// For the same voxels and options, sums and gradients are the same to the last
// bit on every [Level], for any chunks, workers, order of merging and split
// into shards at multiples of [SegmentSize]. A voxel's place decides where it
// is added: lane = index mod [Lanes], 32 rows of lanes a block, added in
// float32; blocks of a segment in float64; segments exactly. Two requests may
// differ in the last bits where they use different algorithms (cross entropy
// alone, cross entropy beside a focal sum); the same request never does.
//
// # Accuracy
//
// Each sum is within 1e-6 of the float64 sum of the same inputs, relative to
// it, for any input; what is below 2^-126 at a voxel may count as 0. The error
// of a power grows with its exponent: a focal sum with γ above 4 is within
// 5.1e-7 + 1.2e-7·γ, at most 1.6e-5.
//
// The worst errors of the elementary functions over every float32 of their
// domain, in units of the last place, rounded up:
//
//	-log r, r in [1e-7, 1)        1.50
//	-log(1-s), s in [1e-7, 1/2]   1.52
//	exp x, x in [-87, 0]          0.89
//	log1p t, t in (0, 1]          0.91
//	sigmoid x, x in [-87, 0]      1.49
//	sigmoid -x, x in [-87, 0]     1.51
//	softplus x, x in [-87, 0]     1.66
//	softplus x, x in [0, 1000]    1.60
//	q^0.25, q in [1e-7, 1]        0.95
//	q^0.3, q in [1e-7, 1]         1.04
//	q^0.5, q in [1e-7, 1]         0.51
//	q^0.7, q in [1e-7, 1]         1.18
//	q^1.3, q in [1e-7, 1]         1.41
//	q^1.7, q in [1e-7, 1]         1.66
//	q^2, q in [1e-7, 1]           0.51
//	q^3, q in [1e-7, 1]           1.87
//	q^5, q in [1e-7, 1]           3.18
//
// Where the input is a logit, the power is formed from the logarithm that is
// at hand, with the errors of both: within 6 ulp for γ up to 3.
//
// # Memory
//
// A Reducer holds per sample an open block of BlockSize numbers per channel,
// and 104 bytes per sum, with room for the sums of two samples more to read
// them; per worker that has had work, the kernels' scratch and the converted
// target of a few blocks, and, where the prediction is not float32, room to
// convert a few blocks of it; most kernels read logits of float16 and bfloat16
// as they are. Quantised predictions against labels take 4 KiB per channel,
// sample and worker to count in. Nothing of that depends on the volume. For up to
// 64 channels it is under 4 MiB with 8 workers.
package reduce
