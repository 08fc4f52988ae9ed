package rosterapply

import (
	"context"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// blind writes the rows without reading them: creations must not exist yet,
// changes must not have been written since the plan. One that fails fails all.
func (s *server) blind(ctx context.Context, tx *store.Tx, j job) (outcome, error) {
	var o outcome
	for _, row := range j.step.Groups {
		if err := s.writeGroup(tx, j.Tenant, row); err != nil {
			return o, err
		}
	}
	for _, row := range j.step.Accounts {
		if err := s.writeAccount(ctx, tx, j.Tenant, row); err != nil {
			return o, err
		}
		o.note(row, row.Before)
	}
	return o, nil
}

// writeGroup stores a group as the plan has it. A group's stored form holds
// nothing but what the source says, so that writing it again changes nothing.
func (s *server) writeGroup(tx *store.Tx, owner tenant.ID, row roster.GroupRow) error {
	return s.db.Groups().SetTx(tx, owner, row.Group.ID, row.Group)
}

func (s *server) writeAccount(ctx context.Context, tx *store.Tx, owner tenant.ID, row roster.AccountRow) error {
	switch {
	case row.Action == roster.Create:
		return s.create(tx, owner, row.Account)
	case row.FromBin:
		return s.back(tx, owner, row.Account)
	case row.Bin:
		e := store.Entry[account.ID, account.Account]{ID: row.Account.ID, Value: *row.Before, Written: row.Written}
		return s.keeper.BinTx(ctx, tx, owner, e, bin.Reason(row.Reason))
	}
	e := store.Entry[account.ID, account.Account]{ID: row.Account.ID, Value: row.Account, Written: row.Written}
	return s.db.Accounts().ReplaceTx(tx, owner, e, store.ImportedFields()...)
}

func (s *server) create(tx *store.Tx, owner tenant.ID, a account.Account) error {
	if err := s.db.Names().CreateTx(tx, owner, s.name(owner, a.Address), a.ID); err != nil {
		return err
	}
	return s.db.Accounts().CreateTx(tx, owner, a.ID, a)
}

func (s *server) name(owner tenant.ID, address string) store.NameID {
	return store.NameID(s.index.Of(owner, "address", address))
}

// careful reads every row's account and name first and writes those rows that
// still apply. A row whose account was imported otherwise since the plan, or
// whose name somebody else holds now, is left alone and named: the next
// import plans it anew.
func (s *server) careful(ctx context.Context, tx *store.Tx, j job) (outcome, error) {
	var o outcome
	now, err := s.present(tx, j)
	if err != nil {
		return o, err
	}
	for i, row := range j.step.Accounts {
		have, exists := now.accounts[row.Account.ID]
		_, binned := now.bin[row.Account.ID]
		holder, taken := now.names[now.ids[i]]
		free := !taken || holder.Value == row.Account.ID
		same := exists && have.Value.Digest == row.Was
		switch {
		case exists && !row.Bin && have.Value.Digest == row.Account.Digest, row.Bin && !exists && binned:
			continue // applied before
		case row.Action == roster.Create && !exists && !taken:
			err = s.create(tx, j.Tenant, row.Account)
		case row.FromBin && !exists && binned && free:
			err = s.back(tx, j.Tenant, row.Account)
		case row.Bin && same:
			err = s.keeper.BinTx(ctx, tx, j.Tenant, have, bin.Reason(row.Reason))
		case row.Action != roster.Create && !row.FromBin && same && free:
			row.Account, err = s.merge(tx, j.Tenant, row, have)
		default:
			o.left = append(o.left, row.Account.ID)
			continue
		}
		if err != nil {
			return o, err
		}
		o.note(row, &have.Value)
	}
	return o, s.groupsAgain(tx, j)
}

// present is what is stored of a step's rows.
type present struct {
	accounts map[account.ID]store.Entry[account.ID, account.Account]
	bin      map[account.ID]store.Entry[account.ID, bin.Entry]
	names    map[store.NameID]store.Entry[store.NameID, account.ID]
	ids      []store.NameID // of the rows' addresses, in their order
}

func (s *server) present(tx *store.Tx, j job) (p present, err error) {
	if p.accounts, err = s.db.Accounts().GetManyTx(tx, j.Tenant, j.accounts()); err != nil {
		return p, err
	}
	if p.bin, err = s.db.Bin().GetManyTx(tx, j.Tenant, j.accounts()); err != nil {
		return p, err
	}
	p.ids = make([]store.NameID, len(j.step.Accounts))
	for i, row := range j.step.Accounts {
		p.ids[i] = s.name(j.Tenant, row.Account.Address)
	}
	p.names, err = s.db.Names().GetManyTx(tx, j.Tenant, p.ids)
	return p, err
}

func (s *server) groupsAgain(tx *store.Tx, j job) error {
	for _, row := range j.step.Groups {
		if err := s.writeGroup(tx, j.Tenant, row); err != nil {
			return err
		}
	}
	return nil
}

// merge writes the imported fields of row over an account that the school has
// changed in its own fields since the plan: a block stays a block, and the
// version and epoch go on from where they are.
func (s *server) merge(tx *store.Tx, owner tenant.ID, row roster.AccountRow, have store.Entry[account.ID, account.Account]) (account.Account, error) {
	a := row.Account
	a.Version, a.Own = have.Value.Version+1, have.Value.Own
	switch {
	case have.Value.State == account.Blocked && a.State == account.Left:
		a.Rest = account.Blocked
	case have.Value.State == account.Blocked:
		a.State = account.Blocked
	}
	a.Epoch = have.Value.Epoch
	if a.State == account.Left {
		a.Epoch++
	}
	a.Digest = a.Imported()
	e := store.Entry[account.ID, account.Account]{ID: a.ID, Value: a, Written: have.Written}
	return a, s.db.Accounts().ReplaceTx(tx, owner, e, store.ImportedFields()...)
}
