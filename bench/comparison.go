package bench

import (
	"fmt"
	"slices"
)

// A Timing is what one program took for one pass over one volume, in every
// round of a comparison.
type Timing struct {
	Peer    string    `json:"peer"`
	Pass    string    `json:"pass"` // forward; graph: forward, with what backward will need; step: value and gradient
	Gamma   float64   `json:"gamma"`
	Threads int       `json:"threads"`
	Voxels  int       `json:"voxels"`
	Seconds []float64 `json:"seconds"` // see AddTurn
	Value   float64   `json:"value"`
	// Extra is the most memory, in bytes, that the pass had beside its input
	// and the gradient; negative where the system does not say.
	Extra int64 `json:"extra"`
}

// A Comparison is a run of bench/peers: the asymmetric unified focal loss of
// one phantom by several programs in turn.
type Comparison struct {
	Peers   map[string]string `json:"peers"`   // version by name
	Missing map[string]string `json:"missing"` // why, by name
	// Reference is the peer that others are held against: voxfold with AVX2,
	// which is what they have, or with its best level on other machines.
	Reference string   `json:"reference"`
	Timings   []Timing `json:"timings"`
}

// Find returns what a peer took for a pass, or nil.
func (c *Comparison) Find(peer, pass string, gamma float64, threads, voxels int) *Timing {
	i := slices.IndexFunc(c.Timings, func(t Timing) bool {
		return t.Peer == peer && t.Pass == pass && t.Gamma == gamma && t.Threads == threads && t.Voxels == voxels
	})
	if i < 0 {
		return nil
	}
	return &c.Timings[i]
}

// AddTurn adds a round, of which the program took so many passes one after
// another: their median. The first does not count where there are more: it
// finds the caches full of what the program before it had.
func (t *Timing) AddTurn(seconds []float64) {
	if len(seconds) > 1 {
		seconds = seconds[1:]
	}
	t.Seconds = append(t.Seconds, median(slices.Clone(seconds)))
}

// Median returns the median of the seconds.
func (t *Timing) Median() float64 { return median(slices.Clone(t.Seconds)) }

// Speed returns the voxels per second of the median.
func (t *Timing) Speed() float64 { return float64(t.Voxels) / t.Median() }

// Ratio says how many times as long as another one a pass took: the median of
// the rounds' ratios, the least and the greatest. Taken round by round it
// does not see the machine change its pace between rounds.
func (t *Timing) Ratio(to *Timing) (middle, least, most float64) {
	ratios := make([]float64, min(len(t.Seconds), len(to.Seconds)))
	for i := range ratios {
		ratios[i] = t.Seconds[i] / to.Seconds[i]
	}
	return median(ratios), slices.Min(ratios), slices.Max(ratios)
}

// Compiled are the peers that compile the loop, as a user would who knows how.
var Compiled = []string{"gcc", "clang", "numba"}

// The volumes that the targets are about.
const (
	SmallVolume = 128 * 128 * 128
	LargeVolume = 512 * 512 * 256
)

// A Target is how many times as fast voxfold is as something else, for one
// pass over one volume on one thread, and how many times it ought to be.
type Target struct {
	Against string // pytorch, or compiled: the fastest of them
	Pass    string // forward or step; PyTorch's forward pass is that of training, with its graph
	Gamma   float64
	Voxels  int
	Want    float64 // 0 for a volume that has no target

	Peer              string  // the one that it came out against
	Have, Least, Most float64 // median, worst and best round
}

// Holds tells whether the target is met.
func (t *Target) Holds() bool { return t.Have >= t.Want }

// wanted are the targets by pass and γ, for the small and the large volume.
var wanted = []struct {
	pass         string
	gamma        float64
	small, large float64
}{{"forward", .5, 100, 200}, {"forward", .7, 45, 90}, {"step", .5, 70, 140}, {"step", .7, 35, 70}}

// Targets returns what came of the targets, for all volumes that were
// measured. What is about a peer that is missing is left out.
func (c *Comparison) Targets() (all []Target) {
	for _, against := range []string{"pytorch", "compiled"} {
		for _, voxels := range c.Volumes() {
			for _, w := range wanted {
				t := Target{Against: against, Pass: w.pass, Gamma: w.gamma, Voxels: voxels}
				switch {
				case voxels != SmallVolume && voxels != LargeVolume:
				case against == "compiled":
					t.Want = 2.5
				case voxels == SmallVolume:
					t.Want = w.small
				default:
					t.Want = w.large
				}
				other := c.best(w.pass, w.gamma, voxels)
				if against == "pytorch" {
					other = c.Find(against, map[string]string{"forward": "graph", "step": "step"}[w.pass], w.gamma, 1, voxels)
				}
				if own := c.Find(c.Reference, w.pass, w.gamma, 1, voxels); own != nil && other != nil {
					t.Peer = other.Peer
					t.Have, t.Least, t.Most = other.Ratio(own)
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// Volumes returns the numbers of voxels that were measured.
func (c *Comparison) Volumes() (all []int) {
	for i := range c.Timings {
		all = append(all, c.Timings[i].Voxels)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// best returns the fastest compiled peer, or nil.
func (c *Comparison) best(pass string, gamma float64, voxels int) (best *Timing) {
	for _, peer := range Compiled {
		if t := c.Find(peer, pass, gamma, 1, voxels); t != nil && (best == nil || t.Median() < best.Median()) {
			best = t
		}
	}
	return best
}

// MemoryTarget is the most memory, in bytes, that voxfold should have beside
// input and gradient, whatever the volume.
const MemoryTarget = 4 << 20

// Memory returns the most memory that a peer had beside input and gradient in
// any pass on a volume, or −1 where that is not known.
func (c *Comparison) Memory(peer string, voxels int) int64 {
	most := int64(-1)
	for i := range c.Timings {
		if t := &c.Timings[i]; t.Peer == peer && t.Voxels == voxels {
			most = max(most, t.Extra)
		}
	}
	return most
}

// VolumeName is how a number of voxels is called in tables.
func VolumeName(voxels int) string {
	switch voxels {
	case SmallVolume:
		return "128³"
	case LargeVolume:
		return "512×512×256"
	}
	return fmt.Sprint(voxels, " voxels")
}
