package reduce

import (
	"fmt"
	"runtime"
	"slices"
)

// An Activation says what the numbers of a prediction are.
type Activation uint8

const (
	None    Activation = iota // probabilities
	Sigmoid                   // the logits of one channel
	Softmax                   // the logits of C ≥ 2 channels
)

var activationNames = [...]string{None: "none", Sigmoid: "sigmoid", Softmax: "softmax"}

func (a Activation) String() string {
	if int(a) >= len(activationNames) {
		return ""
	}
	return activationNames[a]
}

// ParseActivation returns the activation of that name: none, sigmoid or
// softmax.
func ParseActivation(name string) (Activation, error) {
	if i := slices.Index(activationNames[:], name); i >= 0 {
		return Activation(i), nil
	}
	return None, fmt.Errorf("activation %q: want none, sigmoid or softmax", name)
}

// Options say what is summed, and how. The zero value asks for the region
// sums of probabilities of one channel of one sample.
type Options struct {
	Samples    int        // number of samples of the batch; 0 is 1
	Channels   int        // channels of the prediction, 1 to 256; 0 is 1
	Activation Activation // what the numbers of the prediction are

	// TP, FP, FN and W are always summed; these ask for more.
	CE     bool      // cross entropy
	Gammas []float64 // focal sums, one for each exponent in [0, 1000]

	// Epsilon bounds probabilities to [Epsilon, 1−Epsilon] inside logarithms
	// and powers (not where the input is logits), in [1e-9, 1e-2]; 0 is 1e-7.
	// A probability that lies outside [0,1] by at most Epsilon is taken as 0
	// or 1, by more is an error.
	Epsilon float64
	// ClampRegion bounds the probabilities of TP, FP and FN too, as published
	// code does. It takes the portable path, whatever the level.
	ClampRegion bool

	// Ignore lists the labels whose voxels have weight 0.
	Ignore []int32
	// Foreground lists the labels that count as foreground for a one-channel
	// prediction, every other one being background. Where it is nil, label 1
	// is foreground, 0 background, and any other an error. Nonzero counts
	// every label but 0 as foreground, in the place of a list.
	Foreground []int32
	Nonzero    bool

	Workers int   // goroutines that share a Fold, 1 to 65,536; 0 is one per core
	Level   Level // kernels to use; Auto is the best
}

const (
	maxChannels    = 256
	maxWorkers     = 1 << 16
	defaultEpsilon = 1e-7
)

