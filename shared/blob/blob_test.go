package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
)

// chunk is more than the client sends at once, so that an upload fails while
// it is written.
const chunk = 17 << 20

func open(t *testing.T) *blob.Bucket {
	t.Helper()
	return openAt(t, emulators.Storage(t), os.Getenv("STORAGE_EMULATOR_HOST"))
}

func openAt(t *testing.T, bucket, host string) *blob.Bucket {
	t.Helper()
	b, err := blob.Open(t.Context(), blob.Config{Bucket: bucket, Emulator: host})
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.Close() }) // nothing is left to send
	return b
}

// body writes what it is given.
func body(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

func read(t *testing.T, b *blob.Bucket, name string) ([]byte, error) {
	t.Helper()
	r, err := b.Reader(t.Context(), name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestCreateAndRead(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, size := range []int{0, 1, 1 << 16, chunk} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			content := bytes.Repeat([]byte("x"), size)
			name := fmt.Sprintf("plans/%d", size)
			generation, err := b.Create(t.Context(), name, body(content))
			require.NoError(t, err)
			require.Positive(t, generation)
			got, err := read(t, b, name)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, got))
		})
	}
}

func TestCreateWritesNothingTwice(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small": 3, "large": chunk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			_, err := b.Create(t.Context(), "een", body([]byte("eerst")))
			require.NoError(t, err)
			_, err = b.Create(t.Context(), "een", body(bytes.Repeat([]byte("x"), size)))
			require.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
			got, err := read(t, b, "een")
			require.NoError(t, err)
			require.Equal(t, "eerst", string(got))
		})
	}
}

