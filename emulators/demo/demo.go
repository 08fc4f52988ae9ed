// Package demo sets up the demo institution: invented, like everybody in it.
// Its pupils and staff come through a real import; what no source file brings
// is made here by hand: the institution, its administrator, signatory and
// guardians, an application, and the connection with Google Workspace.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/upload"
)

// The demo institution. Its passwords are in the open: it holds nobody.
const (
	Tenant = tenant.ID("golfbreker")
	School = school.ID("zeester")
	App    = app.ID("rekentuin")

	AdminPassword     = "zeester-anker-vlieger-42"
	SignatoryPassword = "schelp-haven-molen-sterk-17"
	GuardianPassword  = "parel-lantaarn-oever-tuin-58"
)

// Config says what to set up.
type Config struct {
	Database    *store.DB
	Credentials *store.DB
	Index       seal.Index
	Vault       credential.Vault
	Domains     tenant.Domains
	Code        school.Code
	Sector      school.Sector
	Workspace   connection.Connection
	Application app.App // its ID is set here
	Now         time.Time
}

// Institution is what was set up.
type Institution struct {
	ImportToken string
	Admin       string // addresses to sign in with
	Signatory   string
	Guardian    string
}

// Create sets up the institution. Creating it again fails.
func Create(ctx context.Context, c Config) (Institution, error) {
	in := Institution{ImportToken: upload.NewToken(Tenant)}
	_, hash, err := upload.ParseToken(in.ImportToken)
	if err != nil {
		return in, err
	}
	db := c.Database
	c.Application.ID = App
	err = errors.Join(
		db.Tenants().Create(ctx, Tenant, Tenant, tenant.Tenant{
			ID: Tenant, Name: "Stichting De Golfbreker", Domains: c.Domains, Modules: []tenant.Module{tenant.Start, tenant.Google},
		}),
		db.Schools().Create(ctx, Tenant, School, school.School{ID: School, Name: "De Zeester", Code: c.Code, Sector: c.Sector}),
		db.Tokens().Create(ctx, Tenant, store.TokenID(hash), store.Token{School: School, Created: c.Now}),
		db.Connections().Create(ctx, Tenant, c.Workspace.ID, c.Workspace),
		db.Apps().Create(ctx, Tenant, App, c.Application),
	)
	for _, domain := range []string{c.Domains.Pupils, c.Domains.Staff, c.Domains.Guardians} {
		err = errors.Join(err, db.Domains().Create(ctx, Tenant, store.Domain(domain), Tenant))
	}
	if err != nil {
		return in, fmt.Errorf("set up the institution: %w", err)
	}
	for _, p := range c.people() {
		address, err := c.person(ctx, p)
		if err != nil {
			return in, fmt.Errorf("add a person: %w", err)
		}
		*p.into(&in) = address
	}
	return in, nil
}

// hand is a person who is added by hand.
type hand struct {
	kind     person.Kind
	name     person.Name
	email    string
	password string
	roles    []access.Role
	into     func(*Institution) *string
}

func (c Config) people() []hand {
	return []hand{
		{
			person.Staff,
			person.Name{Call: "Marijke", Initials: "M", Surname: "Zeeman"},
			"", AdminPassword,
			[]access.Role{access.Admin},
			func(in *Institution) *string { return &in.Admin },
		},
		{
			person.Staff,
			person.Name{Call: "Gerard", Initials: "G", Infix: "van", Surname: "Duinen"},
			"", SignatoryPassword,
			[]access.Role{access.Signatory},
			func(in *Institution) *string { return &in.Signatory },
		},
		{
			person.Guardian,
			person.Name{Call: "Hatice", Initials: "H", Surname: "Yıldız"},
			"hatice@example.org", GuardianPassword,
			nil, func(in *Institution) *string { return &in.Guardian },
		},
	}
}

// person makes one account with its name, credential and log entry.
func (c Config) person(ctx context.Context, p hand) (string, error) {
	domain := c.Domains.Staff
	if p.kind == person.Guardian {
		domain = c.Domains.Guardians
	}
	a := account.Account{
		ID: account.NewID(), Kind: p.kind, State: account.Active, Source: account.Source{Name: p.name, Email: p.email},
		Memberships: []account.Membership{{School: School}}, Own: account.Own{Roles: p.roles}, Epoch: 1, Version: 1, Changed: c.Now,
	}
	a.Username = naming.Username(p.name, func(string) bool { return false })
	a.Address = a.Username + "@" + domain
	a.Digest = a.Imported()
	made, err := c.Vault.Issue(ctx, Tenant, a.ID, p.password, c.Now)
	if err != nil {
		return "", err
	}
	if err := c.Credentials.Credentials().Create(ctx, Tenant, a.ID, made); err != nil {
		return "", err
	}
	entry := audit.New(c.Now, audit.Actor{System: "demo"}, audit.PasswordSet, a.ID)
	return a.Address, c.Database.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			c.Database.Names().CreateTx(tx, Tenant, store.NameID(c.Index.Of(Tenant, "address", a.Address)), a.ID),
			c.Database.Accounts().CreateTx(tx, Tenant, a.ID, a),
			c.Database.Log().CreateTx(tx, Tenant, entry.ID, entry),
		)
	})
}
