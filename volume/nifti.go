package volume

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// A niftiHeader is what NIfTI-1 and NIfTI-2 have in common, that is all but the
// places and widths of the fields.
type niftiHeader struct {
	bigEndian        bool
	datatype         int
	dim              [8]int64
	pixdim           [8]float64
	dataOffset       float64 // vox_offset, a whole number
	slope, intercept float64
	units            int
	qformCode        int
	sformCode        int
	quaternion       [3]float64 // b, c, d
	quaternionOffset [3]float64
	rows             [3][4]float64 // srow_x, srow_y, srow_z
	pair             bool          // the data are in an .img file
	endOfHeader      int64         // where the data may begin at the earliest
}

// niftiTypes are the datatypes that are real numbers.
var niftiTypes = map[int]Type{
	2: Uint8, 4: Int16, 8: Int32, 16: Float32, 64: Float64,
	256: Int8, 512: Uint16, 768: Uint32, 1024: Int64, 1280: Uint64,
}

// niftiRefused are the other ones that have a name.
var niftiRefused = map[int]string{
	1: "binary", 32: "complex64", 128: "RGB24", 1536: "float128",
	1792: "complex128", 2048: "complex256", 2304: "RGBA32",
}

func parseNIfTI1(h *header, f *File) error {
	b := make([]byte, 348)
	if _, err := io.ReadFull(h, b); err != nil {
		return err
	}
	order, err := niftiByteOrder(b, 348)
	if err != nil {
		return err
	}
	i16 := func(at int) int { return int(int16(order.Uint16(b[at:]))) }
	f32 := func(at int) float64 { return float64(math.Float32frombits(order.Uint32(b[at:]))) }

	n := niftiHeader{
		bigEndian:   order == binary.BigEndian,
		datatype:    i16(70),
		dataOffset:  f32(108),
		slope:       f32(112),
		intercept:   f32(116),
		units:       int(b[123]),
		qformCode:   i16(252),
		sformCode:   i16(254),
		pair:        b[345] == 'i',
		endOfHeader: 352,
	}
	for i := range n.dim {
		n.dim[i] = int64(i16(40 + 2*i))
		n.pixdim[i] = f32(76 + 4*i)
	}
	for i := range 3 {
		n.quaternion[i] = f32(256 + 4*i)
		n.quaternionOffset[i] = f32(268 + 4*i)
		for j := range 4 {
			n.rows[i][j] = f32(280 + 16*i + 4*j)
		}
	}
	return n.fill(h, f)
}

func parseNIfTI2(h *header, f *File) error {
	b := make([]byte, 540)
	if _, err := io.ReadFull(h, b); err != nil {
		return err
	}
	order, err := niftiByteOrder(b, 540)
	if err != nil {
		return err
	}
	i32 := func(at int) int { return int(int32(order.Uint32(b[at:]))) }
	i64 := func(at int) int64 { return int64(order.Uint64(b[at:])) }
	f64 := func(at int) float64 { return math.Float64frombits(order.Uint64(b[at:])) }

	n := niftiHeader{
		bigEndian:   order == binary.BigEndian,
		datatype:    int(int16(order.Uint16(b[12:]))),
		dataOffset:  float64(i64(168)),
		slope:       f64(176),
		intercept:   f64(184),
		units:       i32(500),
		qformCode:   i32(344),
		sformCode:   i32(348),
		pair:        b[5] == 'i',
		endOfHeader: 544,
	}
	for i := range n.dim {
		n.dim[i] = i64(16 + 8*i)
		n.pixdim[i] = f64(104 + 8*i)
	}
	for i := range 3 {
		n.quaternion[i] = f64(352 + 8*i)
		n.quaternionOffset[i] = f64(376 + 8*i)
		for j := range 4 {
			n.rows[i][j] = f64(400 + 32*i + 8*j)
		}
	}
	return n.fill(h, f)
}

// niftiByteOrder finds the byte order by the header's first field, its size.
func niftiByteOrder(b []byte, size uint32) (binary.ByteOrder, error) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if order.Uint32(b) == size {
			return order, nil
		}
	}
	return nil, fmt.Errorf("sizeof_hdr (bytes 0 to 3) is % x, want %d", b[:4], size)
}

