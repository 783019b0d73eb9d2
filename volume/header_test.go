package volume

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allocated returns how many bytes f asks for.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A header that asks for what cannot be is an error that says why, and costs
// nothing.
func TestHostileHeaders(t *testing.T) {
	nifti := func(version int, edit func(n *niftiFile)) []byte {
		n := niftiFile{version: version, datatype: Float32, dim: []int64{2, 3, 4}, pixdim: [4]float64{1, 1, 1, 1}, elements: make([]byte, 96)}
		edit(&n)
		return n.bytes()
	}
	put := func(data []byte, at int, bytes ...byte) []byte {
		copy(data[at:], bytes)
		return data
	}
	same := func(*niftiFile) {}
	nrrd := func(lines ...string) []byte {
		return []byte("NRRD0004\n" + strings.Join(lines, "\n") + "\n\n" + strings.Repeat("x", 96))
	}
	npy := func(dict string) []byte {
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8)), dict+strings.Repeat("x", 96)...)
	}
	nan := math.NaN()

	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"nifti, 2^63 voxels":        {nifti(2, func(n *niftiFile) { n.dim = []int64{1 << 21, 1 << 21, 1 << 21} }), "more than 2^60 elements"},
		"nifti, overflow":           {nifti(2, func(n *niftiFile) { n.dim = []int64{1 << 32, 1 << 32, 1} }), "more than 2^60 elements"},
		"nifti, huge axis":          {nifti(2, func(n *niftiFile) { n.dim = []int64{math.MaxInt64, 1, 1} }), "more than 2^60 elements"},
		"nifti, large":              {nifti(1, func(n *niftiFile) { n.dim = []int64{32767, 32767, 32767} }), "unexpected EOF"},
		"nifti, large, compressed":  {compress("gzip", nifti(1, func(n *niftiFile) { n.dim = []int64{32767, 32767, 32767} })), "more than gzip can make"},
		"nifti, negative":           {nifti(1, func(n *niftiFile) { n.dim[1] = -3 }), "axis y has length -3"},
		"nifti, empty":              {nifti(1, func(n *niftiFile) { n.dim[2] = 0 }), "axis z has length 0"},
		"nifti, no axes":            {put(nifti(1, same), 40, 0, 0), "dim[0]"},
		"nifti, eight axes":         {put(nifti(1, same), 40, 8, 0), "dim[0]"},
		"nifti, samples and more":   {nifti(1, func(n *niftiFile) { n.dim = []int64{2, 2, 1, 2, 3} }), "only one of them"},
		"nifti, seven axes":         {nifti(1, func(n *niftiFile) { n.dim = []int64{2, 2, 1, 1, 1, 1, 6} }), "dim[7] 6"},
		"nifti, complex":            {put(nifti(1, same), 70, 32, 0), "datatype 32 complex64"},
		"nifti, RGB":                {put(nifti(2, same), 12, 128, 0), "datatype 128 RGB24"},
		"nifti, size of header":     {put(nifti(1, same), 0, 9), "sizeof_hdr"},
		"nifti, offset in header":   {put(nifti(1, same), 108, 0, 0, 128, 63), "vox_offset is 1,"},
		"nifti, offset NaN":         {put(nifti(1, same), 108, 255, 255, 255, 255), "vox_offset is NaN"},
		"nifti, offset not whole":   {put(nifti(1, same), 108, 0, 64, 176, 67), "vox_offset is 352.5"},
		"nifti, offset beyond":      {put(nifti(2, same), 168, 0, 0, 0, 0, 0, 0, 1), "unexpected EOF"},
		"nifti, offset far beyond":  {put(nifti(2, same), 168, 255, 255, 255, 255, 255, 255, 255, 127), "vox_offset is 9.2"},
		"nifti, negative offset":    {put(nifti(2, same), 168, 255, 255, 255, 255, 255, 255, 255, 255), "vox_offset is -1"},
		"nifti, spacing NaN":        {nifti(1, func(n *niftiFile) { n.pixdim[2] = nan }), "spacing along y is NaN"},
		"nifti, spacing Inf":        {nifti(2, func(n *niftiFile) { n.pixdim[3] = math.Inf(-1) }), "spacing along z is +Inf"},
		"nifti, spacing subnormal":  {nifti(2, func(n *niftiFile) { n.pixdim[2] = 5e-318 }), "spacing along y is 5e-318"},
		"nifti, sform zero":         {nifti(1, func(n *niftiFile) { n.rows = make([]float64, 12) }), "spacing along x is 0"},
		"nifti, sform flat":         {nifti(1, func(n *niftiFile) { n.rows = []float64{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0} }), "span no volume"},
		"nifti, sform NaN":          {nifti(1, func(n *niftiFile) { n.rows = []float64{1, 0, 0, nan, 0, 1, 0, 0, 0, 0, 1, 0} }), "origin along x is NaN"},
		"nifti, quaternion NaN":     {nifti(1, func(n *niftiFile) { n.quaternion = []float64{nan, 0, 0, 0, 0, 0} }), "span no volume"},
		"nifti, intercept NaN":      {nifti(1, func(n *niftiFile) { n.slope, n.intercept = 2, nan }), "scl_inter is NaN"},
		"nifti, pair with odd name": {nifti(1, func(n *niftiFile) { n.pair = true }), "not called .hdr"},

		"nrrd, no fields":          {nrrd(), "type \"\""},
		"nrrd, strange line":       {nrrd("type: float", "nonsense"), "\"nonsense\" is no"},
		"nrrd, type":               {nrrd("type: block"), "type \"block\""},
		"nrrd, endian":             {nrrd("type: float"), "endian \"\""},
		"nrrd, dimension":          {nrrd("type: uint8", "dimension: 2", "sizes: 4 3 2"), "dimension is \"2\", but there are 3 sizes"},
		"nrrd, dimension 16":       {nrrd("type: uint8", "dimension: 16", "sizes:"+strings.Repeat(" 1", 16)), "16 axes"},
		"nrrd, size":               {nrrd("type: uint8", "dimension: 1", "sizes: 99999999999999999999"), "is no length"},
		"nrrd, 2^63 voxels":        {nrrd("type: uint8", "dimension: 3", "sizes: 2097152 2097152 2097152"), "more than 2^60 elements"},
		"nrrd, negative":           {nrrd("type: uint8", "dimension: 1", "sizes: -9223372036854775808"), "axis x has length"},
		"nrrd, truncated":          {nrrd("type: uint8", "dimension: 1", "sizes: 97", "encoding: raw"), "unexpected EOF"},
		"nrrd, two lists":          {nrrd("type: uint8", "dimension: 2", "sizes: 9 9", "kinds: list vector"), "both not spatial"},
		"nrrd, kinds":              {nrrd("type: uint8", "dimension: 2", "sizes: 9 9", "kinds: list"), "kinds has 1 entries for 2 axes"},
		"nrrd, encoding":           {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: bzip2"), "unu save"},
		"nrrd, several files":      {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "data file: LIST"), "several files"},
		"nrrd, missing file":       {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "data file: missing.raw"), "missing.raw"},
		"nrrd, device":             {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "data file: /dev/zero"), "not a regular file"},
		"nrrd, byte skip":          {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "byte skip: -2"), "\"-2\""},
		"nrrd, large byte skip":    {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "byte skip: 9223372036854775807"), "byte skip is"},
		"nrrd, byte skip, no room": {nrrd("type: uint8", "dimension: 1", "sizes: 9999", "encoding: raw", "byte skip: -1"), "the data begin at byte -"},
		"nrrd, line skip":          {nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: raw", "line skip: 9223372036854775807"), "line skip: unexpected EOF"},
		"nrrd, directions":         {nrrd("type: uint8", "dimension: 3", "sizes: 1 1 1", "space: RAS", "space directions: (1,0,0) (0,1) (0,0,1)"), "no vector of three"},
		"nrrd, direction NaN":      {nrrd("type: uint8", "dimension: 3", "sizes: 1 1 1", "space: RAS", "space directions: (1,0,0) (0,nan,0) (0,0,1)"), "spacing along y is NaN"},
		"nrrd, origin":             {nrrd("type: uint8", "dimension: 3", "sizes: 1 1 1", "space: RAS", "space directions: (1,0,0) (0,1,0) (0,0,1)", "space origin: (0,0,inf)"), "origin along z is +Inf"},
		"nrrd, endless header":     {[]byte("NRRD0004\n# " + strings.Repeat("x", nrrdHeaderLimit)), "no end"},
		"nrrd, compressed twice":   {compress("gzip", nrrd("type: uint8", "dimension: 1", "sizes: 9", "encoding: gzip")), "compressed twice"},

		"npy, version":          {[]byte("\x93NUMPY\x04\x00\x00\x00\x00\x00"), "version 4.0"},
		"npy, long header":      {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "4294967295 bytes long"},
		"npy, no dictionary":    {npy("hello"), "is no dictionary"},
		"npy, record":           {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"), "is no dictionary of descr (a plain type)"},
		"npy, missing key":      {npy("{'descr': '<f4', 'shape': (1,)}"), "is no dictionary"},
		"npy, key twice":        {npy("{'descr': '<f4', 'shape': (1,), 'shape': (1,)}"), "is no dictionary"},
		"npy, unknown key":      {npy("{'descr': '<f4', 'order': False}"), "key \"order\""},
		"npy, object":           {npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"), "type \"|O\""},
		"npy, complex":          {npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}"), "type \"<c8\""},
		"npy, no byte order":    {npy("{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}"), "type \"|f4\""},
		"npy, number":           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()}"), "has 0 axes"},
		"npy, six axes":         {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1)}"), "has 6 axes"},
		"npy, 2^63 voxels":      {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2097152, 2097152, 2097152)}"), "more than 2^60 elements"},
		"npy, large number":     {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,)}"), "is no dictionary"},
		"npy, negative":         {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 4)}"), "axis y has length -1"},
		"npy, empty":            {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4)}"), "axis y has length 0"},
		"npy, truncated":        {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (25,)}"), "unexpected EOF"},
		"npy, fortran, samples": {npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2,1,4,3,2)}"), "mixes the samples"},

		"zip":      {[]byte("PK\x03\x04............"), "numpy.save"},
		"DICOM":    {append(make([]byte, 128), "DICM"...), "dcm2niix"},
		"nothing":  {[]byte("what is this?"), "none of the formats NIfTI-1,"},
		"bad gzip": {[]byte("\x1f\x8b\x08 and then something else"), "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, c.data)
			var err error
			used := allocated(func() { _, err = Open(path, Options{}) })
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, path)
			require.Less(t, used, uint64(1<<20)+8*uint64(len(c.data)))
		})
	}
}

