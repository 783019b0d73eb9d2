package voxfold_test

import (
	"fmt"
	"sync"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// A volume in memory: the loss, and its gradient, in one call.
func Example() {
	logits := []float32{-4, -3, 2, 5, -1, -6}
	labels := []uint8{0, 0, 1, 1, 1, 0}

	l := loss.MustParse("asymmetric-unified-focal")
	value, gradient, err := loss.Evaluate(l,
		reduce.Options{Activation: reduce.Sigmoid},
		reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)})
	if err != nil {
		panic(err)
	}
	fmt.Printf("loss %.6f, gradient %.4f\n", value, gradient[0])
	// Output: loss 0.213966, gradient [0.0016 0.0042 -0.0162 -0.0010 -0.0557 0.0002]
}

// A stream: any number of losses from one pass over chunks of any length, in
// memory that does not grow with the volume.
func Example_stream() {
	losses := []loss.Loss{loss.MustParse("dice"), loss.MustParse("focal:gamma=1.5,alpha=.25"), loss.MustParse("bce")}
	var o reduce.Options
	loss.Union(losses...).Ask(&o)
	r, err := reduce.New(o)
	if err != nil {
		panic(err)
	}

	phantom := volume.NewPhantom([3]int{100, 80, 60}, 1)
	prediction, labels := make([]float32, 10_000), make([]uint8, 10_000)
	for at := int64(0); at < phantom.Geometry().Voxels(); at += 10_000 {
		phantom.Probabilities(prediction, 0, at)
		phantom.Labels(labels, at)
		if err := r.Fold(0, reduce.Chunk{Prediction: reduce.Float32(prediction), Target: reduce.LabelsUint8(labels)}); err != nil {
			panic(err)
		}
	}

	totals := r.Totals()
	for _, l := range losses {
		fmt.Printf("%s %.6f\n", l.Name(), l.Value(totals))
	}
	// Output:
	// dice 0.320964
	// focal 0.001855
	// ce 0.003695
}

// Data-parallel training: each rank folds its own samples, the sums of all
// ranks are joined, and each rank takes its own backward pass. The loss is
// taken over the whole batch, and every bit is that of a single rank.
func Example_dataParallel() {
	const ranks, voxels = 4, 20_000
	l := loss.MustParse("dice:batch=true")
	phantom := volume.NewPhantom([3]int{voxels, ranks, 1}, 1)
	batch := make([]reduce.Chunk, ranks) // each rank's sample
	for rank := range batch {
		logits, labels := make([]float32, voxels), make([]uint8, voxels)
		phantom.Logits(logits, 0, int64(rank)*voxels)
		phantom.Labels(labels, int64(rank)*voxels)
		batch[rank] = reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)}
	}
	o := reduce.Options{Activation: reduce.Sigmoid, Workers: 1}
	l.Needs().Ask(&o)

	// Forward: a Reducer a rank. In a real all-reduce, Sums travel as bytes
	// (MarshalBinary) or as a vector that may be added (AppendVector).
	sums := make([]*reduce.Sums, ranks)
	var wait sync.WaitGroup
	for rank := range ranks {
		wait.Go(func() {
			r, _ := reduce.New(o)
			if err := r.Fold(0, batch[rank]); err != nil {
				panic(err)
			}
			sums[rank] = r.Sums()
		})
	}
	wait.Wait()
	for _, s := range sums[1:] {
		if err := sums[0].Append(s); err != nil {
			panic(err)
		}
	}
	totals := sums[0].Totals()
	by := loss.Derive(l, totals)

	// Backward: each rank with the derivatives of its own sample.
	gradients := make([][]float32, ranks)
	for rank := range ranks {
		wait.Go(func() {
			b, _ := reduce.NewBackward(o)
			b.Set(by.Of(rank, rank+1), 1)
			gradients[rank] = make([]float32, voxels)
			if err := b.Pull(0, batch[rank], gradients[rank]); err != nil {
				panic(err)
			}
		})
	}
	wait.Wait()

	// One rank with the whole batch gives the same bits.
	o.Samples = ranks
	one, _ := loss.NewEvaluator(l, o)
	whole := make([][][]float32, ranks)
	for rank := range whole {
		whole[rank] = [][]float32{make([]float32, voxels)}
	}
	value, err := one.Gradient(whole, batch...)
	if err != nil {
		panic(err)
	}
	same := value == l.Value(totals)
	for rank, gradient := range gradients {
		for i := range gradient {
			same = same && gradient[i] == whole[rank][0][i]
		}
	}
	fmt.Println("the same bits:", same)
	// Output: the same bits: true
}
