package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

const (
	width     = 760.
	margin    = 24.
	headline  = 66. // the height of title and subtitle
	rowHeight = 24.
	letter    = 6.9 // the width of a letter, more or less
)

// head begins a drawing with its title and what the numbers are.
func head(height float64, title, subtitle string) *canvas {
	c := &canvas{width: width, height: height}
	c.text(margin, 30, "start", "title", title)
	c.text(margin, 50, "start", "soft", subtitle)
	return c
}

// bars is a chart of groups of lying bars, each with its number beside it.
type bars struct {
	title, subtitle string
	groups          []barGroup
}

type barGroup struct {
	name string
	bars []bar
}

type bar struct {
	label  string
	value  float64
	text   string // the number, as it is written
	accent bool
}

func (b *bars) svg() string {
	height, left, right, most := headline+margin/2, 0., 0., 0.
	for _, g := range b.groups {
		height += rowHeight * float64(len(g.bars)+1)
		for _, bar := range g.bars {
			left = max(left, textWidth(bar.label))
			right = max(right, textWidth(bar.text))
			most = max(most, bar.value)
		}
	}
	left += margin + 10
	scale := (width - left - right - 8 - margin) / most
	c := head(height, b.title, b.subtitle)
	y := headline
	for _, g := range b.groups {
		c.text(margin, y+16, "start", "soft", g.name)
		y += rowHeight
		for _, bar := range g.bars {
			class := "plain"
			if bar.accent {
				class = "c0"
			}
			c.text(left-10, y+15, "end", "", bar.label)
			c.rect(left, y+3, max(1, bar.value*scale), rowHeight-6, class)
			c.text(left+max(1, bar.value*scale)+8, y+15, "start", "", bar.text)
			y += rowHeight
		}
	}
	return c.svg(b.title)
}

func textWidth(s string) float64 { return letter * float64(utf8.RuneCountInString(s)) }

// axis maps numbers to coordinates along a scale of even ratios.
type axis struct{ from, to, start, end float64 }

func (a axis) at(x float64) float64 {
	return a.start + (a.end-a.start)*math.Log(x/a.from)/math.Log(a.to/a.from)
}

// powers returns the powers of base from the greatest that is at most the
// least number to the least that is at least the greatest.
func powers(base float64, numbers []float64) (all []float64) {
	const slack = 1e-9
	log := func(x float64) float64 { return math.Log(x) / math.Log(base) }
	from, to := math.Floor(log(slices.Min(numbers))+slack), math.Ceil(log(slices.Max(numbers))-slack)
	for e := from; e <= max(to, from+1); e++ {
		all = append(all, math.Pow(base, e))
	}
	return all
}

// lines is a chart of series, each a line with its name at its end, along two
// axes of even ratios.
type lines struct {
	title, subtitle string
	xName           string
	xBase, yBase    float64 // of the powers that bear a number
	xText, yText    func(float64) string
	series          []series
}

type series struct {
	name   string
	x, y   []float64
	aside  bool // for comparison
	dashed bool // a line to measure the others by
}

func (l *lines) svg() string {
	const height, top, bottom = 400., headline + 8, 400 - 50.
	l.series = slices.DeleteFunc(l.series, func(s series) bool { return len(s.x) == 0 })
	var xs, ys []float64
	right := 0.
	for _, s := range l.series {
		xs, ys = append(xs, s.x...), append(ys, s.y...)
		right = max(right, textWidth(s.name))
	}
	xTicks, yTicks := powers(l.xBase, xs), powers(l.yBase, ys)
	left := margin
	for _, y := range yTicks {
		left = max(left, margin+10+textWidth(l.yText(y)))
	}
	x := axis{slices.Min(xs), max(slices.Max(xs), slices.Min(xs)*l.xBase), left + 8, width - right - margin - 14}
	y := axis{yTicks[0], yTicks[len(yTicks)-1], bottom, top}

	c := head(height, l.title, l.subtitle)
	for _, t := range yTicks {
		c.line(left, y.at(t), x.end+8, y.at(t), "grid")
		c.text(left-8, y.at(t)+4, "end", "soft small", l.yText(t))
	}
	c.line(left, bottom, x.end+8, bottom, "axis")
	for i, t := range xTicks {
		step := 1 + (len(xTicks)-1)/12 // no more numbers than there is room for
		if at := x.at(t); at >= x.start-1 && at <= x.end+1 && i%step == 0 {
			c.line(at, bottom, at, bottom+5, "axis")
			c.text(at, bottom+20, "middle", "soft small", l.xText(t))
		}
	}
	c.text((left+x.end)/2, height-12, "middle", "soft small", l.xName)

	ends := make([]float64, len(l.series)) // of the lines
	next := 0
	for i, s := range l.series {
		class := colours[next%len(colours)]
		if s.aside || s.dashed {
			class = "plain"
		} else {
			next++
		}
		px, py := make([]float64, len(s.x)), make([]float64, len(s.y))
		for k := range s.x {
			px[k], py[k] = x.at(s.x[k]), y.at(s.y[k])
		}
		line := "line s-" + class
		if s.dashed {
			line += " dash"
		}
		c.path(px, py, line)
		for k := range px {
			if !s.dashed {
				c.dot(px[k], py[k], class)
			}
		}
		ends[i] = py[len(py)-1]
	}
	for i, at := range apart(ends, 16) {
		s := l.series[i]
		c.text(x.at(s.x[len(s.x)-1])+12, at+4, "start", "", s.name)
	}
	return c.svg(l.title)
}

