// Package voxfold holds no code: it is the front door of a library and a
// command that fold a segmentation volume into a few sums, and make every loss
// of the family, and its gradient, of them.
//
// The first program, for a volume in memory:
//
//	l := loss.MustParse("asymmetric-unified-focal")
//	value, gradient, err := loss.Evaluate(l,
//		reduce.Options{Activation: reduce.Sigmoid},
//		reduce.Chunk{Prediction: reduce.Float32(logits), Target: reduce.LabelsUint8(labels)})
//
// The data flows one way:
//
//		files → volume → reduce → loss → a person
//
//	  - [github.com/voxfold/voxfold/volume] turns NIfTI, NRRD and NumPy files
//	    into streams of voxels, and holds the phantom.
//	  - [github.com/voxfold/voxfold/reduce] folds voxels into sums, and pulls
//	    derivatives by the sums back onto the voxels. It knows no loss.
//	  - [github.com/voxfold/voxfold/loss] maps sums to losses and to their
//	    derivatives. It sees no voxel.
//	  - cmd/voxfold is the command, bench the benchmarks.
package voxfold
