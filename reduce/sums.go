package reduce

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// Sums are the exact sums of a batch, per sample and class. They carry the
// options that they were made under; sums made under other options do not
// mix. Any number of goroutines may read them at once. The zero value is not
// usable: sums come from a [Reducer], [NewSums] or UnmarshalBinary.
type Sums struct {
	options Options
	layout  layout
	samples [][]accumulator // [sample][slot]
}

// NewSums returns zero sums under options o, to merge into or to load a
// vector into.
func NewSums(o Options) (*Sums, error) {
	o, err := o.prepare()
	if err != nil {
		return nil, err
	}
	return newSums(o), nil
}

func newSums(o Options) *Sums {
	s := &Sums{options: o, layout: o.layout()}
	for range o.Samples {
		s.samples = append(s.samples, make([]accumulator, s.layout.slots()))
	}
	return s
}

// Samples returns the number of samples.
func (s *Sums) Samples() int { return len(s.samples) }

// Totals reads the sums out as float64 numbers, each the exact sum rounded
// once.
func (s *Sums) Totals() *Totals {
	t := new(Totals)
	s.layout.totals(t, len(s.samples), make([]accumulator, s.layout.slots()), func(i int) []accumulator { return s.samples[i] })
	return t
}

// Merge adds the sums of another part of the same samples. Where the parts
// were split at multiples of SegmentSize voxels, the result has the bits of
// the whole, in whatever order they are merged. It is an error, and s is left
// as it was, where o was made under other options or has other samples.
func (s *Sums) Merge(o *Sums) error {
	if err := s.compatible(o); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if len(s.samples) != len(o.samples) {
		return fmt.Errorf("merge: sums of %d samples and of %d: Append joins different samples", len(s.samples), len(o.samples))
	}
	for i, sample := range o.samples {
		for slot := range sample {
			s.samples[i][slot].merge(&sample[slot])
		}
	}
	s.carry()
	return nil
}

// carry makes the sums what reading them does not change.
func (s *Sums) carry() {
	for _, sample := range s.samples {
		for slot := range sample {
			sample[slot].carry()
		}
	}
}

// Append adds the samples of o behind those of s. It is an error, and s is
// left as it was, where o was made under other options.
func (s *Sums) Append(o *Sums) error {
	if err := s.compatible(o); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	for _, sample := range o.samples {
		s.samples = append(s.samples, append([]accumulator(nil), sample...))
	}
	return nil
}

func (s *Sums) compatible(o *Sums) error {
	if a, b := s.options.fingerprint(), o.options.fingerprint(); a != b {
		return fmt.Errorf("sums made under other options:\n  %s\n  %s", a, b)
	}
	return nil
}

// AppendVector appends the sums to dst as a flat vector of whole numbers for
// an all-reduce: any framework may add the vectors of up to 2^21 ranks, in any
// order, and [Sums.LoadVector] of the result gives the merged sums exactly.
// The vectors of all ranks must come from the same options and as many
// samples.
func (s *Sums) AppendVector(dst []float64) []float64 {
	for _, sample := range s.samples {
		for slot := range sample {
			for _, limb := range sample[slot].limbs {
				dst = append(dst, float64(limb))
			}
		}
	}
	return dst
}

// LoadVector sets the sums from a vector that AppendVector made, or from a sum
// of such, formed in float64: rounded to float32 on the way, it is whole too,
// and wrong. It is an error, and s is left as it was, where the length is
// another, a number is not whole, negative or over 2^53, or a sum is greater
// than any of 2^21 ranks.
func (s *Sums) LoadVector(v []float64) error {
	if want := len(s.samples) * s.layout.slots() * limbCount; len(v) != want {
		return fmt.Errorf("vector of %d numbers: want %d for %d samples", len(v), want, len(s.samples))
	}
	var carry uint64
	for i, x := range v {
		if !(x >= 0 && x <= 1<<53 && x == math.Trunc(x)) {
			return fmt.Errorf("vector: number %d is %v: want a whole number up to 2^53", i, x)
		}
		if carry = (carry + uint64(x)) >> limbBits; i%limbCount == limbCount-1 && carry != 0 {
			return fmt.Errorf("vector: number %d is %v: the sum that ends there is out of range", i, x)
		}
	}
	for _, sample := range s.samples {
		for slot := range sample {
			for i := range sample[slot].limbs {
				sample[slot].limbs[i], v = uint64(v[0]), v[1:]
			}
			sample[slot].added = 1
			sample[slot].carry()
		}
	}
	return nil
}

