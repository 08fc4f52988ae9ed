// Package las asks a school's administration system (LAS) for its roster over
// UWLR: SOAP 1.1 over mutual TLS, to public addresses only, within bounds. An
// answer is passed on as it streams in; only its beginning is looked at.
package las

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster/uwlr"
)

// Config says whom to ask and who asks.
type Config struct {
	URL         string
	Certificate []byte         // client certificate with its chain and private key, in PEM
	Roots       *x509.CertPool // whom to trust besides the system's own; nil for nobody else
	Local       bool           // addresses that are not public are allowed: on a developer's machine only
	Now         time.Time
	Limits      Limits
}

// Limits bound what an administration system may cost.
type Limits struct {
	Dial   time.Duration // to connect, and again to agree on TLS
	Header time.Duration // until the answer begins: some systems first gather all of it
	Bytes  int64         // of one answer, unpacked
}

// Usual returns limits for the largest schools there are.
func Usual() Limits {
	return Limits{Dial: 15 * time.Second, Header: 4 * time.Minute, Bytes: 256 << 20}
}

// Client asks one administration system.
type Client struct {
	http   *http.Client
	url    string
	limits Limits
}

// New makes a client. Its error is a *Failure.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, fail(pull.BadAddress, errors.New("not an https address"))
	}
	own, err := certificate(c.Certificate, c.Now)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{ // no proxy: where a request goes is checked when it connects
		DialContext: dialer(c.Limits.Dial, c.Local).DialContext,
		TLSClientConfig: &tls.Config{
			Certificates: []tls.Certificate{own}, RootCAs: c.Roots, MinVersion: tls.VersionTLS12,
		},
		TLSHandshakeTimeout: c.Limits.Dial, ResponseHeaderTimeout: c.Limits.Header,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
	}
	return &Client{url: c.URL, limits: c.Limits, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// certificate reads a client certificate and checks that it is valid now.
func certificate(bundle []byte, now time.Time) (tls.Certificate, error) {
	own, err := tls.X509KeyPair(bundle, bundle)
	if err != nil {
		return own, fail(pull.SecretMissing, errors.New("the client certificate is not in its form")) // its own words may tell of the key
	}
	if now.After(own.Leaf.NotAfter) || now.Before(own.Leaf.NotBefore) {
		return own, fail(pull.CertExpired, errors.New("the client certificate is not valid now"))
	}
	return own, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Answer is an answer that begins as one over UWLR. Body streams all of it,
// from its first byte; its reader fails with a *Failure.
type Answer struct {
	uwlr.Answer
	Body io.ReadCloser
}

// Ask sends one request. Its error is a *Failure, except where ctx ends: that
// is ctx's own.
func (c *Client) Ask(ctx context.Context, r Request) (Answer, error) {
	body, err := r.body()
	if err != nil {
		return Answer{}, fail(pull.BadSettings, err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fail(pull.BadAddress, err)
	}
	q.Header.Set("Content-Type", "text/xml; charset=utf-8")
	q.Header.Set("SOAPAction", `"`+r.Message.action()+`"`)
	q.Header.Set("User-Agent", "COOL-Sync")
	answer, err := c.http.Do(q)
	if err != nil {
		return Answer{}, classify(ctx, err)
	}
	begun, err := c.look(ctx, answer)
	if err != nil {
		return Answer{}, errors.Join(err, answer.Body.Close())
	}
	return begun, nil
}

// look reads the beginning of an answer.
func (c *Client) look(ctx context.Context, answer *http.Response) (Answer, error) {
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		return Answer{}, fail(pull.Redirected, fmt.Errorf("status %d", answer.StatusCode))
	}
	rest := &bounded{ctx: ctx, r: answer.Body, left: c.limits.Bytes}
	var head bytes.Buffer
	begins, err := uwlr.Peek(io.TeeReader(rest, &head))
	switch {
	case errors.Is(err, uwlr.ErrNoAnswer) && answer.StatusCode != http.StatusOK:
		return Answer{}, fail(pull.Refused, fmt.Errorf("status %d", answer.StatusCode))
	case errors.Is(err, uwlr.ErrNoAnswer):
		return Answer{}, fail(pull.NoAnswer, err)
	case err != nil:
		return Answer{}, err
	case begins.Fault != "":
		return Answer{}, fail(pull.Result(begins.Fault), errors.New("answered with a fault"))
	}
	return Answer{Answer: begins, Body: struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&head, rest), answer.Body}}, nil
}

// bounded reads an answer within its bound and says how reading failed.
type bounded struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

// Read reads on.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fail(pull.TooLarge, errors.New("more bytes than the limit"))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = classify(b.ctx, err)
	}
	return n, err
}
