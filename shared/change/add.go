package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Draft is somebody whom the school adds by hand: a substitute, a trainee, the
// board's office, a pupil who is new today; or an account that is nobody's own,
// for whom a member of staff answers.
type Draft struct {
	ID       account.ID // of the account that it becomes, so that a draft handed over twice makes one; "" for a new one
	Kind     person.Kind
	Name     person.Name
	School   school.ID  // "" for staff of the board, and nobody else
	Groups   []group.ID // classes and lesson groups of the school, and manual groups
	Number   string     // administration number; pupils only, "" for none yet
	Function string     // staff only, in the school's own words
	Until    time.Time  // when the account leaves by itself; zero for never
	Owner    account.ID // of a functional account
}

// Longest bounds each part of a name, in bytes.
const Longest = 100

// Check answers Invalid for a draft of nobody.
func (d Draft) Check(now time.Time) error {
	parts := []string{d.Name.Call, d.Name.FirstNames, d.Name.Initials, d.Name.Infix, d.Name.Surname, d.Function}
	bad := func(s string) bool {
		return len(s) > Longest || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\x00\r\n\t")
	}
	switch {
	case d.ID != "" && !account.ValidID(string(d.ID)):
		return fault.New(fault.Invalid, "")
	case !d.Kind.Valid() && d.Kind != person.Functional, d.Kind == person.Guardian:
		return fault.New(fault.Invalid, "people.kind_invalid")
	case slices.ContainsFunc(parts, bad):
		return fault.New(fault.Invalid, "people.name_invalid")
	case d.Name.Surname == "", d.Name.Given() == "" && d.Kind != person.Functional:
		return fault.New(fault.Invalid, "people.name_missing")
	case d.School == "" && d.Kind != person.Staff:
		return fault.New(fault.Invalid, "people.school_missing")
	case d.Number != "" && d.Kind != person.Pupil:
		return fault.New(fault.Invalid, "people.field_invalid")
	case NumberProblem(d.Number) != "":
		return &fault.Error{Kind: fault.Invalid, Public: NumberProblem(d.Number)}
	case d.Function != "" && d.Kind != person.Staff:
		return fault.New(fault.Invalid, "people.function_invalid")
	case (d.Owner != "") != (d.Kind == person.Functional):
		return fault.New(fault.Invalid, "people.owner_missing")
	case !d.Until.IsZero() && !d.Until.After(now):
		return fault.New(fault.Invalid, "people.until_past")
	}
	return nil
}

// longestNumber bounds an administration number.
const longestNumber = 20

// NumberProblem returns the key of what is wrong with an administration number that
// somebody wrote, "" for nothing. Nine digits that may be a citizen service number
// are refused: nobody's belongs here.
func NumberProblem(number string) string {
	switch {
	case len(number) > longestNumber || strings.ContainsFunc(number, func(r rune) bool { return r < '!' || r > '~' }):
		return "people.number_invalid"
	case rows.HoldsBSN(number):
		return "people.number_bsn"
	}
	return ""
}

// Clerk adds people by hand.
type Clerk struct {
	Desk
	Index seal.Index // of names
}

// attempts is how often a name is looked for while others take names too.
const attempts = 5

// Add makes an account for a draft, named by the rule of its school, in one
// transaction with the log entry. It is active at once. When a source delivers
// the person later, the import proposes that the two are one. Of the order, it is
// said in whose name. It answers Conflict where the draft's id is another
// person's.
func (c Clerk) Add(ctx context.Context, o Order, d Draft) (account.Account, error) {
	owner := o.Owner
	if err := d.Check(c.Clock.Now()); err != nil {
		return account.Account{}, err
	}
	if d.ID == "" {
		d.ID = account.NewID()
	}
	a, err := c.drawn(ctx, owner, d)
	if err != nil {
		return a, err
	}
	targets, err := Targets(ctx, c.DB, owner)
	if err != nil {
		return a, err
	}
	for range attempts {
		have, there, err := c.before(ctx, owner, a)
		if err != nil || there {
			return have, err
		}
		if a, err = c.named(ctx, owner, a); err != nil {
			return a, err
		}
		b := batch{order: o, now: c.Clock.Now(), changed: []account.Account{a}, matters: []account.Account{a}, fields: []string{"call_name", "infix", "surname", "username"}}
		if d.Number != "" {
			b.fields = append(b.fields, "administration_number")
		}
		b.letter = outbox.New(owner, b.now, append(b.provision(targets), b.recalculate()...)...)
		err = c.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error { return c.create(tx, b) })
		if fault.KindOf(err) == fault.Conflict {
			continue // somebody else got the name meanwhile, or the draft came twice
		}
		if err != nil {
			return a, fmt.Errorf("add account: %w", err)
		}
		c.Post.Send(ctx, b.letter)
		return a, nil
	}
	return a, fmt.Errorf("add account: %w", fault.New(fault.Busy, ""))
}

