package rosterpull

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// longestTurn bounds a turn: less than a subscription waits for its answer.
const longestTurn = 9 * time.Minute

// skew is how far the clocks of both sides may be apart: what changed that
// shortly before an answer counts as changed after it.
const skew = 10 * time.Minute

// fetch asks for the roster and takes in what comes. What the administration
// system, the settings or the secrets are to blame for is the result; an error
// is our own trouble, and the turn is taken again.
func (d Deps) fetch(ctx context.Context, t turn) (pull.Result, error) {
	bounded, cancel := context.WithTimeout(ctx, longestTurn)
	defer cancel()
	err := d.attempt(bounded, t)
	if err == nil {
		return pull.Received, nil
	}
	if f, ok := errors.AsType[*las.Failure](err); ok {
		slog.WarnContext(ctx, "a pull brought nothing", "tenant", t.Tenant, "school", t.School, "result", f.Result, "err", f.Err)
		return f.Result, nil
	}
	if n, ok := errors.AsType[nothing](err); ok {
		return pull.Result(n), nil
	}
	if bounded.Err() != nil && ctx.Err() == nil {
		return pull.Slow, nil
	}
	return "", err
}

// nothing is an answer without a roster, which is no failure.
type nothing pull.Result

// Error returns the result's code.
func (n nothing) Error() string { return string(n) }

// attempt asks for the roster and takes it in: before that of the school year
// that the school is in, where it is time to, that of the next one.
func (d Deps) attempt(ctx context.Context, t turn) error {
	settings := t.connection.Settings
	if err := settings.Check(t.Tenant); err != nil {
		return &las.Failure{Result: pull.BadSettings, Err: err}
	}
	place, err := d.DB.Schools().Get(ctx, t.Tenant, t.School)
	if err != nil {
		return fmt.Errorf("read school: %w", err)
	}
	now := d.Clock.Now()
	q := question{turn: t, place: place, answered: t.usual(), record: t.usually}
	q.Request = las.Request{
		Message: las.AskWhole, School: place.Code, Year: place.YearAt(now), Version: settings.Version, Set: settings.Set,
	}
	client, err := d.client(ctx, t, &q.Request)
	if err != nil {
		return err
	}
	defer client.Close()
	if year, due := settings.AheadYear(now, q.Year); due {
		ahead := q
		ahead.Year, ahead.answered, ahead.record = year, t.connection.State.Ahead, t.ahead
		if err := d.lookAhead(ctx, client, ahead); err != nil {
			return err
		}
	}
	return d.ask(ctx, client, q)
}

// question is what one turn asks for one school year.
type question struct {
	las.Request
	turn     turn
	place    school.School
	answered pull.Answer // when it was asked before
	record   func(c pull.Connection, now time.Time, a pull.Answer) pull.Connection
}

// usual is how it stands with the question of the year that the school is in.
func (t turn) usual() pull.Answer {
	st := t.connection.State
	return pull.Answer{Result: st.Result, Run: st.Run, Received: st.Received, Asked: st.Asked}
}

// usually returns c after that question was answered, which ends the turn.
func (turn) usually(c pull.Connection, now time.Time, a pull.Answer) pull.Connection {
	c = c.End(now, a.Result)
	c.State.Run, c.State.Received, c.State.Asked = a.Run, a.Received, a.Asked
	return c
}

// ahead returns c after the question of the next school year was answered. The
// turn goes on.
func (turn) ahead(c pull.Connection, _ time.Time, a pull.Answer) pull.Connection {
	c.State.Ahead = a
	return c
}

// lookAhead asks for the next school year's roster. That there is none yet, or
// that it could not be had, is noted, and holds up nothing.
func (d Deps) lookAhead(ctx context.Context, client *las.Client, q question) error {
	err := d.ask(ctx, client, q)
	result := pull.Received
	if f, ok := errors.AsType[*las.Failure](err); ok {
		result = f.Result
	} else if n, ok := errors.AsType[nothing](err); ok {
		result = pull.Result(n)
	} else {
		return err // taken in, or our own trouble
	}
	return d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return d.end(tx, q.turn, func(c pull.Connection) pull.Connection {
			a := q.answered
			a.Result = result
			return q.record(c, d.Clock.Now(), a)
		})
	})
}

