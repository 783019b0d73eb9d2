package reduce

// A mapCall applies an elementary function to a slice, for the tests that
// compare the levels function by function.
type mapCall struct {
	src, dst []float32 // a multiple of Lanes long
	hi, lo   float32   // γ
}
