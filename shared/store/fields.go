package store

import (
	"reflect"
	"strings"
)

// fields returns the stored fields of doc by their stored names.
func (t Table[ID, V, D]) fields(doc D) map[string]any {
	v := reflect.ValueOf(doc)
	out := make(map[string]any, v.NumField())
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("firestore"), ",")
		if name != "" && name != "-" {
			out[name] = v.Field(i).Interface()
		}
	}
	return out
}