// Whatever a header holds, Open and the planes return, with an error or with
// the voxels that were promised, and in bounded memory.
func checkHeader(t *testing.T, dir, name string, data []byte, opts Options) {
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	used := allocated(func() {
		if err := readAll(path, opts); err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		f := openFile(t, path, opts)
		if f.Geometry.Known {
			note, err := f.Geometry.Compare(f.Geometry)
			require.NoError(t, err)
			require.Empty(t, note)
		}
	})
	require.Less(t, used, uint64(64<<20)+16*uint64(len(data)))
}

func FuzzNIfTI(f *testing.F) {
	elements := make([]byte, 96)
	for _, n := range []niftiFile{
		{version: 1, datatype: Float32, dim: []int64{2, 3, 4}, elements: elements},
		{version: 2, datatype: Int16, dim: []int64{2, 3, 4, 2}, slope: 2, elements: elements, rows: []float64{1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7}},
		{version: 1, datatype: Uint8, dim: []int64{2, 3, 4, 1, 2}, elements: elements, quaternion: []float64{0, 0, 1, 5, 6, 7}},
		{version: 2, datatype: Int16, dim: []int64{2, 3, 4}, pair: true},
	} {
		for _, n.big = range []bool{false, true} {
			for _, codec := range []string{"", "gzip", "zstd"} {
				f.Add(compress(codec, n.bytes()))
			}
		}
	}
	dir := f.TempDir()
	require.NoError(f, os.WriteFile(filepath.Join(dir, "file.img"), make([]byte, 1000), 0o600))
	f.Fuzz(func(t *testing.T, data []byte) { checkHeader(t, dir, "file.hdr", data, Options{}) })
}

