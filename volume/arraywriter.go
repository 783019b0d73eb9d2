package volume

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
)

// An ArrayWriter writes an array of float32 or float64, little-endian and in C
// order, piece by piece and in any order: an array larger than memory, several
// planes of it side by side. Its methods may be called by several goroutines at
// once.
//
// Until Close has found the array complete it is in a file called like it with
// ".partial" added, so that nobody takes half an array for a whole one.
type ArrayWriter struct {
	path     string
	file     *os.File
	elem     Type
	start    int64 // byte of element 0
	elements int64

	mu      sync.Mutex
	written []interval // ascending, with gaps between them
	failed  error      // of the first write that failed
}

// An interval of elements, end exclusive.
type interval struct{ begin, end int64 }

// CreateNPY begins a NumPy array of type Float32 or Float64.
func CreateNPY(path string, t Type, shape ...int) (*ArrayWriter, error) {
	return createArray(path, t, shape, npyHeader(t, shape))
}

// CreateRaw is [CreateNPY] of a file that holds the elements and nothing else.
func CreateRaw(path string, t Type, shape ...int) (*ArrayWriter, error) {
	return createArray(path, t, shape, nil)
}

func createArray(path string, t Type, shape []int, head []byte) (*ArrayWriter, error) {
	if t != Float32 && t != Float64 {
		return nil, fmt.Errorf("%s: arrays of %v are not written, only float32 and float64", path, t)
	}
	w := &ArrayWriter{path: path, elem: t, start: int64(len(head)), elements: 1}
	for _, n := range shape {
		if n <= 0 || w.elements > math.MaxInt64/8/int64(n) {
			return nil, fmt.Errorf("%s: shape %v is empty or too large", path, shape)
		}
		w.elements *= int64(n)
	}
	// Close would put the array in the place of a device, and fail at a folder.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: an array cannot take its place", path)
	}
	var err error
	if w.file, err = os.Create(path + ".partial"); err != nil {
		return nil, err
	}
	if _, err = w.file.Write(head); err != nil {
		return nil, errors.Join(err, w.Discard())
	}
	return w, nil
}

// npyHeader is the header of a little-endian array in C order, version 1.0,
// padded so that the elements begin at a multiple of 64.
func npyHeader(t Type, shape []int) []byte {
	var name string
	for n, u := range npyTypes {
		if u == t {
			name = n
		}
	}
	order := "<"
	if t.Size() == 1 {
		order = "|"
	}
	dims := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	if len(shape) == 1 {
		dims += ","
	}
	dict := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, name, dims)
	length := (10+len(dict)+1+63)/64*64 - 10
	b := bytes.NewBuffer([]byte("\x93NUMPY\x01\x00"))
	binary.Write(b, binary.LittleEndian, uint16(length))
	fmt.Fprintf(b, "%-*s\n", length-1, dict)
	return b.Bytes()
}

// WriteAt writes values at an element, counted in the order of the file, and
// those that follow: voxel v of channel c of sample b of an array (B, C, z, y,
// x) is element (b·C + c)·z·y·x + v. Each element is to be written once.
func (w *ArrayWriter) WriteAt(values []float32, element int64) error {
	if element < 0 || element > w.elements-int64(len(values)) {
		return fmt.Errorf("%s: %d values at element %d are outside of its %d elements", w.path, len(values), element, w.elements)
	}
	if err := w.claim(interval{element, element + int64(len(values))}); err != nil {
		return err
	}
	err := w.write(values, element)
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = cmp.Or(w.failed, err)
	}
	return err
}

// write puts values at an element and those that follow.
func (w *ArrayWriter) write(values []float32, first int64) error {
	size := int64(w.elem.Size())
	if w.elem == Float32 && !bigEndian {
		_, err := w.file.WriteAt(bytesOf(values), w.start+first*size)
		return err
	}
	var buffer [8 << 10]byte
	for len(values) > 0 {
		n := min(len(values), len(buffer)/int(size))
		b := buffer[:0]
		for _, v := range values[:n] {
			if w.elem == Float32 {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			} else {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v)))
			}
		}
		if _, err := w.file.WriteAt(b, w.start+first*size); err != nil {
			return err
		}
		first += int64(n)
		values = values[n:]
	}
	return nil
}

// claim notes that an interval is written, and fails where part of it was
// before. Planes that are written from their beginnings to their ends take one
// interval each.
func (w *ArrayWriter) claim(a interval) error {
	if a.begin == a.end {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i, found := slices.BinarySearchFunc(w.written, a.begin, func(b interval, begin int64) int {
		return int(max(-1, min(1, b.begin-begin)))
	})
	if found || i > 0 && w.written[i-1].end > a.begin || i < len(w.written) && w.written[i].begin < a.end {
		return fmt.Errorf("%s: elements %d to %d are written twice", w.path, a.begin, a.end-1)
	}
	joinsLeft := i > 0 && w.written[i-1].end == a.begin
	joinsRight := i < len(w.written) && w.written[i].begin == a.end
	switch {
	case joinsLeft && joinsRight:
		w.written[i-1].end = w.written[i].end
		w.written = slices.Delete(w.written, i, i+1)
	case joinsLeft:
		w.written[i-1].end = a.end
	case joinsRight:
		w.written[i].begin = a.begin
	default:
		w.written = slices.Insert(w.written, i, a)
	}
	return nil
}

// Close gives the file its name if every element was written. Otherwise it
// removes it and says where the first gap is, or which write failed.
func (w *ArrayWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	gap := int64(0)
	if len(w.written) > 0 && w.written[0].begin == 0 {
		gap = w.written[0].end
	}
	err := w.failed
	if err == nil && gap < w.elements {
		err = fmt.Errorf("%s: incomplete: element %d was not written", w.path, gap)
	}
	if err != nil {
		return errors.Join(err, w.Discard())
	}
	if err = w.file.Close(); err == nil {
		err = os.Rename(w.file.Name(), w.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(w.file.Name()))
	}
	return nil
}

// Discard removes what was written, in place of Close.
func (w *ArrayWriter) Discard() error {
	return errors.Join(w.file.Close(), os.Remove(w.file.Name()))
}
