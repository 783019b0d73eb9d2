package reduce

import (
	"fmt"
	"slices"
	"unsafe"
)

// What panics before a Backward writes anything.

// checkShape panics where d has not the shape of the totals.
func (b *Backward) checkShape(d *Derivatives) {
	l := &b.layout
	ok := d.OneChannel == (l.channels == 1) && slices.Equal(d.Gammas, l.gammas) && len(d.Samples) == len(b.classes)
	for _, rows := range d.Samples {
		ok = ok && len(rows) == l.rows
		for _, row := range rows {
			ok = ok && len(row.Focal) == len(l.gammas)
		}
	}
	if !ok {
		panic(fmt.Sprintf("reduce: the derivatives have not the shape of totals of %d samples, %d channels and gammas %v; NewDerivatives makes them",
			len(b.classes), l.channels, l.gammas))
	}
}

// CheckBatch panics where [Backward.Pull] of a chunk for each sample would, and
// where the gradient of a sample shares memory with the chunk or the gradient of
// another one: what is pulled first would change what comes after.
func (b *Backward) CheckBatch(batch []Chunk, gradient [][][]float32) {
	for i := range batch {
		b.check(i, &batch[i], gradient[i])
	}
	for i, dst := range gradient {
		for j := range batch {
			for _, d := range dst {
				if i != j && (batch[j].shares(d) || overlapsAny(d, batch[j].Prediction.float32s) || overlapsAny(d, gradient[j])) {
					panic(fmt.Sprintf("reduce: the gradient of sample %d overlaps the data or the gradient of sample %d", i, j))
				}
			}
		}
	}
}

// check returns the length of the chunk. It panics where its parts or dst do
// not fit.
func (b *Backward) check(sample int, c *Chunk, dst [][]float32) int {
	n := c.voxels(&b.options)
	b.checkSample(sample)
	if len(dst) != b.options.Channels {
		panic(fmt.Sprintf("reduce: a gradient of %d channels beside a prediction of %d", len(dst), b.options.Channels))
	}
	for k, d := range dst {
		if len(d) != n {
			panic(fmt.Sprintf("reduce: a gradient of %d voxels beside a prediction of %d", len(d), n))
		}
		for j, x := range c.Prediction.float32s {
			if overlap(d, x) && (j != k || &d[0] != &x[0]) {
				panic("reduce: the gradient overlaps the prediction elsewhere than in place")
			}
		}
		for _, x := range dst[:k] {
			if overlap(d, x) {
				panic("reduce: two channels of the gradient overlap")
			}
		}
		if c.shares(d) {
			panic("reduce: the gradient overlaps the chunk that it is of")
		}
	}
	return n
}

// shares reports whether a gradient shares memory with the chunk, float32
// predictions apart.
func (c *Chunk) shares(d []float32) bool {
	return overlap(d, c.Weights) || overlapsAny(d, c.Target.soft) ||
		overlap(d, c.Target.uint8s) || overlap(d, c.Target.uint16s) || overlap(d, c.Target.int32s) ||
		overlapsAny(d, c.Prediction.halves) || overlapsAny(d, c.Prediction.float64s) || overlapsAny(d, c.Prediction.bytes)
}

func overlapsAny[A, B any](a []A, of [][]B) bool {
	for _, b := range of {
		if overlap(a, b) {
			return true
		}
	}
	return false
}

// overlap reports whether two slices share memory.
func overlap[A, B any](a []A, b []B) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+uintptr(len(b))*unsafe.Sizeof(b[0]) && b0 < a0+uintptr(len(a))*unsafe.Sizeof(a[0])
}
