package reduce

import (
	"fmt"
	"slices"
)

// A worker runs kernels over tiles. It holds the calls and the buffers that a
// goroutine needs, made once.
type worker struct {
	*plan
	kind  kind
	slots []float64 // the sums of a segment under way
	loose *tile     // a tile of converted voxels, and room for one block in plain form
	ones  []float32 // as many weights, of soft targets that have none
	block *tile     // that block, once there was one
	part  tile      // a view of the chunk, or of loose
	ahead []int     // those of a planar call; a call of one channel has the first
	space workspace
	view  tile // a view of the tile under way, for one call
	hardC hardCall
	softC softCall
	plane planarCall
}

// A plan is what all workers of a Reducer share: how a sample's voxels are
// summed.
type plan struct {
	options  Options
	layout   layout
	rules    *rules
	pass     pass
	ignore   uint32 // the label to ignore in uint8 labels that need no conversion
	direct   bool   // uint8 labels of one channel may be such
	eps      float32
	oneMinus float32
}

// checkSample panics where there is no such sample.
func (p *plan) checkSample(i int) {
	if i < 0 || i >= p.options.Samples {
		panic(fmt.Sprintf("reduce: sample %d where Options.Samples is %d", i, p.options.Samples))
	}
}

// refusal returns the error of voxels [from, to) of a chunk, of which a kernel
// refused some. Its voxels count from first.
func (p *plan) refusal(sample int, c *Chunk, from, to int, first int64) *InputError {
	e := p.rules.inspect(c, from, to)
	if e == nil {
		panic("reduce: a kernel refused data that is acceptable")
	}
	e.Sample = sample
	e.Voxel += first
	return e
}

func newPlan(o Options) *plan {
	p := &plan{options: o, layout: o.layout(), rules: newRules(&o)}
	p.pass = pass{input: p.rules.input, want: o.want(&p.layout)}
	p.ignore, p.direct = p.rules.direct()
	p.eps, p.oneMinus = float32(o.Epsilon), float32(1-o.Epsilon)
	if o.ClampRegion {
		p.options.Level = Generic
	}
	return p
}

// callSize is the most prediction numbers, all channels counted, that one
// kernel call takes, but for a block of more than 128 channels: assembly cannot
// be preempted, and the garbage collector should not wait for longer than that.
const callSize = 65536

// callBlocks is the number of blocks of C channels in such a call.
func callBlocks(channels int) int { return max(1, callSize/(channels*BlockSize)) }

// tileSize is the number of voxels that a worker converts at a time: 64 KiB of
// float32 numbers, or a block. Smaller tiles pay for the calls, with larger ones
// the gradient of converted predictions does not stay in the second cache.
func (p *plan) tileSize() int { return max(1, 32/p.options.Channels) * BlockSize }

func newWorker(p *plan, k kind) *worker {
	w := &worker{
		plan:  p,
		slots: make([]float64, p.layout.slots()),
		kind:  k,
		loose: newTile(p.options.Channels, k, p.tileSize()),
	}
	if k == soft {
		w.ones = slices.Repeat([]float32{1}, p.tileSize())
	}
	w.ahead = make([]int, p.options.Channels)
	clear(w.loose.planes) // most predictions need no conversion: see converted
	if k >= soft {
		clear(w.loose.targets) // nor do such targets: see whole
	}
	for _, t := range []*tile{&w.part, &w.view} {
		t.planes, t.halves = make([][]float32, p.options.Channels), make([][]uint16, p.options.Channels)
		if w.loose.targets != nil {
			t.targets = make([][]float32, p.options.Channels)
		}
	}
	if p.options.Channels > 1 {
		w.plane.scratch = make([]float32, p.options.Channels*BlockSize)
		w.plane.sums = make([]planeSums, p.options.Channels)
	}
	return w
}

// chunk adds voxels [from, to) of c, whole blocks, to the slots. It reports
// whether all were acceptable.
func (w *worker) chunk(c *Chunk, from, to int) bool {
	for step := w.step(c); from < to; from += step {
		t, ignore, ok := w.tile(c, from, min(from+step, to))
		if !ok || !w.run(t, ignore) {
			return false
		}
	}
	return true
}

// asTheyAre reports whether the chunk's prediction needs no conversion, and
// whether its labels need none.
func (w *worker) asTheyAre(c *Chunk) (prediction, labels bool) {
	return c.Prediction.float32s != nil || w.takesHalves(c), w.loose.labels != nil && w.direct && c.Target.uint8s != nil
}

// takesHalves reports whether the kernels convert the chunk's prediction
// themselves.
func (w *worker) takesHalves(c *Chunk) bool {
	return c.Prediction.halves != nil && w.pass.input == logits && w.options.Level.kernels().takesHalves(w.options.Channels, w.kind)
}

