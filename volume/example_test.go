package volume_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/voxfold/voxfold/volume"
)

// A volume is written channel by channel and read back in chunks.
func ExampleOpen() {
	dir, _ := os.MkdirTemp("", "voxfold")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "prediction.npy")

	phantom := volume.NewPhantom([3]int{32, 32, 20}, 4)
	w, err := volume.CreateNPY(path, volume.Float32, 4, 20, 32, 32) // (channel, z, y, x)
	if err != nil {
		panic(err)
	}
	values := make([]float32, 32*32*20)
	for channel := range 4 {
		phantom.Probabilities(values, channel, 0)
		if err := w.WriteAt(values, int64(channel*len(values))); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}

	f, err := volume.Open(path, volume.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Format, f.Type, f.Geometry.Shape, f.Channels, "channels")
	p, err := f.Plane(0, 2)
	if err != nil {
		panic(err)
	}
	defer p.Close()
	chunk, sum := make([]float32, 1000), 0.0
	for {
		n, err := p.Float32(chunk)
		for _, v := range chunk[:n] {
			sum += float64(v)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
	}
	fmt.Printf("the body has about %.0f voxels\n", sum)
	// Output:
	// NumPy float32 [32 32 20] 4 channels
	// the body has about 6160 voxels
}

func ExamplePhantom() {
	phantom := volume.NewPhantom([3]int{100, 100, 100}, 1)
	labels := make([]uint8, 100*100) // a slice at a time
	lesion := 0
	for z := range 100 {
		phantom.Labels(labels, int64(z)*100*100)
		for _, l := range labels {
			lesion += int(l)
		}
	}
	fmt.Printf("%.2f %% of the voxels are lesion\n", float64(lesion)/1e4)
	// Output: 0.20 % of the voxels are lesion
}
