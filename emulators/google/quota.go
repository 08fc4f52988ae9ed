package google

import (
	"cmp"
	"net/http"
	"time"
)

// The documented quotas
// (developers.google.com/workspace/admin/directory/v1/limits).
const (
	queriesPerMinute = 2400 // of one administrator, or of one quotaUser
	createsPerSecond = 10   // users of one domain
	unitsPerSecond   = 1    // org units made or changed of one customer
)

// bucket is a token bucket: full at first, filled evenly.
type bucket struct {
	tokens float64
	filled time.Time
}

// spend takes one of the n calls that a quota allows in each period.
func (s *Server) spend(name string, n float64, per time.Duration) bool {
	now := s.now()
	b := s.buckets[name]
	if b == nil {
		b = &bucket{tokens: n, filled: now}
		s.buckets[name] = b
	}
	b.tokens = min(n, b.tokens+n*float64(now.Sub(b.filled))/float64(per))
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (s *Server) spendQuery(c call) error {
	user := cmp.Or(c.query.Get("quotaUser"), c.caller.admin)
	if !s.spend("query "+user, queriesPerMinute, time.Minute) {
		return fail(http.StatusForbidden, "userRateLimitExceeded", "User Rate Limit Exceeded")
	}
	return nil
}

func (s *Server) spendCreate(domain string) error {
	if !s.spend("create "+domain, createsPerSecond, time.Second) {
		return fail(http.StatusForbidden, "quotaExceeded", "Quota exceeded: users created in a domain")
	}
	return nil
}

func (s *Server) spendUnit(customer string) error {
	if !s.spend("unit "+customer, unitsPerSecond, time.Second) {
		return fail(http.StatusForbidden, "quotaExceeded", "Quota exceeded: org units written")
	}
	return nil
}

// enter counts a call under way, and refuses it where the customer has too
// many. leave ends it.
func (s *Server) enter(customer string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if most := s.options.Concurrent; most > 0 && s.busy[customer] >= most {
		return nil, fail(http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded")
	}
	s.busy[customer]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy[customer]--
	}, nil
}
