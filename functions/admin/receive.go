package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/upload"
)

// source is who hands over a file, for which school.
type source struct {
	owner  tenant.ID
	school school.ID
	actor  audit.Actor
	mark   func(audit.Entry) audit.Entry
}

// nobody is where a token is looked up that is none: it takes as long as one
// that is not known. No hash is that short, so nothing is ever found there.
const nobody = "nobody"

// token returns the school of the import token that r bears. It answers
// Unsigned for every token that is not known, whatever is wrong with it.
func (s *server) token(r *http.Request) (source, error) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") { // RFC 9110 section 11.1
		return source{}, fault.New(fault.Unsigned, "import.no_token")
	}
	owner, hash, err := upload.ParseToken(bearer)
	if err != nil {
		owner, hash = nobody, nobody
	}
	known, err := s.DB.Tokens().Get(r.Context(), owner, store.TokenID(hash))
	if fault.KindOf(err) == fault.NotFound {
		return source{}, fault.New(fault.Unsigned, "import.bad_token")
	}
	return source{owner: owner, school: known.School, actor: audit.Actor{System: "import-token"}}, err
}

// longestName is how many bytes the name of a file may have: what file systems
// allow.
const longestName = 255

// receive takes in a file: PUT /api/import/v1/files/{name}. The name is not
// kept: it may say something of a person. What the file is shows from what it
// begins with.
func (s *server) receive(w http.ResponseWriter, r *http.Request) error {
	from, err := s.token(r)
	if err != nil {
		return err
	}
	if len(r.PathValue("name")) > longestName {
		return fault.New(fault.Invalid, "import.long_name")
	}
	if r.ContentLength > upload.Limit {
		return fault.New(fault.TooLarge, "")
	}
	id, err := s.store(r.Context(), from, http.MaxBytesReader(w, r.Body, upload.Limit))
	if err != nil {
		return err
	}
	at := "/api/import/v1/files/" + string(id)
	w.Header().Set("Location", at)
	return serve.JSON(w, http.StatusAccepted, map[string]string{"id": string(id), "status_url": at})
}

// receiveByForm takes in a file from the console's form: POST /admin/imports.
// The school stands before the file, so that the file streams to its place.
func (s *server) receiveByForm(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, upload.Limit)
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	from := source{owner: who.Tenant, actor: audit.Actor{Account: who.Account.ID}, mark: s.ground.Mark(r.Context(), who)}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "import.no_file")
		}
		if err != nil {
			return intake.BodyFault(fmt.Errorf("read form: %w", err))
		}
		switch part.FormName() {
		case "school":
			id, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return intake.BodyFault(err)
			}
			from.school = school.ID(id)
		case "file":
			if part.FileName() == "" {
				return fault.New(fault.Invalid, "import.no_file")
			}
			if _, err := s.DB.Schools().Get(r.Context(), who.Tenant, from.school); err != nil {
				return err
			}
			id, err := s.store(r.Context(), from, part)
			if err != nil {
				return err
			}
			http.Redirect(w, r, "/admin/imports/"+string(id), http.StatusSeeOther)
			return nil
		}
	}
}

// store takes body in.
func (s *server) store(ctx context.Context, from source, body io.Reader) (roster.RunID, error) {
	return s.desk().Take(ctx, intake.Source{Owner: from.owner, School: from.school, Actor: from.actor, Mark: from.mark}, body)
}

func (s *server) desk() intake.Desk {
	return intake.Desk{DB: s.DB, Uploads: s.Uploads, Post: s.Post, Clock: s.Clock}
}

// send posts a letter that is stored, also where the client has gone.
func (s *server) send(ctx context.Context, l outbox.Letter) { s.desk().Send(ctx, l) }
