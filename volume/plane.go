package volume

import (
	"fmt"
	"io"
	"os"
)

// bufferSize is what a plane reads at once: enough that the cost of a call to
// the system is small, and little enough to stay in the cache.
const bufferSize = 128 << 10

// A Plane streams the voxels of one channel of one sample, x fastest, then y,
// then z. Its memory is a fixed buffer and, where the file is compressed, a
// decoder.
//
// The reading methods fill dst and return how many voxels they took: fewer than
// len(dst) only at the end of the plane or beside an error, and 0 and io.EOF
// after the end. What is wrong in the file is a *[VoxelError]; the voxels
// before it are in dst. After an error every further call returns it again.
//
// A Plane is for one goroutine at a time.
type Plane struct {
	file            *File
	element         *element
	sample, channel int
	in              *stream
	swapped         bool // the file has the other byte order
	err             error

	voxel  int64   // the next one to be handed out
	voxels int64   // of the plane
	levels []level // where they are
	base   int64   // byte of voxel 0 in the stream

	buffer []byte           // aligned to 8
	ready  []byte           // the part of buffer that holds the voxels from voxel on, side by side
	wide   [1 << 10]float64 // for scaled values on their way
}

// A level says that count steps of stride elements lie between two steps of
// the next level.
type level struct{ count, stride int64 }

// A VoxelError says which voxel of a file is wrong.
type VoxelError struct {
	Path            string
	Sample, Channel int
	Index           int64 // in the plane
	X, Y, Z         int
	Err             error
}

func (e *VoxelError) Error() string {
	return fmt.Sprintf("%s: sample %d, channel %d, voxel %d (x %d, y %d, z %d): %v",
		e.Path, e.Sample, e.Channel, e.Index, e.X, e.Y, e.Z, e.Err)
}

func (e *VoxelError) Unwrap() error { return e.Err }

// Plane opens a channel of a sample. Each plane has its own file handle and its
// own decoder, so that several may be read side by side.
func (f *File) Plane(sample, channel int) (*Plane, error) {
	if sample < 0 || sample >= f.Samples || channel < 0 || channel >= f.Channels {
		return nil, fmt.Errorf("%s has %d samples of %d channels: there is no sample %d, channel %d",
			f.Path, f.Samples, f.Channels, sample, channel)
	}
	if codec := f.source.codec; codec != nil && int64(f.Samples) > codec.planes/int64(f.Channels) {
		return nil, fmt.Errorf("%s has %d planes, more than the %d that are read from a file under %s: decompress it first",
			f.Path, int64(f.Samples)*int64(f.Channels), codec.planes, codec.name)
	}
	in, err := f.source.open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	p := &Plane{
		file:    f,
		element: &elements[f.Type],
		sample:  sample,
		channel: channel,
		in:      in,
		swapped: f.bigEndian != bigEndian,
		voxels:  f.Geometry.Voxels(),
		base:    f.offset + int64(f.Type.Size())*(int64(sample)*f.strides['b']+int64(channel)*f.strides['c']),
		buffer:  bytesOf(make([]uint64, bufferSize/8)),
	}
	for i, letter := range []byte("xyz") {
		l := level{int64(f.Geometry.Shape[i]), f.strides[letter]}
		if l.count == 1 {
			continue
		}
		// An axis that goes on where the one below ends makes one level with it.
		if n := len(p.levels); n > 0 && p.levels[n-1].count*p.levels[n-1].stride == l.stride {
			p.levels[n-1].count *= l.count
		} else {
			p.levels = append(p.levels, l)
		}
	}
	if len(p.levels) == 0 {
		p.levels = []level{{1, 1}}
	}
	return p, nil
}

// Close gives the file handle back.
func (p *Plane) Close() error {
	p.err = os.ErrClosed
	return p.in.Close()
}

