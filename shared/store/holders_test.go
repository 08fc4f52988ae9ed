package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
)

func TestHolders(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	for id, roles := range map[account.ID][]access.Role{
		"admin": {access.Admin}, "both": {access.Signatory, access.Admin}, "signatory": {access.Signatory}, "nobody": nil,
	} {
		require.NoError(t, db.Accounts().Create(ctx, ours, id, account.Account{Own: account.Own{Roles: roles}}))
	}
	require.NoError(t, db.Accounts().Create(ctx, theirs, "admin", account.Account{Own: account.Own{Roles: []access.Role{access.Admin}}}))
	for want, roles := range map[[2]account.ID][]access.Role{
		{"admin", "both"}:     {access.Admin},
		{"both", "signatory"}: {access.Signatory},
	} {
		var ids []account.ID
		found, err := db.Holders(ctx, ours, roles)
		require.NoError(t, err)
		for _, a := range found {
			ids = append(ids, a.ID)
		}
		require.ElementsMatch(t, want[:], ids)
	}
	found, err := db.Holders(ctx, ours, access.Roles("accounts.delete"))
	require.NoError(t, err)
	require.Empty(t, found)
	_, err = db.Holders(ctx, "a/b", []access.Role{access.Admin})
	require.Error(t, err)
}
