package volume

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// product multiplies lengths.
func product(lengths []int64) int64 {
	n := int64(1)
	for _, l := range lengths {
		n *= l
	}
	return n
}

// A sampleFile is a random file of any format, with what it has to give.
type sampleFile struct {
	data     []byte
	detached []byte // of an .img or .raw beside it
	name     string // under which detached has to be written, or ""
	opts     Options
	t        Type
	shape    [3]int
	samples  int
	channels int
	slope    float64
	add      float64
	at       func(sample, channel int, voxel int64) float64 // element
}

// randomFile makes one of random format, type, byte order, compression, shape
// and order of the axes.
func randomFile(random *rand.Rand) sampleFile {
	pick := func(n int) int { return random.IntN(n) }
	big := pick(2) == 0
	codec := []string{"", "gzip", "zstd"}[pick(3)]
	s := sampleFile{samples: 1, channels: 1, slope: 1}
	for i := range s.shape {
		s.shape[i] = 1 + pick(40)>>pick(6)
	}
	format := []string{"nifti", "nrrd", "npy"}[pick(3)]
	types := map[string][]Type{"nifti": allTypes[:11], "nrrd": allTypes[:11], "npy": allTypes}[format]
	for s.t = Float16; s.t == Float16 && format != "npy"; {
		s.t = types[pick(len(types))]
	}
	if format == "npy" {
		s.t = types[pick(len(types))]
	}
	if pick(2) == 0 {
		s.channels = 1 + pick(5)
	}

	// order holds the axes from the slowest to the fastest.
	order := []byte("zyx")
	length := map[byte]int64{'x': int64(s.shape[0]), 'y': int64(s.shape[1]), 'z': int64(s.shape[2])}
	if s.channels > 1 {
		order = slices.Insert(order, 0, 'c')
		if format != "nifti" {
			order = slices.Insert([]byte("zyx"), pick(4), 'c')
		}
		length['c'] = int64(s.channels)
	}
	if format == "npy" && pick(3) == 0 {
		s.samples = 1 + pick(3)
		order = slices.Insert(order, pick(len(order)+1), 'b')
		length['b'] = int64(s.samples)
	}
	lengths := make([]int64, len(order))
	strides := map[byte]int64{}
	n := int64(1)
	for i := len(order) - 1; i >= 0; i-- {
		lengths[i] = length[order[i]]
		strides[order[i]] = n
		n *= lengths[i]
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(random.IntN(101)) // every type holds it
		if s.t == Bool {
			values[i] = float64(random.IntN(2))
		}
	}
	s.at = func(sample, channel int, voxel int64) float64 {
		nx, ny := length['x'], length['y']
		return values[int64(sample)*strides['b']+int64(channel)*strides['c']+
			voxel%nx*strides['x']+voxel/nx%ny*strides['y']+voxel/nx/ny*strides['z']]
	}
	elements := encode(s.t, big, values)
	fastestFirst := slices.Clone(lengths)
	slices.Reverse(fastestFirst)

	switch format {
	case "nifti":
		file := niftiFile{version: 1 + pick(2), big: big, datatype: s.t, dim: fastestFirst, extension: 16 * pick(3), elements: elements}
		if s.channels > 1 && pick(2) == 0 { // as a vector
			file.dim = []int64{file.dim[0], file.dim[1], file.dim[2], 1, file.dim[3]}
		}
		if pick(3) == 0 {
			s.slope, s.add = .5, -3
			file.slope, file.intercept = s.slope, s.add
		}
		s.data = compress(codec, file.bytes())
		if file.pair = pick(4) == 0; file.pair {
			s.data = compress(codec, file.header())
			s.detached = compress(codec, append(make([]byte, file.extension), elements...))
			s.name = "file.img" + map[string]string{"gzip": ".gz", "zstd": ".zst"}[codec]
		}

	case "nrrd":
		var lines []string
		if c := slices.Index(order, 'c'); c >= 0 && (c > 0 || pick(2) == 0) {
			kinds := []string{"domain", "domain", "domain", "domain"}
			kinds[3-c] = []string{"list", "vector", "4-color"}[pick(3)]
			lines = append(lines, "kinds: "+strings.Join(kinds, " "))
		}
		skip := make([]byte, pick(3))
		if len(skip) > 0 {
			lines = append(lines, fmt.Sprintf("byte skip: %d", len(skip)))
		}
		body, encoding := append(skip, elements...), "raw"
		if pick(2) == 0 {
			body, encoding, codec = compress("gzip", body), "gzip", ""
		}
		lines = append(lines, "encoding: "+encoding)
		if n := pick(3); n > 0 {
			lines = append(lines, fmt.Sprintf("line skip: %d", n))
			body = append([]byte(strings.Repeat("a line\n", n)), body...)
		}
		if pick(3) == 0 {
			s.name = "file.raw"
			s.detached = body
			s.data = compress(codec, nrrdHeaderBytes(s.t, big, fastestFirst, append(lines, "data file: ./"+s.name)...))
			break
		}
		if encoding == "gzip" {
			codec = ""
		}
		s.data = compress(codec, append(nrrdHeaderBytes(s.t, big, fastestFirst, append(lines, "")...), body...))

	case "npy":
		shape, fortran := slices.Clone(lengths), pick(2) == 0
		axes := slices.Clone(order)
		if fortran {
			slices.Reverse(shape)
			slices.Reverse(axes)
		}
		s.opts.Axes = string(axes)
		s.data = compress(codec, npyBytes(byte(1+pick(3)), s.t, big, fortran, shape, elements))
	}
	return s
}

