package reduce

import (
	"sync"
	"sync/atomic"
)

// A Reducer folds chunks of voxels into sums. It holds, for any number of
// voxels, one open block of BlockSize voxels per sample, the sums, and per
// worker a few blocks' buffers (the package documentation says how much); Fold
// allocates nothing but these, once.
//
// A Reducer serves one goroutine at a time, and itself uses Options.Workers.
// Several Reducers may be used at once, and their sums merged.
type Reducer struct {
	*plan
	sums    *Sums // of whole segments
	samples []sample
	workers []*worker
	kind    kind // of all chunks since begun, and of the buffers
	begun   bool

	// The Fold under way: nothing of it reaches sums and samples before all of
	// it was accepted.
	job     job
	fold    fold
	lock    sync.Mutex
	pending []accumulator // the sums of its whole segments
	view    tile

	histogram *Histogram // of quantised predictions, where there are any

	exact, batch []accumulator // what ReadTotals reads of: a sample's sums, and those of all
}

// A sample is what has come of a sample beyond whole segments.
type sample struct {
	voxels int64     // all that came
	fill   int       // voxels in the open block
	blocks int       // blocks in the open segment
	open   []float64 // the sums of these blocks
	block  *tile     // the open block
}

// A fold is a chunk as a run of whole blocks, taken in parts that end where
// segments do.
type fold struct {
	chunk  Chunk
	sample *sample
	head   int       // voxels of the chunk that belong to the open block
	opened int       // 1 where that makes it whole, and the first of the run
	blocks int       // whole blocks
	last   []float64 // the sums of the segment that stays open
	failed atomic.Bool
}

// New returns a Reducer under options o, or an error that names the option
// out of range, or the level that the machine lacks.
func New(o Options) (*Reducer, error) {
	o, err := o.prepare()
	if err != nil {
		return nil, err
	}
	r := &Reducer{plan: newPlan(o), sums: newSums(o), samples: make([]sample, o.Samples)}
	slots := r.layout.slots()
	for i := range r.samples {
		r.samples[i].open = make([]float64, slots)
	}
	r.pending, r.exact, r.batch = make([]accumulator, slots), make([]accumulator, slots), make([]accumulator, slots)
	r.fold.last = make([]float64, slots)
	r.workers = make([]*worker, o.Workers)
	r.view = tile{planes: make([][]float32, o.Channels), halves: make([][]uint16, o.Channels), targets: make([][]float32, o.Channels)}
	r.job.do = r.part
	return r, nil
}

// Level returns the level of the kernels in use.
func (r *Reducer) Level() Level { return r.options.Level }

// Voxels returns the number of voxels of a sample that have been folded.
func (r *Reducer) Voxels(sample int) int64 { return r.sample(sample).voxels }

// Reset forgets all that was folded, and keeps the buffers. What comes next
// may be of another kind.
func (r *Reducer) Reset() {
	for i := range r.samples {
		s := &r.samples[i]
		s.voxels, s.fill, s.blocks = 0, 0, 0
		clear(s.open)
		clear(r.sums.samples[i])
	}
	if r.histogram != nil {
		r.histogram.reset()
	}
	r.begun = false
}

func (r *Reducer) sample(i int) *sample {
	r.checkSample(i)
	return &r.samples[i]
}

// Fold adds a chunk of voxels, which continue those that the sample has. When
// it returns it is done with the chunk's slices.
//
// It returns an [*InputError] where the data cannot be summed; nothing of the
// chunk is added then, and all before it stays as it was. It panics, before
// anything is added, where the chunk's slices differ in length or number, or
// its kind (labels or soft target, weights or none) from that of the chunks
// that were added before. An empty chunk is nothing, whatever its kind.
func (r *Reducer) Fold(sample int, c Chunk) error {
	s := r.sample(sample)
	n := c.voxels(&r.options)
	if n == 0 {
		return nil
	}
	r.begin(&c)
	if r.counts(&c) {
		return r.count(sample, s, c, n)
	}
	if s.block == nil {
		s.block = newTile(r.options.Channels, r.kind, BlockSize)
	}

	f := &r.fold
	f.chunk, f.sample = c, s
	defer f.release()
	f.head = min((BlockSize-s.fill)%BlockSize, n)
	f.blocks = (n - f.head) / BlockSize
	tail := n - f.head - f.blocks*BlockSize
	if r.rules.inspect(&c, 0, f.head) != nil || r.rules.inspect(&c, n-tail, n) != nil {
		return r.failure(sample, &c, n)
	}
	r.keep(0, f.head, s.fill)
	if f.opened = 0; s.fill+f.head == BlockSize {
		f.opened = 1
		f.blocks++
	}
	if f.blocks > 0 {
		if !r.segments() {
			return r.failure(sample, &c, n)
		}
		r.commit(sample)
		s.fill = tail
	} else {
		s.fill += f.head + tail
	}
	r.keep(n-tail, n, 0)
	r.accept(s, n)
	return nil
}

// counts reports whether a chunk is summed by counting its values.
func (r *Reducer) counts(c *Chunk) bool { return c.Prediction.bytes != nil && c.kind() == hard }

// count is Fold for quantised predictions against labels: counting them serves
// all sums, which are those of the single voxels added exactly.
func (r *Reducer) count(sample int, s *sample, c Chunk, n int) error {
	if r.histogram == nil {
		r.histogram = newHistogram(r.plan)
	}
	if err := r.histogram.fold(sample, c, s.voxels); err != nil {
		return err
	}
	r.accept(s, n)
	return nil
}

