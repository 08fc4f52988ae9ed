package seal

import (
	"context"
	"fmt"
	"time"

	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
)

// turning is how long after midnight UTC no data key is used twice: by then the
// sweep has made the day's key, so that nothing of a day is sealed under the
// key of the day before, which is destroyed earlier.
const turning = time.Hour

// Today returns a data key under the key of the day that many values may be
// sealed under: it is made anew every few minutes, and with every day.
func (s *Sealer) Today(ctx context.Context) (Key, error) {
	now := s.clock.Now().UTC()
	s.mu.Lock()
	k := s.today
	s.mu.Unlock()
	if k.until.After(now) {
		return k.Key, nil
	}
	made, err := s.NewKey(ctx)
	if err != nil {
		return Key{}, err
	}
	midnight := now.Truncate(24 * time.Hour)
	if now.Sub(midnight) < turning {
		return made, nil
	}
	until := now.Add(memory)
	if next := midnight.Add(24 * time.Hour); until.After(next) {
		until = next
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.today = remembered{made, until}
	return made, nil
}

// Enclose seals plain for its place: it opens only with the same place, such as
// whose it is and what it is kept as.
func (s *Sealer) Enclose(ctx context.Context, plain, place []byte) (envelope.Envelope, error) {
	batch, err := s.Today(ctx)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return enclose(batch, plain, place)
}

func enclose(batch Key, plain, place []byte) (envelope.Envelope, error) {
	own, err := random()
	if err != nil {
		return envelope.Envelope{}, err
	}
	body, err := sealWith(own, plain, place)
	if err != nil {
		return envelope.Envelope{}, err
	}
	key, err := batch.Seal(own, place)
	return envelope.Envelope{Body: body, Key: key, Batch: batch.Wrapped()}, err
}

// EncloseOf is Enclose under the key that sealed on an earlier day. It answers
// NotFound where that key is destroyed.
func (s *Sealer) EncloseOf(ctx context.Context, day time.Time, plain, place []byte) (envelope.Envelope, error) {
	version, err := Days{Sealer: s}.At(ctx, day)
	if err != nil {
		return envelope.Envelope{}, err
	}
	batch, err := s.NewKeyOf(ctx, version)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return enclose(batch, plain, place)
}

// Disclose opens what Enclose sealed. It answers NotFound where the key of its
// day is destroyed and nothing holds it, Invalid where anything was altered or
// the place differs.
func (s *Sealer) Disclose(ctx context.Context, e envelope.Envelope, place []byte) ([]byte, error) {
	own, err := s.own(ctx, e, place)
	if err != nil {
		return nil, err
	}
	return openWith(own, e.Body, place)
}

// own returns the envelope's own key: through the key of its day, else through
// that of restrictions.
func (s *Sealer) own(ctx context.Context, e envelope.Envelope, place []byte) ([]byte, error) {
	batch, err := s.Unwrap(ctx, e.Batch)
	if err == nil {
		return batch.Open(e.Key, place)
	}
	if fault.KindOf(err) != fault.NotFound || len(e.Hold) == 0 {
		return nil, err
	}
	return s.unwrap(ctx, s.hold, e.Hold)
}

// Hold returns e so that it opens beyond its day: a restriction of processing
// keeps it. Whoever lifts the restriction stores it with Hold nil.
func (s *Sealer) Hold(ctx context.Context, e envelope.Envelope, place []byte) (envelope.Envelope, error) {
	if s.hold == "" {
		return e, fmt.Errorf("hold an envelope: %w", fault.New(fault.Internal, "no key for restrictions is configured"))
	}
	own, err := s.own(ctx, e, place)
	if err != nil {
		return e, err
	}
	e.Hold, err = s.wrap(ctx, s.hold, own)
	return e, err
}