// write puts the file into a folder and returns its path.
func (s sampleFile) write(t testing.TB, dir string) string {
	path := filepath.Join(dir, "file")
	if base, ok := strings.CutPrefix(s.name, "file.img"); ok {
		path += ".hdr" + base
	}
	require.NoError(t, os.WriteFile(path, s.data, 0o600))
	if s.name != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, s.name), s.detached, 0o600))
	}
	return path
}

// What is written in any format, type, byte order, compression, shape and order
// of the axes is read back, in pieces of any length, as numbers and as labels.
func checkRandomFile(t *testing.T, seed uint64, dir string) {
	random := rand.New(rand.NewPCG(seed, 0))
	s := randomFile(random)
	f, err := Open(s.write(t, dir), s.opts)
	require.NoError(t, err)
	require.Equal(t, s.shape, f.Geometry.Shape)
	require.Equal(t, []int{s.samples, s.channels}, []int{f.Samples, f.Channels})
	require.Equal(t, []any{s.t, s.slope, s.add}, []any{f.Type, f.Slope, f.Intercept})
	if f.Compression == "zstd" && s.samples*s.channels > int(zstdCodec.planes) {
		_, err := f.Plane(0, 0)
		require.ErrorContains(t, err, "decompress it first")
		return
	}

	n := f.Geometry.Voxels()
	for sample := range s.samples {
		for channel := range s.channels {
			want := make([]float64, n)
			for i := range want {
				want[i] = s.at(sample, channel, int64(i))
			}
			whole := !f.Scaled()
			checkPieces(t, random, f, sample, channel, (*Plane).Float32, func(i int) (float32, bool) {
				return float32(want[i]*s.slope + s.add), true
			})
			checkPieces(t, random, f, sample, channel, (*Plane).Float64, func(i int) (float64, bool) {
				return want[i]*s.slope + s.add, true
			})
			checkPieces(t, random, f, sample, channel, (*Plane).Labels, func(i int) (int32, bool) {
				v := want[i]*s.slope + s.add
				return int32(v), v == math.Trunc(v)
			})
			checkPieces(t, random, f, sample, channel, (*Plane).LabelsUint16, func(i int) (uint16, bool) {
				v := want[i]*s.slope + s.add
				return uint16(int(v)), v == math.Trunc(v) && v >= 0
			})
			checkPieces(t, random, f, sample, channel, (*Plane).LabelsUint8, func(i int) (uint8, bool) {
				v := want[i]*s.slope + s.add
				return uint8(int(v)), v == math.Trunc(v) && v >= 0
			})
			if whole && s.t == Uint16 {
				checkPieces(t, random, f, sample, channel, ReadElements[uint16], func(i int) (uint16, bool) { return uint16(want[i]), true })
			}
			if s.t == Float64 {
				checkPieces(t, random, f, sample, channel, ReadElements[float64], func(i int) (float64, bool) { return want[i], true })
			}
			if s.t == Float16 {
				checkPieces(t, random, f, sample, channel, ReadElements[uint16], func(i int) (uint16, bool) { return half(want[i]), true })
			}
			if s.t == BFloat16 {
				checkPieces(t, random, f, sample, channel, ReadElements[uint16], func(i int) (uint16, bool) { return upperHalf(want[i]), true })
			}
		}
	}
}

