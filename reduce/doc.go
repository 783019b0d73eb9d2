// Package reduce folds the voxels of predictions and targets into a few sums
// (TP, FP, FN, cross entropy, focal terms), and pulls derivatives by those
// sums back onto the voxels. It knows no loss.
package reduce
