package volume

import (
	"fmt"
	"math"
)

// A Phantom is a volume of any size that is computed voxel by voxel from the
// coordinates: a body with organs and one small lesion, and what an imperfect
// network makes of it. The network is sure nearly everywhere and soft within a
// few voxels of a border; it has the organs a little out of place, misses part
// of the lesion and sees a second one where there is none.
//
// Class 0 is the background, 1 the lesion (about .2 % of the voxels where no
// axis is shorter than 16 voxels), 2 the body, and 3 and up are organs. With
// fewer classes the later ones are left out. A one-channel prediction is that
// of the lesion, and its labels are 0 and 1.
//
// The same voxel has the same bits on every machine and however it is asked
// for. A Phantom holds nothing but the shapes of its parts and may be used by
// several goroutines at once.
//
// To give the same bits, the arithmetic is float64 addition, multiplication,
// division and square root only, and each product is converted explicitly, lest
// a compiler fuse it with an addition.
type Phantom struct {
	Shape    [3]int // voxels along x, y, z
	Channels int    // of the prediction

	classes       int
	truth         []ellipsoid // each lies over those before it
	network       []ellipsoid
	probabilities head
	logits        head
}

const (
	lesionClass = 1
	bodyClass   = 2
	firstOrgan  = 3
)

// NewPhantom returns a phantom for predictions of 1 to 256 channels. It panics
// where the shape or the channels are out of range.
func NewPhantom(shape [3]int, channels int) *Phantom {
	const most = 1 << 60
	for _, n := range shape {
		if n < 1 || int64(n) > most {
			panic(fmt.Sprintf("volume: phantom of shape %v", shape))
		}
	}
	if int64(shape[0]) > most/int64(shape[1])/int64(shape[2]) {
		panic(fmt.Sprintf("volume: phantom of shape %v", shape))
	}
	if channels < 1 || channels > 256 {
		panic(fmt.Sprintf("volume: phantom of %d channels, want 1 to 256", channels))
	}
	p := &Phantom{Shape: shape, Channels: channels, classes: max(2, channels)}
	p.addParts()
	p.probabilities = newHead(p.probability, 0)
	if channels == 1 {
		p.logits = newHead(func(r role, margin float64) float64 {
			return [...]float64{margin, -margin, 0}[r]
		}, 0)
	} else {
		p.logits = newHead(func(r role, margin float64) float64 {
			return [...]float64{margin, 0, otherLogit}[r]
		}, 1./256)
	}
	return p
}

// Geometry is that of voxels of 1 mm with the first at the origin.
func (p *Phantom) Geometry() Geometry {
	g := unknownGeometry(p.Shape)
	g.Known = true
	return g
}

// Labels fills dst with the true labels of the voxels from start on (x
// fastest). It panics where they are outside of the volume.
func (p *Phantom) Labels(dst []uint8, start int64) {
	p.check(len(dst), start)
	for at := 0; at < len(dst); {
		r := p.row(at, len(dst), start)
		out := dst[at : at+r.end-r.begin]
		at += len(out)
		clear(out)
		for i := range p.truth {
			e := &p.truth[i]
			if !e.reaches(r) {
				continue
			}
			begin, end := e.interval(e.height(r), 0, p.Shape[0])
			begin, end = max(begin, r.begin), min(end, r.end)
			for x := begin; x < end; x++ {
				out[x-r.begin] = e.class
			}
		}
	}
}

// Probabilities fills dst with the network's probabilities of a channel, for
// the voxels from start on (x fastest). Over the channels they sum to 1 up to
// rounding, but for the one-channel network. It panics where the voxels are
// outside of the volume or there is no such channel.
func (p *Phantom) Probabilities(dst []float32, channel int, start int64) {
	p.predict(dst, channel, start, &p.probabilities)
}

// Logits is Probabilities before the softmax, or for one channel before the
// sigmoid.
func (p *Phantom) Logits(dst []float32, channel int, start int64) {
	p.predict(dst, channel, start, &p.logits)
}

// An ellipsoid is a part of the phantom. Its height at a voxel is 1 minus the
// squared distance from the centre in radii: 0 at its border.
type ellipsoid struct {
	class   uint8
	center  [3]float64 // in voxels
	radius  [3]float64 // in voxels
	inverse [3]float64 // of radius; 0 along an axis of one voxel
	slope   float64    // of the logit by the height
	band    float64    // the height at which the network is sure
	low     [3]float64 // the box that holds all heights above −band
	high    [3]float64
}

