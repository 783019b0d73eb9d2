//go:build !purego && !noasm

package reduce

// convertNEON writes the numbers of channel k from voxel from on to dst, as
// far as there are whole rows, and returns how many numbers that were.
//
//go:noinline
func convertNEON(dst []float32, p *Prediction, k, from int) int {
	dst = dst[:len(dst)-len(dst)%Lanes]
	raceWrite(dst)
	switch to := from + len(dst); {
	case p.float64s != nil:
		src := p.float64s[k][from:to]
		raceRead(src)
		float64NEON(dst, src)
	case p.halves != nil:
		src := p.halves[k][from:to]
		raceRead(src)
		if p.bfloat {
			bfloat16NEON(dst, src)
		} else {
			float16NEON(dst, src)
		}
	default:
		src := p.bytes[k][from:to]
		raceRead(src)
		quantisedNEON(dst, src)
	}
	return len(dst)
}

// The kernels: convertGeneric of one element type each. They take whole rows.

// dst[i] = nearest(src[i])
//
//go:noescape
func float64NEON(dst []float32, src []float64)

// dst[i] = float16(src[i])
//
//go:noescape
func float16NEON(dst []float32, src []uint16)

// dst[i] = bfloat16(src[i])
//
//go:noescape
func bfloat16NEON(dst []float32, src []uint16)

// dst[i] = quantised(src[i])
//
//go:noescape
func quantisedNEON(dst []float32, src []uint8)
