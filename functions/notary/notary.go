package notary

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Shelf keeps manifests: see blob.Bucket.
type Shelf interface {
	Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error)
	Reader(ctx context.Context, name string) (io.ReadCloser, error)
}

// Signer signs with the notary's key: see seal.Signer.
type Signer interface {
	Version() string
	Sign(ctx context.Context, message []byte) ([]byte, error)
	Public(ctx context.Context, version string) (*ecdsa.PublicKey, []byte, error)
}

// Deps is what the notary needs.
type Deps struct {
	DB     *store.DB
	Shelf  Shelf
	Signer Signer
	Clock  clock.Clock
	Budget time.Duration // how long a run may begin new work; budget where 0
	Most   int           // how many entries one manifest may hold; mostEntries where 0
}

const (
	// budget leaves the rest of a message's ten minutes to what was begun. A run
	// that takes longer than a minute has another beside it, which does no harm.
	budget = 4 * time.Minute
	// mostEntries bounds a manifest, at about a hundred bytes an entry.
	mostEntries = 10_000
	// page is how many institutions are taken up at once, side of them side by
	// side.
	page, side = 32, 8
	// round names the notary's place among the institutions.
	round = "notary"
)

// New returns the handler of the minute's tick, at its path.
func New(d Deps) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Minute.Name, event.Handler(topic.Minute, d.minute))
	return mux
}

// minute visits every institution, or as many as there is time for; the next
// run goes on with the one whose turn is longest ago. One institution's trouble
// holds up no other: somebody has to look at it, and the next minute tries
// again by itself.
func (d Deps) minute(ctx context.Context, _ event.Message[topic.Tick]) error {
	until := d.Clock.Now().Add(cmp.Or(d.Budget, budget))
	begun, err := d.DB.Round(ctx, round)
	if err != nil {
		return fmt.Errorf("read whose turn it is: %w", err)
	}
	at, wrapped := begun, false
	for {
		list, err := d.DB.TenantsAfter(ctx, at, page)
		if err != nil {
			return fmt.Errorf("read institutions: %w", err)
		}
		if len(list) == 0 {
			if wrapped || begun == "" {
				return nil // everybody had a turn
			}
			at, wrapped = "", true
			continue
		}
		d.visit(ctx, list)
		at = list[len(list)-1]
		if wrapped && at >= begun {
			return nil
		}
		if !d.Clock.Now().Before(until) {
			return d.DB.SetRound(ctx, round, at)
		}
	}
}

// visit brings the chains of institutions up to date.
func (d Deps) visit(ctx context.Context, list []tenant.ID) {
	var g errgroup.Group
	g.SetLimit(side)
	for _, owner := range list {
		g.Go(func() error {
			if err := d.institution(ctx, owner); err != nil {
				slog.ErrorContext(ctx, "the log is not signed", "tenant", owner, "err", err)
			}
			return nil
		})
	}
	_ = g.Wait() // nothing above returns a failure
}
