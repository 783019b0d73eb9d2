package reduce

import (
	"math"
	"sync"
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
	lock   sync.Mutex
	bad    *InputError // of the segments so far
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

// Set takes the derivatives that Pull and Add use from here on, times scale;
// all are finite, and before it they are 0. Their shape is that of the totals of
// the forward pass; another one panics. That by CE counts as 0 where the totals
// are without it. What a voxel multiplies is clipped, to ±2^115 by region sums and
// logits, to ±2^90 by CE and focal sums of probabilities, so that no gradient is
// NaN or infinite where weights are at most 1; that of a mean over weights which
// add up to less than 1e-27 is clipped with it.
func (b *Backward) Set(d *Derivatives, scale float64) {
	b.checkShape(d)
	clip := func(x, most float64) float32 {
		return float32(math.Max(-most, math.Min(most, x*scale)))
	}
	most := maxCoefficient
	if b.pass.input == probabilities {
		most = maxDividend
	}
	for i, rows := range d.Samples {
		for k, row := range rows {
			c := &b.classes[i][k]
			own := row.TP - row.FN
			if b.layout.channels == 1 { // s of this class is what the other row's FP adds
				own -= rows[1-k].FP
			}
			c.own, c.other = clip(own, maxCoefficient), clip(row.FP, maxCoefficient)
			ce := row.CE
			if !b.layout.ce {
				ce = 0
			}
			power := 0
			for j, gamma := range d.Gammas {
				if gamma == 0 {
					ce += row.Focal[j]
					continue
				}
				b.focal[power][i][k] = clip(row.Focal[j], most)
				power++
			}
			c.ce = clip(ce, most)
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
	b.bad = nil
	segments := (n + SegmentSize - 1) / SegmentSize
	pullers := b.pullers[:min(segments, len(b.pullers))]
	for i := range pullers { // here, so that none is made in a later call
		if k := c.kind(); b.pullers[i] == nil || b.pullers[i].kind != k {
			b.pullers[i] = newPuller(b, k)
		}
		w := b.pullers[i].worker
		if w.prepare(c); n%BlockSize > 0 {
			w.whole()
		}
	}
	b.job.run(segments, len(pullers))
	b.chunk = Chunk{}
	clear(b.dst)
	for _, p := range pullers {
		p.release()
	}
	if b.bad == nil { // a nil *InputError is no nil error
		return nil
	}
	return b.bad
}

// segment writes the gradient of segment i of the chunk.
func (b *Backward) segment(goroutine, i int) {
	p := b.pullers[goroutine]
	to := min(b.chunk.Prediction.Voxels(), (i+1)*SegmentSize)
	if from := p.voxels(i*SegmentSize, to); from < to {
		b.refuse(from, to)
	}
	clear(p.out)
}

// refuse notes what is not acceptable in voxels [from, to) of the chunk. All
// before them in their segment is, and they are not overwritten yet where the
// gradient goes to the prediction's place.
func (b *Backward) refuse(from, to int) {
	e := b.refusal(b.sample, &b.chunk, from, to, 0)
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.bad == nil {
		b.bad = e
		return
	}
	count := b.bad.Count + e.Count
	if e.Voxel < b.bad.Voxel {
		b.bad = e
	}
	b.bad.Count = count
}

// voxels writes the gradient of voxels [from, to) of the chunk. It stops in
// front of the first block, or tile, with one that is not acceptable, and
// returns where: to where there is none.
func (b *puller) voxels(from, to int) int {
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
			return from
		}
		direct := len(b.focal) == 1
		for k, d := range dst {
			if b.out[k] = d[from:end]; !direct {
				b.out[k] = b.gradient[k][:end-from]
			}
		}
		if done := from + b.run(t, ignore, direct && b.add)*BlockSize; done < end {
			return done
		}
		if !direct {
			b.deliver(from, end)
		}
	}
	if whole == to {
		return to
	}
	b.stream = false
	t := b.worker.whole()
	invalid := t.load(b.rules, c, whole, to, 0)
	t.pad(to - whole)
	b.worker.part.slice(t, 0, BlockSize)
	for k := range dst {
		b.out[k] = b.gradient[k][:BlockSize]
	}
	if invalid || b.run(&b.worker.part, paddingLabel, false) == 0 {
		return whole
	}
	b.deliver(whole, to)
	return to
}

// release forgets the slices of the chunk, and the gradient's.
func (p *puller) release() {
	p.worker.release()
	hard, soft := &p.hard, &p.soft
	hard.prediction, hard.halves, hard.labels, hard.gradient = nil, nil, nil, nil
	soft.prediction, soft.target, soft.weights, soft.gradient = nil, nil, nil, nil
	for k := range p.planar.gradient {
		p.planar.gradient[k] = nil
	}
	p.planar.weights = nil
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

// run writes the gradient of a tile of whole blocks to out. It stops in front
// of a block that is not acceptable, and returns the number of blocks done.
func (b *puller) run(t *tile, ignore uint32, add bool) (done int) {
	blocks := t.voxels() / BlockSize
	for done < blocks {
		done += b.kernel(t, done*BlockSize, ignore, done*BlockSize, add)
		if done == blocks {
			break
		}
		w, from := b.worker, done*BlockSize
		if !w.plain(t, from, ignore) || b.kernel(w.block, 0, ignore, from, add) != 1 {
			break
		}
		done++
	}
	return done
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
			ahead: b.worker.fetchAhead(), space: &b.worker.space, eps: b.eps, oneMinus: b.oneMinus, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
			class: b.binary(focal), add: add, stream: b.stream, clampRegion: clampRegion,
		}
		return kernels.hardBackward(p, &b.hard)
	case len(t.planes) == 1:
		b.soft = softBackward{
			prediction: t.planes[0][start:end], target: t.targets[0][start:end], weights: t.weights[start:end],
			gradient: b.out[0][at : at+end-start], space: &b.worker.space,
			eps: b.eps, oneMinus: b.oneMinus, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
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
			eps: b.eps, oneMinus: b.oneMinus, gamma: gamma, hi: pw.hi, lo: pw.lo, power: pw,
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