// The binary form: magic and version, the options, the samples' limbs, and a
// checksum of all before it. Numbers are little-endian.
const (
	sumsMagic   = "voxfold\x00"
	sumsVersion = 1
)

// MarshalBinary encodes the sums, with the options they were made under.
func (s *Sums) MarshalBinary() ([]byte, error) {
	o, le := &s.options, binary.LittleEndian
	b := append([]byte(sumsMagic), sumsVersion)
	b = append(b, byte(o.Activation), bit(o.CE)|bit(o.ClampRegion)<<1|bit(o.Nonzero)<<2|bit(o.Foreground != nil)<<3)
	b = le.AppendUint16(b, uint16(o.Channels))
	b = le.AppendUint64(b, math.Float64bits(o.Epsilon))
	b = le.AppendUint32(b, uint32(len(o.Gammas)))
	for _, g := range o.Gammas {
		b = le.AppendUint64(b, math.Float64bits(g))
	}
	for _, labels := range [][]int32{o.Ignore, o.Foreground} {
		b = le.AppendUint32(b, uint32(len(labels)))
		for _, l := range labels {
			b = le.AppendUint32(b, uint32(l))
		}
	}
	b = le.AppendUint32(b, uint32(len(s.samples)))
	for _, sample := range s.samples {
		for slot := range sample {
			for _, limb := range sample[slot].limbs {
				b = le.AppendUint32(b, uint32(limb))
			}
		}
	}
	return le.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

var errTruncated = errors.New("sums: truncated")

// UnmarshalBinary decodes what MarshalBinary made. It is an error, and s is
// left as it was, where the data is truncated, corrupt, of another version or
// no sums at all.
func (s *Sums) UnmarshalBinary(data []byte) error {
	if len(data) < len(sumsMagic)+1 || string(data[:len(sumsMagic)]) != sumsMagic {
		return errors.New("sums: not voxfold sums")
	}
	if v := data[len(sumsMagic)]; v != sumsVersion {
		return fmt.Errorf("sums: version %d, this build reads %d", v, sumsVersion)
	}
	if len(data) < len(sumsMagic)+1+4 {
		return errTruncated
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return errors.New("sums: checksum differs: truncated or corrupt")
	}
	r := reader{rest: body[len(sumsMagic)+1:]}
	var o Options
	o.Activation = Activation(r.uint8())
	flags := r.uint8()
	o.CE, o.ClampRegion, o.Nonzero = flags&1 != 0, flags&2 != 0, flags&4 != 0
	o.Channels = int(r.uint16())
	o.Epsilon = math.Float64frombits(r.uint64())
	for range r.count(8) {
		o.Gammas = append(o.Gammas, math.Float64frombits(r.uint64()))
	}
	for range r.count(4) {
		o.Ignore = append(o.Ignore, int32(r.uint32()))
	}
	if flags&8 != 0 {
		o.Foreground = []int32{}
	}
	for range r.count(4) {
		o.Foreground = append(o.Foreground, int32(r.uint32()))
	}
	o.Samples = int(r.uint32())
	if r.failed || flags > 15 || o.Channels == 0 {
		return errTruncated
	}
	samples := o.Samples
	o.Samples, o.Level = 1, Generic
	o, err := o.prepare()
	if err != nil {
		return fmt.Errorf("sums: %w", err)
	}
	if l := o.layout(); samples != len(r.rest)/(4*limbCount*l.slots()) || len(r.rest)%(4*limbCount*l.slots()) != 0 {
		return errTruncated
	}
	o.Samples = samples
	loaded := newSums(o)
	for _, sample := range loaded.samples {
		for slot := range sample {
			for i := range sample[slot].limbs {
				sample[slot].limbs[i] = uint64(r.uint32())
			}
		}
	}
	*s = *loaded
	return nil
}

// reader takes numbers off a slice, and remembers where it was too short.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if len(r.rest) < n {
		r.rest, r.failed = nil, true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) uint8() uint8   { return r.take(1)[0] }
func (r *reader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// count takes the length of a list of elements of that size, 0 where so many
// are not there.
func (r *reader) count(size int) int {
	n := int(r.uint32())
	if n > len(r.rest)/size {
		r.rest, r.failed = nil, true
		return 0
	}
	return n
}
