package voxfold_test

import (
	"os"
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
