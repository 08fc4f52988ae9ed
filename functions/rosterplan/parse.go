package rosterplan

import (
	"context"
	"errors"
	"fmt"

	"cool.example/sync/functions/rosterplan/internal/unpack"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// parse reads the upload into a roster. What is wrong with the file becomes a
// finding; an error means that it could not be read now.
func (s *server) parse(ctx context.Context, owner tenant.ID, run roster.Run, found *roster.Findings) (*roster.Roster, error) {
	sealed, err := s.Uploads.Open(ctx, owner, run)
	if err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	defer sealed.Close()
	file, err := unpack.Open(sealed, unpack.Usual())
	if err == nil {
		var list *roster.Roster
		list, err = edexml.Parse(file, found)
		if err == nil {
			return list, nil
		}
	}
	if refusal, ok := refused(err); ok {
		found.Add(roster.Finding{Code: refusal, Severity: roster.Stop})
		return nil, nil
	}
	return nil, fmt.Errorf("parse: %w", err)
}

// refused returns the finding that an error of unpacking stands for.
func refused(err error) (string, bool) {
	for _, known := range []error{unpack.ErrBomb, unpack.ErrTooLarge, unpack.ErrDamaged, unpack.ErrEntries} {
		if errors.Is(err, known) {
			return fault.Public(known), true
		}
	}
	return "", false
}

// advanced returns the school with the year of a run that was applied at once.
func advanced(place school.School, run roster.Run) school.School {
	if run.Status == roster.Applied || run.Status == roster.Waiting {
		place.LastYear = max(place.LastYear, run.Year)
	}
	return place
}
