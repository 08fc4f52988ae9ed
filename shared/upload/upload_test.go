package upload_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/upload"
)

const owner = tenant.ID("golfbreker")

// shelf returns a shelf with a bucket and a day key of its own.
func shelf(t *testing.T) (s upload.Shelf, key string) {
	t.Helper()
	bucket, err := blob.Open(t.Context(), blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	key = emulators.Keys(t)
	return upload.Shelf{Bucket: bucket, Keys: sealer(t, key)}, key
}

// sealer returns a sealer that remembers no key.
func sealer(t *testing.T, key string) *seal.Sealer {
	t.Helper()
	s, err := seal.Open(t.Context(), seal.Config{Key: key, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is left to send
	return s
}

// write stores a body as run "ione" and returns the run.
func write(t *testing.T, s upload.Shelf, body []byte) roster.Run {
	t.Helper()
	object, err := s.Write(t.Context(), owner, "ione", bytes.NewReader(body))
	require.NoError(t, err)
	return roster.Run{ID: "ione", Upload: object}
}

// read opens an upload and reads it to its end.
func read(t *testing.T, s upload.Shelf, of tenant.ID, run roster.Run) ([]byte, error) {
	t.Helper()
	clear, err := s.Open(t.Context(), of, run)
	if err != nil {
		return nil, err
	}
	defer clear.Close()
	return io.ReadAll(clear)
}

// stored returns an upload as it lies in the bucket.
func stored(t *testing.T, s upload.Shelf, run roster.Run) []byte {
	t.Helper()
	r, err := s.Bucket.Reader(t.Context(), run.Upload)
	require.NoError(t, err)
	defer r.Close()
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	return raw
}

func noise(t *testing.T, n int64) []byte {
	t.Helper()
	body, err := io.ReadAll(io.LimitReader(rand.NewChaCha8([32]byte{byte(n)}), n))
	require.NoError(t, err)
	return body
}

func TestWriteAndOpen(t *testing.T) {
	t.Parallel()
	s, _ := shelf(t)
	names := map[string]bool{}
	for _, size := range []int64{0, 1, 1 << 16, 1<<16 + 1, 1 << 20, 17 << 20} {
		body := noise(t, size)
		run := write(t, s, body)
		require.False(t, names[run.Upload])
		names[run.Upload] = true
		require.NotContains(t, run.Upload, string(run.ID), "an object's name says nothing")
		got, err := read(t, s, owner, run)
		require.NoError(t, err)
		require.True(t, bytes.Equal(body, got), "%d bytes came back as %d others", size, len(got))
	}
}

func TestOpensForItsRunAlone(t *testing.T) {
	t.Parallel()
	s, _ := shelf(t)
	body := []byte(strings.Repeat("Sanne de Vries;", 10000))
	run := write(t, s, body)
	require.NotContains(t, string(stored(t, s, run)), "Sanne")
	other := run
	other.ID = "itwo"
	foreign, _ := shelf(t)
	foreign.Bucket = s.Bucket
	for name, c := range map[string]struct {
		shelf upload.Shelf
		owner tenant.ID
		run   roster.Run
	}{
		"another run":         {s, owner, other},
		"another institution": {s, "duinrand", run},
		"another key":         {foreign, owner, run},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, c.shelf, c.owner, c.run)
			require.Error(t, err)
			require.Empty(t, got)
		})
	}
}

// TestAlteredUploads stores what an upload may have become.
func TestAlteredUploads(t *testing.T) {
	t.Parallel()
	s, _ := shelf(t)
	body := noise(t, 200_000)
	good := stored(t, s, write(t, s, body))
	header := 4 + int(binary.BigEndian.Uint32(good))
	flipped := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	for name, raw := range map[string][]byte{
		"nothing":                 {},
		"half a length":           good[:2],
		"a length alone":          good[:4],
		"a length beyond reason":  append([]byte{0xff, 0xff, 0xff, 0xff}, good[4:]...),
		"a length beyond the end": binary.BigEndian.AppendUint32(nil, 4096),
		"a key that is none":      append(binary.BigEndian.AppendUint32(nil, 3), "abc"...),
		"half a key":              good[:header-10],
		"a key alone":             good[:header],
		"another key":             flipped(header - 20),
		"cut within a piece":      good[:len(good)-1],
		"cut between pieces":      good[:header+1<<16],
		"a byte in a piece":       flipped(len(good) / 2),
		"the last byte":           flipped(len(good) - 1),
		"a byte more":             append(bytes.Clone(good), 0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := roster.Run{ID: "ione", Upload: "altered/" + strings.ReplaceAll(name, " ", "-")}
			_, err := s.Bucket.Create(t.Context(), run.Upload, func(w io.Writer) error {
				_, err := w.Write(raw)
				return err
			})
			require.NoError(t, err)
			got, err := read(t, s, owner, run)
			require.ErrorIs(t, err, upload.ErrUnreadable)
			require.True(t, bytes.HasPrefix(body, got), "something that was never written came out")
		})
	}
}

func TestBodyThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the sender went away")
	for name, size := range map[string]int64{"at once": 0, "early": 1 << 16, "late": 20 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := shelf(t)
			kept := &keeping{Bucket: s.Bucket}
			s.Bucket = kept
			_, err := s.Write(t.Context(), owner, "ione", io.MultiReader(bytes.NewReader(noise(t, size)), iotest.ErrReader(broken)))
			require.ErrorIs(t, err, broken, "the body's own error says what to answer")
			require.NotEmpty(t, kept.name)
			_, err = kept.Reader(t.Context(), kept.name)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
		})
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	s, _ := shelf(t)
	run := write(t, s, []byte("<EDEX/>"))
	require.NoError(t, s.Remove(t.Context(), run))
	_, err := s.Open(t.Context(), owner, run)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorIs(t, err, upload.ErrUnreadable)
	require.NoError(t, s.Remove(t.Context(), run), "removing what is gone is no failure")
	require.NoError(t, s.Remove(t.Context(), roster.Run{ID: "itwo"}), "nor is removing what never was")
}

// TestKeyOfTheDayIsDestroyed keeps an upload longer than its day key.
func TestKeyOfTheDayIsDestroyed(t *testing.T) {
	t.Parallel()
	s, key := shelf(t)
	run := write(t, s, []byte("<EDEX/>"))
	destroy(t, key)
	emulators.Advance(t, key, 25*time.Hour)
	s.Keys = sealer(t, key)
	_, err := s.Open(t.Context(), owner, run)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorIs(t, err, upload.ErrUnreadable)
}

// TestATroubleOfTheBucketPasses: bytes that do not come are not damaged ones.
func TestATroubleOfTheBucketPasses(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]int64{"in the key": 10, "in the body": 70_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := shelf(t)
			run := write(t, s, noise(t, 200_000))
			s.Bucket = failing{s.Bucket, after}
			_, err := read(t, s, owner, run)
			require.Equal(t, fault.Busy, fault.KindOf(err))
			require.NotErrorIs(t, err, upload.ErrUnreadable)
		})
	}
}

// failing is a bucket whose connection breaks after so many bytes.
type failing struct {
	upload.Bucket
	after int64
}

func (f failing) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := f.Bucket.Reader(ctx, name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, f.after), iotest.ErrReader(errors.New("connection reset"))), r}, nil
}
