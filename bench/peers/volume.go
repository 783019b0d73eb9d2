package main

import (
	"bufio"
	"encoding/binary"
	"os"
	"path/filepath"

	"github.com/voxfold/voxfold/volume"
)

// volumeFiles are the files of a volume that every peer reads: probabilities
// as little-endian float32, labels as bytes.
type volumeFiles struct {
	voxels                int
	probabilities, labels string
}

// newVolume writes a phantom's lesion and what a network makes of it.
func newVolume(dir string, shape [3]int) (v *volumeFiles, err error) {
	v = &volumeFiles{
		voxels:        shape[0] * shape[1] * shape[2],
		probabilities: filepath.Join(dir, "probabilities"),
		labels:        filepath.Join(dir, "labels"),
	}
	phantom := volume.NewPhantom(shape, 1)
	plane := shape[0] * shape[1]
	p, labels := make([]float32, plane), make([]uint8, plane)
	err = write(v.probabilities, func(w *bufio.Writer, z int) error {
		phantom.Probabilities(p, 0, int64(z*plane))
		return binary.Write(w, binary.LittleEndian, p)
	}, shape[2])
	if err != nil {
		return nil, err
	}
	return v, write(v.labels, func(w *bufio.Writer, z int) error {
		phantom.Labels(labels, int64(z*plane))
		_, err := w.Write(labels)
		return err
	}, shape[2])
}

func write(path string, plane func(w *bufio.Writer, z int) error, planes int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for z := range planes {
		if err := plane(w, z); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func (v *volumeFiles) remove() {
	os.Remove(v.probabilities)
	os.Remove(v.labels)
}
