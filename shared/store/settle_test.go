package store

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// shelf holds what is stored of one school, each document in the form in which
// it is read back.
type shelf struct {
	t        *rapid.T
	now      time.Time
	school   school.School
	accounts map[account.ID]account.Account
	groups   map[group.ID]group.Group
}

// emptied makes every empty list and map of a stored form none, as the database
// does with those that are left out when they are empty.
func emptied(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				emptied(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			v.SetZero()
		}
		if v.Kind() == reflect.Slice {
			for i := range v.Len() {
				emptied(v.Index(i))
			}
		}
	}
}

func (s *shelf) keepAccount(a account.Account) {
	doc := accountToDoc("bestuur", a)
	emptied(reflect.ValueOf(&doc).Elem())
	back, err := accountFromDoc(a.ID, doc)
	require.NoError(s.t, err)
	require.Equal(s.t, a.Digest, back.Imported(), "what is read back has the digest that was stored")
	s.accounts[a.ID] = back
}

func (s *shelf) known(r *roster.Roster) roster.Known {
	k := roster.Known{
		Tenant: tenant.Tenant{Domains: tenant.Domains{Pupils: "leerling.example", Staff: "school.example", Guardians: "thuis.example"}},
		School: s.school, Schools: map[school.ID]school.School{s.school.ID: s.school}, Now: s.now,
		ECKOf:   func(eck string) string { return "hash of " + eck },
		SealECK: func(id account.ID, eck string) []byte { return []byte(string(id) + eck) },
	}
	if r != nil {
		place, family := s.school, roster.FamilyOf(r.Format)
		k.KeyOf = func(kind person.Kind, key string) string {
			return place.SpaceOf(kind, family) + "/" + string(kind) + "/" + key
		}
	}
	for _, a := range s.accounts {
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: a})
	}
	slices.SortFunc(k.Accounts, func(x, y roster.KnownAccount) int { return cmpIDs(x.ID, y.ID) })
	for _, g := range s.groups {
		k.Groups = append(k.Groups, roster.KnownGroup{Group: g})
	}
	return k
}

func cmpIDs(a, b account.ID) int {
	if a < b {
		return -1
	}
	return 1
}

// apply does everything that a plan holds, with one decision on all it asks.
func (s *shelf) apply(p roster.Plan, run roster.Run, said roster.Decision) {
	for _, row := range append(slices.Clone(p.Groups), p.Ends...) {
		s.groups[row.Group.ID] = row.Group
	}
	run.Rows, run.Rest, run.Decisions = map[roster.Phase]int{}, roster.Phases(), map[roster.Phase]map[account.ID]roster.Decision{}
	for _, phase := range []roster.Phase{roster.Matches, roster.Renames} {
		run.Decisions[phase] = map[account.ID]roster.Decision{}
		for _, row := range p.Rows[phase] {
			run.Decisions[phase][row.Account.ID] = said
		}
	}
	for _, phase := range roster.Phases() {
		run.Rows[phase] = len(p.Rows[phase])
		for _, row := range run.Decided(phase, roster.Step{Accounts: p.Rows[phase]}).Accounts {
			if have, ok := s.accounts[row.Account.ID]; ok == (row.Action == roster.Create) || ok && have.Digest != row.Was {
				continue // changed meanwhile: the next import plans it anew
			}
			s.keepAccount(row.Account)
		}
	}
	run.Todo, run.Counts, run.Prepares, run.Supplement = roster.Phases(), p.Counts, p.Prepares, p.Supplement
	doc := schoolToDoc("bestuur", run.Concluded(s.school))
	emptied(reflect.ValueOf(&doc).Elem())
	place, err := schoolFromDoc(s.school.ID, doc)
	require.NoError(s.t, err)
	s.school = place
}

// rounds is how often one file is taken in at most until it has nothing to do:
// who is proposed to be somebody that another row changed waits for the next.
const rounds = 4

// take takes one file in until it has nothing to do.
func (s *shelf) take(r *roster.Roster, said roster.Decision) {
	for range rounds {
		var found roster.Findings
		p := roster.Compare(r, s.known(r), &found)
		if found.Stopped() || p.Empty() {
			return
		}
		s.apply(p, roster.Run{Year: r.Year, Format: r.Format, Delivers: r.Delivers(), Changed: s.now}, said)
	}
	var found roster.Findings
	p := roster.Compare(r, s.known(r), &found)
	require.True(s.t, p.Empty(), "%s of %s still has something to do: %+v", r.Format, r.Year, p.Rows)
}

