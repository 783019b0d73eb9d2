package voxfold_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

// A gradient larger than memory: two passes over a stream, the first for the
// sums, the second for the gradient, which goes to a file chunk by chunk.
func Example_largerThanMemory() {
	const chunk = 10_000
	phantom := volume.NewPhantom([3]int{100, 80, 60}, 1)
	logits, labels := make([]float32, chunk), make([]uint8, chunk)
	stream := func(do func(at int64, c reduce.Chunk) error) error {
		for at := int64(0); at < phantom.Geometry().Voxels(); at += chunk {
			phantom.Logits(logits, 0, at)
			phantom.Labels(labels, at)
			c := reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)}
			if err := do(at, c); err != nil {
				return err
			}
		}
		return nil
	}

	l := loss.MustParse("dice-ce")
	o := reduce.Options{Activation: reduce.Sigmoid}
	l.Needs().Ask(&o)
	r, err := reduce.New(o)
	if err != nil {
		panic(err)
	}
	if err := stream(func(_ int64, c reduce.Chunk) error { return r.Fold(0, c) }); err != nil {
		panic(err)
	}
	totals := r.Totals()

	back, err := reduce.NewBackward(o)
	if err != nil {
		panic(err)
	}
	back.Set(loss.Derive(l, totals), 1)
	dir, _ := os.MkdirTemp("", "voxfold")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "gradient.npy")
	w, err := volume.CreateNPY(file, volume.Float32, 60, 80, 100)
	if err != nil {
		panic(err)
	}
	err = stream(func(at int64, c reduce.Chunk) error {
		if err := back.Pull(0, c, logits); err != nil { // in place of the logits
			return err
		}
		return w.WriteAt(logits, at)
	})
	if err != nil {
		panic(errors.Join(err, w.Discard()))
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	f, err := volume.Open(file, volume.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("loss %.6f, gradient: %v of %v voxels\n", l.Value(totals), f.Type, f.Geometry.Voxels())
	// Output: loss 0.324658, gradient: float32 of 480000 voxels
}

// Data-parallel training: each rank folds its own samples, an all-reduce adds
// the sums of all ranks, and each rank takes its own backward pass. The loss is
// taken over the whole batch, and every bit is that of a single rank.
//
// Where a loss is a mean over the samples (batch=false), their sums must not be
// added: Append joins them, and Derivatives.Of gives each rank those of its own.
func Example_dataParallel() {
	const ranks, voxels = 4, 20_000
	l := loss.MustParse("dice-ce:batch=true")
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
	onEachRank := func(do func(rank int) error) {
		var wait sync.WaitGroup
		for rank := range ranks {
			wait.Go(func() {
				if err := do(rank); err != nil {
					panic(err)
				}
			})
		}
		wait.Wait()
	}

	// Forward. The sums travel as a vector that any framework may add, in any
	// order (or as bytes, MarshalBinary, to Merge).
	vectors := make([][]float64, ranks)
	onEachRank(func(rank int) error {
		r, err := reduce.New(o)
		if err != nil {
			return err
		}
		if err := r.Fold(0, batch[rank]); err != nil {
			return err
		}
		vectors[rank] = r.Sums().AppendVector(nil)
		return nil
	})
	total := make([]float64, len(vectors[0])) // the all-reduce
	for _, vector := range vectors {
		for i, x := range vector {
			total[i] += x
		}
	}

	// Backward, with the derivatives of the whole batch's loss.
	values, gradients := make([]float64, ranks), make([][]float32, ranks)
	onEachRank(func(rank int) error {
		sums, err := reduce.NewSums(o)
		if err != nil {
			return err
		}
		if err := sums.LoadVector(total); err != nil {
			return err
		}
		values[rank] = l.Value(sums.Totals())
		back, err := reduce.NewBackward(o)
		if err != nil {
			return err
		}
		back.Set(loss.Derive(l, sums.Totals()), 1)
		gradients[rank] = make([]float32, voxels)
		return back.Pull(0, batch[rank], gradients[rank])
	})

	// One rank with the whole batch gives the same bits.
	one, err := loss.NewEvaluator(l, reduce.Options{Activation: reduce.Sigmoid, Samples: ranks})
	if err != nil {
		panic(err)
	}
	whole := make([][][]float32, ranks)
	for rank := range whole {
		whole[rank] = [][]float32{make([]float32, voxels)}
	}
	value, err := one.Gradient(whole, batch...)
	if err != nil {
		panic(err)
	}
	same := true
	for rank, gradient := range gradients {
		same = same && values[rank] == value && slices.Equal(gradient, whole[rank][0])
	}
	fmt.Println("the same bits:", same)
	// Output: the same bits: true
}
