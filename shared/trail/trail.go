// Package trail notes from where something was done: the address and the
// browser. That is the private part of a log entry. It is sealed before it is
// stored, and lives for 90 days at most.
package trail

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"unicode/utf8"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// Config says whose word counts for where a request comes from.
type Config struct {
	// Proxies is how many of the last addresses of X-Forwarded-For our own load
	// balancer wrote. The client's is the first of these; what stands before
	// them, the client may have made up. 0 where requests come straight from
	// clients.
	Proxies int `env:"TRUSTED_PROXIES,optional"`
}

// Box seals and opens: see seal.Sealer.
type Box interface {
	Enclose(ctx context.Context, plain, place []byte) (envelope.Envelope, error)
	Disclose(ctx context.Context, e envelope.Envelope, place []byte) ([]byte, error)
}

// Trail adds private parts to entries.
type Trail struct {
	Config
	Box Box
}

// longestAgent bounds what a browser says of itself, in bytes.
const longestAgent = 200

// Of returns where r comes from.
func (t Trail) Of(r *http.Request) audit.Origin {
	return audit.Origin{Address: t.address(r), Agent: shortened(r.UserAgent())}
}

// Mark returns e, of who's institution, with where who comes from, sealed. The
// address is kept only of whom the field register allows it. Where nothing can
// be sealed the entry goes without it: nobody is kept from their work by that.
func (t Trail) Mark(ctx context.Context, who session.Person, e audit.Entry) audit.Entry {
	o := who.From
	if field, ok := privacy.Lookup("ip_address"); !ok || !field.Of(who.Account.Kind) {
		o.Address = ""
	}
	plain, err := json.Marshal(o)
	if err == nil {
		var sealed envelope.Envelope
		if sealed, err = t.Box.Enclose(ctx, plain, audit.Place(who.Tenant, e.ID)); err == nil {
			return e.From(sealed)
		}
	}
	slog.WarnContext(ctx, "a log entry goes without where it was done from", "action", e.Action, "err", err)
	return e
}

// Open returns the private part of e. It answers NotFound where the key of its
// day is destroyed, and Invalid where it is not the one that e vouches for.
func (t Trail) Open(ctx context.Context, owner tenant.ID, e audit.Entry, s audit.Sealed) (audit.Origin, error) {
	if subtle.ConstantTimeCompare(audit.HashPrivate(s.Envelope, s.ExpireAt), e.Private.Hash) != 1 {
		return audit.Origin{}, fault.New(fault.Invalid, "")
	}
	plain, err := t.Box.Disclose(ctx, s.Envelope, audit.Place(owner, e.ID))
	if err != nil {
		return audit.Origin{}, err
	}
	var o audit.Origin
	err = json.Unmarshal(plain, &o)
	return o, err
}

// address returns the client's address, "" where it is not known.
func (t Trail) address(r *http.Request) string {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	if t.Proxies > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if len(hops) < t.Proxies {
			return ""
		}
		from = strings.TrimSpace(hops[len(hops)-t.Proxies])
	}
	at, err := netip.ParseAddr(from)
	if err != nil {
		return ""
	}
	return at.Unmap().WithZone("").String()
}

func shortened(s string) string {
	s = strings.ToValidUTF8(s, "")
	for len(s) > longestAgent {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
