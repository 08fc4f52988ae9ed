package change_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

func TestSomebodyAddedByHand(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := teacher("Zoë", "Berg")
	d.Name.Infix, d.Function, d.Until, d.Groups = "van der", "Invaller", s.clock.Now().Add(30*24*time.Hour), []group.ID{"g4a", "plus"}
	a := s.read(s.add(d).ID)
	require.Equal(t, "zoe.vanderberg", a.Username)
	require.Equal(t, "zoe.vanderberg@school.example", a.Address)
	require.Equal(t, account.Active, a.State)
	require.Equal(t, place, a.Main)
	require.Equal(t, []account.Membership{{School: place, Year: 2026, Groups: []group.ID{"g4a"}}}, a.Memberships)
	require.Equal(t, []group.ID{"plus"}, a.Own.Groups)
	require.Equal(t, "Invaller", a.Own.Function)
	require.Equal(t, d.Until, a.Until)
	require.Equal(t, account.ByHand, a.Traces["surname"].By)
	require.Equal(t, a.Imported(), a.Digest)
	require.Equal(t, map[string]int{topic.ProvisionGoogle.Name: 1, topic.Recalculate.Name: 1}, s.sent.topics())
	entry := s.logged()[audit.Added][0]
	require.Equal(t, somebody(), entry.Actor)
	require.Equal(t, []account.ID{a.ID}, entry.Subjects)

	screen := s.add(change.Draft{Kind: person.Functional, School: place, Name: person.Name{Surname: "Digibord 4A"}, Owner: a.ID})
	require.Equal(t, "digibord4a@school.example", screen.Address)
	require.Equal(t, a.ID, screen.Own.Owner)
	board := teacher("Bo", "Raad")
	board.School = ""
	require.Empty(t, s.add(board).Memberships, "the board's office belongs to no school")
}

// TestNamesThatNobodyGets: whoever has a name, had it, or is to have it.
func TestNamesThatNobodyGets(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	hash := change.MailboxHash(s.Index, board)
	require.NoError(t, s.DB.Names().Create(ctx, board, store.NameID(s.Index.Of(board, "address", "bo.bin@leerling.example")), "ainbin"))
	require.NoError(t, s.DB.Mailboxes().Create(ctx, board, naming.ByName(hash, person.Staff, "Iemand anders"), naming.Mailbox{
		Address: "bo.box@school.example", ExpireAt: s.clock.Now().Add(time.Hour),
	}))
	require.NoError(t, s.DB.UsedNames().Create(ctx, board, naming.UsedID(s.Index.Of(board, "address", "bo.weg@school.example")), s.clock.Now()))
	for surname, want := range map[string]string{"Bin": "bo.bin2", "Box": "bo.box2", "Weg": "bo.weg"} {
		require.Equal(t, want, s.add(teacher("Bo", surname)).Username)
	}
	require.NoError(t, s.DB.Mailboxes().Create(ctx, board, naming.ByName(hash, person.Staff, "Jet Kok"), naming.Mailbox{
		Address: "kok@school.example", ExpireAt: s.clock.Now().Add(time.Hour),
	}))
	require.Equal(t, "kok@school.example", s.add(teacher("Jet", "Kok")).Address, "a mailbox of one's own wins over the rule")
	require.Equal(t, "jet.kok", s.add(teacher("Jet", "Kok")).Username, "a namesake gets a name of their own")
	require.Equal(t, "li.bos2", s.add(teacher("Li", "Bos")).Username, "the institution keeps the name to itself")
	institution, err := s.DB.Tenants().Get(ctx, board, board)
	require.NoError(t, err)
	institution.KeepNames = true
	require.NoError(t, s.DB.Tenants().Set(ctx, board, board, institution))
	require.NoError(t, s.DB.UsedNames().Create(ctx, board, naming.UsedID(s.Index.Of(board, "address", "ada.weg@leerling.example")), s.clock.Now()))
	require.Equal(t, "ada.weg2", s.add(teacher("Ada", "Weg")).Username, "the institution keeps names of people who are erased")

	ruled := school.School{ID: place, LastYear: 2026, Naming: map[person.Kind]naming.Rule{
		person.Staff: {Usernames: []string{"{surname}", "{surname}-{call|cut:2}"}, Address: "{call}.{surname}"},
	}}
	require.NoError(t, s.DB.Schools().Set(ctx, board, place, ruled))
	ruled.Naming[person.Pupil] = naming.Rule{Usernames: []string{"{number}"}, Address: "{username}"}
	require.NoError(t, s.DB.Schools().Set(ctx, board, place, ruled))
	child := teacher("Kim", "Nieuw")
	child.Kind, child.Function = person.Pupil, ""
	require.Equal(t, "kim.nieuw", s.add(child).Username, "a pupil who is new today has no number yet")
	child.Number = "00471"
	numbered := s.add(child)
	require.Equal(t, "00471", numbered.Username)
	require.Equal(t, "00471", numbered.Source.Number)
	require.Equal(t, account.ByHand, numbered.Traces["administration_number"].By)
	require.True(t, slices.ContainsFunc(s.logged()[audit.Added], func(e audit.Entry) bool { return slices.Contains(e.Fields, "administration_number") }))
	require.Equal(t, []string{"smit", "smit-an", "smit2"}, []string{
		s.add(teacher("Bo", "Smit")).Username, s.add(teacher("Anna", "Smit")).Username, s.add(teacher("Andy", "Smit")).Username,
	})
}