// sure is the logit beyond which a network does not look at the border.
const sure = 8

// add appends an ellipsoid, given in units in which the volume is [−1, 1]³.
func (p *Phantom) add(parts *[]ellipsoid, class int, center, radius [3]float64) {
	e := ellipsoid{class: uint8(class)}
	thinnest := math.Inf(1)
	for i, n := range p.Shape {
		half := float64(n) / 2
		e.center[i] = float64(center[i]*half) + (half - .5)
		e.radius[i] = radius[i] * half
		if n > 1 {
			e.inverse[i] = 1 / e.radius[i]
			thinnest = min(thinnest, e.radius[i])
		}
	}
	// By 3 a voxel at the border, where a step by one voxel changes the height
	// by about 2/radius.
	e.slope = max(3, 1.5*min(thinnest, 1e15))
	e.band = sure / e.slope
	reach := math.Sqrt(1 + e.band)
	for i, n := range p.Shape {
		e.low[i], e.high[i] = 0, float64(n)
		if n > 1 {
			e.low[i] = e.center[i] - float64(reach*e.radius[i])
			e.high[i] = e.center[i] + float64(reach*e.radius[i])
		}
	}
	*parts = append(*parts, e)
}

// addParts places the body, the organs and the lesion, and the network's idea
// of each.
func (p *Phantom) addParts() {
	body := [3]float64{.88, .8, .94}
	if p.classes > bodyClass {
		p.add(&p.truth, bodyClass, [3]float64{}, body)
		p.add(&p.network, bodyClass, [3]float64{.006, -.004, .003}, [3]float64{.885, .795, .938})
	}

	// Organs fill cells of a lattice in the box that the body's surface holds.
	organs := p.classes - firstOrgan
	side := 1
	for side*side*side < organs {
		side++
	}
	for k := range max(0, organs) {
		cell := k * side * side * side / organs
		var center, radius, seen, seenRadius [3]float64
		for i := range 3 {
			half := float64(.57 * body[i])
			width := 2 * half / float64(side)
			center[i] = float64((float64(cell%side)+.5)*width) - half
			radius[i] = width * [...]float64{.47, .42, .38}[(k+i)%3]
			seen[i] = center[i] + float64(radius[i]*[...]float64{.06, -.04, .05}[(k/3+i)%3])
			seenRadius[i] = radius[i] * [...]float64{1.03, .96}[(k+i)%2]
			cell /= side
		}
		p.add(&p.truth, firstOrgan+k, center, radius)
		p.add(&p.network, firstOrgan+k, seen, seenRadius)
	}

	center, radius := [3]float64{.27, -.19, .16}, [3]float64{.18, .15, .1415} // .2 % of [−1, 1]³
	near := func(by, scale [3]float64) (c, r [3]float64) {
		for i := range 3 {
			c[i] = center[i] + float64(by[i]*radius[i])
			r[i] = radius[i] * scale[i]
		}
		return c, r
	}
	p.add(&p.truth, lesionClass, center, radius)
	c, r := near([3]float64{.12, -.1, .08}, [3]float64{1.06, .94, 1.02})
	p.add(&p.network, lesionClass, c, r)
	c, r = near([3]float64{-.85, .4, -.3}, [3]float64{.5, .6, .7}) // the part that it misses
	p.add(&p.network, p.runnerUp(lesionClass), c, r)
	c, r = near([3]float64{-3.4, 2.3, -2.8}, [3]float64{.4, .5, .45}) // what it sees in vain
	p.add(&p.network, lesionClass, c, r)
}

// runnerUp is the class that the network thinks of second, far from borders.
func (p *Phantom) runnerUp(class int) int {
	switch {
	case p.classes == 2:
		return 1 - class
	case class == bodyClass:
		return 0
	default:
		return bodyClass
	}
}

// A row is a part of the voxels with one y and z.
type row struct {
	begin, end int // in x
	y, z       int
	number     int64 // of the row in the volume
}

