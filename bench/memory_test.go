package bench

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lengths brackets the turns of the loops and the chunks.
var lengths = []int{0, 1, 7, 8, 9, 31, 32, 33, 127, 128, 129, 255, 256, 257, 500, 511, 512, 513, 1000, 4095, 4097,
	chunk - 1, chunk, chunk + 1, 3*chunk + 777}

func random(n int) []byte {
	rng := rand.New(rand.NewPCG(uint64(n), 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// xor is Read as its documentation says it.
func xor(b []byte) (x uint64) {
	b = append(bytes.Clone(b), make([]byte, 7)...)
	for ; len(b) >= 8; b = b[8:] {
		x ^= binary.LittleEndian.Uint64(b)
	}
	return x
}

// Read returns the same at every level, for every length and start, and there
// is no byte whose change it misses.
func TestReadTouchesEveryByte(t *testing.T) {
	for _, level := range Levels() {
		for _, n := range lengths {
			for _, start := range []int{0, 1, 13, 32} {
				b := random(n + start)[start:]
				want := xor(b)
				require.Equal(t, want, Read(level, b), "%s, %d bytes from %d", level, n, start)
				if n > chunk {
					continue
				}
				for i := 0; i < n; i += 1 + n/700 {
					b[i] ^= 0x5a
					require.Equal(t, want^0x5a<<(i%8*8), Read(level, b), "%s, byte %d of %d", level, i, n)
					b[i] ^= 0x5a
				}
			}
		}
	}
}

// Copy writes every byte of dst and none beside it.
func TestCopy(t *testing.T) {
	const margin = 100
	for _, level := range Levels() {
		for _, n := range lengths {
			for _, start := range []int{0, 1, 13, 32} {
				src := random(n + start)[start:]
				all := bytes.Repeat([]byte{0xee}, margin+start+n+margin)
				dst := all[margin+start:][:n]
				Copy(level, dst, src)
				require.True(t, bytes.Equal(src, dst), "%s, %d bytes", level, n)
				rest := append(bytes.Clone(all[:margin+start]), all[margin+start+n:]...)
				require.True(t, len(rest) == bytes.Count(rest, []byte{0xee}), "%s, %d bytes: wrote beside dst", level, n)
			}
		}
	}
}

func TestMisuse(t *testing.T) {
	assert.Panics(t, func() { Read("sse", nil) })
	assert.Panics(t, func() { Copy("sse", nil, nil) })
	assert.Panics(t, func() { Copy("generic", make([]byte, 1), nil) })
}
