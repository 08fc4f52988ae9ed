package naming

import (
	"strconv"
	"strings"

	"cool.example/sync/shared/person"
)

// Namer makes names by one rule: see Compile.
type Namer struct {
	usernames []template
	address   template
	plain     bool // the address is the username
	renames   Consent
}

// Renames returns what follows a change of name.
func (n Namer) Renames() Consent { return n.renames }

// last is the stem of who has no name that an address can hold.
const last = "account"

// Stems returns what the rule's templates make of s, the first choice first,
// and whether any of them made something: where none does, the stem is
// "account".
func (n Namer) Stems(s Subject) (stems []string, made bool) {
	for _, t := range n.usernames {
		if stem, ok := t.render(s, ""); ok {
			stems = append(stems, stem)
		}
	}
	if len(stems) == 0 {
		return []string{last}, false
	}
	return stems, true
}

// Local returns the local part of the address of who has this username.
func (n Namer) Local(s Subject, name string) string {
	if n.plain {
		return name
	}
	if local, ok := n.address.render(s, name); ok {
		return local
	}
	return name
}

// Fits reports whether the rule could have given s these names: one of its
// stems, with or without a counter. So a collision that was resolved stays so.
func (n Namer) Fits(s Subject, name, local string) bool {
	stems, _ := n.Stems(s)
	for _, stem := range stems {
		if counted(stem, name) {
			return counted(n.Local(s, name), local)
		}
	}
	return false
}

// counted reports whether name is stem, with a counter or without.
func counted(stem, name string) bool {
	if name == stem {
		return true
	}
	digits := name[len(strings.TrimRight(name, "0123456789")):]
	i, err := strconv.Atoi(digits)
	return err == nil && i > 1 && numbered(stem, i) == name
}

// numbered returns stem with counter i, none for 1, shortened so that both fit.
// Behind a digit a hyphen keeps the two apart.
func numbered(stem string, i int) string {
	if i < 2 {
		return stem
	}
	suffix := strconv.Itoa(i)
	stem = cut(stem, Longest-len(suffix)-1)
	if stem != "" && stem[len(stem)-1] >= '0' && stem[len(stem)-1] <= '9' {
		suffix = "-" + suffix
	}
	return stem + suffix
}

// Held says which names nobody gets, whoever has them.
type Held interface {
	// Holds reports whether the local part, in lower case, is held.
	Holds(local string) bool
}

// List is a list of names that nobody gets: local parts in lower case.
type List map[string]bool

// ListOf returns the list of these names, or of the local parts of these
// addresses.
func ListOf(names []string) List {
	l := make(List, len(names))
	for _, n := range names {
		l[Local(n)] = true
	}
	return l
}

// Holds reports whether local is in the list.
func (l List) Holds(local string) bool { return l[local] }

// Book is which names are taken. One book holds those of a whole institution:
// usernames and local parts of addresses alike, whatever the domain, so that
// nobody takes one for the other.
type Book struct {
	taken map[string]bool
	next  map[string]int // where the counter of a stem goes on
	held  []Held
}

// NewBook returns a book in which nothing is taken but what is held.
func NewBook(held ...Held) *Book {
	return &Book{taken: map[string]bool{}, next: map[string]int{}, held: held}
}

// Take notes that names, or the local parts of addresses, are taken.
func (b *Book) Take(names ...string) {
	for _, n := range names {
		if n != "" {
			b.taken[Local(n)] = true
		}
	}
}

// Taken reports whether somebody has the name.
func (b *Book) Taken(name string) bool { return b.taken[name] }

// Free reports whether anybody may get the name.
func (b *Book) Free(name string) bool {
	if b.taken[name] || Reserved(name) {
		return false
	}
	for _, h := range b.held {
		if h != nil && h.Holds(name) {
			return false
		}
	}
	return true
}

// Given is what somebody is to be called.
type Given struct {
	Username string
	Local    string // of the address
	Choice   int    // which of the rule's templates gave it, from 1; 0 where none did
	Counter  int    // the counter behind it; 1 for none
}

// Wish is whom a name is for.
type Wish struct {
	Subject
	Own  List   // names that are the subject's already, and so free for it alone
	Have string // local part of the address that wins over the rule; "" for none
}

// Give finds the names of a subject by the rule, and takes them. An address
// that wins over the rule is the username too, unless the rule makes the two
// apart.
func (b *Book) Give(n Namer, w Wish) Given {
	s, free := w.Subject, func(name string) bool { return w.Own[name] || b.Free(name) }
	if w.Have != "" && n.plain {
		b.Take(w.Have)
		return Given{Username: w.Have, Local: w.Have, Counter: 1}
	}
	stems, made := n.Stems(s)
	g := Given{Counter: 1}
	for i, stem := range stems {
		if free(stem) {
			g.Username, g.Choice = stem, i+1
			break
		}
	}
	if g.Username == "" {
		g.Username, g.Counter = b.count(stems[0], free)
		g.Choice = 1
	}
	if !made {
		g.Choice = 0
	}
	if g.Local = n.Local(s, g.Username); w.Have != "" {
		g.Local = w.Have
	} else if g.Local != g.Username && !free(g.Local) {
		g.Local, g.Counter = b.count(g.Local, free)
	}
	b.Take(g.Username, g.Local)
	return g
}

// count returns stem with the first counter that is free.
func (b *Book) count(stem string, free func(string) bool) (string, int) {
	for i := max(2, b.next[stem]); ; i++ {
		if name := numbered(stem, i); free(name) {
			b.next[stem] = i + 1
			return name, i
		}
	}
}

// Username proposes the username for n by the usual rule: "zoe.vandenberg".
// Where taken says that a proposal is in use, a counter from 2 follows.
func Username(n person.Name, taken func(string) bool) string {
	usual, _ := Compile(person.Staff, Rule{})
	stems, _ := usual.Stems(Subject{Name: n})
	for i := 1; ; i++ {
		if name := numbered(stems[0], i); !Reserved(name) && !taken(name) {
			return name
		}
	}
}
