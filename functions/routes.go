// Package functions holds one folder per deployed function, and the route
// table that says which requests, messages and timers reach which of them.
package functions

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed routes.json
var table []byte

// Kind says what a route carries.
type Kind string

// The kinds of route.
const (
	HTTP  Kind = "http"  // requests whose path begins with Prefix
	Topic Kind = "topic" // messages of a topic
	Tick  Kind = "tick"  // a timer's messages
)

// Route is one line of the table.
type Route struct {
	Kind     Kind   `json:"kind"`
	Prefix   string `json:"prefix"`   // of http; one that ends in / covers all below it
	Topic    string `json:"topic"`    // of topic and tick
	Every    string `json:"every"`    // of tick: a duration
	Function string `json:"function"` // the folder's name
}

// Routes returns the table.
func Routes() ([]Route, error) {
	var routes []Route
	if err := json.Unmarshal(table, &routes); err != nil {
		return nil, fmt.Errorf("read routes.json: %w", err)
	}
	return routes, nil
}
