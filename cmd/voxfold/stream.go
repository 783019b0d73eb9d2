package main

import (
	"io"

	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// stream fills two buffers in turn with read, in a goroutine of its own, and
// gives them to fold, in order: the one runs while the other does. It ends at
// the first error; an io.EOF of read is the end of the data.
func stream[B any](buffers [2]B, read, fold func(B) error) error {
	free, full := make(chan B, len(buffers)), make(chan B, len(buffers))
	for _, b := range buffers {
		free <- b
	}
	var readErr error // the reader's until it has closed full
	go func() {
		defer close(full)
		for b := range free {
			if readErr = read(b); readErr != nil {
				return
			}
			full <- b
		}
	}()
	for b := range full {
		if err := fold(b); err != nil {
			close(free)
			for range full { // until the reader is done with what it reads from
			}
			return err
		}
		free <- b
	}
	if readErr != io.EOF {
		return readErr
	}
	return nil
}

// A buffer holds a chunk of voxels of one sample.
type buffer struct {
	sample     int
	voxels     int
	prediction [][]float32 // per channel; or, as the file has them:
	bytes      [][]uint8   // quantised probabilities
	halves     [][]uint16  // float16 numbers, or
	bfloat     bool        // bfloat16 ones
	soft       [][]float32 // the target, per channel; nil where labels are
	labels     labels
	weights    []float32 // nil where there are none
}

const (
	// mostVoxels of a chunk keep several workers busy, each of which takes a
	// segment of 65,536 at a time.
	mostVoxels = 256 << 10

	// bufferNumbers of float32, all channels counted, keep two buffers of
	// predictions at 16 MiB, and with soft targets at 32.
	bufferNumbers = 2 << 20
)

// chunkVoxels returns how many voxels a chunk has: as many as wanted, where
// that is not 0.
func chunkVoxels(wanted, channels int) int {
	if wanted > 0 {
		return wanted
	}
	return min(mostVoxels, bufferNumbers/channels)
}

func planes(channels, voxels int) [][]float32 { return planesOf[float32](channels, voxels) }

func planesOf[T any](channels, voxels int) [][]T {
	p := make([][]T, channels)
	for c := range p {
		p[c] = make([]T, voxels)
	}
	return p
}

// cut returns the first n voxels of every plane.
func cut[T any](planes [][]T, n int) [][]T {
	front := make([][]T, len(planes))
	for c, p := range planes {
		front[c] = p[:n]
	}
	return front
}

// chunk is the buffer as a Reducer takes it.
func (b *buffer) chunk() reduce.Chunk {
	var c reduce.Chunk
	switch {
	case b.bytes != nil:
		c.Prediction = reduce.Quantised(cut(b.bytes, b.voxels)...)
	case b.bfloat:
		c.Prediction = reduce.BFloat16(cut(b.halves, b.voxels)...)
	case b.halves != nil:
		c.Prediction = reduce.Float16(cut(b.halves, b.voxels)...)
	default:
		c.Prediction = reduce.Float32(cut(b.prediction, b.voxels)...)
	}
	if b.soft != nil {
		c.Target = reduce.Soft(cut(b.soft, b.voxels)...)
	} else {
		c.Target = b.labels.cut(b.voxels).target()
	}
	if b.weights != nil {
		c.Weights = b.weights[:b.voxels]
	}
	return c
}

// labels are room for labels, of the narrowest type that holds those of a
// file. One of the slices is not nil.
type labels struct {
	bytes []uint8
	words []uint16
	ints  []int32
}

func newLabels(f *volume.File, voxels int) labels {
	switch {
	case f.Scaled():
		return labels{ints: make([]int32, voxels)}
	case f.Type == volume.Uint8 || f.Type == volume.Bool:
		return labels{bytes: make([]uint8, voxels)}
	case f.Type == volume.Uint16:
		return labels{words: make([]uint16, voxels)}
	}
	return labels{ints: make([]int32, voxels)}
}

func (l labels) read(p *volume.Plane) (int, error) {
	switch {
	case l.bytes != nil:
		return p.LabelsUint8(l.bytes)
	case l.words != nil:
		return p.LabelsUint16(l.words)
	}
	return p.Labels(l.ints)
}

// cut returns the first n labels.
func (l labels) cut(n int) labels {
	switch {
	case l.bytes != nil:
		return labels{bytes: l.bytes[:n]}
	case l.words != nil:
		return labels{words: l.words[:n]}
	}
	return labels{ints: l.ints[:n]}
}

func (l labels) target() reduce.Target {
	switch {
	case l.bytes != nil:
		return reduce.LabelsUint8(l.bytes)
	case l.words != nil:
		return reduce.LabelsUint16(l.words)
	}
	return reduce.LabelsInt32(l.ints)
}

// count adds reference l and a prediction to c.
func (l labels) count(c *reduce.LabelCounts, prediction labels) error {
	switch {
	case l.bytes != nil:
		return countAgainst(c, l.bytes, prediction)
	case l.words != nil:
		return countAgainst(c, l.words, prediction)
	}
	return countAgainst(c, l.ints, prediction)
}

func countAgainst[R reduce.Label](c *reduce.LabelCounts, reference []R, prediction labels) error {
	switch {
	case prediction.bytes != nil:
		return reduce.FoldLabels(c, reference, prediction.bytes)
	case prediction.words != nil:
		return reduce.FoldLabels(c, reference, prediction.words)
	}
	return reduce.FoldLabels(c, reference, prediction.ints)
}
