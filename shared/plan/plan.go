// Package plan keeps an import's plan as one sealed object: a run of frames,
// one per step, each sealed for its own place, so that applying a step reads
// only its frame and no frame can stand in for another.
package plan

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

// ErrUnreadable says that a plan, or the key that sealed it, is gone, or that
// somebody altered it. It stays so.
var ErrUnreadable = errors.New("the plan cannot be read any more")

// Bucket keeps objects: see blob.Bucket.
type Bucket interface {
	Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error)
	Range(ctx context.Context, name string, generation, offset, length int64) ([]byte, error)
}

// Keys makes and opens data keys: see seal.Sealer.
type Keys interface {
	NewKey(ctx context.Context) (seal.Key, error)
	NewKeyOf(ctx context.Context, day string) (seal.Key, error)
	Unwrap(ctx context.Context, wrapped []byte) (seal.Key, error)
}

// Shelf keeps plans.
type Shelf struct {
	Bucket Bucket
	Keys   Keys
}

// Write seals p for a run and returns where it lies. Every call makes a new
// object, so that a repeated attempt never meets the one before.
func (s Shelf) Write(ctx context.Context, owner tenant.ID, run roster.RunID, p roster.Plan) (roster.Stored, error) {
	key, err := s.key(ctx, p)
	if err != nil {
		return roster.Stored{}, err
	}
	stored := roster.Stored{
		Object: "plans/" + strings.ToLower(rand.Text()), Key: key.Wrapped(), Steps: map[roster.Phase][]roster.Span{},
	}
	hash := sha256.New()
	stored.Generation, err = s.Bucket.Create(ctx, stored.Object, func(w io.Writer) error {
		var offset int64
		for _, phase := range roster.Phases() {
			for i, step := range p.Steps(phase) {
				frame, err := sealStep(key, step, place(owner, run, phase, i))
				if err != nil {
					return err
				}
				if _, err := io.MultiWriter(w, hash).Write(frame); err != nil {
					return err
				}
				stored.Steps[phase] = append(stored.Steps[phase], roster.Span{Offset: offset, Length: int64(len(frame))})
				offset += int64(len(frame))
			}
		}
		return nil
	})
	if err != nil {
		return roster.Stored{}, fmt.Errorf("store plan: %w", err)
	}
	stored.Hash = hex.EncodeToString(hash.Sum(nil))
	return stored, nil
}

// key makes the data key of a plan: under the key of today, or under the oldest
// of those that sealed what the plan holds of people in the bin.
func (s Shelf) key(ctx context.Context, p roster.Plan) (seal.Key, error) {
	if oldest := seal.Oldest(p.Days); oldest != "" {
		return s.Keys.NewKeyOf(ctx, oldest)
	}
	return s.Keys.NewKey(ctx)
}

func sealStep(key seal.Key, step roster.Step, place []byte) ([]byte, error) {
	body, err := json.Marshal(step)
	if err != nil {
		return nil, err
	}
	return key.Seal(body, place)
}

// Read opens step i of a phase. It answers NotFound where the plan or the key
// that sealed it is gone, Invalid where it was altered; both are ErrUnreadable.
func (s Shelf) Read(ctx context.Context, owner tenant.ID, run roster.Run, phase roster.Phase, i int) (roster.Step, error) {
	var step roster.Step
	body, err := s.open(ctx, owner, run, phase, i)
	if err == nil {
		err = fault.As(fault.Invalid, json.Unmarshal(body, &step))
	}
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Invalid {
		err = fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if err != nil {
		return roster.Step{}, fmt.Errorf("read step %d of %s: %w", i, phase, err)
	}
	return step, nil
}

func (s Shelf) open(ctx context.Context, owner tenant.ID, run roster.Run, phase roster.Phase, i int) ([]byte, error) {
	key, err := s.Keys.Unwrap(ctx, run.Plan.Key)
	if err != nil {
		return nil, err
	}
	span := run.Plan.Steps[phase][i]
	frame, err := s.Bucket.Range(ctx, run.Plan.Object, run.Plan.Generation, span.Offset, span.Length)
	if err != nil {
		return nil, err
	}
	return key.Open(frame, place(owner, run.ID, phase, i))
}

// place names a frame: it opens nowhere else.
func place(owner tenant.ID, run roster.RunID, phase roster.Phase, i int) []byte {
	return fmt.Appendf(nil, "plan\x00%s\x00%s\x00%s\x00%d", owner, run, phase, i)
}
