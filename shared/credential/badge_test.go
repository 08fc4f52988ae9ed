package credential_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

func TestReadBadge(t *testing.T) {
	t.Parallel()
	const code = "0123456789ABCDEFGHJKMNPQRSTV"
	for text, want := range map[string]string{
		code: code,
		" 0123 4567 89ab cdef ghjk mnpq rstv\r\n": code,
		"0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV":      code,
		"O123 4567 89AB CDEF GHJK MNPQ RSTV":      code,
		"oI23 4567 89AB CDEF GHJK MNPQ RSTV":      code,
		"0l23 4567 89AB CDEF GHJK MNPQ RSTV":      code,
		"https://sync.example/badge#" + code:      code,
		"HTTPS://SYNC.EXAMPLE/BADGE#" + code:      code,
		code + "W":                                "",
		code[1:]:                                  "",
		"":                                        "",
		"#":                                       "",
		"0123 4567 89AB CDEF GHJK MNPQ RSTU":      "",
		"0123 4567 89AB CDEF GHJK MNPQ RST!":      "",
		strings.Repeat("é", 14):                   "",
		strings.Repeat("1", 9000):                 "",
	} {
		require.Equal(t, want, credential.ReadBadge(text), "%.60q", text)
	}
}

func FuzzReadBadge(f *testing.F) {
	f.Add("https://sync.example/badge#0123456789ABCDEFGHJKMNPQRSTV")
	f.Fuzz(func(t *testing.T, text string) {
		if code := credential.ReadBadge(text); code != "" {
			require.Len(t, code, 28)
			require.Equal(t, code, credential.ReadBadge(credential.ShowBadge(code)))
		}
	})
}

func TestShowBadge(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0123 4567 89AB CDEF GHJK MNPQ RSTV", credential.ShowBadge("0123456789ABCDEFGHJKMNPQRSTV"))
	code := credential.NewBadge()
	require.Equal(t, code, credential.ReadBadge(credential.ShowBadge(code)))
}

func TestWhoHasABadge(t *testing.T) {
	t.Parallel()
	pupil := account.Account{Kind: person.Pupil}
	for band, want := range map[group.Band]bool{group.Young: true, group.Middle: true, group.Older: false, "": true} {
		require.Equal(t, want, credential.HasBadge(pupil, band), band)
	}
	powerful := pupil
	powerful.Own.Roles = []access.Role{access.Signatory}
	for _, a := range []account.Account{powerful, {Kind: person.Staff}, {Kind: person.Guardian}, {Kind: person.Functional}, {}} {
		require.False(t, credential.HasBadge(a, group.Young))
		require.False(t, credential.MayHaveBadge(a))
	}
}

// plainIndex is an index that hashes nothing.
type plainIndex struct{}

func (plainIndex) Of(owner tenant.ID, kind string, values ...string) string {
	return strings.Join(append([]string{string(owner), kind}, values...), "\x00")
}

func TestBadgesBelongToOneAccount(t *testing.T) {
	t.Parallel()
	b := credential.Badges{Index: plainIndex{}}
	code := credential.NewBadge()
	made := b.Of("bestuur", "a1", code)
	require.True(t, b.Check("bestuur", "a1", made, code))
	require.False(t, b.Check("bestuur", "a1", made, credential.NewBadge()))
	require.False(t, b.Check("ander", "a1", made, code), "of another institution")
	require.False(t, b.Check("bestuur", "a2", made, code), "of somebody else")
	made.Account = "a2"
	require.False(t, b.Check("bestuur", "a2", made, code), "copied to somebody else")
	require.False(t, b.Check("bestuur", "a2", b.Of("bestuur", "a2", ""), ""), "no code is no badge")
	require.NotEqual(t, b.ID(code), b.ID(credential.NewBadge()))
}
