package reduce

import (
	"encoding/binary"
	"fmt"
)

// A Histogram counts how often each value of a prediction meets each label.
// Where there are few values that is all the sums need: one pass over the
// voxels gives them for every exponent afterwards. It takes predictions of
// uint8 (256 values), float16 or bfloat16 (65,536 values) of one channel, or
// of several that are probabilities, against labels without weights.
//
// Its memory is 16 bytes per value, sample and channel (1 MiB per channel for
// 16 bits), and as much again per worker that has had work. Its sums are those
// of the single voxels added exactly; a Reducer's Fold of 16-bit numbers adds
// them in float32 lanes, and differs in the last bits. Of uint8 numbers a
// Reducer counts too: there the bits are the same.
type Histogram struct {
	*plan
	values  int // 256 or 65,536, once known
	bfloat  bool
	samples [][]uint64   // [sample][channel, own class or not, value]
	total   []int64      // voxels that are not ignored, per sample
	voxels  []int64      // and all that came
	codes   []*codeTable // of labels, per channel

	job     job
	chunk   Chunk
	parts   [][]uint64 // counts of a goroutine
	invalid []bool     // and whether it met a label that is none
	lines   []line
}

// A line is room for the codes of a few voxels.
type line [4096]uint8

// NewHistogram returns an empty Histogram. Of the options it uses all but CE
// and Gammas, which are given to Totals.
func NewHistogram(o Options) (*Histogram, error) {
	o, err := o.prepare()
	if err != nil {
		return nil, err
	}
	if o.Activation == Softmax {
		return nil, fmt.Errorf("activation softmax: a histogram takes each channel by itself")
	}
	return newHistogram(newPlan(o)), nil
}

func newHistogram(p *plan) *Histogram {
	h := &Histogram{plan: p, samples: make([][]uint64, p.options.Samples), total: make([]int64, p.options.Samples), voxels: make([]int64, p.options.Samples)}
	for k := range p.options.Channels {
		h.codes = append(h.codes, p.rules.newCodeTable(h.own(k)))
	}
	h.job.do = h.part
	return h
}

// Fold counts a chunk of a sample's voxels. It returns an [*InputError], with
// nothing counted, where a number or label is not acceptable. It panics where
// the chunk's slices do not fit each other, the options or the chunks before,
// or are not of the kinds that a Histogram takes.
func (h *Histogram) Fold(sample int, c Chunk) error {
	h.checkSample(sample)
	return h.fold(sample, c, h.voxels[sample])
}

// fold is Fold of a chunk whose voxels count from first.
func (h *Histogram) fold(sample int, c Chunk, first int64) error {
	n := c.voxels(&h.options)
	if c.kind() != hard || c.Prediction.bytes == nil && c.Prediction.halves == nil {
		panic("reduce: a Histogram takes 8- and 16-bit predictions against labels without weights")
	}
	values := 256
	if c.Prediction.halves != nil {
		values = 65536
	}
	if h.values == 0 {
		h.values, h.bfloat = values, c.Prediction.bfloat
	}
	if values != h.values || c.Prediction.bfloat != h.bfloat {
		panic("reduce: predictions of different types in one Histogram")
	}
	h.chunk = c
	defer func() { h.chunk = Chunk{} }()

	parts := (n + SegmentSize - 1) / SegmentSize
	workers := max(1, min(parts, h.options.Workers))
	for len(h.parts) < workers {
		h.parts = append(h.parts, make([]uint64, h.options.Channels*2*h.values))
		h.lines = append(h.lines, line{})
		h.invalid = append(h.invalid, false)
	}
	for i := range h.parts {
		clear(h.parts[i])
		h.invalid[i] = false
	}
	h.job.run(parts, workers)
	sum := h.parts[0]
	bad := h.invalid[0]
	for i, other := range h.parts[1:] {
		bad = bad || h.invalid[i+1]
		for j, v := range other {
			sum[j] += v
		}
	}
	if bad || !h.acceptable(sum) {
		return h.refusal(sample, &c, 0, n, first)
	}
	if h.samples[sample] == nil {
		h.samples[sample] = make([]uint64, len(sum))
	}
	for j, v := range sum {
		h.samples[sample][j] += v
	}
	for _, v := range sum[:2*h.values] {
		h.total[sample] += int64(v)
	}
	h.voxels[sample] += int64(n)
	return nil
}

func (h *Histogram) reset() {
	for i := range h.samples {
		clear(h.samples[i])
		h.total[i], h.voxels[i] = 0, 0
	}
}

// acceptable reports whether no value that was counted is an error.
func (h *Histogram) acceptable(counts []uint64) bool {
	if h.values == 256 {
		return true
	}
	for j, n := range counts {
		if n > 0 {
			if _, ok := h.rules.value(h.value(j % h.values)); !ok {
				return false
			}
		}
	}
	return true
}

// value returns the number that a pattern of bits stands for.
func (h *Histogram) value(bits int) float32 {
	switch {
	case h.values == 256:
		return quantised(uint8(bits))
	case h.bfloat:
		return bfloat16(uint16(bits))
	}
	return float16(uint16(bits))
}

