package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// calls makes the arguments of every kernel but the forward ones for hard
// labels of one channel (see FuzzHard), for the tests that compare levels.
type calls struct {
	rng    *rand.Rand
	pass   pass
	blocks int
	wild   bool
	bytes  func(n int) []byte // where memory is from; nil: anywhere
}

// memory returns n numbers, at any alignment that they may have.
func memory[T any](c *calls, n int) []T {
	if c.bytes != nil {
		return view[T](c.bytes(n * int(unsafe.Sizeof(*new(T)))))
	}
	offset := c.rng.IntN(17)
	return make([]T, n+offset)[offset : n+offset : n+offset]
}

// view returns b as values of another type.
func view[T any](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(*new(T))))
}

// output returns n numbers to be written, and whether they are where they can
// be written past the caches.
func (c *calls) output(n int) (d []float32, stream bool) {
	if c.bytes != nil { // blocks beside the end of a page
		return memory[float32](c, n), true
	}
	d = memory[float32](c, n+streamAlign/4)
	if c.rng.IntN(2) == 0 {
		return d[:n], false
	}
	for uintptr(unsafe.Pointer(&d[0]))%streamAlign != 0 {
		d = d[1:]
	}
	return d[:n:n], true
}

// fractions returns numbers in [0,1], runs of 0 and 1 among them, or nothing
// but these.
func (c *calls) fractions() []float32 {
	x, labels := memory[float32](c, c.blocks*BlockSize), make([]uint8, c.blocks*BlockSize)
	texture(c.rng, probabilities, x, labels, 256, c.wild)
	if c.rng.IntN(2) == 0 {
		for i, label := range labels {
			x[i] = float32(label & 1)
		}
	}
	return x
}

func (c *calls) values() []float32 {
	x := memory[float32](c, c.blocks*BlockSize)
	texture(c.rng, c.pass.input, x, make([]uint8, len(x)), 256, c.wild)
	return x
}

// halves rounds logits, in every second call, to a type of 16 bits, and returns
// them as such too.
func (c *calls) halves(planes ...[]float32) (halves [][]uint16, e element) {
	if c.pass.input != logits || c.rng.IntN(2) == 0 {
		return make([][]uint16, len(planes)), elementFloat32
	}
	e = elementFloat16 + element(c.rng.IntN(2))
	return c.rounded(e, planes...), e
}

// rounded rounds logits to a type of 16 bits, and returns them as such too. What
// is too large for the type becomes its greatest number.
func (c *calls) rounded(e element, planes ...[]float32) (halves [][]uint16) {
	for _, plane := range planes {
		h := memory[uint16](c, len(plane))
		for i, x := range plane {
			h[i] = uint16(math.Float32bits(x) >> 16)
			if e == elementFloat16 {
				h[i] = truncated(x)
			}
		}
		halves = append(halves, h)
		p := Prediction{halves: [][]uint16{h}, bfloat: e == elementBFloat16}
		p.load(Generic, plane, 0, 0)
	}
	return halves
}

// truncated returns the bits of the binary16 number next to x and no farther from
// 0, or of NaN or infinity.
func truncated(x float32) uint16 {
	bits := math.Float32bits(x)
	sign, magnitude := uint16(bits>>16)&0x8000, bits&0x7fffffff
	switch {
	case magnitude > 0x7f800000:
		return sign | 0x7e00
	case magnitude == 0x7f800000:
		return sign | 0x7c00
	case magnitude >= 0x47800000: // 65536
		return sign | 0x7bff
	default:
		return sign | uint16(math.Float32bits(math.Float32frombits(magnitude)*0x1p-112)>>13)
	}
}

// weights are 0, 1 and others, in runs as with labels.
func (c *calls) weights() []float32 {
	w := memory[float32](c, c.blocks*BlockSize)
	left, run := 0, 0
	for i := range w {
		if left == 0 { // rows and groups without a weight, of ones, and mixed
			left, run = 1+c.rng.IntN([]int{3, 30, 300}[c.rng.IntN(3)]), c.rng.IntN(4)
		}
		left--
		kind := run
		if run > 1 {
			kind = c.rng.IntN(3)
		}
		w[i] = []float32{0, 1, c.rng.Float32() * 3}[kind]
	}
	if c.wild && c.rng.IntN(4) == 0 && len(w) > 0 {
		w[c.rng.IntN(len(w))] = math.Float32frombits(c.rng.Uint32())
	}
	return w
}

