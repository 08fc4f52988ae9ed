// Package config loads a function's settings from the environment into a
// struct, and reports everything that is missing or wrong at once.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Lookup finds a variable, as os.LookupEnv does.
type Lookup func(name string) (string, bool)

// Load fills the fields of *to from variables. A field names its variable in
// the tag env; "env:\"NAME,optional\"" keeps the field's present value, the
// default, where the variable is absent or empty. Fields may be strings,
// integers, booleans, durations and *url.URL; structs without the tag are
// filled field by field. The error names every variable with a problem, never
// a value: a value may be a secret.
func Load(lookup Lookup, to any) error {
	return errors.Join(load(lookup, reflect.ValueOf(to).Elem())...)
}

func load(lookup Lookup, v reflect.Value) []error {
	var problems []error
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tag, tagged := field.Tag.Lookup("env")
		if !tagged {
			if field.Type.Kind() == reflect.Struct {
				problems = append(problems, load(lookup, v.Field(i))...)
			}
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		value, found := lookup(name)
		if !found || value == "" {
			if option != "optional" {
				problems = append(problems, fmt.Errorf("%s is not set", name))
			}
			continue
		}
		if err := set(v.Field(i), value); err != nil {
			problems = append(problems, fmt.Errorf("%s is not %w", name, err))
		}
	}
	return problems
}

func set(field reflect.Value, value string) error {
	switch field.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(value)
		if err != nil {
			return errors.New("a duration such as 90s")
		}
		field.SetInt(int64(d))
		return nil
	case *url.URL:
		u, err := url.Parse(value)
		if err != nil || u.Scheme == "" || u.Host == "" {
			return errors.New("an absolute URL")
		}
		field.Set(reflect.ValueOf(u))
		return nil
	}
	return setPlain(field, value)
}

func setPlain(field reflect.Value, value string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return errors.New("a whole number")
		}
		field.SetInt(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return errors.New("a number")
		}
		field.SetFloat(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return errors.New("true or false")
		}
		field.SetBool(b)
	default:
		return fmt.Errorf("loadable into a %s", field.Type())
	}
	return nil
}

// Names returns the variables that Load reads into a value like v.
func Names(v any) []string {
	return names(reflect.TypeOf(v))
}

func names(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		field := t.Field(i)
		if tag, ok := field.Tag.Lookup("env"); ok {
			name, _, _ := strings.Cut(tag, ",")
			all = append(all, name)
		} else if field.Type.Kind() == reflect.Struct {
			all = append(all, names(field.Type)...)
		}
	}
	return all
}