// apart moves positions, as little as need be, until any two are gap apart or
// more, but for what no reader sees.
func apart(at []float64, gap float64) []float64 {
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(at[i], at[j]) })
	moved := slices.Clone(at)
	for range 100 {
		for k := 1; k < len(order); k++ {
			upper, lower := &moved[order[k-1]], &moved[order[k]]
			if short := gap - (*lower - *upper); short > 0 {
				*upper -= short / 2
				*lower += short / 2
			}
		}
	}
	return moved
}

// dots is a chart of rows, each with a dot for every one who has a number in
// it, and a mark where one is wanted, along an axis of even ratios.
type dots struct {
	title, subtitle string
	names           []string // of the dots, in the order of their colours
	rows            []dotRow
}

type dotRow struct {
	label  string
	values []float64 // by name; 0: none
	mark   float64   // 0: none
}

func (d *dots) svg() string {
	var all []float64
	left := 0.
	for _, r := range d.rows {
		left = max(left, textWidth(r.label))
		for _, v := range append(slices.Clone(r.values), r.mark) {
			if v > 0 {
				all = append(all, v)
			}
		}
	}
	left += margin + 14
	const legend = 26.
	top := headline + legend
	bottom := top + rowHeight*float64(len(d.rows))
	ticks := powers(10, all)
	x := axis{ticks[0], ticks[len(ticks)-1], left, width - margin - 14}

	c := head(bottom+34, d.title, d.subtitle)
	at := margin + 5
	for i, name := range d.names {
		c.dot(at, headline+6, d.class(i))
		c.text(at+10, headline+10.5, "start", "small", name)
		at += textWidth(name) + 30
	}
	for i, t := range ticks {
		c.line(x.at(t), top, x.at(t), bottom, "grid")
		c.text(x.at(t), bottom+18, "middle", "soft small", times(t))
		for k := 2.; k < 10 && i < len(ticks)-1; k++ {
			c.line(x.at(k*t), bottom, x.at(k*t), bottom-4, "grid")
		}
	}
	for i, r := range d.rows {
		y := top + rowHeight*(float64(i)+.5)
		c.text(left-14, y+4.5, "end", "", r.label)
		if i > 0 {
			c.line(left, y-rowHeight/2, x.end, y-rowHeight/2, "grid")
		}
		if r.mark > 0 {
			c.line(x.at(r.mark), y-8, x.at(r.mark), y+8, "mark")
		}
		for k, v := range r.values {
			if v > 0 {
				c.dot(x.at(v), y, d.class(k))
			}
		}
	}
	return c.svg(d.title)
}

func (d *dots) class(i int) string {
	if i < len(colours) {
		return colours[i]
	}
	return "plain"
}

func times(x float64) string { return significant(x) + " ×" }

// withUnit writes a power of two with its unit.
func withUnit(x float64) string {
	units := []string{"", "Ki", "Mi", "Gi", "Ti"}
	for x >= 1024 && len(units) > 1 {
		x, units = x/1024, units[1:]
	}
	return fmt.Sprintf("%.3g %s", x, units[0])
}
