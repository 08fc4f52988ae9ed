package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// document is the part of a Google discovery document that requests are held
// against.
type document struct {
	Parameters map[string]parameter `json:"parameters"`
	Schemas    map[string]schema    `json:"schemas"`
	Resources  map[string]resources `json:"resources"`
}

type resources struct {
	Methods   map[string]method    `json:"methods"`
	Resources map[string]resources `json:"resources"`
}

// method is one method of the API.
type method struct {
	ID         string               `json:"id"`
	HTTPMethod string               `json:"httpMethod"`
	Path       string               `json:"path"`
	Parameters map[string]parameter `json:"parameters"`
	Scopes     []string             `json:"scopes"`
	Request    struct {
		Ref string `json:"$ref"`
	} `json:"request"`

	pattern *regexp.Regexp
	names   []string
}

// parameter is a parameter of a method, in its path or query.
type parameter struct {
	Type     string   `json:"type"`
	Location string   `json:"location"`
	Required bool     `json:"required"`
	Repeated bool     `json:"repeated"`
	Enum     []string `json:"enum"`
	Minimum  string   `json:"minimum"`
	Maximum  string   `json:"maximum"`
}

// schema is the form of a value.
type schema struct {
	Ref         string            `json:"$ref"`
	Type        string            `json:"type"`
	ReadOnly    bool              `json:"readOnly"`
	Properties  map[string]schema `json:"properties"`
	Additional  *schema           `json:"additionalProperties"`
	Items       *schema           `json:"items"`
	Annotations struct {
		Required []string `json:"required"`
	} `json:"annotations"`
}

// discovery holds requests against Google's own description of the API.
type discovery struct {
	doc     document
	methods []method
}

// load reads the discovery document.
func load() (*discovery, error) {
	body, err := describe()
	if err != nil {
		return nil, err
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
	path := r.URL.EscapedPath()
	for _, m := range d.methods {
		if m.HTTPMethod != r.Method {
			continue
		}
		parts := m.pattern.FindStringSubmatch(path)
		if parts == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range m.names {
			value, err := url.PathUnescape(parts[i+1])
			if err != nil {
				return method{}, nil, fmt.Errorf("%s: path value %s is not escaped well", m.ID, name)
			}
			values[name] = value
		}
		return m, values, nil
	}
	return method{}, nil, fmt.Errorf("the API has no method %s at this path", r.Method)
}
