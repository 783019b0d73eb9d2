package volume

import "strings"

// A format is recognised by bytes near the beginning of a (decompressed) file.
type format struct {
	name   string
	offset int
	magic  string
	parse  func(*header, *File) error // fills in all but Path and Format
}

// formats is the list of what Open knows.
var formats = []format{
	{"NIfTI-1", 344, "n+1\x00", parseNIfTI1},
	{"NIfTI-1 pair", 344, "ni1\x00", parseNIfTI1},
	{"NIfTI-2", 4, "n+2\x00", parseNIfTI2},
	{"NIfTI-2 pair", 4, "ni2\x00", parseNIfTI2},
	{"NRRD", 0, "NRRD", parseNRRD},
	{"NumPy", 0, "\x93NUMPY", parseNPY},
}

// strangers are formats that people try, with what to do about them.
var strangers = []struct {
	name   string
	offset int
	magic  string
	advice string
}{
	{"a zip archive", 0, "PK\x03\x04", "if it is a .npz, take the array out of it with numpy.save"},
	{"HDF5", 0, "\x89HDF\r\n\x1a\n", "write the data set with numpy.save"},
	{"DICOM", 128, "DICM", "convert the series to NIfTI, for example with dcm2niix"},
	{"MetaImage", 0, "ObjectType", "convert it to NIfTI or NRRD"},
	{"a pickle", 0, "\x80\x04", "write the array with numpy.save"},
}

// sniffed is how many bytes tell all formats apart.
const sniffed = 348

// matches tells whether head has magic at offset.
func matches(head []byte, offset int, magic string) bool {
	return len(head) >= offset && strings.HasPrefix(string(head[offset:]), magic)
}
