package volume

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// nrrdHeaderLimit bounds a header: it may carry any number of key/value pairs.
const nrrdHeaderLimit = 16 << 20

var nrrdTypes = nrrdTypeNames(map[Type]string{
	Int8:    "signed char, int8, int8_t",
	Uint8:   "uchar, unsigned char, uint8, uint8_t",
	Int16:   "short, short int, signed short, signed short int, int16, int16_t",
	Uint16:  "ushort, unsigned short, unsigned short int, uint16, uint16_t",
	Int32:   "int, signed int, int32, int32_t",
	Uint32:  "uint, unsigned int, uint32, uint32_t",
	Int64:   "longlong, long long, long long int, signed long long, signed long long int, int64, int64_t",
	Uint64:  "ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t",
	Float32: "float",
	Float64: "double",
})

func nrrdTypeNames(names map[Type]string) map[string]Type {
	types := map[string]Type{}
	for t, list := range names {
		for name := range strings.SplitSeq(list, ", ") {
			types[name] = t
		}
	}
	return types
}

// nrrdSpaces are the spaces that are fixed to the patient, with the signs that
// turn them into RAS+. In others a direction says nothing that could be
// compared.
var nrrdSpaces = map[string][3]float64{
	"right-anterior-superior": {1, 1, 1}, "ras": {1, 1, 1},
	"left-anterior-superior": {-1, 1, 1}, "las": {-1, 1, 1},
	"left-posterior-superior": {-1, -1, 1}, "lps": {-1, -1, 1},
}

// parseNRRD reads "field: value" lines up to an empty one, or, where the data
// are in another file, up to the end.
func parseNRRD(h *header, f *File) error {
	fields := map[string]string{}
	read := int64(0)
	for first := true; ; first = false {
		line, err := readLine(h.Reader)
		read += int64(len(line))
		if read > nrrdHeaderLimit {
			return fmt.Errorf("has no end within %d bytes", nrrdHeaderLimit)
		}
		if err != nil && err != io.EOF {
			return err
		}
		atEnd := err == io.EOF
		text := strings.TrimRight(string(line), "\r\n")
		if atEnd && text == "" || !first && text == "" {
			break
		}
		if !first && text[0] != '#' {
			name, value, ok := strings.Cut(text, ":")
			if !ok {
				return fmt.Errorf("line %.40q is no \"field: value\"", text)
			}
			if !strings.HasPrefix(value, "=") { // name:=value is a remark
				fields[strings.ReplaceAll(strings.ToLower(name), " ", "")] = strings.TrimSpace(value)
			}
		}
		if atEnd {
			break
		}
	}

	n := nrrdHeader{fields}
	t, ok := nrrdTypes[strings.ToLower(fields["type"])]
	if !ok {
		return fmt.Errorf("type %q: want an integer, float or double", fields["type"])
	}
	f.Type = t
	switch endian := strings.ToLower(fields["endian"]); {
	case endian == "big":
		f.bigEndian = true
	case endian != "little" && t.Size() > 1:
		return fmt.Errorf("endian %q: want little or big", endian)
	}

	sizes, err := n.sizes()
	if err != nil {
		return err
	}
	letters, err := n.letters(sizes)
	if err != nil {
		return err
	}
	axes := make([]axis, len(sizes))
	for i := range sizes { // NRRD lists the fastest axis first
		axes[len(sizes)-1-i] = axis{letters[i], sizes[i]}
	}
	if err := f.setAxes(axes); err != nil {
		return err
	}
	if err := n.geometry(&f.Geometry, letters); err != nil {
		return err
	}
	return n.setData(h, f, read)
}

// readLine is ReadBytes('\n') with a bound.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull || len(line) > nrrdHeaderLimit {
			return line, err
		}
	}
}

// A nrrdHeader holds fields by their names in lower case and without spaces,
// since a name may be written with or without.
type nrrdHeader struct{ fields map[string]string }

func (n nrrdHeader) sizes() ([]int64, error) {
	words := strings.Fields(n.fields["sizes"])
	if dimension, err := strconv.Atoi(n.fields["dimension"]); err != nil || dimension != len(words) || dimension < 1 {
		return nil, fmt.Errorf("dimension is %.40q, but there are %d sizes", n.fields["dimension"], len(words))
	}
	sizes := make([]int64, len(words))
	for i, word := range words {
		var err error
		if sizes[i], err = strconv.ParseInt(word, 10, 64); err != nil {
			return nil, fmt.Errorf("size %.40q of axis %d is no length", word, i)
		}
	}
	return sizes, nil
}

// letters names the axes, fastest first: at most three are x, y, z, and one may
// be c. Which one it is, the header says by a direction "none" or by a kind
// that is neither "domain" nor "space"; where it does not say, it is the last.
func (n nrrdHeader) letters(sizes []int64) ([]byte, error) {
	channel := -1
	mark := func(i int) error {
		if channel >= 0 && channel != i {
			return fmt.Errorf("axes %d and %d are both not spatial: only one can be the channels", channel, i)
		}
		channel = i
		return nil
	}
	for _, field := range []string{"spacedirections", "kinds"} {
		list, ok := n.fields[field]
		if !ok {
			continue
		}
		words := strings.Fields(list)
		if field == "spacedirections" {
			words = nrrdVectors(list)
		}
		if len(words) != len(sizes) {
			return nil, fmt.Errorf("%s has %d entries for %d axes", field, len(words), len(sizes))
		}
		for i, word := range words {
			switch strings.ToLower(word) {
			case "domain", "space", "???":
			case "none":
				if field == "kinds" {
					continue // none known
				}
				fallthrough
			default:
				if word[0] == '(' {
					continue
				}
				if err := mark(i); err != nil {
					return nil, err
				}
			}
		}
	}
	if channel < 0 && len(sizes) == 4 {
		channel = 3
	}
	letters := make([]byte, len(sizes))
	space := "xyz"
	for i := range letters {
		if i == channel {
			letters[i] = 'c'
			continue
		}
		if space == "" {
			return nil, fmt.Errorf("%d axes, want at most three and one for channels", len(sizes))
		}
		letters[i], space = space[0], space[1:]
	}
	return letters, nil
}

