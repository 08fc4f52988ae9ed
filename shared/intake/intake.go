// Package intake takes in a source file, however it arrives: it is sealed
// while it streams into the uploads bucket, and then its run is recorded
// together with the message that announces it.
package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

// Keep is how long a run is kept after it began.
const Keep = 90 * 24 * time.Hour

// Source is who hands over a file, for which school.
type Source struct {
	Owner  tenant.ID
	School school.ID
	Actor  audit.Actor
	Mark   audit.Mark
}

// entry returns the entry about a run that begins.
func (s Source) entry(at time.Time, run roster.Run) audit.Entry {
	return s.Mark.On(audit.New(at, s.Actor, audit.ImportReceived).On(string(run.ID)).Because(string(run.Kind)))
}

// Desk takes files in.
type Desk struct {
	DB      *store.DB
	Uploads upload.Shelf
	Post    outbox.Post
	Clock   clock.Clock
}

// Also is what is written in the transaction that records a run.
type Also func(tx *store.Tx, run roster.Run) error

// Take seals body and then records the run together with its message, and
// whatever is also to be written. It answers TooLarge and Invalid where that
// is what is wrong with body: see BodyFault. Where anything fails, nothing
// stays behind.
func (d Desk) Take(ctx context.Context, from Source, body io.Reader, also ...Also) (roster.RunID, error) {
	now := d.Clock.Now()
	run := roster.Run{
		ID: roster.RunID("i" + strings.ToLower(rand.Text())), School: from.School, Status: roster.Received,
		Created: now, Changed: now, ExpireAt: now.Add(Keep),
	}
	var err error
	if run.Upload, err = d.Uploads.Write(ctx, from.Owner, run.ID, body); err != nil {
		return "", BodyFault(err)
	}
	letter := outbox.New(from.Owner, now, outbox.To(topic.RosterReceived, topic.Received{Tenant: from.Owner, Import: run.ID}))
	entry := from.entry(now, run)
	err = d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		for _, write := range also { // they may read, which comes before writes
			if err := write(tx, run); err != nil {
				return err
			}
		}
		return errors.Join(
			d.DB.Runs().CreateTx(tx, from.Owner, run.ID, run),
			d.DB.Log().CreateTx(tx, from.Owner, entry.ID, entry),
			d.DB.Outbox().CreateTx(tx, from.Owner, letter.ID, letter),
		)
	})
	if err != nil {
		return "", errors.Join(err, d.Uploads.Remove(context.WithoutCancel(ctx), run))
	}
	d.Send(ctx, letter)
	return run.ID, nil
}

// Order begins a run that no file begins: a switch of school year, or a merger
// with the school from. A run with that id which is there already is left as
// it is, so that an order may be repeated.
func (d Desk) Order(ctx context.Context, from Source, run roster.Run) error {
	_, err := d.order(ctx, from, run, false)
	return err
}

// Again is Order for a person, who may order anew what was refused: then it is
// a run of its own beside the one that was. It returns the run's id.
func (d Desk) Again(ctx context.Context, from Source, run roster.Run) (roster.RunID, error) {
	return d.order(ctx, from, run, true)
}

// mostOrders bounds how often one thing is ordered while its runs are kept.
const mostOrders = 100

func (d Desk) order(ctx context.Context, from Source, run roster.Run, again bool) (roster.RunID, error) {
	now := d.Clock.Now()
	run.School, run.Status, run.Created, run.Changed, run.ExpireAt = from.School, roster.Received, now, now, now.Add(Keep)
	first := run.ID
	var letter outbox.Letter
	err := d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter, run.ID = outbox.Letter{}, first
		for n := 2; ; n++ {
			old, err := d.DB.Runs().GetTx(tx, from.Owner, run.ID)
			if fault.KindOf(err) == fault.NotFound {
				break
			}
			if err != nil || !again || old.Status != roster.Refused {
				return err
			}
			if n > mostOrders {
				return fault.New(fault.Conflict, "")
			}
			run.ID = first + roster.RunID("-"+strconv.Itoa(n))
		}
		letter = outbox.New(from.Owner, now, outbox.To(topic.RosterReceived, topic.Received{Tenant: from.Owner, Import: run.ID}))
		entry := from.entry(now, run)
		return errors.Join(
			d.DB.Runs().CreateTx(tx, from.Owner, run.ID, run),
			d.DB.Log().CreateTx(tx, from.Owner, entry.ID, entry),
			d.DB.Outbox().CreateTx(tx, from.Owner, letter.ID, letter),
		)
	})
	if fault.KindOf(err) == fault.Conflict && !again {
		return run.ID, nil // another was faster
	}
	if err != nil {
		return "", err
	}
	if letter.ID != "" {
		d.Send(ctx, letter)
	}
	return run.ID, nil
}

// patience is how long an answer waits for its message to be sent. What was
// not sent by then is left for the sweep.
const patience = 5 * time.Second

// Send posts a letter that is stored, also where the client has gone.
func (d Desk) Send(ctx context.Context, l outbox.Letter) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	d.Post.Send(ctx, l)
}

// BodyFault says what is wrong with a body that could not be stored.
func BodyFault(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fault.As(fault.TooLarge, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) {
		return fault.As(fault.Invalid, err) // the sender went away
	}
	return err
}
