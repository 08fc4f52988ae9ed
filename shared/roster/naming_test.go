package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// people makes a roster of the school's people of one kind: key, call name, surname.
func people(kind person.Kind, all ...[3]string) *roster.Roster {
	r := pupils()
	for _, p := range all {
		r.People = append(r.People, roster.Person{
			Key: p[0], Kind: kind, Name: person.Name{Call: p[1], Surname: p[2]}, Number: p[0],
			Fields: roster.CallName | roster.Surname | roster.Number | roster.Email,
		})
	}
	return r
}

// rules sets the rule of one kind of person at the school.
func (w *world) rules(kind person.Kind, r naming.Rule) {
	w.school.Naming = map[person.Kind]naming.Rule{kind: r}
}

// named returns what everybody is called, by call name and surname.
func (w *world) named() map[string]string {
	all := map[string]string{}
	for _, a := range w.accounts {
		all[a.Source.Name.Display()] = a.Username
	}
	return all
}

func TestNamesFollowTheSchoolsRule(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.rules(person.Pupil, naming.Rule{Usernames: []string{"{number}", "{school code}-{call}{year|last:2}"}, Address: "{call}.{surname|cut:1}"})
	r := people(person.Pupil, [3]string{"17", "Bo", "Maan"}, [3]string{"", "Bo", "Ster"})
	r.People[1].Key = "x"
	r.People = append(r.People, people(person.Staff, [3]string{"9", "Jo", "Zon"}).People...)
	p, _ := w.compare(r)
	w.apply(p, true)
	require.Equal(t, map[string]string{"Bo Maan": "17", "Bo Ster": "99zz00-bo26", "Jo Zon": "jo.zon"}, w.named())
	addresses := map[string]bool{}
	for _, row := range p.Rows[roster.People] {
		addresses[row.Account.Address] = true
		require.ElementsMatch(t, row.Account.Names(), row.Claims)
		require.Equal(t, row.Account.Address != row.Account.Username+"@leerling.example" && row.Account.Kind == person.Pupil, len(row.Claims) == 2)
	}
	require.Equal(t, map[string]bool{"bo.m@leerling.example": true, "bo.s@leerling.example": true, "jo.zon@school.example": true}, addresses)
}

func TestARuleThatCannotWorkIsTheUsualOne(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.rules(person.Staff, naming.Rule{Usernames: []string{"{bsn}"}})
	p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", "Zon"}))
	require.Equal(t, "jo.zon", p.Rows[roster.People][0].Account.Username)
}

// TestWhatTheSourceGivesWins: whoever stands first in the file.
func TestWhatTheSourceGivesWins(t *testing.T) {
	t.Parallel()
	for range 2 {
		w := newWorld()
		r := people(person.Staff, [3]string{"1", "Jan", "Smit"}, [3]string{"2", "Jan", "Smit"}, [3]string{"3", "An", "Vos"})
		r.People[1].Email = "Jan.Smit@School.example"
		r.People[2].Email = "postmaster@school.example"
		slices.Reverse(r.People)
		p, _ := w.compare(r)
		w.apply(p, true)
		for _, row := range p.Rows[roster.People] {
			want := map[string]string{"hash of staff1": "jan.smit2", "hash of staff2": "jan.smit", "hash of staff3": "an.vos"}
			require.Equal(t, want[row.Account.Memberships[0].Key], row.Account.Username)
		}
	}
}

// boxes tells of mailboxes that exist already.
func (w *world) boxes(boxes map[naming.MailboxID]string) naming.Mailboxes {
	all := map[naming.MailboxID]naming.Mailbox{}
	for id, address := range boxes {
		all[id] = naming.Mailbox{Address: address}
	}
	return naming.NewMailboxes(hashOf, all)
}

func hashOf(values ...string) string { return strings.Join(values, "/") }

