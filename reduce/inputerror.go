package reduce

import "fmt"

// An InputError reports voxels whose data cannot be summed: NaN, ±Inf, a
// probability outside [0,1], a label that is neither a class nor ignored, a
// negative weight. Nothing of the chunk that held them was added.
type InputError struct {
	Sample  int
	Voxel   int64   // the first such voxel, counted from the sample's first (of Backward: from the chunk's)
	Channel int     // of a prediction or soft target, else 0
	What    string  // "prediction", "target", "label" or "weight"
	Value   float64 // what stands there, as float32
	Want    string  // what should
	Count   int64   // how many voxels of the chunk are such
}

func (e *InputError) Error() string {
	return fmt.Sprintf("sample %d, channel %d, voxel %d: %s is %v, want %s (%d such voxels in this chunk)",
		e.Sample, e.Channel, e.Voxel, e.What, e.Value, e.Want, e.Count)
}
