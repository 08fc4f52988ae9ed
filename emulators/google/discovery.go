package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// document is the part of a Google discovery document that requests are held
// against.
type document struct {
	Parameters map[string]any       `json:"parameters"`
	Schemas    map[string]schema    `json:"schemas"`
	Resources  map[string]resources `json:"resources"`
}

type resources struct {
	Methods   map[string]method    `json:"methods"`
	Resources map[string]resources `json:"resources"`
}

type method struct {
	ID         string `json:"id"`
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	Parameters map[string]struct {
		Type     string   `json:"type"`
		Location string   `json:"location"`
		Required bool     `json:"required"`
		Enum     []string `json:"enum"`
	} `json:"parameters"`
	Request struct {
		Ref string `json:"$ref"`
	} `json:"request"`

	pattern *regexp.Regexp
	names   []string
}

type schema struct {
	Ref         string            `json:"$ref"`
	Type        string            `json:"type"`
	ReadOnly    bool              `json:"readOnly"`
	Properties  map[string]schema `json:"properties"`
	Items       *schema           `json:"items"`
	Annotations struct {
		Required []string `json:"required"`
	} `json:"annotations"`
}

// discovery holds requests against the vendor's own description of the API.
type discovery struct {
	doc     document
	methods []method
}

// load reads the discovery document that ships inside the module
// google.golang.org/api.
func load() (*discovery, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module google.golang.org/api (go mod download brings it): %w", err)
	}
	body, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "admin", "directory", "v1", "admin-api.json"))
	if err != nil {
		return nil, fmt.Errorf("read the discovery document: %w", err)
	}
	d := &discovery{}
	if err := json.Unmarshal(body, &d.doc); err != nil {
		return nil, fmt.Errorf("parse the discovery document: %w", err)
	}
	for _, name := range []string{"users", "groups", "members", "orgunits"} {
		d.add(d.doc.Resources[name])
	}
	return d, nil
}

var placeholder = regexp.MustCompile(`\{(\+?)(\w+)\}`)

func (d *discovery) add(r resources) {
	for _, m := range r.Methods {
		pattern := regexp.QuoteMeta("/" + m.Path)
		for _, p := range placeholder.FindAllStringSubmatch(m.Path, -1) {
			match := `([^/]+)`
			if p[1] == "+" {
				match = `(.+)`
			}
			pattern = strings.Replace(pattern, regexp.QuoteMeta(p[0]), match, 1)
			m.names = append(m.names, p[2])
		}
		m.pattern = regexp.MustCompile("^" + pattern + "$")
		d.methods = append(d.methods, m)
	}
	for _, inner := range r.Resources {
		d.add(inner)
	}
}

// find returns the method of a request and the values of its path.
func (d *discovery) find(r *http.Request) (method, map[string]string, error) {
	for _, m := range d.methods {
		if m.HTTPMethod != r.Method {
			continue
		}
		parts := m.pattern.FindStringSubmatch(r.URL.EscapedPath())
		if parts == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range m.names {
			value, err := url.PathUnescape(parts[i+1])
			if err != nil {
				return method{}, nil, fmt.Errorf("path value %s is not escaped well", name)
			}
			values[name] = value
		}
		return m, values, nil
	}
	return method{}, nil, fmt.Errorf("the API has no method %s at this path", r.Method)
}

// check returns what in a request the vendor's description does not allow.
func (d *discovery) check(m method, query url.Values, body map[string]any) []string {
	var wrong []string
	for name := range query {
		p, ok := m.Parameters[name]
		_, common := d.doc.Parameters[name]
		switch {
		case !ok && !common:
			wrong = append(wrong, m.ID+": unknown parameter "+name)
		case ok && p.Location != "query":
			wrong = append(wrong, m.ID+": "+name+" is no query parameter")
		case ok && len(p.Enum) > 0 && !slices.Contains(p.Enum, query.Get(name)):
			wrong = append(wrong, m.ID+": "+name+" has a value that is not in its list")
		}
	}
	if m.Request.Ref == "" {
		if body != nil {
			wrong = append(wrong, m.ID+": takes no body")
		}
		return wrong
	}
	return append(wrong, d.object(m, d.doc.Schemas[m.Request.Ref], body, m.Request.Ref)...)
}

// object holds a JSON object against a schema.
func (d *discovery) object(m method, s schema, body map[string]any, at string) []string {
	var wrong []string
	for name, property := range s.Properties {
		if _, there := body[name]; !there && slices.Contains(property.Annotations.Required, m.ID) {
			wrong = append(wrong, m.ID+": "+at+"."+name+" is required")
		}
	}
	for name, value := range body {
		property, ok := s.Properties[name]
		switch {
		case !ok:
			wrong = append(wrong, m.ID+": "+at+" has no property "+name)
		case property.ReadOnly:
			wrong = append(wrong, m.ID+": "+at+"."+name+" is read-only")
		default:
			wrong = append(wrong, d.value(m, property, value, at+"."+name)...)
		}
	}
	return wrong
}

// value holds a JSON value against a schema. Google types "any" freely.
func (d *discovery) value(m method, s schema, value any, at string) []string {
	if s.Ref != "" {
		s = d.doc.Schemas[s.Ref]
	}
	bad := []string{m.ID + ": " + at + " is not of type " + s.Type}
	switch s.Type {
	case "string":
		if _, ok := value.(string); !ok {
			return bad
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			return bad
		}
	case "integer", "number":
		if _, ok := value.(float64); !ok {
			return bad
		}
	case "array":
		list, ok := value.([]any)
		if !ok {
			return bad
		}
		for _, item := range list {
			if wrong := d.value(m, *s.Items, item, at+"[]"); wrong != nil {
				return wrong
			}
		}
	case "object":
		inner, ok := value.(map[string]any)
		if !ok {
			return bad
		}
		if s.Properties != nil {
			return d.object(m, s, inner, at)
		}
	}
	return nil
}
