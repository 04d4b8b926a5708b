package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultIsValid(t *testing.T) {
	c, err := Load("", nil, nil)
	require.NoError(t, err)
	require.Equal(t, Default(), c)
}
