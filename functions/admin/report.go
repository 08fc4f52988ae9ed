package admin

import (
	_ "embed"
	"net/http"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/serve"
)

//go:embed openapi.json
var openapi []byte

// describe serves the OpenAPI document of the import API.
func (s *server) describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi) // the client has gone; nothing is left to do
	return nil
}

// runAnswer is a run as the API shows it.
type runAnswer struct {
	ID       roster.RunID    `json:"id"`
	Status   roster.Status   `json:"status"`
	Format   string          `json:"format,omitempty"`
	Counts   countsAnswer    `json:"counts"`
	LeftOut  map[string]int  `json:"left_out"`
	Findings []findingAnswer `json:"findings"`
	PlanHash string          `json:"plan_hash,omitempty"`
	Held     []roster.Phase  `json:"held"`
	Progress *progress       `json:"progress,omitempty"` // while it is applied
}

type countsAnswer struct {
	Create    int `json:"create"`
	Change    int `json:"change"`
	Move      int `json:"move"`
	Leave     int `json:"leave"`
	Return    int `json:"return"`
	Match     int `json:"match"`
	Prepare   int `json:"prepare"`
	Rename    int `json:"rename"`
	Conflicts int `json:"conflicts"` // rows left alone
	Unchanged int `json:"unchanged"`
	Findings  int `json:"findings"`
	LeftOut   int `json:"left_out"`
}

type findingAnswer struct {
	File     string          `json:"file,omitempty"`
	Line     int             `json:"line,omitempty"`
	Column   int             `json:"column,omitempty"`
	Field    string          `json:"field,omitempty"`
	Severity roster.Severity `json:"severity"`
	Code     string          `json:"code"`
	Message  string          `json:"message"`
}

func answer(run roster.Run, texts i18n.Catalogue, l i18n.Lang) runAnswer {
	c := run.Counts
	a := runAnswer{
		ID: run.ID, Status: run.Status, Format: run.Format, PlanHash: run.Plan.Hash, LeftOut: run.LeftOut,
		Counts: countsAnswer{
			c.Create, c.Change, c.Move, c.Leave, c.Return, c.Match, c.Prepare, c.Rename, c.Conflicts, c.Unchanged, c.Findings, c.LeftOut,
		},
		Findings: make([]findingAnswer, len(run.Findings)), Held: append([]roster.Phase{}, run.Held...),
	}
	if a.LeftOut == nil {
		a.LeftOut = map[string]int{} // an object for whoever reads the answer, also where nothing was left out
	}
	for i, f := range run.Findings {
		a.Findings[i] = findingAnswer{placed(f.File, texts, l), f.Line, f.Column, f.Field, f.Severity, f.Code, texts.Text(l, "finding."+f.Code, "count", f.Count)}
	}
	return a
}

// placed returns what a finding or column calls its file, in words: a name that
// a standard gives stands as it is.
func placed(file string, texts i18n.Catalogue, l i18n.Lang) string {
	table, sheet, ok := roster.ParsePlace(file)
	if !ok {
		return file
	}
	var words []string
	if table > 0 {
		words = append(words, texts.Text(l, "import.table", "number", table))
	}
	if sheet > 0 {
		words = append(words, texts.Text(l, "import.sheet", "number", sheet))
	}
	return strings.Join(words, ", ")
}

// report tells how a run stands: GET /api/import/v1/files/{id}. A token sees
// the runs of its own school only.
func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	from, err := s.token(r)
	if err != nil {
		return err
	}
	run, err := s.DB.Runs().Get(r.Context(), from.owner, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if run.School != from.school {
		return fault.New(fault.NotFound, "")
	}
	a := answer(run, s.pages.Texts(), i18n.Of(r))
	if run.Status == roster.Applying {
		p, err := s.progressOf(r.Context(), from.owner, run)
		if err != nil {
			return err
		}
		a.Progress = &p
	}
	return serve.JSON(w, http.StatusOK, a)
}
