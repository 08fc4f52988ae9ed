package directory

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cool.example/sync/shared/fault"
)

// User is a user, in the API's own words; an empty field is not sent.
type User struct {
	ID           string       `json:"id,omitempty"` // immutable; given by Google
	PrimaryEmail string       `json:"primaryEmail,omitempty"`
	Aliases      []string     `json:"-"` // addresses that a rename left behind, among others
	Name         *Name        `json:"name,omitempty"`
	Password     string       `json:"password,omitempty"` // 8 to 100 ASCII characters
	Suspended    *bool        `json:"suspended,omitempty"`
	OrgUnitPath  string       `json:"orgUnitPath,omitempty"` // "/Leerlingen"
	ExternalIDs  []ExternalID `json:"externalIds,omitempty"`
}

// Name is a user's name; the Dutch infix stands in FamilyName. Each part has
// at most 40 characters.
type Name struct {
	GivenName  string `json:"givenName"`
	FamilyName string `json:"familyName"`
}

// ExternalID is an id of another system on a user.
type ExternalID struct {
	Type       string `json:"type"`
	CustomType string `json:"customType,omitempty"`
	Value      string `json:"value"`
}

const (
	usersPath = "/admin/directory/v1/users"
	userPath  = usersPath + "/{}"
)

// userAnswer is a user as it is read: with fields that may not be sent.
type userAnswer struct {
	User
	Aliases []string `json:"aliases"`
}

func (a userAnswer) user() User {
	a.User.Aliases = a.Aliases
	return a.User
}

// CreateUser makes a user (users.insert) and returns its immutable id. It
// answers Duplicate where the address is taken. Where it answers Transient,
// the user may have been made: look it up before trying again.
func (c *Client) CreateUser(ctx context.Context, u User) (id string, err error) {
	var made User
	err = c.do(ctx, request{operation: operation{verb: http.MethodPost, path: usersPath}, body: u, out: &made})
	return made.ID, err
}

// User returns a user by its immutable id (users.get). It answers NotFound
// where there is none, or none that is visible yet.
func (c *Client) User(ctx context.Context, id string) (User, error) {
	var found userAnswer
	err := c.do(ctx, request{operation: operation{verb: http.MethodGet, path: userPath, repeat: true}, values: escaped(id), out: &found})
	return found.user(), err
}

// FindUser returns the user that carries an external id (users.list), nil
// where none does. It answers Duplicate where more than one does: which is
// meant is for a person to say.
func (c *Client) FindUser(ctx context.Context, externalID string) (*User, error) {
	var list struct {
		Users []userAnswer `json:"users"`
	}
	quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(externalID)
	err := c.do(ctx, request{
		operation: operation{verb: http.MethodGet, path: usersPath, repeat: true},
		query:     url.Values{"customer": {c.customer}, "query": {"externalId='" + quoted + "'"}, "maxResults": {"10"}},
		out:       &list,
	})
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(list.Users, func(u userAnswer) bool { // a search folds upper and lower case
		return !slices.ContainsFunc(u.ExternalIDs, func(id ExternalID) bool { return id.Value == externalID })
	})
	switch len(found) {
	case 0:
		return nil, nil //nolint:nilnil // nobody carries it, as documented
	case 1:
		u := found[0].user()
		return &u, nil
	}
	return nil, fault.As(fault.Conflict, &Error{Class: Duplicate, Status: http.StatusOK, Reason: "ambiguous"})
}

// PatchUser changes the fields of a user that are set (users.patch). A new
// address leaves the old one as an alias. It answers NotVisible for a user
// that was made just now.
func (c *Client) PatchUser(ctx context.Context, id string, u User) error {
	op := operation{verb: http.MethodPatch, path: userPath, repeat: true, unmet: NotVisible}
	return c.do(ctx, request{operation: op, values: escaped(id), body: u})
}

// DeleteUser deletes a user (users.delete), who can be brought back for 20
// days. It answers NotFound where there is none, or none that is visible yet.
func (c *Client) DeleteUser(ctx context.Context, id string) error {
	op := operation{verb: http.MethodDelete, path: userPath, repeat: true, unmet: NotVisible}
	return c.do(ctx, request{operation: op, values: escaped(id)})
}

// UndeleteUser brings a deleted user back into an org unit, by its immutable
// id (users.undelete). It answers NotFound where its 20 days are over or it is
// not deleted.
func (c *Client) UndeleteUser(ctx context.Context, id, orgUnitPath string) error {
	op := operation{verb: http.MethodPost, path: userPath + "/undelete", unmet: NotFound}
	body := struct {
		OrgUnitPath string `json:"orgUnitPath"`
	}{orgUnitPath}
	return c.do(ctx, request{operation: op, values: escaped(id), body: body})
}

// escaped makes values fit for a path.
func escaped(values ...string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = url.PathEscape(v)
	}
	return out
}
