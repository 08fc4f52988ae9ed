package inventory

import (
	"index/suffixarray"
	"maps"
	"slices"
)

// index finds any part of many texts at once: thousands of values are looked
// for in tens of megabytes.
type index struct {
	array  *suffixarray.Index
	starts []int    // where each text begins
	names  []string // what each text is called
}

// indexOf returns the index of texts by their names, which are searched too.
func indexOf(texts map[string]string) index {
	var i index
	var all []byte
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		i.starts, i.names = append(i.starts, len(all)), append(i.names, name)
		all = append(append(append(append(all, name...), 0), texts[name]...), 0)
	}
	i.array = suffixarray.New(all)
	return i
}

// find returns the name of a text that holds value, "" where none does.
func (i index) find(value string) string {
	at := i.array.Lookup([]byte(value), 1)
	if len(at) == 0 {
		return ""
	}
	n, exact := slices.BinarySearch(i.starts, at[0])
	if !exact {
		n--
	}
	return i.names[n]
}
