package revision_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/revision"
)

// box seals nothing: what it sealed says for which place it was.
type box struct{}

func (box) Wrapped() []byte { return []byte("batch") }

func (box) Seal(plain, context []byte) ([]byte, error) {
	return append(append(append([]byte(nil), context...), 0), plain...), nil
}

func (box) Open(sealed, context []byte) ([]byte, error) {
	if len(sealed) <= len(context) || string(sealed[:len(context)]) != string(context) {
		return nil, errors.New("of another place")
	}
	return sealed[len(context)+1:], nil
}

func TestAnAmendmentOpensWhereItWasMade(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	why := revision.Cause{
		At: at, Actor: audit.Actor{Account: "maker"}, Action: audit.GroupSet, Object: "g1", Thing: revision.Group, Names: []account.ID{"b", "a", "b"},
	}
	was := group.Group{ID: "g1", Kind: group.Manual, Name: "Schaakclub"}
	r, err := revision.SealAmendment(box{}, "bestuur", why, revision.Amendment[group.Group]{Before: &was})
	require.NoError(t, err)
	require.Equal(t, []account.ID{"a", "b"}, r.Accounts)
	require.Equal(t, at.Add(account.Kept), r.ExpireAt)
	require.Equal(t, revision.Group, r.Thing)
	got, err := revision.OpenAmendment[group.Group](r, box{}, "bestuur")
	require.NoError(t, err)
	require.Equal(t, revision.Amendment[group.Group]{Before: &was}, got)
	_, err = revision.OpenAmendment[group.Group](r, box{}, "elders")
	require.Error(t, err, "it was opened as another institution's")
	require.Equal(t, r, r.Without("c"))
	gone := r.Without("a")
	require.Empty(t, gone.Accounts, "somebody who was erased is named in it")
	require.Empty(t, gone.Frames)
}