// anyFile draws a file of one of the sources of the school.
func anyFile(t *rapid.T) *roster.Roster {
	r := &roster.Roster{School: school.Code{BRIN: "99ZZ", Location: "00"}, Year: school.Year(rapid.IntRange(2026, 2027).Draw(t, "year"))}
	r.Format = rapid.SampledFrom([]string{"edexml 2.1", "edexml 2.1", "csv", "guardians csv"}).Draw(t, "format")
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 9), 1, 9, func(n int) int { return n }).Draw(t, "numbers")
	for _, n := range numbers {
		if r.Format == "guardians csv" {
			r.People = append(r.People, anyGuardian(t, n))
			continue
		}
		p := anyPupil(t, n)
		if r.Format == "csv" {
			p.Key, p.Fields, p.ILT = strconv.Itoa(n), p.Fields|roster.ILT|roster.Gender, "0170"
		}
		r.People = append(r.People, p)
	}
	if r.Format == "guardians csv" {
		return r
	}
	for _, key := range []string{"4A", "4B"} {
		r.Groups = append(r.Groups, roster.Group{Key: key, Kind: roster.Class, Name: key, Year: "4"})
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "staff") {
		r.People = append(r.People, roster.Person{
			Key: fmt.Sprint("p", n), Kind: person.Staff, Name: anyName(t), Roles: []string{"LRK"}, Groups: []string{"4A"},
			Fields: roster.CallName | roster.Surname | roster.Roles | roster.InGroups,
		})
	}
	return r
}

func anyName(t *rapid.T) person.Name {
	return person.Name{
		Call:    rapid.SampledFrom([]string{"Bo", "Li", "Ada"}).Draw(t, "call name"),
		Surname: rapid.SampledFrom([]string{"Vos", "Bos"}).Draw(t, "surname"),
	}
}

func anyPupil(t *rapid.T, n int) roster.Person {
	p := roster.Person{
		Key: fmt.Sprint("las", n), Kind: person.Pupil, Name: person.Name{Call: fmt.Sprint("Kind", n), Surname: fmt.Sprint("Smit", n)}, Year: "4",
		Number: strconv.Itoa(n), Groups: []string{rapid.SampledFrom([]string{"4A", "4B"}).Draw(t, "class")},
		Left:   rapid.IntRange(0, 9).Draw(t, "left") == 0,
		Fields: roster.CallName | roster.Surname | roster.Number | roster.Grade | roster.InGroups,
	}
	if rapid.Bool().Draw(t, "has an ECK-iD") {
		p.ECK, p.Fields = fmt.Sprint("eck", n), p.Fields|roster.ECK
	}
	return p
}

func anyGuardian(t *rapid.T, n int) roster.Person {
	slot := rapid.IntRange(1, 2).Draw(t, "slot")
	return roster.Person{
		Key: fmt.Sprint(n, "/", slot), Kind: person.Guardian, Name: anyName(t), Email: "thuis@mail.example",
		Children: []roster.Child{{Number: strconv.Itoa(n), Slot: slot, Receives: rapid.Bool().Draw(t, "receives")}},
		Fields:   roster.CallName | roster.Surname | roster.Email | roster.Children,
	}
}

// TestWhatIsStoredNeedsNothingMore: whatever files of whatever sources come in
// whatever order, of this school year and the next, a file that was taken in has
// nothing to do when it comes again, judged by what is read back of everything.
func TestWhatIsStoredNeedsNothingMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &shelf{
			t: t, now: time.Date(2027, 6, 1, 9, 0, 0, 0, time.UTC), accounts: map[account.ID]account.Account{}, groups: map[group.ID]group.Group{},
			school: school.School{ID: "zeester", Code: school.Code{BRIN: "99ZZ", Location: "00"}, Grace: 24 * time.Hour},
		}
		for range rapid.IntRange(1, 6).Draw(t, "files") {
			s.take(anyFile(t), rapid.SampledFrom([]roster.Decision{roster.Same, roster.Other}).Draw(t, "decision"))
		}
		if s.school.Prepared.Year == 0 {
			return
		}
		s.now = s.school.Prepared.From
		var found roster.Findings
		p := roster.SwitchYear(s.known(nil), &found)
		s.apply(p, roster.Run{Kind: roster.Switch, Year: s.school.Prepared.Year}, roster.Same)
		require.Equal(t, school.Year(2027), s.school.LastYear)
		require.Zero(t, s.school.Prepared.Year)
		s.take(anyFile(t), roster.Same)
	})
}