func FuzzNRRD(f *testing.F) {
	space := []string{"space: left-posterior-superior", "space directions: (1,0,0) (0,-1,0) (0,0,2.5)", "space origin: (1,2,3)"}
	raw := nrrdHeaderBytes(Int16, true, []int64{2, 3, 4}, append(space, "encoding: raw", "")...)
	f.Add(append(raw, make([]byte, 48)...))
	packed := nrrdHeaderBytes(Uint8, false, []int64{2, 2, 3, 4}, "kinds: list domain domain domain", "encoding: gzip", "")
	f.Add(append(packed, compress("gzip", make([]byte, 48))...))
	f.Add(nrrdHeaderBytes(Uint8, false, []int64{2, 3, 4, 2}, "spacings: 1 2 nan nan", "data file: file.raw", "byte skip: -1", "encoding: raw"))
	f.Add(nrrdHeaderBytes(Uint8, false, []int64{2, 3}, "datafile: file.raw", "line skip: 1", "encoding: raw"))
	dir := f.TempDir()
	require.NoError(f, os.WriteFile(filepath.Join(dir, "file.raw"), []byte("a line\n"+strings.Repeat("x", 100)), 0o600))
	f.Fuzz(func(t *testing.T, data []byte) { checkHeader(t, dir, "file.nhdr", data, Options{}) })
}

