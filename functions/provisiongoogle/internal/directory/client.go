// Package directory is a thin client of the Google Admin SDK Directory API:
// the calls that provisioning needs, with classified errors and careful
// retries (developers.google.com/workspace/admin/directory/reference/rest).
package directory

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

const (
	timeout    = 30 * time.Second // of one try
	answerMost = 4 << 20          // bytes of an answer that are read
	tries      = 5                // of one call
	// waitMost is the longest wait for another try. Where Google asks for more
	// the caller hears so at once, and its message comes back later.
	waitMost = 30 * time.Second
)

// Config is what a client needs.
type Config struct {
	BaseURL  string       // "https://admin.googleapis.com", or a fake of it
	Customer string       // customer id; "my_customer", the administrator's own, where empty
	HTTP     *http.Client // signs the requests: see NewHTTP
	// Pause waits between tries until d is over or ctx is done; a timer where
	// nil.
	Pause func(ctx context.Context, d time.Duration) error
}

// Client calls the API as one administrator of one customer. It may be used
// by many at once. Its errors are *Error within a fault.Error, or the
// context's own.
type Client struct {
	base     string
	customer string
	http     *http.Client
	pause    func(ctx context.Context, d time.Duration) error
}

// Client returns a client. Every request has a timeout, whatever c.HTTP says,
// and goes to no other host than the one that was named.
func (c Config) Client() *Client {
	signed := *c.HTTP
	signed.Timeout = cmp.Or(signed.Timeout, timeout)
	signed.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Pause == nil {
		c.Pause = sleep
	}
	return &Client{base: c.BaseURL, customer: cmp.Or(c.Customer, "my_customer"), http: &signed, pause: c.Pause}
}

// New returns a client that acts as who says, and otherwise is as c says. It
// answers Invalid for a file that is no key file. ctx has to last as long as
// the client.
func New(ctx context.Context, who Credentials, c Config) (*Client, error) {
	signed, err := NewHTTP(ctx, who)
	if err != nil {
		return nil, err
	}
	c.BaseURL, c.HTTP = who.BaseURL, signed
	return c.Client(), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
