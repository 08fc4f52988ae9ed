package outbox_test

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const board = tenant.ID("bestuur")

var now = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// fixture is an outbox in a database, with real messages.
type fixture struct {
	project string
	db      *store.DB
	post    outbox.Post
}

func begin(t *testing.T) fixture {
	t.Helper()
	project := emulators.PubSub(t)
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t)})
	require.NoError(t, err)
	publisher, err := event.Open(t.Context(), project)
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(publisher.Close(), db.Close()) })
	return fixture{project, db, outbox.Post{Publisher: publisher, Shelf: db.Outbox()}}
}

// stored stores a letter with messages.
func (f fixture) stored(t *testing.T, messages ...outbox.Message) outbox.Letter {
	t.Helper()
	l := outbox.New(board, now, messages...)
	require.NoError(t, f.db.Outbox().Create(t.Context(), board, l.ID, l))
	return l
}

// waits reports whether a letter is still stored.
func (f fixture) waits(t *testing.T, id outbox.ID) bool {
	t.Helper()
	_, err := f.db.Outbox().Get(t.Context(), board, id)
	if err != nil {
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	}
	return err == nil
}

func TestNew(t *testing.T) {
	t.Parallel()
	m := outbox.To(topic.RosterReceived, topic.Received{Tenant: board, Import: "i1"})
	require.Equal(t, "roster-received", m.Topic)
	require.JSONEq(t, `{"tenant":"bestuur","import":"i1"}`, string(m.Body))
	l := outbox.New(board, now, m)
	require.Regexp(t, regexp.MustCompile(`^[a-z2-7]{26}$`), string(l.ID))
	require.Equal(t, outbox.Letter{ID: l.ID, Tenant: board, Messages: []outbox.Message{m}, Created: now}, l)
	require.NotEqual(t, l.ID, outbox.New(board, now).ID)
}

func TestLettersAreSentAndRemoved(t *testing.T) {
	t.Parallel()
	f := begin(t)
	emulators.Topics(t, f.project, topic.RosterReceived.Name, topic.ProvisionGoogle.Name)
	first := outbox.To(topic.RosterReceived, topic.Received{Tenant: board, Import: "i1"})
	second := outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: board, Connection: "google"})
	l := f.stored(t, first, second)
	read, err := f.db.Outbox().Get(t.Context(), board, l.ID)
	require.NoError(t, err)
	require.NoError(t, f.post.TrySend(t.Context(), read))
	require.False(t, f.waits(t, l.ID))
	require.JSONEq(t, string(first.Body), string(emulators.Pull(t, f.project, first.Topic, 1)[0].GetData()))
	require.JSONEq(t, string(second.Body), string(emulators.Pull(t, f.project, second.Topic, 1)[0].GetData()))

	require.NoError(t, f.post.TrySend(t.Context(), read), "a letter that another has sent")
	require.Len(t, emulators.Pull(t, f.project, first.Topic, 1), 1, "it may arrive twice")
}

func TestLettersWithoutMessagesAreRemoved(t *testing.T) {
	t.Parallel()
	f := begin(t)
	l := f.stored(t)
	f.post.Send(t.Context(), l)
	require.False(t, f.waits(t, l.ID))
}

// down refuses everything.
type down struct{}

var errDown = errors.New("down")

func (down) Publish(context.Context, []outbox.Message) error { return fault.As(fault.Busy, errDown) }

func (down) Delete(context.Context, tenant.ID, outbox.ID) error { return fault.As(fault.Busy, errDown) }

func TestLettersStayUntilTheyAreAccepted(t *testing.T) {
	t.Parallel()
	f := begin(t)
	l := f.stored(t, outbox.To(topic.Day, topic.Tick{}))
	unsent := outbox.Post{Publisher: down{}, Shelf: f.db.Outbox()}
	unsent.Send(t.Context(), l)
	err := unsent.TrySend(t.Context(), l)
	require.ErrorIs(t, err, errDown)
	require.Equal(t, fault.Busy, fault.KindOf(err))
	require.True(t, f.waits(t, l.ID))

	emulators.Topics(t, f.project, topic.Day.Name)
	err = outbox.Post{Publisher: f.post.Publisher, Shelf: down{}}.TrySend(t.Context(), l)
	require.ErrorContains(t, err, "remove sent letter")
	require.True(t, f.waits(t, l.ID))
	require.Len(t, emulators.Pull(t, f.project, topic.Day.Name, 1), 1)

	left, err := f.db.Leftovers(t.Context(), now.Add(time.Minute), 10)
	require.NoError(t, err)
	require.Equal(t, []outbox.Letter{l}, left, "the sweep does not find the letter")
	require.NoError(t, f.post.TrySend(t.Context(), left[0]))
	require.False(t, f.waits(t, l.ID))
}
