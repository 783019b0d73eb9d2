package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// A Case is something to measure: a pass over a volume in memory.
type Case struct {
	Pass    string  `json:"pass"`   // forward, backward, or step: value and gradient
	Level   string  `json:"level"`  // of package reduce, or Clang
	Input   string  `json:"input"`  // probabilities, logits, float16, bfloat16 or quantised
	Target  string  `json:"target"` // labels of type uint8, uint16 or int32, or soft targets of type float32
	Data    string  `json:"data"`   // random or phantom
	Sums    string  `json:"sums"`   // region, ce, or focal: each with those before it
	Gamma   float64 `json:"gamma"`  // of focal
	Classes int     `json:"classes"`
	Threads int     `json:"threads"`
	Voxels  int     `json:"voxels"`
}

// A Result is what came of it.
type Result struct {
	Case
	VoxelsPerSecond float64 `json:"voxels_per_second"`
	// ShareOfRead is the time of the fastest plain read of the same bytes, in
	// the same run and with as many threads, over the time of the pass. The
	// backward pass is held against that read and a write of the gradient,
	// which is of type float32 whatever the input, past the caches.
	ShareOfRead float64 `json:"share_of_read"`
	// BytesPerSecond counts what the pass has to read, and write, once.
	BytesPerSecond float64 `json:"bytes_per_second"`
	// Extra is the most memory, in bytes, that the pass had beside the volume
	// and the gradient; negative where the system does not say.
	Extra int64 `json:"extra_bytes"`
}

// NanosecondsPerVoxel is the inverse of the speed.
func (r *Result) NanosecondsPerVoxel() float64 { return 1e9 / r.VoxelsPerSecond }

// Clang is the level of what clang made of the plain loop in C. It has the
// forward pass of region sums from probabilities of one channel, on one thread.
const Clang = "clang"

// The words that a Case is made of.
var (
	Passes  = []string{"forward", "backward", "step"}
	Inputs  = []string{"probabilities", "logits", "float16", "bfloat16", "quantised"}
	Targets = []string{"uint8", "uint16", "int32", "float32"}
	Data    = []string{"random", "phantom"}
	Sums    = []string{"region", "ce", "focal"}
)

// Check returns an error where a word of the case is none of these, or where
// package reduce or clang's loop does not take what the case asks.
func (c *Case) Check() error {
	for _, w := range []struct {
		what, word string
		words      []string
	}{{"pass", c.Pass, Passes}, {"input", c.Input, Inputs}, {"target", c.Target, Targets}, {"data", c.Data, Data}, {"sums", c.Sums, Sums}} {
		if !slices.Contains(w.words, w.word) {
			return fmt.Errorf("%s %q: want one of %v", w.what, w.word, w.words)
		}
	}
	if c.Voxels < 1 || c.Threads < 1 || c.Classes < 1 {
		return fmt.Errorf("%d voxels, %d threads, %d classes: want 1 or more", c.Voxels, c.Threads, c.Classes)
	}
	if c.Level == Clang {
		has := Case{"forward", Clang, "probabilities", "uint8", c.Data, "region", c.Gamma, 1, 1, c.Voxels}
		if *c != has || !HasClang() {
			return fmt.Errorf("level %s: it needs AVX2, and has region sums of one channel of probabilities and uint8 labels on one thread", Clang)
		}
		return nil
	}
	o, err := c.options()
	if err == nil {
		_, err = reduce.New(o)
	}
	return err
}

// A Volume is the data of a measurement.
type Volume struct {
	planes  [][]float32
	halves  [][]uint16
	bytes   [][]uint8
	labels  []uint8
	targets [][]byte // the memory of target
	target  reduce.Target
}

// NewVolume makes the data of a case: labels in contiguous regions with what a
// network predicts of them, or labels and values at random, 1 label in 32 not
// the background.
func NewVolume(c Case) *Volume {
	v := &Volume{labels: make([]uint8, c.Voxels)}
	for range c.Classes {
		v.planes = append(v.planes, make([]float32, c.Voxels))
	}
	if c.Data == "phantom" {
		v.phantom(c)
	} else {
		v.random(c)
	}
	v.narrow(c)
	v.aim(c)
	return v
}

