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
	wanted := l.wanted.YearOf()
	begin, begun := l.date(begins)
	end, ended := l.date(ends)
	year, known := l.period()
	day := l.midnight(l.day)
	w.year, w.begins = year, begin
	switch {
	case known && year < wanted, ended && end.Before(day):
		w.standing = past
	case known && year > wanted, begun && begin.After(day):
		w.standing = future
		w.later = year > wanted || !known && school.YearAt(begin) > wanted
	case known, begun, ended:
		w.standing = present
	}
	return w
}

// period reads the school year of a row: 2026-2027, 26/27, 2627 or 2026.
func (l *line) period() (school.Year, bool) {
	text := l.cell(period)
	if text == "" {
		return 0, false
	}
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
	l.add(PeriodInvalid, period)
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

// settle returns the rows that count: one for each person. Several rows are an
// error but for those of different periods, and for those of a member of staff
// of which one is that of the own account.
func (r *reader) settle() []draft {
	if len(r.people) == len(r.drafts) {
		return r.drafts
	}
	groups := map[who][]int{}
	for i, d := range r.drafts {
		if id := (who{d.Kind, d.Key}); r.people[id] > 1 {
			groups[id] = append(groups[id], i)
		}
	}
	var list []draft
	settled := map[who]bool{}
	for _, d := range r.drafts {
		id := who{d.Kind, d.Key}
		if r.people[id] == 1 {
			list = append(list, d)
			continue
		}
		if !settled[id] {
			settled[id] = true
			list = append(list, r.drafts[r.choose(groups[id])])
		}
	}
	return list
}

// choose returns which of several rows of one person counts.
func (r *reader) choose(rows []int) int {
	best, sure := rows[0], true
	if r.drafts[best].Kind == person.Staff {
		return r.chooseStaff(rows)
	}
	for _, i := range rows[1:] {
		first, certain := r.drafts[i].when.before(r.drafts[best].when)
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
	r.tell(Periods, r.drafts[rows[1]])
	return best
}

func (r *reader) chooseStaff(rows []int) int {
	own := -1
	for _, i := range rows {
		if !r.drafts[i].own {
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
	r.tell(StaffTwice, r.drafts[rows[1]])
	return own
}

// twice says of every row but the first that its number has been there.
func (r *reader) twice(rows []int) {
	for _, i := range rows[1:] {
		d := r.drafts[i]
		r.found.Add(roster.Finding{
			Code: DuplicateKey, Severity: severity(DuplicateKey), File: d.file, Line: d.Line, Column: d.number.column, Field: d.number.field,
		})
	}
}

// tell notes something once for each file, at the row of d.
func (r *reader) tell(code string, d draft) {
	if id := code + "\x00" + d.file; !r.once[id] {
		r.once[id] = true
		r.found.Add(roster.Finding{Code: code, Severity: severity(code), File: d.file, Line: d.Line})
	}
}

// finish makes the roster of the rows that count.
func (r *reader) finish() {
	list := r.settle()
	if len(list) > 0 && r.otherYear(list) {
		r.found.Add(roster.Finding{Code: WrongYear, Severity: severity(WrongYear)})
	}
	groups := classes{list: map[string]int{}, keys: map[string]string{}, roster: r.roster}
	r.roster.People = make([]roster.Person, 0, len(list))
	for i := range list {
		d := &list[i]
		if d.when.standing == past || d.when.later {
			d.Left = true
		}
		if d.ECK != "" {
			if r.chains[d.ECK] {
				r.found.Add(roster.Finding{Code: DuplicateECKiD, Severity: severity(DuplicateECKiD), File: d.file, Line: d.Line})
			}
			r.chains[d.ECK] = true
		}
		if d.class != "" && !d.Left {
			d.Groups = []string{groups.of(d)}
		}
		r.roster.People = append(r.roster.People, d.Person)
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
func (r *reader) otherYear(list []draft) bool {
	dated := false
	for i := range list {
		d := &list[i]
		if d.when.standing == present || d.when.standing == future && !d.when.later {
			return false
		}
		dated = dated || d.when.standing != undated
	}
	return dated
}
