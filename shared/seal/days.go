package seal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
)

const (
	// apart is how much the machine's clock may differ from that of Cloud KMS.
	apart = time.Hour
	// mostDestroyed is how many keys one run may destroy: one a day, and one
	// that a run left over. More means that a clock or a record is wrong.
	mostDestroyed = 2
)

// The reasons for which keys are left alone. Somebody has to look.
var (
	ErrClocks = errors.New("the clock of this machine and that of Cloud KMS differ by more than an hour")
	ErrMany   = errors.New("more day keys are due than one run may destroy")
)

// Days makes and destroys day keys: versions of one Cloud KMS key, one for each
// day in UTC. A version is destroyed when everything it sealed is Keep old,
// which the moment tells at which the next one took over. Time is told by Cloud
// KMS, whose clock cannot jump with that of a machine.
type Days struct {
	Sealer *Sealer
	Clock  clock.Clock
	Keep   time.Duration
	Most   int // how many keys one run may destroy; mostDestroyed where 0
}

// Turned is what a run did.
type Turned struct {
	Made      string // the version that seals from now on; "" where today's was there
	Destroyed int    // versions that are scheduled for destruction, which no longer open anything
	Living    int    // versions that still open
}

// Turn makes the day's key where it is missing and destroys those that are due.
// Repeated, it does nothing. It answers ErrClocks and ErrMany without having
// destroyed any.
func (d Days) Turn(ctx context.Context) (Turned, error) {
	versions, err := d.versions(ctx)
	if err != nil {
		return Turned{}, err
	}
	done := Turned{Living: len(versions)}
	if len(versions) > 0 && !day(versions[0]).Before(d.Clock.Now().UTC().Truncate(24*time.Hour)) {
		return done, d.inFuture(versions[0])
	}
	made, err := d.Sealer.client.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: d.Sealer.key, CryptoKeyVersion: &kmspb.CryptoKeyVersion{}})
	if err != nil {
		return done, fmt.Errorf("make the day's key: %w", classify(err))
	}
	now := made.GetCreateTime().AsTime()
	if gap := now.Sub(d.Clock.Now()).Abs(); gap > apart {
		return done, errors.Join(fmt.Errorf("%w: by %s", ErrClocks, gap.Round(time.Second)), d.discard(ctx, made.GetName()))
	}
	number := made.GetName()[strings.LastIndexByte(made.GetName(), '/')+1:]
	_, err = d.Sealer.client.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: d.Sealer.key, CryptoKeyVersionId: number})
	if err != nil {
		return done, fmt.Errorf("seal with the day's key: %w", classify(err))
	}
	done.Made, done.Living = made.GetName(), done.Living+1
	return d.destroy(ctx, append([]*kmspb.CryptoKeyVersion{made}, versions...), done)
}

// inFuture answers ErrClocks where the newest key was made later than now.
func (d Days) inFuture(newest *kmspb.CryptoKeyVersion) error {
	if newest.GetCreateTime().AsTime().Sub(d.Clock.Now()) > apart {
		return fmt.Errorf("%w: a day key is of a later day", ErrClocks)
	}
	return nil
}

// discard destroys a version that sealed nothing yet.
func (d Days) discard(ctx context.Context, name string) error {
	_, err := d.Sealer.client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: name})
	return classify(err)
}

// destroy destroys what is due of versions, the newest of which was made now.
func (d Days) destroy(ctx context.Context, versions []*kmspb.CryptoKeyVersion, done Turned) (Turned, error) {
	now := versions[0].GetCreateTime().AsTime()
	var due []string
	for i, v := range versions[1:] {
		if next := versions[i].GetCreateTime().AsTime(); !next.Add(d.Keep).After(now) {
			due = append(due, v.GetName())
		}
	}
	most := d.Most
	if most == 0 {
		most = mostDestroyed
	}
	if len(due) > most {
		return done, fmt.Errorf("%w: %d", ErrMany, len(due))
	}
	for _, name := range due {
		if _, err := d.Sealer.client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: name}); err != nil {
			return done, fmt.Errorf("destroy a day key: %w", classify(err))
		}
		done.Destroyed, done.Living = done.Destroyed+1, done.Living-1
	}
	return done, nil
}

// At returns the version that sealed at a moment. It answers NotFound where it
// opens nothing any more.
func (d Days) At(ctx context.Context, at time.Time) (string, error) {
	versions, err := d.versions(ctx)
	if err != nil {
		return "", err
	}
	for _, v := range versions {
		if !v.GetCreateTime().AsTime().After(at) {
			return v.GetName(), nil
		}
	}
	return "", fault.New(fault.NotFound, "")
}

// versions returns the versions that still open, the newest first.
func (d Days) versions(ctx context.Context) ([]*kmspb.CryptoKeyVersion, error) {
	var list []*kmspb.CryptoKeyVersion
	for it := d.Sealer.client.ListCryptoKeyVersions(ctx, &kmspb.ListCryptoKeyVersionsRequest{Parent: d.Sealer.key, Filter: "state=ENABLED"}); ; {
		v, err := it.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("list day keys: %w", classify(err))
		}
		list = append(list, v)
	}
	slices.SortStableFunc(list, func(a, b *kmspb.CryptoKeyVersion) int {
		return b.GetCreateTime().AsTime().Compare(a.GetCreateTime().AsTime())
	})
	return list, nil
}

// Oldest returns the day key that was made first of those named, "" for none:
// versions of a key are numbered in the order in which they were made.
func Oldest(days []string) string {
	oldest, least := "", 0
	for _, name := range days {
		n, err := strconv.Atoi(name[strings.LastIndexByte(name, '/')+1:])
		if err == nil && (oldest == "" || n < least) {
			oldest, least = name, n
		}
	}
	return oldest
}

func day(v *kmspb.CryptoKeyVersion) time.Time {
	return v.GetCreateTime().AsTime().UTC().Truncate(24 * time.Hour)
}