// Float64 reads voxels as float64.
func (p *Plane) Float64(dst []float64) (int, error) {
	if p.file.Type == Float64 && !p.file.Scaled() {
		return p.raw(bytesOf(dst))
	}
	return read(p, dst, func(dst []float64, src []byte) int {
		p.element.toFloat64(dst, src)
		if p.file.Scaled() {
			p.file.scale(dst)
		}
		return -1
	})
}

// Float32 reads voxels as float32: their value in float64, rounded once.
func (p *Plane) Float32(dst []float32) (int, error) {
	switch {
	case p.file.Scaled():
		return read(p, dst, func(dst []float32, src []byte) int {
			return scaled(p, dst, src, func(dst []float32, wide []float64) int {
				for i, v := range wide {
					dst[i] = float32(v)
				}
				return -1
			})
		})
	case p.file.Type == Float32:
		return p.raw(bytesOf(dst))
	default:
		return read(p, dst, func(dst []float32, src []byte) int {
			p.element.toFloat32(dst, src)
			return -1
		})
	}
}

// Labels reads voxels as labels. A value that is not a whole number or does not
// fit is an error.
func (p *Plane) Labels(dst []int32) (int, error) {
	return readLabels(p, dst, Int32, p.element.toInt32)
}

// LabelsUint16 is Labels for labels of at most 65,535.
func (p *Plane) LabelsUint16(dst []uint16) (int, error) {
	return readLabels(p, dst, Uint16, p.element.toUint16)
}

// LabelsUint8 is Labels for labels of at most 255.
func (p *Plane) LabelsUint8(dst []uint8) (int, error) {
	return readLabels(p, dst, Uint8, p.element.toUint8)
}

func readLabels[D label](p *Plane, dst []D, t Type, convert func([]D, []byte) int) (int, error) {
	switch {
	case p.file.Scaled():
		return read(p, dst, func(dst []D, src []byte) int {
			return scaled(p, dst, src, labelsOfFloats[D, float64])
		})
	case p.file.Type == t:
		return p.raw(bytesOf(dst))
	default:
		return read(p, dst, convert)
	}
}

// ReadElements reads voxels as they are in the file, in this machine's byte
// order and without Slope and Intercept. E must be the Go type of the file's
// elements; uint16 stands for the bits of a Float16 or BFloat16, uint8 for a
// Bool.
func ReadElements[E Element](p *Plane, dst []E) (int, error) {
	t, name := p.file.Type, fmt.Sprintf("%T", *new(E))
	if t.String() != name && !((t == Float16 || t == BFloat16) && name == "uint16") && !(t == Bool && name == "uint8") {
		return 0, fmt.Errorf("%s: elements are %v, not %s", p.file.Path, t, name)
	}
	return p.raw(bytesOf(dst))
}

// read fills dst through a conversion, which returns the index of an element
// that it cannot convert, or -1.
func read[D any](p *Plane, dst []D, convert func(dst []D, src []byte) int) (n int, err error) {
	for n < len(dst) {
		if err := p.fill(); err != nil {
			return n, endOf(err, n)
		}
		k := min(len(dst)-n, len(p.ready)/p.element.size)
		if bad := convert(dst[n:n+k], p.ready); bad >= 0 {
			p.take(bad)
			return n + bad, p.fail(0, p.notLabel(*new(D)))
		}
		p.take(k)
		n += k
	}
	return n, nil
}

// scaled converts by way of the values in float64.
func scaled[D any](p *Plane, dst []D, src []byte, convert func(dst []D, wide []float64) int) int {
	for done := 0; done < len(dst); {
		wide := p.wide[:min(len(p.wide), len(dst)-done)]
		p.element.toFloat64(wide, src[done*p.element.size:])
		p.file.scale(wide)
		if bad := convert(dst[done:done+len(wide)], wide); bad >= 0 {
			return done + bad
		}
		done += len(wide)
	}
	return -1
}

