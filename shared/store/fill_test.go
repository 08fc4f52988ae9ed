package store_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// today is where the clock of these tests stands. Filled times are later, so
// that nothing filled has expired.
var today = time.Date(2026, time.September, 1, 9, 0, 0, 0, time.UTC)

// filled returns a value in which every field, at any depth, holds something
// of its own: what is not stored, or stored in another's place, comes back
// different. Another seed fills otherwise. A field that cannot be filled fails
// the test.
func filled[V any](t *testing.T, seed int) V {
	t.Helper()
	var v V
	f := filler{t: t, n: seed}
	f.fill(reflect.ValueOf(&v).Elem())
	return v
}

type filler struct {
	t *testing.T
	n int
}

func (f *filler) fill(v reflect.Value) {
	f.t.Helper()
	f.n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(today.AddDate(1, 0, 0).Add(time.Duration(f.n) * time.Microsecond)))
		return
	case v.Type() == reflect.TypeFor[time.Duration]():
		v.SetInt(int64(time.Duration(f.n) * time.Minute))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		f.fillMap(v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.String:
		v.SetString(fmt.Sprintf("waarde %d é.`/", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	default:
		f.t.Fatalf("no filling for %s", v.Type())
	}
}

func (f *filler) fillMap(v reflect.Value) {
	f.t.Helper()
	v.Set(reflect.MakeMap(v.Type()))
	for range 2 {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.SetMapIndex(key, value)
	}
}
