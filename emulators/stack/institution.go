package stack

import (
	"context"
	"time"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Institution sets up the demo institution in the running product, with a
// school of this code and an application.
func (s *Stack) Institution(ctx context.Context, code school.Code, application app.App) (demo.Institution, error) {
	db, err := s.Database(ctx, "")
	if err != nil {
		return demo.Institution{}, err
	}
	defer db.Close()
	credentials, err := s.Database(ctx, store.CredentialsDatabase)
	if err != nil {
		return demo.Institution{}, err
	}
	defer credentials.Close()
	index, vault, err := s.vault(ctx)
	if err != nil {
		return demo.Institution{}, err
	}
	return demo.Create(ctx, demo.Config{
		Database: db, Credentials: credentials, Index: index, Vault: vault, Code: code, Sector: school.PO, Now: time.Now(),
		Domains: tenant.Domains{Pupils: PupilDomain, Staff: StaffDomain, Guardians: GuardianDomain},
		Workspace: connection.Connection{
			ID: connection.ID(connection.Google), Target: connection.Google, On: true,
			Customer: WorkspaceCustomer, Admin: WorkspaceAdmin, Secret: "google-workspace",
		},
		Application: application,
	})
}

// vault opens what the institution's people are found and verified by, with
// the functions' own secrets.
func (s *Stack) vault(ctx context.Context) (seal.Index, credential.Vault, error) {
	secrets, err := secret.Open(ctx, secret.Config{Project: s.Space.Project, Endpoint: s.env["SECRET_MANAGER_ENDPOINT"]})
	if err != nil {
		return seal.Index{}, credential.Vault{}, err
	}
	defer secrets.Close()
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return seal.Index{}, credential.Vault{}, err
	}
	index, err := seal.NewIndex(key)
	if err != nil {
		return seal.Index{}, credential.Vault{}, err
	}
	versions, err := secrets.All(ctx, "verifier-key")
	if err != nil {
		return seal.Index{}, credential.Vault{}, err
	}
	ring, err := seal.NewRing("verifier", versions)
	if err != nil {
		return seal.Index{}, credential.Vault{}, err
	}
	params := credential.Default()
	if s.argon > 0 {
		params.Memory = s.argon
	}
	return index, credential.Vault{Hasher: credential.NewHasher(params), Ring: ring}, nil
}
