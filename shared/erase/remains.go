package erase

import (
	"context"
	"fmt"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// over reports whether nothing of an account is to be left: it was erased, or the
// time in which it could have been restored has passed and no restriction holds
// it.
func (k Keeper) over(s ledger.Standing, held bool) bool {
	return s.Gone == ledger.Erased || (s.Gone == ledger.Deleted && !s.Deadline.After(k.Clock.Now()) && !held)
}

// remains removes what a restored copy still says of accounts that are neither
// there nor in the bin any more: names, credentials, revisions, who their
// guardians are. Targets that the copy believes to have them are told. It returns
// how many documents that concerned.
func (k Keeper) remains(ctx context.Context, owner tenant.ID, ids []account.ID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	total := 0
	for _, t := range store.Traces() {
		if t.Below != "" || (t.Database == store.CredentialsDatabase && k.Credentials == nil) {
			continue
		}
		n, err := k.empty(ctx, owner, t, ids)
		total += n
		if err != nil {
			return total, fmt.Errorf("empty %s: %w", t, err)
		}
	}
	targets, err := k.targets(ctx, owner)
	if err != nil {
		return total, err
	}
	for _, c := range targets {
		links, err := k.DB.Links(c).GetMany(ctx, owner, ids)
		if err != nil {
			return total, err
		}
		var linked []account.ID
		for id := range links {
			linked = append(linked, id)
		}
		if len(linked) == 0 {
			continue
		}
		letter := outbox.New(owner, k.Clock.Now(), outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: owner, Connection: c, Erased: linked}))
		if err := k.DB.Outbox().Create(ctx, owner, letter.ID, letter); err != nil {
			return total, err
		}
		k.Post.Send(ctx, letter)
	}
	return total, nil
}
