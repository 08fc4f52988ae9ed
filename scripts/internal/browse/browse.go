// Package browse uses the product as a person with a browser and a school's
// administration system do: over HTTP, through pages and forms.
package browse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Browser keeps cookies and follows redirects.
type Browser struct {
	base string
	http *http.Client
}

// New returns a browser for the product at base.
func New(base string) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Browser{base: base, http: &http.Client{Jar: jar, Timeout: time.Minute}}, nil
}

// Page is an answer: where the browser ended, and what it shows.
type Page struct {
	URL    *url.URL
	Status int
	Root   *html.Node
}

// Get opens an address, relative to the product's or absolute.
func (b *Browser) Get(ctx context.Context, address string) (Page, error) {
	return b.do(ctx, http.MethodGet, address, nil)
}

// Post sends a form.
func (b *Browser) Post(ctx context.Context, address string, form url.Values) (Page, error) {
	return b.do(ctx, http.MethodPost, address, form)
}

func (b *Browser) do(ctx context.Context, method, address string, form url.Values) (Page, error) {
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return Page{}, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.base)
	}
	answer, err := b.http.Do(r)
	if err != nil {
		return Page{}, err
	}
	defer answer.Body.Close()
	root, err := html.Parse(answer.Body)
	return Page{answer.Request.URL, answer.StatusCode, root}, err
}

// SignIn fills in the sign-in form and fails where the product does not let
// the person in.
func (b *Browser) SignIn(ctx context.Context, name, password string) error {
	p, err := b.Post(ctx, "/login", url.Values{"name": {name}, "password": {password}, "next": {"/"}})
	if err != nil {
		return err
	}
	if p.Status != http.StatusOK {
		return fmt.Errorf("sign-in was answered %d", p.Status)
	}
	return nil
}

// Links returns the addresses on a page that begin with prefix.
func (b *Browser) Links(ctx context.Context, address, prefix string) ([]string, error) {
	p, err := b.Get(ctx, address)
	if err != nil {
		return nil, err
	}
	if p.Status != http.StatusOK {
		return nil, fmt.Errorf("%s was answered %d", address, p.Status)
	}
	var links []string
	for n := range p.Root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(Attribute(n, "href"), prefix) {
			links = append(links, Attribute(n, "href"))
		}
	}
	return links, nil
}

// Card is one card of a password sheet. Badge is the code of its badge, "" where
// it has none.
type Card struct{ Name, Address, Password, Badge string }

// SignInByBadge types the code of a badge and fails where the product does not
// let the person in.
func (b *Browser) SignInByBadge(ctx context.Context, code string) error {
	p, err := b.Post(ctx, "/badge", url.Values{"code": {code}, "next": {"/"}})
	if err != nil {
		return err
	}
	if p.Status != http.StatusOK {
		return fmt.Errorf("sign-in by badge was answered %d", p.Status)
	}
	return nil
}

// Sheet asks for a password sheet and reads its cards.
func (b *Browser) Sheet(ctx context.Context, address string) ([]Card, error) {
	p, err := b.Post(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	var cards []Card
	for n := range p.Root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "li" && Attribute(n, "class") == "card" {
			var c Card
			var codes []string
			for inner := range n.Descendants() {
				switch {
				case inner.Data == "h2":
					c.Name = Text(inner)
				case Attribute(inner, "class") == "badge":
					c.Badge = Text(inner)
				case Attribute(inner, "class") == "code":
					codes = append(codes, Text(inner))
				}
			}
			if len(codes) != 2 {
				return nil, errors.New("a card does not show an address and a password")
			}
			c.Address, c.Password = codes[0], codes[1]
			cards = append(cards, c)
		}
	}
	if len(cards) == 0 {
		return nil, fmt.Errorf("%s was answered %d without cards", address, p.Status)
	}
	return cards, nil
}

// Attribute returns an attribute of an element, "" where it has none.
func Attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Text returns the text within a node.
func Text(n *html.Node) string {
	var b strings.Builder
	for inner := range n.Descendants() {
		if inner.Type == html.TextNode {
			b.WriteString(inner.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// Run is an import as the API shows it.
type Run struct {
	ID       string         `json:"id"`
	Status   string         `json:"status"`
	Format   string         `json:"format"`
	PlanHash string         `json:"plan_hash"`
	LeftOut  map[string]int `json:"left_out"`
	Counts   struct {
		Create    int `json:"create"`
		Change    int `json:"change"`
		Move      int `json:"move"`
		Leave     int `json:"leave"`
		Return    int `json:"return"`
		Match     int `json:"match"`
		Prepare   int `json:"prepare"`
		Unchanged int `json:"unchanged"`
		Findings  int `json:"findings"`
		LeftOut   int `json:"left_out"`
	} `json:"counts"`
	Held     []string `json:"held"`
	Findings []struct {
		File     string `json:"file"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Field    string `json:"field"`
		Severity string `json:"severity"`
		Code     string `json:"code"`
		Message  string `json:"message"`
	} `json:"findings"`
}

// Hand hands over a file as an administration system does and returns the
// status and body of the answer.
func Hand(ctx context.Context, base, token string, body io.Reader) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, base+"/api/import/v1/files/school.xml.gz", body)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	return answer.StatusCode, raw, err
}

// Look returns the status of the answer that shows a run, and the run.
func Look(ctx context.Context, base, token, id string) (int, Run, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/import/v1/files/"+id, nil)
	if err != nil {
		return 0, Run{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, Run{}, err
	}
	var run struct {
		Run
		Status any `json:"status"` // of a problem answer it is a number
	}
	err = json.NewDecoder(answer.Body).Decode(&run)
	run.Run.Status, _ = run.Status.(string)
	return answer.StatusCode, run.Run, errors.Join(err, answer.Body.Close())
}

// Watch returns a run as soon as its status is one of ends.
func Watch(ctx context.Context, base, token, id string, ends ...string) (Run, error) {
	for {
		_, run, err := Look(ctx, base, token, id)
		if err != nil {
			return Run{}, err
		}
		for _, end := range ends {
			if run.Status == end {
				return run, nil
			}
		}
		select {
		case <-ctx.Done():
			return run, fmt.Errorf("the import is %s: %w", run.Status, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Import hands over a file and waits until it is applied.
func Import(ctx context.Context, base, token string, body []byte) (Run, error) {
	status, raw, err := Hand(ctx, base, token, bytes.NewReader(body))
	if err != nil {
		return Run{}, err
	}
	var accepted struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(raw, &accepted); err != nil || status != http.StatusAccepted {
		return Run{}, fmt.Errorf("the file was answered %d: %s", status, raw)
	}
	run, err := Watch(ctx, base, token, accepted.ID, "applied", "refused", "waiting")
	if err == nil && run.Status != "applied" {
		return run, fmt.Errorf("the import ended as %s: %+v", run.Status, run.Findings)
	}
	return run, err
}
