package table

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// standing says how a row stands to the day on which the table is read. A
// higher one counts before a lower one.
type standing int

const (
	undated standing = iota // nothing says when it counts
	past
	future
	present
)

// when is when a row counts.
type when struct {
	standing standing
	begins   time.Time // zero for unknown
	year     school.Year
	later    bool // in a later school year than the one that is read
}

var (
	short = regexp.MustCompile(`^(\d\d)[-/ ]?(\d\d)$`)
	lone  = regexp.MustCompile(`^20\d\d$`)
)

// when reads the period of a row. The school year of the row says whether it
// counts at all, its dates whether it does so now.
func (l *line) when() when {
	var w when
	begin, begun := l.date(begins)
	end, ended := l.date(ends)
	year, known := l.period()
	w.year, w.begins = year, begin
	switch {
	case known && year < l.year, ended && end.Before(l.day):
		w.standing = past
	case known && year > l.year, begun && begin.After(l.day):
		w.standing = future
		w.later = year > l.year || !known && school.YearAt(begin) > l.year
	case known, begun, ended:
		w.standing = present
	}
	return w
}

// period reads the school year of a row.
func (l *line) period() (school.Year, bool) {
	text := l.cell(period)
	if text == "" {
		return 0, false
	}
	y, ok := remember(&l.words.periods, text, periodOf)
	if !ok {
		l.add(PeriodInvalid, period)
	}
	return y, ok
}

// periodOf reads a school year: 2026-2027, 26/27, 2627 or 2026.
func periodOf(text string) (school.Year, bool) {
	if y, err := school.ParseYear(text); err == nil {
		return y, true
	}
	if m := short.FindStringSubmatch(text); m != nil {
		first, _ := strconv.Atoi(m[1])
		second, _ := strconv.Atoi(m[2])
		if second == first+1 {
			return school.Year(2000 + first), true
		}
	}
	if lone.MatchString(text) {
		y, _ := strconv.Atoi(text)
		return school.Year(y), true
	}
	return 0, false
}

// before reports whether w counts before o, and whether that is certain.
func (w when) before(o when) (first, sure bool) {
	if w.standing != o.standing {
		return w.standing > o.standing, true
	}
	later := w.begins.Compare(o.begins)
	if w.year != o.year {
		later = int(w.year - o.year)
	}
	if w.standing == future {
		later = -later
	}
	return later > 0, later != 0 && w.standing != undated
}

// settle keeps the rows that count: one for each person. Several rows are an
// error but for those of different periods, and for those of a member of staff
// of which one is that of the own account.
func (r *reader) settle() {
	met := 0
	for _, of := range r.people {
		met += len(of)
	}
	people := r.roster.People
	if met == len(people) {
		return
	}
	groups := map[person.Kind]map[string][]int{}
	for i, p := range people {
		if r.people[p.Kind][p.Key] > 1 {
			if groups[p.Kind] == nil {
				groups[p.Kind] = map[string][]int{}
			}
			groups[p.Kind][p.Key] = append(groups[p.Kind][p.Key], i)
		}
	}
	var list []int
	for i, p := range people {
		switch rows := groups[p.Kind][p.Key]; {
		case len(rows) == 0:
			list = append(list, i)
		case rows[0] == i:
			list = append(list, r.choose(rows))
		}
	}
	settled, others := make([]roster.Person, len(list)), make([]rest, len(list))
	for to, i := range list {
		settled[to], others[to] = people[i], r.rest[i]
	}
	r.roster.People, r.rest = settled, others
}

// choose returns which of several rows of one person counts.
func (r *reader) choose(rows []int) int {
	best, sure := rows[0], true
	if r.roster.People[best].Kind == person.Staff {
		return r.chooseStaff(rows)
	}
	for _, i := range rows[1:] {
		first, certain := r.rest[i].when.before(r.rest[best].when)
		switch {
		case first && certain:
			best, sure = i, true
		case !certain:
			sure = false
		}
	}
	if !sure {
		r.twice(rows)
		return best
	}
	r.tell(Periods, rows[1])
	return best
}

func (r *reader) chooseStaff(rows []int) int {
	own := -1
	for _, i := range rows {
		if !r.rest[i].own {
			continue
		}
		if own >= 0 {
			r.twice(rows)
			return own
		}
		own = i
	}
	if own < 0 {
		r.twice(rows)
		return rows[0]
	}
	r.tell(StaffTwice, rows[1])
	return own
}

// place returns a finding about the i-th row.
func (r *reader) place(code string, i int) roster.Finding {
	return roster.Finding{Code: code, Severity: severity(code), File: r.rest[i].sheet.file, Line: r.roster.People[i].Line}
}

// twice says of every row but the first that its number has been there.
func (r *reader) twice(rows []int) {
	for _, i := range rows[1:] {
		f, s := r.place(DuplicateKey, i), r.rest[i].sheet
		f.Column, f.Field = r.rest[i].column, s.columns[s.place(number)].name()
		r.found.Add(f)
	}
}

// tell notes something once for each file, at the i-th row.
func (r *reader) tell(code string, i int) {
	if id := code + "\x00" + r.rest[i].sheet.file; !r.once[id] {
		r.once[id] = true
		r.found.Add(r.place(code, i))
	}
}

// finish makes the roster of the rows that count.
func (r *reader) finish() {
	r.settle()
	if len(r.rest) > 0 && r.otherYear() {
		r.found.Add(roster.Finding{Code: WrongYear, Severity: severity(WrongYear)})
	}
	groups := classes{roster: r.roster, keys: map[string]int{}, names: map[string]int{}}
	for i := range r.roster.People {
		p, d := &r.roster.People[i], &r.rest[i]
		if d.when.standing == past || d.when.later {
			p.Left = true
		}
		if p.ECK != "" {
			if r.chains[p.ECK] {
				r.found.Add(r.place(DuplicateECKiD, i))
			}
			r.chains[p.ECK] = true
		}
		if d.class != "" && !p.Left {
			p.Groups = groups.of(d.class, p.Year)
		}
	}
	if len(r.roster.Groups) > mostClasses {
		r.found.Add(roster.Finding{Code: TooMany, Severity: severity(TooMany)})
	}
	for _, preset := range r.presets {
		if preset != "" && !strings.HasSuffix(r.roster.Format, " "+preset) {
			r.roster.Format += " " + preset
		}
	}
}

// otherYear reports whether the rows say when they count, and none of them
// does so in the year that is read.
func (r *reader) otherYear() bool {
	dated := false
	for i := range r.rest {
		w := &r.rest[i].when
		if w.standing == present || w.standing == future && !w.later {
			return false
		}
		dated = dated || w.standing != undated
	}
	return dated
}
