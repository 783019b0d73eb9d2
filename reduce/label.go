package reduce

import "encoding/binary"

// Labels become what the kernels take: for one channel a code per voxel, for
// several the class.

// The codes of a voxel's label, for a channel that is the probability of one
// class.
const (
	codeOther   = iota // of another class
	codeOwn            // of that class
	codeIgnored        // of none, and to be left out
	codeInvalid        // of none: an error, or to be looked up
)

// A codeTable holds the codes of labels.
type codeTable struct {
	// bits are the codes for a kernel that looks up bytes in tables of 16: bit
	// h%8 of bits[b][h/8][l] is bit b of the code of label 16·h + l.
	bits  [2][2][16]uint8
	codes [256]uint8 // of the labels 0 to 255
	above uint8      // of all others, where they have the same; else codeInvalid
	own   int32      // the class that has codeOwn
}

// newCodeTable returns the codes for the channel of class own.
func (r *rules) newCodeTable(own int32) *codeTable {
	t := &codeTable{own: own}
	for label, class := range r.classes {
		code := t.code(class)
		t.codes[label] = code
		for b := range t.bits {
			t.bits[b][label>>7][label&15] |= code >> b & 1 << (label >> 4 & 7)
		}
	}
	t.above = t.code(r.other(256))
	for _, list := range r.lists { // else labels beyond 255 are all of one class
		for _, label := range list {
			if uint32(label) > 255 {
				t.above = codeInvalid
			}
		}
	}
	return t
}

// code returns the code of a class.
func (t *codeTable) code(class int32) uint8 {
	switch class {
	case t.own:
		return codeOwn
	case classIgnored:
		return codeIgnored
	case classInvalid:
		return codeInvalid
	}
	return codeOther
}

// encode writes the codes of labels to dst, and reports whether one is neither
// a class nor ignored.
func encode[T Label](dst []uint8, r *rules, t *codeTable, labels []T) (invalid bool) {
	for i := 0; i < len(labels); {
		i += encodeRows(r.level, dst[i:], labels[i:], t)
		for end := min(i+codeRow, len(labels)); i < end; i++ {
			dst[i] = t.code(r.class(int32(labels[i])))
			invalid = invalid || dst[i] == codeInvalid
		}
	}
	return invalid
}

// encode is encode of as many labels of a target, from voxel from on.
func (t *Target) encode(dst []uint8, r *rules, table *codeTable, from int) (invalid bool) {
	to := from + len(dst)
	switch {
	case t.uint8s != nil:
		return encode(dst, r, table, t.uint8s[from:to])
	case t.uint16s != nil:
		return encode(dst, r, table, t.uint16s[from:to])
	}
	return encode(dst, r, table, t.int32s[from:to])
}

// codeRow is the number of labels that a kernel takes at a time.
const codeRow = 32

// labelKernels are kernels of a level that make D of labels by P: one for each type
// of label, in rows of so many. They return the number of rows done.
type labelKernels[D, P any] struct {
	row     int
	uint8s  func(dst []D, labels []uint8, by P, rows int) int
	uint16s func(dst []D, labels []uint16, by P, rows int) int
	int32s  func(dst []D, labels []int32, by P, rows int) int
}

// wholeRows calls the kernel of the labels' type, and returns the number of labels
// done.
//
//go:noinline
func wholeRows[T Label, D, P any](k *labelKernels[D, P], dst []D, labels []T, by P) int {
	rows := len(labels) / k.row
	dst = dst[:rows*k.row]
	raceRead(labels[:rows*k.row])
	raceWrite(dst)
	switch labels := any(labels).(type) {
	case []uint8:
		rows = k.uint8s(dst, labels, by, rows)
	case []uint16:
		rows = k.uint16s(dst, labels, by, rows)
	case []int32:
		rows = k.int32s(dst, labels, by, rows)
	}
	return rows * k.row
}

// encoders are encodeGeneric of one type of label each.
type encoders = labelKernels[uint8, *codeTable]

// encodeRows is encodeGeneric by the level's kernels, where it has any.
func encodeRows[T Label](l Level, dst []uint8, labels []T, t *codeTable) (done int) {
	kernels := l.kernels().encoders
	if kernels == nil {
		return encodeGeneric(dst, labels, t)
	}
	for _, k := range kernels {
		done += wholeRows(k, dst[done:], labels[done:], t)
	}
	return done
}