func (n *niftiHeader) fill(h *header, f *File) error {
	t, ok := niftiTypes[n.datatype]
	if !ok {
		return fmt.Errorf("datatype %d %s: only real numbers of at most 64 bits are read, convert the file", n.datatype, niftiRefused[n.datatype])
	}
	f.Type, f.bigEndian = t, n.bigEndian

	if err := f.setAxes4D(n.dim); err != nil {
		return err
	}
	if err := n.geometry(&f.Geometry); err != nil {
		return err
	}

	// A slope of 0 means that there is none; NaN and Inf are taken for that too.
	if n.slope != 0 && !math.IsNaN(n.slope) && !math.IsInf(n.slope, 0) {
		if math.IsNaN(n.intercept) || math.IsInf(n.intercept, 0) {
			return fmt.Errorf("scl_slope is %g, but scl_inter is %g", n.slope, n.intercept)
		}
		f.Slope, f.Intercept = n.slope, n.intercept
	}

	src := h.source
	if n.pair {
		path, ok := imagePath(src.path)
		if !ok {
			return fmt.Errorf("the data are in an .img file, but %s is not called .hdr", src.path)
		}
		codec := src.codec
		var err error
		if src, err = newSource(path); err != nil {
			return err
		}
		src.codec = codec
		n.endOfHeader = 0
	}
	if n.dataOffset == 0 {
		n.dataOffset = float64(n.endOfHeader)
	}
	if n.dataOffset != math.Trunc(n.dataOffset) || !(n.dataOffset >= float64(n.endOfHeader)) || n.dataOffset > 1<<53 {
		return fmt.Errorf("vox_offset is %g, want a whole number of at least %d", n.dataOffset, n.endOfHeader)
	}
	return f.setData(src, int64(n.dataOffset))
}

// imagePath returns the path of the .img file that belongs to a .hdr file.
func imagePath(path string) (string, bool) {
	for _, compressed := range []string{"", ".gz", ".zst"} {
		if base, ok := strings.CutSuffix(path, ".hdr"+compressed); ok {
			return base + ".img" + compressed, true
		}
	}
	return "", false
}

// setAxes4D takes NIfTI's dim: the number of axes, then their lengths from the
// fastest on. The channels are the fourth axis, or the fifth beside a fourth of
// length 1, where NIfTI puts vectors.
func (f *File) setAxes4D(dim [8]int64) error {
	if dim[0] < 1 || dim[0] > 7 {
		return fmt.Errorf("dim[0], the number of axes, is %d, want 1 to 7", dim[0])
	}
	for i := dim[0] + 1; i < 8; i++ {
		dim[i] = 1 // what a header says of axes that it does not have is noise
	}
	channels := dim[4]
	if channels == 1 {
		channels = dim[5]
	} else if dim[5] != 1 {
		return fmt.Errorf("dim[4] is %d and dim[5] %d: only one of them can be the channels", dim[4], dim[5])
	}
	if dim[6] != 1 || dim[7] != 1 {
		return fmt.Errorf("dim[6] is %d and dim[7] %d, want 1", dim[6], dim[7])
	}
	return f.setAxes([]axis{{'c', channels}, {'z', dim[3]}, {'y', dim[2]}, {'x', dim[1]}})
}

// geometry sets g by the first that the header has of: the affine matrix
// (sform), the rotation (qform), and the spacings alone.
func (n *niftiHeader) geometry(g *Geometry) error {
	unit := 1.0 // mm
	switch n.units & 7 {
	case 1:
		unit = 1000 // metres
	case 3:
		unit = .001 // micrometres
	}
	g.Known = true

	if n.sformCode > 0 {
		var m [3][3]float64
		for r := range 3 {
			for c := range 3 {
				m[r][c] = unit * n.rows[r][c]
			}
			g.Origin[r] = unit * n.rows[r][3]
		}
		return g.setAxes(m)
	}

	for c := range 3 {
		g.Spacing[c] = unit * math.Abs(n.pixdim[1+c])
		if g.Spacing[c] == 0 {
			g.Spacing[c] = unit // not set, by many programs
		}
	}
	if n.qformCode > 0 {
		for r := range 3 {
			g.Origin[r] = unit * n.quaternionOffset[r]
		}
		g.Direction = rotation(n.quaternion[0], n.quaternion[1], n.quaternion[2])
		if n.pixdim[0] < 0 { // qfac: a left-handed system
			for r := range 3 {
				g.Direction[r][2] = -g.Direction[r][2]
			}
		}
	}
	return g.check()
}

// rotation returns the rotation of the unit quaternion (a, b, c, d), a ≥ 0.
func rotation(b, c, d float64) [3][3]float64 {
	a2 := 1 - (b*b + c*c + d*d)
	if a2 < 1e-7 { // half a turn, up to rounding
		norm := 1 / math.Sqrt(b*b+c*c+d*d)
		b, c, d, a2 = b*norm, c*norm, d*norm, 0
	}
	a := math.Sqrt(a2)
	return [3][3]float64{
		{a*a + b*b - c*c - d*d, 2 * (b*c - a*d), 2 * (b*d + a*c)},
		{2 * (b*c + a*d), a*a + c*c - b*b - d*d, 2 * (c*d - a*b)},
		{2 * (b*d - a*c), 2 * (c*d + a*b), a*a + d*d - b*b - c*c},
	}
}
