package volume

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomGeometry has its axes in any right- or left-handed order of directions.
func randomGeometry(random *rand.Rand) Geometry {
	g := Geometry{Known: true}
	b, c, d := random.Float64()-.5, random.Float64()-.5, random.Float64()-.5
	g.Direction = rotation(b, c, d)
	for i := range 3 {
		g.Shape[i] = 1 + random.IntN(500)
		g.Spacing[i] = .1 + 5*random.Float64()
		g.Origin[i] = 1000 * (random.Float64() - .5)
		if i == 2 && random.IntN(2) == 0 {
			for r := range 3 {
				g.Direction[r][2] = -g.Direction[r][2]
			}
		}
	}
	return g
}

// Volumes that lie apart by less than .01 voxel are the same, with a note from
// 1e-4 on, and those apart by more are not, along whichever axis.
func TestCompareTolerance(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		g := randomGeometry(random)
		note, err := g.Compare(g)
		require.NoError(t, err)
		require.Empty(t, note)

		axis := random.IntN(3)
		for _, c := range []struct {
			voxels float64
			note   bool
			err    bool
		}{{.00005, false, false}, {.0005, true, false}, {.0095, true, false}, {.0105, false, true}, {7, false, true}, {math.NaN(), false, true}} {
			moved, scaled := g, g
			for r := range 3 {
				moved.Origin[r] += c.voxels * g.Spacing[axis] * g.Direction[r][axis]
			}
			// The far corner moves by that much, the near one by as much the other way.
			half := float64(g.Shape[axis]) / 2
			scaled.Spacing[axis] *= 1 + c.voxels/half
			for r := range 3 {
				scaled.Origin[r] += (g.Spacing[axis] - scaled.Spacing[axis]) * (half - .5) * g.Direction[r][axis]
			}
			others := []Geometry{moved}
			if g.Shape[axis] > 1 {
				others = append(others, scaled)
			}
			for _, other := range others {
				note, err := g.Compare(other)
				require.Equal(t, c.err, err != nil, "%v voxels: %v", c.voxels, err)
				require.Equal(t, c.note, note != "", "%v voxels: %q", c.voxels, note)
				other.Known = false
				_, err = g.Compare(other)
				require.NoError(t, err)
			}
		}
	}
}

// The error prints both geometries and says what differs.
func TestCompareErrors(t *testing.T) {
	g := NewPhantom([3]int{3, 4, 5}, 1).Geometry()
	other := g
	other.Shape[2] = 6
	_, err := g.Compare(other)
	require.ErrorContains(t, err, "differ: shape")
	require.ErrorContains(t, err, "3×4×5 voxels")
	require.ErrorContains(t, err, "3×4×6 voxels")
	other.Known = false
	_, err = g.Compare(other)
	require.Error(t, err, "shapes have to agree anyway")

	other = g
	other.Shape, g.Shape = [3]int{1, 1, 1}, [3]int{1, 1, 1}
	other.Spacing[2] = 1.02
	_, err = g.Compare(other)
	require.ErrorContains(t, err, "spacing by 0.02 voxel", "of a single voxel, too")

	other = g
	other.Direction = [3][3]float64{{-1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	_, err = g.Compare(other)
	require.ErrorContains(t, err, "axes by 2 voxel")
}

// The same place in space, written as sform, as qform, in other units and as
// NRRD in its three patient spaces, is read as the same geometry.
func TestGeometryOfFormats(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		b, c, d := random.Float64()-.5, random.Float64()-.5, random.Float64()-.5
		want := randomGeometry(random)
		want.Shape = [3]int{2, 3, 4}
		want.Direction = rotation(b, c, d)
		qfac := 1.
		if random.IntN(2) == 0 {
			qfac = -1
			for r := range 3 {
				want.Direction[r][2] *= -1
			}
		}
		elements := make([]byte, 24)
		dim := []int64{2, 3, 4}
		pixdim := [4]float64{qfac, want.Spacing[0], want.Spacing[1], want.Spacing[2]}
		o := want.Origin
		qform := niftiFile{version: 2, datatype: Uint8, dim: dim, elements: elements, pixdim: pixdim, quaternion: []float64{b, c, d, o[0], o[1], o[2]}}
		sform := niftiFile{version: 2, datatype: Uint8, dim: dim, elements: elements, units: 1, pixdim: [4]float64{1, 1, 1, 1}, quaternion: []float64{0, 0, 0, 1, 2, 3}}
		for r := range 3 {
			for c := range 3 {
				sform.rows = append(sform.rows, want.Direction[r][c]*want.Spacing[c]/1000)
			}
			sform.rows = append(sform.rows, o[r]/1000)
		}
		files := [][]byte{qform.bytes(), sform.bytes()}
		for space, signs := range nrrdSpaces {
			var vectors string
			for c := range 3 {
				var v [3]float64
				for r := range 3 {
					v[r] = signs[r] * want.Direction[r][c] * want.Spacing[c]
				}
				vectors += " " + vector(v)
			}
			head := nrrdHeaderBytes(Uint8, false, dim, "encoding: raw", "space: "+space, "space directions:"+vectors,
				"space origin: "+vector([3]float64{signs[0] * o[0], signs[1] * o[1], signs[2] * o[2]}), "")
			files = append(files, append(head, elements...))
		}
		for _, data := range files {
			got := openFile(t, write(t, data), Options{}).Geometry
			require.True(t, got.Known)
			for _, pair := range [][2]Geometry{{want, got}, {got, want}} {
				note, err := pair[0].Compare(pair[1])
				require.NoError(t, err)
				require.Empty(t, note)
			}
		}
	}
}

// Without sform and qform the spacings are all there is; half a turn is a
// rotation, too; an NRRD outside of the patient's space has no place.
func TestSparseGeometry(t *testing.T) {
	n := niftiFile{version: 1, datatype: Uint8, dim: []int64{1, 1, 1}, elements: []byte{0}, pixdim: [4]float64{0, -2, 3, 0}, units: 2}
	g := openFile(t, write(t, n.bytes()), Options{}).Geometry
	require.Equal(t, Geometry{Shape: [3]int{1, 1, 1}, Spacing: [3]float64{2, 3, 1}, Direction: identity, Known: true}, g)

	n.quaternion = []float64{0, 0, 1.0000001, 4, 5, 6}
	g = openFile(t, write(t, n.bytes()), Options{}).Geometry
	require.Equal(t, [3][3]float64{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}, g.Direction)
	require.Equal(t, [3]float64{4, 5, 6}, g.Origin)

	data := append(nrrdHeaderBytes(Uint8, false, []int64{1, 1, 1, 1}, "encoding: raw", "spacings: .5 nan 3 nan", ""), 0)
	g = openFile(t, write(t, data), Options{}).Geometry
	require.Equal(t, Geometry{Shape: [3]int{1, 1, 1}, Spacing: [3]float64{.5, 1, 3}, Direction: identity}, g)
	require.Contains(t, g.String(), "unknown")
}
