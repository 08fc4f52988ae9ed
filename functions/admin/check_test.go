package admin_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// page checks that an answer is a whole, sound page and returns its tree.
func page(t *testing.T, a answer, status int) *html.Node {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	balanced(t, a.body)
	root, err := html.Parse(strings.NewReader(a.body))
	require.NoError(t, err)
	require.Len(t, find(root, "title"), 1)
	require.Len(t, find(root, "h1"), 1)
	require.Len(t, find(root, "main"), 1)
	require.NotEmpty(t, text(find(root, "title")[0]))
	require.Contains(t, []string{"nl", "en"}, attr(find(root, "html")[0], "lang"))
	require.NotRegexp(t, regexp.MustCompile(`\b(admin|import|error|finding|signin|start)\.[a-z_]+`), text(find(root, "body")[0]),
		"a text is missing from the catalogue")
	linked(t, root)
	for _, n := range find(root, "") {
		require.Empty(t, attr(n, "style"), "styles stand in the style sheet")
		require.False(t, slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return strings.HasPrefix(a.Key, "on") }))
		require.False(t, n.Data == "style" || (n.Data == "script" && attr(n, "src") == ""), "no inline code")
		require.False(t, n.Data == "th" && attr(n, "scope") == "", "a heading says what it heads")
	}
	return root
}

// linked checks that ids are unique, that references lead somewhere, and that
// every field has a label.
func linked(t *testing.T, root *html.Node) {
	t.Helper()
	ids, labels := map[string]bool{}, map[string]bool{}
	for _, n := range find(root, "") {
		if id := attr(n, "id"); id != "" {
			require.False(t, ids[id], "two elements have the id %s", id)
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = true
		}
	}
	for _, n := range find(root, "") {
		for _, name := range []string{"for", "aria-labelledby"} {
			require.True(t, attr(n, name) == "" || ids[attr(n, name)], "%s=%s leads nowhere", name, attr(n, name))
		}
		if n.Data == "input" && attr(n, "type") != "hidden" {
			require.True(t, labels[attr(n, "id")] || attr(n, "aria-labelledby") != "", "a field without a label")
		}
	}
}

// balanced checks that every element is closed where it should be.
func balanced(t *testing.T, body string) {
	t.Helper()
	require.True(t, strings.HasPrefix(body, "<!doctype html>"))
	void := []string{"meta", "link", "img", "input", "br", "hr", "wbr"}
	var open []string
	for z := html.NewTokenizer(strings.NewReader(body)); z.Next() != html.ErrorToken; {
		token := z.Token()
		switch {
		case token.Type == html.StartTagToken && !slices.Contains(void, token.Data):
			open = append(open, token.Data)
		case token.Type == html.EndTagToken:
			require.NotEmpty(t, open, "</%s> closes nothing", token.Data)
			require.Equal(t, open[len(open)-1], token.Data, "closed out of turn")
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
}

// find returns the elements of this name below n, all of them for "".
func find(n *html.Node, name string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "" || d.Data == name) {
			found = append(found, d)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text returns what stands in n, with single spaces.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// texts returns what stands in each element of this name below n.
func texts(n *html.Node, name string) []string {
	list := []string{}
	for _, e := range find(n, name) {
		list = append(list, text(e))
	}
	return list
}

// show gets a page as somebody who is signed in.
func (s *stage) show(session, path string) *html.Node {
	s.t.Helper()
	return page(s.t, s.do(call{method: http.MethodGet, path: path, session: session}), http.StatusOK)
}