// largePhantom is the number of voxels from which on a volume repeats a
// phantom of that size: to read what is repeated costs the same, to make it
// does not.
const largePhantom = 64 << 20

func (v *Volume) phantom(c Case) {
	n := min(c.Voxels, largePhantom)
	p := volume.NewPhantom(phantomShape(n), c.Classes)
	share(n, runtime.GOMAXPROCS(0), func(from, to int) {
		p.Labels(v.labels[from:to], int64(from))
		for k, plane := range v.planes {
			if c.Input == "probabilities" || c.Input == "quantised" {
				p.Probabilities(plane[from:to], k, int64(from))
			} else {
				p.Logits(plane[from:to], k, int64(from))
			}
		}
	})
	repeat(v.labels, n)
	for _, plane := range v.planes {
		repeat(plane, n)
	}
}

// repeat fills s with its first n numbers, again and again.
func repeat[T any](s []T, n int) {
	for i := n; i < len(s); i += n {
		copy(s[i:], s[:n])
	}
}

// phantomShape returns a shape of at least that many voxels, near a cube.
func phantomShape(voxels int) [3]int {
	side := 16
	for side*side*side < voxels {
		side *= 2
	}
	return [3]int{side, side, (voxels + side*side - 1) / (side * side)}
}

func (v *Volume) random(c Case) {
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range v.labels {
		if rng.Uint32N(32) == 0 {
			v.labels[i] = uint8(1 + rng.IntN(max(1, c.Classes-1)))
		}
	}
	for _, plane := range v.planes {
		for i := range plane {
			if plane[i] = rng.Float32(); c.Input != "probabilities" && c.Input != "quantised" {
				plane[i] = (plane[i] - .5) * 16
			}
		}
	}
}

// narrow turns the planes into the case's element type.
func (v *Volume) narrow(c Case) {
	for _, plane := range v.planes {
		switch c.Input {
		case "float16":
			v.halves = append(v.halves, convert(plane, float16))
		case "bfloat16":
			v.halves = append(v.halves, convert(plane, func(x float32) uint16 { return uint16(math.Float32bits(x) >> 16) }))
		case "quantised":
			v.bytes = append(v.bytes, convert(plane, func(x float32) uint8 { return uint8(x*255 + .5) }))
		}
	}
	if v.halves != nil || v.bytes != nil {
		v.planes = nil
	}
}

// aim makes the target of the labels, in the case's element type.
func (v *Volume) aim(c Case) {
	switch c.Target {
	case "uint16":
		labels := convert(v.labels, func(l uint8) uint16 { return uint16(l) })
		v.target, v.targets = reduce.LabelsUint16(labels), [][]byte{bytesOf(labels)}
	case "int32":
		labels := convert(v.labels, func(l uint8) int32 { return int32(l) })
		v.target, v.targets = reduce.LabelsInt32(labels), [][]byte{bytesOf(labels)}
	case "float32":
		var planes [][]float32
		for k := range c.Classes {
			planes = append(planes, smooth(v.labels, k, c.Classes))
			v.targets = append(v.targets, bytesOf(planes[k]))
		}
		v.target = reduce.Soft(planes...)
	default:
		v.target, v.targets = reduce.LabelsUint8(v.labels), [][]byte{v.labels}
	}
}

// smooth returns the targets of class k of labels smoothed by a tenth. The one
// channel of a prediction that has no more is that of class 1.
func smooth(labels []uint8, k, classes int) []float32 {
	if classes == 1 {
		k, classes = 1, 2
	}
	const share = .1
	rest := share / float32(classes)
	return convert(labels, func(l uint8) float32 {
		if int(l) == k {
			return 1 - share + rest
		}
		return rest
	})
}

func convert[S, T any](plane []S, f func(S) T) []T {
	out := make([]T, len(plane))
	for i, x := range plane {
		out[i] = f(x)
	}
	return out
}

