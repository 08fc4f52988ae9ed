package store

import (
	"context"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Nowhere stands for a school in AccountsAt: it is where those are who belong
// to no school, such as the board's office.
const Nowhere = school.ID("-")

// schoolsOf returns the schools of every membership, past and prepared ones
// too, so that nobody is missed who was at one.
func schoolsOf(a account.Account) []string {
	var ids []string
	for _, list := range [][]account.Membership{a.Memberships, a.Next} {
		for _, m := range list {
			ids = append(ids, string(m.School))
		}
	}
	if len(ids) == 0 {
		return []string{string(Nowhere)}
	}
	return ids
}

// AccountsAt returns a page of the accounts, in any state, that have or had a
// membership at school s, in the order of their ids: see List.
func (db *DB) AccountsAt(ctx context.Context, owner tenant.ID, s school.ID, p Page[account.ID]) ([]Entry[account.ID, account.Account], account.ID, error) {
	t := db.Accounts()
	if err := check(owner, s); err != nil {
		return nil, "", err
	}
	return t.page(ctx, owner, t.parent(owner).Where("schools", "array-contains", string(s)), p)
}

// MembersOf returns the accounts, in any state, that are in group g.
func (db *DB) MembersOf(ctx context.Context, owner tenant.ID, g group.ID) ([]Entry[account.ID, account.Account], error) {
	t := db.Accounts()
	if err := check(owner, g); err != nil {
		return nil, err
	}
	return t.found(ctx, owner, t.parent(owner).Where("within", "array-contains", string(g)))
}

// AccountsOf returns the accounts, in any state, of a kind.
func (db *DB) AccountsOf(ctx context.Context, owner tenant.ID, k person.Kind) ([]Entry[account.ID, account.Account], error) {
	t := db.Accounts()
	if err := check(owner, account.ID("x")); err != nil {
		return nil, err
	}
	return t.found(ctx, owner, t.parent(owner).Where("kind", "==", string(k)))
}

// inAtOnce is how many values Firestore takes in one "in":
// https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries.
const inAtOnce = 30

// AccountsCalled returns the accounts, in any state, whose address or
// username is one of names, which are in lower case.
func (db *DB) AccountsCalled(ctx context.Context, owner tenant.ID, names []string) ([]Entry[account.ID, account.Account], error) {
	t := db.Accounts()
	if err := check(owner, account.ID("x")); err != nil {
		return nil, err
	}
	var all []Entry[account.ID, account.Account]
	seen := map[account.ID]bool{}
	for from := 0; from < len(names); from += inAtOnce {
		some := names[from:min(from+inAtOnce, len(names))]
		for _, field := range []string{"address", "username"} {
			found, err := t.found(ctx, owner, t.parent(owner).Where(field, "in", some))
			if err != nil {
				return nil, err
			}
			for _, e := range found {
				if !seen[e.ID] {
					seen[e.ID] = true
					all = append(all, e)
				}
			}
		}
	}
	return all, nil
}

// found returns everything that q finds.
func (t Table[ID, V, D]) found(ctx context.Context, owner tenant.ID, q firestore.Query) ([]Entry[ID, V], error) {
	var all []Entry[ID, V]
	for e, err := range t.walk(ctx, owner, q) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}
