package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// preparedView tells what begins, and what lapses with it.
type preparedView struct {
	Year, From             string
	Begin, Pupils, Staff   int
	Guardians, GroupsEnded int
}

// preview counts what a switch to the prepared year would do.
func (s *server) preview(ctx context.Context, owner tenant.ID, place school.School) (*preparedView, error) {
	p, err := s.switched(ctx, owner, place)
	return &preparedView{
		Year: place.Prepared.Year.String(), From: place.Prepared.From.Format(time.DateOnly), Begin: p.Counts.Change + p.Counts.Return,
		Pupils: p.Lapses(person.Pupil), Staff: p.Lapses(person.Staff), Guardians: p.Lapses(person.Guardian), GroupsEnded: len(p.Ends),
	}, err
}

// switched plans the switch to the prepared year without doing it.
func (s *server) switched(ctx context.Context, owner tenant.ID, place school.School) (roster.Plan, error) {
	k := roster.Known{School: place, Now: s.Clock.Now()}
	for e, err := range s.DB.Accounts().All(ctx, owner) {
		if err != nil {
			return roster.Plan{}, err
		}
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: e.Value, Written: e.Written})
	}
	for e, err := range s.DB.Groups().All(ctx, owner) {
		if err != nil {
			return roster.Plan{}, err
		}
		k.Groups = append(k.Groups, roster.KnownGroup{Group: e.Value, Written: e.Written})
	}
	return roster.SwitchYear(k, &roster.Findings{}), nil
}

// lapseView names what lapses when the prepared year begins.
type lapseView struct {
	ID, Name, Year string
	People         []lapseRow
	Groups         []string
}

type lapseRow struct {
	ID, Name string
	Kind     person.Kind
	Groups   string
	Stays    bool // at another school of the institution
}

// showLapses names who leaves and which groups end when the prepared year begins:
// GET /admin/schools/{id}/year. Whose data it shows is logged before it leaves.
func (s *server) showLapses(w http.ResponseWriter, r *http.Request, who session.Person) error {
	place, err := s.DB.Schools().Get(r.Context(), who.Tenant, school.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if place.Prepared.Year == 0 {
		return fault.New(fault.NotFound, "")
	}
	p, err := s.switched(r.Context(), who.Tenant, place)
	if err != nil {
		return err
	}
	v := lapseView{ID: string(place.ID), Name: place.Name, Year: place.Prepared.Year.String()}
	names := map[group.ID]string{}
	for e, err := range s.DB.Groups().All(r.Context(), who.Tenant) {
		if err != nil {
			return err
		}
		names[e.ID] = e.Value.Name
	}
	var seen []account.ID
	for _, row := range slices.Concat(p.Rows[roster.Gone], p.Rows[roster.Leave]) {
		a := row.Account
		var groups []string
		for _, m := range a.Memberships {
			for _, id := range m.Groups {
				if m.School == place.ID {
					groups = append(groups, names[id])
				}
			}
		}
		seen = append(seen, a.ID)
		v.People = append(v.People, lapseRow{string(a.ID), a.Source.Name.Sorted(), a.Kind, strings.Join(groups, ", "), a.Present()})
	}
	order := collate.New(language.Dutch, collate.IgnoreCase)
	slices.SortStableFunc(v.People, func(a, b lapseRow) int {
		return cmp.Or(cmp.Compare(slices.Index(person.Kinds(), a.Kind), slices.Index(person.Kinds(), b.Kind)), order.CompareString(a.Name, b.Name))
	})
	for _, g := range p.Ends {
		v.Groups = append(v.Groups, g.Group.Name)
	}
	if err := s.ground.Viewed(r.Context(), who, string(place.ID), []string{"call_name", "infix", "surname", "class"}, seen...); err != nil {
		return err
	}
	return s.pages.Write(w, r, http.StatusOK, "school-year", v)
}

// setYear sets when the prepared year begins, lets it begin now, or says of
// which school year files are that name none: POST /admin/schools/{id}/year.
func (s *server) setYear(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("say") == "files" {
		return s.edit(w, r, who, edit{"files", func(place *school.School) error {
			place.FilesOf = 0
			if r.PostForm.Get("files") == "next" {
				place.FilesOf = place.YearAt(s.Clock.Now()) + 1
			}
			return nil
		}})
	}
	if r.PostForm.Get("say") == "now" {
		return s.order(w, r, who, func(place school.School) (roster.Run, error) {
			if place.Prepared.Year == 0 {
				return roster.Run{}, fault.New(fault.Conflict, "admin.nothing_prepared")
			}
			return roster.SwitchOf(place, s.Clock.Now()), nil
		})
	}
	from, err := time.Parse(time.DateOnly, r.PostForm.Get("from"))
	if err != nil {
		return fault.New(fault.Invalid, "admin.date_invalid")
	}
	return s.update(w, r, who, func(place *school.School) error {
		begins := place.Prepared.Year.Begins()
		if place.Prepared.Year == 0 || from.Before(begins.AddDate(0, -2, 0)) || from.After(begins.AddDate(0, 3, 0)) {
			return fault.New(fault.Invalid, "admin.date_invalid")
		}
		place.Prepared.From = from
		return nil
	})
}
