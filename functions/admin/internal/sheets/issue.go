package sheets

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// lot is a sheet with what is stored of what stands on it, in the order of the
// cards.
type lot struct {
	id          credential.SheetID
	sheet       sheet
	credentials []credential.Credential
	badges      []credential.Badge // of accounts without one it is zero
}

// draw invents a password for everybody on the order, and a badge for whoever
// gets one, and hashes them.
func (o Office) draw(ctx context.Context, who session.Person, x order) (lot, error) {
	n := len(x.people)
	l := lot{
		id: credential.NewSheetID(), sheet: sheet{Cards: make([]card, n)},
		credentials: make([]credential.Credential, n), badges: make([]credential.Badge, n),
	}
	bands, err := o.bands(ctx, who.Tenant, x.people)
	if err != nil {
		return lot{}, err
	}
	g, hashing := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i, a := range x.people {
		g.Go(func() (err error) {
			c := card{Account: a.ID, Name: a.Source.Name.Display(), Address: a.Address, Password: credential.NewPassword(a.Kind, bands[i])}
			made, err := o.Vault.Issue(hashing, who.Tenant, a.ID, c.Password, o.Clock.Now())
			made.First, made.Sheet = true, l.id
			if credential.HasBadge(a, bands[i]) {
				c.Badge = credential.NewBadge()
				made.Badge, l.badges[i] = o.Badges.ID(c.Badge), o.Badges.Of(who.Tenant, a.ID, c.Badge)
			}
			l.sheet.Cards[i], l.credentials[i] = c, made
			return err
		})
	}
	return l, g.Wait()
}

// bands returns the age band of each.
func (o Office) bands(ctx context.Context, owner tenant.ID, people []account.Account) ([]group.Band, error) {
	var ids []group.ID
	met := map[group.ID]bool{}
	for _, a := range people {
		for _, id := range a.Groups() {
			if !met[id] {
				met[id] = true
				ids = append(ids, id)
			}
		}
	}
	found, err := o.DB.Groups().GetMany(ctx, owner, ids)
	if err != nil {
		return nil, err
	}
	bands := make([]group.Band, len(people))
	for i, a := range people {
		var groups []group.Group
		for _, id := range a.Groups() {
			if e, ok := found[id]; ok {
				groups = append(groups, e.Value)
			}
		}
		bands[i] = a.BandIn(groups...)
	}
	return bands, nil
}

// issue stores a lot and returns the key that opens its sheet. The log entry is
// written first: a sheet that was begun is never unseen. Sessions end last:
// whoever knows an old password or has an old badge cannot begin one in between.
func (o Office) issue(ctx context.Context, who session.Person, x order, l lot) (key string, err error) {
	stored, key, err := l.sheet.seal(who, l.id)
	if err != nil {
		return "", err
	}
	stored.ExpireAt = l.sheet.Made.Add(credential.SheetLife)
	entry := o.Entry(ctx, who, audit.SheetIssued, x.ids()...).Of("call_name", "infix", "surname", "username").On(x.object)
	if err := o.DB.Log().Create(ctx, who.Tenant, entry.ID, entry); err != nil {
		return "", err
	}
	if err := o.keep(ctx, who.Tenant, x, l, stored); err != nil {
		return "", err
	}
	return key, o.endSessions(ctx, who.Tenant, x)
}

// keep stores the credentials and badges of a lot with its sheet, all or none, in
// place of those that its people had.
func (o Office) keep(ctx context.Context, owner tenant.ID, x order, l lot, stored credential.Sheet) error {
	return o.Credentials.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		people, badges := o.Credentials.Credentials(), o.Credentials.Badges()
		have, err := people.GetManyTx(tx, owner, x.ids())
		if err != nil {
			return err
		}
		var void []credential.BadgeID
		for _, e := range have {
			if x.fresh && len(e.Value.Verifier) > 0 {
				return fault.New(fault.Conflict, "")
			}
			if e.Value.Badge != "" {
				void = append(void, e.Value.Badge)
			}
		}
		if _, err := badges.GetManyTx(tx, owner, void); err != nil {
			return err
		}
		failed := []error{o.Credentials.Sheets().CreateTx(tx, owner, l.id, stored)}
		for i, id := range x.ids() {
			failed = append(failed, people.SetTx(tx, owner, id, l.credentials[i]))
			if b := l.credentials[i].Badge; b != "" {
				failed = append(failed, badges.CreateTx(tx, owner, b, l.badges[i]))
			}
		}
		for _, id := range void {
			failed = append(failed, badges.DeleteTx(tx, owner, id))
		}
		return errors.Join(failed...)
	})
}

// endSessions raises the epoch of everybody on the order, which voids the
// sessions and tokens that were begun with an earlier password or badge.
func (o Office) endSessions(ctx context.Context, owner tenant.ID, x order) error {
	return o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		table := o.DB.Accounts()
		now, err := table.GetManyTx(tx, owner, x.ids())
		if err != nil {
			return err
		}
		var failed []error
		for _, e := range now {
			e.Value.Epoch++
			failed = append(failed, table.ReplaceTx(tx, owner, e, "epoch"))
		}
		return errors.Join(failed...)
	})
}
