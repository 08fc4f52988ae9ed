package roster_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// world is what is stored: applying a plan to it is what rosterapply does.
type world struct {
	school   school.School
	accounts map[account.ID]account.Account
	groups   map[group.ID]group.Group
	others   map[school.ID]*world  // other schools of the institution
	run      roster.Run            // the last that was planned
	days     map[account.ID]string // the keys of those who lie in the bin
}

func newWorld() *world {
	return &world{
		school:   school.School{ID: "zeester", Code: school.Code{BRIN: "99ZZ", Location: "00"}},
		accounts: map[account.ID]account.Account{}, groups: map[group.ID]group.Group{},
	}
}

func (w *world) known() roster.Known {
	k := roster.Known{
		Tenant: tenant.Tenant{ID: "bestuur", Domains: tenant.Domains{Pupils: "leerling.example", Staff: "school.example", Guardians: "thuis.example"}},
		School: w.school, Schools: map[school.ID]school.School{w.school.ID: w.school}, Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		KeyOf:   w.keys(""),
		ECKOf:   func(eck string) string { return "hash of " + eck },
		SealECK: func(id account.ID, eck string) []byte { return []byte("sealed for " + string(id) + ": " + eck) },
	}
	for id, other := range w.others {
		k.Schools[id] = other.school
	}
	for _, id := range slices.Sorted(maps.Keys(w.accounts)) {
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: w.accounts[id], Day: w.days[id]})
	}
	for _, id := range slices.Sorted(maps.Keys(w.groups)) {
		k.Groups = append(k.Groups, roster.KnownGroup{Group: w.groups[id]})
	}
	return k
}

// keys returns how keys of the sources of a family are remembered.
func (w *world) keys(family string) func(person.Kind, string) string {
	s := w.school
	return func(kind person.Kind, key string) string {
		return "hash of " + s.SpaceOf(kind, family) + string(kind) + key
	}
}

func (w *world) compare(r *roster.Roster) (roster.Plan, roster.Findings) {
	var found roster.Findings
	k := w.known()
	k.KeyOf = w.keys(roster.FamilyOf(r.Format))
	p := roster.Compare(r, k, &found)
	w.run = roster.Run{
		Year: r.Year, Format: r.Format, Prepares: p.Prepares, Supplement: p.Supplement, Switched: p.Switched, Space: p.Space,
		Delivers: r.Delivers(), Counts: p.Counts, Todo: roster.Phases(), Rows: map[roster.Phase]int{},
	}
	for phase, rows := range p.Rows {
		w.run.Rows[phase] = len(rows)
	}
	return p, found
}

// apply makes the world as p says, all of it or without those who leave.
func (w *world) apply(p roster.Plan, leavers bool) {
	for _, row := range append(slices.Clone(p.Groups), p.Ends...) {
		w.groups[row.Group.ID] = row.Group
	}
	for phase, rows := range p.Rows {
		if phase == roster.Leave && !leavers {
			continue
		}
		for _, row := range rows {
			w.accounts[row.Account.ID] = row.Account
		}
	}
	w.school = w.run.Concluded(w.school)
}

// all are the fields of a pupil that a full source delivers.
const all = roster.CallName | roster.Infix | roster.Surname | roster.Number | roster.Grade | roster.InGroups

// pupils makes a roster of the pupils with these numbers, in class 4A.
func pupils(numbers ...int) *roster.Roster {
	r := &roster.Roster{
		School: school.Code{BRIN: "99ZZ", Location: "00"}, Year: 2026,
		Groups: []roster.Group{{Key: "4A", Kind: roster.Class, Name: "4A", Year: "4"}},
	}
	for _, n := range numbers {
		r.People = append(r.People, roster.Person{
			Key: fmt.Sprint(n), Kind: person.Pupil, Name: person.Name{Call: fmt.Sprintf("Kind%d", n), Surname: fmt.Sprintf("Smit%d", n)},
			Year: "4", Groups: []string{"4A"}, Number: fmt.Sprint(n), Fields: all,
		})
	}
	return r
}

