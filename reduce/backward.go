package reduce

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"
)

// A Backward pulls the derivatives of a loss by the sums back onto the voxels:
// one gradient per voxel and channel, ∂L/∂prediction. It knows nothing of the
// loss but these derivatives.
//
// It serves one goroutine at a time, and itself uses Options.Workers; several
// may be used at once. Pull and Add allocate nothing but a few blocks' buffers
// per worker, once.
type Backward struct {
	*plan
	classes [][]planeCoefficients // [sample][row], without focal
	focal   [][][]float32         // [power][sample][row]
	pullers []*puller

	// The chunk under way, shared out in segments.
	job    job
	chunk  Chunk
	dst    [][]float32
	sample int
	add    bool
	stream bool // where it can: see streamFrom
	failed atomic.Bool
}

// A puller is what one goroutine needs, made for the kind of data that comes
// and again where another does.
type puller struct {
	*Backward
	kind     kind
	worker   *worker
	gradient [][]float32 // of a tile, where dst cannot be written at once
	out      [][]float32 // where the tile under way is written to
	stream   bool        // past the caches
	hard     hardBackward
	soft     softBackward
	planar   planarBackward
}

// streamFrom is the size in bytes from which on a gradient is written past the
// caches, by kernels that can. The memory that is to be written need not be
// read first then, which saves up to half the time of a pass; but whoever uses
// the gradient next will not find it in a cache. Together with prediction and
// labels, one of this size would not stay in most caches anyway.
const streamFrom = 16 << 20

// streamAlign is the alignment that such writes need.
const streamAlign = 64

// streams reports whether the gradient of a chunk is to be written past the
// caches: one that is large, that goes to dst directly, and not to the place
// of the prediction, which is in the cache when the gradient is written.
func (b *Backward) streams(c *Chunk, dst [][]float32, add bool) bool {
	if add || len(b.focal) > 1 || 4*len(dst)*len(dst[0]) < streamFrom {
		return false
	}
	for k, d := range dst {
		if uintptr(unsafe.Pointer(&d[0]))%streamAlign != 0 || c.Prediction.float32s != nil && overlap(d, c.Prediction.float32s[k]) {
			return false
		}
	}
	return true
}

// NewBackward returns a Backward for predictions and targets under options o,
// those of the forward pass.
func NewBackward(o Options) (*Backward, error) {
	o, err := o.prepare()
	if err != nil {
		return nil, err
	}
	b := &Backward{plan: newPlan(o)}
	rows := b.layout.rows
	for range o.Samples {
		b.classes = append(b.classes, make([]planeCoefficients, rows))
	}
	b.focal = make([][][]float32, max(1, len(b.layout.powers)))
	for i := range b.focal {
		for range o.Samples {
			b.focal[i] = append(b.focal[i], make([]float32, rows))
		}
	}
	b.dst = make([][]float32, o.Channels)
	b.pullers = make([]*puller, o.Workers)
	b.job.do = b.segment
	return b, nil
}

// Set takes the derivatives that Pull and Add use from here on, times scale.
// Their shape is that of the totals of the forward pass; another one panics.
// Derivatives by sums that the options do not ask for count as 0. Coefficients
// are clipped to ±2^115, so that no gradient is NaN or infinite.
func (b *Backward) Set(d *Derivatives, scale float64) {
	if len(d.Samples) != len(b.classes) || len(d.Gammas) != len(b.layout.gammas) {
		panic(fmt.Sprintf("reduce: derivatives of %d samples and %d gammas where the options have %d and %d",
			len(d.Samples), len(d.Gammas), len(b.classes), len(b.layout.gammas)))
	}
	clip := func(x float64) float32 {
		return float32(math.Max(-maxCoefficient, math.Min(maxCoefficient, x*scale)))
	}
	for i, rows := range d.Samples {
		for k, row := range rows {
			c := &b.classes[i][k]
			c.own, c.other = clip(row.TP-row.FN), clip(row.FP)
			if b.layout.channels == 1 { // s of this class is what the other row's FP adds
				c.own = clip(row.TP - row.FN - rows[1-k].FP)
			}
			ce := row.CE
			power := 0
			for j, gamma := range d.Gammas {
				if gamma == 0 {
					ce += row.Focal[j]
					continue
				}
				b.focal[power][i][k] = clip(row.Focal[j])
				power++
			}
			c.ce = clip(ce)
		}
	}
}

// Pull writes ∂L/∂prediction of a chunk of a sample's voxels to dst, one slice
// per channel. The voxels may come in any order and any chunks. A voxel that
// is ignored or has weight 0 gets exactly 0.
//
// dst may be the prediction's own float32 slices, each at its own place; it
// panics, before anything is written, where it overlaps the chunk otherwise,
// or where lengths differ. It returns an [*InputError] for what [Reducer.Fold]
// would refuse (Voxel counts from the chunk's first); what dst holds then is
// not defined.
func (b *Backward) Pull(sample int, c Chunk, dst ...[]float32) error {
	return b.pull(sample, &c, dst, false)
}

