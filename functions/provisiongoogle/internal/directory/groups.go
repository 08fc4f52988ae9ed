package directory

import (
	"context"
	"net/http"
	"net/url"
)

// Group is a group; an empty field is not sent.
type Group struct {
	ID          string `json:"id,omitempty"` // immutable; given by Google
	Email       string `json:"email,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

// Member is somebody in a group.
type Member struct {
	ID   string `json:"id"`             // immutable id of the user or group
	Role string `json:"role,omitempty"` // MEMBER, MANAGER or OWNER
	Type string `json:"type,omitempty"` // USER or GROUP
}

const (
	groupsPath  = "/admin/directory/v1/groups"
	groupPath   = groupsPath + "/{}"
	membersPath = groupPath + "/members"
	memberPath  = membersPath + "/{}"

	membersAPage = "200" // as many as Google gives
)

// CreateGroup makes a group (groups.insert) and returns its immutable id. It
// answers Duplicate where the address is taken. Where it answers Transient,
// the group may have been made: look it up before trying again.
func (c *Client) CreateGroup(ctx context.Context, g Group) (id string, err error) {
	var made Group
	err = c.do(ctx, request{operation: operation{verb: http.MethodPost, path: groupsPath}, body: g, out: &made})
	return made.ID, err
}

// Group returns a group by its immutable id (groups.get). It answers NotFound
// where there is none, or none that is visible yet.
func (c *Client) Group(ctx context.Context, id string) (Group, error) {
	var g Group
	op := operation{verb: http.MethodGet, path: groupPath, repeat: true}
	err := c.do(ctx, request{operation: op, values: escaped(id), out: &g})
	return g, err
}

// FindGroup returns the group with an address, as Group does.
func (c *Client) FindGroup(ctx context.Context, email string) (Group, error) {
	return c.Group(ctx, email)
}

// PatchGroup changes the fields of a group that are set (groups.patch).
func (c *Client) PatchGroup(ctx context.Context, id string, g Group) error {
	op := operation{verb: http.MethodPatch, path: groupPath, repeat: true, unmet: NotVisible}
	return c.do(ctx, request{operation: op, values: escaped(id), body: g})
}

// AddMember puts a user in a group, by immutable ids (members.insert). A user
// who is in it already is no failure. It answers NotFound while the user or
// the group is not visible yet.
func (c *Client) AddMember(ctx context.Context, group, user string) error {
	op := operation{verb: http.MethodPost, path: membersPath, repeat: true}
	err := c.do(ctx, request{operation: op, values: escaped(group), body: Member{ID: user, Role: "MEMBER"}})
	if Is(err, Duplicate) {
		return nil
	}
	return err
}

// RemoveMember takes a user out of a group (members.delete). A user who is
// not in it is no failure.
func (c *Client) RemoveMember(ctx context.Context, group, user string) error {
	op := operation{verb: http.MethodDelete, path: memberPath, repeat: true}
	err := c.do(ctx, request{operation: op, values: escaped(group, user)})
	if Is(err, NotFound) {
		return nil
	}
	return err
}

// Members returns who is in a group (members.list), of whatever role.
func (c *Client) Members(ctx context.Context, group string) ([]Member, error) {
	var all []Member
	query := url.Values{"maxResults": {membersAPage}}
	for {
		var page struct {
			Members []Member `json:"members"`
			Next    string   `json:"nextPageToken"`
		}
		op := operation{verb: http.MethodGet, path: membersPath, repeat: true}
		if err := c.do(ctx, request{operation: op, values: escaped(group), query: query, out: &page}); err != nil {
			return nil, err
		}
		all = append(all, page.Members...)
		if page.Next == "" {
			return all, nil
		}
		query.Set("pageToken", page.Next)
	}
}
