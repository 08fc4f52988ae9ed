package admin

import (
	"context"
	"net/http"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// sourceView is one source of a school's roster.
type sourceView struct {
	Kind   person.Kind
	Family string
	Main   bool
	Fields []string // of the field register
	Last   string
}

// systemView tells who said when that the next file comes from another system.
type systemView struct{ At, By string }

// showSources fills in where the school's roster comes from.
func (s *server) showSources(ctx context.Context, owner tenant.ID, place school.School, v *settingsView) error {
	now := s.Clock.Now()
	v.FilesNext, v.NextYear = place.FileYear(now) > place.YearAt(now), (place.YearAt(now) + 1).String()
	for _, x := range place.Sources {
		if !x.Last.IsZero() {
			v.Sources = append(v.Sources, sourceView{x.Kind, x.Family, x.Main, x.Fields, stamp(x.Last)})
		}
	}
	if place.System.At.IsZero() {
		return nil
	}
	v.System = &systemView{At: stamp(place.System.At)}
	by, err := s.DB.Accounts().Get(ctx, owner, account.ID(place.System.By))
	if fault.KindOf(err) == fault.NotFound {
		return nil // who said it is no longer there
	}
	v.System.By = by.Source.Name.Display()
	return err
}

// setSystem says that the next file comes from another administration system,
// or that it does not after all: POST /admin/schools/{id}/system.
func (s *server) setSystem(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	switch r.PostForm.Get("say") {
	case "announce":
		return s.edit(w, r, who, edit{"system_announced", func(place *school.School) error {
			if place.Into != "" {
				return fault.New(fault.Conflict, "")
			}
			place.System = school.Change{At: s.Clock.Now(), By: string(who.Account.ID)}
			return nil
		}})
	case "withdraw":
		return s.edit(w, r, who, edit{"system_withdrawn", func(place *school.School) error {
			place.System = school.Change{}
			return nil
		}})
	}
	return fault.New(fault.Invalid, "")
}

// forgetSource forgets a source of the school, so that what it delivers may be
// changed by hand, and another may deliver it: POST
// /admin/schools/{id}/sources.
func (s *server) forgetSource(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	kind, family := person.Kind(r.PostForm.Get("kind")), r.PostForm.Get("family")
	return s.edit(w, r, who, edit{"source_forgotten", func(place *school.School) error {
		for _, x := range place.Sources {
			if x.Kind == kind && x.Family == family && !x.Last.IsZero() {
				*place = place.Forgotten(kind, family)
				return nil
			}
		}
		return fault.New(fault.NotFound, "")
	}})
}