// prepare fills defaults in and checks ranges.
func (o Options) prepare() (Options, error) {
	if o.Samples == 0 {
		o.Samples = 1
	}
	if o.Channels == 0 {
		o.Channels = 1
	}
	if o.Epsilon == 0 {
		o.Epsilon = defaultEpsilon
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.Gammas = slices.Compact(slices.Sorted(slices.Values(o.Gammas)))
	for i, g := range o.Gammas {
		o.Gammas[i] = g + 0 // no −0
	}
	for _, labels := range []*[]int32{&o.Ignore, &o.Foreground} {
		*labels = slices.Clone(*labels) // nil stays nil
		slices.Sort(*labels)
		*labels = slices.Compact(*labels)
	}

	switch {
	case o.Samples < 0:
		return o, fmt.Errorf("samples %d: want 1 or more", o.Samples)
	case o.Channels < 0 || o.Channels > maxChannels:
		return o, fmt.Errorf("channels %d: want 1 to %d", o.Channels, maxChannels)
	case int(o.Activation) >= len(activationNames):
		return o, fmt.Errorf("activation %d: want None, Sigmoid or Softmax", o.Activation)
	case o.Activation == Softmax && o.Channels < 2:
		return o, fmt.Errorf("activation softmax with 1 channel: want 2 or more, or sigmoid")
	case o.Activation == Sigmoid && o.Channels > 1:
		return o, fmt.Errorf("activation sigmoid with %d channels: want softmax, or fold each channel as a sample of one channel", o.Channels)
	case !(o.Epsilon >= 1e-9 && o.Epsilon <= 1e-2):
		return o, fmt.Errorf("epsilon %v: want 1e-9 to 1e-2", o.Epsilon)
	case o.Workers < 0 || o.Workers > maxWorkers:
		return o, fmt.Errorf("workers %d: want 1 to %d", o.Workers, maxWorkers)
	case o.Nonzero && o.Foreground != nil:
		return o, fmt.Errorf("foreground labels and nonzero: want one of them")
	case o.Channels > 1 && (o.Nonzero || o.Foreground != nil):
		return o, fmt.Errorf("a foreground set with %d channels: it is for a one-channel prediction", o.Channels)
	}
	for _, g := range o.Gammas {
		if !(g >= 0 && g <= 1000) {
			return o, fmt.Errorf("gamma %v: want 0 to 1000", g)
		}
	}
	var err error
	o.Level, err = o.Level.resolve()
	return o, err
}

// fingerprint is what two sums must agree in to be merged.
func (o *Options) fingerprint() string {
	return fmt.Sprintf("channels %d, activation %v, ce %v, gammas %v, epsilon %v, clamp-region %v, ignore %v, foreground %v (any: %v), nonzero %v",
		o.Channels, o.Activation, o.CE, o.Gammas, o.Epsilon, o.ClampRegion, o.Ignore, o.Foreground, o.Foreground != nil, o.Nonzero)
}

// layout says where the sums of a sample stand: W first, then those of each
// row.
type layout struct {
	channels, rows int
	ce             bool      // the cross entropy is summed
	gammas         []float64 // as asked for
	powers         []power   // of the exponents but 0, which is the cross entropy
	perRow         int
}

// The sums of a row, in order; focal sums follow.
const (
	slotR = iota // Σ w·y·p
	slotS        // Σ w·y·q
	slotP        // Σ w·(1−y)·p
	slotL        // Σ w·y·(−log p)
	slotF        // Σ w·y·q^γ·(−log p), one for each power
)

func (o *Options) layout() layout {
	l := layout{channels: o.Channels, rows: max(2, o.Channels), ce: o.CE || len(o.Gammas) > 0, gammas: o.Gammas}
	for _, g := range o.Gammas {
		if g != 0 {
			l.powers = append(l.powers, newPower(g))
		}
	}
	l.perRow = slotF + len(l.powers)
	return l
}

// slots is the number of sums of a sample.
func (l *layout) slots() int { return 1 + l.rows*l.perRow }

// slot returns the place of a sum of a row; slot(0, 0) − 1 is that of W.
func (l *layout) slot(row, kind int) int { return 1 + row*l.perRow + kind }

// read rounds the sums of a sample to a Row per class, in the memory of rows
// where that suffices.
func (l *layout) read(rows []Row, sums []accumulator) []Row {
	rows = resized(rows, l.rows)
	w := sums[0].value()
	for k := range rows {
		of := sums[l.slot(k, 0):]
		r := &rows[k]
		*r = Row{
			W:     w,
			TP:    of[slotR].value(),
			FP:    of[slotP].value(),
			FN:    of[slotS].value(),
			CE:    of[slotL].value(),
			Focal: resized(r.Focal, len(l.gammas)),
		}
		next := slotF
		for i, g := range l.gammas {
			if g == 0 {
				r.Focal[i] = r.CE
				continue
			}
			r.Focal[i] = of[next].value()
			next++
		}
	}
	if l.channels == 1 { // the one's FP is the other's FN
		rows[0].FP, rows[1].FP = rows[1].FN, rows[0].FN
	}
	return rows
}

// totals reads samples out to t, in its memory where that suffices: sums gives
// those of sample i, and batch is for the sums of all.
func (l *layout) totals(t *Totals, samples int, batch []accumulator, sums func(i int) []accumulator) {
	t.OneChannel, t.WithoutCE, t.Gammas = l.channels == 1, !l.ce, append(t.Gammas[:0], l.gammas...)
	t.Samples = resized(t.Samples, samples)
	if samples == 1 { // the batch is the sample
		t.Samples[0] = l.read(t.Samples[0], sums(0))
		t.Batch = copied(t.Batch, t.Samples[0])
		return
	}
	clear(batch)
	for i := range t.Samples {
		sample := sums(i)
		t.Samples[i] = l.read(t.Samples[i], sample)
		for slot := range sample {
			batch[slot].merge(&sample[slot])
		}
	}
	t.Batch = l.read(t.Batch, batch)
}

// copied returns a copy of from, in the memory of rows where that suffices.
func copied(rows, from []Row) []Row {
	rows = resized(rows, len(from))
	for k, row := range from {
		focal := resized(rows[k].Focal, len(row.Focal))
		copy(focal, row.Focal)
		rows[k] = row
		rows[k].Focal = focal
	}
	return rows
}

// resized returns a slice of n values, in the memory of s where that suffices.
func resized[T any](s []T, n int) []T {
	if s == nil || n > cap(s) {
		return make([]T, n)
	}
	return s[:n]
}

// want returns the set of sums that the kernels are asked for.
func (o *Options) want(l *layout) want {
	switch {
	case len(l.powers) > 0:
		return wantFocal
	case l.ce:
		return wantCE
	}
	return wantRegion
}
