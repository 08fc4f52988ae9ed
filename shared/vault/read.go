package vault

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// longestLine bounds a line: Firestore bounds a document at 1 MiB, which base64
// twice makes longer.
const longestLine = 4 << 20

// Open returns the manifest of a backup, proven by the key of its day. It answers
// ErrAbsent, ErrForeign, ErrDamaged, ErrFormat or ErrUnreadable.
func (v Vault) Open(ctx context.Context, owner tenant.ID, id backup.ID) (backup.Manifest, error) {
	r, err := v.Bucket.Reader(ctx, backup.Of(owner, id)+backup.ManifestName)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return backup.Manifest{}, fault.As(fault.NotFound, backup.ErrAbsent)
	}
	if err != nil {
		return backup.Manifest{}, fmt.Errorf("read the manifest: %w", err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, largestManifest))
	if err != nil {
		return backup.Manifest{}, fmt.Errorf("read the manifest: %w", fault.As(fault.Busy, err))
	}
	var s backup.Signed
	if err := json.Unmarshal(body, &s); err != nil {
		return backup.Manifest{}, fault.As(fault.Invalid, fmt.Errorf("%w: the manifest is no JSON", backup.ErrDamaged))
	}
	m, err := s.Parse(owner, id)
	if err != nil {
		return m, fault.As(fault.Invalid, err)
	}
	key, err := v.unwrap(ctx, s.Key)
	if err != nil {
		return m, err
	}
	digest, err := key.Open(s.Seal, backup.SealPlace(owner, id))
	if err != nil || !bytes.Equal(digest, backup.Digest(s.Manifest)) {
		return m, fault.As(fault.Invalid, fmt.Errorf("%w: the seal of the manifest is not good", backup.ErrDamaged))
	}
	return m, nil
}

// unwrap opens a data key of a backup. It answers ErrUnreadable or ErrDamaged
// where the key of the day says so, and Busy for any other failure: that says
// nothing of the backup.
func (v Vault) unwrap(ctx context.Context, wrapped []byte) (seal.Key, error) {
	key, err := v.Box.Unwrap(ctx, wrapped)
	switch {
	case err == nil:
		return key, nil
	case fault.KindOf(err) == fault.NotFound:
		return key, fault.As(fault.NotFound, backup.ErrUnreadable)
	case fault.KindOf(err) == fault.Invalid:
		return key, fault.As(fault.Invalid, fmt.Errorf("%w: a key is not good", backup.ErrDamaged))
	default:
		return key, fault.As(fault.Busy, err)
	}
}

// opened is what asking for a key was answered.
type opened struct {
	key seal.Key
	err error
}

// ring opens each data key once: the documents of a piece share few.
type ring struct {
	vault Vault
	seen  map[string]opened
}

// unwrap is that of the vault. Only what is final is remembered.
func (r ring) unwrap(ctx context.Context, wrapped []byte) (seal.Key, error) {
	k, ok := r.seen[string(wrapped)]
	if !ok {
		k.key, k.err = r.vault.unwrap(ctx, wrapped)
		if k.err == nil || errors.Is(k.err, backup.ErrUnreadable) {
			r.seen[string(wrapped)] = k
		}
	}
	return k.key, k.err
}

// Listed is a backup as it is listed.
type Listed struct {
	ID       backup.ID
	Manifest backup.Manifest
	Err      error // why it cannot be used; nil where its manifest is good
}

// List returns the backups of an institution that were finished, the oldest
// first.
func (v Vault) List(ctx context.Context, owner tenant.ID) ([]Listed, error) {
	var list []Listed
	for name, err := range v.Bucket.Names(ctx, backup.Folder(owner)) {
		if err != nil {
			return nil, fmt.Errorf("list backups: %w", err)
		}
		day, object, _ := strings.Cut(strings.TrimPrefix(name, backup.Folder(owner)), "/")
		id, err := backup.ParseID(day)
		if err != nil || object != backup.ManifestName {
			continue
		}
		m, err := v.Open(ctx, owner, id)
		if fault.KindOf(err) == fault.Busy && err != nil {
			return nil, err
		}
		list = append(list, Listed{id, m, err})
	}
	return list, nil
}

// Owners returns the institutions of which there are backups, also those that no
// database knows any more.
func (v Vault) Owners(ctx context.Context) ([]tenant.ID, error) {
	var owners []tenant.ID
	for folder, err := range v.Bucket.Folders(ctx) {
		if err != nil {
			return nil, fmt.Errorf("list backups: %w", err)
		}
		if owner, err := tenant.ParseID(folder); err == nil {
			owners = append(owners, owner)
		}
	}
	return owners, nil
}

// Contents says what reading a backup found.
type Contents struct {
	Documents map[string]int // by table
	Over      int            // documents whose own day is over: nobody can read them any more
	manifest  []byte         // digest of the manifest of the backup that was read
}

// of reports whether c is what reading the backup of m found.
func (c Contents) of(m backup.Manifest) bool {
	digest, err := digestOf(m)
	return err == nil && bytes.Equal(c.manifest, digest)
}

func digestOf(m backup.Manifest) ([]byte, error) {
	body, err := json.Marshal(m)
	return backup.Digest(body), err
}

