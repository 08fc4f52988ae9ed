package synthetic

import (
	"fmt"
	"slices"
	"strconv"

	"cool.example/sync/shared/roster"
)

// The sizes of a class. A school too small for them has one class, or a few
// that are smaller.
const (
	leastClass = 20
	usualClass = 25
	mostClass  = 30
)

// The keys of groups begin with the kind of group.
const (
	classKey  = "K"
	lessonKey = "S"
)

// class is a class with the years that sit in it and how many pupils it has.
type class struct {
	roster.Group
	years []string
	size  int
}

// lesson is a lesson group. In secondary education it has a year, and a
// pupil is in one of each subject; in primary education it has neither.
type lesson struct {
	roster.Group
	year    string
	subject string
}

// form makes the classes and lesson groups.
func (m *maker) form() {
	years := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	if m.Options.Secondary {
		years = []string{"11", "12", "13", "14", "15", "16"}
	}
	n := max(1, (m.Options.Pupils+usualClass/2)/usualClass, (m.Options.Pupils+mostClass-1)/mostClass)
	named := map[string]int{}
	for i := range n {
		first := i * len(years) / n
		last := max(first, (i+1)*len(years)/n-1)
		if m.Options.Secondary {
			last = first
		} else if first == last && first+1 < len(years) && m.one(6) {
			last++
		}
		m.classes = append(m.classes, m.class(i, years[first:last+1], named))
	}
	m.sizes()
	for _, c := range m.classes {
		m.Groups = append(m.Groups, c.Group)
	}
	if m.Options.Secondary {
		m.clusters(years)
	} else {
		m.extra()
	}
	for _, l := range m.lessons {
		m.Groups = append(m.Groups, l.Group)
	}
}

// class makes the i-th class for these years; several make it a combination.
func (m *maker) class(i int, years []string, named map[string]int) class {
	g := roster.Group{Key: classKey + strconv.Itoa(100+i), Kind: roster.Class, Year: years[0]}
	label := years[0]
	switch {
	case m.Options.Secondary:
		year, _ := strconv.Atoi(years[0])
		label = strconv.Itoa(year-10) + []string{"v", "h", "m"}[i%3]
	case len(years) > 1:
		g.Year, label = combined, years[0]+"/"+years[len(years)-1]
	}
	named[label]++
	switch n := named[label]; {
	case m.Options.Secondary:
		g.Name = label + strconv.Itoa(n)
	case n <= 26:
		g.Name = label + string(rune('a'+n-1))
	default:
		g.Name = label + "-" + strconv.Itoa(n)
	}
	return class{Group: g, years: years}
}

// sizes spreads the pupils over the classes, evenly at first; then pupils
// change places while both classes keep a usual size.
func (m *maker) sizes() {
	n := len(m.classes)
	for i := range m.classes {
		m.classes[i].size = (i+1)*m.Options.Pupils/n - i*m.Options.Pupils/n
	}
	for range 4 * n {
		from, to := &m.classes[m.rng.IntN(n)], &m.classes[m.rng.IntN(n)]
		if from != to && from.size > leastClass && to.size < mostClass {
			from.size--
			to.size++
		}
	}
}

// extra makes the lesson groups of primary education.
func (m *maker) extra() {
	kinds := []string{"Plusgroep", "Taalklas", "Verrijking", "Rekenhulp"}
	for i := range max(1, len(m.classes)/5) {
		name := fmt.Sprintf("%s %d", kinds[i%len(kinds)], i/len(kinds)+1)
		m.lessons = append(m.lessons, lesson{Group: roster.Group{Key: lessonKey + strconv.Itoa(i+1), Kind: roster.Lesson, Name: name}})
	}
}

// clusters makes the lesson groups of secondary education: of each year and
// subject as many as there are classes.
func (m *maker) clusters(years []string) {
	for _, year := range years {
		classes := 0
		for _, c := range m.classes {
			if slices.Contains(c.years, year) {
				classes++
			}
		}
		for _, subject := range []string{"ne", "en", "wi"} {
			for i := range classes {
				number, _ := strconv.Atoi(year)
				m.lessons = append(m.lessons, lesson{year: year, subject: subject, Group: roster.Group{
					Key: lessonKey + strconv.Itoa(len(m.lessons)+1), Kind: roster.Lesson, Name: fmt.Sprintf("%d%s%d", number-10, subject, i+1),
				}})
			}
		}
	}
}