func (c *calls) classes(channels int) []int32 {
	labels := memory[int32](c, c.blocks*BlockSize)
	left, label := 0, int32(0)
	for i := range labels {
		if left == 0 {
			left, label = 1+c.rng.IntN([]int{3, 30, 300}[c.rng.IntN(3)]), c.rng.Int32N(int32(channels)+1)-1
			if c.rng.IntN(6) == 0 {
				label = -1
			}
		}
		labels[i] = label
		left--
	}
	return labels
}

// coefficients are of either sign, and some are 0: a loss may want some sums
// and not others.
func (c *calls) coefficients() (k coefficients) {
	number := func() float32 {
		n := (c.rng.Float32() - .5) * float32(math.Ldexp(1, c.rng.IntN(20)-10))
		if c.rng.IntN(6) == 0 {
			n *= 0
		}
		return n
	}
	return coefficients{region: number(), ce: number(), focal: number()}
}

func (c *calls) soft(w power) softCall {
	eps, oneMinus := someEpsilon(c.rng)
	return softCall{
		prediction: c.values(), target: c.fractions(), weights: c.weights(), space: usedSpace(),
		eps: eps, oneMinus: oneMinus, hi: w.hi, lo: w.lo, power: w,
	}
}

func (c *calls) planar(w power, channels int, hard bool) planarCall {
	eps, oneMinus := someEpsilon(c.rng)
	p := planarCall{
		eps: eps, oneMinus: oneMinus, hi: w.hi, lo: w.lo, power: w,
		sums: make([]planeSums, channels), scratch: memory[float32](c, channels*BlockSize),
		ahead: make([]int, channels),
	}
	for range channels {
		p.planes = append(p.planes, c.values())
	}
	if c.pass.input == logits && c.rng.IntN(3) == 0 {
		c.sureClasses(p.planes)
	}
	p.halves, p.element = c.halves(p.planes...)
	if c.rng.IntN(2) == 0 {
		p.weights = c.weights()
	}
	if hard {
		p.labels = c.classes(channels)
		return p
	}
	for range channels {
		p.targets = append(p.targets, c.fractions())
	}
	return p
}

// sureClasses makes the logits what a trained network makes: in runs of voxels
// one class is so far above the others that nearly all of them are sure, or all.
func (c *calls) sureClasses(planes [][]float32) {
	run, above, margin := 0, 0, float32(0)
	for i := range planes[0] {
		if run == 0 {
			run, above = 1+c.rng.IntN(BlockSize), c.rng.IntN(len(planes))
			margin = float32(math.Log(float64(len(planes)))) + 3 + 3*c.rng.Float32()
		}
		run--
		for _, plane := range planes {
			plane[i] = -c.rng.Float32()
		}
		planes[above][i] += margin
	}
}

// anyCall calls f for every kernel with one of a few numbers of blocks.
func anyCall(seed uint64, gamma float64, f func(c *calls, w power)) {
	for kernel := range everyPass() {
		oneCall(seed, uint8(kernel), gamma, f)
	}
}

// oneCall calls f for one of them.
func oneCall(seed uint64, kernel uint8, gamma float64, f func(c *calls, w power)) {
	p := passOf(kernel)
	w := powerOf(p, gamma)
	rng := rand.New(rand.NewPCG(seed, uint64(kernel)))
	blocks := 1 + rng.IntN(2)
	if rng.IntN(8) == 0 {
		blocks = 0
	}
	f(&calls{rng: rng, pass: p, blocks: blocks, wild: seed%3 == 0}, w)
}

// seedCalls adds every kernel with a few seeds. An input is of one kernel, so
// that it is quick where the fuzzer runs under emulation too: it gives up
// after 10 s.
func seedCalls(f *testing.F) {
	for seed := range seeds(40) {
		for kernel := range everyPass() {
			f.Add(seed, uint8(kernel), 0.7)
		}
	}
}