func FuzzNPY(f *testing.F) {
	for version := range byte(3) {
		f.Add(npyBytes(version+1, Float16, true, false, []int64{2, 3, 4}, make([]byte, 48)), "", false)
		f.Add(npyBytes(version+1, Uint8, false, true, []int64{1, 2, 3, 2, 4}, make([]byte, 48)), "", false)
		f.Add(npyBytes(version+1, Uint8, false, true, []int64{1, 2, 3, 2, 4}, make([]byte, 48)), "zycxb", false)
		f.Add(npyBytes(version+1, Int64, false, false, []int64{2, 1, 1, 3}, make([]byte, 48)), "", true)
		f.Add(npyBytes(version+1, Bool, false, false, []int64{48}, make([]byte, 48)), "c", true)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, axes string, noChannels bool) {
		checkHeader(t, dir, "file.npy", data, Options{Axes: axes, NoChannels: noChannels})
	})
}

// The axes of an array are those that convention or the caller gives them.
func TestAxes(t *testing.T) {
	for _, c := range []struct {
		fortran bool
		shape   []int64
		opts    Options
		axes    string
		space   [3]int
		samples int
		classes int
		says    string
	}{
		{shape: []int64{6}, axes: "x", space: [3]int{6, 1, 1}},
		{shape: []int64{6, 5}, axes: "yx", space: [3]int{5, 6, 1}},
		{shape: []int64{6, 5, 4}, axes: "zyx", space: [3]int{4, 5, 6}},
		{shape: []int64{3, 6, 5, 4}, axes: "czyx", space: [3]int{4, 5, 6}, classes: 3},
		{shape: []int64{3, 6, 5, 4}, opts: Options{NoChannels: true}, axes: "bzyx", space: [3]int{4, 5, 6}, samples: 3},
		{shape: []int64{2, 3, 6, 5, 4}, axes: "bczyx", space: [3]int{4, 5, 6}, samples: 2, classes: 3},
		{shape: []int64{2, 3, 6, 5, 4}, opts: Options{NoChannels: true}, says: "want (z, y, x) or (sample, z, y, x)"},
		{shape: []int64{6, 5, 4, 3}, opts: Options{Axes: "zyxc"}, axes: "zyxc", space: [3]int{4, 5, 6}, classes: 3},
		{shape: []int64{2, 5, 4}, opts: Options{Axes: "byx"}, axes: "byx", space: [3]int{4, 5, 1}, samples: 2},
		{shape: []int64{6, 5, 4}, opts: Options{Axes: "xyz"}, says: "axis y has the wrong place in memory"},
		{shape: []int64{6, 5, 4}, opts: Options{Axes: "zyxc"}, says: "name 4 axes, but the array has 3"},
		{shape: []int64{6, 5, 4}, opts: Options{Axes: "zzx"}, says: "each at most once"},
		{shape: []int64{6, 5, 4}, opts: Options{Axes: "zyt"}, says: "want the letters"},
		{fortran: true, shape: []int64{6, 5, 4}, axes: "xyz", space: [3]int{6, 5, 4}},
		{fortran: true, shape: []int64{3, 6, 5, 4}, axes: "cxyz", space: [3]int{6, 5, 4}, classes: 3},
		{fortran: true, shape: []int64{1, 3, 6, 5, 4}, axes: "bcxyz", space: [3]int{6, 5, 4}, classes: 3},
		{fortran: true, shape: []int64{6, 5, 4}, opts: Options{Axes: "zyx"}, says: "wrong place in memory"},
		{fortran: true, shape: []int64{2, 6, 5, 4}, opts: Options{NoChannels: true}, says: "mixes the samples"},
		{fortran: true, shape: []int64{2, 6, 5, 4}, opts: Options{Axes: "bxyz"}, axes: "bxyz", space: [3]int{6, 5, 4}, samples: 2},
	} {
		n := product(c.shape)
		f, err := Open(write(t, npyBytes(1, Uint8, false, c.fortran, c.shape, make([]byte, n))), c.opts)
		if c.says != "" {
			require.ErrorContains(t, err, c.says, "%+v", c)
			continue
		}
		require.NoError(t, err, "%+v", c)
		require.Equal(t, c.axes, f.Axes)
		require.Equal(t, c.space, f.Geometry.Shape)
		require.Equal(t, [2]int{max(1, c.samples), max(1, c.classes)}, [2]int{f.Samples, f.Channels}, "%+v", c)
		require.False(t, f.Geometry.Known)
	}

	nifti := niftiFile{version: 1, datatype: Uint8, dim: []int64{1, 1, 1}, elements: []byte{0}}
	_, err := Open(write(t, nifti.bytes()), Options{Axes: "zyx"})
	require.ErrorContains(t, err, "says itself what its axes are")
}

