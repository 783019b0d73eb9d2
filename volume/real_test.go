package volume

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shared returns the path of a file among the shared volumes, and skips the
// test where there are none.
func shared(t testing.TB, path ...string) string {
	root := os.Getenv("VOXFOLD_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real volumes at %s: set VOXFOLD_SHARED to their place", root)
	}
	return filepath.Join(append([]string{root}, path...)...)
}

func openFile(t testing.TB, path string, opts Options) *File {
	f, err := Open(path, opts)
	require.NoError(t, err)
	return f
}

// labels reads the one plane of a label map.
func labels(t testing.TB, path string) (*File, []int32) {
	f := openFile(t, path, Options{})
	return f, readPlane(t, f, 0, 0, (*Plane).Labels)
}

// readPlane reads a plane whole.
func readPlane[D any](t testing.TB, f *File, sample, channel int, read func(*Plane, []D) (int, error)) []D {
	p, err := f.Plane(sample, channel)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	dst := make([]D, f.Geometry.Voxels())
	n, err := read(p, dst)
	require.NoError(t, err)
	require.Equal(t, len(dst), n)
	n, err = read(p, make([]D, 1))
	require.Equal(t, io.EOF, err)
	require.Zero(t, n)
	return dst
}

// Real pairs give the counts that another program found.
func TestRealCounts(t *testing.T) {
	any := func(l int32) bool { return l != 0 }
	is := func(label int32) func(int32) bool { return func(l int32) bool { return l == label } }
	for _, c := range []struct {
		dir, ref, pred string
		in             func(int32) bool
		tp, fp, fn     int
	}{
		{"spine", "ref", "pred", any, 413278, 11857, 10936},
		{"spine", "ref", "pred", is(49), 189521, 4757, 6399},
		{"spine", "ref", "pred", is(61), 649, 39114, 7541},
		{"spine", "ref", "pred", is(100), 73460, 5310, 3677},
		{"totalsegmentator", "example_seg", "example_seg_fast", any, 106954, 4427, 3271},
		{"totalsegmentator", "example_seg", "example_seg_fast", is(5), 38265, 1085, 369},
		{"totalsegmentator", "example_seg", "example_seg_fast", is(13), 0, 0, 1},
	} {
		_, ref := labels(t, shared(t, "data", c.dir, c.ref+".nii.gz"))
		_, pred := labels(t, shared(t, "data", c.dir, c.pred+".nii.gz"))
		tp, fp, fn := 0, 0, 0
		for i := range ref {
			switch r, p := c.in(ref[i]), c.in(pred[i]); {
			case r && p:
				tp++
			case p:
				fp++
			case r:
				fn++
			}
		}
		require.Equal(t, []int{c.tp, c.fp, c.fn}, []int{tp, fp, fn}, c)
	}
}

func TestRealGeometries(t *testing.T) {
	ref := openFile(t, shared(t, "data", "spine", "ref.nii.gz"), Options{})
	pred := openFile(t, shared(t, "data", "spine", "pred.nii.gz"), Options{})
	require.Equal(t, [3]int{512, 512, 17}, ref.Geometry.Shape)
	note, err := ref.Geometry.Compare(pred.Geometry)
	require.NoError(t, err)
	require.Contains(t, note, "0.0011 voxel", "the origins differ by that")

	ct := openFile(t, shared(t, "data", "totalsegmentator", "example_ct_sm.nii.gz"), Options{})
	require.Equal(t, Int16, ct.Type)
	_, err = ref.Geometry.Compare(ct.Geometry)
	require.IsType(t, &GeometryError{}, err)

	image := openFile(t, shared(t, "data", "pyradiomics", "brain1_image.nrrd"), Options{})
	label, values := labels(t, shared(t, "data", "pyradiomics", "brain1_label.nrrd"))
	note, err = image.Geometry.Compare(label.Geometry)
	require.NoError(t, err)
	require.Empty(t, note)
	require.True(t, image.Geometry.Known)
	// LPS in the file: −99.6, 99.6 with steps to the left and to the front.
	require.InDelta(t, 99.609375, image.Geometry.Origin[0], 1e-9)
	require.Equal(t, -1., image.Geometry.Direction[0][0])
	require.Equal(t, 1., image.Geometry.Direction[1][1])
	require.Subset(t, []int32{0, 1}, values)

	_, lung := labels(t, shared(t, "data", "pyradiomics", "lung1_label.nrrd"))
	n := 0
	for _, l := range lung {
		if l != 0 {
			n++
		}
	}
	require.Equal(t, 837, n)
}

// Every array of the golden cases is read: predictions as (sample, channel,
// space), labels and weights without channels.
func TestRealArrays(t *testing.T) {
	paths, err := filepath.Glob(shared(t, "golden", "volumes", "*.npy"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		noChannels := strings.HasSuffix(path, "labels.npy") || strings.HasSuffix(path, "weights.npy")
		f := openFile(t, path, Options{NoChannels: noChannels})
		require.Equal(t, !noChannels, strings.Contains(f.Axes, "c"), path)
		for b := range f.Samples {
			for c := range f.Channels {
				readPlane(t, f, b, c, (*Plane).Float32)
			}
		}
	}
}
