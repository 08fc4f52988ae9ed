package rosterplan_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/upload"
)

// gone is a key service that has destroyed every key.
type gone struct{ upload.Keys }

func (gone) Unwrap(context.Context, []byte) (seal.Key, error) {
	return seal.Key{}, fault.New(fault.NotFound, "destroyed")
}

// onRead is a bucket that does something before it reads.
type onRead struct {
	upload.Bucket
	do func() error
}

func (b onRead) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := b.do(); err != nil {
		return nil, err
	}
	return b.Bucket.Reader(ctx, name)
}

// TestARunThatCannotBePlannedEnds takes away what planning needs, and demands
// that the run ends with a word on why, frees its school, and leaves no upload.
func TestARunThatCannotBePlannedEnds(t *testing.T) {
	t.Parallel()
	broken := func(do func() error) func(*fixture, roster.Run) {
		return func(f *fixture, _ roster.Run) {
			f.serve(upload.Shelf{Bucket: onRead{f.uploads.Bucket, do}, Keys: f.uploads.Keys})
		}
	}
	for name, c := range map[string]struct {
		spoil  func(*fixture, roster.Run)
		age    time.Duration
		status roster.Status
		code   string
	}{
		"the upload is gone": {spoil: func(f *fixture, run roster.Run) {
			require.NoError(f.t, f.uploads.Remove(f.t.Context(), run))
		}, status: roster.Refused, code: "plan.upload_unreadable"},
		"the upload is damaged": {spoil: func(f *fixture, run roster.Run) {
			bucket := f.uploads.Bucket.(*blob.Bucket)
			require.NoError(f.t, bucket.Delete(f.t.Context(), run.Upload))
			_, err := bucket.Create(f.t.Context(), run.Upload, func(w io.Writer) error {
				_, err := io.WriteString(w, "half of")
				return err
			})
			require.NoError(f.t, err)
		}, status: roster.Refused, code: "plan.upload_unreadable"},
		"the key of the day is gone": {spoil: func(f *fixture, _ roster.Run) {
			f.serve(upload.Shelf{Bucket: f.uploads.Bucket, Keys: gone{f.uploads.Keys}})
		}, status: roster.Refused, code: "plan.upload_unreadable"},
		"the school is gone": {spoil: func(f *fixture, _ roster.Run) {
			require.NoError(f.t, f.db.Schools().Delete(f.t.Context(), board, place))
		}, status: roster.Refused, code: "plan.school_missing"},
		"it breaks again and again":  {broken(func() error { return errors.New("a bug") }), 2 * time.Hour, roster.Failed, "plan.failed"},
		"it panics again and again":  {broken(func() error { panic("a bug") }), 2 * time.Hour, roster.Failed, "plan.failed"},
		"something is down for long": {broken(func() error { return fault.New(fault.Busy, "down") }), 21 * time.Hour, roster.Failed, "plan.failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			run := f.store("r1", list(3))
			c.spoil(f, run)
			ended, status := f.deliverAged("r1", c.age)
			require.Equal(t, http.StatusNoContent, status)
			require.Equal(t, c.status, ended.Status)
			require.Len(t, ended.Findings, 1)
			require.Equal(t, c.code, ended.Findings[0].Code)
			require.Empty(t, f.slot().Run, "the school is still held")
			_, err := f.uploads.Bucket.Reader(t.Context(), run.Upload)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "the raw upload stays")
			require.Empty(t, f.sent.messages)
		})
	}
}

// TestALostUploadIsRemoved: the run was ended from elsewhere, and whoever plans
// hears of it.
func TestALostUploadIsRemoved(t *testing.T) {
	t.Parallel()
	f := begin(t)
	run := f.store("r1", list(3))
	run.Status = roster.Failed
	require.NoError(t, f.db.Runs().Set(t.Context(), board, run.ID, run))
	_, status := f.deliver("r1")
	require.Equal(t, http.StatusNoContent, status)
	require.False(t, f.uploaded(run))
}

// TestASlowPlannerSettlesNothing: its message came again meanwhile, and that
// delivery has the school now.
func TestASlowPlannerSettlesNothing(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.store("r1", list(3))
	inner := false
	f.serve(upload.Shelf{Keys: f.uploads.Keys, Bucket: onRead{f.uploads.Bucket, func() error {
		if !inner {
			inner = true
			_, status := f.deliver("r1")
			require.Equal(t, http.StatusNoContent, status)
		}
		return nil
	}}})
	run, _ := f.deliver("r1")
	require.Equal(t, roster.Applying, run.Status)
	require.True(t, f.slot().Is(run), "the run does not hold its school by the fence that it knows")
	require.Len(t, f.sent.messages, 1, "it began twice")
}
