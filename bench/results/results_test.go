package results

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/bench"
)

// comparison returns one of all peers, whose seconds are multiples of unit.
func comparison(unit float64) *bench.Comparison {
	c := &bench.Comparison{Reference: "voxfold avx2", Peers: map[string]string{"gcc": "<12>"}, Missing: map[string]string{}}
	for i, peer := range []string{c.Reference, "pytorch", "numba", "gcc", "clang"} {
		for _, voxels := range []int{bench.SmallVolume, bench.LargeVolume} {
			for _, pass := range []string{"forward", "graph", "step"} {
				for _, gamma := range []float64{.5, .7} {
					if pass == "graph" && peer != "pytorch" {
						continue
					}
					seconds := unit * float64(voxels) * (1 + 37*float64(i)*gamma) / 1e9
					c.Timings = append(c.Timings, bench.Timing{Peer: peer, Pass: pass, Gamma: gamma, Threads: 1, Voxels: voxels,
						Seconds: []float64{seconds, 2 * seconds, 1.5 * seconds}, Extra: int64(i+1) << 20})
				}
			}
		}
	}
	return c
}

// measured returns results of which the kernels and scales are measurements of
// this machine, on small volumes.
func measured(t *testing.T) *Results {
	r := &Results{Command: "go test", Began: time.Unix(1e9, 0), Machine: bench.ThisMachine(), Comparison: comparison(1)}
	lines := 0
	require.NoError(t, r.Measure(true, func(string) { lines++ }))
	require.Positive(t, lines)
	return r
}

// What is measured is written, read back and written again as the same, with
// every chart well-formed and within its frame.
func TestWrite(t *testing.T) {
	r := measured(t)
	dir := t.TempDir()
	require.NoError(t, r.Write(dir))
	again, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, r.files(), again.files())

	charts := r.charts()
	assert.NotEmpty(t, charts["peers"])
	assert.NotEmpty(t, charts["voxels"])
	for name, svg := range charts {
		checkChart(t, name, svg)
		assert.Contains(t, r.files()[textFile], "(charts/"+name+".svg)")
	}
	assert.NotRegexp(t, "NaN|Inf|%!", r.files()[textFile])

	assert.Equal(t, r.NoPorts == "", len(r.Ports) > 0, r.NoPorts)
	for _, ports := range r.Ports {
		assert.True(t, 0 < ports.Bound && ports.Bound <= ports.Model && ports.Model < ports.Instructions, "%+v", ports)
		assert.NotEmpty(t, ports.Busiest)
	}

	_, err = Read(t.TempDir())
	require.Error(t, err)
}

// checkChart parses a drawing: its coordinates lie on it, its texts are not
// empty, and it has colours for the dark.
func checkChart(t *testing.T, name, svg string) {
	assert.Contains(t, svg, "prefers-color-scheme:dark", name)
	assert.NotRegexp(t, "NaN|Inf|%!", svg, name)
	var size [2]float64
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err, name)
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range element.Attr {
			switch a.Name.Local {
			case "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy":
				v, err := strconv.ParseFloat(a.Value, 64)
				require.NoError(t, err, "%s: %s", name, a.Value)
				axis := 0
				if strings.Contains(a.Name.Local, "y") || a.Name.Local == "height" {
					axis = 1
				}
				if element.Name.Local == "svg" {
					size[axis] = v
				}
				assert.GreaterOrEqual(t, v, 0., "%s: %v", name, element)
				assert.LessOrEqual(t, v, size[axis], "%s: %v", name, element)
			}
		}
	}
	assert.Positive(t, size[0])
}

