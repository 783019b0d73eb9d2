package volume

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// npyHeaderLimit is far above what the header of an array of numbers takes.
const npyHeaderLimit = 64 << 10

// npyTypes are the element types, without the sign of the byte order. NumPy has
// no bfloat16; the arrays of the packages that add it (ml_dtypes, which JAX and
// TensorFlow use) are saved as V2, two bytes that mean nothing to NumPy.
var npyTypes = map[string]Type{
	"b1": Bool, "u1": Uint8, "i1": Int8, "u2": Uint16, "i2": Int16, "u4": Uint32, "i4": Int32,
	"u8": Uint64, "i8": Int64, "f2": Float16, "f4": Float32, "f8": Float64, "V2": BFloat16,
}

// parseNPY reads the magic, a version, a length, and that many bytes of a
// Python dictionary.
func parseNPY(h *header, f *File) error {
	var b [12]byte
	if _, err := io.ReadFull(h, b[:8]); err != nil {
		return err
	}
	var start, length int64
	switch major := b[6]; major {
	case 1:
		if _, err := io.ReadFull(h, b[8:10]); err != nil {
			return err
		}
		start, length = 10, int64(binary.LittleEndian.Uint16(b[8:]))
	case 2, 3:
		if _, err := io.ReadFull(h, b[8:12]); err != nil {
			return err
		}
		start, length = 12, int64(binary.LittleEndian.Uint32(b[8:]))
	default:
		return fmt.Errorf("version %d.%d, want 1 to 3", major, b[7])
	}
	if length > npyHeaderLimit {
		return fmt.Errorf("is %d bytes long, more than %d", length, npyHeaderLimit)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(h, text); err != nil {
		return err
	}
	n, err := parseNPYDict(string(text))
	if err != nil {
		return err
	}

	t, ok := npyTypes[n.descr[min(1, len(n.descr)):]]
	if !ok || !strings.ContainsRune("<>|", rune(n.descr[0])) || n.descr[0] == '|' && t.Size() > 1 && t != BFloat16 {
		return fmt.Errorf("type %.40q: only real numbers are read, convert the array with astype", n.descr)
	}
	f.Type, f.bigEndian = t, n.descr[0] == '>'

	f.Axes = h.opts.Axes
	if f.Axes == "" {
		if f.Axes, err = npyAxes(n, h.opts.NoChannels); err != nil {
			return err
		}
	} else if err := checkAxes(f.Axes, len(n.shape)); err != nil {
		return err
	}
	axes := make([]axis, len(n.shape))
	for i, length := range n.shape {
		axes[i] = axis{f.Axes[i], length}
	}
	if n.fortran {
		slices.Reverse(axes)
	}
	if err := f.setAxes(axes); err != nil {
		return err
	}
	return f.setData(h.source, start+length)
}

// npyAxes returns the axes that an array of that shape has by convention.
func npyAxes(n npyDict, noChannels bool) (string, error) {
	var axes string
	switch dims := len(n.shape); {
	case dims >= 1 && dims <= 3:
		axes = "zyx"[3-dims:]
	case dims == 4 && noChannels:
		axes = "bzyx"
	case dims == 4:
		axes = "czyx"
	case dims == 5 && !noChannels:
		axes = "bczyx"
	case noChannels:
		return "", fmt.Errorf("shape %v has %d axes, want (z, y, x) or (sample, z, y, x)", n.shape, dims)
	default:
		return "", fmt.Errorf("shape %v has %d axes, want (z, y, x), (channel, z, y, x) or (sample, channel, z, y, x)", n.shape, dims)
	}
	if n.fortran {
		if axes[0] == 'b' && n.shape[0] != 1 {
			return "", fmt.Errorf("shape %v in Fortran order mixes the samples' voxels: save numpy.ascontiguousarray(a), or name the axes", n.shape)
		}
		// The first axis is the fastest: that one has to be x.
		space := []byte(strings.TrimLeft(axes, "bc"))
		slices.Reverse(space)
		axes = axes[:len(axes)-len(space)] + string(space)
	}
	return axes, nil
}

func checkAxes(axes string, dims int) error {
	if len(axes) != dims {
		return fmt.Errorf("axes %q name %d axes, but the array has %d", axes, len(axes), dims)
	}
	for i, letter := range []byte(axes) {
		if strings.IndexByte("bczyx", letter) < 0 || strings.IndexByte(axes[:i], letter) >= 0 {
			return fmt.Errorf("axes %q: want the letters b, c, z, y, x, each at most once", axes)
		}
	}
	return nil
}

// An npyDict is the header's dictionary.
type npyDict struct {
	descr   string
	fortran bool
	shape   []int64
}

// parseNPYDict reads a dictionary as numpy.save writes it:
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (4, 5, 6), }
func parseNPYDict(s string) (n npyDict, err error) {
	p := npyParser{rest: strings.TrimSpace(s)}
	p.want("{")
	var seen []string
	for !p.failed && !p.accept("}") {
		key := p.quoted()
		p.want(":")
		switch key {
		case "descr":
			n.descr = p.quoted()
		case "fortran_order":
			if n.fortran = p.accept("True"); !n.fortran {
				p.want("False")
			}
		case "shape":
			n.shape = p.tuple()
		case "":
			p.failed = true
		default:
			return n, fmt.Errorf("key %.40q is none of descr, fortran_order, shape", key)
		}
		seen = append(seen, key)
		if !p.accept(",") {
			p.want("}")
			break
		}
	}
	slices.Sort(seen)
	if p.failed || p.rest != "" || !slices.Equal(seen, []string{"descr", "fortran_order", "shape"}) {
		return n, fmt.Errorf("%.120q is no dictionary of descr (a plain type), fortran_order and shape", s)
	}
	if n.descr == "" {
		return n, errors.New("descr is empty")
	}
	return n, nil
}

// An npyParser takes tokens off the front of rest. Once it has failed, it takes
// no more.
type npyParser struct {
	rest   string
	failed bool
}

func (p *npyParser) accept(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok && !p.failed {
		p.rest = strings.TrimLeft(rest, " \n")
	}
	return ok && !p.failed
}

func (p *npyParser) want(token string) {
	if !p.accept(token) {
		p.failed = true
	}
}

func (p *npyParser) quoted() string {
	quote := "'"
	if strings.HasPrefix(p.rest, `"`) {
		quote = `"`
	}
	p.want(quote)
	text, _, ok := strings.Cut(p.rest, quote)
	if p.failed || !ok {
		p.failed = true
		return ""
	}
	p.rest = p.rest[len(text):]
	p.want(quote)
	return text
}

// tuple reads (1, 2, 3); also (7,), and the suffix L of old Pythons.
func (p *npyParser) tuple() []int64 {
	var shape []int64
	p.want("(")
	for !p.failed && !p.accept(")") {
		end := len(p.rest) - len(strings.TrimLeft(p.rest, "-0123456789"))
		v, err := strconv.ParseInt(p.rest[:end], 10, 64)
		if err != nil {
			p.failed = true
			return nil
		}
		shape = append(shape, v)
		p.rest = p.rest[end:]
		p.accept("L")
		p.accept(" ")
		if !p.accept(",") {
			p.want(")")
			break
		}
	}
	return shape
}
