//go:build purego || noasm || !amd64

package bench

// HasClang reports whether this build and machine can run what clang made of
// the loops in C: no.
func HasClang() bool { return false }

// RegionByClang panics: there is AVX2 code only.
func RegionByClang([]float32, []uint8) (tp, fp, fn float64) { panic(noClang) }