func TestCreateLeavesNothingOfAFailure(t *testing.T) {
	t.Parallel()
	b := open(t)
	broken := fault.As(fault.Invalid, errors.New("broken"))
	for name, size := range map[string]int{"at once": 0, "early": 1 << 16, "late": chunk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := b.Create(t.Context(), name, func(w io.Writer) error {
				_, err := w.Write(make([]byte, size))
				require.NoError(t, err)
				return broken
			})
			require.ErrorIs(t, err, broken)
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			_, err = read(t, b, name)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
			_, err = b.Create(t.Context(), name, body([]byte("daarna")))
			require.NoError(t, err, "the name is free")
		})
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	b := open(t)
	begun := time.Now().Add(-time.Minute)
	for _, name := range []string{"uploads/b", "uploads/a", "uploadsx", "plans/a"} {
		_, err := b.Create(t.Context(), name, body([]byte("x")))
		require.NoError(t, err)
	}
	for prefix, want := range map[string][]string{
		"uploads/": {"uploads/a", "uploads/b"}, "": {"plans/a", "uploads/a", "uploads/b", "uploadsx"}, "none/": nil,
	} {
		var got []string
		for o, err := range b.All(t.Context(), prefix) {
			require.NoError(t, err)
			require.WithinRange(t, o.Created, begun, begun.Add(time.Hour))
			got = append(got, o.Name)
		}
		require.Equal(t, want, got, prefix)
	}
	for range b.All(t.Context(), "") {
		break // whoever has seen enough may stop
	}
	for _, err := range openAt(t, "no-such-bucket", os.Getenv("STORAGE_EMULATOR_HOST")).All(t.Context(), "") {
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	b := open(t)
	generation, err := b.Create(t.Context(), "een", body([]byte("0123456789")))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		offset, length int64
		want           string
		fails          bool
	}{
		"the beginning":      {0, 3, "012", false},
		"the middle":         {4, 2, "45", false},
		"the end":            {8, 2, "89", false},
		"everything":         {0, 10, "0123456789", false},
		"beyond the end":     {8, 3, "", true},
		"behind the end":     {20, 1, "", true},
		"a length that is 0": {3, 0, "", false},
		"a negative length":  {3, -1, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := b.Range(t.Context(), "een", generation, c.offset, c.length)
			require.Equal(t, c.fails, err != nil, "%v", err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestRangeReadsOneGenerationAlone(t *testing.T) {
	t.Parallel()
	b := open(t)
	old, err := b.Create(t.Context(), "een", body([]byte("eerst")))
	require.NoError(t, err)
	require.NoError(t, b.Delete(t.Context(), "een"))
	young, err := b.Create(t.Context(), "een", body([]byte("later")))
	require.NoError(t, err)
	require.NotEqual(t, old, young)
	_, err = b.Range(t.Context(), "een", old, 0, 5)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	got, err := b.Range(t.Context(), "een", young, 0, 5)
	require.NoError(t, err)
	require.Equal(t, "later", string(got))
}

func TestNames(t *testing.T) {
	t.Parallel()
	b := open(t)
	names := func(prefix string) (list []string) {
		for name, err := range b.Names(t.Context(), prefix) {
			require.NoError(t, err)
			list = append(list, name)
		}
		return list
	}
	require.Empty(t, names(""))
	for _, name := range []string{"golfbreker/002", "duinrand/001", "golfbreker/001", "golfbreker2/001"} {
		_, err := b.Create(t.Context(), name, body([]byte("x")))
		require.NoError(t, err)
	}
	require.Equal(t, []string{"golfbreker/001", "golfbreker/002"}, names("golfbreker/"))
	require.Len(t, names(""), 4)
	for name := range b.Names(t.Context(), "golfbreker") {
		require.Equal(t, "golfbreker/001", name)
		break // whoever has seen enough stops
	}
	for _, err := range openAt(t, "nergens", os.Getenv("STORAGE_EMULATOR_HOST")).Names(t.Context(), "") {
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, name := range []string{"golfbreker/2026/001", "duinrand/001", "golfbreker/001", "loose"} {
		_, err := b.Create(t.Context(), name, body([]byte("x")))
		require.NoError(t, err)
	}
	var list []string
	for name, err := range b.Folders(t.Context()) {
		require.NoError(t, err)
		list = append(list, name)
	}
	require.Equal(t, []string{"duinrand", "golfbreker"}, list)
	for name := range b.Folders(t.Context()) {
		require.Equal(t, "duinrand", name)
		break // whoever has seen enough stops
	}
	for _, err := range openAt(t, "nergens", os.Getenv("STORAGE_EMULATOR_HOST")).Folders(t.Context()) {
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.Create(t.Context(), "een", body([]byte("x")))
	require.NoError(t, err)
	_, err = b.Create(t.Context(), "een/twee", body([]byte("y")))
	require.NoError(t, err)
	require.NoError(t, b.Delete(t.Context(), "een"))
	_, err = read(t, b, "een")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.NoError(t, b.Delete(t.Context(), "een"), "removing what is not there is no failure")
	got, err := read(t, b, "een/twee")
	require.NoError(t, err)
	require.Equal(t, "y", string(got))
}

func TestABucketThatIsNotThere(t *testing.T) {
	t.Parallel()
	emulators.Storage(t)
	b := openAt(t, "no-such-bucket", os.Getenv("STORAGE_EMULATOR_HOST"))
	_, err := read(t, b, "een")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = b.Range(t.Context(), "een", 1, 0, 1)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = b.Create(t.Context(), "een", body([]byte("x")))
	require.Error(t, err)
}

// TestWhatTheServiceAnswers has a service that answers every request with one
// status.
func TestWhatTheServiceAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct{ read, create fault.Kind }{
		http.StatusNotFound:           {fault.NotFound, fault.Internal}, // a bucket that should be there
		http.StatusPreconditionFailed: {fault.Conflict, fault.Conflict},
		http.StatusForbidden:          {fault.Internal, fault.Internal},
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
			t.Cleanup(service.Close)
			b := openAt(t, "bucket", strings.TrimPrefix(service.URL, "http://"))
			_, err := b.Range(t.Context(), "een", 1, 0, 1)
			require.Equal(t, want.read, fault.KindOf(err), "%v", err)
			for _, size := range []int{1, chunk} {
				_, err = b.Create(t.Context(), "een", body(make([]byte, size)))
				require.Equal(t, want.create, fault.KindOf(err), "%d bytes: %v", size, err)
			}
		})
	}
}

// TestAServiceThatIsDown has one that does not get up again.
func TestAServiceThatIsDown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInternalServerError} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
			}))
			t.Cleanup(service.Close)
			b := openAt(t, "bucket", strings.TrimPrefix(service.URL, "http://"))
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // the client tries until the caller gives up
			defer cancel()
			_, err := b.Range(ctx, "een", 1, 0, 1)
			require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
			_, err = b.Range(ctx, "een", 1, 0, 1)
			require.Equal(t, fault.Busy, fault.KindOf(err), "with no time left: %v", err)
		})
	}
}
