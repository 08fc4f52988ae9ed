package signin

import (
	"context"
	"net/http"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
)

type badgeView struct{ Next, Problem string }

// showBadge answers GET /badge, where the picture on a badge leads. The code
// stands in the fragment of the address, which does not come with the request.
func (s *server) showBadge(w http.ResponseWriter, r *http.Request) error {
	return s.pages.Write(w, r, http.StatusOK, "badge", badgeView{Next: serve.LocalPath(r.URL.Query().Get("next"))})
}

// signInByBadge answers POST /badge. A badge lets a pupil in as a password does;
// what that pupil's password protects, the choice of another, it does not reach.
// Every refusal looks the same and takes the same work, whether the code is
// malformed, unknown or void, or the account blocked.
func (s *server) signInByBadge(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	v := badgeView{Next: serve.LocalPath(r.PostForm.Get("next"))}
	if r.PostForm.Get("code") == "" {
		v.Problem = "signin.badge_missing"
		return s.pages.Write(w, r, http.StatusUnprocessableEntity, "badge", v)
	}
	try, good, err := s.findBadge(r.Context(), credential.ReadBadge(r.PostForm.Get("code")))
	if err != nil {
		return err
	}
	if good, err = s.settle(r, try, good); err != nil {
		return err
	}
	if !good {
		v.Problem = "signin.badge_failed"
		return s.pages.Write(w, r, http.StatusUnauthorized, "badge", v)
	}
	how := session.Session{Methods: []string{session.Badge}}
	if err := s.begin(w, r, session.Person{Tenant: try.owner, Account: try.account, Session: how}); err != nil {
		return err
	}
	return s.goOn(w, r, v.Next)
}

// findBadge returns the account that a code stands for, and whether the code is
// that account's, in two reads by id, whatever it finds. The account is read
// before its credential, as in lookUp: a session that was begun with what is
// void by then has an epoch that is over.
func (s *server) findBadge(ctx context.Context, code string) (t attempt, good bool, err error) {
	badges := credential.Badges{Index: s.Index}
	t.badge = badges.ID(code)
	owner, found, err := s.Credentials.BadgeOf(ctx, t.badge)
	if missing(&err) {
		owner, found.Account = nobody, nobody
	}
	if err != nil {
		return attempt{}, false, err
	}
	t.owner = owner
	if t.account, err = s.DB.Accounts().Get(ctx, t.owner, found.Account); missing(&err) {
		t.account = account.Account{}
	}
	return t, badges.Check(t.owner, t.account.ID, found, code) && credential.MayHaveBadge(t.account), err
}
