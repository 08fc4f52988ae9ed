package audit_test

import (
	"encoding/hex"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
)

// stored is an entry's document with a value of every kind in it.
func stored() map[string]any {
	return map[string]any{
		"at": time.Date(2026, time.November, 24, 8, 30, 0, 123456000, time.UTC), "action": "account.viewed", "account": "amarijke",
		"subjects": []any{"asanne", "abram"}, "nothing": nil, "yes": true, "count": int64(7), "share": 0.5,
		"private": map[string]any{"hash": []byte{1, 2, 3}, "until": time.Unix(0, 1000)},
	}
}

// TestHashIsTheSameForEver: what was signed once is verified for years.
func TestHashIsTheSameForEver(t *testing.T) {
	t.Parallel()
	h := audit.HashStored("golfbreker", "een", stored())
	require.Equal(t, "c1bee777fb50ebd04a530d12efaac3258a9eaca30e529c5fb520fa3f1897d6ed", hex.EncodeToString(h[:]))
	elsewhere := stored()
	elsewhere["at"] = stored()["at"].(time.Time).In(time.FixedZone("", 3600))
	require.Equal(t, h, audit.HashStored("golfbreker", "een", elsewhere), "a moment is the same in every zone")
}

func TestHashTellsEveryDifference(t *testing.T) {
	t.Parallel()
	seen := map[audit.Hash]string{audit.HashStored("golfbreker", "een", stored()): "as it was"}
	add := func(what string, h audit.Hash) {
		require.Empty(t, seen[h], "%s is not told from %s", what, seen[h])
		seen[h] = what
	}
	add("another institution", audit.HashStored("golfbreken", "een", stored()))
	add("another id", audit.HashStored("golfbreker", "eem", stored()))
	add("no fields", audit.HashStored("golfbreker", "een", nil))
	for name, values := range map[string][]any{
		"at":       {stored()["at"].(time.Time).Add(time.Microsecond), "2026-11-24T08:30:00.123456Z", nil},
		"action":   {"account.vieweD", "", []byte("account.viewed")},
		"subjects": {[]any{"abram", "asanne"}, []any{"asanne"}, []any{"asanneabram"}, []any{"asanne", "abram", nil}, []any{}},
		"nothing":  {"", false, int64(0), 0.0, []any{}, map[string]any{}, []byte{}},
		"yes":      {false, int64(1)},
		"count":    {int64(8), int64(-7), 7.0},
		"share":    {0.25, -0.5},
		"private":  {map[string]any{"hash": []byte{1, 2, 4}, "until": time.Unix(0, 1000)}, map[string]any{"hash": []byte{1, 2, 3}}},
		"added":    {nil, "", true, struct{ X int }{1}, struct{ X int }{2}},
	} {
		for _, v := range values {
			doc := stored()
			doc[name] = v
			add(name, audit.HashStored("golfbreker", "een", doc))
		}
		doc := maps.Clone(stored())
		if _, there := doc[name]; there {
			delete(doc, name)
			add("without "+name, audit.HashStored("golfbreker", "een", doc))
		}
	}
	moved := stored()
	moved["action"], moved["account"] = moved["account"], moved["action"]
	add("two values swapped", audit.HashStored("golfbreker", "een", moved))
}

func TestPrivatePart(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 24, 8, 30, 0, 123456789, time.UTC)
	sealed := envelope.Envelope{Body: []byte("body"), Key: []byte("key"), Batch: []byte("batch")}
	plain := audit.New(at, audit.Actor{Account: "asanne"}, audit.SignedIn, "asanne")
	e := plain.From(sealed)
	require.Equal(t, sealed, e.Sealed)
	require.Equal(t, at.Add(90*24*time.Hour).Truncate(time.Microsecond), e.Private.Until)
	require.Equal(t, audit.HashPrivate(sealed, e.Private.Until), e.Private.Hash)
	require.Zero(t, plain.Private)
	for what, other := range map[string]envelope.Envelope{
		"body": {Body: []byte("bodx"), Key: sealed.Key, Batch: sealed.Batch}, "key": {Body: sealed.Body, Key: []byte("kex"), Batch: sealed.Batch},
		"batch": {Body: sealed.Body, Key: sealed.Key, Batch: []byte("batcx")}, "moved": {Body: []byte("bodyk"), Key: []byte("ey"), Batch: sealed.Batch},
	} {
		require.NotEqual(t, e.Private.Hash, audit.HashPrivate(other, e.Private.Until), what)
	}
	require.NotEqual(t, e.Private.Hash, audit.HashPrivate(sealed, e.Private.Until.Add(time.Microsecond)))
	held := sealed
	held.Hold = []byte("hold")
	require.Equal(t, e.Private.Hash, audit.HashPrivate(held, e.Private.Until), "a restriction may hold it")
	require.NotEqual(t, audit.Place("golfbreker", "een"), audit.Place("golfbreker", "twee"))
	require.NotEqual(t, audit.Place("golfbreker", "een"), audit.Place("duinrand", "een"))
}
