package voxfold_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/voxfold/voxfold/loss"
)

func readme(t *testing.T) string {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

// Every Go snippet of the README is a part of an Example, which is run.
func TestReadmeSnippets(t *testing.T) {
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	code := unindented(string(examples))
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	require.NotEmpty(t, snippets)
	for _, s := range snippets {
		assert.Contains(t, code, unindented(s[1]), "a snippet that no Example runs")
	}
}

// unindented takes the white space at the start of lines away.
func unindented(s string) string {
	return regexp.MustCompile(`(?m)^[\t ]+`).ReplaceAllString(s, "")
}

// The README's table of losses is the one of package loss.
func TestReadmeLosses(t *testing.T) {
	_, rest, found := strings.Cut(readme(t), "held to it by a test -->\n")
	require.True(t, found)
	table, _, found := strings.Cut(rest, "<!-- /losses -->")
	require.True(t, found)
	assert.Equal(t, strings.TrimSpace(loss.Markdown()), strings.TrimSpace(table))
}

// The README names every fuzz target that there is, and no other.
func TestReadmeFuzzTargets(t *testing.T) {
	target := regexp.MustCompile(`\bFuzz[A-Z]\w*`)
	targets := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, line := range regexp.MustCompile(`(?m)^func Fuzz\w+\(f `).FindAllString(string(text), -1) {
			targets[target.FindString(line)] = true
		}
		return err
	})
	require.NoError(t, err)
	named := map[string]bool{}
	for _, name := range target.FindAllString(readme(t), -1) {
		named[name] = true
	}
	assert.Equal(t, targets, named)
}