// Add is [Backward.Pull] that adds to dst, as training frameworks accumulate.
func (b *Backward) Add(sample int, c Chunk, dst ...[]float32) error {
	return b.pull(sample, &c, dst, true)
}

func (b *Backward) pull(sample int, c *Chunk, dst [][]float32, add bool) error {
	n := b.check(sample, c, dst)
	b.chunk, b.sample, b.add, b.stream = *c, sample, add, b.streams(c, dst, add)
	copy(b.dst, dst)
	b.failed.Store(false)
	segments := (n + SegmentSize - 1) / SegmentSize
	for i := range min(segments, len(b.pullers)) { // here, so that none is made in a later call
		if k := c.kind(); b.pullers[i] == nil || b.pullers[i].kind != k {
			b.pullers[i] = newPuller(b, k)
		}
		w := b.pullers[i].worker
		if w.prepare(c); n%BlockSize > 0 {
			w.converted()
		}
	}
	b.job.run(segments, len(b.pullers))
	b.chunk = Chunk{}
	clear(b.dst)
	if !b.failed.Load() {
		return nil
	}
	e := b.rules.inspect(c, 0, n)
	if e == nil {
		panic("reduce: a kernel refused data that is acceptable")
	}
	e.Sample = sample
	return e
}

// segment writes the gradient of segment i of the chunk.
func (b *Backward) segment(goroutine, i int) {
	p := b.pullers[goroutine]
	if !p.voxels(i*SegmentSize, min(b.chunk.Prediction.Voxels(), (i+1)*SegmentSize)) {
		b.failed.Store(true)
	}
	clear(p.out)
}

// voxels writes the gradient of voxels [from, to) of the chunk, and reports
// whether all were acceptable.
func (b *puller) voxels(from, to int) bool {
	c, dst := &b.chunk, b.dst
	b.stream = b.Backward.stream
	step := b.worker.step(c)
	if len(b.focal) > 1 {
		step = min(step, b.tileSize())
	}
	whole := to - (to-from)%BlockSize
	for ; from < whole; from += step {
		end := min(from+step, whole)
		t, ignore, ok := b.worker.tile(c, from, end)
		if !ok {
			return false
		}
		direct := len(b.focal) == 1
		for k, d := range dst {
			if b.out[k] = d[from:end]; !direct {
				b.out[k] = b.gradient[k][:end-from]
			}
		}
		if !b.run(t, ignore, direct && b.add) {
			return false
		}
		if !direct {
			b.deliver(from, end)
		}
	}
	if whole == to {
		return true
	}
	b.stream = false
	t := b.worker.converted()
	invalid := t.load(b.rules, c, whole, to, 0)
	t.pad(to - whole)
	b.worker.part.slice(t, 0, BlockSize)
	for k := range dst {
		b.out[k] = b.gradient[k][:BlockSize]
	}
	if invalid || !b.run(&b.worker.part, paddingLabel, false) {
		return false
	}
	b.deliver(whole, to)
	return true
}

func newPuller(b *Backward, k kind) *puller {
	p := &puller{Backward: b, kind: k, worker: newWorker(b.plan, k), out: make([][]float32, b.options.Channels)}
	for range p.out {
		p.gradient = append(p.gradient, make([]float32, b.tileSize()))
	}
	p.planar.scratch = p.worker.plane.scratch
	p.planar.class = make([]planeCoefficients, b.layout.rows)
	p.planar.gradient = make([][]float32, b.options.Channels)
	return p
}

// check returns the length of the chunk. It panics where its parts or dst do
// not fit.
func (b *Backward) check(sample int, c *Chunk, dst [][]float32) int {
	n := c.voxels(&b.options)
	if sample < 0 || sample >= len(b.classes) {
		panic(fmt.Sprintf("reduce: sample %d where Options.Samples is %d", sample, len(b.classes)))
	}
	if len(dst) != b.options.Channels {
		panic(fmt.Sprintf("reduce: a gradient of %d channels beside a prediction of %d", len(dst), b.options.Channels))
	}
	for k, d := range dst {
		if len(d) != n {
			panic(fmt.Sprintf("reduce: a gradient of %d voxels beside a prediction of %d", len(d), n))
		}
		for j, x := range c.Prediction.float32s {
			if overlap(d, x) && (j != k || &d[0] != &x[0]) {
				panic("reduce: the gradient overlaps the prediction elsewhere than in place")
			}
		}
		for _, x := range dst[:k] {
			if overlap(d, x) {
				panic("reduce: two channels of the gradient overlap")
			}
		}
		bad := overlap(d, c.Weights)
		for _, x := range c.Target.soft {
			bad = bad || overlap(d, x)
		}
		for _, x := range c.Prediction.halves {
			bad = bad || overlap(d, x)
		}
		for _, x := range c.Prediction.float64s {
			bad = bad || overlap(d, x)
		}
		for _, x := range c.Prediction.bytes {
			bad = bad || overlap(d, x)
		}
		if bad || overlap(d, c.Target.uint8s) || overlap(d, c.Target.uint16s) || overlap(d, c.Target.int32s) {
			panic("reduce: the gradient overlaps the chunk that it is of")
		}
	}
	return n
}