func span(from, to int) []int {
	var list []int
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

func codes(found roster.Findings) []string {
	var list []string
	for _, f := range found.List {
		list = append(list, f.Code)
	}
	return list
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*roster.Roster)
		counts roster.Counts
		held   []roster.Phase
		codes  []string
	}{
		"the same again": {func(*roster.Roster) {}, roster.Counts{Unchanged: 40}, nil, nil},
		"another order": {
			func(r *roster.Roster) { slices.Reverse(r.People) }, roster.Counts{Unchanged: 40}, nil, nil,
		},
		"one new": {
			func(r *roster.Roster) { r.People = append(r.People, pupils(41).People...) }, roster.Counts{Create: 1, Unchanged: 40}, nil, nil,
		},
		"one gone": {
			func(r *roster.Roster) { r.People = r.People[1:] }, roster.Counts{Leave: 1, Unchanged: 39}, nil, nil,
		},
		"one gone by the source's own word": {
			func(r *roster.Roster) { r.People[0].Left = true }, roster.Counts{Leave: 1, Unchanged: 39}, nil, nil,
		},
		"a new one who has left already": {
			func(r *roster.Roster) {
				r.People = append(r.People, pupils(41).People...)
				r.People[40].Left = true
			}, roster.Counts{Unchanged: 40}, nil, nil,
		},
		"one married": {
			func(r *roster.Roster) { r.People[0].Name.Surname = "De Wit" }, roster.Counts{Change: 1, Unchanged: 39}, nil, nil,
		},
		"five gone": {
			func(r *roster.Roster) { r.People = r.People[5:] }, roster.Counts{Leave: 5, Unchanged: 35}, nil, nil,
		},
		"six gone of forty": {
			func(r *roster.Roster) { r.People = r.People[6:] },
			roster.Counts{Leave: 6, Unchanged: 34, Findings: 1},
			[]roster.Phase{roster.Leave},
			[]string{"plan.leavers_held"},
		},
		"keys given to others": {
			func(r *roster.Roster) {
				for i := range 20 {
					r.People[i].Name = person.Name{Call: fmt.Sprintf("Ander%d", i), Surname: fmt.Sprintf("Kok%d", i)}
				}
			}, roster.Counts{Change: 20, Unchanged: 20, Findings: 1}, nil, []string{"plan.keys_swapped"},
		},
		"a new group": {
			func(r *roster.Roster) {
				r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B", Year: "4"})
			}, roster.Counts{Unchanged: 40, Groups: 1}, nil, nil,
		},
		"a renamed group": {
			func(r *roster.Roster) { r.Groups[0].Name = "Vissen" }, roster.Counts{Unchanged: 40, Groups: 1}, nil, nil,
		},
		"nobody of a kind that was never delivered": {
			func(r *roster.Roster) { r.People = nil }, roster.Counts{}, nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			first, _ := w.compare(pupils(span(1, 40)...))
			w.apply(first, true)
			r := pupils(span(1, 40)...)
			c.change(r)
			p, found := w.compare(r)
			require.Equal(t, c.counts, p.Counts)
			require.Equal(t, c.held, p.Held)
			require.Equal(t, c.codes, codes(found))
		})
	}
}

func TestAnotherSchoolsFileIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*roster.Roster)
		code   string
	}{
		"another BRIN":     {func(r *roster.Roster) { r.School.BRIN = "99XX" }, "plan.wrong_brin"},
		"another location": {func(r *roster.Roster) { r.School.Location = "01" }, "plan.wrong_brin"},
		"last year's file": {func(r *roster.Roster) { r.Year = 2025 }, "plan.older_year"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			first, _ := w.compare(pupils(1, 2))
			w.apply(first, true)
			r := pupils(1, 2, 3)
			c.change(r)
			p, found := w.compare(r)
			require.Equal(t, []string{c.code}, codes(found))
			require.True(t, found.Stopped())
			require.True(t, p.Empty())
		})
	}
}

func TestWhoComesBackKeepsAccountAndName(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(1, 2))
	w.apply(p, true)
	before := maps.Clone(w.accounts)
	p, _ = w.compare(pupils(2))
	require.Equal(t, 1, p.Counts.Leave)
	gone := p.Rows[roster.Leave][0].Account
	require.Equal(t, account.Left, gone.State)
	require.Greater(t, gone.Epoch, before[gone.ID].Epoch, "sessions of who left are ended")
	w.apply(p, true)

	p, _ = w.compare(pupils(1, 2))
	require.Equal(t, roster.Counts{Return: 1, Unchanged: 1}, p.Counts)
	back := p.Rows[roster.People][0].Account
	require.Equal(t, gone.ID, back.ID)
	require.Equal(t, before[gone.ID].Username, back.Username)
	require.Equal(t, account.Active, back.State)
}

func TestABlockedAccountStaysBlocked(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(1))
	w.apply(p, true)
	for id, a := range w.accounts {
		a.State = account.Blocked
		w.accounts[id] = a
	}
	blocked := p.Rows[roster.People][0].Account.ID
	p, _ = w.compare(pupils(2))
	require.True(t, p.Rows[roster.Leave][0].Bin, "a block keeps nobody who has left")
	w.apply(p, true)
	require.Equal(t, account.Left, w.accounts[blocked].State)
	p, _ = w.compare(pupils(1, 2))
	w.apply(p, true)
	require.Equal(t, account.Blocked, w.accounts[blocked].State, "a block outlives an absence")
}

