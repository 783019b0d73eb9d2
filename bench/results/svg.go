package results

import (
	"fmt"
	"html"
	"strings"
)

// style colours a chart for a light and a dark reader. The surface is part of
// the drawing: a page may show it in the other colours than the reader's.
// Series are told apart by hues that remain distinct to the colour-blind, and
// each bears its name beside it.
const style = `<style>
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.title{font-size:16px;font-weight:600}
.soft{fill:#636c76}
.small{font-size:12px}
.surface{fill:#ffffff}
.grid{stroke:#d8dee4}
.axis{stroke:#8c959f}
circle{stroke:#ffffff}
.mark{stroke:#24292f;stroke-width:2}
.line{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.plain{fill:#afb8c1}.s-plain{stroke:#8c959f}
.c0{fill:#1f6feb}.s-c0{stroke:#1f6feb}
.c1{fill:#bc4c00}.s-c1{stroke:#bc4c00}
.c2{fill:#1a7f64}.s-c2{stroke:#1a7f64}
.c3{fill:#8250df}.s-c3{stroke:#8250df}
.dash{stroke-dasharray:5 4}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.soft{fill:#9198a1}
.surface{fill:#0d1117}
.grid{stroke:#2a313a}
.axis{stroke:#656c76}
circle{stroke:#0d1117}
.mark{stroke:#e6edf3}
.plain{fill:#59636e}.s-plain{stroke:#8b949e}
.c0{fill:#4d93f8}.s-c0{stroke:#4d93f8}
.c1{fill:#f0883e}.s-c1{stroke:#f0883e}
.c2{fill:#3fb68b}.s-c2{stroke:#3fb68b}
.c3{fill:#b18cf5}.s-c3{stroke:#b18cf5}
}
</style>
`

// colours are the classes of series, in order.
var colours = []string{"c0", "c1", "c2", "c3"}

// A canvas is an SVG drawing in the making.
type canvas struct {
	width, height float64
	body          strings.Builder
}

func (c *canvas) add(format string, args ...any) {
	fmt.Fprintf(&c.body, format+"\n", args...)
}

// num writes a coordinate.
func num(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

// text writes s with its base line at y; anchor is start, middle or end.
func (c *canvas) text(x, y float64, anchor, class, s string) {
	if class != "" {
		class = fmt.Sprintf(` class="%s"`, class)
	}
	c.add(`<text x="%s" y="%s" text-anchor="%s"%s>%s</text>`, num(x), num(y), anchor, class, html.EscapeString(s))
}

func (c *canvas) rect(x, y, width, height float64, class string) {
	c.add(`<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`, num(x), num(y), num(width), num(height), class)
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	c.add(`<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`, num(x1), num(y1), num(x2), num(y2), class)
}

func (c *canvas) dot(x, y float64, class string) {
	c.add(`<circle cx="%s" cy="%s" r="4.5" class="%s"/>`, num(x), num(y), class)
}

func (c *canvas) path(xs, ys []float64, class string) {
	var d strings.Builder
	for i := range xs {
		fmt.Fprintf(&d, "%c%s %s", "ML"[min(i, 1)], num(xs[i]), num(ys[i]))
	}
	c.add(`<path d="%s" class="%s"/>`, d.String(), class)
}

// svg returns the drawing, which a reader who cannot see it knows by its title.
func (c *canvas) svg(title string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" role="img">
<title>%s</title>
`, num(c.width), num(c.height), html.EscapeString(title)) +
		style + fmt.Sprintf(`<rect width="%s" height="%s" class="surface"/>`+"\n", num(c.width), num(c.height)) + c.body.String() + "</svg>\n"
}
