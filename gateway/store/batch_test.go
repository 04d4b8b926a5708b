package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A batch says the same after Compact, with one op for each key.
func TestBatchCompact(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		var b Batch
		want := map[string]string{} // empty: removed
		for i := range r.IntN(100) {
			key := fmt.Sprint("key", r.IntN(10))
			if r.IntN(3) == 0 {
				b.Delete([]byte(key))
				want[key] = ""
				continue
			}
			want[key] = fmt.Sprint("value", i)
			b.Put([]byte(key), []byte(want[key]))
		}
		b.Compact()
		require.Equal(t, len(want), b.Len(), "seed %d", seed)
		got, puts := map[string]string{}, 0
		for pos := 0; pos < len(b.ops); {
			o, n, err := nextOp(b.ops[pos:])
			require.NoError(t, err)
			got[string(o.key)] = string(o.value)
			if o.kind == opPut {
				puts++
			}
			pos += n
		}
		require.Equal(t, want, got, "seed %d", seed)
		require.Equal(t, puts, b.puts, "seed %d", seed)
	}
}
