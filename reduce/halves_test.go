package reduce

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHalvesRefused: the kernels stop in front of a block with a half that is not
// plain, whatever it is, its sign, its class and its pass. Only the number of
// blocks is looked at: that is quick where TestHalvesNotPlain is short.
func TestHalvesRefused(t *testing.T) {
	const channels, n = 3, 2 * BlockSize
	zeros := func() []float32 { return make([]float32, n) }
	for _, level := range Levels() {
		for _, p := range everyPass() {
			w := powerOf(p, .7)
			for e, patterns := range map[element][]uint16{
				elementFloat16:  {0x7bff, 0x7c00, 0x7c01, 0x7fff},
				elementBFloat16: {0x5d80, 0x5d81, 0x7f80, 0x7f81, 0x7fff},
			} {
				for which, bits := range patterns {
					want := 1 + int(bit(which == 0))
					for turn := range 2 * channels {
						k, at := turn/2, n-1-67*turn*(1+int(p.want))%BlockSize
						halves := [][]uint16{make([]uint16, n), make([]uint16, n), make([]uint16, n)}
						halves[k][at] = bits | uint16(turn%2)<<15
						for _, kind := range []kind{hard, soft} {
							if p.input != logits || !level.kernels().takesHalves(channels, kind) {
								continue
							}
							c := planarCall{
								planes: make([][]float32, channels), halves: halves, element: e, eps: 1e-7, oneMinus: 1 - 1e-7, hi: w.hi, lo: w.lo, power: w,
								sums: make([]planeSums, channels), scratch: make([]float32, channels*BlockSize), ahead: make([]int, channels),
							}
							if kind == hard {
								c.labels = make([]int32, n)
							} else {
								c.targets = [][]float32{zeros(), zeros(), zeros()}
							}
							b := planarBackward{
								planes: c.planes, halves: halves, element: e, labels: c.labels, targets: c.targets, eps: c.eps, oneMinus: c.oneMinus,
								hi: w.hi, lo: w.lo, power: w, gamma: .7, class: make([]planeCoefficients, channels), scratch: c.scratch, ahead: c.ahead,
								gradient: [][]float32{zeros(), zeros(), zeros()},
							}
							require.Equal(t, want, level.kernels().planar(p, &c), "%v %+v kind %d: %#x of type %d in class %d", level, p, kind, halves[k][at], e, k)
							require.Equal(t, want, level.kernels().planarBackward(p, &b), "backward, %v %+v kind %d: %#x of type %d in class %d", level, p, kind, halves[k][at], e, k)
						}
						if p.input != logits || k > 0 || !level.kernels().takesHalves(1, hard) {
							continue
						}
						c := newHardCall(w)
						c.halves, c.element, c.labels = halves[0], e, make([]uint8, n)
						b := hardBackward{
							halves: halves[0], element: e, labels: c.labels, gradient: zeros(), ignore: 256, space: usedSpace(),
							eps: c.eps, oneMinus: c.oneMinus, hi: w.hi, lo: w.lo, power: w, gamma: .7,
						}
						require.Equal(t, want, level.kernels().hard(p, c), "%v %+v: %#x of type %d", level, p, halves[0][at], e)
						require.Equal(t, want, level.kernels().hardBackward(p, &b), "backward, %v %+v: %#x of type %d", level, p, halves[0][at], e)
					}
				}
			}
		}
	}
}

// TestHalvesAreTaken: where the kernels take logits of 16 bits, none is converted
// on the way, neither as a tile nor as a block that a kernel refused; where they
// do not, every worker has its room from the start.
func TestHalvesAreTaken(t *testing.T) {
	elements := []string{"float16", "bfloat16"}
	for _, level := range Levels() {
		for _, channels := range []int{1, 3} {
			for kind := hard; kind <= softWeighted; kind++ {
				some := elements
				if testing.Short() {
					some = elements[kind%2:][:1]
				}
				for _, element := range some {
					o := Options{Channels: channels, Activation: Sigmoid, Workers: 2, Level: level}
					if channels > 1 {
						o.Activation = Softmax
					}
					n := SegmentSize + BlockSize // work for both
					_, chunk := narrowVolume(rand.New(rand.NewPCG(5, 5)), o, element, n, kind)
					r, b := reducer(t, o), must(NewBackward(o))
					require.NoError(t, r.Fold(0, chunk(0, n)))
					require.NoError(t, b.Pull(0, chunk(0, n), planesOf(channels, n)...))
					taken := level.kernels().takesHalves(channels, kind)
					for i := range o.Workers {
						for _, w := range []*worker{r.workers[i], b.pullers[i].worker} {
							require.Equal(t, taken, w.loose.planes[0] == nil, "%v %s, %d channels, kind %d", level, element, channels, kind)
							require.Nil(t, w.block, "%v %s, %d channels, kind %d", level, element, channels, kind)
						}
					}
				}
			}
		}
	}
}
