package rosterapply

import (
	"context"
	"errors"
	"maps"
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/group"
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

// writeGroup stores what the source says of a group, as the plan has it, so
// that writing it again changes nothing. What the school said of it stays.
func (s *server) writeGroup(tx *store.Tx, owner tenant.ID, row roster.GroupRow) error {
	e := store.Entry[group.ID, group.Group]{ID: row.Group.ID, Value: row.Group}
	return s.db.Groups().MergeTx(tx, owner, e, store.DeliveredFields()...)
}

func (s *server) writeAccount(ctx context.Context, tx *store.Tx, owner tenant.ID, row roster.AccountRow) error {
	switch {
	case row.Action == roster.Create:
		return s.create(tx, owner, row, nil)
	case row.FromBin:
		return errors.Join(s.claim(tx, owner, row, nil), s.back(tx, owner, row.Account))
	case row.Bin:
		e := store.Entry[account.ID, account.Account]{ID: row.Account.ID, Value: *row.Before, Written: row.Written}
		return s.keeper.BinTx(ctx, tx, owner, e, bin.Reason(row.Reason))
	}
	e := store.Entry[account.ID, account.Account]{ID: row.Account.ID, Value: row.Account, Written: row.Written}
	return errors.Join(s.claim(tx, owner, row, nil), s.db.Accounts().ReplaceTx(tx, owner, e, store.ImportedFields()...))
}

func (s *server) create(tx *store.Tx, owner tenant.ID, row roster.AccountRow, held holders) error {
	return errors.Join(s.claim(tx, owner, row, held), s.db.Accounts().CreateTx(tx, owner, row.Account.ID, row.Account))
}

// holders are the names that are held, and by whom.
type holders map[store.NameID]store.Entry[store.NameID, account.ID]

// claim makes the names that a row gives to its account that account's, but
// those that it holds already. The names that it had before stay claimed: they
// are its aliases.
func (s *server) claim(tx *store.Tx, owner tenant.ID, row roster.AccountRow, held holders) error {
	var failed []error
	for _, name := range s.claims(owner, row) {
		if _, has := held[name]; !has {
			failed = append(failed, s.db.Names().CreateTx(tx, owner, name, row.Account.ID))
		}
	}
	return errors.Join(failed...)
}

// claims returns the names that a row gives to its account.
func (s *server) claims(owner tenant.ID, row roster.AccountRow) []store.NameID {
	addresses := row.Claims
	if len(addresses) == 0 && row.Action == roster.Create {
		addresses = []string{row.Account.Address} // of a plan that was made before rows named them
	}
	names := make([]store.NameID, len(addresses))
	for i, address := range addresses {
		names[i] = s.name(owner, address)
	}
	return names
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
	for _, row := range j.step.Accounts {
		have, exists := now.accounts[row.Account.ID]
		_, binned := now.bin[row.Account.ID]
		free := now.free(s.claims(j.Tenant, row), row.Account.ID)
		same := exists && have.Value.Digest == row.Was && stands(row, have.Value)
		switch {
		case exists && !row.Bin && applied(row, have.Value), row.Bin && !exists && binned:
			continue
		case row.Action == roster.Create && !exists && free:
			err = s.create(tx, j.Tenant, row, now.names)
		case row.FromBin && !exists && binned && free:
			err = errors.Join(s.claim(tx, j.Tenant, row, now.names), s.back(tx, j.Tenant, row.Account))
		case row.Bin && same:
			err = s.keeper.BinTx(ctx, tx, j.Tenant, have, bin.Reason(row.Reason))
		case row.Action != roster.Create && !row.FromBin && same && free:
			row.Account, err = s.merge(tx, j, merging{row, have, now.names})
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
	names    holders
}

// free reports whether nobody but an account holds any of names.
func (p present) free(names []store.NameID, id account.ID) bool {
	return !slices.ContainsFunc(names, func(n store.NameID) bool {
		holder, taken := p.names[n]
		return taken && holder.Value != id
	})
}

// renames reports whether a row gives its account another address.
func renames(row roster.AccountRow) bool {
	return row.Before != nil && row.Before.Address != row.Account.Address
}

// stands reports whether an account still has the address that a row changes.
func stands(row roster.AccountRow, have account.Account) bool {
	return !renames(row) || have.Address == row.Before.Address
}

// applied reports whether an account is as a row makes it.
func applied(row roster.AccountRow, have account.Account) bool {
	settles := row.Before != nil && row.Before.Renamed != row.Account.Renamed
	stays := row.Before != nil && !row.Before.Until.Equal(row.Account.Until)
	return have.Digest == row.Account.Digest && (!renames(row) || have.Address == row.Account.Address) &&
		(!settles || have.Renamed == row.Account.Renamed) && (!stays || have.Until.Equal(row.Account.Until))
}

func (s *server) present(tx *store.Tx, j job) (p present, err error) {
	if p.accounts, err = s.db.Accounts().GetManyTx(tx, j.Tenant, j.accounts()); err != nil {
		return p, err
	}
	if p.bin, err = s.db.Bin().GetManyTx(tx, j.Tenant, j.accounts()); err != nil {
		return p, err
	}
	var names []store.NameID
	for _, row := range j.step.Accounts {
		names = append(names, s.claims(j.Tenant, row)...)
	}
	p.names, err = s.db.Names().GetManyTx(tx, j.Tenant, names)
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
// version and epoch go on from where they are, and an address that somebody
// has changed since stays, where the row is not about it.
func (s *server) merge(tx *store.Tx, j job, m merging) (account.Account, error) {
	row, have, a := m.row, m.have, m.row.Account
	if !renames(row) {
		a.Username, a.Address, a.Aliases = have.Value.Username, have.Value.Address, have.Value.Aliases
	}
	if row.Before != nil && row.Before.Renamed == a.Renamed {
		a.Renamed = have.Value.Renamed
	}
	if row.Before != nil && row.Before.Until.Equal(a.Until) {
		a.Until = have.Value.Until
	}
	a.Version, a.Own, a.Traces = have.Value.Version+1, have.Value.Own, traced(row, have.Value.Traces)
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
	return a, errors.Join(s.claim(tx, j.Tenant, row, m.names), s.db.Accounts().ReplaceTx(tx, j.Tenant, e, store.ImportedFields()...))
}

// traced returns who changed which field last: what is stored, with what the row
// itself changes.
func traced(row roster.AccountRow, have map[string]account.Trace) map[string]account.Trace {
	all := maps.Clone(have)
	for field, t := range row.Account.Traces {
		if row.Before != nil && row.Before.Traces[field] == t {
			continue
		}
		if all == nil {
			all = map[string]account.Trace{}
		}
		all[field] = t
	}
	return all
}

// merging is a row, the account as it is now, and who holds its names.
type merging struct {
	row   roster.AccountRow
	have  store.Entry[account.ID, account.Account]
	names holders
}