// nrrdVectors splits "(1, 0,0) none (0,1,0)" at the spaces outside brackets.
func nrrdVectors(s string) []string {
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		end := strings.IndexAny(s, " \t") + 1
		if s[0] == '(' {
			end = strings.IndexByte(s, ')') + 1
		}
		if end == 0 {
			end = len(s)
		}
		words = append(words, strings.TrimSpace(s[:end]))
		s = s[end:]
	}
	return words
}

// nrrdVector reads "(1,2,3)".
func nrrdVector(s string) (v [3]float64, err error) {
	inner, ok := strings.CutPrefix(s, "(")
	inner, ok2 := strings.CutSuffix(inner, ")")
	words := strings.Split(inner, ",")
	if !ok || !ok2 || len(words) != 3 {
		return v, fmt.Errorf("%.60q is no vector of three numbers", s)
	}
	for i := range v {
		if v[i], err = strconv.ParseFloat(strings.TrimSpace(words[i]), 64); err != nil {
			return v, fmt.Errorf("%.60q is no vector of three numbers", s)
		}
	}
	return v, nil
}

// geometry sets g by space, space directions and space origin, where all of
// them are there for three axes; otherwise by spacings, and g is not Known.
func (n nrrdHeader) geometry(g *Geometry, letters []byte) error {
	signs, ok := nrrdSpaces[strings.ToLower(n.fields["space"])]
	directions := nrrdVectors(n.fields["spacedirections"])
	if ok && len(directions) > 0 && strings.Contains(string(letters), "z") {
		var m [3][3]float64
		for i, letter := range letters {
			if letter == 'c' {
				continue
			}
			v, err := nrrdVector(directions[i])
			if err != nil {
				return fmt.Errorf("space directions: %w", err)
			}
			for r := range 3 {
				m[r][letter-'x'] = signs[r]*v[r] + 0 // no −0
			}
		}
		if origin, ok := n.fields["spaceorigin"]; ok {
			v, err := nrrdVector(origin)
			if err != nil {
				return fmt.Errorf("space origin: %w", err)
			}
			for r := range 3 {
				g.Origin[r] = signs[r]*v[r] + 0
			}
		}
		g.Known = true
		return g.setAxes(m)
	}

	if spacings := strings.Fields(n.fields["spacings"]); len(spacings) == len(letters) {
		for i, letter := range letters {
			if letter == 'c' {
				continue
			}
			s, err := strconv.ParseFloat(spacings[i], 64)
			if err != nil {
				return fmt.Errorf("spacing %.40q is no number", spacings[i])
			}
			if s = math.Abs(s); s > 0 { // NaN stands for unknown
				g.Spacing[letter-'x'] = s
			}
		}
	}
	return g.check()
}

// setData finds the data: after the header, which is read bytes long, or in the
// file that it names.
func (n nrrdHeader) setData(h *header, f *File, read int64) error {
	src, lines := h.source, h.Reader
	if name, ok := n.fields["datafile"]; ok {
		if strings.HasPrefix(name, "LIST") || strings.Contains(name, "%") {
			return errors.New("the data are spread over several files: join them, for example with \"unu save\"")
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(src.path), filepath.FromSlash(name))
		}
		var err error
		if src, err = newSource(name); err != nil {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		lines, read = bufio.NewReader(file), 0
	}

	lineSkip, err := n.skip("lineskip")
	if err != nil {
		return err
	}
	for range lineSkip {
		for more := true; more; {
			part, err := lines.ReadSlice('\n')
			if more = err == bufio.ErrBufferFull; err != nil && !more {
				return fmt.Errorf("line skip: %w", noEOF(err))
			}
			read += int64(len(part))
		}
	}
	byteSkip, err := n.skip("byteskip")
	if err != nil {
		return err
	}

	switch encoding := strings.ToLower(n.fields["encoding"]); encoding {
	case "raw":
		if byteSkip < 0 { // the data are the end of the file
			if src.codec != nil {
				return fmt.Errorf("byte skip %d counts from the end of a compressed file: decompress it first", byteSkip)
			}
			return f.setData(src, src.size-f.elements*int64(f.Type.Size()))
		}
		if byteSkip > math.MaxInt64-read {
			return fmt.Errorf("byte skip is %d", byteSkip)
		}
		return f.setData(src, read+byteSkip)
	case "gz", "gzip":
		if src.codec != nil {
			return errors.New("the data are compressed twice: decompress the file first")
		}
		if byteSkip < 0 {
			return fmt.Errorf("byte skip %d needs raw data", byteSkip)
		}
		src.start, src.codec = read, &gzipCodec
		return f.setData(src, byteSkip) // it counts decoded bytes
	default:
		return fmt.Errorf("encoding %q: only raw and gzip are read, convert the file, for example with \"unu save -f nrrd -e gzip\"", encoding)
	}
}

// skip returns a field that is a number of bytes or lines, 0 where it is
// missing. −1 has a meaning for bytes only, and no other negative number has.
func (n nrrdHeader) skip(field string) (int64, error) {
	text, ok := n.fields[field]
	if !ok {
		return 0, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < -1 || v < 0 && field == "lineskip" {
		return 0, fmt.Errorf("%s is %.40q", field, text)
	}
	return v, nil
}
