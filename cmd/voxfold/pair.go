package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/voxfold/voxfold/reduce"
	"github.com/voxfold/voxfold/volume"
)

// pairFlags say how a reference and a prediction are read and matched.
type pairFlags struct {
	fold        foldFlags
	activation  reduce.Activation
	slope       float64
	intercept   float64
	target      string // "labels", "soft", or "" for a guess
	foreground  foreground
	ignore      labelList
	weights     string
	epsilon     float64
	clampRegion bool
	quantised   bool
	geometry    string // "check" or "ignore"
	axes        string
}

func (f *pairFlags) register(flags *pflag.FlagSet) {
	f.fold.register(flags)
	flags.Var(parsed[reduce.Activation]{&f.activation, reduce.ParseActivation, "activation"}, "activation",
		"what makes probabilities of the prediction: none, sigmoid or softmax")
	flags.Float64Var(&f.slope, "slope", 1, "the prediction's values are slope·value + intercept, before anything else")
	flags.Float64Var(&f.intercept, "intercept", 0, "the `number` of --slope")
	flags.Var(oneOf{&f.target, []string{"labels", "soft"}}, "target",
		"what the reference holds: labels, or soft numbers in [0,1], one per channel (default: as its numbers are)")
	flags.Var(&f.foreground, "foreground", "labels that count as foreground for a prediction of one channel: nonzero, or a list as 1,2; may be repeated")
	flags.Var(&f.ignore, "ignore", "labels of the reference whose voxels do not count; may be repeated")
	flags.StringVar(&f.weights, "weights", "", "`file` of a weight per voxel")
	flags.Float64Var(&f.epsilon, "epsilon", 0, "bound of probabilities inside logarithms and powers; what is outside [0,1] by no more is taken as 0 or 1 (default 1e-7)")
	flags.BoolVar(&f.clampRegion, "clamp-region", false, "bound probabilities in TP, FP and FN too, as published code does")
	flags.BoolVar(&f.quantised, "quantised", false, "the prediction's uint8 numbers v are probabilities v/255")
	f.geometry = "check"
	flags.Var(oneOf{&f.geometry, []string{"check", "ignore"}}, "geometry", "check that the volumes lie in the same place, or ignore it")
	flags.StringVar(&f.axes, "axes", "", "`axes` of the .npy prediction, by the letters b (sample), c (channel), z, y, x; labels and weights have no c")
}

// check finds what no parsing of a single flag can.
func (f *pairFlags) check() error {
	if f.slope == 0 || math.IsNaN(f.slope) || math.IsInf(f.slope, 0) {
		return usagef("--slope %v: want a finite number other than 0", f.slope)
	}
	if math.IsNaN(f.intercept) || math.IsInf(f.intercept, 0) {
		return usagef("--intercept %v: want a finite number", f.intercept)
	}
	return f.fold.check()
}

// labelList is a flag that is labels as 1,2,3.
type labelList []int32

func (l *labelList) Set(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		label, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no label: want whole numbers as 1,2", part)
		}
		*l = append(*l, int32(label))
	}
	return nil
}

func (l *labelList) Type() string { return "labels" }

func (l *labelList) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(*l), " ", ","), "[]")
}

// foreground is a flag that is the word nonzero or a list of labels.
type foreground struct {
	nonzero bool
	labels  labelList
}

func (f *foreground) Set(text string) error {
	var err error
	if text == "nonzero" {
		f.nonzero = true
	} else {
		err = f.labels.Set(text)
	}
	if err == nil && f.nonzero && f.labels != nil {
		err = errors.New("want nonzero or a list, not both")
	}
	return err
}

func (f *foreground) Type() string { return "labels" }

func (f *foreground) String() string {
	if f.nonzero {
		return "nonzero"
	}
	return f.labels.String()
}

// A pair is a reference and a prediction of the same voxels.
type pair struct {
	reference, prediction *volume.File
	weights               *volume.File // or nil
	soft                  bool         // the reference is a soft target
	element               volume.Type  // Uint8, Float16 or BFloat16 where the prediction is taken as it is in the file, else Float32
}

// openPrediction opens the prediction as one with channels.
func (f *pairFlags) openPrediction(path string) (*volume.File, error) {
	return f.open(path, volume.Options{Slope: f.slope, Intercept: f.intercept}, f.axes)
}

// openLabels opens a file that has no channels.
func (f *pairFlags) openLabels(path string, opts volume.Options) (*volume.File, error) {
	opts.NoChannels = true
	return f.open(path, opts, strings.ReplaceAll(f.axes, "c", ""))
}

