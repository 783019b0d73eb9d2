package reduce

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// A Label is a type that the voxels of a label map come in.
type Label interface{ uint8 | uint16 | int32 }

// MaxLabels is how many different labels, the background apart, one
// [LabelCounts] tells apart.
const MaxLabels = 65535

// LabelCounts count how a predicted label map overlaps a reference, for every
// label that either holds. The counts are whole numbers: the same for any
// chunking and any order of merging. Memory grows with the labels seen (64
// to 128 bytes each), not with the voxels, and a Fold allocates only for labels
// that are new.
//
// Label 0 is the background and has no row. The zero value counts, and ignores
// nothing.
type LabelCounts struct {
	ignore []int32
	folded int64 // voxels that came, ignored ones among them
	valid  int64 // those that count
	any    tally // of all labels but 0 as one

	// table is a hash table with linear probing, of a power of two of entries,
	// at most half of them in use. An entry whose label is 0 is free.
	table []tally
	seen  int // entries in use
}

// A tally holds the voxels of one label: in the reference, in the prediction,
// and in both.
type tally struct {
	label                       int32
	reference, prediction, both int64
}

// A LabelRow holds the counts of one label: voxels where reference and
// prediction have it, where only the prediction has it, where only the
// reference has it.
type LabelRow struct {
	Label      int32
	TP, FP, FN int64
}

// NewLabelCounts returns counts of no voxels yet. Voxels where the reference
// has one of the labels to ignore will not count.
func NewLabelCounts(ignore ...int32) *LabelCounts {
	ignore = slices.Clone(ignore)
	slices.Sort(ignore)
	return &LabelCounts{ignore: slices.Compact(ignore)}
}

// FoldLabels adds a chunk of voxels to c: the labels that reference and
// prediction have there. It is done with the slices when it returns.
//
// It returns an [*InputError] where a label is negative (unless it is the
// reference's and ignored), and where there are more than [MaxLabels]; nothing
// of the chunk is added then. It panics where the slices differ in length.
func FoldLabels[R, P Label](c *LabelCounts, reference []R, prediction []P) error {
	if len(reference) != len(prediction) {
		panic(fmt.Sprintf("reduce: a reference of %d voxels beside a prediction of %d", len(reference), len(prediction)))
	}
	for i := 0; i < len(reference); {
		n := runLength(reference[i:], prediction[i:])
		if !c.add(int32(reference[i]), int32(prediction[i]), int64(n)) {
			err := labelError(c, reference, prediction, i)
			undo(c, reference[:i], prediction[:i])
			return err
		}
		i += n
	}
	c.folded += int64(len(reference))
	return nil
}

// runLength returns how many voxels from the first on have its two labels.
//
// Labels lie in large regions. Counting voxel by voxel would be a chain of
// additions to one number in memory, about 5 cycles each; looking for the end
// of the run instead takes about one cycle a voxel.
func runLength[R, P Label](reference []R, prediction []P) int {
	r, p := reference[0], prediction[0]
	n := 1
	for ; n+8 <= min(len(reference), len(prediction)); n += 8 {
		a, b := (*[8]R)(reference[n:]), (*[8]P)(prediction[n:])
		if (a[0]^r)|(a[1]^r)|(a[2]^r)|(a[3]^r)|(a[4]^r)|(a[5]^r)|(a[6]^r)|(a[7]^r) != 0 ||
			(b[0]^p)|(b[1]^p)|(b[2]^p)|(b[3]^p)|(b[4]^p)|(b[5]^p)|(b[6]^p)|(b[7]^p) != 0 {
			break
		}
	}
	for n < len(reference) && n < len(prediction) && reference[n] == r && prediction[n] == p {
		n++
	}
	return n
}

// add adds n voxels (takes them away where n is negative) with these labels.
// It reports false, and adds nothing, where the labels cannot be counted.
func (c *LabelCounts) add(r, p int32, n int64) bool {
	if p < 0 {
		return false
	}
	if slices.Contains(c.ignore, r) {
		return true
	}
	if r|p == 0 {
		c.valid += n
		return true
	}
	if r < 0 {
		return false
	}
	c.reserve()
	a := c.entry(r)
	b := a
	if p != r {
		b = c.entry(p)
	}
	if a == nil || b == nil {
		return false
	}
	c.valid += n
	if r != 0 {
		a.reference += n
		c.any.reference += n
	}
	if p != 0 {
		b.prediction += n
		c.any.prediction += n
	}
	if r != 0 && p != 0 {
		c.any.both += n
		if r == p {
			a.both += n
		}
	}
	return true
}