// overlap reports whether two slices share memory.
func overlap[A, B any](a []A, b []B) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+uintptr(len(b))*unsafe.Sizeof(b[0]) && b0 < a0+uintptr(len(a))*unsafe.Sizeof(a[0])
}

// deliver moves the gradient of a tile to voxels [from, to) of dst.
func (b *puller) deliver(from, to int) {
	for k, d := range b.dst {
		if d = d[from:to]; !b.add {
			copy(d, b.gradient[k])
			continue
		}
		for i := range d {
			d[i] += b.gradient[k][i]
		}
	}
}

// run writes the gradient of a tile of whole blocks to out.
func (b *puller) run(t *tile, ignore uint32, add bool) bool {
	blocks := t.voxels() / BlockSize
	for done := 0; done < blocks; {
		done += b.kernel(t, done*BlockSize, ignore, done*BlockSize, add)
		if done == blocks {
			break
		}
		w, from := b.worker, done*BlockSize
		if !w.plain(t, from, ignore) || b.kernel(w.block, 0, ignore, from, add) != 1 {
			return false
		}
		done++
	}
	return true
}

// kernel calls the kernel of the tile's kind on its voxels from start on, once
// for each power: the first call brings the region sums and the cross entropy.
func (b *puller) kernel(t *tile, start int, ignore uint32, at int, add bool) (done int) {
	p, end := b.pass, t.voxels()
	if p.want != wantFocal {
		return b.call(p, 0, t, start, end, ignore, at, add)
	}
	for i, power := range b.layout.powers {
		p.form = power.form
		done = b.call(p, i, t, start, end, ignore, at, add || i > 0)
		end = start + done*BlockSize
	}
	return done
}

func (b *puller) call(p pass, focal int, t *tile, start, end int, ignore uint32, at int, add bool) (done int) {
	if start == end {
		return 0
	}
	var pw power
	if len(b.layout.powers) > 0 {
		pw = b.layout.powers[focal]
	}
	gamma, clampRegion, kernels := float32(pw.gamma), b.options.ClampRegion, b.options.Level.kernels()
	switch {
	case t.labels != nil:
		b.hard = hardBackward{
			prediction: cut(t.planes[0], start, end), halves: cut(t.halves[0], start, end), element: t.element,
			labels: t.labels[start:end], gradient: b.out[0][at : at+end-start], ignore: ignore,
			ahead: b.worker.fetchAhead(), space: &b.worker.space, eps: b.eps, oneMinus: b.oneSub, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
			class: b.binary(focal), add: add, stream: b.stream, clampRegion: clampRegion,
		}
		return kernels.hardBackward(p, &b.hard)
	case len(t.planes) == 1:
		b.soft = softBackward{
			prediction: t.planes[0][start:end], target: t.targets[0][start:end], weights: t.weights[start:end],
			gradient: b.out[0][at : at+end-start], space: &b.worker.space,
			eps: b.eps, oneMinus: b.oneSub, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
			class: b.binary(focal), add: add, stream: b.stream, clampRegion: clampRegion,
		}
		return kernels.softBackward(p, &b.soft)
	}
	for k := range b.planar.class {
		b.planar.class[k] = b.coefficients(k, focal)
	}
	step := callBlocks(len(t.planes)) * BlockSize
	c, view := &b.planar, &b.worker.view
	for from := start; from < end; from += step {
		to := min(from+step, end)
		view.slice(t, from, to)
		for k, out := range b.out {
			c.gradient[k] = out[at+from-start:][:to-from]
		}
		*c = planarBackward{
			planes: view.planes, halves: view.halves, element: view.element, labels: view.classes, targets: view.targets, weights: view.weights, gradient: c.gradient,
			eps: b.eps, oneMinus: b.oneSub, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
			class: c.class, scratch: c.scratch, ahead: b.worker.ahead, add: add, stream: b.stream, clampRegion: clampRegion,
		}
		n := kernels.planarBackward(p, c)
		if done += n; n < (to-from)/BlockSize {
			break
		}
	}
	return done
}

// coefficients returns those of a class for the call of a power: beyond the
// first, of the focal term alone.
func (b *puller) coefficients(row, focal int) (c planeCoefficients) {
	if focal == 0 {
		c = b.classes[b.sample][row]
	}
	c.focal = b.focal[focal][b.sample][row]
	return c
}

// binary returns the coefficients of a one-channel prediction, those of the
// background negated.
func (b *puller) binary(focal int) (class [2]coefficients) {
	for y := range class {
		c := b.coefficients(y, focal)
		class[y] = coefficients{region: c.own, ce: c.ce, focal: c.focal}
	}
	class[0] = coefficients{region: -class[0].region, ce: -class[0].ce, focal: -class[0].focal}
	return class
}
