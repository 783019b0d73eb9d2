package reduce

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// labelOptions returns options whose labels are codes of every kind: a
// foreground of several labels or all but 0, some labels ignored, lists that
// reach beyond 255.
func labelOptions(rng *rand.Rand) Options {
	var o Options
	list := func() (labels []int32) {
		for range rng.IntN(5) {
			labels = append(labels, []int32{rng.Int32N(8), rng.Int32N(256), rng.Int32N(1000), -1 - rng.Int32N(3)}[rng.IntN(4)])
		}
		return labels
	}
	o.Ignore = list()
	switch rng.IntN(3) {
	case 0:
		o.Nonzero = true
	case 1:
		o.Foreground = list()
	}
	return o
}

// compareCodes requires that every level makes of labels, in each of their
// types, the codes that the portable code does, and stops where it stops. The
// memory is what alloc gives.
func compareCodes(t *testing.T, o Options, labels []int32, alloc func(size int) []byte) {
	t.Helper()
	r := newRules(&o)
	compareCodesOf(t, r, narrowTo[uint8](labels, alloc), alloc)
	compareCodesOf(t, r, narrowTo[uint16](labels, alloc), alloc)
	compareCodesOf(t, r, narrowTo[int32](labels, alloc), alloc)
}

func narrowTo[T Label](labels []int32, alloc func(size int) []byte) []T {
	dst := view[T](alloc(len(labels) * binary.Size(*new(T))))
	copy(dst, narrow[T](labels))
	return dst
}

func compareCodesOf[T Label](t *testing.T, r *rules, labels []T, alloc func(size int) []byte) {
	t.Helper()
	for _, own := range []int32{1, 0} {
		table := r.newCodeTable(own)
		want := make([]uint8, len(labels))
		done := encodeGeneric(want, labels, table)
		for i, label := range labels[:done] {
			require.Equal(t, table.code(r.class(int32(label))), want[i], "label %d", label)
		}
		for _, level := range Levels() {
			got := alloc(len(labels))
			require.Equal(t, done, encodeRows(level, got, labels, table), "%v %T", level, labels)
			require.Equal(t, want[:done], got[:done], "%v %T", level, labels)
		}
		invalid := false
		for i, label := range labels {
			want[i] = table.code(r.class(int32(label)))
			invalid = invalid || want[i] == codeInvalid
		}
		for _, r.level = range Levels() {
			got := alloc(len(labels))
			require.Equal(t, invalid, encode(got, r, table, labels), "%v %T", r.level, labels)
			require.Equal(t, want, got, "%v %T", r.level, labels)
		}
	}
}

// Every label of 16 bits has the same code on every level, under many options.
func TestCodesOfEveryLabel(t *testing.T) {
	labels := make([]int32, 1<<16)
	for seed := range seeds(20) {
		for i := range labels {
			labels[i] = int32(i)
		}
		compareCodes(t, labelOptions(rand.New(rand.NewPCG(seed, 18))), labels, anywhere)
	}
}

// FuzzCodes: so has any label, in rows that a kernel takes and rows that it
// does not.
func FuzzCodes(f *testing.F) {
	for seed := range seeds(60) {
		f.Add(seed, uint8(seed), []byte{0, 1, 2, byte(seed), 0xff, 0x7f, byte(seed >> 1), 0x80, 1})
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, raw []byte) {
		rng := rand.New(rand.NewPCG(seed, 19))
		o := labelOptions(rng)
		labels := make([]int32, n)
		most := []int32{2, 8, 256, 1 << 16, 1<<31 - 1}[rng.IntN(5)]
		for i := range labels {
			labels[i] = rng.Int32N(most)
		}
		for i, v := range raw { // raw bytes reach every bit
			if n > 0 {
				labels[rng.IntN(int(n))] ^= int32(v) << (8 * (i % 4))
			}
		}
		compareCodes(t, o, labels, anywhere)
	})
}

