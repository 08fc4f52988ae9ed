package store

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
)

// permit empties what the privacy register does not allow of a kind of person,
// so that no reader and no form can have it stored. Functional accounts are
// nobody's, and the register says nothing of them.
func permit(d *accountDoc) {
	kind := person.Kind(d.Kind)
	if forbidden, ok := forbiddenFields()[kind]; ok {
		for _, f := range forbidden {
			f.empty(reflect.ValueOf(d).Elem())
		}
	}
}

// way leads to a stored field, through structs and slices of them.
type way []int

func (p way) empty(v reflect.Value) {
	switch {
	case len(p) == 0:
		v.SetZero()
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			p.empty(v.Index(i))
		}
	default:
		p[1:].empty(v.Field(p[0]))
	}
}

// forbiddenFields returns the fields of a stored account that each kind of
// person may not have.
var forbiddenFields = sync.OnceValue(func() map[person.Kind][]way {
	all := map[person.Kind][]way{}
	for _, kind := range []person.Kind{person.Pupil, person.Staff, person.Guardian} {
		all[kind] = forbiddenBelow(reflect.TypeFor[accountDoc](), kind, nil)
	}
	return all
})

func forbiddenBelow(t reflect.Type, kind person.Kind, above way) []way {
	var found []way
	for i := range t.NumField() {
		field, here := t.Field(i), append(slices.Clone(above), i)
		if tag, ok := field.Tag.Lookup("register"); ok {
			if !allowed(tag, kind) {
				found = append(found, here)
			}
			continue
		}
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			found = append(found, forbiddenBelow(inner, kind, here)...)
		}
	}
	return found
}

// allowed reports whether one of the entries in a tag allows a field of a kind.
func allowed(tag string, kind person.Kind) bool {
	return tag == "-" || slices.ContainsFunc(strings.Split(tag, "|"), func(key string) bool {
		field, ok := privacy.Lookup(key)
		return ok && field.Of(kind)
	})
}
