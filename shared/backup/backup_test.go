package backup_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	amsterdam := time.FixedZone("", 2*60*60)
	id := backup.On(time.Date(2026, time.November, 27, 1, 30, 0, 0, amsterdam))
	require.Equal(t, backup.ID("2026-11-26"), id, "days are in UTC")
	require.Equal(t, time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC), id.Begin())
	require.True(t, backup.ID("x").Begin().IsZero())
	back, err := backup.ParseID(string(id))
	require.NoError(t, err)
	require.Equal(t, id, back)
	for _, bad := range []string{"", "latest", "2026-11-31", "2026-11-26/", "2026-11-26 ", "26-11-2026", "../2026-11-26", "2026-11-26T00:00:00Z"} {
		_, err := backup.ParseID(bad)
		require.Equal(t, fault.NotFound, fault.KindOf(err), bad)
	}
}

func TestUnfinished(t *testing.T) {
	t.Parallel()
	now := time.Now()
	require.False(t, backup.Restoring{}.Unfinished())
	require.True(t, backup.Restoring{Begun: now}.Unfinished())
	require.False(t, backup.Restoring{Begun: now, Done: now}.Unfinished())
}

func TestManifestCounts(t *testing.T) {
	t.Parallel()
	m := backup.Manifest{Pieces: []backup.Piece{
		{Table: "groups", Documents: 1, Size: 10}, {Table: "accounts", Documents: 2, Size: 20}, {Table: "accounts", Documents: 3, Size: 30},
	}}
	require.Equal(t, map[string]int{"accounts": 5, "groups": 1}, m.Counts())
	require.Equal(t, 6, m.Documents())
	require.EqualValues(t, 60, m.Size())
	for _, day := range []string{"a", "b", "a"} {
		m.Needs(day)
	}
	require.Equal(t, []string{"a", "b"}, m.Days)
}

// TestPlacesDiffer: no piece opens in another's place.
func TestPlacesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range []string{
		string(backup.Place("golfbreker", "2026-11-26", backup.Piece{Table: "accounts", Object: "1"})),
		string(backup.Place("duinrand", "2026-11-26", backup.Piece{Table: "accounts", Object: "1"})),
		string(backup.Place("golfbreker", "2026-11-27", backup.Piece{Table: "accounts", Object: "1"})),
		string(backup.Place("golfbreker", "2026-11-26", backup.Piece{Table: "groups", Object: "1"})),
		string(backup.Place("golfbreker", "2026-11-26", backup.Piece{Table: "accounts", Object: "2"})),
		string(backup.SealPlace("golfbreker", "2026-11-26")), string(backup.SealPlace("duinrand", "2026-11-26")),
	} {
		require.False(t, seen[p])
		seen[p] = true
	}
	require.NotEqual(t, backup.NewObject(1), backup.NewObject(1), "two runs write over each other's pieces")
	require.True(t, strings.HasPrefix(backup.Of("golfbreker", "2026-11-26"), backup.Folder("golfbreker")))
}

// everything holds every type that the database knows.
func everything() backup.Document {
	return backup.Document{Path: "accounts/a1", Fields: map[string]any{
		"nil": nil, "yes": true, "no": false, "text": "Zoë 🌊 <&>\x00", "empty": "", "max": int64(math.MaxInt64), "min": int64(math.MinInt64),
		"float": 0.1, "tiny": math.SmallestNonzeroFloat64, "inf": math.Inf(-1), "zero": math.Copysign(0, -1), "bytes": []byte{0, 255}, "none": []byte{},
		"at": time.Date(2026, time.November, 26, 15, 4, 5, 123456000, time.UTC), "never": time.Time{},
		"list": []any{"a", int64(1), []byte("x"), map[string]any{"b": nil}}, "map": map[string]any{"i": "no number", "deep": map[string]any{}},
		"t": map[string]any{"t": "no time"}, "short": []any{},
	}}
}

