package unpack_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/functions/rosterplan/internal/unpack"
	"cool.example/sync/shared/fault"
)

func gzipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(body)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range files {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// limits are small, so that tests are.
func limits() unpack.Limits { return unpack.Limits{Packed: 1 << 20, Unpacked: 4 << 20, Ratio: 100} }

func TestOpen(t *testing.T) {
	t.Parallel()
	file := []byte("<EDEX>inhoud</EDEX>")
	for name, body := range map[string][]byte{
		"bare":                    file,
		"gzip":                    gzipped(t, file),
		"zip":                     zipped(t, map[string][]byte{"EDEX.XML": file}),
		"zip with something else": zipped(t, map[string][]byte{"map/edex.xml": file, "lees mij.txt": []byte("x")}),
		"empty":                   {},
		"shorter than a magic":    []byte("<E"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := unpack.Open(bytes.NewReader(body), limits())
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			want := file
			if len(body) < len(file) {
				want = body
			}
			require.Equal(t, string(want), string(got))
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte("<leerling key=\"1\"/>\n"), 10)
	for name, c := range map[string]struct {
		body []byte
		want error
	}{
		"gzip bomb":             {gzipped(t, make([]byte, 3<<20)), unpack.ErrBomb},
		"zip bomb":              {zipped(t, map[string][]byte{"a.xml": make([]byte, 3<<20)}), unpack.ErrBomb},
		"bare and too large":    {make([]byte, 5<<20), unpack.ErrTooLarge},
		"cut-off gzip":          {gzipped(t, file)[:30], unpack.ErrDamaged},
		"gzip by its magic":     {[]byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, unpack.ErrDamaged},
		"cut-off zip":           {zipped(t, map[string][]byte{"a.xml": file})[:40], unpack.ErrDamaged},
		"two documents":         {zipped(t, map[string][]byte{"a.xml": file, "b.xml": file}), unpack.ErrEntries},
		"no document":           {zipped(t, map[string][]byte{"a.txt": file}), unpack.ErrEntries},
		"an empty zip":          {zipped(t, nil), unpack.ErrEntries},
		"a path out of the zip": {zipped(t, map[string][]byte{"../../etc/passwd": file}), unpack.ErrEntries},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := unpack.Open(bytes.NewReader(c.body), limits())
			if err == nil {
				_, err = io.ReadAll(r)
			}
			require.ErrorIs(t, err, c.want)
			require.NotEmpty(t, fault.Public(c.want))
		})
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("<EDEX/>"))
	f.Add(gzipped(f, []byte("<EDEX/>")))
	f.Add(zipped(f, map[string][]byte{"a.xml": []byte("<EDEX/>")}))
	f.Add(gzipped(f, make([]byte, 1<<20))[:100])
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := unpack.Open(bytes.NewReader(body), limits())
		if err != nil {
			return
		}
		n, _ := io.Copy(io.Discard, r) // any error is fine; the bounds are not passed
		require.LessOrEqual(t, n, limits().Unpacked)
	})
}