// FuzzSoft: every level gives the bits of the portable kernel for soft targets
// and weights, forward and backward.
func FuzzSoft(f *testing.F) {
	seedCalls(f)
	f.Fuzz(func(t *testing.T, seed uint64, kernel uint8, gamma float64) {
		oneCall(seed, kernel, gamma, func(c *calls, w power) { c.compareSoft(t, w) })
	})
}

func (c *calls) compareSoft(t *testing.T, w power) {
	t.Helper()
	call := c.soft(w)
	want := call
	blocks := softGeneric(c.pass, &want)
	back := softBackward{
		space:      usedSpace(),
		prediction: call.prediction, target: call.target, weights: call.weights, eps: call.eps, oneMinus: call.oneMinus,
		gamma: float32(w.gamma), hi: w.hi, lo: w.lo, power: w, class: [2]coefficients{c.coefficients(), c.coefficients()},
		add: c.rng.IntN(2) == 0,
	}
	back.gradient, back.stream = c.output(len(call.prediction))
	wantBack := back
	wantBack.gradient = make([]float32, len(call.prediction))
	fill(wantBack.gradient, .25)
	softBackwardGeneric(c.pass, &wantBack)
	for _, level := range Levels() {
		got := call
		require.Equal(t, blocks, level.kernels().soft(c.pass, &got), "blocks, %v %+v", level, c.pass)
		require.Equal(t, fmt.Sprintf("%x %x", want.sums, want.w), fmt.Sprintf("%x %x", got.sums, got.w), "%v %+v γ %v", level, c.pass, w.gamma)
		fill(back.gradient, .25)
		gotBack := back
		require.Equal(t, blocks, level.kernels().softBackward(c.pass, &gotBack), "blocks, backward, %v %+v", level, c.pass)
		requireBits(t, wantBack.gradient, gotBack.gradient, "%v %+v γ %v", level, c.pass, w.gamma)
	}
}

// FuzzHardBackward: every level gives the bits of the portable backward kernel
// for hard labels, writing and adding, in place and not.
func FuzzHardBackward(f *testing.F) {
	seedCalls(f)
	f.Fuzz(func(t *testing.T, seed uint64, kernel uint8, gamma float64) {
		oneCall(seed, kernel, gamma, func(c *calls, w power) { c.compareHardBackward(t, w) })
	})
}

func (c *calls) compareHardBackward(t *testing.T, w power) {
	t.Helper()
	c.compareHardCall(t, c.hardBackward(w))
}

func (c *calls) hardBackward(w power) hardBackward {
	n := c.blocks * BlockSize
	x, labels := memory[float32](c, n), memory[uint8](c, n)
	ignore := uint32(256)
	if c.rng.IntN(2) == 0 {
		ignore = 2 + c.rng.Uint32N(254)
	}
	texture(c.rng, c.pass.input, x, labels, ignore, c.wild)
	halves, element := c.halves(x)
	eps, oneMinus := someEpsilon(c.rng)
	return hardBackward{
		space:      usedSpace(),
		prediction: x, halves: halves[0], element: element, labels: labels, ignore: ignore, eps: eps, oneMinus: oneMinus, gamma: float32(w.gamma),
		hi: w.hi, lo: w.lo, power: w, class: [2]coefficients{c.coefficients(), c.coefficients()}, add: c.rng.IntN(2) == 0,
	}
}

// compareHardCall requires the bits of the portable kernel of every level, which
// get memory for the gradient here.
func (c *calls) compareHardCall(t *testing.T, call hardBackward) {
	t.Helper()
	n := c.blocks * BlockSize
	want := call
	want.gradient = make([]float32, n)
	fill(want.gradient, .25)
	blocks := hardBackwardGeneric(c.pass, &want)
	for _, level := range Levels() {
		got := call
		got.gradient, got.stream = c.output(n)
		fill(got.gradient, .25)
		if got.element = given(level, 1, hard, call.element); got.element != elementFloat32 {
			got.prediction = nil
		}
		require.Equal(t, blocks, level.kernels().hardBackward(c.pass, &got), "blocks, %v %+v", level, c.pass)
		requireBits(t, want.gradient, got.gradient, "%v %+v γ %v", level, c.pass, call.power.gamma)
		if !call.add {
			got.element = elementFloat32
			got.prediction = append([]float32(nil), call.prediction...)
			got.gradient = got.prediction
			require.Equal(t, blocks, level.kernels().hardBackward(c.pass, &got))
			requireBits(t, want.gradient[:blocks*BlockSize], got.gradient[:blocks*BlockSize], "in place, %v %+v", level, c.pass)
		}
	}
}

