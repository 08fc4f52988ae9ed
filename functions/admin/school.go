package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

type settingsView struct {
	ID, Name, Code string
	Bounds         []boundsView
	Columns        []columnView
	Fields         []string // that a column may hold
	Strict         bool
	Prepared       *preparedView
	FilesNext      bool   // files that name no school year are of the next
	NextYear       string // that one
	Sources        []sourceView
	System         *systemView  // another administration system that was announced
	Others         []schoolView // schools that could go up in this one
}

// boundsView is the form of the bounds of one time of the year.
type boundsView struct {
	Season string // "year" or "rollover"
	Fields []boundView
}

type boundView struct {
	Name           string // leavers, class, names, moves
	Count, Percent int
}

type columnView struct{ Heading, Field string }

// showSchool shows a school's settings: GET /admin/schools/{id}.
func (s *server) showSchool(w http.ResponseWriter, r *http.Request, who session.Person) error {
	place, err := s.DB.Schools().Get(r.Context(), who.Tenant, school.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := settingsView{
		ID: string(place.ID), Name: place.Name, Code: place.Code.String(), Fields: roster.ColumnFields(), Strict: place.Strict,
		Bounds: []boundsView{
			{"year", boundViews(place.Bounds, school.UsualBounds())},
			{"rollover", boundViews(place.Rollover, school.UsualRollover())},
		},
	}
	for heading, field := range place.Columns {
		v.Columns = append(v.Columns, columnView{heading, field})
	}
	slices.SortFunc(v.Columns, func(a, b columnView) int { return strings.Compare(a.Heading, b.Heading) })
	for e, err := range s.DB.Schools().All(r.Context(), who.Tenant) {
		if err != nil {
			return err
		}
		if e.ID != place.ID && e.Value.Into == "" {
			v.Others = append(v.Others, schoolView{ID: string(e.ID), Name: e.Value.Name, Code: e.Value.Code.String()})
		}
	}
	if err := s.showSources(r.Context(), who.Tenant, place, &v); err != nil {
		return err
	}
	if place.Prepared.Year != 0 {
		if v.Prepared, err = s.preview(r.Context(), who.Tenant, place); err != nil {
			return err
		}
	}
	return s.pages.Write(w, r, http.StatusOK, "school", v)
}

func boundViews(own *school.Bounds, usual school.Bounds) []boundView {
	b := usual
	if own != nil {
		b = *own
	}
	return []boundView{
		{"leavers", b.Leavers.Count, b.Leavers.Percent},
		{"class", b.Class.Count, b.Class.Percent},
		{"names", b.Names.Count, b.Names.Percent},
		{"moves", b.Moves.Count, b.Moves.Percent},
	}
}

// update changes a school in one transaction with its audit entry, and returns
// to its page.
func (s *server) update(w http.ResponseWriter, r *http.Request, who session.Person, change func(*school.School) error) error {
	return s.edit(w, r, who, edit{change: change})
}

// edit is a change of a school, with a code of what it is for the log.
type edit struct {
	what   string
	change func(*school.School) error
}

// edit is update with a word for the log.
func (s *server) edit(w http.ResponseWriter, r *http.Request, who session.Person, e edit) error {
	id := school.ID(r.PathValue("id"))
	err := s.DB.InTx(r.Context(), func(_ context.Context, tx *store.Tx) error {
		place, err := s.DB.Schools().GetTx(tx, who.Tenant, id)
		if err != nil {
			return err
		}
		if err := e.change(&place); err != nil {
			return err
		}
		entry := s.entry(r.Context(), who, audit.SchoolSet).On(string(id)).Because(e.what)
		return errors.Join(
			s.DB.Schools().SetTx(tx, who.Tenant, id, place),
			s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
		)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/schools/"+string(id), http.StatusSeeOther)
	return nil
}

// setBounds sets the bounds of one season: POST /admin/schools/{id}/bounds.
func (s *server) setBounds(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	var b school.Bounds
	for name, bound := range map[string]*school.Bound{"leavers": &b.Leavers, "class": &b.Class, "names": &b.Names, "moves": &b.Moves} {
		count, err := strconv.Atoi(r.PostForm.Get(name + "-count"))
		percent, other := strconv.Atoi(r.PostForm.Get(name + "-percent"))
		if err != nil || other != nil || count < 0 || count > 100_000 || percent < 0 || percent > 100 {
			return fault.New(fault.Invalid, "admin.bound_invalid")
		}
		*bound = school.Bound{Count: count, Percent: percent}
	}
	return s.update(w, r, who, func(place *school.School) error {
		switch r.PostForm.Get("season") {
		case "year":
			place.Bounds = &b
		case "rollover":
			place.Rollover = &b
		default:
			return fault.New(fault.Invalid, "")
		}
		return nil
	})
}

// mostColumns bounds what a school keeps of its own headings.
const mostColumns = 100

// setColumns says which field a column of the school's own tables holds: POST
// /admin/schools/{id}/columns. An empty field leaves the column out; "-" lets
// COOL Sync find out again.
func (s *server) setColumns(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	heading, field := rows.Heading(r.PostForm.Get("heading")), r.PostForm.Get("field")
	if heading == "" || len(heading) > 100 || (field != "" && field != "-" && !slices.Contains(roster.ColumnFields(), field)) {
		return fault.New(fault.Invalid, "admin.column_invalid")
	}
	return s.update(w, r, who, func(place *school.School) error {
		columns := map[string]string{}
		for h, f := range place.Columns {
			columns[h] = f
		}
		columns[heading] = field
		if field == "-" {
			delete(columns, heading)
		}
		if len(columns) > mostColumns {
			return fault.New(fault.Invalid, "admin.column_invalid")
		}
		place.Columns = columns
		return nil
	})
}

// setStrict says whether every deviation of a file from its standard refuses
// it: POST /admin/schools/{id}/strict.
func (s *server) setStrict(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	return s.update(w, r, who, func(place *school.School) error {
		place.Strict = r.PostForm.Get("strict") == "yes"
		return nil
	})
}

// merge lets another school go up in this one: POST /admin/schools/{id}/merger.
func (s *server) merge(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	from, err := s.DB.Schools().Get(r.Context(), who.Tenant, school.ID(r.PostForm.Get("from")))
	if err != nil {
		return err
	}
	return s.order(w, r, who, func(place school.School) (roster.Run, error) {
		if from.ID == place.ID || from.Into != "" || place.Into != "" {
			return roster.Run{}, fault.New(fault.Conflict, "admin.cannot_merge")
		}
		return roster.MergerOf(from), nil
	})
}

// order begins a run that no file begins, and shows it.
func (s *server) order(w http.ResponseWriter, r *http.Request, who session.Person, what func(school.School) (roster.Run, error)) error {
	place, err := s.DB.Schools().Get(r.Context(), who.Tenant, school.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	run, err := what(place)
	if err != nil {
		return err
	}
	from := intake.Source{Owner: who.Tenant, School: place.ID, Actor: audit.Actor{Account: who.Account.ID}, Mark: s.ground.Mark(r.Context(), who)}
	id, err := s.desk().Again(r.Context(), from, run)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/imports/"+string(id), http.StatusSeeOther)
	return nil
}

// parseForm reads a small form.
func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	return nil
}