// raw fills dst with elements as they are and returns how many they were. Long
// stretches go from the file straight into dst.
func (p *Plane) raw(dst []byte) (n int, err error) {
	size := p.element.size
	for len(dst) > 0 {
		if len(p.ready) == 0 && p.levels[0].stride == 1 && len(dst) >= bufferSize {
			got, err := p.load(dst)
			if err != nil {
				return n, endOf(err, n)
			}
			p.voxel += int64(len(got) / size)
			n += len(got) / size
			dst = dst[len(got):]
			continue
		}
		if err := p.fill(); err != nil {
			return n, endOf(err, n)
		}
		k := copy(dst, p.ready) / size
		p.take(k)
		n += k
		dst = dst[k*size:]
	}
	return n, nil
}

// endOf is the error beside n voxels: the end of the plane is one only where
// there were none.
func endOf(err error, n int) error {
	if err == io.EOF && n > 0 {
		return nil
	}
	return err
}

// take counts the first n voxels of ready as handed out.
func (p *Plane) take(n int) {
	p.voxel += int64(n)
	p.ready = p.ready[n*p.element.size:]
}

// fill sees to it that ready holds a voxel.
func (p *Plane) fill() (err error) {
	if len(p.ready) == 0 {
		p.ready, err = p.load(p.buffer)
	}
	return err
}

// load reads the next voxels into dst, as many as fit and lie in one level, and
// returns the part of dst that they take, side by side.
func (p *Plane) load(dst []byte) ([]byte, error) {
	if p.err == nil && p.voxel == p.voxels {
		p.err = io.EOF
	}
	if p.err != nil {
		return nil, p.err
	}
	place, rest := int64(0), p.voxel
	for _, l := range p.levels {
		place += rest % l.count * l.stride
		rest /= l.count
	}
	size, inner := int64(p.element.size), p.levels[0]
	n := min(inner.count-p.voxel%inner.count, (int64(len(dst))/size-1)/inner.stride+1)
	span := (n-1)*inner.stride + 1

	if err := p.in.skipTo(p.base+place*size, p.buffer); err != nil {
		return nil, p.fail(0, err)
	}
	got, err := io.ReadFull(p.in, dst[:span*size])
	if err != nil {
		return nil, p.fail((int64(got)/size+inner.stride-1)/inner.stride, noEOF(err))
	}
	if p.in.position == p.file.offset+p.file.elements*size && p.in.decoder != nil {
		// Only at its end a decoder can tell whether all was well. What is
		// corrupt may decode to more than there should be.
		for err == nil {
			_, err = p.in.Read(bytesOf(p.wide[:]))
		}
		if err != io.EOF {
			p.err = fmt.Errorf("%s: after the last voxel: %w", p.file.Path, err)
			return nil, p.err
		}
	}

	gather(dst, int(n), int(inner.stride), p.element.size)
	dst = dst[:n*size]
	if p.swapped {
		swap(dst, p.element.size)
	}
	return dst, nil
}

// gather moves n elements that lie stride apart to the front of b.
func gather(b []byte, n, stride, size int) {
	if stride == 1 {
		return
	}
	switch size {
	case 1:
		gatherElements(b, n, stride)
	case 2:
		gatherElements(elementsOf[uint16](b), n, stride)
	case 4:
		gatherElements(elementsOf[uint32](b), n, stride)
	case 8:
		gatherElements(elementsOf[uint64](b), n, stride)
	}
}

func gatherElements[E Element](s []E, n, stride int) {
	for i := range n {
		s[i] = s[i*stride]
	}
}

// fail makes the voxel that comes after the next ones the place of an error.
func (p *Plane) fail(after int64, err error) error {
	index := p.voxel + after
	x, y, z := p.file.Geometry.At(index)
	p.err = &VoxelError{p.file.Path, p.sample, p.channel, index, x, y, z, err}
	return p.err
}

// notLabel says why the first voxel of ready is no label of the type of want.
func (p *Plane) notLabel(want any) error {
	value := p.element.value(p.ready)
	if p.file.Scaled() {
		p.element.toFloat64(p.wide[:1], p.ready)
		p.file.scale(p.wide[:1])
		value = p.wide[0]
	}
	return fmt.Errorf("%v is no label: want a whole number that fits %T", value, want)
}
