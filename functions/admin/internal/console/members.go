package console

import (
	"context"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// Members returns the active accounts that match, in Dutch order of names. It
// reads every account of the institution, which is good enough for a page
// that few people open.
func (c Console) Members(ctx context.Context, owner tenant.ID, match func(account.Account) bool) ([]account.Account, error) {
	var found []account.Account
	for e, err := range c.DB.Accounts().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		if e.Value.MaySignIn() && match(e.Value) {
			found = append(found, e.Value)
		}
	}
	order := collate.New(language.Dutch, collate.IgnoreCase)
	slices.SortFunc(found, func(a, b account.Account) int {
		return order.CompareString(a.Source.Name.Sorted(), b.Source.Name.Sorted())
	})
	return found, nil
}
