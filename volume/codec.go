package volume

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A codec is a compression that a file, or the data in it, may be under.
type codec struct {
	name  string
	magic string
	open  func(io.Reader) (io.ReadCloser, error)

	// ratio is more than the codec can compress anything by. A header that asks
	// for more than the file can hold is found out before anything is read.
	ratio int64

	// planes is how many planes of one file may be read. Each has a decoder of
	// its own that decodes the whole way to its plane, so that time grows with
	// their square and memory with their number.
	planes int64
}

var gzipCodec = codec{
	name:   "gzip",
	magic:  "\x1f\x8b\x08",
	open:   func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	ratio:  1032,
	planes: 64,
}

var zstdCodec = codec{
	name:  "zstd",
	magic: "\x28\xb5\x2f\xfd",
	open: func(r io.Reader) (io.ReadCloser, error) {
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8<<20)) // what every decoder has to take; a plane may cost this much memory
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	},
	ratio:  1 << 16,
	planes: 8,
}

var codecs = []*codec{&gzipCodec, &zstdCodec}

// A source is where bytes come from: a file, or what a part of it decodes to.
type source struct {
	path  string
	size  int64  // of the file
	start int64  // byte of the file where the bytes begin
	codec *codec // nil: the bytes themselves
}

// newSource returns the source of a file's bytes as they are.
func newSource(path string) (source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return source{}, err
	}
	if !info.Mode().IsRegular() {
		return source{}, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file: each plane needs to find its own place in it")}
	}
	return source{path: path, size: info.Size()}, nil
}

// decoded returns the source of what a file's bytes decode to, if it begins
// like one of the codecs.
func (s source) decoded() (source, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return s, err
	}
	for _, c := range codecs {
		if strings.HasPrefix(string(head[:n]), c.magic) {
			s.codec = c
		}
	}
	return s, nil
}

// A stream reads a source from a place that only moves forward.
type stream struct {
	file     *os.File
	decoder  io.ReadCloser // nil: file itself
	position int64         // bytes since the source's start
	start    int64
}

func (s source) open() (*stream, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	st := &stream{file: f, start: s.start}
	if s.codec != nil {
		in := bufio.NewReaderSize(io.NewSectionReader(f, s.start, s.size-s.start), 32<<10)
		if st.decoder, err = s.codec.open(in); err != nil {
			f.Close()
			return nil, fmt.Errorf("%s data: %w", s.codec.name, noEOF(err))
		}
	}
	return st, nil
}

func (s *stream) Read(b []byte) (n int, err error) {
	if s.decoder != nil {
		n, err = s.decoder.Read(b)
	} else {
		n, err = s.file.ReadAt(b, s.start+s.position)
	}
	s.position += int64(n)
	return n, err
}

// skipTo moves on to a byte. A decoder has to decode the way there, into
// scratch.
func (s *stream) skipTo(position int64, scratch []byte) error {
	if s.decoder == nil {
		s.position = position
		return nil
	}
	for s.position < position {
		n := min(int64(len(scratch)), position-s.position)
		if _, err := io.ReadFull(s, scratch[:n]); err != nil {
			return noEOF(err)
		}
	}
	return nil
}

func (s *stream) Close() error {
	if s.decoder != nil {
		s.decoder.Close()
	}
	return s.file.Close()
}

// noEOF makes the end of a file an error where there should have been more.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