// Every number in the tables of speeds and ratios is made of the measurements:
// on a machine of half the pace all speeds are halved, and no ratio changes.
func TestNumbersAreMeasured(t *testing.T) {
	fast, slow := &Results{Comparison: comparison(1)}, &Results{Comparison: comparison(2)}
	section := func(r *Results, name string) string {
		_, text, found := strings.Cut(r.markdown(nil), "## "+name+"\n")
		require.True(t, found)
		text, _, _ = strings.Cut(text, "\n## ")
		return text
	}
	assert.Equal(t, section(fast, "Ratios"), section(slow, "Ratios"))
	number := regexp.MustCompile(`[0-9.e+-]+`)
	before, after := strings.Split(section(fast, "Speeds"), "\n"), strings.Split(section(slow, "Speeds"), "\n")
	require.Len(t, after, len(before))
	speeds := 0
	for i, line := range before {
		cells, others := strings.Split(line, "|"), strings.Split(after[i], "|")
		if len(cells) < 5 || strings.Contains(line, "threads") || strings.Contains(line, "---") {
			continue
		}
		for k := 4; k < len(cells); k++ {
			for n, text := range number.FindAllString(cells[k], -1) {
				was, err := strconv.ParseFloat(text, 64)
				if err != nil {
					continue // a dash
				}
				is, err := strconv.ParseFloat(number.FindAllString(others[k], -1)[n], 64)
				require.NoError(t, err)
				assert.InEpsilon(t, was/2, is, .02, "%s", line)
				speeds++
			}
		}
	}
	assert.Equal(t, 3*len(fast.Comparison.Timings), speeds, "median, slowest and fastest of each")
}

// The verdicts are those of the targets.
func TestVerdicts(t *testing.T) {
	r := &Results{Comparison: comparison(1)}
	text := r.markdown(nil)
	hold, missed := 0, 0
	for _, target := range r.Comparison.Targets() {
		if target.Holds() {
			hold++
		} else {
			missed++
		}
	}
	require.Positive(t, hold)
	require.Positive(t, missed)
	ratios, rest, _ := strings.Cut(text, "## Speeds")
	assert.Equal(t, hold, strings.Count(ratios, "| holds |"))
	assert.Equal(t, missed, strings.Count(ratios, "| **missed** |"))
	assert.Contains(t, ratios, fmt.Sprintf("%d of %d hold", hold, hold+missed))
	assert.Contains(t, rest, "| voxfold avx2 | 1.0 |")
}

// Without Python, without compilers, without a system that tells of memory and
// without kernels in assembly there is a page still.
func TestLittle(t *testing.T) {
	c := comparison(1)
	var own []bench.Timing
	for _, timing := range c.Timings {
		if timing.Extra = -1; timing.Peer == c.Reference {
			own = append(own, timing)
		}
	}
	c.Timings, c.Missing["pytorch"] = own, "no python3 here has torch"
	r := &Results{Comparison: c, Voxels: []bench.Result{{Case: bench.Case{Pass: "step", Gamma: .5, Classes: 1, Voxels: 1024}, VoxelsPerSecond: 1e9, ShareOfRead: .5, Extra: -1}}}
	text := r.files()[textFile]
	assert.Contains(t, text, "no python3 here has torch")
	assert.NotRegexp(t, "NaN|Inf|%!", text)
	for name, svg := range r.charts() {
		checkChart(t, name, svg)
	}
}

// A kernel is limited by memory where it is nearly as fast, by arithmetic
// where memory makes no difference to it.
func TestLimit(t *testing.T) {
	of := func(speed, share float64) *bench.Result {
		return &bench.Result{VoxelsPerSecond: speed, ShareOfRead: share}
	}
	assert.Equal(t, "memory", limit(of(9, .9), of(2, .95)))
	assert.Equal(t, "arithmetic", limit(of(1.1, .2), of(1, .3)))
	assert.Equal(t, "both", limit(of(3, .5), of(2, .6)))
}

// Positions are moved no more than need be, and keep their order.
func TestApart(t *testing.T) {
	assert.Equal(t, []float64{10, 50}, apart([]float64{10, 50}, 16))
	moved := apart([]float64{30, 20, 28}, 10)
	assert.Less(t, moved[1]+9.9, moved[2])
	assert.Less(t, moved[2]+9.9, moved[0])
}

func TestPowers(t *testing.T) {
	assert.Equal(t, []float64{1, 10, 100}, powers(10, []float64{2, 60}))
	assert.Equal(t, []float64{1, 10}, powers(10, []float64{1, 10}))
	assert.Equal(t, []float64{1, 2}, powers(2, []float64{1}))
	assert.InDelta(t, 5, axis{1, 100, 0, 10}.at(10), 1e-9)
	assert.False(t, math.IsNaN(axis{1, 2, 0, 10}.at(1)))
}
