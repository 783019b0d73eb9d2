package volume

import (
	"io"
	"maps"
	"math"
	"slices"
)

// Values say what numbers a file holds.
type Values struct {
	Min, Max float64 // NaN where there is no number
	NaN      int64   // voxels that are not a number
	Whole    bool    // every voxel is a whole number

	// Distinct are the different numbers, ascending, where all are whole and
	// there are no more than MaxDistinct of them; else nil.
	Distinct []float64
}

// MaxDistinct is how many different numbers Values lists.
const MaxDistinct = 256

// Values reads every voxel of every sample and channel. It calls progress,
// which may be nil, with the number of voxels that it has just read.
func (f *File) Values(progress func(voxels int)) (Values, error) {
	v := Values{Min: math.NaN(), Max: math.NaN(), Whole: true}
	distinct := map[float64]struct{}{}
	err := f.read(func(numbers []float64) bool {
		for i, x := range numbers {
			if i > 0 && x == numbers[i-1] {
				continue
			}
			if math.IsNaN(x) {
				v.NaN, v.Whole = v.NaN+1, false
				continue
			}
			if !(x >= v.Min) {
				v.Min = x
			}
			if !(x <= v.Max) {
				v.Max = x
			}
			if v.Whole = v.Whole && whole(x); v.Whole && len(distinct) <= MaxDistinct {
				distinct[x] = struct{}{}
			}
		}
		if progress != nil {
			progress(len(numbers))
		}
		return true
	})
	if v.Whole && len(distinct) <= MaxDistinct {
		v.Distinct = slices.Sorted(maps.Keys(distinct))
	}
	return v, err
}

// Whole reports whether every voxel is a whole number. It reads as far as the
// first that is not.
func (f *File) Whole() (bool, error) {
	if !f.Type.Float() && !f.Scaled() {
		return true, nil
	}
	all := true
	err := f.read(func(numbers []float64) bool {
		for _, x := range numbers {
			all = all && whole(x)
		}
		return all
	})
	return all, err
}

func whole(x float64) bool { return x == math.Trunc(x) && !math.IsInf(x, 0) }

// read hands out all voxels, plane by plane, while more is wanted.
func (f *File) read(visit func(numbers []float64) (more bool)) error {
	buffer := make([]float64, 1<<15)
	for sample := range f.Samples {
		for channel := range f.Channels {
			if more, err := f.readPlane(sample, channel, buffer, visit); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

func (f *File) readPlane(sample, channel int, buffer []float64, visit func([]float64) bool) (more bool, err error) {
	p, err := f.Plane(sample, channel)
	if err != nil {
		return false, err
	}
	defer p.Close()
	for {
		n, err := p.Float64(buffer)
		if err == io.EOF {
			return true, nil
		}
		if err != nil || !visit(buffer[:n]) {
			return false, err
		}
	}
}
