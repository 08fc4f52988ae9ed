package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
)

// filled returns a stored account with something in every field.
func filled(kind person.Kind) accountDoc {
	var d accountDoc
	fill(reflect.ValueOf(&d).Elem())
	d.Kind = string(kind)
	return d
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
	}
}

// TestEachKindHasOnlyItsFields fills every field of an account and expects of
// each kind of person only what the register allows to be stored.
func TestEachKindHasOnlyItsFields(t *testing.T) {
	t.Parallel()
	for kind, gone := range map[person.Kind]func(accountDoc) []any{
		person.Pupil: func(d accountDoc) []any {
			return []any{d.Source.Salutation, d.Own.Phone, d.Own.Email, d.Own.Function, d.Source.Children, d.Source.ChildIDs, d.Memberships[1].Roles}
		},
		person.Staff: func(d accountDoc) []any {
			return []any{d.Source.Number, d.Source.ECKHash, d.Source.ECK, d.Own.Band, d.Memberships[0].Grade, d.Next[0].ILT, d.Source.ChildIDs}
		},
		person.Guardian: func(d accountDoc) []any {
			return []any{d.Source.Number, d.Source.ECK, d.Own.Phone, d.Own.Band, d.Own.Function, d.Memberships[1].Grade, d.Memberships[1].Roles}
		},
		"functional": func(accountDoc) []any { return nil },
	} {
		d := filled(kind)
		permit(&d)
		for _, value := range gone(d) {
			require.Empty(t, flat(value), kind)
		}
		require.Equal(t, "x", d.Source.Surname, kind)
		require.Equal(t, "x", d.Memberships[1].Key, kind)
		require.Equal(t, 7, d.Memberships[0].Year, kind)
		require.Equal(t, "x", d.State, kind)
		require.Equal(t, kind == person.Guardian || kind == "functional", len(flat(d.Source.Children)) > 0, kind)
	}
}

// flat returns what is not empty of a value: of children, those of whom
// anything is known.
func flat(value any) []any {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Struct {
		if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			return nil
		}
		return []any{value}
	}
	var found []any
	for i := range v.Len() {
		if !v.Index(i).IsZero() {
			found = append(found, v.Index(i).Interface())
		}
	}
	return found
}