// before returns the account that a draft became when it was handed over
// before.
func (c Clerk) before(ctx context.Context, owner tenant.ID, a account.Account) (have account.Account, there bool, err error) {
	have, err = c.DB.Accounts().Get(ctx, owner, a.ID)
	if fault.KindOf(err) == fault.NotFound {
		return a, false, nil
	}
	if err == nil && (have.Kind != a.Kind || have.Source.Name != a.Source.Name || have.Main != a.Main) {
		err = fault.New(fault.Conflict, "people.sent_before")
	}
	return have, true, err
}

// create writes the account of a batch with its names.
func (c Clerk) create(tx *store.Tx, b batch) error {
	a, o := b.changed[0], b.order
	entry := o.Mark.On(audit.New(b.now, o.Actor, audit.Added, a.ID).Of(b.fields...))
	failed := []error{
		c.DB.Accounts().CreateTx(tx, o.Owner, a.ID, a),
		c.DB.Log().CreateTx(tx, o.Owner, entry.ID, entry),
		c.DB.Outbox().CreateTx(tx, o.Owner, b.letter.ID, b.letter),
	}
	for _, name := range a.Names() {
		failed = append(failed, c.DB.Names().CreateTx(tx, o.Owner, c.nameOf(o.Owner, name), a.ID))
	}
	return errors.Join(failed...)
}

// drawn returns the account of a draft, without names.
func (c Clerk) drawn(ctx context.Context, owner tenant.ID, d Draft) (account.Account, error) {
	now := c.Clock.Now()
	a := account.Account{
		ID: d.ID, Kind: d.Kind, State: account.Active, Epoch: 1, Version: 1, Created: now, Changed: now, Until: d.Until,
		Source: account.Source{Name: d.Name, Number: d.Number}, Own: account.Own{Function: d.Function, Owner: d.Owner},
		Traces: map[string]account.Trace{"surname": {At: now, By: account.ByHand}, "call_name": {At: now, By: account.ByHand}},
	}
	if d.Number != "" {
		a.Traces["administration_number"] = account.Trace{At: now, By: account.ByHand}
	}
	var of []group.ID
	found, err := c.DB.Groups().GetMany(ctx, owner, d.Groups)
	if err != nil {
		return a, fmt.Errorf("read groups: %w", err)
	}
	for _, id := range d.Groups {
		e, ok := found[id]
		switch g := e.Value; {
		case !ok, g.Ended, g.Kind == group.Ruled, g.School != "" && g.School != d.School:
			return a, fault.New(fault.Invalid, "people.group_invalid")
		case g.Kind == group.Manual:
			a.Own.Groups = append(a.Own.Groups, id)
		default:
			of = append(of, id)
		}
	}
	if d.School != "" {
		place, err := c.DB.Schools().Get(ctx, owner, d.School)
		if err != nil {
			return a, fault.New(fault.Invalid, "people.school_missing")
		}
		a = a.With(account.Membership{School: d.School, Year: place.YearAt(now), Groups: of})
	}
	if d.Owner != "" {
		who, err := c.DB.Accounts().Get(ctx, owner, d.Owner)
		if err != nil || who.Kind != person.Staff {
			return a, fault.New(fault.Invalid, "people.owner_missing")
		}
	}
	return a, nil
}