// comparePlanarBackward requires the gradient of want of a level, whose calls
// take that many blocks.
func comparePlanarBackward(t *testing.T, level Level, p pass, want, got *planarBackward, blocks int) {
	t.Helper()
	require.Equal(t, blocks, level.kernels().planarBackward(p, got), "blocks, backward, %v %+v", level, p)
	for k := range want.gradient {
		requireBits(t, want.gradient[k], got.gradient[k], "%v %+v γ %v channel %d of %d", level, p, got.power.gamma, k, len(want.gradient))
	}
}

// FuzzPlanar: every level gives the bits of the portable kernels for several
// channels, forward and backward, with hard and soft targets, with weights and
// without.
func FuzzPlanar(f *testing.F) {
	seedCalls(f)
	f.Fuzz(func(t *testing.T, seed uint64, kernel uint8, gamma float64) {
		oneCall(seed, kernel, gamma, func(c *calls, w power) {
			c.comparePlanar(t, c.planar(w, c.channels(), true))
			c.comparePlanar(t, c.planar(w, c.channels(), false))
		})
	})
}

// channels returns a number of channels, seldom one over two groups.
func (c *calls) channels() int {
	n := []int{2, 3, 4, 16, 17, 35, 2 + c.rng.IntN(255)}[c.rng.IntN(7)]
	if n > 35 {
		c.blocks = min(c.blocks, 1)
	}
	return n
}

// kind returns that of the call's data, but for weights.
func (c *planarCall) kind() kind {
	if c.labels == nil {
		return soft
	}
	return hard
}

func (c *calls) comparePlanar(t *testing.T, call planarCall) {
	t.Helper()
	w, channels := call.power, len(call.planes)
	want := call
	want.sums = make([]planeSums, channels)
	blocks := planarGeneric(c.pass, &want)
	back := planarBackward{
		planes: call.planes, halves: call.halves, element: call.element, labels: call.labels, targets: call.targets, weights: call.weights,
		eps: call.eps, oneMinus: call.oneMinus, gamma: float32(w.gamma), hi: w.hi, lo: w.lo, power: w,
		scratch: call.scratch, ahead: call.ahead, add: c.rng.IntN(2) == 0,
	}
	for range channels {
		k, l := c.coefficients(), c.coefficients()
		back.class = append(back.class, planeCoefficients{own: k.region, other: l.region, ce: k.ce, focal: k.focal})
	}
	n := c.blocks * BlockSize
	wantBack := back
	wantBack.gradient = planesOf(channels, n)
	for _, d := range wantBack.gradient {
		fill(d, .25)
	}
	planarBackwardGeneric(c.pass, &wantBack)
	for _, level := range Levels() {
		got := call
		got.sums = make([]planeSums, channels)
		if got.element = given(level, channels, call.kind(), call.element); got.element != elementFloat32 {
			got.planes = make([][]float32, channels)
		}
		fill(call.scratch, float32(math.NaN())) // as in usedSpace
		require.Equal(t, blocks, level.kernels().planar(c.pass, &got), "blocks, %v %+v", level, c.pass)
		require.Equal(t, fmt.Sprintf("%x %x", want.sums, want.w), fmt.Sprintf("%x %x", got.sums, got.w), "%v %+v γ %v, %d channels", level, c.pass, w.gamma, channels)
		gotBack := back
		gotBack.planes, gotBack.element, gotBack.stream = got.planes, got.element, true
		gotBack.gradient = nil
		fill(call.scratch, float32(math.NaN()))
		for range channels {
			d, stream := c.output(n)
			fill(d, .25)
			gotBack.gradient, gotBack.stream = append(gotBack.gradient, d), gotBack.stream && stream
		}
		comparePlanarBackward(t, level, c.pass, &wantBack, &gotBack, blocks)
		if !back.add && blocks*BlockSize == n {
			gotBack.planes, gotBack.element, gotBack.stream = nil, elementFloat32, false
			for _, plane := range call.planes {
				gotBack.planes = append(gotBack.planes, append([]float32(nil), plane...))
			}
			gotBack.gradient = gotBack.planes
			comparePlanarBackward(t, level, c.pass, &wantBack, &gotBack, blocks)
		}
	}
}

