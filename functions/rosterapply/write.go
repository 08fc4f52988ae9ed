package rosterapply

import (
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// blind writes the rows without reading them: creations must not exist yet,
// changes must not have been written since the plan. One that fails fails all.
func (s *server) blind(tx *store.Tx, j job) (int, error) {
	for _, row := range j.step.Groups {
		if err := s.writeGroup(tx, j.Tenant, row); err != nil {
			return 0, err
		}
	}
	for _, row := range j.step.Accounts {
		if err := s.writeAccount(tx, j.Tenant, row); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// writeGroup stores a group as the plan has it. A group's stored form holds
// nothing but what the source says, so that writing it again changes nothing.
func (s *server) writeGroup(tx *store.Tx, owner tenant.ID, row roster.GroupRow) error {
	return s.db.Groups().SetTx(tx, owner, row.Group.ID, row.Group)
}

func (s *server) writeAccount(tx *store.Tx, owner tenant.ID, row roster.AccountRow) error {
	if row.Action == roster.Create {
		return s.create(tx, owner, row.Account)
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
// whose name somebody else holds now, is left alone and counted: the next
// import plans it anew.
func (s *server) careful(tx *store.Tx, j job) (int, error) {
	stored, err := s.db.Accounts().GetManyTx(tx, j.Tenant, j.accounts())
	if err != nil {
		return 0, err
	}
	names := make([]store.NameID, len(j.step.Accounts))
	for i, row := range j.step.Accounts {
		names[i] = s.name(j.Tenant, row.Account.Address)
	}
	held, err := s.db.Names().GetManyTx(tx, j.Tenant, names)
	if err != nil {
		return 0, err
	}
	conflicts := 0
	for i, row := range j.step.Accounts {
		have, exists := stored[row.Account.ID]
		holder, taken := held[names[i]]
		switch {
		case exists && have.Value.Digest == row.Account.Digest:
			// applied before
		case row.Action == roster.Create && !exists && !taken:
			err = s.create(tx, j.Tenant, row.Account)
		case row.Action != roster.Create && exists && have.Value.Digest == row.Was && (!taken || holder.Value == row.Account.ID):
			err = s.merge(tx, j.Tenant, row, have)
		default:
			conflicts++
		}
		if err != nil {
			return 0, err
		}
	}
	return conflicts, s.groupsAgain(tx, j)
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
func (s *server) merge(tx *store.Tx, owner tenant.ID, row roster.AccountRow, have store.Entry[account.ID, account.Account]) error {
	a := row.Account
	a.Version = have.Value.Version + 1
	if have.Value.State == account.Blocked {
		a.State = account.Blocked
	}
	a.Epoch = have.Value.Epoch
	if a.State == account.Left {
		a.Epoch++
	}
	a.Digest = a.Imported()
	e := store.Entry[account.ID, account.Account]{ID: a.ID, Value: a, Written: have.Written}
	return s.db.Accounts().ReplaceTx(tx, owner, e, store.ImportedFields()...)
}
