package rosterplan

import (
	"context"
	"errors"
	"fmt"

	"cool.example/sync/functions/rosterplan/internal/unpack"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// file is what an upload holds: a roster, or a mapping of keys.
type file struct {
	roster *roster.Roster // nil where it could not be read
	pairs  []roster.Pair  // nil where it is a roster
}

// parse reads the upload. What is wrong with it becomes a finding; an error
// means that it could not be read now.
func (s *server) parse(ctx context.Context, owner tenant.ID, run roster.Run, found *roster.Findings) (file, error) {
	place, err := s.DB.Schools().Get(ctx, owner, run.School)
	if err != nil {
		return file{}, fmt.Errorf("read school: %w", err)
	}
	if place.Into != "" {
		found.Add(roster.Finding{Code: "plan.school_merged", Severity: roster.Stop})
		return file{}, nil
	}
	sealed, err := s.Uploads.Open(ctx, owner, run)
	if err != nil {
		return file{}, fmt.Errorf("open upload: %w", err)
	}
	defer sealed.Close()
	files, err := unpack.Files(sealed, unpack.Usual())
	var f file
	if err == nil {
		f.roster, f.pairs, err = format.Read(files, s.wanted(place), found)
	}
	if refusal, ok := refused(err); ok {
		found.Add(roster.Finding{Code: refusal, Severity: roster.Stop})
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("parse: %w", err)
	}
	if f.roster != nil && roster.FamilyOf(f.roster.Format) == guardians {
		f.roster.Year = place.YearAt(s.Clock.Now()) // whose guardian somebody is depends on no year
	}
	return f, nil
}

// guardians is the family of lists of guardians.
const guardians = "guardians"

func (s *server) wanted(place school.School) roster.Wanted {
	now := s.Clock.Now()
	return roster.Wanted{
		School: place.Code, Sector: place.Sector, Today: now, Year: place.FileYear(now), Columns: place.Columns, Strict: place.Strict,
	}
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

// advanced returns the school after a run that had nothing to apply by itself.
func advanced(place school.School, run roster.Run) school.School {
	if run.Status == roster.Applied || run.Status == roster.Waiting {
		return run.Concluded(place)
	}
	return place
}
