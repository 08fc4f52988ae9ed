package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// Document is a document as it is stored. Fields hold nil, bool, int64, float64,
// string, []byte, time.Time, []any and map[string]any, at any depth: what the
// database knows, but for places on earth and references, which nothing uses.
type Document struct {
	Path   string // its table and its id: "accounts/a1"
	Fields map[string]any
}

// line is the form of a document in a backup. A document is in the clear within
// its piece, or sealed under the key of an earlier day.
type line struct {
	Path   string         `json:"p,omitempty"`
	Fields map[string]any `json:"f,omitempty"`
	Key    []byte         `json:"k,omitempty"` // a data key, wrapped by the key of that day
	Sealed []byte         `json:"s,omitempty"` // another line, sealed under it
}

// Sealed is a document that only the key of an earlier day opens.
type Sealed struct{ Key, Body []byte }

// MarshalDocument returns d as a line of a piece, without its end. Equal
// documents have equal lines. It fails for a field that no backup can hold.
func MarshalDocument(d Document) ([]byte, error) {
	fields, err := encodeMap(d.Fields)
	if err != nil {
		return nil, err
	}
	return json.Marshal(line{Path: d.Path, Fields: fields})
}

// MarshalSealed returns s as a line of a piece.
func MarshalSealed(s Sealed) ([]byte, error) { return json.Marshal(line{Key: s.Key, Sealed: s.Body}) }

// ParseLine reads a line: a document, or one that is sealed. It answers
// ErrDamaged for anything else.
func ParseLine(raw []byte) (Document, Sealed, error) {
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return Document{}, Sealed{}, fmt.Errorf("%w: a line cannot be read", ErrDamaged)
	}
	if len(l.Sealed) > 0 && l.Path == "" {
		return Document{}, Sealed{l.Key, l.Sealed}, nil
	}
	if l.Path == "" {
		return Document{}, Sealed{}, fmt.Errorf("%w: a line holds no document", ErrDamaged)
	}
	fields, err := decodeMap(l.Fields)
	if err != nil {
		return Document{}, Sealed{}, fmt.Errorf("%w: a document cannot be read: %w", ErrDamaged, err)
	}
	return Document{Path: l.Path, Fields: fields}, Sealed{}, nil
}

// errType says that a value has no form in a backup.
var errType = errors.New("a field holds what no backup can")

// encode returns v as JSON can hold it: what JSON has no type for is an object
// of one member, whose name is the type.
func encode(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, errType
		}
		return v, nil
	case int64:
		return map[string]any{"i": strconv.FormatInt(v, 10)}, nil
	case float64:
		return map[string]any{"d": strconv.FormatUint(math.Float64bits(v), 16)}, nil
	case time.Time:
		return map[string]any{"t": v.UTC().Format(time.RFC3339Nano)}, nil
	case []byte:
		return map[string]any{"b": base64.StdEncoding.EncodeToString(v)}, nil
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			var err error
			if list[i], err = encode(x); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		fields, err := encodeMap(v)
		return map[string]any{"m": fields}, err
	default:
		return nil, fmt.Errorf("%w: %T", errType, v)
	}
}

func encodeMap(m map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for name, v := range m {
		x, err := encode(v)
		if err != nil || !utf8.ValidString(name) {
			return nil, errors.Join(err, errType)
		}
		out[name] = x
	}
	return out, nil
}

// decode is the reverse of encode.
func decode(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			var err error
			if list[i], err = decode(x); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		if len(v) == 1 {
			for kind, x := range v {
				return decodeAs(kind, x)
			}
		}
	}
	return nil, errType
}

func decodeAs(kind string, v any) (any, error) {
	if m, ok := v.(map[string]any); ok && kind == "m" {
		return decodeMap(m)
	}
	text, ok := v.(string)
	if !ok {
		return nil, errType
	}
	switch kind {
	case "i":
		return strconv.ParseInt(text, 10, 64)
	case "d":
		bits, err := strconv.ParseUint(text, 16, 64)
		return math.Float64frombits(bits), err
	case "t":
		at, err := time.Parse(time.RFC3339Nano, text)
		return at.UTC(), err
	case "b":
		return base64.StdEncoding.DecodeString(text)
	default:
		return nil, errType
	}
}

func decodeMap(m map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for name, v := range m {
		x, err := decode(v)
		if err != nil {
			return nil, err
		}
		out[name] = x
	}
	return out, nil
}