// checkPieces reads a plane in pieces of random length. Where want is not ok,
// it has to fail at that voxel, and give all before.
func checkPieces[D comparable](t *testing.T, random *rand.Rand, f *File, sample, channel int,
	read func(*Plane, []D) (int, error), want func(i int) (D, bool)) {
	p, err := f.Plane(sample, channel)
	require.NoError(t, err)
	defer p.Close()
	for i := 0; ; {
		piece := make([]D, random.IntN(3000))
		n, err := read(p, piece)
		for _, got := range piece[:n] {
			w, ok := want(i)
			require.True(t, ok, "voxel %d is no label", i)
			require.Equal(t, w, got, "voxel %d", i)
			i++
		}
		if int64(i) == f.Geometry.Voxels() {
			require.True(t, err == nil || n == 0 && err == io.EOF, err)
			n, err = read(p, make([]D, 1))
			require.Zero(t, n)
			require.Equal(t, io.EOF, err)
			return
		}
		if err != nil {
			var bad *VoxelError
			require.ErrorAs(t, err, &bad)
			require.EqualValues(t, i, bad.Index)
			_, ok := want(i)
			require.False(t, ok, err)
			n, again := read(p, make([]D, 1))
			require.Zero(t, n)
			require.Equal(t, err, again)
			return
		}
		require.Equal(t, len(piece), n)
	}
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(100) {
		checkRandomFile(t, seed, dir)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add(uint64(1000))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, seed uint64) { checkRandomFile(t, seed, dir) })
}

// Planes longer than the buffer take the straight way into the caller's memory,
// and channels further apart than the buffer are read one voxel at a time.
func TestLongPlanes(t *testing.T) {
	for _, big := range []bool{false, true} {
		for _, typ := range []Type{Float32, Int32, Uint16, Uint8, Float64} {
			values := make([]float64, 3*bufferSize)
			for i := range values {
				values[i] = float64(i * 7919 % 256)
			}
			data := npyBytes(1, typ, big, false, []int64{1, int64(len(values))}, encode(typ, big, values))
			for _, codec := range []string{"", "gzip"} {
				f := openFile(t, write(t, compress(codec, data)), Options{})
				got := readPlane(t, f, 0, 0, (*Plane).Float32)
				labels := readPlane(t, f, 0, 0, (*Plane).Labels)
				for i, v := range values {
					if got[i] != float32(v) || labels[i] != int32(v) {
						require.FailNow(t, "", "%v, big-endian %v, voxel %d: %v, %v, want %v", typ, big, i, got[i], labels[i], v)
					}
				}
			}
		}
	}

	const channels = bufferSize + 7
	values := make([]float64, 6*channels)
	for i := range values {
		values[i] = float64(i % channels / 1000)
	}
	data := npyBytes(1, Uint16, false, false, []int64{6, channels}, encode(Uint16, false, values))
	f := openFile(t, write(t, data), Options{Axes: "xc"})
	for _, c := range []int{0, 1234, channels - 1} {
		require.Equal(t, slices.Repeat([]int32{int32(c / 1000)}, 6), readPlane(t, f, 0, c, (*Plane).Labels))
	}
	_, err := f.Plane(0, channels)
	require.ErrorContains(t, err, "there is no sample 0, channel 131079")
}