// fetchAhead returns what a call of one channel is to ask for.
func (w *worker) fetchAhead() int {
	if w.ahead[0] == 0 {
		return fetchAhead
	}
	return w.ahead[0]
}

// prepare makes the room for the chunk's prediction, where that is to be
// converted.
func (w *worker) prepare(c *Chunk) {
	if prediction, _ := w.asTheyAre(c); !prediction {
		w.converted()
	}
}

// converted returns loose with room for a prediction.
func (w *worker) converted() *tile {
	w.makeRoom(w.loose.planes)
	return w.loose
}

// whole returns loose with room for a prediction and targets.
func (w *worker) whole() *tile {
	w.makeRoom(w.loose.targets)
	return w.converted()
}

func (w *worker) makeRoom(planes [][]float32) {
	for k := range planes {
		if planes[k] == nil {
			planes[k] = make([]float32, w.tileSize())
		}
	}
}

// plain puts voxels of t in plain form, a block of them from voxel from on. It
// reports whether all were acceptable. Where t is in loose, what was the first
// block there is done with.
func (w *worker) plain(t *tile, from int, ignore uint32) bool {
	if w.block == nil {
		w.block = newTile(w.options.Channels, w.kind, 0)
		w.block.slice(w.whole(), 0, BlockSize)
	}
	w.block.copy(w.options.Level, t, from, from+BlockSize)
	return w.block.settle(w.rules, ignore)
}

// release forgets the slices of the chunk. It takes them one by one: to clear the
// calls as a whole would show in short ones.
func (w *worker) release() {
	for _, t := range [...]*tile{&w.part, &w.view} {
		for k := range t.planes {
			t.planes[k], t.halves[k] = nil, nil
		}
		for k := range t.targets {
			t.targets[k] = nil
		}
		t.labels, t.weights = nil, nil
	}
	hard, soft := &w.hardC, &w.softC
	hard.prediction, hard.halves, hard.labels = nil, nil, nil
	soft.prediction, soft.target, soft.weights = nil, nil, nil
	w.plane.weights = nil
}

// step returns the number of voxels to take at a time.
func (w *worker) step(c *Chunk) int {
	if prediction, labels := w.asTheyAre(c); prediction && labels {
		return callSize
	}
	return w.tileSize()
}

// tile returns voxels [from, to) of c, at most step of them, in the form that
// kernels take, and the label to ignore among them. It is not ok where a
// label is neither a class nor ignored.
func (w *worker) tile(c *Chunk, from, to int) (t *tile, ignore uint32, ok bool) {
	t, ignore = &w.part, paddingLabel
	prediction, labels := w.asTheyAre(c)
	if !prediction {
		w.converted().loadPrediction(w.options.Level, c, from, to, 0)
		for k, plane := range w.loose.planes {
			w.ahead[k] = c.Prediction.distance(plane, k, to)
		}
	}
	if !prediction || !labels {
		t.slice(w.loose, 0, to-from)
	}
	if prediction {
		clear(w.ahead)
		t.take(&c.Prediction, from, to)
	}
	switch {
	case labels:
		ignore, t.labels = w.ignore, c.Target.uint8s[from:to]
	case c.Target.soft == nil:
		if w.loose.loadTarget(w.rules, c, from, to, 0) {
			return nil, 0, false
		}
	default:
		cutInto(t.targets, c.Target.soft, from, to)
		if t.weights = w.ones; c.Weights != nil {
			t.weights = c.Weights[from:]
		}
		t.weights = t.weights[:to-from]
	}
	return t, ignore, true
}

// run adds a tile of whole blocks to the slots. Where a kernel stops in front
// of a block, the block is put in plain form and given to it again.
func (w *worker) run(t *tile, ignore uint32) bool {
	blocks := t.voxels() / BlockSize
	for done := 0; done < blocks; {
		done += w.kernel(t, done*BlockSize, ignore)
		if done == blocks {
			break
		}
		if !w.plain(t, done*BlockSize, ignore) || w.kernel(w.block, 0, ignore) != 1 {
			return false
		}
		done++
	}
	return true
}

// copy copies voxels [from, to) of o, as float32 numbers.
func (t *tile) copy(level Level, o *tile, from, to int) {
	p := o.prediction()
	for k, plane := range t.planes {
		p.load(level, plane[:to-from], k, from)
	}
	for k, plane := range o.targets {
		copy(t.targets[k], plane[from:to])
	}
	copy(t.labels, cut(o.labels, from, to))
	copy(t.classes, cut(o.classes, from, to))
	copy(t.weights, cut(o.weights, from, to))
}

