package plan_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

const owner = tenant.ID("golfbreker")

// shelf returns a shelf with a bucket and a day key of its own.
func shelf(t *testing.T) (s plan.Shelf, bucket *blob.Bucket, day string) {
	t.Helper()
	bucket, err := blob.Open(t.Context(), blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = bucket.Close() }) // nothing is left to send
	day = emulators.Keys(t)
	return plan.Shelf{Bucket: bucket, Keys: sealer(t, day)}, bucket, day
}

// sealer returns a sealer that remembers no key.
func sealer(t *testing.T, day string) *seal.Sealer {
	t.Helper()
	s, err := seal.Open(t.Context(), seal.Config{Key: day, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is left to send
	return s
}

// full returns a plan with rows in every phase, in more steps than one.
func full() roster.Plan {
	at := time.Date(2026, time.September, 1, 9, 0, 0, 123000, time.UTC)
	p := roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{}, Held: []roster.Phase{roster.Matches}}
	for i := range roster.StepRows + 1 {
		p.Groups = append(p.Groups, roster.GroupRow{
			Action: roster.Create, Group: group.Group{ID: group.ID(fmt.Sprintf("g%d", i)), Name: "3a"}, Written: at,
		})
	}
	for n, phase := range roster.Phases()[1:] {
		for i := range roster.StepRows*(n+1) + 1 {
			a := account.Account{
				ID: account.ID(fmt.Sprintf("a%s%d", phase, i)), Kind: person.Pupil, Changed: at,
				Source: account.Source{
					Name: person.Name{Call: "Sanne", Infix: "de", Surname: "Vries"},
					ECK:  account.ECK{Hash: "hash", Sealed: []byte{0, 1, 255}},
				},
				Memberships: []account.Membership{{School: "s1", Year: 2026, Groups: []group.ID{"g1"}}},
			}
			p.Rows[phase] = append(p.Rows[phase], roster.AccountRow{
				Action: roster.Change, Reason: "name", Account: a, Written: at, Was: "digest",
				Changes: []roster.FieldChange{{Field: "surname", Old: "Vries", New: "de Vries"}},
				Or:      &roster.AccountRow{Action: roster.Return, Account: account.Account{ID: "aor"}},
			})
		}
	}
	return p
}

// write stores p as run "ione".
func write(t *testing.T, s plan.Shelf, p roster.Plan) roster.Run {
	t.Helper()
	stored, err := s.Write(t.Context(), owner, "ione", p)
	require.NoError(t, err)
	return roster.Run{ID: "ione", Plan: stored}
}

func raw(t *testing.T, b *blob.Bucket, name string) []byte {
	t.Helper()
	r, err := b.Reader(t.Context(), name)
	require.NoError(t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	return body
}

func TestEveryStepIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	s, bucket, day := shelf(t)
	p := full()
	run := write(t, s, p)
	s.Keys = sealer(t, day)
	var end int64
	for _, phase := range roster.Phases() {
		steps := p.Steps(phase)
		require.Greater(t, len(steps), 1)
		require.Len(t, run.Plan.Steps[phase], len(steps))
		for i, want := range steps {
			got, err := s.Read(t.Context(), owner, run, phase, i)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, end, run.Plan.Steps[phase][i].Offset, "frames follow each other")
			end += run.Plan.Steps[phase][i].Length
		}
	}
	body := raw(t, bucket, run.Plan.Object)
	require.Len(t, body, int(end))
	sum := sha256.Sum256(body)
	require.Equal(t, hex.EncodeToString(sum[:]), run.Plan.Hash, "an approval is of exactly this object")
	require.NotContains(t, string(body), "Sanne")
	require.NotContains(t, run.Plan.Object, string(run.ID), "an object's name says nothing")
}

func TestEveryAttemptMakesAnObject(t *testing.T) {
	t.Parallel()
	s, _, _ := shelf(t)
	p := full()
	one, two := write(t, s, p), write(t, s, p)
	require.NotEqual(t, one.Plan.Object, two.Plan.Object)
	require.NotEqual(t, one.Plan.Hash, two.Plan.Hash)
	for _, run := range []roster.Run{one, two} {
		got, err := s.Read(t.Context(), owner, run, roster.Leave, 1)
		require.NoError(t, err)
		require.Equal(t, p.Steps(roster.Leave)[1], got)
	}
	mixed := one
	mixed.Plan.Key = two.Plan.Key
	_, err := s.Read(t.Context(), owner, mixed, roster.Leave, 1)
	require.Equal(t, fault.Invalid, fault.KindOf(err), "each object has a key of its own")
}

func TestAnEmptyPlan(t *testing.T) {
	t.Parallel()
	s, bucket, _ := shelf(t)
	run := write(t, s, roster.Plan{})
	require.Empty(t, run.Plan.Steps)
	require.Empty(t, raw(t, bucket, run.Plan.Object))
	require.Positive(t, run.Plan.Generation)
}