func TestAMailboxThatExistsWins(t *testing.T) {
	t.Parallel()
	w := newWorld()
	k := w.known()
	k.Mailboxes = w.boxes(map[naming.MailboxID]string{
		naming.ByNumber(hashOf, "17"):                         "boom@leerling.example",
		naming.ByName(hashOf, person.Pupil, "An Roos"):        "roosje@leerling.example",
		naming.ByName(hashOf, person.Pupil, "Kim Tak"):        "tak@leerling.example", // two are called that
		naming.ByNumber(hashOf, "99"):                         "els.blad@leerling.example",
		naming.ByAddress(hashOf, "pim.gras@leerling.example"): "pim.gras@leerling.example",
		naming.ByNumber(hashOf, "30"):                         "elders@gmail.example",
	})
	r := people(person.Pupil,
		[3]string{"0017", "Bo", "Maan"}, [3]string{"2", "An", "Roos"}, [3]string{"3", "Kim", "Tak"}, [3]string{"4", "Kim", "Tak"},
		[3]string{"5", "Els", "Blad"}, [3]string{"6", "Pim", "Gras"}, [3]string{"30", "Do", "Mos"}, [3]string{"31", "Pia", "Gras"})
	r.People[7].Email = "pim.gras@leerling.example"
	r.People[4].Email = "els.blad@leerling.example" // which is number 99's
	var found roster.Findings
	p := roster.Compare(r, k, &found)
	w.apply(p, true)
	names := []string{}
	for _, row := range p.Rows[roster.People] {
		names = append(names, row.Account.Username)
	}
	require.Equal(t, []string{"boom", "roosje", "kim.tak", "kim.tak2", "els.blad2", "pim.gras2", "do.mos", "pim.gras"}, names)
	require.Equal(t, account.ByHand, p.Rows[roster.People][0].Account.Traces["username"].By, "no rule takes it away")
	require.Equal(t, account.Hand(""), p.Rows[roster.People][2].Account.Traces["username"].By)
}

// TestNamesOfOthersAreNotHandedOut: of people who have left or lie in the bin,
// aliases, the institution's own list, and people who have been erased.
func TestNamesOfOthersAreNotHandedOut(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for name, a := range map[string]account.Account{
		"left":    {State: account.Left, Username: "a.gone", Address: "a.gone@school.example"},
		"alias":   {State: account.Active, Username: "x", Address: "x@school.example", Aliases: []string{"b.married@school.example"}},
		"address": {State: account.Active, Username: "y", Address: "c.other@leerling.example"},
	} {
		a.ID, a.Kind = account.ID(name), person.Staff
		w.accounts[a.ID] = a
	}
	k := w.known()
	k.Tenant.Reserved = []string{"D.Shared"}
	k.Used = naming.Used{
		Of:  func(address string) naming.UsedID { return naming.UsedID(address) },
		IDs: map[naming.UsedID]bool{"e.erased@leerling.example": true}, Domains: []string{"leerling.example"},
	}
	r := people(person.Staff, [3]string{"1", "A", "Gone"}, [3]string{"2", "B", "Married"}, [3]string{"3", "C", "Other"}, [3]string{"4", "D", "Shared"}, [3]string{"5", "E", "Erased"}, [3]string{"6", "F", "Free"})
	for i, p := range r.People {
		r.People[i].Email = strings.ToLower(p.Name.Call + "." + p.Name.Surname + "@school.example")
	}
	var found roster.Findings
	p := roster.Compare(r, k, &found)
	names := []string{}
	for _, row := range p.Rows[roster.People] {
		names = append(names, row.Account.Username)
	}
	require.Equal(t, []string{"a.gone2", "b.married2", "c.other2", "d.shared2", "e.erased2", "f.free"}, names)
}