// open opens a file with the axes given where it is a NumPy array.
func (f *pairFlags) open(path string, opts volume.Options, axes string) (*volume.File, error) {
	file, err := volume.Open(path, opts)
	if axes == "" || err == nil && file.Axes == "" {
		return file, err
	}
	opts.Axes = axes
	return volume.Open(path, opts)
}

// match opens reference and weights beside a prediction and checks that they
// cover the same voxels.
func (f *pairFlags) match(c *cobra.Command, prediction *volume.File, referencePath string) (*pair, error) {
	p := &pair{prediction: prediction, element: volume.Float32}
	if f.quantised {
		if prediction.Type != volume.Uint8 || prediction.Scaled() || f.activation != reduce.None {
			return nil, usagef("--quantised: %s holds %v numbers%s: want unscaled uint8 ones, with no activation", prediction.Path, prediction.Type, map[bool]string{true: ", scaled"}[prediction.Scaled()])
		}
		p.element = volume.Uint8
	} else if half := prediction.Type == volume.Float16 || prediction.Type == volume.BFloat16; half && !prediction.Scaled() {
		p.element = prediction.Type // package reduce converts it faster, to the same numbers
	}
	var err error
	if p.reference, p.soft, err = f.openReference(c, referencePath, prediction); err != nil {
		return nil, err
	}
	if p.soft && (f.ignore != nil || f.foreground.String() != "") {
		return nil, usagef("--ignore and --foreground are for labels, but %s is taken as a soft target: --target labels if it is not; --weights of 0 ignore voxels", referencePath)
	}
	if err := f.agree(c, p.reference, prediction); err != nil {
		return nil, err
	}
	if f.weights != "" {
		if p.weights, err = f.openLabels(f.weights, volume.Options{}); err != nil {
			return nil, err
		}
		if p.weights.Channels != 1 {
			return nil, fmt.Errorf("%s has %d channels: want one weight per voxel", f.weights, p.weights.Channels)
		}
		beside := p.reference
		if !beside.Geometry.Known {
			beside = prediction
		}
		if err := f.agree(c, beside, p.weights); err != nil {
			return nil, err
		}
	}
	return p, f.checkAxes(p.reference, prediction, p.weights)
}

// matchLabels opens two label maps, with the checks of match.
func (f *pairFlags) matchLabels(c *cobra.Command, predictionPath, referencePath string) (*pair, error) {
	var files [2]*volume.File
	for i, path := range []string{referencePath, predictionPath} {
		var err error
		if files[i], err = f.openLabels(path, volume.Options{}); err != nil {
			return nil, err
		}
		if channels := files[i].Channels; channels != 1 {
			return nil, fmt.Errorf("%s has %d channels: a label map has one (--as prediction if it is none)", path, channels)
		}
	}
	p := &pair{reference: files[0], prediction: files[1]}
	if err := f.checkAxes(files[:]...); err != nil {
		return nil, err
	}
	return p, f.agree(c, p.reference, p.prediction)
}

// checkAxes finds --axes where no file is one that has them named.
func (f *pairFlags) checkAxes(files ...*volume.File) error {
	array := func(file *volume.File) bool { return file != nil && file.Axes != "" }
	if f.axes != "" && !slices.ContainsFunc(files, array) {
		return usagef("--axes %s: there is no NumPy array, and other formats say themselves what their axes are", f.axes)
	}
	return nil
}

// openReference opens the reference, and says whether it is soft.
//
// Labels have no channels and soft targets have the prediction's. Where the
// shape leaves both open, that is for one channel, the numbers decide.
func (f *pairFlags) openReference(c *cobra.Command, path string, prediction *volume.File) (file *volume.File, soft bool, err error) {
	likePrediction, err := f.open(path, volume.Options{}, f.axes)
	fits := err == nil && likePrediction.Channels == prediction.Channels && likePrediction.Samples == prediction.Samples
	if fits && (prediction.Channels == 1 || f.target != "labels") {
		file = likePrediction
	} else if file, err = f.openLabels(path, volume.Options{}); err != nil {
		return nil, false, err
	}
	one, same := file.Channels == 1, file.Channels == prediction.Channels
	switch {
	case !one && (!same || f.target == "labels"), !same && f.target == "soft":
		return nil, false, fmt.Errorf("channels: %s has %d, %s has %d; want one for labels, and those of the prediction for a soft target",
			path, file.Channels, prediction.Path, prediction.Channels)
	case f.target != "":
		return file, f.target == "soft", nil
	case !same:
		return file, false, nil
	case !one:
		note(c, "%s has the prediction's channels: taken as a soft target (--target labels if it is not)", path)
		return file, true, nil
	}
	whole, err := file.Whole()
	if err == nil && !whole {
		note(c, "%s holds numbers that are not whole: taken as a soft target (--target labels if it is not)", path)
	}
	return file, !whole, err
}

