package uwlr

import (
	"errors"
	"fmt"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
)

// answered is a file of a delivery with what it begins with.
type answered struct {
	file   roster.File
	answer Answer
}

// peek reads what a file begins with.
func peek(f roster.File) (Answer, error) {
	r, err := f.Open()
	if err != nil {
		return Answer{}, fmt.Errorf("open answer: %w", err)
	}
	defer r.Close()
	return Peek(r)
}

// arrange puts the answers of a delivery in the order in which they are read.
// It returns nil where a finding refuses the delivery.
func arrange(files []roster.File, found *roster.Findings) ([]answered, error) {
	byKind := map[Kind]answered{}
	for _, f := range files {
		a, err := peek(f)
		if err != nil {
			if errors.Is(err, ErrNoAnswer) {
				return nil, refuse(found, WrongAnswer)
			}
			if kind := fault.KindOf(err); kind == fault.TooLarge {
				return nil, refuse(found, TooLarge)
			}
			return nil, err
		}
		switch {
		case a.Fault != "":
			return nil, refuse(found, FaultAnswer)
		case a.Kind == NoChanges:
			return nil, refuse(found, NoChange)
		case a.Kind == NoData && a.Of != StaffAnswer:
			return nil, refuse(found, NoDataAtAll)
		case a.Kind == NoData:
			continue // a school may deliver no staff: nobody of the staff is then said to have left
		}
		if _, twice := byKind[a.Kind]; twice {
			return nil, refuse(found, IncompleteSet)
		}
		byKind[a.Kind] = answered{f, a}
	}
	whole, one := byKind[Whole]
	structure, has := byKind[Structure]
	pupils, have := byKind[Pupils]
	staff, employs := byKind[Staff]
	switch {
	case one && len(files) == 1:
		return []answered{whole}, nil
	case one, !has, !have, len(files) != stages:
		return nil, refuse(found, IncompleteSet)
	case employs:
		return []answered{structure, pupils, staff}, nil
	default:
		return []answered{structure, pupils}, nil
	}
}

// stages is how many answers make a staged delivery.
const stages = 3

// refuse adds a finding about the delivery as a whole.
func refuse(found *roster.Findings, code string) error {
	found.Add(roster.Finding{Code: code, Severity: roster.Stop})
	return nil
}