// find returns the entry of a label, or the free one where it belongs.
func (c *LabelCounts) find(label int32) *tally {
	// The upper bits of a product with 2^32/φ spread labels that follow each
	// other evenly over the table.
	for i := uint32(label) * 0x9e3779b1 >> (33 - bits.Len(uint(len(c.table)))); ; i++ {
		if t := &c.table[int(i)&(len(c.table)-1)]; t.label == label || t.label == 0 {
			return t
		}
	}
}

// entry returns the entry of a label, a new one where it has none, for which
// there has to be room; for label 0 one that stays free. It is nil where there
// are too many labels already.
func (c *LabelCounts) entry(label int32) *tally {
	t := c.find(label)
	if t.label != label {
		if c.seen == MaxLabels {
			return nil
		}
		t.label = label
		c.seen++
	}
	return t
}

// reserve makes room for the two labels of a voxel.
func (c *LabelCounts) reserve() {
	if 2*(c.seen+2) > len(c.table) {
		c.rebuild(max(64, 2*len(c.table)))
	}
}

// rebuild moves the entries that count anything to a table of another size.
func (c *LabelCounts) rebuild(size int) {
	old := c.table
	c.table, c.seen = make([]tally, size), 0
	for _, t := range old {
		if t.reference != 0 || t.prediction != 0 {
			*c.find(t.label) = t
			c.seen++
		}
	}
}

// undo takes a chunk away that was added, and the labels that only it had.
func undo[R, P Label](c *LabelCounts, reference []R, prediction []P) {
	for i := 0; i < len(reference); {
		n := runLength(reference[i:], prediction[i:])
		c.add(int32(reference[i]), int32(prediction[i]), -int64(n))
		i += n
	}
	c.rebuild(len(c.table))
}

// labelError says why voxel i of a chunk is the first that cannot be counted,
// and how many such there are.
func labelError[R, P Label](c *LabelCounts, reference []R, prediction []P, i int) *InputError {
	e := &InputError{Voxel: c.folded + int64(i)}
	for ; i < len(reference); i++ {
		what, label, want := c.refusal(int32(reference[i]), int32(prediction[i]))
		if what == "" {
			continue
		}
		if e.Count == 0 {
			e.What, e.Value, e.Want = what, float64(label), want
		}
		e.Count++
	}
	return e
}

// refusal says which label of a voxel cannot be counted, and why; what is
// empty where both can.
func (c *LabelCounts) refusal(r, p int32) (what string, label int32, want string) {
	const negative, tooMany = "0 or more", "one of the 65535 different labels before it, which is the limit"
	unknown := func(label int32) bool { return c.seen == MaxLabels && label != 0 && c.find(label).label == 0 }
	switch {
	case p < 0:
		return "prediction", p, negative
	case slices.Contains(c.ignore, r):
		return "", 0, ""
	case r < 0:
		return "label", r, negative
	case unknown(r):
		return "label", r, tooMany
	case unknown(p):
		return "prediction", p, tooMany
	}
	return "", 0, ""
}

// Merge adds the counts of another part of the same volume, or of another
// volume, to be pooled. It is an error, and c is left as it was, where o
// ignores other labels or there are more than [MaxLabels] in all.
func (c *LabelCounts) Merge(o *LabelCounts) error {
	if !slices.Equal(c.ignore, o.ignore) {
		return fmt.Errorf("merge: counts that ignore labels %v and %v", c.ignore, o.ignore)
	}
	sum := *c
	sum.table = slices.Clone(c.table)
	for _, t := range o.table {
		if t.label == 0 {
			continue
		}
		sum.reserve()
		e := sum.entry(t.label)
		if e == nil {
			return fmt.Errorf("merge: label %d is one too many, want at most %d different labels", t.label, MaxLabels)
		}
		e.merge(t)
	}
	sum.any.merge(o.any)
	sum.folded += o.folded
	sum.valid += o.valid
	*c = sum
	return nil
}

func (t *tally) merge(o tally) {
	t.reference += o.reference
	t.prediction += o.prediction
	t.both += o.both
}

func (t *tally) row() LabelRow {
	return LabelRow{Label: t.label, TP: t.both, FP: t.prediction - t.both, FN: t.reference - t.both}
}

// Voxels returns the number of voxels that count: all but the ignored ones.
func (c *LabelCounts) Voxels() int64 { return c.valid }

// Rows returns the counts of every label but 0 that reference or prediction
// have, in ascending order.
func (c *LabelCounts) Rows() []LabelRow {
	rows := make([]LabelRow, 0, c.seen)
	for _, t := range c.table {
		if t.label != 0 {
			rows = append(rows, t.row())
		}
	}
	slices.SortFunc(rows, func(a, b LabelRow) int { return cmp.Compare(a.Label, b.Label) })
	return rows
}

// Foreground returns the counts of all labels but 0 taken for one: whichever
// they are, a voxel where both have one is a TP. The row's label is 0.
func (c *LabelCounts) Foreground() LabelRow { return c.any.row() }
