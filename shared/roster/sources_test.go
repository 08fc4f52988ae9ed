package roster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// edexml makes a roster of the main source: keys of its own, no education codes.
func edexml(numbers ...int) *roster.Roster {
	r := pupils(numbers...)
	r.Format = "edexml 2.1"
	for i := range r.People {
		p := &r.People[i]
		p.ECK, p.Fields = "eck"+p.Number, all|roster.ECK
		p.Key = "las-" + p.Number
	}
	return r
}

// listed makes a list of pupils with their education codes, as it comes beside
// the main source: classes by name, numbers with a zero before them.
func listed(numbers ...int) *roster.Roster {
	r := pupils(numbers...)
	r.Format = "csv magister"
	r.Groups[0].Key = "klas 4A"
	for i := range r.People {
		p := &r.People[i]
		p.Key, p.Number, p.Line, p.Groups = p.Number, "0"+p.Number, i+2, []string{"klas 4A"}
		p.Name.Infix, p.ILT, p.Gender, p.Fields = "van", "0170", person.Female, all|roster.ILT|roster.Gender
	}
	return r
}

func (w *world) take(t require.TestingT, r *roster.Roster) (roster.Plan, roster.Findings) {
	p, found := w.compare(r)
	require.False(t, found.Stopped(), "%+v", found.List)
	w.apply(p, true)
	return p, found
}

func TestAListBesideTheMainSource(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, edexml(span(1, 20)...))
	before := w.accounts
	p, found := w.take(t, listed(span(3, 22)...))
	require.Equal(t, roster.Counts{Change: 18, Findings: 2}, p.Counts, "it makes nobody, and nobody leaves")
	require.Equal(t, []string{"plan.not_in_main_source", "plan.not_in_main_source"}, codes(found))
	require.Equal(t, []int{20, 21}, []int{found.List[0].Line, found.List[1].Line})
	require.Empty(t, append(p.Groups, p.Ends...), "it makes and ends no group")
	require.Empty(t, p.Held)
	require.True(t, p.Supplement)
	for _, row := range p.Rows[roster.People] {
		require.Equal(t, []roster.FieldChange{{Field: "gender", New: "female"}, {Field: "ilt", New: "0170"}}, row.Changes, "what the main source delivers stays as that says")
		was, _ := before[row.Account.ID].At("zeester")
		is, _ := row.Account.At("zeester")
		require.Equal(t, was.Key, is.Key)
		require.Equal(t, was.Groups, is.Groups)
	}
	require.Equal(t, map[string][]string{
		"pupil": {"administration_number", "call_name", "class", "eck_id", "gender", "ilt", "infix", "surname", "year"},
	}, w.school.Delivers, "both are read-only")

	p, _ = w.compare(edexml(span(1, 20)...))
	require.True(t, p.Empty(), "the next file of the main source undoes nothing: %+v", p)
	w.take(t, edexml(span(1, 20)...))
	require.Contains(t, w.school.Delivers["pupil"], "ilt", "also after it the code is read-only")
	p, _ = w.compare(listed(span(3, 22)...))
	require.True(t, p.Empty(), "%+v", p)
}

func TestWhomAListFinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(p *roster.Person)
		finds  bool
	}{
		"by number":                          {func(*roster.Person) {}, true},
		"by number, married meanwhile":       {func(p *roster.Person) { p.Name.Surname = "Kok" }, true},
		"by number, somebody else's":         {func(p *roster.Person) { p.Name = person.Name{Call: "Bram", Surname: "Kok"} }, false},
		"by ECK-iD alone":                    {func(p *roster.Person) { p.ECK, p.Number, p.Key = "eck1", "", "77" }, true},
		"by its own key, as it came before":  {func(p *roster.Person) { p.Number = "" }, true},
		"by its own key, somebody else's":    {func(p *roster.Person) { p.Number, p.Name = "", person.Name{Call: "Bram", Surname: "Kok"} }, false},
		"not by the main source's key":       {func(p *roster.Person) { p.Number, p.Key = "", "las-1" }, false},
		"not by name":                        {func(p *roster.Person) { p.Number, p.Key = "", "77" }, false},
		"nor somebody of whom it says: left": {func(p *roster.Person) { p.Left = true }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.take(t, edexml(1))
			w.take(t, listed(1))
			r := listed(1)
			r.People[0].ILT, r.People[0].Fields = "0300", r.People[0].Fields|roster.ECK
			c.change(&r.People[0])
			p, _ := w.take(t, r)
			m, _ := w.single(t, person.Pupil).At("zeester")
			require.Equal(t, c.finds, m.ILT == "0300")
			require.Zero(t, p.Counts.Create+p.Counts.Leave+p.Counts.Match)
		})
	}
}

