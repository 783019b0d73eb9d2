package volume

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

// Options say what a file does not.
type Options struct {
	// Axes names the axes of a NumPy array in the order of its shape, by the
	// letters b (sample), c (channel), z, y, x, each at most once. The spatial
	// ones must lie in memory in the order z, y, x, x fastest. Empty: zyx and
	// what is left of it for fewer axes, czyx for four, bczyx for five; for an
	// array in Fortran order, whose first axis is the fastest, xyz, cxyz, bcxyz.
	Axes string

	// NoChannels says that the file has no channel axis, as labels and weights
	// have none: four axes of a NumPy array are bzyx (in Fortran order bxyz).
	NoChannels bool

	// Slope and Intercept rescale what the file says once more: a voxel's value
	// is Slope·v + Intercept, v being the file's. A Slope of 0 is 1.
	Slope, Intercept float64
}

// A File is a file whose header has been read. It may be used by several
// goroutines at once.
type File struct {
	Path        string
	Format      string // as "NIfTI-1", "NRRD", "NumPy"
	Compression string // of the voxels: "", "gzip" or "zstd"
	Type        Type   // of the elements in the file
	Geometry    Geometry
	Samples     int
	Channels    int

	// A voxel's value is Slope·element + Intercept. They are 1 and 0 where the
	// file does not say. Options may rescale that value further.
	Slope, Intercept float64

	// Axes are those of a NumPy array as in Options.Axes; empty for other
	// formats.
	Axes string

	source    source
	offset    int64 // of the first element in source
	bigEndian bool
	strides   map[byte]int64 // in elements, by the letters of Options.Axes
	elements  int64          // in all
	rescale   rescale
}

// A rescale is what Options ask for beyond what the file says.
type rescale struct{ slope, intercept float64 }

// Scaled reports whether a voxel's value is another number than its element.
func (f *File) Scaled() bool {
	return f.Slope != 1 || f.Intercept != 0 || f.rescale != rescale{1, 0}
}

// scale replaces elements by the voxels' values. Every product is converted, so
// that no compiler fuses it with the addition.
func (f *File) scale(v []float64) {
	for i, element := range v {
		value := float64(f.Slope*element) + f.Intercept
		v[i] = float64(f.rescale.slope*value) + f.rescale.intercept
	}
}

// Open reads the header of a file. The format is recognised by the content.
func Open(path string, opts Options) (*File, error) {
	f, err := open(path, opts)
	if err != nil {
		if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) && pathError.Path == path {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// A header is what a parser reads from.
type header struct {
	*bufio.Reader        // decoded bytes from the beginning of the file
	source        source // which they come from
	opts          Options
}

func open(path string, opts Options) (*File, error) {
	src, err := newSource(path)
	if err != nil {
		return nil, err
	}
	if src, err = src.decoded(); err != nil {
		return nil, err
	}
	in, err := src.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	h := &header{Reader: bufio.NewReader(in), source: src, opts: opts}
	head, err := h.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(head) == 0 {
		return nil, errors.New("is empty")
	}

	for _, format := range formats {
		if matches(head, format.offset, format.magic) {
			f := &File{Path: path, Format: format.name, Slope: 1, rescale: rescale{opts.Slope, opts.Intercept}}
			if f.rescale.slope == 0 {
				f.rescale.slope = 1
			}
			if err := format.parse(h, f); err != nil {
				return nil, fmt.Errorf("%s header: %w", format.name, noEOF(err))
			}
			if opts.Axes != "" && f.Axes == "" {
				return nil, fmt.Errorf("is %s, which says itself what its axes are: leave out the axes %q", format.name, opts.Axes)
			}
			return f, nil
		}
	}
	for _, s := range strangers {
		if matches(head, s.offset, s.magic) {
			return nil, fmt.Errorf("is %s, which is not read here: %s", s.name, s.advice)
		}
	}
	names := make([]string, len(formats))
	for i := range formats {
		names[i] = formats[i].name
	}
	return nil, fmt.Errorf("begins with % x, which is none of the formats %s (of a pair of files, give the header)", head[:min(len(head), 16)], strings.Join(names, ", "))
}

// An axis of a file's array: its letter as in Options.Axes and its length.
type axis struct {
	letter byte
	length int64
}

// setAxes takes the axes from the slowest in memory to the fastest, and sets
// all that depends on them: shape, samples, channels and strides.
func (f *File) setAxes(axes []axis) error {
	var lengths [256]int64
	f.strides = map[byte]int64{}
	f.elements = 1
	space := "xyz" // what may still come, from the fastest on
	for i := len(axes) - 1; i >= 0; i-- {
		a := axes[i]
		if a.length <= 0 || a.length > math.MaxInt {
			return fmt.Errorf("axis %c has length %d, want at least 1", a.letter, a.length)
		}
		if !strings.Contains("bc", string(a.letter)) {
			_, rest, ok := strings.Cut(space, string(a.letter))
			if !ok {
				return fmt.Errorf("axis %c has the wrong place in memory, where x has to be faster than y and y than z: transpose the array", a.letter)
			}
			space = rest
		}
		lengths[a.letter] = a.length
		f.strides[a.letter] = f.elements
		if f.elements > math.MaxInt64/8/a.length { // elements have at most 8 bytes
			return fmt.Errorf("the axes up to %c, of length %d, hold more than 2^60 elements", a.letter, a.length)
		}
		f.elements *= a.length
	}
	shape := [3]int{}
	for i, letter := range []byte("xyz") {
		shape[i] = int(max(1, lengths[letter]))
	}
	f.Geometry = unknownGeometry(shape)
	f.Channels = int(max(1, lengths['c']))
	f.Samples = int(max(1, lengths['b']))
	return nil
}

// setData says where the elements are: from byte offset of a source on. It
// fails where they cannot be there.
func (f *File) setData(src source, offset int64) error {
	f.source, f.offset = src, offset
	bytes := f.elements * int64(f.Type.Size())
	if offset < 0 || offset > math.MaxInt64-bytes {
		return fmt.Errorf("the data begin at byte %d", offset)
	}
	end := offset + bytes
	name := "the file"
	if src.path != f.Path {
		name = src.path
	}
	if src.codec == nil {
		if end > src.size {
			return fmt.Errorf("%d elements of type %v from byte %d on need %d bytes, but %s has %d: %w",
				f.elements, f.Type, offset, end, name, src.size, io.ErrUnexpectedEOF)
		}
		return nil
	}
	f.Compression = src.codec.name
	if end/src.codec.ratio > src.size {
		return fmt.Errorf("%d elements of type %v need %d bytes, more than %s can make of the %d bytes of %s: %w",
			f.elements, f.Type, end, src.codec.name, src.size, name, io.ErrUnexpectedEOF)
	}
	return nil
}
