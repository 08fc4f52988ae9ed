package csvset

// index says where the columns of a file stand. Every row asks for a dozen of
// them by their names, so it finds one at a glance: no two names that a standard
// has in one file are alike in what hash looks at but few.
type index struct {
	slots [slots]column
	all   []column
}

type column struct {
	name string
	at   int
}

// slots is a power of two, and far more than any file has columns.
const slots = 256

func hash(name string) int {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (n*5 + int(name[0])*3 + int(name[n-1])*7 + int(name[n/2])*11) % slots
}

// put notes where a column stands.
func (x *index) put(name string, at int) {
	x.all = append(x.all, column{name, at})
	for i := range slots {
		if s := &x.slots[(hash(name)+i)%slots]; s.name == "" || s.name == name {
			*s = column{name, at}
			return
		}
	}
}

// of returns where a column stands, -1 for nowhere.
func (x *index) of(name string) int {
	h := hash(name)
	for i := range slots {
		switch s := &x.slots[(h+i)%slots]; s.name {
		case "":
			return -1
		case name:
			return s.at
		}
	}
	return -1
}

// nameOf returns the name of the column that stands there.
func (x *index) nameOf(at int) string {
	for _, c := range x.all {
		if c.at == at {
			return c.name
		}
	}
	return ""
}
