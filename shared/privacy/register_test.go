package privacy_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
)

func TestRegisterIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range privacy.Register() {
		require.Regexp(t, "^[a-z]+(_[a-z]+)*$", f.Key)
		require.False(t, seen[f.Key], "%s stands in the register twice", f.Key)
		seen[f.Key] = true
		require.NotEmpty(t, f.Category, f.Key)
		require.NotEmpty(t, f.Kinds, f.Key)
		require.NotEmpty(t, f.Purposes, "%s is stored for nothing", f.Key)
		for _, k := range f.Kinds {
			require.True(t, k.Valid(), f.Key)
		}
		require.NotEmpty(t, f.Row, "%s stands on no row of the annex", f.Key)
		require.Contains(t, []privacy.Life{privacy.WithAccount, privacy.InLog, privacy.Briefly}, f.Life, f.Key)
		require.Equal(t, f.Targets, slices.Contains(f.Viewers, privacy.Targets), "%s: targets see what goes to them, and nothing else", f.Key)
		released := false
		for _, p := range f.Purposes {
			released = released || p == privacy.Release
		}
		require.Equal(t, f.Targets, released, "%s: what goes to targets is there to be released, and nothing else", f.Key)
	}
}

func TestNumbersOfPupilsStayWithPupils(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"administration_number", "eck_id", "year", "ilt"} {
		f, ok := privacy.Lookup(key)
		require.True(t, ok, key)
		require.Equal(t, []person.Kind{person.Pupil}, f.Kinds, key)
	}
	for _, key := range []string{"first_names", "initials", "gender", "private_email", "administration_number", "source_key_hash", "child", "usage"} {
		f, ok := privacy.Lookup(key)
		require.True(t, ok, key)
		require.False(t, f.Targets, "%s goes to others", key)
	}
}

func TestWhatTheAnnexTicksForSomeOnly(t *testing.T) {
	t.Parallel()
	for key, kinds := range map[string][]person.Kind{
		"salutation": {person.Staff, person.Guardian}, "phone": {person.Staff}, "private_email": {person.Staff, person.Guardian},
		"school_email": {person.Pupil, person.Staff}, "ip_address": {person.Pupil, person.Staff}, "function": {person.Staff},
	} {
		f, ok := privacy.Lookup(key)
		require.True(t, ok, key)
		for _, k := range []person.Kind{person.Pupil, person.Staff, person.Guardian} {
			require.Equal(t, slices.Contains(kinds, k), f.Of(k), "%s of a %s", key, k)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, want := range privacy.Register() {
		got, ok := privacy.Lookup(want.Key)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, unknown := range []string{"", "bsn", "Surname", "birth_date"} {
		_, ok := privacy.Lookup(unknown)
		require.False(t, ok, unknown)
	}
}

func TestTheRegisterCannotBeChanged(t *testing.T) {
	t.Parallel()
	privacy.Register()[0].Key = "changed"
	_, ok := privacy.Lookup("changed")
	require.False(t, ok)
}
