package store

import (
	"context"
	"slices"
	"time"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// accountDoc is an account as stored. Names are a contract: add, never rename.
// The tag register names the entry of the privacy register that allows the
// field, or "-" for what says nothing of a person.
type accountDoc struct {
	Kind        string          `firestore:"kind" register:"-"`
	State       string          `firestore:"state" register:"-"`
	Username    string          `firestore:"username" register:"username|school_email"`
	Address     string          `firestore:"address" register:"username|school_email"`
	Aliases     []string        `firestore:"aliases,omitempty" register:"username|school_email"`
	Renamed     bool            `firestore:"renamed,omitempty" register:"-"`
	Source      sourceDoc       `firestore:"source"`
	Memberships []membershipDoc `firestore:"memberships"`
	Next        []membershipDoc `firestore:"next"`
	Main        string          `firestore:"main" register:"-"`
	Own         ownDoc          `firestore:"own"`
	Apart       []string        `firestore:"apart,omitempty" register:"-"`
	Schools     []string        `firestore:"schools" register:"-"`    // of every membership, for AccountsAt
	Within      []string        `firestore:"within" register:"class"` // the groups, for MembersOf
	Rest        string          `firestore:"rest,omitempty" register:"-"`
	LeaveAt     time.Time       `firestore:"leaveAt" register:"-"`
	Until       time.Time       `firestore:"until" register:"-"`
	Limited     time.Time       `firestore:"limited" register:"-"`
	LimitOrder  string          `firestore:"limitOrder,omitempty" register:"-"`
	Epoch       int64           `firestore:"epoch" register:"-"`
	Version     int64           `firestore:"version" register:"-"`
	Digest      string          `firestore:"digest" register:"-"`
	Created     time.Time       `firestore:"created" register:"-"`
	Changed     time.Time       `firestore:"changed" register:"-"`

	Traces map[string]traceDoc `firestore:"traces,omitempty" register:"-"`
}

type traceDoc struct {
	At time.Time `firestore:"at" register:"-"`
	By string    `firestore:"by" register:"-"`
}

type sourceDoc struct {
	Call       string `firestore:"call,omitempty" register:"call_name"`
	FirstNames string `firestore:"firstNames,omitempty" register:"first_names"`
	Initials   string `firestore:"initials,omitempty" register:"initials"`
	Infix      string `firestore:"infix,omitempty" register:"infix"`
	Surname    string `firestore:"surname,omitempty" register:"surname"`
	Salutation string `firestore:"salutation,omitempty" register:"salutation"`
	Gender     string `firestore:"gender,omitempty" register:"gender"`
	Email      string `firestore:"email,omitempty" register:"school_email|private_email"`
	Number     string `firestore:"number,omitempty" register:"administration_number"`
	ECKHash    string `firestore:"eckHash,omitempty" register:"eck_id"`
	ECK        []byte `firestore:"eck,omitempty" register:"eck_id"`

	Children []childDoc `firestore:"children,omitempty"`
	ChildIDs []string   `firestore:"childIds,omitempty" register:"child"` // of children, to be found by
}

type childDoc struct {
	Account  string `firestore:"account" register:"child"`
	Slot     int    `firestore:"slot" register:"child"`
	Receives bool   `firestore:"receives" register:"child"`
}

type membershipDoc struct {
	School string   `firestore:"school" register:"-"`
	Key    string   `firestore:"key" register:"source_key_hash"`
	Keys   []string `firestore:"keys,omitempty" register:"source_key_hash"`
	Year   int      `firestore:"year" register:"class"`
	Grade  string   `firestore:"grade,omitempty" register:"year"`
	ILT    string   `firestore:"ilt,omitempty" register:"ilt"`
	Groups []string `firestore:"groups,omitempty" register:"class"`
	Roles  []string `firestore:"roles,omitempty" register:"function"`
	Left   bool     `firestore:"left,omitempty" register:"-"`
	Kept   bool     `firestore:"kept,omitempty" register:"-"`
}

type ownDoc struct {
	Roles    []string `firestore:"roles,omitempty" register:"-"`
	Groups   []string `firestore:"groups,omitempty" register:"class"`
	Ruled    []string `firestore:"ruled,omitempty" register:"class"`
	Function string   `firestore:"function,omitempty" register:"function"`
	Phone    string   `firestore:"phone,omitempty" register:"phone"`
	Email    string   `firestore:"email,omitempty" register:"private_email"`
	Band     string   `firestore:"band,omitempty" register:"age_band"`
	Owner    string   `firestore:"owner,omitempty" register:"-"`
}

// ImportedFields are the stored fields of an account that import writes; what
// the school added beside them stays as it is.
func ImportedFields() []string {
	return []string{
		"state", "username", "address", "aliases", "renamed", "source", "memberships", "next", "main", "apart", "schools", "within", "rest", "leaveAt", "until",
		"version", "digest", "epoch", "changed", "traces",
	}
}

// Accounts returns the table of accounts.
func (db *DB) Accounts() Table[account.ID, account.Account, accountDoc] {
	return Table[account.ID, account.Account, accountDoc]{
		db: db, collection: "accounts", toDoc: accountToDoc, fromDoc: accountFromDoc,
	}
}

// Holders returns the accounts of owner, in any state, that hold one of roles.
func (db *DB) Holders(ctx context.Context, owner tenant.ID, roles []access.Role) ([]account.Account, error) {
	if err := check(owner, account.ID("x")); err != nil || len(roles) == 0 {
		return nil, err
	}
	t := db.Accounts()
	var found []account.Account
	for e, err := range t.walk(ctx, owner, t.parent(owner).Where("own.roles", "array-contains-any", texts(roles))) {
		if err != nil {
			return nil, err
		}
		found = append(found, e.Value)
	}
	return found, nil
}

// WithNumber reports whether an account has one of these administration numbers.
func (db *DB) WithNumber(ctx context.Context, owner tenant.ID, numbers []string) (bool, error) {
	return db.anyWith(ctx, owner, "source.number", numbers)
}

// WithECK reports whether an account has an ECK-iD with one of these hashes.
func (db *DB) WithECK(ctx context.Context, owner tenant.ID, hashes []string) (bool, error) {
	return db.anyWith(ctx, owner, "source.eckHash", hashes)
}

// fewValues is up to how many values are asked for one by one. Beyond it all
// accounts are read once: that costs less than as many queries.
const fewValues = 10 * traceValues

func (db *DB) anyWith(ctx context.Context, owner tenant.ID, field string, values []string) (bool, error) {
	if err := check(owner, account.ID("x")); err != nil {
		return false, err
	}
	if len(values) > fewValues {
		wanted := make(map[string]bool, len(values))
		for _, v := range values {
			wanted[v] = true
		}
		for snap, err := range snapshots(ctx, db.Accounts().parent(owner).Select(field)) {
			if err != nil {
				return false, err
			}
			if has, _ := snap.DataAt(field); wanted[text(has)] { // an account may be without the field
				return true, nil
			}
		}
		return false, nil
	}
	for chunk := range slices.Chunk(values, traceValues) {
		for _, err := range snapshots(ctx, db.Accounts().parent(owner).Where(field, "in", chunk).Limit(1)) {
			return err == nil, err
		}
	}
	return false, nil
}

// text returns a stored text, "" for anything else.
func text(value any) string {
	s, _ := value.(string)
	return s
}

// Leaver is an account whose end has come.
type Leaver struct {
	Tenant  tenant.ID
	Account account.ID
	Grace   bool // it had left, and its grace is over; else it was to be there until a day
}

// Leaving returns at most limit accounts, of any institution, that had left and
// whose grace is over, or that were to be there until a day that has come.
func (db *DB) Leaving(ctx context.Context, limit int) ([]Leaver, error) {
	var all []Leaver
	for _, field := range []string{"leaveAt", "until"} {
		q := db.client.CollectionGroup("accounts").Where(field, ">", time.Unix(0, 0)).Where(field, "<=", db.Now()).Limit(limit - len(all))
		for snap, err := range snapshots(ctx, q) {
			if err != nil {
				return nil, err
			}
			all = append(all, Leaver{tenant.ID(snap.Ref.Parent.Parent.ID), account.ID(snap.Ref.ID), field == "leaveAt"})
		}
		if len(all) >= limit {
			break
		}
	}
	return all, nil
}

func accountToDoc(_ tenant.ID, a account.Account) accountDoc {
	n := a.Source.Name
	d := accountDoc{
		Kind: string(a.Kind), State: string(a.State), Username: a.Username, Address: a.Address, Aliases: a.Aliases, Renamed: a.Renamed,
		Source: sourceDoc{
			Call: n.Call, FirstNames: n.FirstNames, Initials: n.Initials, Infix: n.Infix, Surname: n.Surname,
			Salutation: string(a.Source.Salutation), Gender: string(a.Source.Gender), Email: a.Source.Email, Number: a.Source.Number,
			ECKHash: a.Source.ECK.Hash, ECK: a.Source.ECK.Sealed,
		},
		Memberships: membershipDocs(a.Memberships), Next: membershipDocs(a.Next), Main: string(a.Main), Apart: texts(a.Apart),
		Own: ownToDoc(a.Own), Schools: schoolsOf(a), Within: texts(a.Groups()),
		Rest: string(a.Rest), LeaveAt: a.LeaveAt, Until: a.Until, Limited: a.Limit.Since, LimitOrder: a.Limit.Order,
		Epoch: a.Epoch, Version: a.Version, Digest: a.Digest, Created: a.Created, Changed: a.Changed,
	}
	for field, t := range a.Traces {
		if d.Traces == nil {
			d.Traces = make(map[string]traceDoc, len(a.Traces))
		}
		d.Traces[field] = traceDoc{t.At, string(t.By)}
	}
	for _, c := range a.Source.Children {
		d.Source.Children = append(d.Source.Children, childDoc{string(c.Account), c.Slot, c.Receives})
		d.Source.ChildIDs = append(d.Source.ChildIDs, string(c.Account))
	}
	permit(&d)
	return d
}

func ownToDoc(o account.Own) ownDoc {
	return ownDoc{
		Roles: texts(o.Roles), Groups: texts(o.Groups), Ruled: texts(o.Ruled), Function: o.Function,
		Phone: o.Phone, Email: o.Email, Band: string(o.Band), Owner: string(o.Owner),
	}
}

func ownFromDoc(d ownDoc) account.Own {
	return account.Own{
		Roles: named[access.Role](d.Roles), Groups: named[group.ID](d.Groups), Ruled: named[group.ID](d.Ruled),
		Function: d.Function, Phone: d.Phone, Email: d.Email, Band: group.Band(d.Band), Owner: account.ID(d.Owner),
	}
}

func membershipDocs(list []account.Membership) []membershipDoc {
	var docs []membershipDoc
	for _, m := range list {
		docs = append(docs, membershipDoc{
			School: string(m.School), Key: m.Key, Keys: m.Keys, Year: int(m.Year), Grade: m.Grade, ILT: m.ILT,
			Groups: texts(m.Groups), Roles: m.Roles, Left: m.Left, Kept: m.Kept,
		})
	}
	return docs
}

func accountFromDoc(id account.ID, d accountDoc) (account.Account, error) {
	s := d.Source
	a := account.Account{
		ID: id, Kind: person.Kind(d.Kind), State: account.State(d.State), Username: d.Username, Address: d.Address, Aliases: d.Aliases, Renamed: d.Renamed,
		Source: account.Source{
			Name:       person.Name{Call: s.Call, FirstNames: s.FirstNames, Initials: s.Initials, Infix: s.Infix, Surname: s.Surname},
			Salutation: person.Salutation(s.Salutation), Gender: person.Gender(s.Gender), Email: s.Email, Number: s.Number,
			ECK: account.ECK{Hash: s.ECKHash, Sealed: s.ECK},
		},
		Memberships: memberships(d.Memberships), Next: memberships(d.Next), Main: school.ID(d.Main), Apart: named[account.ID](d.Apart),
		Own:  ownFromDoc(d.Own),
		Rest: account.State(d.Rest), LeaveAt: d.LeaveAt, Until: d.Until, Limit: account.Limit{Since: d.Limited, Order: d.LimitOrder},
		Epoch: d.Epoch, Version: d.Version, Digest: d.Digest, Created: d.Created, Changed: d.Changed,
	}
	for field, t := range d.Traces {
		if a.Traces == nil {
			a.Traces = make(map[string]account.Trace, len(d.Traces))
		}
		a.Traces[field] = account.Trace{At: t.At, By: account.Hand(t.By)}
	}
	for _, c := range s.Children {
		a.Source.Children = append(a.Source.Children, account.Child{Account: account.ID(c.Account), Slot: c.Slot, Receives: c.Receives})
	}
	return a, nil
}

func memberships(docs []membershipDoc) []account.Membership {
	var list []account.Membership
	for _, m := range docs {
		list = append(list, account.Membership{
			School: school.ID(m.School), Key: m.Key, Keys: m.Keys, Year: school.Year(m.Year), Grade: m.Grade, ILT: m.ILT,
			Groups: named[group.ID](m.Groups), Roles: m.Roles, Left: m.Left, Kept: m.Kept,
		})
	}
	return list
}

// texts and named convert between lists of named strings and their stored form.
func texts[S ~string](list []S) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func named[S ~string](list []string) []S {
	if list == nil {
		return nil
	}
	out := make([]S, len(list))
	for i, s := range list {
		out[i] = S(s)
	}
	return out
}