func TestLeaversGoToTheBinAfterTheSchoolsGrace(t *testing.T) {
	t.Parallel()
	for _, grace := range []time.Duration{0, 14 * 24 * time.Hour} {
		w := newWorld()
		p, _ := w.compare(pupils(1, 2))
		w.apply(p, true)
		w.school.Grace = grace
		p, _ = w.compare(pupils(2))
		row := p.Rows[roster.Leave][0]
		require.Equal(t, account.Left, row.Account.State)
		require.Equal(t, account.Active, row.Account.Rest)
		require.Equal(t, account.Active, row.Before.State, "what the bin keeps is the account as it was")
		require.Equal(t, grace == 0, row.Bin)
		if grace > 0 {
			require.Equal(t, w.known().Now.Add(grace), row.Account.LeaveAt)
		}
	}
}

func TestWhoComesBackOutOfTheBin(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(1, 2))
	w.apply(p, true)
	first := p.Rows[roster.People][0].Account
	gone := bin.Gone(first)
	w.accounts[first.ID] = gone
	w.days = map[account.ID]string{first.ID: "key/1"}
	p, _ = w.compare(pupils(1, 2))
	require.Equal(t, roster.Counts{Return: 1, Unchanged: 1}, p.Counts)
	row := p.Rows[roster.People][0]
	require.Equal(t, first.ID, row.Account.ID)
	require.Equal(t, first.Address, row.Account.Address)
	require.Equal(t, account.Active, row.Account.State)
	require.True(t, row.FromBin)
	require.Nil(t, row.Before, "the plan holds no more of the bin than it needs")
	require.Equal(t, []string{"key/1"}, p.Days)
	require.Greater(t, row.Account.Epoch, first.Epoch)
	p, _ = w.compare(pupils(2))
	require.True(t, p.Empty(), "who lies in the bin does not leave again")
}

// anyRoster draws a roster of up to thirty of forty pupils, in two classes.
func anyRoster() *rapid.Generator[*roster.Roster] {
	return rapid.Custom(func(t *rapid.T) *roster.Roster {
		numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 40), 0, 30, func(n int) int { return n }).Draw(t, "pupils")
		r := pupils(numbers...)
		r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
		for i := range r.People {
			if rapid.Bool().Draw(t, "moved") {
				r.People[i].Groups = []string{"4B"}
			}
			if rapid.Bool().Draw(t, "renamed") {
				r.People[i].Name.Call = "Ander"
			}
			r.People[i].Left = rapid.IntRange(0, 9).Draw(t, "left") == 0
		}
		return r
	})
}

func TestWhatIsAppliedNeedsNothingMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for _, r := range rapid.SliceOfN(anyRoster(), 1, 5).Draw(t, "rosters") {
			p, found := w.compare(r)
			if found.Stopped() {
				continue
			}
			w.apply(p, true)
			again, _ := w.compare(r)
			require.True(t, again.Empty(), "%+v", again)
			usernames := map[string]bool{}
			for _, a := range w.accounts {
				require.False(t, usernames[a.Username], "a username is one person's")
				usernames[a.Username] = true
			}
		}
	})
}

func TestThePlanDoesNotDependOnTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		p, _ := w.compare(pupils(span(1, 20)...))
		w.apply(p, true)
		r := anyRoster().Draw(t, "roster")
		one, _ := w.compare(r)
		mixed := *r
		mixed.People = rapid.Permutation(r.People).Draw(t, "order")
		other, _ := w.compare(&mixed)
		require.Equal(t, one.Counts, other.Counts)
		require.Equal(t, one.Held, other.Held)
	})
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	for range 1000 {
		found.Add(roster.Finding{Code: "a", Severity: roster.Warning})
	}
	found.Add(roster.Finding{Code: "b", Severity: roster.Stop})
	require.Len(t, found.List, 101)
	require.Equal(t, 900, found.Dropped)
	require.True(t, found.Stopped())
}

func TestStepsHoldEveryRowOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 250)...))
	seen := map[account.ID]int{}
	for _, step := range p.Steps(roster.People) {
		require.LessOrEqual(t, len(step.Accounts), roster.StepRows)
		for _, row := range step.Accounts {
			seen[row.Account.ID]++
		}
	}
	require.Len(t, seen, 250)
	require.Len(t, p.Steps(roster.People), 3)
	require.Empty(t, p.Steps(roster.Leave))
}
