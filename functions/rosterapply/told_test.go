package rosterapply_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/topic"
)

// TestWhoMayApproveIsToldAfterACrash: the run waits and its message was not
// sent; it lies where the sweep finds it.
func TestWhoMayApproveIsToldAfterACrash(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{
		Held: []roster.Phase{roster.Leave},
		Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(1), roster.Leave: people(2)[1:]},
	}, "r1")
	f.serve(mute{f.queue})
	f.drain(2, false)
	require.Empty(t, f.queue.mails)
	run, err := f.db.Runs().Get(t.Context(), board, "r1")
	require.NoError(t, err)
	require.Equal(t, roster.Waiting, run.Status)
	left, err := f.db.Leftovers(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.Equal(t, []outbox.Message{
		outbox.To(topic.Mail, topic.Waits(board, "r1")),
		outbox.To(topic.Recalculate, topic.Recalculation{Tenant: board, School: place, Asked: run.Changed.UnixMilli()}),
	}, left[0].Messages, "what is applied counts for rules, whatever waits")
}

// mute is a queue that takes no mails.
type mute struct{ *queue }

func (m mute) Publish(ctx context.Context, messages []outbox.Message) error {
	if slices.ContainsFunc(messages, func(m outbox.Message) bool { return m.Topic == topic.Mail.Name }) {
		return errors.New("the process died")
	}
	return m.queue.Publish(ctx, messages)
}
