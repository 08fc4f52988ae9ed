package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/privacy"
)

// storedForms lists the stored form of every aggregate.
func storedForms() []any {
	return []any{
		accountDoc{},
		tenantDoc{},
		domainDoc{},
		schoolDoc{},
		groupDoc{},
		nameDoc{},
		sessionDoc{},
		codeDoc{},
		grantDoc{},
		credentialDoc{},
		badgeDoc{},
		sheetDoc{},
		appDoc{},
		connectionDoc{},
		linkDoc{},
		groupLinkDoc{},
		budgetDoc{},
		letterDoc{},
		entryDoc{},
		privateDoc{},
		headDoc{},
		runDoc{},
		laneDoc{},
		slotDoc{},
		tokenDoc{},
		pullDoc{},
		mailDoc{},
		mailboxDoc{},
		usedNameDoc{},
		supervisionDoc{},
		linkRulesDoc{},
		recalculationDoc{},
		rightDoc{},
		binDoc{},
		revisionDoc{},
		ledgerDoc{},
		receiptDoc{},
		backupDoc{},
		restoreDoc{},
	}
}

func TestEveryStoredFieldIsRegistered(t *testing.T) {
	t.Parallel()
	for _, form := range storedForms() {
		t.Run(reflect.TypeOf(form).Name(), func(t *testing.T) {
			t.Parallel()
			registered(t, reflect.TypeOf(form))
		})
	}
}

// registered demands of every field below typ that it names entries of the
// privacy register, or "-" for what says nothing of a person.
func registered(t *testing.T, typ reflect.Type) {
	t.Helper()
	for i := range typ.NumField() {
		field := typ.Field(i)
		require.NotEmpty(t, field.Tag.Get("firestore"), "%s.%s has no stored name", typ.Name(), field.Name)
		inner := field.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]() {
			registered(t, inner)
			if _, own := field.Tag.Lookup("register"); !own {
				continue
			}
		}
		tag, ok := field.Tag.Lookup("register")
		require.True(t, ok, "%s.%s is not in the privacy register", typ.Name(), field.Name)
		if tag == "-" {
			continue
		}
		for _, key := range strings.Split(tag, "|") {
			_, known := privacy.Lookup(key)
			require.True(t, known, "%s.%s names %q, which the privacy register does not know", typ.Name(), field.Name, key)
		}
	}
}
