package loss

import (
	"fmt"
	"slices"
	"strings"
)

// Parse makes the loss that a text such as "dice" or
// "focal:gamma=1.5,alpha=.25" names, with the defaults of the table for what
// it does not say. A list is written 1/2/3.
func Parse(spec string) (Loss, error) {
	name, rest, some := strings.Cut(spec, ":")
	var params []Param
	if some {
		for text := range strings.SplitSeq(rest, ",") {
			key, value, ok := strings.Cut(text, "=")
			if !ok {
				return nil, fmt.Errorf("loss %s: %q is not of the form key=value", name, text)
			}
			params = append(params, Param{Name: key, Value: value})
		}
	}
	return New(name, params...)
}

// MustParse is [Parse] for a text that is known to be right; it panics where
// Parse returns an error.
func MustParse(spec string) Loss {
	l, err := Parse(spec)
	if err != nil {
		panic(err.Error())
	}
	return l
}

// New makes the loss of that name or alias, with the defaults of the table
// for the parameters that are not given.
func New(name string, params ...Param) (Loss, error) {
	entry, ok := find(name)
	if !ok {
		return nil, fmt.Errorf("no loss is called %q; there are %s", name, strings.Join(names(), ", "))
	}
	v := values{}
	for _, p := range entry.Params {
		v[p.Name] = p.Default
	}
	given := map[string]bool{}
	for _, p := range params {
		i := slices.IndexFunc(entry.Params, func(known Parameter) bool { return known.Name == p.Name })
		if i < 0 {
			return nil, fmt.Errorf("loss %s has no parameter %q; it has %s",
				entry.Name, p.Name, strings.Join(entry.paramNames(), ", "))
		}
		if given[p.Name] {
			return nil, fmt.Errorf("loss %s: %s is given twice", entry.Name, p.Name)
		}
		given[p.Name] = true
		if v[p.Name], ok = entry.Params[i].domain.accept(p.Value); !ok {
			return nil, fmt.Errorf("loss %s: %s is not allowed, want %s", entry.Name, p, entry.Params[i].Range())
		}
	}
	if entry.settle != nil {
		if err := entry.settle(v, given); err != nil {
			return nil, fmt.Errorf("loss %s: %w", entry.Name, err)
		}
	}
	l := &tableLoss{name: entry.Name}
	for _, p := range entry.Params {
		if v[p.Name] != nil {
			l.params = append(l.params, Param{Name: p.Name, Value: v[p.Name]})
		}
	}
	for _, t := range entry.terms(v) {
		if t.factor != 0 { // what counts nothing is not asked of the pass
			l.terms = append(l.terms, t)
		}
	}
	return l, nil
}

func find(name string) (Entry, bool) {
	i := slices.IndexFunc(table, func(e Entry) bool { return e.Name == name || slices.Contains(e.Aliases, name) })
	if i < 0 {
		return Entry{}, false
	}
	return table[i], true
}

func names() []string {
	var all []string
	for _, e := range table {
		all = append(append(all, e.Name), e.Aliases...)
	}
	return all
}

func (e Entry) paramNames() []string {
	var all []string
	for _, p := range e.Params {
		all = append(all, p.Name)
	}
	return all
}
