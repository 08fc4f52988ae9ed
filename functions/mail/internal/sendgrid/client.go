// Package sendgrid hands mails to SendGrid's v3 Mail Send API:
// https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send.
package sendgrid

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/mail"
	"strings"
	"sync/atomic"
	"time"

	"cool.example/sync/shared/fault"
)

// Europe is where mails are handled within the European Union. Its keys are
// those of an EU subuser.
const Europe = "https://api.eu.sendgrid.com"

// ErrUnheard says that a mail went out and no answer came: SendGrid may have
// taken it on.
var ErrUnheard = errors.New("sendgrid did not say whether it has the mail")

// Answer is a status other than success. Its kind is Busy where SendGrid may
// take on the same mail later, else Invalid.
type Answer struct{ Status int }

// Error says the status. What SendGrid says beside it may hold an address, and
// is left out.
func (a *Answer) Error() string { return fmt.Sprintf("sendgrid answered %d", a.Status) }

// Mail is one mail to one person.
type Mail struct {
	From    mail.Address
	To      string // the address alone: no name goes along
	Subject string
	Text    string
	HTML    string
}

// Client sends mails.
type Client struct {
	base string
	http *http.Client
}

// answerMost bounds what is read of an answer, so that its connection can be
// used again.
const answerMost = 64 << 10

// New returns a client of the API at base. It waits for an answer no longer
// than patience, and follows no redirect: the key is for base alone.
func New(base string, patience time.Duration) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), http: &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send hands over m. It answers nil where SendGrid has taken it on, an *Answer
// where it has not, ErrUnheard where that is not known, and Busy where SendGrid
// was not reached.
func (c *Client) Send(ctx context.Context, key []byte, m Mail) error {
	body, err := json.Marshal(wire(m))
	if err != nil {
		return err
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/v3/mail/send", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+string(bytes.TrimSpace(key)))
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	switch {
	case err != nil && sent.Load():
		return fmt.Errorf("%w: %w", ErrUnheard, err)
	case err != nil:
		return fault.As(fault.Busy, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, answerMost)) // the status says it all
	switch s := answer.StatusCode; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests || s == http.StatusRequestTimeout || s >= 500:
		return fault.As(fault.Busy, &Answer{s})
	default:
		return fault.As(fault.Invalid, &Answer{s})
	}
}

// message is the body of the request.
type message struct {
	Personalizations []envelope `json:"personalizations"`
	From             address    `json:"from"`
	Subject          string     `json:"subject"`
	Content          []content  `json:"content"`
	Tracking         tracking   `json:"tracking_settings"`
}

type envelope struct {
	To []address `json:"to"`
}

type address struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
}

type content struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// tracking is all off: nobody is watched, and links stay as they are written.
type tracking struct {
	Click        clicks `json:"click_tracking"`
	Open         off    `json:"open_tracking"`
	Subscription off    `json:"subscription_tracking"`
	Analytics    off    `json:"ganalytics"`
}

type clicks struct {
	Enable     bool `json:"enable"`
	EnableText bool `json:"enable_text"`
}

type off struct {
	Enable bool `json:"enable"`
}

// wire returns m in SendGrid's form. The plain text has to come first.
func wire(m Mail) message {
	return message{
		Personalizations: []envelope{{To: []address{{Email: m.To}}}},
		From:             address{Email: m.From.Address, Name: m.From.Name},
		Subject:          m.Subject,
		Content:          []content{{"text/plain", m.Text}, {"text/html", m.HTML}},
	}
}
