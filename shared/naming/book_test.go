package naming_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
)

func TestAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	n, problems := naming.Compile(person.Pupil, naming.Rule{Usernames: []string{"{number}"}, Address: "{call}.{surname}"})
	require.Empty(t, problems)
	book := naming.NewBook()
	first := book.Give(n, naming.Wish{Subject: naming.Subject{Name: person.Name{Call: "Bo", Surname: "Maan"}, Number: "1"}})
	require.Equal(t, naming.Given{Username: "1", Local: "bo.maan", Choice: 1, Counter: 1}, first)
	second := book.Give(n, naming.Wish{Subject: naming.Subject{Name: person.Name{Call: "Bo", Surname: "Maan"}, Number: "2"}})
	require.Equal(t, naming.Given{Username: "2", Local: "bo.maan2", Choice: 1, Counter: 2}, second)
	require.True(t, n.Fits(naming.Subject{Name: person.Name{Call: "Bo", Surname: "Maan"}, Number: "2"}, "2", "bo.maan2"))
	require.False(t, n.Fits(naming.Subject{Name: person.Name{Call: "Bo", Surname: "Zon"}, Number: "2"}, "2", "bo.maan2"))
	nameless := book.Give(n, naming.Wish{Subject: naming.Subject{Number: "3"}})
	require.Equal(t, "3", nameless.Local, "whom the template does not fit has the username as address")

	n, _ = naming.Compile(person.Pupil, naming.Rule{Usernames: []string{"{call}"}, Address: "ll-{username}"})
	got := book.Give(n, naming.Wish{Subject: called(person.Name{Call: "Bo"})})
	require.Equal(t, []string{"bo", "ll-bo"}, []string{got.Username, got.Local})
	require.False(t, book.Free("ll-bo"))
}

func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{"{call}.{surname}", "[{infix|initials}]{number|cut:3}", "{call", "[[{year}]]", "x{school code}y", "{call|cut:99}"} {
		f.Add(seed, "Zoë", "van 't", "Ĳssel", "007")
	}
	f.Fuzz(func(t *testing.T, template, callName, infix, surname, number string) {
		rule := naming.Rule{Usernames: []string{template}, Address: "{username}"}
		n, _ := naming.Compile(person.Pupil, rule)
		s := naming.Subject{Name: person.Name{Call: callName, Infix: infix, Surname: surname}, Number: number, Year: 2026, School: "99ZZ00"}
		got := naming.NewBook().Give(n, naming.Wish{Subject: s})
		valid(t, got.Username)
		require.True(t, n.Fits(s, got.Username, got.Local))
	})
}

// valid demands that both targets take a name: Google's rules, and Microsoft's
// for userPrincipalName and mailNickname.
func valid(t require.TestingT, local string) {
	require.True(t, naming.Fit(local), "%q", local)
	require.NotRegexp(t, `[^a-z0-9._-]`, local)
	require.Regexp(t, `^[a-z0-9].*[a-z0-9]$|^[a-z0-9]$`, local)
	require.NotContains(t, local, "..")
	require.LessOrEqual(t, len(local), 64)
}

// anyRule draws rules that can work.
func anyRule() *rapid.Generator[naming.Rule] {
	return rapid.Custom(func(t *rapid.T) naming.Rule {
		templates := []string{
			"{call}.{infix|nospace}{surname}", "{call|cut:1}.{surname}", "{initials}{surname|cut:3}", "{number}", "{call}{year|last:2}",
			"{firsts|nospace}.{surname}", "{surname}[-{infix|initials}]", "{school code}.{number}", "{call}",
		}
		count := rapid.IntRange(0, 4).Draw(t, "alternatives")
		r := naming.Rule{Usernames: rapid.Permutation(templates).Draw(t, "templates")[:count]}
		r.Address = rapid.SampledFrom([]string{"", "{username}", "ll.{username}", "{call}.{surname}"}).Draw(t, "address")
		require.Empty(t, r.Check(person.Pupil))
		return r
	})
}

// anySubject draws people of every script and of any length, who often have
// the same name.
func anySubject() *rapid.Generator[naming.Subject] {
	return rapid.Custom(func(t *rapid.T) naming.Subject {
		part := rapid.OneOf(
			rapid.SampledFrom([]string{"", "Jan", "Sanne", "Zoë", "王", "van der", "de", "Berg", "admin", "info"}),
			rapid.String(), rapid.StringMatching(`[A-Za-zé'. -]{0,90}`),
		)
		return naming.Subject{
			Name: person.Name{
				Call: part.Draw(t, "call"), FirstNames: part.Draw(t, "firsts"), Initials: part.Draw(t, "initials"),
				Infix: part.Draw(t, "infix"), Surname: part.Draw(t, "surname"),
			},
			Number: rapid.StringMatching(`[0-9]{0,4}`).Draw(t, "number"), Year: rapid.IntRange(2020, 2030).Draw(t, "year"), School: "99ZZ00",
		}
	})
}

