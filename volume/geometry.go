package volume

import (
	"fmt"
	"math"
)

// tolerance is how far two geometries may lie apart, in voxels, and still be
// taken for the same: programs round what they write.
const tolerance = .01

// noteworthy is the distance in voxels below which a difference is not even
// mentioned: it is about what a header in float32 cannot express.
const noteworthy = 1e-4

// A Geometry says where voxels lie in space. Voxel (x, y, z) has its centre at
//
//	Origin + Direction · (x·Spacing[0], y·Spacing[1], z·Spacing[2])
//
// in millimetres, RAS+ (the first coordinate grows to the patient's right, the
// second to the front, the third to the head).
type Geometry struct {
	Shape     [3]int // voxels along x (fastest in memory), y, z
	Spacing   [3]float64
	Origin    [3]float64    // centre of voxel (0, 0, 0)
	Direction [3][3]float64 // Direction[r][c]: coordinate r of the unit vector along axis c

	// Known is false where a file does not say where its voxels are: a NumPy
	// array has a shape only, an NRRD file may have spacings only.
	Known bool
}

// unknownGeometry is what a file without a position in space has.
func unknownGeometry(shape [3]int) Geometry {
	return Geometry{Shape: shape, Spacing: [3]float64{1, 1, 1}, Direction: identity}
}

var identity = [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}

// Voxels is the number of voxels.
func (g Geometry) Voxels() int64 {
	return int64(g.Shape[0]) * int64(g.Shape[1]) * int64(g.Shape[2])
}

// At returns the coordinates of the voxel of an index (x fastest).
func (g Geometry) At(index int64) (x, y, z int) {
	nx, ny := int64(g.Shape[0]), int64(g.Shape[1])
	return int(index % nx), int(index / nx % ny), int(index / nx / ny)
}

// String describes g in one line.
func (g Geometry) String() string {
	s := fmt.Sprintf("%d×%d×%d voxels", g.Shape[0], g.Shape[1], g.Shape[2])
	if !g.Known {
		return s + ", place in space unknown"
	}
	return s + fmt.Sprintf(", spacing %.6g×%.6g×%.6g mm, origin (%.6g, %.6g, %.6g), axes (%.6g, %.6g, %.6g) (%.6g, %.6g, %.6g) (%.6g, %.6g, %.6g)",
		g.Spacing[0], g.Spacing[1], g.Spacing[2], g.Origin[0], g.Origin[1], g.Origin[2],
		g.Direction[0][0], g.Direction[1][0], g.Direction[2][0],
		g.Direction[0][1], g.Direction[1][1], g.Direction[2][1],
		g.Direction[0][2], g.Direction[1][2], g.Direction[2][2])
}

// A GeometryError says that two volumes do not cover the same voxels.
type GeometryError struct {
	First, Second Geometry
	Reason        string // what differs and by how much
}

func (e *GeometryError) Error() string {
	return fmt.Sprintf("geometries differ: %s\n  first:  %v\n  second: %v", e.Reason, e.First, e.Second)
}

// Compare tells whether g and other cover the same voxels: the same shape, and
// spacing, axes and the positions of the corners within .01 voxel. It returns
// a *[GeometryError] where they do not, and a note where they differ by less;
// the note is empty where the difference is none to speak of. A geometry that
// is not Known agrees with every one of its shape.
func (g Geometry) Compare(other Geometry) (note string, err error) {
	if g.Shape != other.Shape {
		return "", &GeometryError{g, other, "shape"}
	}
	if !g.Known || !other.Known {
		return "", nil
	}
	inverse, ok := g.inverse()
	if !ok {
		return "", &GeometryError{g, other, "the first has no volume"}
	}

	var spacing, axes, corners float64
	for c := range 3 {
		spacing = worse(spacing, (other.Spacing[c]-g.Spacing[c])/g.Spacing[c])
		for r := range 3 {
			axes = worse(axes, other.Direction[r][c]-g.Direction[r][c])
		}
	}
	for corner := range 8 {
		var index [3]float64
		for c := range 3 {
			index[c] = -.5 // the outer corners: they show a spacing along one voxel, too
			if corner>>c&1 == 1 {
				index[c] = float64(g.Shape[c]) - .5
			}
		}
		a, b := g.position(index), other.position(index)
		for c := range 3 {
			d := 0.0
			for r := range 3 {
				d += inverse[c][r] * (b[r] - a[r])
			}
			corners = worse(corners, d)
		}
	}

	for _, check := range []struct {
		name string
		by   float64
	}{{"spacing", spacing}, {"axes", axes}, {"corner positions", corners}} {
		if !(check.by <= tolerance) {
			return "", &GeometryError{g, other, fmt.Sprintf("%s by %.3g voxel, more than %g", check.name, check.by, tolerance)}
		}
		if check.by > noteworthy {
			note = fmt.Sprintf("%s differ by %.2g voxel, less than the %g that matters", check.name, check.by, tolerance)
		}
	}
	return note, nil
}

// worse returns the larger of a and |b|, and NaN for good once b is.
func worse(a, b float64) float64 { return max(a, math.Abs(b)) }

// position returns where a point in voxel coordinates lies, in mm.
func (g Geometry) position(index [3]float64) [3]float64 {
	p := g.Origin
	for r := range 3 {
		for c := range 3 {
			p[r] += g.Direction[r][c] * (g.Spacing[c] * index[c])
		}
	}
	return p
}

// inverse returns the matrix that takes a difference in mm to one in voxels.
// It is not ok where the axes span no volume.
func (g Geometry) inverse() (m [3][3]float64, ok bool) {
	d := g.Direction
	minor := func(r, c int) float64 { // of the cyclic kind: the sign is in the order
		r1, r2, c1, c2 := (r+1)%3, (r+2)%3, (c+1)%3, (c+2)%3
		return d[r1][c1]*d[r2][c2] - d[r1][c2]*d[r2][c1]
	}
	det := d[0][0]*minor(0, 0) + d[0][1]*minor(0, 1) + d[0][2]*minor(0, 2)
	for r := range 3 {
		for c := range 3 {
			m[c][r] = minor(r, c) / (det * g.Spacing[c])
		}
	}
	return m, math.Abs(det) > 1e-6
}

// setAxes sets spacing and direction from a matrix whose columns are the steps
// in mm from a voxel to its neighbours. It fails where they are not finite or
// span no volume.
func (g *Geometry) setAxes(m [3][3]float64) error {
	for c := range 3 {
		g.Spacing[c] = math.Hypot(math.Hypot(m[0][c], m[1][c]), m[2][c])
		for r := range 3 {
			g.Direction[r][c] = m[r][c] / g.Spacing[c]
		}
	}
	return g.check()
}

// check tells whether g is a geometry: positive spacings, axes that span a
// volume, and no numbers so far out that Compare could not reckon with them.
func (g *Geometry) check() error {
	for c := range 3 {
		if s := g.Spacing[c]; !(s >= 1e-9 && s <= 1e9) {
			return fmt.Errorf("the header's spacing along %c is %g mm, want 1e-9 to 1e9", "xyz"[c], s)
		}
		if o := g.Origin[c]; !(math.Abs(o) <= 1e15) {
			return fmt.Errorf("the header's origin along %c is %g mm, want at most 1e15", "xyz"[c], o)
		}
	}
	if _, ok := g.inverse(); !ok {
		return fmt.Errorf("the header's axes %v span no volume", g.Direction)
	}
	return nil
}