// A slope of 0 or one that is no number is none.
func TestSlope(t *testing.T) {
	for _, slope := range []float64{0, 1, math.NaN(), math.Inf(1)} {
		n := niftiFile{version: 2, datatype: Uint8, dim: []int64{1, 1, 1}, slope: slope, elements: []byte{7}}
		f := openFile(t, write(t, n.bytes()), Options{})
		require.False(t, f.Scaled())
		require.Equal(t, []float32{7}, readPlane(t, f, 0, 0, (*Plane).Float32))
	}
}

// A header may leave the data's offset at 0, and the lengths of axes that it
// does not have may be anything.
func TestLenience(t *testing.T) {
	data := niftiFile{version: 1, datatype: Uint8, dim: []int64{2, 1, 1}, elements: []byte{3, 4}}.bytes()
	copy(data[108:], []byte{0, 0, 0, 0})
	binary.LittleEndian.PutUint16(data[40+2*5:], 0)
	require.Equal(t, []int32{3, 4}, readPlane(t, openFile(t, write(t, data), Options{}), 0, 0, (*Plane).Labels))
}

// byte skip −1 takes the data from the end of the file.
func TestNRRDFromTheEnd(t *testing.T) {
	dir := t.TempDir()
	head := nrrdHeaderBytes(Uint8, false, []int64{2, 2}, "encoding: raw", "byte skip: -1", "data file: sub/data")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "data"), []byte("a header of any length\x01\x02\x03\x04"), 0o600))
	path := filepath.Join(dir, "x.nhdr")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(head), "\n", "\r\n")), 0o600))
	require.Equal(t, []int32{1, 2, 3, 4}, readPlane(t, openFile(t, path, Options{}), 0, 0, (*Plane).Labels))
}

// Each NRRD type is known by each of its names, in any case.
func TestNRRDTypes(t *testing.T) {
	for name, typ := range nrrdTypes {
		head := fmt.Sprintf("NRRD0001\nType: %s\nDIMENSION: 1\nsizes: 1\nendian: Little\nencoding: RAW\n\n12345678", strings.ToUpper(name))
		require.Equal(t, typ, openFile(t, write(t, []byte(head)), Options{}).Type)
	}
}
