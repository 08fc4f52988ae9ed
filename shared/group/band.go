package group

// Bands returns the age bands, the youngest first.
func Bands() []Band { return []Band{Young, Middle, Older} }

// Effective returns a pupil's age band: the pupil's own, else that of the
// first class that has one, else what the pupil's grade proposes, else what
// the grade of a class does. It is "" where the school has to say. A pupil of
// several schools is judged by the first class, so the main school's comes first.
func Effective(own Band, grade string, classes ...Group) Band {
	if own != "" {
		return own
	}
	for _, c := range classes {
		if c.Kind == Class && c.Band != "" {
			return c.Band
		}
	}
	if b := BandOf(grade); b != "" {
		return b
	}
	for _, c := range classes {
		if b := BandOf(c.Grade); c.Kind == Class && b != "" {
			return b
		}
	}
	return ""
}
