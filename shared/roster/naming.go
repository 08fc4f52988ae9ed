package roster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// ruled says whose rule it is.
type ruled struct {
	school school.ID
	kind   person.Kind
}

// calling is what a plan knows of names: which are taken, and by which rules
// people get theirs.
type calling struct {
	known  *Known
	book   *naming.Book
	held   naming.List // the institution's own
	given  naming.List // that the roster gives to people of its own: no template takes them
	alike  map[naming.MailboxID]int
	namers map[ruled]naming.Namer
}

// callings notes the names of everybody who is known: also of people who have
// left or lie in the recycle bin, and every alias.
func callings(k *Known) *calling {
	c := &calling{known: k, held: naming.ListOf(k.Tenant.Reserved), given: naming.List{}, namers: map[ruled]naming.Namer{}}
	c.book = naming.NewBook(c.held, c.given, k.Mailboxes, k.Used)
	for _, a := range k.Accounts {
		c.book.Take(a.Username, a.Address)
		c.book.Take(a.Aliases...)
	}
	return c
}

// read notes what the roster itself calls its people, before anybody gets a
// name: so that nobody's order in the file decides whose an address is.
func (c *calling) read(people []Person) {
	for _, p := range people {
		for _, local := range c.offered(p) {
			c.given[local] = true
		}
	}
	c.alike = map[naming.MailboxID]int{}
	for _, p := range people {
		c.alike[c.known.Mailboxes.Named(p.Kind, p.Name)]++
	}
}

// offered returns what the source calls p, the first choice first: the local
// part of its address under the institution's own domain, and the name of its
// account.
func (c *calling) offered(p Person) (names []string) {
	if own := c.own(p.Kind, p.Email); own != "" {
		names = append(names, own)
	}
	name, domain, _ := strings.Cut(strings.ToLower(p.Username), "@")
	if domain == "" || domain == c.domain(p.Kind) {
		names = append(names, name)
	}
	return slices.DeleteFunc(names, func(n string) bool { return !naming.Fit(n) })
}

// own returns the local part of an address under the institution's domain for
// a kind of person, "" for any other address.
func (c *calling) own(k person.Kind, address string) string {
	if address == "" || tenant.DomainOf(address) != c.domain(k) {
		return ""
	}
	return naming.Local(address)
}

func (c *calling) domain(k person.Kind) string {
	switch k {
	case person.Pupil:
		return c.known.Tenant.Domains.Pupils
	case person.Guardian:
		return c.known.Tenant.Domains.Guardians
	default:
		return c.known.Tenant.Domains.Staff
	}
}

// namer returns the rule of a's main school for people of its kind.
func (c *calling) namer(a account.Account) naming.Namer {
	of := ruled{a.Main, a.Kind}
	n, ok := c.namers[of]
	if !ok {
		n, _ = naming.Compile(a.Kind, c.school(a.Main).Naming[a.Kind]) // one that cannot work is the usual one
		c.namers[of] = n
	}
	return n
}

func (c *calling) school(id school.ID) school.School {
	if s, ok := c.known.Schools[id]; ok && id != c.known.School.ID {
		return s
	}
	return c.known.School
}

// subject returns what a's names are made from. The year is that in which the
// account was made, so that it names nobody otherwise a year later.
func (c *calling) subject(a account.Account) naming.Subject {
	made := a.Created
	if made.IsZero() {
		made = c.known.Now
	}
	return naming.Subject{Name: a.Source.Name, Number: a.Source.Number, Year: int(school.YearAt(made)), School: c.school(a.Main).Code.String()}
}

// wish returns what a is to be called: what it has by right is what the source
// offers, or a mailbox that exists already.
func (c *calling) wish(a account.Account, offered []string) (w naming.Wish, mailbox bool) {
	w = naming.Wish{Subject: c.subject(a), Own: naming.ListOf(a.Names())}
	for _, local := range offered {
		if c.may(a.Kind, w, local) {
			w.Have = local
			return w, false
		}
	}
	boxes := c.known.Mailboxes
	address, ok := boxes.Of(a.Kind, w.Subject, c.alike[boxes.Named(a.Kind, a.Source.Name)] < 2)
	if local := c.own(a.Kind, address); ok && naming.Fit(local) && c.may(a.Kind, w, local) {
		w.Have = local
		return w, true
	}
	return w, false
}

// may reports whether somebody may have a name that a template did not make:
// where nobody else has it, had it, or has a mailbox of that name.
func (c *calling) may(k person.Kind, w naming.Wish, local string) bool {
	if w.Own.Holds(local) {
		return true
	}
	return !c.book.Taken(local) && !c.held.Holds(local) && !c.used(local) && !c.known.Mailboxes.Others(k, w.Subject, local)
}

func (c *calling) used(local string) bool { return c.known.Used != nil && c.known.Used.Holds(local) }

// call returns a with the names that it is to have: see wish. What it was called
// before stays its own.
func (c *calling) call(a account.Account, w naming.Wish, mailbox bool) account.Account {
	g := c.book.Give(c.namer(a), w)
	called := a.Called(g.Username, g.Local+"@"+c.domain(a.Kind))
	if mailbox {
		called.Traces = traced(a.Traces, account.Trace{At: c.known.Now, By: account.ByHand})
	}
	return called
}

// namedBy is the field under which is told where an account's names are from.
const namedBy = "username"

func traced(traces map[string]account.Trace, t account.Trace) map[string]account.Trace {
	out := map[string]account.Trace{namedBy: t}
	for field, was := range traces {
		if field != namedBy {
			out[field] = was
		}
	}
	return out
}

// name gives a new account its names. Who is prepared comes in the year that
// is.
func (c *comparison) name(a account.Account, p Person) account.Account {
	w, mailbox := c.calls.wish(a, c.calls.offered(p))
	if c.plan.Prepares {
		w.Year = int(c.roster.Year)
	}
	return c.calls.call(a, w, mailbox)
}