// check panics where n voxels from start on are not all in the volume.
func (p *Phantom) check(n int, start int64) {
	if total := p.Geometry().Voxels(); start < 0 || start > total-int64(n) {
		panic(fmt.Sprintf("volume: %d voxels from %d on are not in a phantom of %d", n, start, total))
	}
}

// row returns the row, or the part of one, that takes dst from at on, where dst
// has n voxels from start on.
func (p *Phantom) row(at, n int, start int64) row {
	nx, ny := int64(p.Shape[0]), int64(p.Shape[1])
	index := start + int64(at)
	r := row{begin: int(index % nx), number: index / nx}
	r.end = r.begin + min(n-at, p.Shape[0]-r.begin)
	r.y, r.z = int(r.number%ny), int(r.number/ny)
	return r
}

// reaches tells whether any height above −band may lie in the row. It spares
// rows the parts that are far from them.
func (e *ellipsoid) reaches(r row) bool {
	y, z := float64(r.y), float64(r.z)
	return y >= e.low[1] && y <= e.high[1] && z >= e.low[2] && z <= e.high[2]
}

// height is the greatest height in the row, at x = center[0].
func (e *ellipsoid) height(r row) float64 {
	dy := (float64(r.y) - e.center[1]) * e.inverse[1]
	dz := (float64(r.z) - e.center[2]) * e.inverse[2]
	return 1 - float64(dy*dy) - float64(dz*dz)
}

// interval returns the x of a row of nx voxels, of greatest height top, whose
// height is above level.
func (e *ellipsoid) interval(top, level float64, nx int) (begin, end int) {
	if !(top > level) {
		return 0, 0
	}
	if e.inverse[0] == 0 {
		return 0, nx
	}
	half := float64(math.Sqrt(top-level) * e.radius[0])
	begin = int(max(0, math.Ceil(e.center[0]-half)))
	end = int(min(float64(nx), math.Floor(e.center[0]+half)+1))
	return min(begin, nx), max(end, 0)
}

// A span is a stretch of a row, from the end of the one before it to end, in
// which the network decides between two classes.
type span struct {
	end     int
	inside  uint8 // the class above height 0 of part, or that of the whole span
	outside uint8 // the class below, or the runner-up
	part    int   // index in network, or −1: it is sure
}

// see cuts a row into spans. It builds them in list and spare and returns both,
// so that the next row finds their room again.
func (p *Phantom) see(list, spare []span, r row) (cut, free []span) {
	list = append(list[:0], span{p.Shape[0], 0, uint8(p.runnerUp(0)), -1})
	for i := range p.network {
		e := &p.network[i]
		if !e.reaches(r) {
			continue
		}
		top := e.height(r)
		begin, end := e.interval(top, -e.band, p.Shape[0])
		sureBegin, sureEnd := e.interval(top, e.band, p.Shape[0])
		if sureBegin >= sureEnd {
			sureBegin, sureEnd = end, end
		}
		list, spare = paint(list, spare, begin, sureBegin, span{inside: e.class, part: i})
		list, spare = paint(list, spare, sureBegin, sureEnd, span{inside: e.class, outside: uint8(p.runnerUp(int(e.class))), part: -1})
		list, spare = paint(list, spare, sureEnd, end, span{inside: e.class, part: i})
	}
	return list, spare
}

// paint lays a span over those of list from begin to end. At a border what is
// outside is whatever was there before.
func paint(list, spare []span, begin, end int, over span) (painted, free []span) {
	if begin >= end {
		return list, spare
	}
	painted = spare[:0]
	from := 0
	for _, old := range list {
		a, b := max(from, begin), min(old.end, end)
		if a >= b || over.part >= 0 && old.inside == over.inside {
			painted = append(painted, old)
		} else {
			if from < a {
				left := old
				left.end = a
				painted = append(painted, left)
			}
			middle := over
			middle.end = b
			if over.part >= 0 {
				middle.outside = old.inside
			}
			painted = append(painted, middle)
			if b < old.end {
				painted = append(painted, old)
			}
		}
		from = old.end
	}
	return painted, list
}

// A role is what a class is in the eyes of the network at a voxel.
type role int

const (
	best   role = iota // the class that it decides for
	second             // the class it decides against
	other              // any other
)

// otherLogit is the logit of a class that is neither, where that of the second
// is 0 and that of the best is the margin.
const otherLogit = -10

