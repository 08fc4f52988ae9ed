package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// Params are the costs of argon2id (RFC 9106).
type Params struct {
	Memory  int `env:"ARGON2_MEMORY,optional"` // KiB
	Time    int `env:"ARGON2_TIME,optional"`   // passes
	Threads int `env:"ARGON2_THREADS,optional"`
}

// Default follows the OWASP password storage cheat sheet: 19 MiB, two passes.
func Default() Params { return Params{Memory: 19456, Time: 2, Threads: 1} }

// limits on stored parameters, so that a damaged verifier cannot exhaust memory.
const (
	mostMemory = 1 << 18 // KiB
	mostTime   = 64
	saltLength = 16
	hashLength = 32
)

// Hasher hashes and verifies passwords with bounded memory: at most one hash
// per processor runs at a time, the others wait their turn.
type Hasher struct {
	params Params
	turn   *semaphore.Weighted
	dummy  string
}

// NewHasher returns a hasher with costs p.
func NewHasher(p Params) *Hasher {
	h := &Hasher{params: p, turn: semaphore.NewWeighted(int64(runtime.NumCPU()))}
	h.dummy = encode(p, make([]byte, saltLength), make([]byte, hashLength))
	return h
}

// Hash returns the verifier of password in PHC string format. It waits for its
// turn and fails only with ctx.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum, err := h.derive(ctx, h.params, password, salt)
	if err != nil {
		return "", err
	}
	return encode(h.params, salt, sum), nil
}

// Verify reports whether password fits verifier. It spends the same time where
// verifier is "", so that an unknown name cannot be told from a wrong password.
func (h *Hasher) Verify(ctx context.Context, verifier, password string) (bool, error) {
	known := verifier != ""
	if !known {
		verifier = h.dummy
	}
	p, salt, want, err := decode(verifier)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, p, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (h *Hasher) derive(ctx context.Context, p Params, password string, salt []byte) ([]byte, error) {
	if err := h.turn.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait for a turn to hash: %w", err)
	}
	defer h.turn.Release(1)
	return argon2.IDKey([]byte(password), salt, uint32(p.Time), uint32(p.Memory), uint8(p.Threads), hashLength), nil
}

func encode(p Params, salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Time, p.Threads, b64(salt), b64(sum))
}

var errVerifier = errors.New("malformed password verifier")

func decode(verifier string) (p Params, salt, sum []byte, err error) {
	parts := strings.Split(verifier, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errVerifier
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); n != 3 || err != nil {
		return p, nil, nil, errVerifier
	}
	if p.Memory < 8 || p.Memory > mostMemory || p.Time < 1 || p.Time > mostTime || p.Threads < 1 || p.Threads > 16 {
		return p, nil, nil, errVerifier
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, nil, nil, errVerifier
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) != hashLength {
		return p, nil, nil, errVerifier
	}
	return p, salt, sum, nil
}
