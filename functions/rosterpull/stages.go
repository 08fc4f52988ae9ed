package rosterpull

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster/uwlr"
)

// structureBytes bounds the answer that is held in memory to ask on with: a
// school has hundreds of groups, not a hundred thousand.
const structureBytes = 8 << 20

// stage is an answer with the name that it has within the set.
type stage struct {
	file string
	body io.ReadCloser
}

// staged asks for the structure, then for the pupils and staff of its groups,
// and returns the three answers as a zip. The staff is asked for once the
// pupils have come: many systems answer a school one question at a time.
func staged(ctx context.Context, client *las.Client, r las.Request) (io.ReadCloser, error) {
	r.Message = las.AskStructure
	structure, err := ask(ctx, client, r, uwlr.Structure)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(structure.Body, structureBytes+1))
	if err := errors.Join(err, structure.Body.Close()); err != nil {
		return nil, err
	}
	if len(raw) > structureBytes {
		return nil, &las.Failure{Result: pull.TooLarge, Err: errors.New("a structure of more bytes than the limit")}
	}
	if r.Groups, err = uwlr.Groups(bytes.NewReader(raw)); err != nil {
		return nil, &las.Failure{Result: pull.NoAnswer, Err: err}
	}
	r.Message = las.AskPupils
	pupils, err := ask(ctx, client, r, uwlr.Pupils)
	if err != nil {
		return nil, err
	}
	r.Message = las.AskStaff
	return flow(func(w io.Writer) error {
		z := zip.NewWriter(w)
		if err := pack(z, stage{"structuur.xml", io.NopCloser(bytes.NewReader(raw))}); err != nil {
			return errors.Join(err, pupils.Body.Close())
		}
		if err := pack(z, stage{"leerlingen.xml", pupils.Body}); err != nil {
			return err
		}
		staff, err := client.Ask(ctx, r)
		if err != nil {
			return err
		}
		if staff.Of != uwlr.StaffAnswer { // that there is nobody is an answer too
			return errors.Join(expect(staff, uwlr.Staff), staff.Body.Close())
		}
		if err := pack(z, stage{"leerkrachten.xml", staff.Body}); err != nil {
			return err
		}
		return z.Close()
	}), nil
}

// ask asks for one stage that must be of that kind.
func ask(ctx context.Context, client *las.Client, r las.Request, want uwlr.Kind) (las.Answer, error) {
	answer, err := client.Ask(ctx, r)
	if err != nil {
		return las.Answer{}, fmt.Errorf("ask %s: %w", r.Message, err)
	}
	if err := expect(answer, want); err != nil {
		return las.Answer{}, errors.Join(err, answer.Body.Close())
	}
	return answer, nil
}

// pack adds a stage to the zip and closes it.
func pack(z *zip.Writer, s stage) error {
	defer s.body.Close()
	w, err := z.Create(s.file)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, s.body)
	return err
}