// named returns a with names by the rule of its school that nobody has or had.
func (c Clerk) named(ctx context.Context, owner tenant.ID, a account.Account) (account.Account, error) {
	institution, err := c.DB.Tenants().Get(ctx, owner, owner)
	if err != nil {
		return a, fmt.Errorf("read institution: %w", err)
	}
	var place school.School
	if a.Main != "" {
		if place, err = c.DB.Schools().Get(ctx, owner, a.Main); err != nil {
			return a, fmt.Errorf("read school: %w", err)
		}
	}
	boxes, err := Mailboxes(ctx, c.DB, c.Index, owner)
	if err != nil {
		return a, err
	}
	taken := &taken{c: c, ctx: ctx, owner: owner, institution: institution}
	namer, _ := naming.Compile(a.Kind, place.Naming[a.Kind]) // one that cannot work is the usual one
	subject := naming.Subject{Name: a.Source.Name, Number: a.Source.Number, Year: int(school.YearAt(a.Created)), School: place.Code.String()}
	if _, made := namer.Stems(subject); !made { // it is of what only a source delivers, such as a number
		namer, _ = naming.Compile(a.Kind, naming.Rule{})
	}
	wish, reserved := naming.Wish{Subject: subject}, naming.ListOf(institution.Reserved)
	domain := institution.Domains.Staff
	if a.Kind == person.Pupil {
		domain = institution.Domains.Pupils
	}
	box, err := c.mailbox(ctx, owner, boxes, a, subject)
	if err != nil {
		return a, err
	}
	if local, at, _ := strings.Cut(box, "@"); at == domain && naming.Fit(local) && !reserved.Holds(local) && !taken.Holds(local) {
		wish.Have = local
	}
	given := naming.NewBook(reserved, boxes, taken).Give(namer, wish)
	a.Username, a.Address = given.Username, given.Local+"@"+domain
	a.Digest = a.Imported()
	return a, taken.failed
}

// mailbox returns the mailbox that somebody has already, "" for none. One that
// is known by a name is theirs where nobody of their kind is called the same.
func (c Clerk) mailbox(ctx context.Context, owner tenant.ID, boxes naming.Mailboxes, a account.Account, s naming.Subject) (string, error) {
	address, ok := boxes.Of(a.Kind, s, true)
	if !ok {
		return "", nil
	}
	others, err := c.DB.AccountsOf(ctx, owner, a.Kind)
	if err != nil {
		return "", fmt.Errorf("read accounts: %w", err)
	}
	for _, e := range others {
		if boxes.Named(a.Kind, e.Value.Source.Name) == boxes.Named(a.Kind, a.Source.Name) {
			return "", nil
		}
	}
	return address, nil
}

func (c Clerk) nameOf(owner tenant.ID, address string) store.NameID {
	return store.NameID(c.Index.Of(owner, "address", address))
}

// taken asks the database which names somebody has: also whoever lies in the
// recycle bin or, where the institution keeps that, had one.
type taken struct {
	c           Clerk
	ctx         context.Context //nolint:containedctx // lives as long as one question
	owner       tenant.ID
	institution tenant.Tenant
	failed      error
}

// Holds reports whether nobody may get local. After a failure it holds nothing,
// and failed says why.
func (t *taken) Holds(local string) bool {
	if t.failed != nil {
		return false
	}
	db, domains := t.c.DB, t.institution.Domains
	called, err := db.AccountsCalled(t.ctx, t.owner, []string{local})
	if t.failed = err; err != nil || len(called) > 0 {
		return err == nil
	}
	for _, domain := range []string{domains.Pupils, domains.Staff, domains.Guardians} {
		address := local + "@" + domain
		held := []error{exists(db.Names().Get(t.ctx, t.owner, t.c.nameOf(t.owner, address)))}
		if t.institution.KeepNames {
			held = append(held, exists(db.UsedNames().Get(t.ctx, t.owner, naming.UsedID(t.c.nameOf(t.owner, address)))))
		}
		for _, err := range held {
			switch fault.KindOf(err) {
			case fault.NotFound:
			default:
				t.failed = err
				return err == nil
			}
		}
	}
	return false
}

// exists drops what was read: only whether it is there matters.
func exists[T any](_ T, err error) error { return err }
