package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/volume"
)

// Every voxfold command of the README runs, on files of the names that it
// uses. (Files are recognised by content: none of them has to be compressed.)
func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)

	phantom := volume.NewPhantom([3]int{12, 10, 8}, 1)
	n := int(phantom.Geometry().Voxels())
	labels, probabilities, logits := make([]uint8, n), make([]float32, n), make([]float32, n)
	phantom.Labels(labels, 0)
	phantom.Probabilities(probabilities, 0, 0)
	phantom.Logits(logits, 0, 0)
	dir := t.TempDir()
	for name, from := range map[string]string{
		"ref.nii.gz":        nifti(t, labels, 0, 12, 10, 8),
		"pred.nii.gz":       nifti(t, labels, 0, 12, 10, 8),
		"probabilities.npy": npy(t, probabilities, 8, 10, 12),
		"logits.npy":        npy(t, logits, 8, 10, 12),
	} {
		require.NoError(t, os.Rename(from, filepath.Join(dir, name)))
	}
	t.Chdir(dir)

	commands := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for line := range strings.SplitSeq(block[1], "\n") {
			line, _, _ = strings.Cut(line, "#")
			if args := strings.Fields(line); len(args) > 1 && args[0] == "voxfold" {
				mustRun(t, args[1:]...)
				commands++
			}
		}
	}
	require.GreaterOrEqual(t, commands, 5)
}
