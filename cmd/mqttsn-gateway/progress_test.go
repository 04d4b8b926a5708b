package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	p := &progress{to: &out, now: func() time.Time { return now }, next: now.Add(progressEvery)}
	w := p.writer(io.Discard)
	write := func() {
		_, err := io.WriteString(w, "a\nb\n")
		require.NoError(t, err)
	}
	write()
	require.Empty(t, out.String(), "what is quick needs none")
	now = now.Add(progressEvery)
	write()
	write()
	require.Equal(t, "\r4 records", out.String())
	now = now.Add(progressEvery)
	_, err := io.ReadAll(p.reader(strings.NewReader("c\n")))
	require.NoError(t, err)
	p.end()
	require.Equal(t, "\r4 records\r7 records\r\x1b[K", out.String())

	quiet := newProgress(&out)
	quiet.passed([]byte("\n"))
	quiet.end()
	require.Nil(t, quiet.to, "no terminal")
}
