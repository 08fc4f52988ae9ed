package roster

import (
	"encoding/json"
	"fmt"
	"io/fs"
)

// Messages reads what people are told about a format's findings from nl.json
// and en.json: language → code → text. Each text says what is wrong and what
// to do about it.
func Messages(files fs.FS) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"nl", "en"} {
		raw, err := fs.ReadFile(files, lang+".json")
		if err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("read messages in %s: %w", lang, err)
		}
		all[lang] = texts
	}
	return all, nil
}