// TestTheMainSchoolNames: whose rule counts is the school that was first.
func TestTheMainSchoolNames(t *testing.T) {
	t.Parallel()
	w := newWorld()
	other := school.School{ID: "duin", Code: school.Code{BRIN: "99YY", Location: "00"}, Naming: map[person.Kind]naming.Rule{
		person.Staff: {Usernames: []string{"{surname}"}, Renames: naming.Automatic},
	}}
	w.others = map[school.ID]*world{"duin": {school: other}}
	a := account.Account{
		ID: "ajo", Kind: person.Staff, State: account.Active, Username: "zon", Address: "zon@school.example", Main: "duin",
		Source:      account.Source{Name: person.Name{Call: "Jo", Surname: "Zon"}},
		Memberships: []account.Membership{{School: "duin"}, {School: "zeester", Key: "hash of staff1", Year: 2026}},
	}
	a.Digest = a.Imported()
	w.accounts[a.ID] = a
	p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", "Wolk"}))
	require.Equal(t, "wolk@school.example", p.Rows[roster.People][0].Account.Address)
	require.Equal(t, []string{"zon@school.example"}, p.Rows[roster.People][0].Account.Aliases)
}

// anySchool draws a school's people, many of whom have the same name or are
// given an address by the source.
func anySchool(t *rapid.T) *roster.Roster {
	r := pupils()
	for i := range rapid.IntRange(1, 40).Draw(t, "people") {
		kind := rapid.SampledFrom(person.Kinds()).Draw(t, "kind")
		p := roster.Person{
			Key: fmt.Sprint(i), Kind: kind, Number: fmt.Sprint(i % 7),
			Name: person.Name{
				Call:    rapid.SampledFrom([]string{"Jan", "Zoë", "王", "", "Admin"}).Draw(t, "call"),
				Infix:   rapid.SampledFrom([]string{"", "van 't"}).Draw(t, "infix"),
				Surname: rapid.SampledFrom([]string{"Berg", "Çelik", "İnce", ""}).Draw(t, "surname"),
			},
			Fields: all | roster.Email,
		}
		if domain := map[person.Kind]string{person.Pupil: "leerling.example", person.Staff: "school.example"}[kind]; domain != "" {
			p.Email = rapid.SampledFrom([]string{"", "", "jan.berg@" + domain, "info@" + domain, "zoe@elders.example"}).Draw(t, "email")
		}
		r.People = append(r.People, p)
	}
	return r
}

// TestCollisionsAreResolvedAndStaySo takes in the same people in any order, by
// any rule: everybody has a name of their own that both targets take; and
// nobody gets another name when they come again, in yet another order.
func TestCollisionsAreResolvedAndStaySo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		templates := rapid.SampledFrom([][]string{nil, {"{number}"}, {"{call|cut:1}{surname}", "{call}.{surname}"}, {"{initials}"}, {"{surname}{year|last:2}"}}).Draw(t, "rule")
		if templates != nil {
			w.rules(person.Pupil, naming.Rule{Usernames: templates, Address: rapid.SampledFrom([]string{"", "{call}.{surname}"}).Draw(t, "address")})
		}
		w.accounts["alias"] = account.Account{ID: "alias", Kind: person.Staff, State: account.Left, Username: "oud", Address: "oud@school.example", Aliases: []string{"jan.vantberg@school.example"}}
		r := anySchool(t)
		r.People = rapid.Permutation(r.People).Draw(t, "order")
		p, found := w.compare(r)
		require.Empty(t, found.List)
		w.apply(p, true)
		held := map[string]account.ID{}
		for id, a := range w.accounts {
			for _, name := range a.Names() {
				local := naming.Local(name)
				require.True(t, naming.Fit(local), local)
				require.Contains(t, []account.ID{"", id}, held[local], local)
				held[local] = id
			}
		}
		r.People = rapid.Permutation(r.People).Draw(t, "another order")
		p, _ = w.compare(r)
		require.True(t, p.Empty(), "%+v", p)
	})
}

func TestFiveHundredNamesakes(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 500)...)
	for i := range r.People {
		r.People[i].Name = person.Name{Call: "Sem", Surname: "Jansen"}
	}
	p, _ := w.compare(r)
	w.apply(p, true)
	seen := map[string]bool{}
	for _, a := range w.accounts {
		require.False(t, seen[a.Address])
		seen[a.Address] = true
	}
	require.Len(t, seen, 500)
	require.True(t, seen["sem.jansen@leerling.example"])
	require.True(t, seen["sem.jansen500@leerling.example"])
}