// float16 cuts a number off to binary16; what is too small for a normal one
// becomes 0.
func float16(x float32) uint16 {
	b := math.Float32bits(x)
	exponent := int(b>>23&0xff) - 127 + 15
	if exponent < 1 {
		return 0
	}
	return uint16(b>>16&0x8000) | uint16(min(exponent, 30))<<10 | uint16(b>>13&0x3ff)
}

// chunk returns the volume as one chunk.
func (v *Volume) chunk(c Case) reduce.Chunk {
	chunk := reduce.Chunk{Target: v.target}
	switch c.Input {
	case "float16":
		chunk.Prediction = reduce.Float16(v.halves...)
	case "bfloat16":
		chunk.Prediction = reduce.BFloat16(v.halves...)
	case "quantised":
		chunk.Prediction = reduce.Quantised(v.bytes...)
	default:
		chunk.Prediction = reduce.Float32(v.planes...)
	}
	return chunk
}

// memory returns the bytes of the volume, slice by slice.
func (v *Volume) memory() [][]byte { return append(v.predictions(), v.targets...) }

// predictions returns the bytes of the prediction, channel by channel.
func (v *Volume) predictions() [][]byte {
	all := slices.Clone(v.bytes)
	for _, p := range v.planes {
		all = append(all, bytesOf(p))
	}
	for _, p := range v.halves {
		all = append(all, bytesOf(p))
	}
	return all
}