func TestASecondListLeavesWhatTheFirstDelivers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, edexml(1))
	w.take(t, listed(1))
	other := listed(1)
	other.Format, other.People[0].ILT, other.People[0].Name.Initials = "oneroster 1.2", "0300", "K."
	other.People[0].Fields |= roster.Initials
	p, _ := w.take(t, other)
	require.Equal(t, []roster.FieldChange{{Field: "initials", New: "K."}}, p.Rows[roster.People][0].Changes)
	w.school = w.school.Forgotten(person.Pupil, "table")
	p, _ = w.take(t, other)
	require.Equal(t, []roster.FieldChange{{Field: "ilt", Old: "0170", New: "0300"}}, p.Rows[roster.People][0].Changes, "one that was forgotten has no say")
}

func TestGuardiansHaveASourceOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, edexml(1))
	p, found := w.take(t, parents(eva("1/1", 1)))
	require.Equal(t, 1, p.Counts.Create)
	require.Empty(t, found.List)
	require.False(t, p.Supplement)
	p, _ = w.compare(edexml(1))
	require.True(t, p.Empty())
}

// source is one of the sources in a random world, with the people and fields
// that it delivers.
type source struct {
	school school.ID
	format string
	fields roster.Fields
}

// roster draws what the source says; it says it each time.
func (s source) roster(t *rapid.T, code school.Code) *roster.Roster {
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 1, 6, func(n int) int { return n }).Draw(t, "pupils")
	r := pupils(numbers...)
	r.School, r.Format = code, s.format
	for i := range r.People {
		p := &r.People[i]
		p.ECK = "eck" + p.Number
		p.Name.Infix, p.Gender, p.ILT = s.format, person.Gender(s.school), string(s.school)+s.format // each says something else
		p.Email = fmt.Sprint(s.school, p.Number, "@leerling.example")
		p.Key, p.Fields = s.format+p.Number, s.fields|roster.ECK|roster.Number|roster.Surname|roster.CallName
	}
	return r
}

// Sources of one school, and of several schools of an institution, may deliver
// the same people, each with its own part of what is known: none undoes what
// another does.
func TestSourcesNeverFightOverAField(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		schools := map[school.ID]*world{}
		accounts := map[account.ID]account.Account{}
		for i, id := range []school.ID{"duinpan", "schelp", "zeester"}[:rapid.IntRange(1, 3).Draw(t, "schools")] {
			w := newWorld()
			w.school.ID, w.school.Code.Location, w.accounts = id, fmt.Sprint("0", i), accounts
			schools[id] = w
		}
		var sources []source
		for id, w := range schools {
			w.others = schools
			for _, format := range []string{"edexml 2.1", "csv", "oneroster 1.2"}[:rapid.IntRange(1, 3).Draw(t, "sources")] {
				sources = append(sources, source{id, format, roster.Fields(rapid.IntRange(0, 1<<13-1).Draw(t, "fields"))})
			}
		}
		rosters := make([]*roster.Roster, len(sources))
		for i, s := range sources {
			rosters[i] = s.roster(t, schools[s.school].school.Code)
		}
		order := rapid.SliceOfN(rapid.IntRange(0, len(sources)-1), 0, 12).Draw(t, "order")
		for range 3 { // everybody has been heard by then
			for i := range sources {
				order = append(order, i)
			}
		}
		for _, i := range order {
			schools[sources[i].school].take(t, rosters[i])
		}
		for i, s := range sources {
			p, _ := schools[s.school].compare(rosters[i])
			require.True(t, p.Empty(), "%v has something to do still: %+v", s, p.Rows)
		}
	})
}