// kernel calls the kernel of the tile's kind on its voxels from start on, and
// returns the number of blocks done. Where several powers are wanted it is
// called once for each: the other sums come out the same.
func (w *worker) kernel(t *tile, start int, ignore uint32) (done int) {
	p := w.pass
	if p.want != wantFocal {
		return w.call(p, power{}, 0, t, start, t.voxels(), ignore)
	}
	end := t.voxels()
	for i, power := range w.layout.powers {
		p.form = power.form
		done = w.call(p, power, i, t, start, end, ignore)
		end = start + done*BlockSize
	}
	return done
}

func (w *worker) call(p pass, pw power, focal int, t *tile, start, end int, ignore uint32) (done int) {
	if start == end {
		return 0
	}
	kernels := w.options.Level.kernels()
	switch {
	case t.labels != nil:
		c := &w.hardC
		*c = hardCall{
			prediction: cut(t.planes[0], start, end), halves: cut(t.halves[0], start, end), element: t.element,
			labels: t.labels[start:end], ignore: ignore, ahead: w.fetchAhead(), space: &w.space,
			eps: w.eps, oneMinus: w.oneMinus, hi: pw.hi, lo: pw.lo, power: pw, clampRegion: w.options.ClampRegion,
		}
		w.give(&c.sums, focal)
		done = kernels.hard(p, c)
		w.take(&c.sums, focal)
		if focal == 0 {
			w.slots[0] += float64(c.sums.n)
		}
	case len(t.planes) == 1:
		c := &w.softC
		*c = softCall{
			prediction: t.planes[0][start:end], target: t.targets[0][start:end], weights: t.weights[start:end],
			space: &w.space, eps: w.eps, oneMinus: w.oneMinus, hi: pw.hi, lo: pw.lo, power: pw, clampRegion: w.options.ClampRegion, w: w.slots[0],
		}
		w.give(&c.sums, focal)
		done = kernels.soft(p, c)
		w.take(&c.sums, focal)
		if focal == 0 {
			w.slots[0] = c.w
		}
	default:
		done = w.planar(p, pw, focal, t, start, end)
	}
	return done
}

// give and take move a one-channel prediction's sums between slots and call.
// A second power's call finds the sums of the first already taken, adds to
// them again, and only its focal sum is taken.
func (w *worker) give(s *hardSums, focal int) {
	for y := range 2 {
		at := w.slots[w.layout.slot(y, 0):]
		s.r[y], s.s[y], s.l[y], s.f[y] = at[slotR], at[slotS], at[slotL], at[min(slotF+focal, w.layout.perRow-1)]
	}
}

func (w *worker) take(s *hardSums, focal int) {
	for y := range 2 {
		at := w.slots[w.layout.slot(y, 0):]
		if focal == 0 {
			at[slotR], at[slotS], at[slotL] = s.r[y], s.s[y], s.l[y]
		}
		if len(w.layout.powers) > 0 {
			at[slotF+focal] = s.f[y]
		}
	}
}

func (w *worker) planar(p pass, pw power, focal int, t *tile, start, end int) (done int) {
	c := &w.plane
	step := callBlocks(len(t.planes)) * BlockSize
	scratch, sums := c.scratch, c.sums
	for from := start; from < end; from += step {
		to := min(from+step, end)
		w.view.slice(t, from, to)
		*c = planarCall{
			planes: w.view.planes, halves: w.view.halves, element: w.view.element, labels: w.view.classes, targets: w.view.targets, weights: w.view.weights,
			eps: w.eps, oneMinus: w.oneMinus, hi: pw.hi, lo: pw.lo, power: pw, clampRegion: w.options.ClampRegion,
			scratch: scratch, sums: sums, w: w.slots[0], ahead: w.ahead,
		}
		for k := range c.sums {
			at := w.slots[w.layout.slot(k, 0):]
			c.sums[k] = planeSums{r: at[slotR], s: at[slotS], l: at[slotL], p: at[slotP], f: at[min(slotF+focal, w.layout.perRow-1)]}
		}
		n := w.options.Level.kernels().planar(p, c)
		for k, v := range c.sums {
			at := w.slots[w.layout.slot(k, 0):]
			if focal == 0 {
				at[slotR], at[slotS], at[slotL], at[slotP] = v.r, v.s, v.l, v.p
			}
			if len(w.layout.powers) > 0 {
				at[slotF+focal] = v.f
			}
		}
		if focal == 0 {
			w.slots[0] = c.w
		}
		done += n
		if n < (to-from)/BlockSize {
			break
		}
	}
	return done
}
