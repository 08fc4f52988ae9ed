package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// Static serves files under names that carry a hash of their content, so that
// a browser may keep each for ever.
type Static struct {
	paths map[string]string // "style.css" → "/static/style.0123456789ab.css"
	files map[string]file   // by path
}

type file struct {
	kind string
	body []byte
}

// NewStatic reads every file below folder of files.
func NewStatic(files fs.FS, folder string) (*Static, error) {
	s := &Static{paths: map[string]string{}, files: map[string]file{}}
	err := fs.WalkDir(files, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		short, ext := strings.TrimPrefix(name, folder+"/"), path.Ext(name)
		at := "/static/" + strings.TrimSuffix(short, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		s.paths[short] = at
		s.files[at] = file{kind: mime.TypeByExtension(ext), body: body}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	return s, nil
}

// Path returns the address of a file; a template that names none fails to render.
func (s *Static) Path(name string) (string, error) {
	at, ok := s.paths[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return at, nil
}

// ServeHTTP answers with a file, or 404.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(f.body)
}