// ask asks one question and takes in what comes.
func (d Deps) ask(ctx context.Context, client *las.Client, q question) error {
	t, now := q.turn, d.Clock.Now()
	settings := t.connection.Settings
	asked := settings.Digest(q.School, q.Year)
	var err error
	if q.Since, err = d.since(ctx, q, asked); err != nil {
		return err
	}
	var body io.ReadCloser
	if settings.Operation == pull.Staged {
		body, err = staged(ctx, client, q.Request)
	} else {
		body, err = whole(ctx, client, q.Request)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	from := intake.Source{Owner: t.Tenant, School: t.School, Actor: audit.Actor{System: "rosterpull"}}
	_, err = d.Take(ctx, from, body, func(tx *store.Tx, run roster.Run) error {
		return d.end(tx, t, func(c pull.Connection) pull.Connection {
			return q.record(c, d.Clock.Now(), pull.Answer{Result: pull.Received, Run: run.ID, Received: now.Add(-skew), Asked: asked})
		})
	})
	return err
}

// client reads the secrets of the connection, puts them into the request, and
// returns who asks.
func (d Deps) client(ctx context.Context, t turn, r *las.Request) (*las.Client, error) {
	names := t.connection.Settings.Secrets
	values := map[string][]byte{}
	all := []string{names.Key, names.Client, names.ClientName, names.Certificate}
	d.Secrets.Forget(all...) // a key that was just mended is not to fail once more
	for _, name := range all {
		value, err := d.Secrets.Get(ctx, name)
		if fault.KindOf(err) == fault.NotFound || (err == nil && len(value) == 0) {
			return nil, &las.Failure{Result: pull.SecretMissing, Err: fmt.Errorf("no secret %s", name)}
		}
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	r.As = las.Identity{Key: string(values[names.Key]), Client: string(values[names.Client]), ClientName: string(values[names.ClientName])}
	return las.New(las.Config{
		URL: t.connection.Settings.URL, Certificate: values[names.Certificate], Roots: d.Roots, Local: d.Local,
		Now: d.Clock.Now(), Limits: d.Limits,
	})
}

// since returns when the last good answer to the same question was asked for;
// zero where there was none, or where not everything of it was done: a row that
// was left alone, held back or undecided is planned anew from a whole roster
// only. So it is where another file of the school has come in since. Stages are
// always asked for in full, since what one of them says of changes says nothing
// of the others.
func (d Deps) since(ctx context.Context, q question, asked string) (time.Time, error) {
	t, st, a := q.turn, q.turn.connection.State, q.answered
	last := roster.RunID(q.place.LastRun)
	if a.Run == "" || a.Asked != asked || t.connection.Settings.Operation == pull.Staged || last != st.Run && last != st.Ahead.Run {
		return time.Time{}, nil
	}
	for _, id := range []roster.RunID{a.Run, last} {
		run, err := d.DB.Runs().Get(ctx, t.Tenant, id)
		if fault.KindOf(err) == fault.NotFound || err == nil && !run.Settled() {
			return time.Time{}, nil
		}
		if err != nil {
			return time.Time{}, err
		}
	}
	return a.Received, nil
}

// whole asks for everything at once and returns it as it is taken in: packed,
// as the largest answers are too long otherwise.
func whole(ctx context.Context, client *las.Client, r las.Request) (io.ReadCloser, error) {
	answer, err := client.Ask(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := expect(answer, uwlr.Whole); err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return flow(func(w io.Writer) error {
		defer answer.Body.Close()
		z := gzip.NewWriter(w)
		if _, err := io.Copy(z, answer.Body); err != nil {
			return err
		}
		return z.Close()
	}), nil
}

// expect checks that an answer is of that kind.
func expect(answer las.Answer, want uwlr.Kind) error {
	switch answer.Kind {
	case want:
		return nil
	case uwlr.NoChanges:
		return nothing(pull.NoChanges)
	case uwlr.NoData:
		return nothing(pull.NoData)
	}
	return &las.Failure{Result: pull.NoAnswer, Err: errors.New("an answer to another question")}
}

// flow returns what write writes, as it writes it.
func flow(write func(io.Writer) error) io.ReadCloser {
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(write(w)) }() // ends when the reader is closed
	return r
}
