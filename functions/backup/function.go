// Package backup makes the daily backup of every institution, proves it by
// restoring each piece of it into a scratch database, and removes the backups
// whose keys are destroyed. Restoring is for people: see scripts/restore.
package backup

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

func init() { functions.HTTP("Backup", serve.Entry(Open)) }

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	v := vault.Vault{Clock: clock.From(ctx)}
	for name, db := range map[string]**store.DB{"": &v.DB, store.CredentialsDatabase: &v.Credentials, vault.ScratchDatabase: &v.Scratch} {
		var err error
		if *db, err = store.Open(ctx, settings.Store.In(name)); err != nil {
			return nil, err
		}
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: settings.Bucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	v.Bucket, v.Box = bucket, sealer
	routes := New(Deps{Vault: v, Publisher: publisher, Clock: clock.From(ctx)})
	return serve.Outer("backup", event.Only(ctx, settings.Sender, routes)), nil
}
