package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyPass lists the kernels: every input with every set of sums.
func everyPass() (all []pass) {
	for _, in := range []input{probabilities, logits} {
		all = append(all, pass{in, wantRegion, powerAny}, pass{in, wantCE, powerAny}, pass{in, wantFocal, powerAny})
		for _, form := range fastPowers {
			all = append(all, pass{in, wantFocal, form})
		}
	}
	return all
}

// usedSpace returns a workspace in which nothing is as a kernel wants it: none
// may count on finding zeros.
func usedSpace() *workspace {
	w := new(workspace)
	fill(w[:], float32(math.NaN()))
	return w
}

// passOf returns one of them.
func passOf(kernel uint8) pass {
	all := everyPass()
	return all[int(kernel)%len(all)]
}

// powerOf returns the power of a pass: of its own γ where that is a fast one,
// else of the one given, if there is a kernel for it.
func powerOf(p pass, gamma float64) power {
	if !(gamma > 0 && gamma < 100) {
		gamma = .7
	}
	for fast, form := range fastPowers {
		if form == p.form {
			gamma = fast
		}
	}
	w := newPower(gamma)
	w.form = p.form
	return w
}

func newHardCall(p power) *hardCall {
	return &hardCall{space: usedSpace(), ignore: 256, eps: 1e-7, oneMinus: 1 - 1e-7, hi: p.hi, lo: p.lo, power: p}
}

// TestEveryPassHasAKernel: each place in a table of kernels is that of one pass,
// and no level's table lacks one, of any kind of call.
func TestEveryPassHasAKernel(t *testing.T) {
	var table kernels[*pass]
	for in := range table {
		for what := range table[in] {
			table[in][what] = new(pass)
		}
	}
	places := map[*pass]bool{}
	for _, p := range everyPass() {
		places[table.of(p)] = true
	}
	require.Len(t, places, len(table)*len(table[0]))
	require.Len(t, everyPass(), len(places))

	for _, level := range Levels() {
		for _, p := range everyPass() {
			none, w := calls{rng: rand.New(rand.NewPCG(1, 0)), pass: p}, powerOf(p, .7) // no blocks
			soft := none.soft(w)
			require.NotPanics(t, func() { level.kernels().hard(p, newHardCall(w)) }, "%v %+v, hard", level, p)
			require.NotPanics(t, func() { level.kernels().soft(p, &soft) }, "%v %+v, soft", level, p)
			require.NotPanics(t, func() { level.kernels().hardBackward(p, &hardBackward{space: usedSpace()}) }, "%v %+v, hard, backward", level, p)
			require.NotPanics(t, func() { level.kernels().softBackward(p, &softBackward{space: usedSpace()}) }, "%v %+v, soft, backward", level, p)
			for _, hard := range []bool{false, true} {
				c := none.planar(w, 2, hard)
				back := planarBackward{
					planes: c.planes, labels: c.labels, targets: c.targets, gradient: c.planes,
					class: make([]planeCoefficients, 2), scratch: c.scratch, ahead: c.ahead,
				}
				require.NotPanics(t, func() { level.kernels().planar(p, &c) }, "%v %+v, planar, hard %v", level, p, hard)
				require.NotPanics(t, func() { level.kernels().planarBackward(p, &back) }, "%v %+v, planar, hard %v, backward", level, p, hard)
			}
		}
	}
}

