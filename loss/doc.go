// Package loss turns the sums of a pass over the voxels into losses, and into
// the derivatives of a loss by those sums. It is scalar arithmetic: it never
// sees a voxel, so that a loss costs the same for any volume, and any number
// of losses come from one pass.
//
//	l, err := loss.Parse("asymmetric-unified-focal:lambda=.5,delta=.6,gamma=.5")
//	needs := l.Needs()                 // the sums to ask of the pass
//	value := l.Value(totals)           // from a *reduce.Totals
//	d := reduce.NewDerivatives(totals) // what the backward pass pulls back
//	l.AddDerivative(totals, 1, d)      // onto the voxels
//
// [Table] is the list of losses; [Union] joins what several losses need, and
// [Sum] makes one loss of several.
//
// # Symbols
//
// Per sample b and class c, over the voxels: p is the probability, q = 1 − p,
// y the target in [0,1], w the weight (0: ignored), ℓ = −log p. The sums are
// W = Σ w, TP = Σ w·y·p, FP = Σ w·(1−y)·p, FN = Σ w·y·q, CE = Σ w·y·ℓ and
// F = Σ w·y·q^γ·ℓ. Of them the losses are made by
//
//	mean_v   1/W · the sum over all samples and voxels
//	mean_bc  the mean over samples and classes
//	U        (α·FP + β·FN) / (TP + α·FP + β·FN + s), with 0/0 = 0
//
// U is 1 minus the Tversky index, in a form without a subtraction: a perfect
// prediction costs exactly 0, and a nearly perfect one keeps its digits.
//
// # Conventions
//
// Published code disagrees on these; here they hold for every loss.
//
//   - λ multiplies the focal part, as in the paper of the Unified Focal loss;
//     its authors' code multiplies the other part.
//   - δ and Tversky's β weigh FN, 1−δ and α weigh FP. In the focal parts δ
//     weighs every class but the background, class 0.
//   - In the symmetric and asymmetric families the focal part has the exponent
//     γ and the Tversky part 1−γ. With γ = 0 and δ = ½ that is half the cross
//     entropy for λ = 1, and for λ = 0 the mean over all classes of the Dice
//     loss with twice the smoothing.
//   - mean_v divides by the voxels, not by voxels times classes.
//   - Of a one-channel prediction the plain region losses (dice, tversky,
//     fbeta, focal-tversky, and those with one of them as a part) score the
//     foreground alone. Its cross entropy, its focal losses and the symmetric
//     and asymmetric families take both rows, background and foreground.
//   - batch=true adds the sums over the samples before a region loss is
//     formed; background=false leaves class 0 out of mean_bc;
//     reduction=sum divides neither mean.
//   - Where there is nothing to score (W = 0) every loss is 0, and so is its
//     gradient.
//
// Every loss is at least 0, but for combo, whose Dice coefficient counts
// negative.
//
// # Derivatives
//
// For e < 1 the derivative of U^e is infinite at U = 0 and is taken as 0
// there; near 0 it is large, and every derivative is clipped to the finite
// float32 range. Finite sums give finite losses and derivatives, for all
// parameters that are allowed.
//
// Σ w·y, which class weights divide by, is read as TP + FN but does not
// depend on the prediction: no derivative flows through it.
//
// # Same bits everywhere
//
// Equal sums give equal losses and equal derivatives to the last bit on every
// architecture: the arithmetic has no operation that is not exactly rounded,
// and none that a compiler may fuse.
package loss