// Each half-precision number is its sign, fraction and power of two.
func TestHalf(t *testing.T) {
	for bits := range 1 << 16 {
		exponent, fraction := bits>>10&31, float64(bits&1023)
		var want float64
		switch {
		case exponent == 0:
			want = fraction * 0x1p-24
		case exponent < 31:
			want = math.Ldexp(1024+fraction, exponent-25)
		case fraction == 0:
			want = math.Inf(1)
		default:
			want = math.NaN()
		}
		if bits>>15 == 1 {
			want = -want
		}
		got := float64(float32OfHalf(uint16(bits)))
		if math.IsNaN(want) {
			require.True(t, math.IsNaN(got))
			continue
		}
		require.Equal(t, math.Float64bits(want), math.Float64bits(got), "bits %#x", bits)
		require.Equal(t, uint16(bits), half(got), "bits %#x: the test's own encoder", bits)
	}
}

// A value that is not a whole number of the range is an error that names the
// voxel and the value, and those before it are read.
func TestNoLabel(t *testing.T) {
	for _, c := range []struct {
		t     Type
		value float64
		says  string
	}{
		{Float32, .5, "0.5"}, {Float32, math.NaN(), "NaN"}, {Float64, math.Inf(-1), "-Inf"}, {Float32, 1 << 31, "2.1474836e+09"},
		{Float64, 1<<31 + 1, "2.147483649e+09"}, {Int64, 1 << 31, "2147483648"}, {Int64, -1<<31 - 1, "-2147483649"},
		{Uint32, 1<<32 - 1, "4294967295"}, {Uint64, 1 << 63, "9223372036854775808"}, {Float16, .5, "0.5"}, {Float16, math.NaN(), "NaN"},
	} {
		values := []float64{1, 2, 3, 4, 5, 6, 7, c.value, 9, 10, 11, 12}
		f := openFile(t, write(t, npyBytes(1, c.t, true, false, []int64{2, 2, 3}, encode(c.t, true, values))), Options{})
		p, err := f.Plane(0, 0)
		require.NoError(t, err)
		dst := make([]int32, 12)
		n, err := p.Labels(dst)
		require.Equal(t, 7, n)
		require.Equal(t, []int32{1, 2, 3, 4, 5, 6, 7}, dst[:n])
		var bad *VoxelError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, [4]int{7, 1, 0, 1}, [4]int{int(bad.Index), bad.X, bad.Y, bad.Z})
		require.ErrorContains(t, err, f.Path+": sample 0, channel 0, voxel 7 (x 1, y 0, z 1): "+c.says+" is no label")
		require.NoError(t, p.Close())
	}

	// int64 labels do not pass through floating point.
	f := openFile(t, write(t, npyBytes(1, Int64, false, false, []int64{1}, []byte{1, 0, 0, 0, 0, 0, 0x20, 0})), Options{})
	p, err := f.Plane(0, 0)
	require.NoError(t, err)
	defer p.Close()
	_, err = p.Labels(make([]int32, 1))
	require.ErrorContains(t, err, "9007199254740993")
}