// agree checks that two files cover the same voxels.
func (f *pairFlags) agree(c *cobra.Command, a, b *volume.File) error {
	remark, err := a.Geometry.Compare(b.Geometry)
	if err == nil && cubic(a) && opposed(a, b) {
		err = &volume.GeometryError{First: a.Geometry, Second: b.Geometry, Reason: fmt.Sprintf(
			"axes: in memory the first is %s and the second %s, one of them in Fortran order; save both with numpy.ascontiguousarray, so that an index is one voxel", a.Axes, b.Axes)}
	}
	switch {
	case a.Geometry.Shape != b.Geometry.Shape:
		return fmt.Errorf("%s and %s: %w%s", a.Path, b.Path, err, transposed(a, b))
	case err != nil && f.geometry == "ignore":
		note(c, "%s and %s: %v", a.Path, b.Path, err)
	case err != nil:
		return fmt.Errorf("%s and %s: %w\n  (--geometry ignore compares them voxel by voxel all the same)", a.Path, b.Path, err)
	case remark != "":
		note(c, "%s and %s: %s", a.Path, b.Path, remark)
	}
	if a.Samples != b.Samples {
		return fmt.Errorf("samples: %s has %d, %s has %d", a.Path, a.Samples, b.Path, b.Samples)
	}
	if (a.Axes == "") != (b.Axes == "") && cubic(a) {
		array := a
		if b.Axes != "" {
			array = b
		}
		note(c, "%s is taken as %s; its shape would be the same were its axes the other way round, so see that they are not", array.Path, array.Axes)
	}
	return nil
}

// cubic reports whether a volume has the same shape with its axes the other way
// round.
func cubic(f *volume.File) bool {
	shape := f.Geometry.Shape
	return shape[0] == shape[2] && shape[0] > 1
}

// opposed reports whether two arrays have the axes of space in different orders,
// as one in C order and one in Fortran order have.
func opposed(a, b *volume.File) bool {
	space := func(f *volume.File) string {
		return strings.Map(func(axis rune) rune {
			if axis == 'b' || axis == 'c' {
				return -1
			}
			return axis
		}, f.Axes)
	}
	return a.Axes != "" && b.Axes != "" && space(a) != space(b)
}

// transposed returns a hint where shapes are each other's reverse.
func transposed(a, b *volume.File) string {
	reversed := b.Geometry.Shape
	slices.Reverse(reversed[:])
	switch {
	case a.Geometry.Shape != reversed:
	case (a.Axes == "") != (b.Axes == ""):
		return "\n  (the array's axes are the other way round: save numpy.ascontiguousarray(a.T), or keep Fortran order)"
	case opposed(a, b):
		return "\n  (one array is in Fortran order, the other is not: save numpy.ascontiguousarray of both)"
	}
	return ""
}

// options returns how the pair is folded.
func (f *pairFlags) options(p *pair) reduce.Options {
	return reduce.Options{
		Samples:     p.prediction.Samples,
		Channels:    p.prediction.Channels,
		Activation:  f.activation,
		Epsilon:     f.epsilon,
		ClampRegion: f.clampRegion,
		Ignore:      f.ignore,
		Foreground:  f.foreground.labels,
		Nonzero:     f.foreground.nonzero,
		Workers:     f.fold.workers,
		Level:       f.fold.level,
	}
}

// chunks reads the pair, sample by sample, and gives it to fold in chunks that
// follow each other.
func (p *pair) chunks(wanted int, fold func(b *buffer) error) error {
	voxels := chunkVoxels(wanted, p.prediction.Channels)
	voxels = int(min(int64(voxels), p.prediction.Geometry.Voxels()))
	var buffers [2]*buffer
	for i := range buffers {
		b := &buffer{}
		switch p.element {
		case volume.Uint8:
			b.bytes = planesOf[uint8](p.prediction.Channels, voxels)
		case volume.Float16, volume.BFloat16:
			b.halves, b.bfloat = planesOf[uint16](p.prediction.Channels, voxels), p.element == volume.BFloat16
		default:
			b.prediction = planes(p.prediction.Channels, voxels)
		}
		if p.soft {
			b.soft = planes(p.reference.Channels, voxels)
		} else {
			b.labels = newLabels(p.reference, voxels)
		}
		if p.weights != nil {
			b.weights = make([]float32, voxels)
		}
		buffers[i] = b
	}
	hint := "; --ignore says which labels do not count"
	if p.prediction.Channels == 1 {
		hint = "; --foreground says which labels are foreground, --ignore which do not count"
	}
	for sample := range p.prediction.Samples {
		if err := p.sample(sample, buffers, fold); err != nil {
			return p.locate(err, hint)
		}
	}
	return nil
}