// Check reads every byte of a backup. It answers as Open does.
func (v Vault) Check(ctx context.Context, m backup.Manifest) (Contents, error) {
	found := Contents{Documents: map[string]int{}}
	for _, p := range m.Pieces {
		if _, err := copyOf(p.Table); err != nil {
			return found, fault.As(fault.Invalid, err)
		}
		for d, err := range v.documents(ctx, m, p) {
			switch {
			case err != nil:
				return found, err
			case d.Path == "":
				found.Over++
			default:
				found.Documents[p.Table]++
			}
		}
	}
	var err error
	found.manifest, err = digestOf(m)
	return found, err
}

// source tells a failure of the bucket from one of what it holds.
type source struct {
	r   io.Reader
	n   int64
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// documents yields the documents of a piece, and the zero Document for each that
// nobody can open any more. It ends with an error where the piece is not the one
// that was written, which may be known only at its end.
func (v Vault) documents(ctx context.Context, m backup.Manifest, p backup.Piece) iter.Seq2[backup.Document, error] {
	return func(yield func(backup.Document, error) bool) {
		damaged := func(why string) {
			yield(backup.Document{}, fault.As(fault.Invalid, fmt.Errorf("%w: a piece of %s %s", backup.ErrDamaged, p.Table, why)))
		}
		r, err := v.Bucket.Reader(ctx, backup.Of(m.Tenant, m.ID)+p.Object)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			damaged("is gone")
			return
		}
		if err != nil {
			yield(backup.Document{}, fmt.Errorf("read a piece of %s: %w", p.Table, err))
			return
		}
		defer r.Close()
		from, sum := &source{r: r}, sha256.New()
		n, err := v.lines(ctx, m, p, io.TeeReader(from, sum), yield)
		switch {
		case errors.Is(err, errStopped):
		case from.err != nil:
			yield(backup.Document{}, fault.As(fault.Busy, fmt.Errorf("read a piece of %s: %w", p.Table, from.err)))
		case fault.KindOf(err) != fault.Internal:
			yield(backup.Document{}, err)
		case err != nil:
			damaged("does not open")
		case from.n != p.Size || !bytes.Equal(sum.Sum(nil), p.Sum):
			damaged("is another one")
		case n != p.Documents:
			damaged("holds another number of documents")
		}
	}
}

// errStopped says that whoever reads wants no more.
var errStopped = errors.New("stopped")

// lines reads the lines of a piece, and returns how many there are.
func (v Vault) lines(ctx context.Context, m backup.Manifest, p backup.Piece, r io.Reader, yield func(backup.Document, error) bool) (int, error) {
	key, err := v.unwrap(ctx, p.Key)
	if err != nil {
		return 0, err
	}
	plain, err := key.Reader(r, backup.Place(m.Tenant, m.ID, p))
	if err != nil {
		return 0, err
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		return 0, err
	}
	lines, keys, n := bufio.NewScanner(zip), ring{v, map[string]opened{}}, 0
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	for lines.Scan() {
		d, err := keys.document(ctx, p, lines.Bytes())
		if err != nil {
			return n, err
		}
		if n++; !yield(d, nil) {
			return n, errStopped
		}
	}
	if lines.Err() != nil {
		return n, lines.Err()
	}
	_, err = io.Copy(io.Discard, r) // whatever follows
	return n, err
}

// document reads one line: the zero Document where nobody can open it any more.
func (r ring) document(ctx context.Context, p backup.Piece, raw []byte) (backup.Document, error) {
	d, s, err := backup.ParseLine(raw)
	if err != nil {
		return d, fault.As(fault.Invalid, err)
	}
	if s.Body != nil {
		key, err := r.unwrap(ctx, s.Key)
		if errors.Is(err, backup.ErrUnreadable) {
			return backup.Document{}, nil
		}
		if err != nil {
			return d, err
		}
		raw, err = key.Open(s.Body, []byte(p.Table))
		if err != nil {
			return d, fault.As(fault.Invalid, fmt.Errorf("%w: a document of %s does not open", backup.ErrDamaged, p.Table))
		}
		if d, s, err = backup.ParseLine(raw); err != nil || s.Body != nil {
			return d, fault.As(fault.Invalid, backup.ErrDamaged)
		}
	}
	if !strings.HasPrefix(d.Path, p.Table+"/") {
		return d, fault.As(fault.Invalid, fmt.Errorf("%w: a document of %s belongs elsewhere", backup.ErrDamaged, p.Table))
	}
	return d, nil
}

// chunked yields the readable documents of a piece some at a time.
func (v Vault) chunked(ctx context.Context, m backup.Manifest, p backup.Piece) iter.Seq2[[]backup.Document, error] {
	return func(yield func([]backup.Document, error) bool) {
		var some []backup.Document
		for d, err := range v.documents(ctx, m, p) {
			if err != nil {
				yield(nil, err)
				return
			}
			if d.Path == "" {
				continue
			}
			if some = append(some, d); len(some) == atOnce {
				if !yield(some, nil) {
					return
				}
				some = nil
			}
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}

// atOnce is how many documents are restored at once.
const atOnce = 1600

// database returns where the documents of c lie.
func database(c store.Copy, main, credentials *store.DB) *store.DB {
	if c.Database == store.CredentialsDatabase {
		return credentials
	}
	return main
}
