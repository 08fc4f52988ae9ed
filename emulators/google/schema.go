package google

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// check returns what in a request the discovery document does not allow. It
// quotes names of parameters and properties, never values.
func (d *discovery) check(m method, query url.Values, body map[string]any) []string {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		p, ok := m.Parameters[name]
		if !ok {
			p, ok = d.doc.Parameters[name]
		}
		if why := p.flaw(query[name]); !ok {
			wrong = append(wrong, m.ID+": unknown parameter "+name)
		} else if why != "" {
			wrong = append(wrong, m.ID+": parameter "+name+" "+why)
		}
	}
	for name, p := range m.Parameters {
		if p.Location == "query" && p.Required && !query.Has(name) {
			wrong = append(wrong, m.ID+": parameter "+name+" is required")
		}
	}
	switch {
	case m.Request.Ref != "" && body == nil:
		return append(wrong, m.ID+": the body is missing")
	case m.Request.Ref != "":
		return append(wrong, d.object(m, d.doc.Schemas[m.Request.Ref], body, m.Request.Ref)...)
	case body != nil:
		return append(wrong, m.ID+": takes no body")
	}
	return wrong
}

// flaw says what is wrong with the values of a query parameter.
func (p parameter) flaw(values []string) string {
	if p.Location == "path" {
		return "belongs in the path"
	}
	if len(values) > 1 && !p.Repeated {
		return "is given more than once"
	}
	for _, v := range values {
		if why := p.mistyped(v); why != "" {
			return why
		}
	}
	return ""
}

func (p parameter) mistyped(value string) string {
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, value) {
		return "has a value that is not in its list"
	}
	switch p.Type {
	case "boolean":
		if value != "true" && value != "false" {
			return "is no boolean"
		}
	case "integer":
		n, err := strconv.Atoi(value)
		if err != nil {
			return "is no integer"
		}
		if low, err := strconv.Atoi(p.Minimum); err == nil && n < low {
			return "is too small"
		}
		if high, err := strconv.Atoi(p.Maximum); err == nil && n > high {
			return "is too large"
		}
	}
	return ""
}

// object holds a JSON object against a schema.
func (d *discovery) object(m method, s schema, body map[string]any, at string) []string {
	var wrong []string
	for name, property := range s.Properties {
		if body[name] == nil && slices.Contains(property.Annotations.Required, m.ID) {
			wrong = append(wrong, m.ID+": "+at+"."+name+" is required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		property, ok := s.Properties[name]
		switch {
		case !ok && s.Additional != nil:
			wrong = append(wrong, d.value(m, *s.Additional, body[name], at+".*")...)
		case !ok:
			wrong = append(wrong, m.ID+": "+at+" has no property "+name)
		case property.ReadOnly:
			wrong = append(wrong, m.ID+": "+at+"."+name+" is read-only")
		default:
			wrong = append(wrong, d.value(m, property, body[name], at+"."+name)...)
		}
	}
	return wrong
}

// untyped returns the schema of the list that a property of type "any" holds
// by its description, "" where that names none.
func untyped(at string) string {
	switch at {
	case "User.externalIds":
		return "UserExternalId"
	case "User.organizations":
		return "UserOrganization"
	case "User.emails":
		return "UserEmail"
	case "User.phones":
		return "UserPhone"
	case "User.relations":
		return "UserRelation"
	}
	return ""
}

// value holds a JSON value against a schema. A null takes a property away.
func (d *discovery) value(m method, s schema, value any, at string) []string {
	if s.Ref != "" {
		s = d.doc.Schemas[s.Ref]
	}
	if list := untyped(at); s.Type == "any" && list != "" {
		s = schema{Type: "array", Items: &schema{Ref: list}}
	}
	if value == nil {
		return nil
	}
	fits := true
	switch s.Type {
	case "string":
		_, fits = value.(string)
	case "boolean":
		_, fits = value.(bool)
	case "integer", "number":
		_, fits = value.(float64)
	case "array":
		var list []any
		list, fits = value.([]any)
		for _, item := range list {
			if wrong := d.value(m, *s.Items, item, at+"[]"); wrong != nil {
				return wrong
			}
		}
	case "object":
		var inner map[string]any
		inner, fits = value.(map[string]any)
		if fits && (s.Properties != nil || s.Additional != nil) {
			return d.object(m, s, inner, at)
		}
	}
	if !fits {
		return []string{m.ID + ": " + at + " is not of type " + s.Type}
	}
	return nil
}
