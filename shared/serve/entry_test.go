package serve_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/config"
	"cool.example/sync/shared/serve"
)

func answering(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

func TestEntryTriesAgainUntilTheFunctionStarts(t *testing.T) {
	t.Parallel()
	tries := 0
	entry := serve.Entry(func(context.Context, config.Lookup) (http.Handler, error) {
		if tries++; tries < 3 {
			return nil, errors.New("entry-refused by 10.0.0.7")
		}
		return answering(http.StatusTeapot), nil
	})
	for range 2 {
		w := ask(t, entry, "")
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.NotContains(t, w.Body.String(), "10.0.0.7")
	}
	require.Len(t, said(t, "entry-refused"), 2)
	for range 2 {
		require.Equal(t, http.StatusTeapot, ask(t, entry, "").Code)
	}
	require.Equal(t, 3, tries)
}

func TestEntryOpensOnce(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	entry := serve.Entry(func(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
		opened.Add(1)
		_, found := lookup("PATH")
		if !found || ctx.Done() != nil {
			return nil, errors.New("no environment, or a context that ends with the request")
		}
		return answering(http.StatusTeapot), nil
	})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if ask(t, entry, "").Code != http.StatusTeapot {
				t.Error("a request met no function")
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 1, opened.Load())
}