// TestHalvesNotPlain: the kernels stop in front of a block with a half that is NaN,
// infinite or beyond maxLogit, forward and backward, at a random voxel, class and
// sign (TestHalvesRefused has all classes and signs), and take the largest that is
// none of these.
func TestHalvesNotPlain(t *testing.T) {
	halves := []struct {
		element element
		bits    uint16
		plain   bool
	}{
		{elementFloat16, 0x7bff, true},
		{elementFloat16, 0x7c00, false},
		{elementFloat16, 0xfc01, false},
		{elementBFloat16, 0x5d80, true},
		{elementBFloat16, 0x5d81, false},
		{elementBFloat16, 0xff80, false},
		{elementBFloat16, 0x7fff, false},
	}
	for kernel, pass := range everyPass() {
		if pass.input == probabilities {
			continue
		}
		some := halves
		if testing.Short() { // one of them for each kernel: an emulator takes a minute for all
			some = halves[kernel%len(halves):][:1]
		}
		for _, half := range some {
			oneCall(1, uint8(kernel), .7, func(c *calls, w power) { c.compareNotPlain(t, w, half.element, half.bits, half.plain) })
		}
	}
}

// compareNotPlain compares the levels on calls of two blocks, of which the second
// has one half with those bits: plain says whether they take it.
func (c *calls) compareNotPlain(t *testing.T, w power, e element, bits uint16, plain bool) {
	t.Helper()
	c.blocks = 2
	for _, hard := range []bool{false, true} {
		call := c.planar(w, 2+c.rng.IntN(4), hard)
		call.halves, call.element = c.rounded(e, call.planes...), e
		k, i := c.rng.IntN(len(call.planes)), BlockSize+c.rng.IntN(BlockSize)
		call.halves[k][i] = bits | uint16(c.rng.IntN(2))<<15
		p := Prediction{halves: call.halves, bfloat: e == elementBFloat16}
		call.planes[k][i] = p.at(k, i)
		generic := call
		generic.sums = make([]planeSums, len(call.planes))
		require.Equal(t, plain, planarGeneric(c.pass, &generic) == c.blocks)
		c.comparePlanar(t, call)
	}
	back := c.hardBackward(w)
	halves, i := c.rounded(e, back.prediction)[0], BlockSize+c.rng.IntN(BlockSize)
	halves[i] = bits | uint16(c.rng.IntN(2))<<15
	p := Prediction{halves: [][]uint16{halves}, bfloat: e == elementBFloat16}
	back.prediction[i] = p.at(0, i)
	back.halves, back.element = halves, e
	c.compareHardCall(t, back)
	call := newHardCall(w)
	call.prediction, call.halves, call.element = back.prediction, halves, e
	call.labels, call.ignore, call.eps, call.oneMinus = back.labels, back.ignore, back.eps, back.oneMinus
	compareHard(t, c.pass, *call)
}

// TestTiedClasses: the levels agree where two classes of a softmax have the same
// logit, or one that differs in its last digits, and the others nothing: a few
// steps under a tie, both have a probability of ½ or more.
func TestTiedClasses(t *testing.T) {
	for seed := range seeds(12) {
		anyCall(seed*2+1, .7, func(c *calls, w power) {
			if c.pass.input == probabilities {
				return
			}
			for below := range 5 {
				c.blocks = 1
				call := c.planar(w, 2+c.rng.IntN(4), c.rng.IntN(3) > 0)
				call.element = elementFloat32 // what follows needs its digits
				a := c.rng.IntN(len(call.planes))
				b := (a + 1) % len(call.planes)
				for i := range BlockSize {
					for _, plane := range call.planes {
						plane[i] = -60 - 30*c.rng.Float32()
					}
					call.planes[b][i] = c.rng.Float32() - .5
					call.planes[a][i] = call.planes[b][i] - float32(below)*0x1p-24
				}
				c.comparePlanar(t, call)
			}
		})
	}
}
