package sweep

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/upload"
)

// Uploads is the bucket of uploads: see blob.Bucket.
type Uploads interface {
	All(ctx context.Context, prefix string) iter.Seq2[blob.Object, error]
	Delete(ctx context.Context, name string) error
}

// uploads deletes what was handed over more than a day ago and is not to be
// planned any more: what a crash left between the bucket and the run, or
// between the plan and the bucket. An upload whose run still has to be planned
// is reported.
func (d Deps) uploads(ctx context.Context) error {
	before := d.Clock.Now().Add(-upload.Keep)
	deleted, stuck := 0, 0
	var failed []error
	for object, err := range d.Uploads.All(ctx, upload.Folder) {
		if err != nil {
			return fmt.Errorf("list uploads: %w", err)
		}
		if object.Created.After(before) {
			continue
		}
		switch awaited, err := d.DB.Awaited(ctx, object.Name); {
		case err != nil:
			failed = append(failed, fmt.Errorf("find the run of an upload: %w", err))
		case awaited:
			stuck++
		default:
			deleted++
			failed = append(failed, d.Uploads.Delete(ctx, object.Name))
		}
	}
	if stuck > 0 {
		slog.ErrorContext(ctx, "uploads wait for their plan longer than they may be kept", "uploads", stuck)
	}
	slog.InfoContext(ctx, "deleted uploads that were left behind", "uploads", deleted)
	return errors.Join(failed...)
}