// A head is a way to put out what the network thinks: a number by role and
// margin.
type head struct {
	value func(role, float64) float64
	sure  [3][noises]float64 // the values of spans where the network is sure, by the noise
	shift float64            // the unit of a random number that all channels of a voxel share
}

// noises is the number of values that a voxel's noise may take.
const noises = 1 << noiseBits
const noiseBits = 10

func newHead(value func(role, float64) float64, shift float64) head {
	h := head{value: value, shift: shift}
	for r := range h.sure {
		for noise := range noises {
			h.sure[r][noise] = value(role(r), sure+float64(noise)*(8./noises))
		}
	}
	return h
}

func (p *Phantom) predict(dst []float32, channel int, start int64, h *head) {
	if channel < 0 || channel >= p.Channels {
		panic(fmt.Sprintf("volume: channel %d of a phantom of %d", channel, p.Channels))
	}
	p.check(len(dst), start)
	class := uint8(channel)
	if p.Channels == 1 {
		class = lesionClass
	}
	var room [2][96]span // enough for all but the most crowded rows
	list, spare := room[0][:0], room[1][:0]
	for at := 0; at < len(dst); {
		r := p.row(at, len(dst), start)
		list, spare = p.see(list, spare, r)
		key := mix(uint64(r.number))
		from := r.begin
		for _, span := range list {
			to := min(span.end, r.end)
			if to <= from {
				continue
			}
			out := dst[at+from-r.begin : at+to-r.begin]
			if span.part < 0 {
				values := &h.sure[span.role(class, false)]
				for i := range out {
					noise := mix(key + uint64(from+i))
					out[i] = float32(values[noise>>(64-noiseBits)] + h.common(noise))
				}
			} else {
				e := &p.network[span.part]
				top := e.height(r)
				inside, outside := span.role(class, false), span.role(class, true)
				for i := range out {
					noise := mix(key + uint64(from+i))
					dx := (float64(from+i) - e.center[0]) * e.inverse[0]
					logit := float64(e.slope*(top-float64(dx*dx))) + (float64(noise>>(64-noiseBits))*(2./noises) - 1)
					role := inside
					if logit < 0 {
						role, logit = outside, -logit
					}
					out[i] = float32(h.value(role, logit) + h.common(noise))
				}
			}
			from = to
		}
		at += r.end - r.begin
	}
}

// role is that of a class in the span, above or below the border's height.
func (s *span) role(class uint8, below bool) role {
	inside, outside := best, second
	if below {
		inside, outside = second, best
	}
	switch class {
	case s.inside:
		return inside
	case s.outside:
		return outside
	default:
		return other
	}
}

// common is what all channels of a voxel have added: a softmax does not see it.
func (h *head) common(noise uint64) float64 {
	return float64(h.shift * float64(int64(noise>>(64-2*noiseBits)&(noises-1))-noises/2))
}

// probability is the softmax over the logits margin, 0 and, for all further
// classes, otherLogit.
func (p *Phantom) probability(r role, margin float64) float64 {
	const exp10 = 4.5399929762484854e-05 // e^otherLogit
	e := expNegative(margin)
	share := [...]float64{1, e, float64(e * exp10)}
	return share[r] / (1 + e + float64(float64(p.classes-2)*share[other]))
}

// expNegative returns e^−x for x in [0, 700] within 1e-10 of it, to the same
// bits everywhere, which math.Exp does not promise.
func expNegative(x float64) float64 {
	y := float64(x * math.Log2E)
	n := int(y + .5)
	f := float64((y - float64(n)) * math.Ln2) // in ±.35: e^−f by Taylor's series
	e := 1.
	for _, c := range [...]float64{1. / 9, 1. / 8, 1. / 7, 1. / 6, 1. / 5, 1. / 4, 1. / 3, 1. / 2, 1} {
		e = 1 - float64(float64(f*c)*e)
	}
	return e * math.Float64frombits(uint64(1023-n)<<52)
}

// mix scrambles the bits of a number so that the upper ones look random.
func mix(v uint64) uint64 {
	v *= 0x9e3779b97f4a7c15
	v ^= v >> 32
	v *= 0xd6e8feb86659fd93
	return v ^ v>>32
}