// A file that ends early is an error that says so and where, wherever it ends.
func TestTruncation(t *testing.T) {
	values := make([]float64, 60)
	for i := range values {
		values[i] = float64(i)
	}
	nifti := niftiFile{version: 1, datatype: Int16, dim: []int64{3, 4, 5}, elements: encode(Int16, false, values)}.bytes()
	nrrd := append(nrrdHeaderBytes(Int16, false, []int64{3, 4, 5}, "encoding: raw", ""), encode(Int16, false, values)...)
	nrrdGzip := append(nrrdHeaderBytes(Int16, false, []int64{3, 4, 5}, "encoding: gzip", ""), compress("gzip", encode(Int16, false, values))...)
	npy := npyBytes(1, Int16, false, false, []int64{5, 4, 3}, encode(Int16, false, values))
	for _, data := range [][]byte{nifti, nrrd, nrrdGzip, npy, compress("gzip", nifti), compress("zstd", npy), compress("gzip", nrrd)} {
		path := write(t, data)
		readPlane(t, openFile(t, path, Options{}), 0, 0, (*Plane).Labels)
		for length := range data {
			require.NoError(t, os.Truncate(path, 0))
			require.NoError(t, os.WriteFile(path, data[:length], 0o600))
			err := readAll(path, Options{})
			require.Error(t, err, "%d of %d bytes", length, len(data))
			require.ErrorContains(t, err, path)
		}
	}

	short := npy[:len(npy)-1]
	require.ErrorIs(t, readAll(write(t, short), Options{}), io.ErrUnexpectedEOF)
	err := readAll(write(t, compress("gzip", short)), Options{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "voxel 59 (x 2, y 3, z 4)")
	require.ErrorContains(t, readAll(write(t, []byte{}), Options{}), "is empty")
}

// readAll reads the first planes of a file to their ends.
func readAll(path string, opts Options) error {
	f, err := Open(path, opts)
	if err != nil {
		return err
	}
	var buffer [1000]float32
	for sample := range min(f.Samples, 2) {
		for channel := range min(f.Channels, 2) {
			p, err := f.Plane(sample, channel)
			if err != nil {
				return err
			}
			for n := int64(0); ; {
				got, err := p.Float32(buffer[:])
				n += int64(got)
				if err == io.EOF && n == f.Geometry.Voxels() {
					break
				}
				if err != nil {
					return errors.Join(err, p.Close())
				}
			}
			if err := p.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// A compressed file whose checksum is wrong is found out, though all its voxels
// were there.
func TestChecksum(t *testing.T) {
	data := compress("gzip", npyBytes(1, Uint8, false, false, []int64{2, 1, 1, 30000}, make([]byte, 60000)))
	data[len(data)-8] ^= 1
	require.ErrorContains(t, readAll(write(t, data), Options{}), "after the last voxel: gzip: invalid checksum")

	// Corrupt data may decode to more than the voxels; their checksum comes
	// after all of it.
	longer := compress("gzip", append(npyBytes(1, Uint8, false, false, []int64{30000}, make([]byte, 30000)), make([]byte, 20000)...))
	require.NoError(t, readAll(write(t, longer), Options{}))
	longer[len(longer)-8] ^= 1
	require.ErrorContains(t, readAll(write(t, longer), Options{}), "after the last voxel: gzip: invalid checksum")
}

// Too many planes would each decode a compressed file again.
func TestCompressedPlanes(t *testing.T) {
	for n, ok := range map[int64]bool{64: true, 65: false} {
		data := npyBytes(1, Uint8, false, false, []int64{n, 1, 1, 1}, make([]byte, n))
		f := openFile(t, write(t, compress("gzip", data)), Options{})
		p, err := f.Plane(0, 63)
		if ok {
			require.NoError(t, err)
			require.NoError(t, p.Close())
		} else {
			require.ErrorContains(t, err, "decompress it first")
		}
	}
}

// Reading allocates nothing, whatever has to be converted.
func TestNoAllocations(t *testing.T) {
	for _, typ := range []Type{Float32, Float64, Uint8, Int16, Float16} {
		for _, slope := range []float64{1, 2} {
			values := make([]float64, 1<<18)
			f := openFile(t, write(t, npyBytes(1, typ, true, false, []int64{1 << 18}, encode(typ, true, values))), Options{})
			f.Slope = slope
			p, err := f.Plane(0, 0)
			require.NoError(t, err)
			floats, labels, bytes := make([]float32, 1000), make([]int32, 1000), make([]uint8, 1000)
			require.Zero(t, testing.AllocsPerRun(50, func() {
				_, err1 := p.Float32(floats)
				_, err2 := p.Labels(labels)
				_, err3 := p.LabelsUint8(bytes)
				if err := errors.Join(err1, err2, err3); err != nil {
					t.Fatal(err)
				}
			}), "%v, slope %v", typ, slope)
			require.NoError(t, p.Close())
		}
	}
}

// After Close, and as elements of a wrong type, nothing is read.
func TestMisuse(t *testing.T) {
	f := openFile(t, write(t, npyBytes(1, Int16, false, false, []int64{1}, []byte{1, 0})), Options{})
	p, err := f.Plane(0, 0)
	require.NoError(t, err)
	_, err = ReadElements(p, make([]uint16, 1))
	require.ErrorContains(t, err, "elements are int16, not uint16")
	require.NoError(t, p.Close())
	_, err = p.Float32(make([]float32, 1))
	require.ErrorIs(t, err, os.ErrClosed)
}

func BenchmarkPlane(b *testing.B) {
	const n = 16 << 20
	for _, c := range []struct {
		name string
		t    Type
		big  bool
		read func(*Plane, []float32, []uint8) (int, error)
	}{
		{"float32", Float32, false, func(p *Plane, d []float32, _ []uint8) (int, error) { return p.Float32(d) }},
		{"float32 big-endian", Float32, true, func(p *Plane, d []float32, _ []uint8) (int, error) { return p.Float32(d) }},
		{"float64", Float64, false, func(p *Plane, d []float32, _ []uint8) (int, error) { return p.Float32(d) }},
		{"float16", Float16, false, func(p *Plane, d []float32, _ []uint8) (int, error) { return p.Float32(d) }},
		{"int16", Int16, false, func(p *Plane, d []float32, _ []uint8) (int, error) { return p.Float32(d) }},
		{"uint8 labels", Uint8, false, func(p *Plane, _ []float32, d []uint8) (int, error) { return p.LabelsUint8(d) }},
		{"int16 labels", Int16, false, func(p *Plane, _ []float32, d []uint8) (int, error) { return p.LabelsUint8(d) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := write(b, npyBytes(1, c.t, c.big, false, []int64{n}, make([]byte, n*c.t.Size())))
			f := openFile(b, path, Options{})
			floats, bytes := make([]float32, 1<<16), make([]uint8, 1<<16)
			b.SetBytes(int64(n * c.t.Size()))
			for b.Loop() {
				p, err := f.Plane(0, 0)
				require.NoError(b, err)
				for err == nil {
					_, err = c.read(p, floats, bytes)
				}
				require.Equal(b, io.EOF, err)
				require.NoError(b, p.Close())
			}
		})
	}
}

// NumPy calls bfloat16 two bytes of no meaning, with a byte order or without.
func TestBFloat16(t *testing.T) {
	values := []float64{0, 1, -1.5, 0x1p-126, 0x1p100, 3.140625}
	saved := npyBytes(1, BFloat16, false, false, []int64{1, 2, 3}, encode(BFloat16, false, values))
	for _, descr := range []string{"<V2", "|V2"} {
		path := filepath.Join(t.TempDir(), "a.npy")
		require.NoError(t, os.WriteFile(path, bytes.Replace(saved, []byte("<V2"), []byte(descr), 1), 0o600))
		f, err := Open(path, Options{})
		require.NoError(t, err)
		require.Equal(t, "bfloat16", f.Type.String())
		p, err := f.Plane(0, 0)
		require.NoError(t, err)
		got := make([]float64, len(values))
		_, err = p.Float64(got)
		require.NoError(t, err)
		require.Equal(t, values, got)
		require.NoError(t, p.Close())
	}
}
