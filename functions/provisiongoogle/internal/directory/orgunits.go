package directory

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// OrgUnit is an organisational unit.
type OrgUnit struct {
	ID     string `json:"orgUnitId,omitempty"` // given by Google
	Name   string `json:"name"`
	Parent string `json:"parentOrgUnitPath"`     // "/" for the top
	Path   string `json:"orgUnitPath,omitempty"` // made of Parent and Name by Google
}

const (
	orgUnitsPath = "/admin/directory/v1/customer/{}/orgunits"
	orgUnitPath  = orgUnitsPath + "/{}"
)

// CreateOrgUnit makes an org unit (orgunits.insert). It answers Invalid where
// one with its name is there already, as Google does.
func (c *Client) CreateOrgUnit(ctx context.Context, name, parent string) (OrgUnit, error) {
	var made OrgUnit
	op := operation{verb: http.MethodPost, path: orgUnitsPath}
	err := c.do(ctx, request{operation: op, values: escaped(c.customer), body: OrgUnit{Name: name, Parent: parent}, out: &made})
	return made, err
}

// OrgUnit returns the org unit at a path like "/Leerlingen/Groep 8"
// (orgunits.get). It answers NotFound where there is none.
func (c *Client) OrgUnit(ctx context.Context, path string) (OrgUnit, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	var found OrgUnit
	op := operation{verb: http.MethodGet, path: orgUnitPath, repeat: true}
	values := append(escaped(c.customer), strings.Join(parts, "/"))
	err := c.do(ctx, request{operation: op, values: values, out: &found})
	return found, err
}

// EnsureOrgUnit makes the org unit "/name" where it is not there.
func (c *Client) EnsureOrgUnit(ctx context.Context, name string) error {
	_, err := c.OrgUnit(ctx, name)
	if !Is(err, NotFound) {
		return err
	}
	_, err = c.CreateOrgUnit(ctx, name, "/")
	if Is(err, Invalid) || Is(err, Transient) { // somebody else was faster, or it was made after all
		_, err = c.OrgUnit(ctx, name)
	}
	return err
}