func TestDocumentsComeBackWhole(t *testing.T) {
	t.Parallel()
	line, err := backup.MarshalDocument(everything())
	require.NoError(t, err)
	require.NotContains(t, string(line), "\n")
	d, s, err := backup.ParseLine(line)
	require.NoError(t, err)
	require.Nil(t, s.Body)
	require.Equal(t, everything(), d)
	again, err := backup.MarshalDocument(d)
	require.NoError(t, err)
	require.Equal(t, line, again)
	nan, err := backup.MarshalDocument(backup.Document{Path: "a/b", Fields: map[string]any{"nan": math.NaN()}})
	require.NoError(t, err)
	d, _, err = backup.ParseLine(nan)
	require.NoError(t, err)
	require.True(t, math.IsNaN(d.Fields["nan"].(float64)))
}

func TestWhatNoBackupCanHold(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{"int": 1, "struct": struct{}{}, "text": "\xff", "deep": []any{map[string]any{"x": uint8(1)}}, "name": map[string]any{"\xff": nil}} {
		_, err := backup.MarshalDocument(backup.Document{Path: "a/b", Fields: map[string]any{"f": v}})
		require.Error(t, err, name)
	}
}

func TestSealedLines(t *testing.T) {
	t.Parallel()
	line, err := backup.MarshalSealed(backup.Sealed{Key: []byte("key"), Body: []byte("body")})
	require.NoError(t, err)
	d, s, err := backup.ParseLine(line)
	require.NoError(t, err)
	require.Empty(t, d.Path)
	require.Equal(t, backup.Sealed{Key: []byte("key"), Body: []byte("body")}, s)
}

func TestLinesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "{}", "[]", "null", `{"p":""}`, `{"p":"a/b","f":{"x":1}}`, `{"p":"a/b","f":{"x":{}}}`, `{"p":"a/b","f":{"x":{"i":"1","t":"2"}}}`,
		`{"p":"a/b","f":{"x":{"i":"one"}}}`, `{"p":"a/b","f":{"x":{"t":"today"}}}`, `{"p":"a/b","f":{"x":{"b":"*"}}}`, `{"p":"a/b","f":{"x":{"d":"-1"}}}`,
		`{"p":"a/b","f":{"x":{"q":"1"}}}`, `{"p":"a/b","f":{"x":{"m":"1"}}}`, `{"p":"a/b","f":{"x":[1]}}`, `{"p":"a/b"}{"p":"a/b"}`,
	} {
		_, _, err := backup.ParseLine([]byte(bad))
		require.ErrorIs(t, err, backup.ErrDamaged, bad)
	}
}

func FuzzParseLine(f *testing.F) {
	line, err := backup.MarshalDocument(everything())
	require.NoError(f, err)
	f.Add(line)
	f.Add([]byte(`{"k":"AA==","s":"AA=="}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, s, err := backup.ParseLine(raw)
		if err != nil {
			require.ErrorIs(t, err, backup.ErrDamaged)
			return
		}
		if s.Body != nil {
			return
		}
		line, err := backup.MarshalDocument(d)
		require.NoError(t, err)
		again, _, err := backup.ParseLine(line)
		require.NoError(t, err)
		twice, err := backup.MarshalDocument(again)
		require.NoError(t, err)
		require.Equal(t, line, twice)
	})
}

func FuzzManifest(f *testing.F) {
	good, err := json.Marshal(backup.Manifest{Format: backup.Format, Tenant: "golfbreker", ID: "2026-11-26", Pieces: []backup.Piece{{Object: "o", Table: "t", Documents: 1, Size: 1}}})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := backup.Signed{Manifest: raw}.Parse("golfbreker", "2026-11-26")
		if err != nil {
			return
		}
		require.Equal(t, backup.Format, m.Format)
		for _, p := range m.Pieces {
			require.NotContains(t, p.Object, "/", "a piece lies outside its folder")
		}
	})
}
