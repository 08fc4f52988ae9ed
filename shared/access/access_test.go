package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/fault"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	all := []access.Permission{access.ManageGroups, access.IssueSheets, access.ApproveImport, access.ViewImport, access.UploadRoster}
	for name, c := range map[string]struct {
		roles []access.Role
		may   []access.Permission
	}{
		"nobody":              {nil, nil},
		"admin":               {[]access.Role{access.Admin}, all},
		"signatory":           {[]access.Role{access.Signatory}, nil},
		"both":                {[]access.Role{access.Signatory, access.Admin}, all},
		"unknown role":        {[]access.Role{"teacher"}, nil},
		"empty role":          {[]access.Role{""}, nil},
		"admin with capitals": {[]access.Role{"Admin"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range append(all, "", "groups", "accounts.delete") {
				err := access.Allow(c.roles, p)
				if contains(c.may, p) {
					require.NoError(t, err, p)
					continue
				}
				require.Equal(t, fault.Forbidden, fault.KindOf(err), p)
				require.Empty(t, fault.Public(err), "a refusal says which permission is lacking")
			}
		})
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	require.Equal(t, []access.Role{access.Admin}, access.Roles(access.ApproveImport))
	require.Empty(t, access.Roles("accounts.delete"))
	for _, p := range []access.Permission{access.ManageGroups, access.ApproveImport, access.UploadRoster} {
		for _, r := range access.Roles(p) {
			require.NoError(t, access.Allow([]access.Role{r}, p))
		}
	}
}

func contains(list []access.Permission, p access.Permission) bool {
	for _, one := range list {
		if one == p {
			return true
		}
	}
	return false
}
