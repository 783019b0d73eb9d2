//go:build race

package reduce

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRacesAreSeen: the race detector sees that the kernels read halves that
// another goroutine writes. The race is in a process of its own.
func TestRacesAreSeen(t *testing.T) {
	for _, of := range []string{"fold, 1 channel", "fold, 2 channels", "pull, 1 channel", "pull, 2 channels"} {
		t.Run(of, func(t *testing.T) {
			racing := exec.Command(os.Args[0], "-test.run=^TestRacing$")
			racing.Env = append(os.Environ(), "VOXFOLD_TEST_RACE="+of)
			out, err := racing.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "DATA RACE")
		})
	}
}

func TestRacing(t *testing.T) {
	of := os.Getenv("VOXFOLD_TEST_RACE")
	if of == "" {
		t.Skip("a race for TestRacesAreSeen")
	}
	o := Options{Channels: 1, Activation: Sigmoid, CE: true, Workers: 1}
	if of[6] == '2' {
		o.Channels, o.Activation = 2, Softmax
	}
	halves := make([][]uint16, o.Channels)
	for k := range halves {
		halves[k] = make([]uint16, BlockSize)
	}
	c := Chunk{Prediction: Float16(halves...), Target: LabelsUint8(make([]uint8, BlockSize))}
	r, b, gradient := must(New(o)), must(NewBackward(o)), planesOf(o.Channels, BlockSize)
	written := make(chan struct{})
	go func() {
		for i := range halves[0] {
			halves[0][i] = 0x3c00
		}
		close(written)
	}()
	if of[:4] == "fold" {
		_ = r.Fold(0, c)
	} else {
		_ = b.Pull(0, c, gradient...)
	}
	<-written
}