// TestADraftThatComesTwice makes one account of it, also where both come at
// once; another person under the same id is refused.
func TestADraftThatComesTwice(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := teacher("Bo", "Vos")
	d.ID = account.NewID()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			a, err := s.Add(t.Context(), change.Order{Owner: board, Actor: somebody()}, d)
			if err == nil && a.ID != d.ID {
				panic("another account")
			}
		})
	}
	wg.Wait()
	require.Equal(t, "bo.vos@school.example", s.add(d).Address)
	require.Len(t, s.logged()[audit.Added], 1)
	d.Name.Surname = "Bos"
	_, err := s.Add(t.Context(), change.Order{Owner: board, Actor: somebody()}, d)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
}

// TestNamesakesAtOnce adds people of one name side by side: nobody gets
// another's address.
func TestNamesakesAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	names := make([]string, 4)
	var wg sync.WaitGroup
	for i := range names {
		wg.Go(func() {
			a, err := s.Add(t.Context(), change.Order{Owner: board, Actor: somebody()}, teacher("Bo", "Vos"))
			if err == nil {
				names[i] = a.Address
			}
		})
	}
	wg.Wait()
	slices.Sort(names)
	require.Equal(t, []string{"bo.vos2@school.example", "bo.vos3@school.example", "bo.vos4@school.example", "bo.vos@school.example"}, names)
}

func TestDraftsOfNobody(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for name, edit := range map[string]func(*change.Draft){
		"no kind":                func(d *change.Draft) { d.Kind = "" },
		"a guardian":             func(d *change.Draft) { d.Kind = person.Guardian },
		"no surname":             func(d *change.Draft) { d.Name.Surname = "" },
		"no given name":          func(d *change.Draft) { d.Name.Call = "" },
		"a name of two lines":    func(d *change.Draft) { d.Name.Surname = "Vos\nBos" },
		"a long name":            func(d *change.Draft) { d.Name.Surname = strings.Repeat("a", 101) },
		"a pupil of no school":   func(d *change.Draft) { d.Kind, d.School = person.Pupil, "" },
		"a pupil's function":     func(d *change.Draft) { d.Kind, d.Function = person.Pupil, "LRK" },
		"no such school":         func(d *change.Draft) { d.School = "x" },
		"no such group":          func(d *change.Draft) { d.Groups = []group.ID{"x"} },
		"a group that ended":     func(d *change.Draft) { d.Groups = []group.ID{"oud"} },
		"a number of staff":      func(d *change.Draft) { d.Number = "00471" },
		"a number of two words":  func(d *change.Draft) { d.Kind, d.Number = person.Pupil, "0 471" },
		"a BSN for a number":     func(d *change.Draft) { d.Kind, d.Number = person.Pupil, "111222333" },
		"a group by rule":        func(d *change.Draft) { d.Groups = []group.ID{"ruled"} },
		"another school's":       func(d *change.Draft) { d.Groups = []group.ID{"elders"} },
		"an end in the past":     func(d *change.Draft) { d.Until = s.clock.Now() },
		"a screen of nobody":     func(d *change.Draft) { d.Kind = person.Functional },
		"a person with an owner": func(d *change.Draft) { d.Owner = "a1" },
		"an owner who is gone":   func(d *change.Draft) { d.Kind, d.Owner = person.Functional, "a1" },
	} {
		d := teacher("Bo", "Vos")
		edit(&d)
		_, err := s.Add(t.Context(), change.Order{Owner: board, Actor: somebody()}, d)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	require.Empty(t, s.logged())
	require.Empty(t, s.sent.topics())
}