func (p *pair) sample(sample int, buffers [2]*buffer, fold func(b *buffer) error) error {
	prediction, err := openPlanes(p.prediction, sample)
	defer prediction.close()
	if err != nil {
		return err
	}
	reference, err := openPlanes(p.reference, sample)
	defer reference.close()
	if err != nil {
		return err
	}
	var weights planeReaders
	if p.weights != nil {
		weights, err = openPlanes(p.weights, sample)
		defer weights.close()
		if err != nil {
			return err
		}
	}
	return stream(buffers, func(b *buffer) error {
		b.sample = sample
		var reads together
		elements(&reads, prediction, b.bytes)
		elements(&reads, prediction, b.halves)
		if b.prediction != nil {
			reads.float32s(prediction, b.prediction)
		}
		if b.weights != nil {
			reads.float32s(weights, [][]float32{b.weights})
		}
		if b.soft != nil {
			reads.float32s(reference, b.soft)
		} else {
			reads.labels(reference, b.labels)
		}
		var err error
		b.voxels, err = reads.wait()
		return err
	}, fold)
}

// A labelBuffer holds a chunk of two label maps.
type labelBuffer struct {
	voxels                int
	reference, prediction labels
}

// count counts the label maps of a sample.
func (p *pair) count(sample, wanted int, counts *reduce.LabelCounts, bar progress) error {
	voxels := int(min(int64(chunkVoxels(wanted, 1)), p.reference.Geometry.Voxels()))
	var buffers [2]*labelBuffer
	for i := range buffers {
		buffers[i] = &labelBuffer{reference: newLabels(p.reference, voxels), prediction: newLabels(p.prediction, voxels)}
	}
	reference, err := openPlanes(p.reference, sample)
	defer reference.close()
	if err != nil {
		return err
	}
	prediction, err := openPlanes(p.prediction, sample)
	defer prediction.close()
	if err != nil {
		return err
	}
	err = stream(buffers, func(b *labelBuffer) (err error) {
		var reads together
		reads.labels(reference, b.reference)
		reads.labels(prediction, b.prediction)
		b.voxels, err = reads.wait()
		return err
	}, func(b *labelBuffer) error {
		bar.add(b.voxels)
		return b.reference.cut(b.voxels).count(counts, b.prediction.cut(b.voxels))
	})
	return p.locate(err, "")
}

// planeReaders are the channels of a sample.
type planeReaders []*volume.Plane

func openPlanes(f *volume.File, sample int) (planeReaders, error) {
	var all planeReaders
	for channel := range f.Channels {
		p, err := f.Plane(sample, channel)
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (p planeReaders) close() {
	for _, plane := range p {
		_ = plane.Close() // of a file that was only read
	}
}

// together runs reads of the same voxels side by side: under compression each
// is a decoder at work.
type together struct {
	group sync.WaitGroup
	reads []*read
}

// A read is what came of one: the voxels, as many as of all others where there
// was no error, and the error.
type read struct {
	voxels int
	err    error
}

func (t *together) add(from func() (int, error)) {
	r := &read{}
	t.reads = append(t.reads, r)
	t.group.Go(func() { r.voxels, r.err = from() })
}

func (t *together) float32s(from planeReaders, to [][]float32) {
	for i, plane := range from {
		t.add(func() (int, error) { return plane.Float32(to[i]) })
	}
}

// elements reads numbers as the file has them, where there is room for such.
func elements[E volume.Element](t *together, from planeReaders, to [][]E) {
	for i, room := range to {
		t.add(func() (int, error) { return volume.ReadElements(from[i], room) })
	}
}

func (t *together) labels(from planeReaders, to labels) {
	t.add(func() (int, error) { return to.read(from[0]) })
}

func (t *together) wait() (voxels int, err error) {
	t.group.Wait()
	for _, r := range t.reads {
		if r.err != nil && (err == nil || err == io.EOF) {
			err = r.err
		}
	}
	return t.reads[0].voxels, err
}

// locate puts the file and the coordinates to an error of a voxel that cannot
// be summed, and a hint to one of a label.
func (p *pair) locate(err error, hint string) error {
	var bad *reduce.InputError
	if !errors.As(err, &bad) {
		return err
	}
	file := p.reference
	switch bad.What {
	case "prediction":
		file = p.prediction
	case "weight":
		file = p.weights
	}
	if bad.What != "label" {
		hint = ""
	}
	x, y, z := file.Geometry.At(bad.Voxel)
	return &volume.VoxelError{
		Path: file.Path, Sample: bad.Sample, Channel: bad.Channel, Index: bad.Voxel, X: x, Y: y, Z: z,
		Err: fmt.Errorf("%s is %v, want %s (%d such voxels in this chunk)%s", bad.What, bad.Value, bad.Want, bad.Count, hint),
	}
}