// part counts segment i of the chunk, channel by channel.
func (h *Histogram) part(goroutine, i int) {
	from, to := i*SegmentSize, min(h.chunk.Prediction.Voxels(), (i+1)*SegmentSize)
	for k := range h.options.Channels {
		table := h.parts[goroutine][k*2*h.values:][:2*h.values]
		count := h.countHalves
		if h.values == 256 {
			count = h.countBytes
		}
		if !count(table, k, &h.lines[goroutine], from, to) {
			h.invalid[goroutine] = true
			return
		}
	}
}

// own returns the class that a channel is the probability of.
func (h *Histogram) own(k int) int32 {
	if h.options.Channels == 1 {
		return 1
	}
	return int32(k)
}

// countBytes adds the counts of channel k's voxels [from, to) to a table, first
// those of other classes, then of the own. It reports whether all of them can
// be counted.
//
// Eight equal voxels, of which real volumes are full, are counted at once.
// Elsewhere four tables in turn keep one count from waiting for the one before,
// which often is the same.
func (h *Histogram) countBytes(table []uint64, k int, codes *line, from, to int) bool {
	const ones, even = 0x0101010101010101, 0x00ff00ff00ff00ff
	var counts [4][4 * 256]uint32 // [][code, value]
	for ; from < to; from += len(codes) {
		x := h.chunk.Prediction.bytes[k][from:min(from+len(codes), to)]
		if h.chunk.Target.encode(codes[:len(x)], h.rules, h.codes[k], from) {
			return false
		}
		i := 0
		for ; i+8 <= len(x); i += 8 {
			v, c := binary.LittleEndian.Uint64(x[i:]), binary.LittleEndian.Uint64(codes[i:])
			if v == v&0xff*ones && c == c&0xff*ones {
				counts[0][(c&3<<8|v&0xff)%1024] += 8
				continue
			}
			// The code of a voxel above its value, of every other voxel.
			a, b := c&even<<8|v&even, c&^even|v>>8&even
			counts[0][a%1024]++
			counts[1][b%1024]++
			counts[2][a>>16%1024]++
			counts[3][b>>16%1024]++
			counts[0][a>>32%1024]++
			counts[1][b>>32%1024]++
			counts[2][a>>48%1024]++
			counts[3][b>>48%1024]++
		}
		for ; i < len(x); i++ {
			counts[0][int(codes[i])<<8|int(x[i])]++
		}
	}
	for _, c := range counts {
		for j, n := range c[:len(table)] {
			table[j] += uint64(n)
		}
	}
	return true
}

// countHalves is countBytes for numbers of 16 bits. It looks at those of
// ignored voxels; whether the others are acceptable their counts say.
func (h *Histogram) countHalves(table []uint64, k int, codes *line, from, to int) bool {
	ok := true
	for ; from < to; from += len(codes) {
		x := h.chunk.Prediction.halves[k][from:min(from+len(codes), to)]
		if h.chunk.Target.encode(codes[:len(x)], h.rules, h.codes[k], from) {
			return false
		}
		for i, v := range x {
			if at := int(codes[i])<<16 | int(v); at < len(table) {
				table[at]++
			} else {
				_, fine := h.rules.value(h.value(int(v)))
				ok = ok && fine
			}
		}
	}
	return ok
}

// Totals returns the sums for these exponents.
func (h *Histogram) Totals(ce bool, gammas ...float64) (*Totals, error) {
	o := h.options
	o.CE, o.Gammas = ce, gammas
	sums, err := NewSums(o)
	if err != nil {
		return nil, err
	}
	for i, counts := range h.samples {
		h.addTo(sums.samples[i], &sums.layout, o.want(&sums.layout), counts, h.total[i])
	}
	return sums.Totals(), nil
}

// addTo adds a sample's counts, each times what one such voxel adds.
func (h *Histogram) addTo(slots []accumulator, l *layout, want want, counts []uint64, total int64) {
	slots[0].addTimes(1, uint64(total))
	powers := l.powers
	if want != wantFocal {
		powers = []power{{}}
	}
	for j, n := range counts {
		if n == 0 {
			continue
		}
		k, own, bits := j/(2*h.values), j/h.values%2, j%h.values
		x, _ := h.rules.value(h.value(bits))
		for i, power := range powers {
			t := terms{pass{h.pass.input, want, power.form}, h.eps, h.oneMinus, power, h.options.ClampRegion}
			row := k
			var v voxel
			switch {
			case l.channels == 1:
				row = own
				v = t.binary(x, uint8(own))
			case own == 1:
				v = t.probability(x, 1-x)
			default:
				if i == 0 {
					slots[l.slot(k, slotP)].addTimes(float64(t.region(x)), n)
				}
				continue
			}
			if i == 0 {
				slots[l.slot(row, slotR)].addTimes(float64(v.r), n)
				slots[l.slot(row, slotS)].addTimes(float64(v.s), n)
				slots[l.slot(row, slotL)].addTimes(float64(v.l), n)
			}
			if want == wantFocal {
				slots[l.slot(row, slotF+i)].addTimes(float64(v.f), n)
			}
		}
	}
}
