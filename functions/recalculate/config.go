package recalculate

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store  store.Config // the main database
	Sender event.Sender // whose deliveries are accepted
}
