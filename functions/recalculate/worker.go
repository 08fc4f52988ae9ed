package recalculate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	applied = audit.RuleApplied
	// lease is how long a worker has a school to itself without a sign of life.
	lease = 2 * time.Minute
	// doubt is how far the clocks of two machines may differ.
	doubt = 5 * time.Second
)

func actor() audit.Actor { return audit.Actor{System: "recalculate"} }

// worker calculates one school, which it has to itself: two that had read
// different facts would overwrite each other.
type worker struct {
	Deps
	known
	owner  tenant.ID
	school school.ID
	fence  int64
	until  time.Time
	begun  time.Time // of the whole calculation
	stop   time.Time // when this delivery has worked long enough
}

// take begins to calculate a school. It reports false where what the message
// asks for is done, and answers Busy where another worker has the school.
func (d Deps) take(ctx context.Context, m topic.Recalculation) (*worker, bool, error) {
	now := d.Clock.Now()
	w := &worker{Deps: d, owner: m.Tenant, school: m.School, begun: now, stop: now.Add(d.Patience)}
	if m.Begun != 0 {
		w.begun = time.UnixMilli(m.Begun)
	}
	done := false
	err := d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		state, err := d.DB.Recalculations().GetTx(tx, m.Tenant, m.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if done = state.Begun.After(time.UnixMilli(m.Asked).Add(doubt)); done {
			return nil
		}
		if state.Until.After(now) {
			return fault.New(fault.Busy, "another worker calculates the school")
		}
		state.Fence++
		state.Until = now.Add(lease)
		w.fence, w.until = state.Fence, state.Until
		return d.DB.Recalculations().SetTx(tx, m.Tenant, m.School, state)
	})
	if err != nil {
		return nil, false, fmt.Errorf("take school: %w", err)
	}
	return w, !done, nil
}

// guard answers Busy where another worker has taken the school over.
func (w *worker) guard(tx *store.Tx) error {
	state, err := w.DB.Recalculations().GetTx(tx, w.owner, w.school)
	if err == nil && state.Fence != w.fence {
		err = fault.New(fault.Busy, "another worker has taken the school over")
	}
	return err
}

// renew keeps the school while the work goes on.
func (w *worker) renew(ctx context.Context) error {
	now := w.Clock.Now()
	if w.until.Sub(now) > lease/2 {
		return nil
	}
	w.until = now.Add(lease)
	return w.note(ctx, func(s *store.Recalculation) { s.Until = w.until }, nil)
}

// release gives the school back: complete, or to be gone on with by a message.
func (w *worker) release(ctx context.Context, complete bool, next *topic.Recalculation) error {
	return w.note(ctx, func(s *store.Recalculation) {
		s.Until = time.Time{}
		if complete {
			s.Begun = w.begun
		}
	}, next)
}

// note changes the school's state, and stores a message that follows from it.
func (w *worker) note(ctx context.Context, what func(*store.Recalculation), next *topic.Recalculation) error {
	var letter outbox.Letter
	err := w.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		if err := w.guard(tx); err != nil {
			return err
		}
		state, err := w.DB.Recalculations().GetTx(tx, w.owner, w.school)
		if err != nil {
			return err
		}
		what(&state)
		err = w.DB.Recalculations().SetTx(tx, w.owner, w.school, state)
		if next == nil {
			return err
		}
		letter = outbox.New(w.owner, w.Clock.Now(), outbox.To(topic.Recalculate, *next))
		return errors.Join(err, w.DB.Outbox().CreateTx(tx, w.owner, letter.ID, letter))
	})
	if err == nil && letter.ID != "" {
		w.Post.Send(ctx, letter)
	}
	return err
}

// all calculates everybody who is or was at the school, page by page: what is
// linked for it without being there any more is met on the way.
func (w *worker) all(ctx context.Context, m topic.Recalculation) error {
	linked := &stream{read: func(p store.Page[account.ID]) ([]store.Entry[account.ID, link.Supervision], account.ID, error) {
		return w.DB.SupervisionAt(ctx, w.owner, w.school, p)
	}, cursor: m.After, limit: w.Page}
	for cursor := m.After; ; {
		page, next, err := w.DB.AccountsAt(ctx, w.owner, w.school, store.Page[account.ID]{Cursor: cursor, Limit: w.Page})
		if err != nil {
			return fmt.Errorf("read accounts: %w", err)
		}
		have, err := linked.upTo(next)
		if err != nil {
			return fmt.Errorf("read links: %w", err)
		}
		if err := w.page(ctx, page, have); err != nil {
			return err
		}
		if next == "" {
			if err := w.spread(ctx); err != nil {
				return err
			}
			return w.release(ctx, true, nil)
		}
		if cursor = next; !w.Clock.Now().Before(w.stop) {
			m.After, m.Begun = cursor, w.begun.UnixMilli()
			return w.release(ctx, false, &m)
		}
		if err := w.renew(ctx); err != nil {
			return err
		}
	}
}

