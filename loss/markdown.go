package loss

import "strings"

// Markdown returns the table of losses as Markdown, for documentation that
// has to show it.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| loss | value | parameters and defaults | source |\n|---|---|---|---|\n")
	for _, e := range table {
		cells := []string{
			"`" + strings.Join(append([]string{e.Name}, e.Aliases...), "`, `") + "`",
			e.Formula,
			strings.Join(e.defaults(), ", "),
			e.Source,
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return b.String()
}

func (e Entry) defaults() []string {
	var all []string
	for _, p := range e.Params {
		value := "off"
		if p.Default != nil {
			value = valueText(p.Default)
		}
		all = append(all, p.Name+" "+value)
	}
	return all
}