// accept notes that a chunk of n voxels was added.
func (r *Reducer) accept(s *sample, n int) {
	r.begun = true
	s.voxels += int64(n)
}

// release forgets the chunk, so that it is not kept from the garbage collector.
func (f *fold) release() { f.chunk, f.sample = Chunk{}, nil }

// begin makes the buffers for data of the chunk's kind.
func (r *Reducer) begin(c *Chunk) {
	k := c.kind()
	switch {
	case r.begun && k != r.kind:
		panic("reduce: chunks with and without weights, or of labels and of soft targets, in one Reducer")
	case k != r.kind:
		r.kind = k
		clear(r.workers)
		for i := range r.samples {
			r.samples[i].block = nil
		}
	}
}

// keep copies voxels [from, to) of the chunk into the open block, in the form
// that kernels take.
func (r *Reducer) keep(from, to, at int) {
	if from == to {
		return
	}
	b := r.fold.sample.block
	b.load(r.rules, &r.fold.chunk, from, to, at)
	r.view.targets = r.view.targets[:len(b.targets)]
	r.view.slice(b, at, at+to-from)
	r.view.settle(r.rules, paddingLabel)
}

const segmentBlocks = SegmentSize / BlockSize

// segments sums the blocks of the fold, and reports whether all of their data
// was acceptable.
func (r *Reducer) segments() bool {
	f := &r.fold
	f.failed.Store(false)
	first := segmentBlocks - f.sample.blocks // blocks that the open segment lacks
	parts := 1 + max(0, f.blocks-first+segmentBlocks-1)/segmentBlocks
	workers := min(parts, len(r.workers))
	for i := range workers { // here, so that none is made in a later Fold
		r.worker(i).prepare(&f.chunk)
	}
	r.job.run(parts, workers)
	for _, w := range r.workers[:workers] {
		w.release()
	}
	if f.failed.Load() {
		clear(r.pending)
		return false
	}
	return true
}

// part sums part i of the fold: the rest of the open segment where i is 0, a
// whole segment or the start of one elsewhere.
func (r *Reducer) part(goroutine, i int) {
	f := &r.fold
	if f.failed.Load() {
		return
	}
	w := r.worker(goroutine)
	end := (i+1)*segmentBlocks - f.sample.blocks
	start := max(0, end-segmentBlocks)
	if i == 0 {
		copy(w.slots, f.sample.open)
	} else {
		clear(w.slots)
	}
	ok := true
	if start == 0 && f.opened == 1 {
		ok = w.run(f.sample.block, paddingLabel)
		start++
	}
	whole := end <= f.blocks
	end = min(end, f.blocks)
	voxel := func(block int) int { return f.head + (block-f.opened)*BlockSize }
	if !ok || start < end && !w.chunk(&f.chunk, voxel(start), voxel(end)) {
		f.failed.Store(true)
		return
	}
	if !whole {
		copy(f.last, w.slots)
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	for slot, v := range w.slots {
		r.pending[slot].add(v)
	}
}

func (r *Reducer) worker(i int) *worker {
	if r.workers[i] == nil {
		r.workers[i] = newWorker(r.plan, r.kind)
	}
	return r.workers[i]
}

// commit takes the sums of the fold over.
func (r *Reducer) commit(sample int) {
	f, s := &r.fold, r.fold.sample
	if s.blocks+f.blocks >= segmentBlocks {
		for slot := range r.pending {
			r.sums.samples[sample][slot].merge(&r.pending[slot])
		}
		clear(r.pending)
	}
	if s.blocks = (s.blocks + f.blocks) % segmentBlocks; s.blocks == 0 {
		clear(s.open)
	} else {
		copy(s.open, f.last)
	}
}

// failure returns the error of a chunk of n voxels that could not be summed.
func (r *Reducer) failure(sample int, c *Chunk, n int) error {
	return r.refusal(sample, c, 0, n, r.samples[sample].voxels)
}

// Sums returns the exact sums of all voxels folded so far. Folding may go on.
func (r *Reducer) Sums() *Sums {
	sums := newSums(r.sums.options)
	for i := range r.samples {
		r.addTo(sums.samples[i], i)
	}
	sums.carry()
	return sums
}

// addTo adds the sums of a sample.
func (r *Reducer) addTo(sums []accumulator, sample int) {
	for slot := range sums {
		sums[slot].merge(&r.sums.samples[sample][slot])
	}
	if h := r.histogram; h != nil && h.samples[sample] != nil {
		h.addTo(sums, &r.layout, r.pass.want, h.samples[sample], h.total[sample])
	}
	s := &r.samples[sample]
	if s.fill == 0 && s.blocks == 0 {
		return
	}
	w := r.worker(0)
	copy(w.slots, s.open)
	if s.fill > 0 {
		s.block.pad(s.fill)
		if !w.run(s.block, paddingLabel) {
			panic("reduce: a kernel refused data that is acceptable")
		}
	}
	for slot, v := range w.slots {
		sums[slot].add(v)
	}
}

// Totals returns the sums of all voxels folded so far, rounded to float64.
// Folding may go on.
func (r *Reducer) Totals() *Totals {
	t := new(Totals)
	r.ReadTotals(t)
	return t
}

// ReadTotals is [Reducer.Totals] that writes to t, whatever that held: in its
// memory, so that it allocates nothing where t was read from a Reducer under
// such options before.
func (r *Reducer) ReadTotals(t *Totals) {
	r.layout.totals(t, len(r.samples), r.batch, func(i int) []accumulator {
		clear(r.exact)
		r.addTo(r.exact, i)
		return r.exact
	})
}