// spread asks for every school where other staff than before may supervise
// pupils of any of them.
func (w *worker) spread(ctx context.Context) error {
	digest, now := w.links.Digest(), w.Clock.Now()
	var letter outbox.Letter
	err := w.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		state, err := w.DB.Recalculations().GetTx(tx, w.owner, store.Nowhere)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if state.Staff == digest {
			return nil
		}
		state.Staff = digest
		letter = outbox.New(w.owner, now, outbox.To(topic.Recalculate, topic.Recalculation{Tenant: w.owner, Asked: now.UnixMilli()}))
		return errors.Join(
			w.DB.Recalculations().SetTx(tx, w.owner, store.Nowhere, state),
			w.DB.Outbox().CreateTx(tx, w.owner, letter.ID, letter),
		)
	})
	if err == nil && letter.ID != "" {
		w.Post.Send(ctx, letter)
	}
	return err
}

// some calculates some accounts, wherever they are now.
func (w *worker) some(ctx context.Context, ids []account.ID) error {
	for some := range slices.Chunk(ids, w.Page) {
		accounts, err := w.DB.Accounts().GetMany(ctx, w.owner, some)
		if err != nil {
			return fmt.Errorf("read accounts: %w", err)
		}
		have, err := w.DB.Supervision().GetMany(ctx, w.owner, some)
		if err != nil {
			return fmt.Errorf("read links: %w", err)
		}
		var page []store.Entry[account.ID, account.Account]
		for _, e := range accounts {
			page = append(page, e)
		}
		linked := map[account.ID]link.Supervision{}
		for id, e := range have {
			linked[id] = e.Value
		}
		if err := w.page(ctx, page, linked); err != nil {
			return err
		}
	}
	return nil
}

// page writes what differs for some accounts, and for those that are linked.
func (w *worker) page(ctx context.Context, page []store.Entry[account.ID, account.Account], linked map[account.ID]link.Supervision) error {
	var groups, links []account.ID
	for _, e := range page {
		a := e.Value
		if fields, err := w.settle(&a); err != nil || len(fields) > 0 {
			groups = append(groups, e.ID)
		}
		if !w.links.Of(e.Value, w.school).Same(linked[e.ID].Part(w.school)) {
			links = append(links, e.ID)
		}
		delete(linked, e.ID)
	}
	for id, s := range linked {
		if len(s.Part(w.school).Links) > 0 {
			links = append(links, id) // who is not at the school any more
		}
	}
	desk := change.Desk{DB: w.DB, Post: w.Post, Clock: w.Clock}
	if _, err := desk.Accounts(ctx, w.order(groups), w.settle); err != nil {
		return err
	}
	slices.Sort(links)
	for some := range slices.Chunk(links, change.Most) {
		if err := w.write(ctx, some); err != nil {
			return fmt.Errorf("write links: %w", err)
		}
	}
	return nil
}

// write writes the links of some pupils for the school, as they follow from
// what the transaction reads.
func (w *worker) write(ctx context.Context, ids []account.ID) error {
	return w.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		if err := w.guard(tx); err != nil {
			return err
		}
		accounts, err := w.DB.Accounts().GetManyTx(tx, w.owner, ids)
		if err != nil {
			return err
		}
		stored, err := w.DB.Supervision().GetManyTx(tx, w.owner, ids)
		if err != nil {
			return err
		}
		var changed []account.ID
		var failed []error
		for _, id := range ids {
			is := link.Supervision{} // nothing is kept of who does not exist any more
			if a, ok := accounts[id]; ok {
				part := w.links.Of(a.Value, w.school)
				if stored[id].Value.Part(w.school).Same(part) {
					continue
				}
				is = stored[id].Value.With(part)
			}
			is.Pupil = id
			changed = append(changed, id)
			failed = append(failed, w.keep(tx, is))
		}
		if len(changed) == 0 {
			return nil
		}
		entry := audit.New(w.Clock.Now(), actor(), applied, changed...).On(string(w.school)).Because("links")
		return errors.Join(append(failed, w.DB.Log().CreateTx(tx, w.owner, entry.ID, entry))...)
	})
}

// keep stores what links a pupil to staff, or removes it where that is nothing.
func (w *worker) keep(tx *store.Tx, s link.Supervision) error {
	if s.Empty() {
		return w.DB.Supervision().DeleteTx(tx, w.owner, s.Pupil)
	}
	return w.DB.Supervision().SetTx(tx, w.owner, s.Pupil, s)
}

// stream reads pages of links beside those of accounts, both by id.
type stream struct {
	read   func(store.Page[account.ID]) ([]store.Entry[account.ID, link.Supervision], account.ID, error)
	cursor account.ID
	limit  int
	ready  []store.Entry[account.ID, link.Supervision]
	ended  bool
}

// upTo returns what lies up to and with last; everything that is left where
// last is "".
func (s *stream) upTo(last account.ID) (map[account.ID]link.Supervision, error) {
	found := map[account.ID]link.Supervision{}
	for {
		for len(s.ready) > 0 && (last == "" || strings.Compare(string(s.ready[0].ID), string(last)) <= 0) {
			found[s.ready[0].ID] = s.ready[0].Value
			s.ready = s.ready[1:]
		}
		if len(s.ready) > 0 || s.ended {
			return found, nil
		}
		page, next, err := s.read(store.Page[account.ID]{Cursor: s.cursor, Limit: s.limit})
		if err != nil {
			return nil, err
		}
		s.ready, s.cursor, s.ended = page, next, next == ""
	}
}
