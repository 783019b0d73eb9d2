package volume

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Pieces that are written in any order, from several goroutines, are read back.
func TestArrayWriter(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, c := range []struct {
		t     Type
		shape []int
	}{{Float32, []int{2, 3, 7, 30, 11}}, {Float64, []int{2, 3, 7, 30, 11}}, {Float32, []int{5000}}, {Float64, []int{70, 60}}} {
		path := filepath.Join(t.TempDir(), "x.npy")
		w, err := CreateNPY(path, c.t, c.shape...)
		require.NoError(t, err)
		values := make([]float32, w.elements)
		for i := range values {
			values[i] = math.Float32frombits(random.Uint32() &^ (1 << 30)) // no NaN
		}

		type piece struct{ from, to int }
		var pieces []piece
		for from := 0; from < len(values); {
			to := min(len(values), from+random.IntN(1500))
			pieces = append(pieces, piece{from, to})
			from = to
		}
		random.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
		var wait sync.WaitGroup
		for worker := range 3 {
			wait.Go(func() {
				for i := worker; i < len(pieces); i += 3 {
					p := pieces[i]
					if err := w.WriteAt(values[p.from:p.to], int64(p.from)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		require.Len(t, w.written, 1)
		_, err = os.Stat(path)
		require.ErrorIs(t, err, os.ErrNotExist, "not before it is complete")
		require.NoError(t, w.Close())
		_, err = os.Stat(path + ".partial")
		require.ErrorIs(t, err, os.ErrNotExist)

		f := openFile(t, path, Options{})
		require.Equal(t, c.t, f.Type)
		require.Zero(t, f.offset%64)
		voxels := int(f.Geometry.Voxels())
		for plane := range len(values) / voxels {
			got := readPlane(t, f, plane/f.Channels, plane%f.Channels, (*Plane).Float32)
			require.Equal(t, values[plane*voxels:(plane+1)*voxels], got)
		}
	}
}

// An array with a gap never gets its name; what overlaps or lies outside is
// not written.
func TestArrayWriterErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	w, err := CreateNPY(path, Float32, 2, 1, 1, 10)
	require.NoError(t, err)
	require.NoError(t, w.WriteAt(make([]float32, 5), 0))
	require.NoError(t, w.WriteAt(make([]float32, 10), 10))
	require.NoError(t, w.WriteAt(make([]float32, 2), 6))
	require.NoError(t, w.WriteAt(nil, 10))
	require.ErrorContains(t, w.WriteAt(make([]float32, 2), 4), "written twice")
	require.ErrorContains(t, w.WriteAt(make([]float32, 2), 5), "written twice")
	require.ErrorContains(t, w.WriteAt(make([]float32, 10), 10), "written twice")
	require.ErrorContains(t, w.WriteAt(make([]float32, 3), 18), "outside of its 20 elements")
	require.ErrorContains(t, w.WriteAt(make([]float32, 1), 20), "outside")
	require.ErrorContains(t, w.WriteAt(make([]float32, 1), -1), "outside")
	require.ErrorContains(t, w.Close(), "element 5 was not written")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Empty(t, entries)

	for _, shape := range [][]int{{0}, {3, -1}, {1 << 30, 1 << 30, 4}} {
		_, err = CreateNPY(path, Float32, shape...)
		require.ErrorContains(t, err, "empty or too large")
	}
	_, err = CreateNPY(path, Uint8, 3)
	require.ErrorContains(t, err, "only float32 and float64")
	_, err = CreateNPY(filepath.Dir(path), Float32, 3)
	require.ErrorContains(t, err, "not a regular file", "a folder, or a device, which Close would replace")
	require.NoFileExists(t, filepath.Dir(path)+".partial")
}

// A raw file holds the bytes that a .npy holds behind its header.
func TestRaw(t *testing.T) {
	values := []float32{1, -2, .5, 1e-40, 3, 7}
	var files [2][]byte
	for i, create := range []func(string, Type, ...int) (*ArrayWriter, error){CreateNPY, CreateRaw} {
		path := filepath.Join(t.TempDir(), "x")
		w, err := create(path, Float32, 2, 3)
		require.NoError(t, err)
		require.NoError(t, w.WriteAt(values[3:], 3))
		require.NoError(t, w.WriteAt(values[:3], 0))
		require.NoError(t, w.Close())
		files[i], err = os.ReadFile(path)
		require.NoError(t, err)
	}
	require.Len(t, files[1], 4*len(values))
	require.Equal(t, files[0][len(files[0])-4*len(values):], files[1])
}

// A write that failed is not taken for one that was made: the array does not
// get its name, and nothing stays behind.
func TestFailedWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	w, err := CreateNPY(path, Float32, 10)
	require.NoError(t, err)
	require.NoError(t, w.file.Close()) // as good as a full disk
	require.ErrorIs(t, w.WriteAt(make([]float32, 10), 0), os.ErrClosed)
	require.ErrorIs(t, w.Close(), os.ErrClosed)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Empty(t, entries)

	w, err = CreateNPY(path, Float32, 10)
	require.NoError(t, err)
	require.NoError(t, w.WriteAt(make([]float32, 10), 0))
	require.NoError(t, os.Mkdir(path, 0o700)) // in the meantime
	require.Error(t, w.Close())
	require.NoFileExists(t, path+".partial")
}
