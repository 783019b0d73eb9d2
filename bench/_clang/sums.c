// The loops of the forward pass as one writes them in C, one voxel a turn, for
// clang to vectorise as it thinks best. They stand beside the kernels of
// package reduce as what a compiler makes of the same sums: they check no
// input, promise no bits, and add in float32, so that the caller cuts volumes
// into blocks.

#include <stdint.h>

// regionSums adds TP, FP and FN of voxels [0, n) to sums[0..2].
void regionSums(const float *p, const uint8_t *label, int64_t n, float *sums) {
	float tp = 0, fp = 0, fn = 0;
	for (int64_t i = 0; i < n; i++) {
		float y = label[i];
		tp += y * p[i];
		fp += (1 - y) * p[i];
		fn += y * (1 - p[i]);
	}
	sums[0] += tp;
	sums[1] += fp;
	sums[2] += fn;
}
