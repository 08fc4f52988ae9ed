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
func limits() unpack.Limits {
	return unpack.Limits{Packed: 1 << 20, Unpacked: 4 << 20, Ratio: 100, Entries: 3}
}

// read returns the names and contents of the files within body.
func read(body []byte) (map[string]string, error) {
	files, err := unpack.Files(bytes.NewReader(body), limits())
	if err != nil {
		return nil, err
	}
	got := map[string]string{}
	for _, f := range files {
		for range 2 { // a file may be read again
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			content, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			if err := r.Close(); err != nil {
				return nil, err
			}
			got[f.Name] = string(content)
		}
	}
	return got, nil
}

func TestFiles(t *testing.T) {
	t.Parallel()
	file := []byte("<EDEX>inhoud</EDEX>")
	alone := map[string]string{"": string(file)}
	workbook := zipped(t, map[string][]byte{"[Content_Types].xml": file, "xl/workbook.xml": file})
	for name, c := range map[string]struct {
		body []byte
		want map[string]string
	}{
		"bare":                 {file, alone},
		"gzip":                 {gzipped(t, file), alone},
		"zip":                  {zipped(t, map[string][]byte{"EDEX.XML": file}), map[string]string{"EDEX.XML": string(file)}},
		"a set":                {zipped(t, map[string][]byte{"a.csv": []byte("1"), "b.csv": []byte("2")}), map[string]string{"a.csv": "1", "b.csv": "2"}},
		"a set in a folder":    {zipped(t, map[string][]byte{"export/a.csv": []byte("1"), "export/b.csv": []byte("2")}), map[string]string{"a.csv": "1", "b.csv": "2"}},
		"what a Mac adds":      {zipped(t, map[string][]byte{"a.csv": []byte("1"), "__MACOSX/._a.csv": file, ".DS_Store": file}), map[string]string{"a.csv": "1"}},
		"a zip in gzip":        {gzipped(t, zipped(t, map[string][]byte{"a.csv": []byte("1")})), map[string]string{"a.csv": "1"}},
		"a workbook":           {workbook, map[string]string{"": string(workbook)}},
		"empty":                {nil, map[string]string{"": ""}},
		"shorter than a magic": {[]byte("<E"), map[string]string{"": "<E"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(c.body)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
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
		"a zip bomb in gzip":    {gzipped(t, zipped(t, map[string][]byte{"a.xml": make([]byte, 3<<20)})), unpack.ErrBomb},
		"bare and too large":    {make([]byte, 2<<20), unpack.ErrTooLarge},
		"cut-off gzip":          {gzipped(t, file)[:30], unpack.ErrDamaged},
		"gzip by its magic":     {[]byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, unpack.ErrDamaged},
		"cut-off zip":           {zipped(t, map[string][]byte{"a.xml": file})[:40], unpack.ErrDamaged},
		"an empty zip":          {zipped(t, nil), unpack.ErrEntries},
		"too many files":        {zipped(t, map[string][]byte{"a": file, "b": file, "c": file, "d": file}), unpack.ErrEntries},
		"two folders":           {zipped(t, map[string][]byte{"a/a": file, "b/b": file}), unpack.ErrEntries},
		"a path out of the zip": {zipped(t, map[string][]byte{"../../etc/passwd": file}), unpack.ErrEntries},
		"an absolute path":      {zipped(t, map[string][]byte{"/etc/passwd": file}), unpack.ErrEntries},
		"a Windows path":        {zipped(t, map[string][]byte{`C:\temp\a.csv`: file}), unpack.ErrEntries},
		"a path that turns":     {zipped(t, map[string][]byte{"a/../a.csv": file}), unpack.ErrEntries},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(c.body)
			require.ErrorIs(t, err, c.want)
			require.NotEmpty(t, fault.Public(c.want))
		})
	}
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte("<EDEX/>"))
	f.Add(gzipped(f, []byte("<EDEX/>")))
	f.Add(zipped(f, map[string][]byte{"a.xml": []byte("<EDEX/>")}))
	f.Add(gzipped(f, make([]byte, 1<<20))[:100])
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := read(body)
		if err != nil {
			return
		}
		for name, content := range got {
			require.NotContains(t, name, "/")
			require.LessOrEqual(t, int64(len(content)), limits().Unpacked)
		}
	})
}