// TestNamesAreUniqueAndValid gives people names by a rule, in any order: no two
// have one, no name is one that is held, both targets take every one, and each
// still fits when the rule is asked again.
func TestNamesAreUniqueAndValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, _ := naming.Compile(person.Pupil, anyRule().Draw(t, "rule"))
		people := rapid.SliceOfN(anySubject(), 1, 20).Draw(t, "people")
		people = append(people, people...) // everybody has a namesake
		held := naming.ListOf([]string{"jan.berg@school.example", "Sanne", "jan2"})
		for range 2 {
			book := naming.NewBook(held)
			book.Take("jan.vanderberg", "alias.of@somebody.example")
			seen := map[string]bool{"jan.vanderberg": true, "alias.of": true}
			for _, s := range rapid.Permutation(people).Draw(t, "order") {
				g := book.Give(n, naming.Wish{Subject: s})
				for _, name := range []string{g.Username, g.Local} {
					valid(t, name)
					require.False(t, held.Holds(name), name)
				}
				require.False(t, seen[g.Username], g.Username)
				require.False(t, seen[g.Local], g.Local)
				seen[g.Username], seen[g.Local] = true, true
				require.True(t, n.Fits(s, g.Username, g.Local), "%+v", g)
			}
		}
	})
}

// TestFiveHundredNamesakes also shows that a counter does not begin anew for
// each.
func TestFiveHundredNamesakes(t *testing.T) {
	t.Parallel()
	n := by(t, person.Pupil, "{call}.{surname}", "{call}.{surname}{year|last:2}")
	book, seen := naming.NewBook(), map[string]bool{}
	s := called(person.Name{Call: "Mohammed", Surname: "El Idrissi"})
	var names []string
	for range 500 {
		g := book.Give(n, naming.Wish{Subject: s})
		require.False(t, seen[g.Username])
		seen[g.Username] = true
		names = append(names, g.Username)
	}
	require.Equal(t, []string{"mohammed.el-idrissi", "mohammed.el-idrissi26", "mohammed.el-idrissi2"}, names[:3])
	require.Equal(t, "mohammed.el-idrissi500", names[499], "26 is taken by the second choice")
}

func TestACounterStaysApartFromANumber(t *testing.T) {
	t.Parallel()
	book := naming.NewBook()
	book.Take("12345")
	g := book.Give(by(t, person.Pupil, "{number}"), naming.Wish{Subject: naming.Subject{Number: "12345"}})
	require.Equal(t, "12345-2", g.Username)
}

func TestOnesOwnNamesAreFree(t *testing.T) {
	t.Parallel()
	book := naming.NewBook()
	book.Take("sanne.berg@school.example", "sanne.berg2")
	s := called(person.Name{Call: "Sanne", Surname: "Berg"})
	require.Equal(t, "sanne.berg", book.Give(by(t, person.Staff), naming.Wish{Subject: s, Own: naming.ListOf([]string{"sanne.berg"})}).Username)
	require.Equal(t, "sanne.berg3", book.Give(by(t, person.Staff), naming.Wish{Subject: s}).Username)
}

func FuzzFit(f *testing.F) {
	for _, seed := range []string{"sanne.berg", ".a", "a..b", "admin", "a@b", "é", strings.Repeat("a", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, local string) {
		if naming.Fit(local) {
			require.LessOrEqual(t, len(local), 64)
			require.NotContains(t, local, "..")
			require.NotContains(t, local, "@")
			require.NotRegexp(t, `[^a-z0-9._'-]`, local)
		}
	})
}

func TestMailboxes(t *testing.T) {
	t.Parallel()
	of := func(values ...string) string { return strings.Join(values, "/") }
	bo := person.Name{Call: "Bo", Surname: "Çelik"}
	boxes := naming.NewMailboxes(of, map[naming.MailboxID]naming.Mailbox{
		naming.ByNumber(of, "17"):                   {Address: "b.celik@leerling.example"},
		naming.ByName(of, person.Staff, "bo celik"): {Address: "celik@school.example"},
		naming.ByAddress(of, "Oud@School.example"):  {Address: "oud@school.example"},
	})
	for _, c := range []struct {
		kind   person.Kind
		number string
		named  bool
		want   string
	}{
		{person.Pupil, "17", false, "b.celik@leerling.example"},
		{person.Staff, "17", true, "celik@school.example"},
		{person.Staff, "", false, ""},
		{person.Pupil, "18", true, ""},
	} {
		got, ok := boxes.Of(c.kind, naming.Subject{Name: bo, Number: c.number}, c.named)
		require.Equal(t, c.want, got)
		require.Equal(t, c.want != "", ok)
	}
	for _, local := range []string{"b.celik", "celik", "oud"} {
		require.False(t, naming.NewBook(boxes).Free(local), local)
	}
	_, ok := naming.Mailboxes{}.Of(person.Pupil, naming.Subject{Number: "17"}, true)
	require.False(t, ok)
}

func TestUsedNames(t *testing.T) {
	t.Parallel()
	of := func(address string) naming.UsedID { return naming.UsedID("hash of " + address) }
	used := naming.Used{Of: of, IDs: map[naming.UsedID]bool{"hash of bo.zon@school.example": true}, Domains: []string{"leerling.example", "school.example"}}
	require.False(t, naming.NewBook(used).Free("bo.zon"), "whatever the domain")
	require.True(t, naming.NewBook(used, nil, naming.Used{}).Free("bo.ster"))
}
