package directory

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// User is a user, in the API's own words; an empty field is not sent.
type User struct {
	ID           string       `json:"id,omitempty"`
	PrimaryEmail string       `json:"primaryEmail,omitempty"`
	Name         *Name        `json:"name,omitempty"`
	Password     string       `json:"password,omitempty"`
	Suspended    *bool        `json:"suspended,omitempty"`
	OrgUnitPath  string       `json:"orgUnitPath,omitempty"`
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

// Group is a group.
type Group struct {
	ID          string `json:"id,omitempty"`
	Email       string `json:"email,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

type member struct {
	ID   string `json:"id"`
	Role string `json:"role"`
}

type orgUnit struct {
	Name              string `json:"name"`
	ParentOrgUnitPath string `json:"parentOrgUnitPath"`
}

const (
	usersPath   = "/admin/directory/v1/users"
	groupsPath  = "/admin/directory/v1/groups"
	orgUnitPath = "/admin/directory/v1/customer/%s/orgunits"
)

// CreateUser makes a user (users.insert) and returns its immutable id. It
// answers Duplicate where the address is taken. Where it answers Transient,
// the user may have been made: look it up before trying again.
func (c *Client) CreateUser(ctx context.Context, u User) (id string, err error) {
	var made User
	err = c.call(ctx, operation{http.MethodPost, usersPath, false}, nil, u, &made)
	return made.ID, err
}

// FindUser returns the user that carries an external id, nil where none does.
func (c *Client) FindUser(ctx context.Context, externalID string) (*User, error) {
	var found struct {
		Users []User `json:"users"`
	}
	query := url.Values{"customer": {c.Customer}, "query": {"externalId='" + externalID + "'"}}
	op := operation{http.MethodGet, usersPath + "?" + strings.ReplaceAll(query.Encode(), "%", "%%"), true}
	if err := c.call(ctx, op, nil, nil, &found); err != nil || len(found.Users) == 0 {
		return nil, err
	}
	return &found.Users[0], nil
}

// PatchUser changes the fields of a user that are set (users.patch).
func (c *Client) PatchUser(ctx context.Context, id string, u User) error {
	return c.call(ctx, operation{http.MethodPatch, usersPath + "/%s", true}, []any{id}, u, nil)
}

// CreateGroup makes a group (groups.insert) and returns its immutable id.
func (c *Client) CreateGroup(ctx context.Context, g Group) (id string, err error) {
	var made Group
	err = c.call(ctx, operation{http.MethodPost, groupsPath, false}, nil, g, &made)
	return made.ID, err
}

// FindGroup returns the group with an address. It answers NotFound where
// there is none.
func (c *Client) FindGroup(ctx context.Context, email string) (Group, error) {
	var g Group
	return g, c.call(ctx, operation{http.MethodGet, groupsPath + "/%s", true}, []any{email}, nil, &g)
}

// PatchGroup changes the fields of a group that are set (groups.patch).
func (c *Client) PatchGroup(ctx context.Context, id string, g Group) error {
	return c.call(ctx, operation{http.MethodPatch, groupsPath + "/%s", true}, []any{id}, g, nil)
}

// AddMember puts a user in a group, by immutable ids (members.insert). A user
// who is in it already is no failure.
func (c *Client) AddMember(ctx context.Context, group, user string) error {
	err := c.call(ctx, operation{http.MethodPost, groupsPath + "/%s/members", true}, []any{group}, member{user, "MEMBER"}, nil)
	if Is(err, Duplicate) {
		return nil
	}
	return err
}

// RemoveMember takes a user out of a group (members.delete). A user who is
// not in it is no failure.
func (c *Client) RemoveMember(ctx context.Context, group, user string) error {
	err := c.call(ctx, operation{http.MethodDelete, groupsPath + "/%s/members/%s", true}, []any{group, user}, nil, nil)
	if Is(err, NotFound) {
		return nil
	}
	return err
}

// EnsureOrgUnit makes the org unit "/name" where it is not there
// (orgunits.get, orgunits.insert).
func (c *Client) EnsureOrgUnit(ctx context.Context, name string) error {
	err := c.call(ctx, operation{http.MethodGet, orgUnitPath + "/%s", true}, []any{c.Customer, name}, nil, nil)
	if !Is(err, NotFound) {
		return err
	}
	err = c.call(ctx, operation{http.MethodPost, orgUnitPath, true}, []any{c.Customer}, orgUnit{name, "/"}, nil)
	if Is(err, Invalid) { // somebody else was faster
		return c.call(ctx, operation{http.MethodGet, orgUnitPath + "/%s", true}, []any{c.Customer, name}, nil, nil)
	}
	return err
}