// Labels of any type under any foreground set and list of ignored labels fold,
// and are pulled back, to the bits of the classes that they stand for.
func TestLabelsMakeNoDifference(t *testing.T) {
	for seed := range seeds(24) {
		rng := rand.New(rand.NewPCG(seed, 20))
		plain, kind := Options{Channels: 1, CE: true, Gammas: []float64{.7}, Ignore: []int32{2}, Level: Generic, Workers: 1}, hard+kind(seed%2)
		o := labelOptions(rng)
		o.Channels, o.CE, o.Gammas = plain.Channels, plain.CE, plain.Gammas
		n := 1 + rng.IntN(2*SegmentSize)
		v := randomVolume(rng, plain, n, kind)
		as := *v // the same voxels under labels that o gives these classes
		as.labels = make([]int32, n)
		rules := newRules(&o)
		most := []int32{1 << 8, 1 << 16, 1<<31 - 1}[seed%3]
		for i := range as.labels {
			label, class := v.labels[i], int32(classInvalid)
			for class == classInvalid {
				if rng.IntN(20) == 0 || i == 0 {
					label = []int32{rng.Int32N(2), rng.Int32N(256), rng.Int32N(most)}[rng.IntN(3)]
				} else {
					label = as.labels[i-1]
				}
				class = rules.class(label)
			}
			if as.labels[i], v.labels[i] = label, class; class == classIgnored {
				v.labels[i] = 2
			}
		}
		d := randomDerivatives(rng, plain)
		r, b := reducer(t, plain), must(NewBackward(plain))
		require.NoError(t, r.Fold(0, v.chunk(0, n)))
		b.Set(d, 1)
		want := planesOf(1, n)
		require.NoError(t, b.Pull(0, v.chunk(0, n), want...))
		for _, o.Level = range Levels() {
			o.Workers = 1 + rng.IntN(3)
			for _, target := range []Target{LabelsUint8(narrow[uint8](as.labels)), LabelsUint16(narrow[uint16](as.labels)), LabelsInt32(as.labels)} {
				if most > 1<<8 && target.uint8s != nil || most > 1<<16 && target.int32s == nil {
					continue
				}
				c := v.chunk(0, n)
				c.Target = target
				got, b := reducer(t, o), must(NewBackward(o))
				require.NoError(t, got.Fold(0, c), "seed %d %+v", seed, o)
				require.Equal(t, hexadecimal(r.Totals()), hexadecimal(got.Totals()), "seed %d %+v", seed, o)
				b.Set(d, 1)
				gradient := planesOf(1, n)
				require.NoError(t, b.Pull(0, c, gradient...))
				requireBits(t, want[0], gradient[0], "seed %d %+v", seed, o)
			}
		}
	}
}

// TestWiden: every level copies the labels that the portable code does.
func TestWiden(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for n := range 4*widenRow + 2 {
		compareWiden(t, rng, n, anywhere)
	}
}

// compareWiden does so for n labels of each type, up to a greatest one that few
// exceed. The memory is what alloc gives.
func compareWiden(t *testing.T, rng *rand.Rand, n int, alloc func(size int) []byte) {
	t.Helper()
	most := uint8(rng.Uint32())
	labels := make([]int32, n)
	for i := range labels {
		labels[i] = rng.Int32N(int32(most) + 1)
		if rng.IntN(200) == 0 {
			labels[i] = int32(rng.Uint32()) >> rng.IntN(32)
		}
	}
	compareWidenOf(t, narrowTo[uint8](labels, alloc), most, alloc)
	compareWidenOf(t, narrowTo[uint16](labels, alloc), most, alloc)
	compareWidenOf(t, narrowTo[int32](labels, alloc), most, alloc)
}

func compareWidenOf[T Label](t *testing.T, labels []T, most uint8, alloc func(size int) []byte) {
	t.Helper()
	want := make([]int32, len(labels))
	done := widenGeneric(want, labels, most)
	for _, level := range Levels() {
		got := view[int32](alloc(4 * len(labels)))
		require.Equal(t, done, widen(level, got, labels, most), "%v, %d labels of %T up to %d", level, len(labels), labels, most)
		require.Equal(t, want[:done], got[:done], "%v, %d labels of %T up to %d", level, len(labels), labels, most)
	}
}