// A texture makes test volumes: labels in runs of a random length, and values
// of every kind that the numbers contract names. One in four is what a trained
// network makes of a large volume: nearly everywhere background, and sure.
func texture(rng *rand.Rand, in input, x []float32, labels []uint8, ignore uint32, wild bool) {
	run, label, kind, width := 0, uint8(0), 0, float32(0)
	trained := rng.IntN(4) == 0
	for i := range x {
		if run == 0 {
			run, label, kind, width = 1+rng.IntN(200), uint8(rng.IntN(2)), rng.IntN(6), .1
			switch rng.IntN(8) {
			case 0, 1:
				run = 1 + rng.IntN(5)
			case 2: // a block may be of one class and kind
				run = 1 + rng.IntN(4*BlockSize)
			}
			switch rng.IntN(4) { // kind 5: so far from the label, twice
			case 0:
				width = .03 // sure
			case 1, 2:
				width = 1
			}
			if trained && rng.IntN(3) > 0 {
				run, label, kind, width = 1+rng.IntN(4*BlockSize), 0, 5, .03
				if rng.IntN(2) == 0 {
					width = 1.001 * 0x1p-5 // but for a voxel now and then
				}
			}
		}
		run--
		labels[i] = label
		if ignore < 256 && rng.IntN(20) == 0 {
			labels[i] = uint8(ignore)
		}
		u := rng.Float32()
		switch kind {
		case 0:
			x[i] = u
		case 1:
			x[i] = 1 - u*1e-6
		case 2:
			x[i] = u * 1e-7
		case 3:
			x[i] = float32(rng.IntN(2))
		case 4:
			x[i] = math.Float32frombits(rng.Uint32N(math.Float32bits(1) + 1))
		case 5:
			x[i] = float32(label) + (u-.5)*width
			x[i] = min(max(x[i], 0), 1)
		}
		if in == logits {
			switch kind {
			case 3:
				x[i] = (x[i] - .5) * 2000
			case 4:
				x[i] = math.Float32frombits(rng.Uint32N(math.Float32bits(maxLogit)+1) | rng.Uint32N(2)<<31)
			default:
				x[i] = (u - .5) * 40
			}
		}
		if wild && rng.IntN(2000) == 0 {
			x[i] = math.Float32frombits(rng.Uint32())
		}
		if wild && rng.IntN(2000) == 0 {
			labels[i] = uint8(rng.Uint32())
		}
	}
}

// someEpsilon returns an ε that Options allow, and 1 − ε.
func someEpsilon(rng *rand.Rand) (eps, oneMinus float32) {
	e := []float64{defaultEpsilon, defaultEpsilon, 1e-9, 1e-2}[rng.IntN(4)]
	return float32(e), float32(1 - e)
}

// given returns the element type of what a level gets of a call that has its
// numbers as halves of that type and as float32: of halves where it takes these.
func given(level Level, channels int, k kind, e element) element {
	if level.kernels().takesHalves(channels, k) {
		return e
	}
	return elementFloat32
}

// compareHard requires the bits of the portable kernel of every level.
func compareHard(t *testing.T, p pass, call hardCall) {
	t.Helper()
	want := call
	wantBlocks := hardGeneric(p, &want)
	for _, level := range Levels() {
		got := call
		if got.element = given(level, 1, hard, call.element); got.element != elementFloat32 {
			got.prediction = nil
		}
		require.Equal(t, wantBlocks, level.kernels().hard(p, &got), "blocks taken, %v %+v", level, p)
		require.Equal(t, fmt.Sprintf("%x", want.sums), fmt.Sprintf("%x", got.sums), "%v %+v γ %v", level, p, call.power.gamma)
	}
}

// FuzzHard: every level gives the bits of the portable one-channel kernel, for
// any voxels, any bit pattern among them, any γ and any start in memory. An
// input is of one kernel (see seedCalls).
func FuzzHard(f *testing.F) {
	for seed := range seeds(40) {
		for kernel := range everyPass() {
			f.Add(seed, uint8(kernel), uint8(seed), 0.7, []byte{1, 2, 3, 4, 5})
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, kernel, blocks uint8, gamma float64, raw []byte) {
		rng := rand.New(rand.NewPCG(seed, uint64(kernel)))
		n := int(blocks%9) * BlockSize
		offset := rng.IntN(17)
		x, labels := make([]float32, n+offset)[offset:], make([]uint8, n+offset)[offset:]
		p := passOf(kernel)
		call := newHardCall(powerOf(p, gamma))
		call.eps, call.oneMinus = someEpsilon(rng)
		if rng.IntN(2) == 0 {
			call.ignore = 2 + rng.Uint32N(254)
		}
		texture(rng, p.input, x, labels, call.ignore, seed%2 == 0)
		for i, v := range raw { // raw bytes reach the values' bits themselves
			if len(x) > 0 {
				j := rng.IntN(len(x))
				x[j] = math.Float32frombits(math.Float32bits(x[j]) ^ uint32(v)<<(8*(i%4)))
			}
		}
		call.prediction, call.labels = x, labels
		if halves, element := (&calls{rng: rng, pass: p}).halves(x); element != elementFloat32 {
			call.halves, call.element = halves[0], element
		}
		compareHard(t, p, *call)
	})
}