// encodeGeneric is the specification of encodeRows: it writes the codes of
// labels to dst, in rows of codeRow. It stops in front of a row with a label of
// codeInvalid, and of an incomplete one, and returns the number of labels done.
func encodeGeneric[T Label](dst []uint8, labels []T, t *codeTable) (done int) {
	for ; done+codeRow <= len(labels); done += codeRow {
		valid := true
		row := dst[done:][:codeRow]
		for i, label := range labels[done:][:codeRow] {
			code := t.above
			if uint32(label) < 256 {
				code = t.codes[uint8(label)]
			}
			row[i] = code
			valid = valid && code != codeInvalid
		}
		if !valid {
			break
		}
	}
	return done
}

// loadLabels sets the voxels from place at on to what their labels say. It
// reports whether one is neither a class nor ignored.
func loadLabels[T Label](t *tile, at int, r *rules, labels []T) (invalid bool) {
	switch {
	case t.classes != nil:
		return loadClasses(t.classes[at:], r, labels)
	case t.labels != nil:
		return encode(t.labels[at:], r, r.codes, labels)
	}
	for i := 0; i < len(labels); i += BlockSize {
		run := labels[i:min(i+BlockSize, len(labels))]
		invalid = encode(t.codes[:], r, r.codes, run) || invalid
		spread(t.targets[0][at+i:][:len(run)], t.weights[at+i:], t.codes)
	}
	return invalid
}

// spread makes target and weights of codes. Eight voxels of one class, of which
// real volumes are full, are written at once.
func spread(target, weights []float32, codes *[BlockSize]uint8) {
	const ones = 0x0101010101010101
	value := [...]float32{codeOwn: 1, codeInvalid: 0}
	for i := 0; i < len(target); i++ {
		if eight := target[i:]; len(eight) >= 8 {
			switch binary.LittleEndian.Uint64(codes[i:]) {
			case codeOther * ones:
				*(*[8]float32)(eight) = [8]float32{}
				i += 7
				continue
			case codeOwn * ones:
				*(*[8]float32)(eight) = [8]float32{1, 1, 1, 1, 1, 1, 1, 1}
				i += 7
				continue
			}
		}
		if target[i] = value[codes[i]]; codes[i] >= codeIgnored {
			weights[i] = ignoredWeight(weights[i])
		}
	}
}

// ignoredWeight returns the weight of an ignored voxel: 0, unless the weight
// given is not acceptable, which is an error under an ignored voxel too.
func ignoredWeight(w float32) float32 {
	if w >= 0 && w <= maxWeight {
		return 0
	}
	return w
}

// loadClasses looks the classes of labels up, but for rows of labels that are
// classes themselves: a kernel copies those.
func loadClasses[T Label](dst []int32, r *rules, labels []T) (invalid bool) {
	for i := 0; i < len(labels); {
		if r.plain > 0 {
			i += widen(r.level, dst[i:], labels[i:], uint8(r.plain-1))
		}
		for end := min(i+widenRow, len(labels)); i < end; i++ {
			dst[i] = r.class(int32(labels[i]))
			invalid = invalid || dst[i] == classInvalid
		}
	}
	return invalid
}

// widenRow is the number of labels that are widened at a time.
const widenRow = 64

// wideners are widenGeneric of one type of label each.
type wideners = labelKernels[int32, uint8]

// widen is widenGeneric by the level's kernels, where it has any.
func widen[T Label](l Level, dst []int32, labels []T, most uint8) int {
	if k := l.kernels().wideners; k != nil {
		return wholeRows(k, dst, labels, most)
	}
	return widenGeneric(dst, labels, most)
}

// widenGeneric is the specification of widen: it copies labels to dst, in rows
// of widenRow. It stops in front of a row with a label that is greater than
// most, or negative, and of an incomplete one, and returns the number of labels
// copied.
func widenGeneric[T Label](dst []int32, labels []T, most uint8) (done int) {
	for ; done+widenRow <= len(labels); done += widenRow {
		row := dst[done:][:widenRow]
		greatest := uint32(0)
		for i, label := range labels[done:][:widenRow] {
			greatest = max(greatest, uint32(label))
			row[i] = int32(label)
		}
		if greatest > uint32(most) {
			break
		}
	}
	return done
}
