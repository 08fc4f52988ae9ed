package inventory

import (
	"bytes"
	"encoding/json"
	"sync"
)

// Messages is everything that was delivered, for a search through it. The zero
// value is empty.
type Messages struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// See keeps a push: as it came, and the body in its envelope.
func (m *Messages) See(push []byte) {
	var envelope struct {
		Message struct {
			Data []byte `json:"data"`
		} `json:"message"`
	}
	_ = json.Unmarshal(push, &envelope) // what is no envelope is kept as it came
	m.mu.Lock()
	defer m.mu.Unlock()
	m.b.Write(push)
	m.b.Write(envelope.Message.Data)
}

// String returns everything that was delivered so far.
func (m *Messages) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.String()
}
