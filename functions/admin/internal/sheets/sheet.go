package sheets

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/session"
)

// sheet is what is sealed.
type sheet struct {
	Title   string    `json:"title"`
	Object  string    `json:"object"` // what the log calls it
	Made    time.Time `json:"made"`
	LeftOut bool      `json:"left_out"` // somebody with a role, who gets no password on paper
	Cards   []card    `json:"cards"`
}

type card struct {
	Account  account.ID `json:"account"`
	Name     string     `json:"name"`
	Address  string     `json:"address"`
	Password string     `json:"password"`
	Badge    string     `json:"badge,omitempty"` // its code; "" for none
}

// ids returns who stands on the sheet.
func (s sheet) ids() []account.ID {
	ids := make([]account.ID, len(s.Cards))
	for i, c := range s.Cards {
		ids[i] = c.Account
	}
	return ids
}

// keyLength is that of the key of a sheet, in bytes.
const keyLength = 32

// place is what a sheet is bound to: it opens for one person, as one document.
func place(who session.Person, id credential.SheetID) []byte {
	return []byte(strings.Join([]string{"sheet", string(who.Tenant), string(id), string(who.Account.ID)}, "\x00"))
}

// seal seals s under a key of its own, which is stored nowhere.
func (s sheet) seal(who session.Person, id credential.SheetID) (credential.Sheet, string, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return credential.Sheet{}, "", err
	}
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // which never fails
	ring, err := seal.NewRing("sheet", map[int][]byte{1: key})
	if err != nil {
		return credential.Sheet{}, "", err
	}
	sealed, err := ring.Seal(plain, place(who, id))
	return credential.Sheet{Maker: who.Account.ID, Sealed: sealed}, base64.RawURLEncoding.EncodeToString(key), err
}

// cookieName names the cookie that holds the key of a sheet. The prefix binds
// it to TLS (RFC 6265bis section 4.1.3.1), which a developer's machine has not.
func (o Office) cookieName() string {
	if o.Origin.Scheme == "https" {
		return "__Secure-sheet"
	}
	return "sheet"
}

// cookie returns the cookie that holds a sheet's key, or with "" removes it. The
// browser sends it for this sheet alone.
func (o Office) cookie(id credential.SheetID, key string) *http.Cookie {
	c := &http.Cookie{
		Name: o.cookieName(), Value: key, Path: "/admin/sheets/" + string(id), MaxAge: int(credential.SheetLife.Seconds()),
		HttpOnly: true, Secure: o.Origin.Scheme == "https", SameSite: http.SameSiteStrictMode,
	}
	if key == "" {
		c.MaxAge = -1
	}
	return c
}

// open returns the sheet that a request is for. It answers NotFound, the same
// each time, where the sheet was printed or has expired, where somebody else
// made it, and where the browser does not bring its key.
func (o Office) open(r *http.Request, who session.Person) (credential.SheetID, sheet, error) {
	id := credential.SheetID(r.PathValue("id"))
	gone := fault.New(fault.NotFound, "sheet.gone")
	stored, err := o.Credentials.Sheets().Get(r.Context(), who.Tenant, id)
	if fault.KindOf(err) == fault.NotFound {
		return "", sheet{}, gone
	}
	if err != nil {
		return "", sheet{}, err
	}
	c, err := r.Cookie(o.cookieName())
	if err != nil || stored.Maker != who.Account.ID {
		return "", sheet{}, gone
	}
	key, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(key) != keyLength {
		return "", sheet{}, gone
	}
	ring, err := seal.NewRing("sheet", map[int][]byte{1: key})
	if err != nil {
		return "", sheet{}, err
	}
	plain, err := ring.Open(stored.Sealed, place(who, id))
	if err != nil {
		return "", sheet{}, gone
	}
	var s sheet
	return id, s, json.Unmarshal(plain, &s)
}
