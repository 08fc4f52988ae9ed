package people

import (
	"context"
	"net/url"
	"slices"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// blank is a field that a source may deliver, and that the school fills in where
// none does.
type blank struct {
	key     string                             // in the register, and in forms
	at      func(*account.Account) *string     // nil where the account has no place for it
	options []string                           // that may be chosen besides nothing; nil where it is written
	valid   func(text string) (problem string) // key of what is wrong with a text, "" for nothing
}

// blanks returns the fields in the order of the form.
func blanks() []blank {
	name := func(key string, part func(*person.Name) *string) blank {
		return blank{key: key, at: func(a *account.Account) *string { return part(&a.Source.Name) }, valid: brief("people.name_invalid")}
	}
	return []blank{
		name("call_name", func(n *person.Name) *string { return &n.Call }),
		name("first_names", func(n *person.Name) *string { return &n.FirstNames }),
		name("initials", func(n *person.Name) *string { return &n.Initials }),
		name("infix", func(n *person.Name) *string { return &n.Infix }),
		name("surname", func(n *person.Name) *string { return &n.Surname }),
		{
			key: "salutation", at: func(a *account.Account) *string { return (*string)(&a.Source.Salutation) },
			options: texts(person.Sir, person.Madam, person.Family, person.Plain),
		},
		{
			key: "gender", at: func(a *account.Account) *string { return (*string)(&a.Source.Gender) },
			options: texts(person.Female, person.Male, person.Unspecified, person.Unknown),
		},
		{key: "administration_number", at: func(a *account.Account) *string { return &a.Source.Number }, valid: change.NumberProblem},
		{key: "year", at: membership(func(m *account.Membership) *string { return &m.Grade }), valid: func(text string) string {
			if text != "" && (!roster.ValidYear(text) || text == "H" || text == "C") {
				return "people.year_invalid"
			}
			return ""
		}},
		{key: "ilt", at: membership(func(m *account.Membership) *string { return &m.ILT }), valid: func(text string) string {
			if text != "" && (len(text) != 4 || !rows.Digits(text)) {
				return "people.ilt_invalid"
			}
			return ""
		}},
	}
}

func texts[T ~string](options ...T) []string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = string(o)
	}
	return all
}

// brief refuses a text that is too long, or holds a citizen service number.
func brief(problem string) func(string) string {
	return func(text string) string {
		if len(text) > change.Longest || rows.HoldsBSN(text) {
			return problem
		}
		return ""
	}
}

// membership leads to a field of what an account is to its main school.
func membership(of func(*account.Membership) *string) func(*account.Account) *string {
	return func(a *account.Account) *string {
		i := slices.IndexFunc(a.Memberships, func(m account.Membership) bool { return m.School == a.Main && !m.Left })
		if i < 0 {
			return nil
		}
		return of(&a.Memberships[i])
	}
}

// fits reports whether accounts like a have the field at all. An account that is
// nobody's own has a name alone.
func (b blank) fits(a *account.Account) bool {
	if a.Kind == person.Functional {
		return slices.Contains([]string{"call_name", "infix", "surname"}, b.key)
	}
	f, ok := privacy.Lookup(b.key)
	return ok && f.Of(a.Kind) && b.at(a) != nil
}

// refuses returns the key of what is wrong with a text, "" for nothing.
func (b blank) refuses(text string) string {
	if b.options == nil {
		return b.valid(text)
	}
	if text != "" && !slices.Contains(b.options, text) {
		return "people.choice_invalid"
	}
	return ""
}

// delivered returns what reports whether a source delivers a field of a.
func (o Office) delivered(ctx context.Context, owner tenant.ID, a account.Account) (func(field string) bool, error) {
	var ids []school.ID
	for _, m := range slices.Concat(a.Memberships, a.Next) {
		ids = append(ids, m.School)
	}
	slices.Sort(ids)
	found, err := o.DB.Schools().GetMany(ctx, owner, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	at := map[school.ID]school.School{}
	for id, e := range found {
		at[id] = e.Value
	}
	return a.Delivered(at), nil
}

// complete fills in what a form says of a's fields. What a source delivers is
// changed there: it may stand in the form as it is.
func complete(a *account.Account, form url.Values, delivered func(field string) bool) error {
	a.Memberships = slices.Clone(a.Memberships)
	was := a.Source.Name
	for _, b := range blanks() {
		text := console.Clean(form.Get(b.key))
		if !form.Has(b.key) || !b.fits(a) && text == "" {
			continue
		}
		if !b.fits(a) {
			return fault.New(fault.Invalid, "people.field_invalid")
		}
		switch field := b.at(a); {
		case text == *field:
		case delivered(b.key):
			return fault.New(fault.Invalid, imported)
		case b.refuses(text) != "":
			return &fault.Error{Kind: fault.Invalid, Public: b.refuses(text)}
		default:
			*field = text
		}
	}
	if is := a.Source.Name; is != was && (is.Surname == "" || is.Given() == "" && a.Kind != person.Functional) {
		return fault.New(fault.Invalid, "people.name_missing")
	}
	return nil
}

// blankView is a field of the form that the school fills in.
type blankView struct {
	Key, Value string
	Options    []string
}

// open returns the fields of a that no source delivers, as far as they are shown.
func open(a account.Account, delivered, shows func(field string) bool) []blankView {
	var all []blankView
	for _, b := range blanks() {
		if b.fits(&a) && !delivered(b.key) && shows(b.key) {
			all = append(all, blankView{b.key, *b.at(&a), b.options})
		}
	}
	return all
}
