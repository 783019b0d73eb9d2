//go:build linux || darwin || freebsd || netbsd || openbsd

package reduce

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// guarded returns size bytes that end where a page begins that faults when it
// is touched, or (head) that begin where such a page ends.
func guarded(t *testing.T, size int, head bool) []byte {
	t.Helper()
	page := os.Getpagesize()
	inner := (size + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	require.NoError(t, syscall.Mprotect(all[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(all[page+inner:], syscall.PROT_NONE))
	start := page
	if !head {
		start += inner - size
	}
	return all[start : start+size : start+size]
}

// mustNotFault runs f, and fails the test where it touches memory that it may
// not.
func mustNotFault(t *testing.T, f func()) {
	t.Helper()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			require.Failf(t, "memory fault", "%v", r)
		}
	}()
	f()
}

// TestGuardPages: the one-channel forward kernels for hard labels do not read
// before their slices or beyond them, of float32 numbers or halves.
func TestGuardPages(t *testing.T) {
	for _, head := range []bool{false, true} {
		for blocks := range 5 {
			n := blocks * BlockSize
			x, labels := view[float32](guarded(t, 4*n, head)), guarded(t, n, head)
			for _, p := range everyPass() {
				t.Run(fmt.Sprintf("%+v/head %v/%d blocks", p, head, blocks), func(t *testing.T) {
					call := newHardCall(powerOf(p, .7))
					call.ignore = 255
					texture(rand.New(rand.NewPCG(uint64(blocks), 0)), p.input, x, labels, call.ignore, false)
					call.prediction, call.labels = x, labels
					mustNotFault(t, func() { compareHard(t, p, *call) })
					for e := elementFloat16; p.input == logits && e <= elementBFloat16; e++ {
						c := calls{bytes: func(size int) []byte { return guarded(t, size, head) }}
						call.halves, call.element = c.rounded(e, x)[0], e
						mustNotFault(t, func() { compareHard(t, p, *call) })
					}
				})
			}
		}
	}
}

// TestGuardPagesBackward: nor do the kernels for soft targets, those for several
// channels and those of the backward pass, which do not write there either.
func TestGuardPagesBackward(t *testing.T) {
	for _, head := range []bool{false, true} {
		for seed := range seeds(4) {
			anyCall(seed, .7, func(c *calls, w power) {
				t.Run(fmt.Sprintf("%+v/head %v/%d blocks", c.pass, head, c.blocks), func(t *testing.T) {
					c.bytes = func(n int) []byte { return guarded(t, n, head) }
					mustNotFault(t, func() {
						c.compareSoft(t, w)
						c.compareHardBackward(t, w)
						c.comparePlanar(t, c.planar(w, 2+c.rng.IntN(3), true))
						c.comparePlanar(t, c.planar(w, 2+c.rng.IntN(3), false))
					})
				})
			})
		}
	}
}

// TestGuardPagesWiden: nor do those that widen labels.
func TestGuardPagesWiden(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, head := range []bool{false, true} {
		for n := range 201 {
			mustNotFault(t, func() { compareWiden(t, rng, n, func(size int) []byte { return guarded(t, size, head) }) })
		}
	}
}

// TestGuardPagesConvert: nor do the conversions of predictions and labels.
func TestGuardPagesConvert(t *testing.T) {
	for _, head := range []bool{false, true} {
		alloc := func(size int) []byte { return guarded(t, size, head) }
		for n := range 50 {
			mustNotFault(t, func() {
				compareConversions(t, n, []byte{1, 0x3c, 0x80}, alloc)
				compareCodes(t, Options{Nonzero: true, Ignore: []int32{7}}, make([]int32, 2*n), alloc)
			})
		}
	}
}

// The guard pages do fault, and the fault is an ordinary panic.
func TestGuardPagesFault(t *testing.T) {
	b := guarded(t, 64, false)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	require.Panics(t, func() {
		sink = *(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), len(b)))
	})
}

var sink byte