// TestAFrameOpensInItsPlaceAlone reads frames as what they are not.
func TestAFrameOpensInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	s, _, _ := shelf(t)
	run := write(t, s, full())
	people := run.Plan.Steps[roster.People]
	lying := func(phase roster.Phase, spans ...roster.Span) roster.Run {
		r := run
		r.Plan.Steps = map[roster.Phase][]roster.Span{phase: spans}
		return r
	}
	other := run
	other.ID = "itwo"
	for name, c := range map[string]struct {
		owner tenant.ID
		run   roster.Run
		phase roster.Phase
		step  int
	}{
		"another run":         {owner, other, roster.People, 0},
		"another institution": {"duinrand", run, roster.People, 0},
		"another step":        {owner, lying(roster.People, people[1], people[0]), roster.People, 0},
		"another phase":       {owner, lying(roster.Leave, people[0]), roster.Leave, 0},
		"a byte late":         {owner, lying(roster.People, roster.Span{Offset: people[0].Offset + 1, Length: people[0].Length}), roster.People, 0},
		"a byte short":        {owner, lying(roster.People, roster.Span{Offset: people[0].Offset, Length: people[0].Length - 1}), roster.People, 0},
		"two frames":          {owner, lying(roster.People, roster.Span{Offset: people[0].Offset, Length: people[0].Length + people[1].Length}), roster.People, 0},
		"nothing":             {owner, lying(roster.People, roster.Span{Offset: people[0].Offset}), roster.People, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			step, err := s.Read(t.Context(), c.owner, c.run, c.phase, c.step)
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
			require.ErrorIs(t, err, plan.ErrUnreadable)
			require.Empty(t, step)
		})
	}
	_, err := s.Read(t.Context(), owner, run, roster.People, 0)
	require.NoError(t, err)
}

// TestAChangedByteIsRefused stores a short plan with each byte of it altered.
func TestAChangedByteIsRefused(t *testing.T) {
	t.Parallel()
	s, bucket, _ := shelf(t)
	run := write(t, s, roster.Plan{Groups: []roster.GroupRow{{Action: roster.End, Group: group.Group{ID: "g1"}}}})
	good := raw(t, bucket, run.Plan.Object)
	for at := range good {
		altered := run
		altered.Plan.Object = fmt.Sprintf("altered/%d", at)
		var err error
		altered.Plan.Generation, err = bucket.Create(t.Context(), altered.Plan.Object, func(w io.Writer) error {
			body := append([]byte{}, good...)
			body[at] ^= 1
			_, err := w.Write(body)
			return err
		})
		require.NoError(t, err)
		step, err := s.Read(t.Context(), owner, altered, roster.Groups, 0)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "byte %d: %v", at, err)
		require.Empty(t, step)
	}
}

func TestAPlanThatIsGone(t *testing.T) {
	t.Parallel()
	s, bucket, day := shelf(t)
	run := write(t, s, full())
	replaced := run
	replaced.Plan.Generation++
	_, err := s.Read(t.Context(), owner, replaced, roster.People, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "another generation is another plan")
	require.ErrorIs(t, err, plan.ErrUnreadable)

	require.NoError(t, bucket.Delete(t.Context(), run.Plan.Object))
	_, err = s.Read(t.Context(), owner, run, roster.People, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	run = write(t, s, full())
	destroy(t, day)
	s.Keys = sealer(t, day)
	_, err = s.Read(t.Context(), owner, run, roster.People, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "its day key is destroyed")
	require.ErrorIs(t, err, plan.ErrUnreadable)
}

// destroy ends the first version of a day key.
func destroy(t *testing.T, day string) {
	t.Helper()
	client, err := kms.NewKeyManagementClient(t.Context(), option.WithEndpoint(os.Getenv("KMS_ENDPOINT")), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: day + "/cryptoKeyVersions/1"})
	require.NoError(t, err)
	emulators.Advance(t, day, 25*time.Hour)
}

// broken is a bucket that takes so many bytes and no more.
type broken struct {
	plan.Bucket
	takes int
}

var errFull = fault.As(fault.Busy, errors.New("full"))

// Create writes into nothing.
func (b broken) Create(_ context.Context, _ string, write func(io.Writer) error) (int64, error) {
	return 1, write(&b)
}

// Write takes what it may.
func (b *broken) Write(p []byte) (int, error) {
	if b.takes -= len(p); b.takes < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAPlanIsStoredWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, _, _ := shelf(t)
	for _, takes := range []int{0, 50_000} {
		stored, err := plan.Shelf{Bucket: broken{takes: takes}, Keys: s.Keys}.Write(t.Context(), owner, "ione", full())
		require.ErrorIs(t, err, errFull)
		require.Equal(t, fault.Busy, fault.KindOf(err))
		require.Empty(t, stored)
	}
}