func bytesOf[T any](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// options returns what the case asks of package reduce.
func (c *Case) options() (reduce.Options, error) {
	o := reduce.Options{Channels: c.Classes, Workers: c.Threads, CE: c.Sums != "region"}
	if c.Sums == "focal" {
		o.Gammas = []float64{c.Gamma}
	}
	if c.Input != "probabilities" && c.Input != "quantised" {
		if o.Activation = reduce.Sigmoid; c.Classes > 1 {
			o.Activation = reduce.Softmax
		}
	}
	if c.Level == Clang {
		return o, nil
	}
	var err error
	o.Level, err = reduce.ParseLevel(c.Level)
	return o, err
}

// Run measures a case on a volume made for it: in each round the plain read (or
// read and write) of every instruction set, and the pass; it returns the
// medians of the speed and of the ratio, and the memory of the first time.
// What is too short to time (see Took) is repeated, and what takes seconds has fewer
// rounds.
func Run(c Case, v *Volume, rounds int) (Result, error) {
	r := Result{Case: c}
	if err := c.Check(); err != nil {
		return r, err
	}
	o, err := c.options()
	if err != nil {
		return r, err
	}
	gradient := newGradient(c)
	grown := Growth(os.Getpid())
	pass, err := v.pass(c, o, gradient)
	if err != nil {
		return r, err
	}
	pass() // makes the buffers
	r.Extra = grown()
	plain, size := v.plain(c)
	timed := func(f func(), times int) time.Duration {
		took := Took(c.Threads, func() {
			for range times {
				f()
			}
		})
		return max(1, took)
	}
	once := timed(pass, 1)
	times := int(time.Millisecond*20/once) + 1
	rounds = max(1, min(rounds, int(8*time.Second/once)))
	var speeds, shares []float64
	for range rounds {
		took, limit := timed(pass, times), time.Duration(math.MaxInt64)
		for _, level := range Levels() {
			limit = min(limit, timed(func() { plain(level) }, times))
		}
		speeds = append(speeds, float64(c.Voxels*times)/took.Seconds())
		shares = append(shares, float64(limit)/float64(took))
	}
	r.VoxelsPerSecond, r.ShareOfRead = median(speeds), median(shares)
	r.BytesPerSecond = r.VoxelsPerSecond / float64(c.Voxels) * float64(size)
	return r, nil
}

// Once takes a case's pass once, for others to watch.
func Once(c Case) error {
	if err := c.Check(); err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	pass, err := NewVolume(c).pass(c, o, newGradient(c))
	if err != nil {
		return err
	}
	pass()
	return nil
}

// RunAll measures cases, those of one volume with one volume where they stand
// next to each other, and calls done after each of them.
func RunAll(cases []Case, rounds int, done func(Result)) (all []Result, err error) {
	var v *Volume
	var of Case
	for _, c := range cases {
		data := Case{Input: c.Input, Target: c.Target, Data: c.Data, Classes: c.Classes, Voxels: c.Voxels}
		if v == nil || data != of {
			v, of = nil, data // let go of the old one first
			v = NewVolume(data)
		}
		r, err := Run(c, v, rounds)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
		done(r)
	}
	return all, nil
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// newGradient returns planes for the gradient of a case that has one, whose
// pages are there.
func newGradient(c Case) (gradient [][]float32) {
	if c.Pass == "forward" {
		return nil
	}
	for range c.Classes {
		plane := make([]float32, c.Voxels)
		for i := range plane {
			plane[i] = 1
		}
		gradient = append(gradient, plane)
	}
	return gradient
}

// pass returns what is measured, as a function.
func (v *Volume) pass(c Case, o reduce.Options, gradient [][]float32) (func(), error) {
	if c.Level == Clang {
		return func() { RegionByClang(v.planes[0], v.labels) }, nil
	}
	chunk := v.chunk(c)
	r, err := reduce.New(o)
	if err != nil {
		return nil, err
	}
	forward := func() {
		if err := r.Fold(0, chunk); err != nil {
			panic(err) // the data is ours
		}
	}
	if c.Pass == "forward" {
		return forward, nil
	}
	b, err := reduce.NewBackward(o)
	if err != nil {
		return nil, err
	}
	forward()
	d := reduce.NewDerivatives(r.Totals())
	for _, rows := range d.Samples {
		for k := range rows { // any numbers: the time does not depend on them
			row := &rows[k]
			row.TP, row.FP, row.FN, row.CE = -.1, .2, .3, 1/row.W
			for i := range row.Focal {
				row.Focal[i] = .5
			}
		}
	}
	b.Set(d, 1)
	backward := func() {
		if err := b.Pull(0, chunk, gradient...); err != nil {
			panic(err)
		}
	}
	if c.Pass == "backward" {
		return backward, nil
	}
	return func() { r.Reset(); forward(); backward() }, nil
}

// plain returns the limit of a pass, by instruction set: a read of the
// volume's bytes, and for the backward pass a write of as many as the gradient
// has. size is the number of bytes.
func (v *Volume) plain(c Case) (run func(level string), size int) {
	all := v.memory()
	for _, b := range all {
		size += len(b)
	}
	read := func(level string, b []byte) {
		share(len(b), c.Threads, func(from, to int) { sink.Store(Read(level, b[from:to])) })
	}
	if c.Pass != "backward" {
		return func(level string) {
			for _, b := range all {
				read(level, b)
			}
		}, size
	}
	one := c
	one.Classes = 1
	gradient := bytesOf(newGradient(one)[0])
	predictions := v.predictions()
	return func(level string) {
		for _, b := range v.targets {
			read(level, b)
		}
		for _, b := range predictions {
			share(len(b), c.Threads, func(from, to int) { widen(level, gradient, b, from, to) })
		}
	}, size + len(predictions)*len(gradient)
}

// widen reads bytes [from, to) of src and writes the part of dst that belongs
// to them, which may be longer: piece by piece of src, again and again while it
// is in the cache.
func widen(level string, dst, src []byte, from, to int) {
	const piece = 16 << 10
	times := len(dst) / len(src)
	for ; from < to; from += piece {
		b := src[from:min(from+piece, to)]
		for i := range times {
			Copy(level, dst[times*from+i*len(b):][:len(b)], b)
		}
	}
}

var sink atomic.Uint64

// share cuts n bytes into parts of whole pages, one a thread.
func share(n, threads int, f func(from, to int)) {
	step := max(1, (n/threads+4095)/4096) * 4096
	var wait sync.WaitGroup
	for from := step; from < n; from += step {
		wait.Go(func() { f(from, min(from+step, n)) })
	}
	f(0, min(step, n))
	wait.Wait()
}
