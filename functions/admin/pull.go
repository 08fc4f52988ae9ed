package admin

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// pullView is a school's connection with its administration system.
type pullView struct {
	ID, Name, Code string
	On, Known      bool // Known: it was set before
	URL, Set       string
	Operation      pull.Operation
	Version        string
	Hours          int
	At, Ahead      string   // "" for none
	AheadResult    string   // how asking for the next school year went; "" before the first time
	Secrets        []string // names, for who puts them there
	Last, Next     string   // "" for never
	Result, Run    string   // Result is "" before the first time
	Bad            bool     // Result is one that somebody should look at
}

// showPull shows a school's connection with its administration system and how
// it stands: GET /admin/schools/{id}/pull.
func (s *server) showPull(w http.ResponseWriter, r *http.Request, who session.Person) error {
	place, err := s.DB.Schools().Get(r.Context(), who.Tenant, school.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c, err := s.DB.Pulls().Get(r.Context(), who.Tenant, place.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	names := pull.SecretsOf(who.Tenant, place.ID)
	v := pullView{
		ID: string(place.ID), Name: place.Name, Code: place.Code.String(), On: c.On, Known: err == nil,
		URL: c.Settings.URL, Set: c.Settings.Set, Operation: c.Settings.Operation, Version: c.Settings.Version,
		Hours: int(c.Settings.Every / time.Hour), Secrets: []string{names.Key, names.Client, names.ClientName},
		Last: stamp(c.State.Last), Result: string(c.State.Result), Run: string(c.State.Run),
		Bad: c.State.Result != "" && !c.State.Result.Good(),
		At:  c.Settings.At, AheadResult: string(c.State.Ahead.Result),
	}
	if !c.Settings.Ahead.IsZero() {
		v.Ahead = c.Settings.Ahead.Format(time.DateOnly)
	}
	if !v.Known {
		v.Operation, v.Version, v.Hours = pull.Whole, "2.3", 24
	}
	if c.On && c.State.Next.Before(pull.Never()) {
		v.Next = stamp(c.State.Next)
	}
	return s.pages.Write(w, r, http.StatusOK, "pull", v)
}

// stamp writes a moment as pages do, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return console.Moment(t)
}

// setPull sets, tries or ends a school's connection: POST
// /admin/schools/{id}/pull.
func (s *server) setPull(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	id := school.ID(r.PathValue("id"))
	err := s.DB.InTx(r.Context(), func(_ context.Context, tx *store.Tx) error {
		if _, err := s.DB.Schools().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		c, err := s.DB.Pulls().GetTx(tx, who.Tenant, id)
		known := err == nil
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		c.School = id
		now := s.Clock.Now()
		switch say := r.PostForm.Get("say"); {
		case say == "save":
			settings := settingsOf(r)
			settings.Secrets = pull.SecretsOf(who.Tenant, id)
			if err := settings.Check(who.Tenant); err != nil {
				return told(err)
			}
			c = c.With(settings, now)
		case say == "now" && known:
			c = c.With(c.Settings, now)
		case say == "off" && known:
			c = c.Off()
		default:
			return fault.New(fault.Invalid, "")
		}
		entry := s.entry(r.Context(), who, audit.SchoolSet).On(string(id)).Because("pull")
		return errors.Join(s.DB.Pulls().SetTx(tx, who.Tenant, id, c), s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/schools/"+string(id)+"/pull", http.StatusSeeOther)
	return nil
}

// settingsOf reads the form's settings.
func settingsOf(r *http.Request) pull.Settings {
	hours, err := strconv.Atoi(r.PostForm.Get("hours"))
	if err != nil || hours < 0 || hours > 1000 {
		hours = 0 // which no connection may have
	}
	ahead, err := time.Parse(time.DateOnly, r.PostForm.Get("ahead"))
	if err != nil {
		ahead = time.Time{} // never
	}
	return pull.Settings{
		At: r.PostForm.Get("at"), Ahead: ahead,
		URL: r.PostForm.Get("url"), Operation: pull.Operation(r.PostForm.Get("operation")), Version: r.PostForm.Get("version"),
		Set: r.PostForm.Get("set"), Every: time.Duration(hours) * time.Hour,
	}
}

// told returns err with the first of its fields' messages as what a person
// reads.
func told(err error) error {
	fields, _ := fault.Fields(err)
	for _, name := range []string{"url", "operation", "version", "set", "every", "at", "secrets"} {
		if message := fields[name]; message != "" {
			return &fault.Error{Kind: fault.Invalid, Public: message, Err: err}
		}
	}
	return err
}
