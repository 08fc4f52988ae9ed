package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/inventory"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/school"
)

// quotaSpeed is how much faster the quotas of the fake Workspace run, so that
// a school need not wait as long as a real one.
const quotaSpeed = 20

// user is somebody to sign in as.
type user struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// job is the main job on its way.
type job struct {
	flags
	steps *steps

	stack       *stack.Stack
	app         *demo.Application
	institution demo.Institution
	school      *synthetic.School
	users       map[string]user
	messages    inventory.Messages
	name        string // display name of the pupil who signs in
}

func (j *job) close() {
	if j.app != nil {
		_ = j.app.Stop() // the program ends
	}
	if j.stack != nil {
		_ = j.stack.Stop()
	}
}

// run does what a school does, in order.
func (j *job) run(ctx context.Context) error {
	j.users = map[string]user{}
	for _, step := range []struct {
		name string
		do   func(context.Context) (string, error)
		once bool // only with -once
	}{
		{"start the product", j.start, false},
		{"set up the institution", j.found, false},
		{"import the school", j.importSchool, false},
		{"import guardians", j.importGuardians, false},
		{"pass accounts on to Google Workspace", j.provisioned, false},
		{"issue first passwords", j.issue, false},
		{"sign in and reach the start page", j.signIn, true},
		{"click through to the application", j.singleSignOn, true},
		{"import the same file again", j.importAgain, true},
		{"find nothing that may not be kept", j.search, true},
		{"prove the log", j.prove, true},
	} {
		if step.once && !j.once {
			continue
		}
		if err := j.steps.do(ctx, step.name, step.do); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) start(ctx context.Context) (string, error) {
	var err error
	if j.stack, err = stack.Start(ctx, stack.Options{Port: j.port, Speed: quotaSpeed, Seen: j.messages.See}); err != nil {
		return "", err
	}
	j.app, err = demo.StartApplication(j.stack.URL)
	return j.stack.URL, err
}

// found sets up the demo institution.
func (j *job) found(ctx context.Context) (string, error) {
	code, err := school.NewCode("99XX", "00")
	if err != nil {
		return "", err
	}
	j.school = synthetic.Generate(synthetic.Options{
		Seed: j.seed, Pupils: j.pupils, Code: code, Year: school.YearAt(time.Now()), Forbidden: true,
	})
	j.institution, err = j.stack.Institution(ctx, code, j.app.Registration())
	j.users["admin"] = user{j.institution.Admin, demo.AdminPassword}
	j.users["signatory"] = user{j.institution.Signatory, demo.SignatoryPassword}
	j.users["guardian"] = user{j.institution.Guardian, demo.GuardianPassword}
	return "Stichting De Golfbreker, school De Zeester (99XX00)", err
}

// file returns the school's source file, packed.
func (j *job) file() ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := j.school.WriteEDEXML(z); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// importSchool hands over the file and waits until it is applied.
func (j *job) importSchool(ctx context.Context) (string, error) {
	run, err := j.upload(ctx)
	if err != nil {
		return "", err
	}
	if want := len(j.school.People); run.Counts.Create != want {
		return "", fmt.Errorf("%d accounts were made, not %d", run.Counts.Create, want)
	}
	return fmt.Sprintf("%d accounts, %d findings, %d values left out", run.Counts.Create, run.Counts.Findings, run.Counts.LeftOut), nil
}

// guardiansOf is of how many pupils the guardians are known.
const guardiansOf = 40

// importGuardians hands over a list: EDEXML holds no guardians.
func (j *job) importGuardians(ctx context.Context) (string, error) {
	all := j.school.Guardians(guardiansOf)
	var list bytes.Buffer
	if err := synthetic.WriteGuardians(&list, all); err != nil {
		return "", err
	}
	run, err := browse.Import(ctx, j.stack.URL, j.institution.ImportToken, list.Bytes())
	if err != nil {
		return "", err
	}
	if run.Counts.Create != len(all) || run.Counts.Leave != 0 {
		return "", fmt.Errorf("of %d guardians came %+v", len(all), run.Counts)
	}
	return fmt.Sprintf("%d accounts, from a list", run.Counts.Create), nil
}

func (j *job) importAgain(ctx context.Context) (string, error) {
	run, err := j.upload(ctx)
	if err != nil {
		return "", err
	}
	if c := run.Counts; c.Create+c.Change+c.Leave+c.Return != 0 || c.Unchanged != len(j.school.People) {
		return "", fmt.Errorf("the same file changes something: %+v", c)
	}
	return fmt.Sprintf("%d people unchanged", run.Counts.Unchanged), nil
}

func (j *job) upload(ctx context.Context) (browse.Run, error) {
	packed, err := j.file()
	if err != nil {
		return browse.Run{}, err
	}
	return browse.Import(ctx, j.stack.URL, j.institution.ImportToken, packed)
}

// provisioned waits until everybody exists in the Workspace, in their groups.
func (j *job) provisioned(ctx context.Context) (string, error) {
	want := len(j.school.People)
	for {
		users := j.stack.Google.Users()
		members := 0
		for _, m := range j.stack.Google.Members() {
			members += len(m)
		}
		if len(users) == want && members == j.memberships() {
			break
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	if v := j.stack.Google.Violations(); len(v) > 0 {
		return "", fmt.Errorf("the Directory API would have refused: %s", v[0])
	}
	return fmt.Sprintf("%d users in %d groups", want, len(j.stack.Google.Members())), nil
}

func (j *job) memberships() int {
	n := 0
	for _, p := range j.school.People {
		n += len(p.Groups)
	}
	return n
}

// issue signs in as the administrator and makes the sheet of the first class
// and that of the staff.
func (j *job) issue(ctx context.Context) (string, error) {
	admin, err := browse.New(j.stack.URL)
	if err != nil {
		return "", err
	}
	if err := admin.SignIn(ctx, j.institution.Admin, demo.AdminPassword); err != nil {
		return "", err
	}
	classes, err := admin.Links(ctx, "/admin/", "/admin/groups/")
	if err != nil || len(classes) == 0 {
		return "", fmt.Errorf("the console shows no classes: %w", err)
	}
	pupils, err := admin.Sheet(ctx, classes[0]+"/sheet")
	if err != nil {
		return "", err
	}
	staff, err := admin.Sheet(ctx, "/admin/staff/sheet")
	if err != nil {
		return "", err
	}
	j.users["pupil"], j.name = user{pupils[0].Address, pupils[0].Password}, pupils[0].Name
	j.users["teacher"] = user{staff[0].Address, staff[0].Password}
	return fmt.Sprintf("%d pupils of one class, %d members of staff", len(pupils), len(staff)), nil
}

// prove has the log signed and verified: every entry is the one that was written.
func (j *job) prove(ctx context.Context) (string, error) {
	r, err := j.stack.Verify(ctx, demo.Tenant)
	if err != nil {
		return "", err
	}
	if len(r.Findings) > 0 || r.Signed == 0 {
		return "", fmt.Errorf("the log is not proven: %d entries are as they were signed, %d findings", r.Signed, len(r.Findings)+r.More)
	}
	return fmt.Sprintf("%d entries are as they were signed, %d too young", r.Signed, r.Pending), nil
}

// announce says where to go, on screen and in .local/dev.json.
func (j *job) announce() error {
	secretFile := map[string]any{
		"base_url": j.stack.URL, "tenant": demo.Tenant, "school": demo.School, "import_token": j.institution.ImportToken, "users": j.users,
		"oidc": map[string]string{
			"client_id": string(demo.Tenant) + "." + string(demo.App), "client_secret": j.app.Secret, "redirect_uri": j.app.URL + "/callback",
		},
		"fakes": map[string]string{"google": j.stack.Google.URL(), "sendgrid": j.stack.SendGrid.URL()}, "pid": os.Getpid(),
		"environ": j.environ(), // for scripts/verify-log and scripts/restore
	}
	body, err := json.MarshalIndent(secretFile, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(local, "dev.json"), append(body, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Printf("\nReady after %.1f s: %s\n\n", time.Since(j.steps.begun).Seconds(), j.stack.URL)
	for _, name := range slices.Sorted(keys(j.users)) {
		fmt.Printf("  %-10s %-48s %s\n", name, j.users[name].Username, j.users[name].Password)
	}
	fmt.Printf("\n  application %s\n  import      curl -T school.xml -H 'Authorization: Bearer %s' %s/api/import/v1/files/school.xml\n",
		j.app.URL, j.institution.ImportToken, j.stack.URL)
	fmt.Printf("  mail        %s/mails\n", j.stack.SendGrid.URL())
	fmt.Printf("  proof       scripts/verify-log, of the institution's log\n")
	fmt.Printf("  backups     scripts/restore, which makes, proves and restores them\n")
	fmt.Printf("  log         %s\n\nCtrl-C stops it.\n", filepath.Join(local, "dev.log"))
	return nil
}

// environ returns the variables that lead to the log and what proves it, and to
// backups.
func (j *job) environ() map[string]string {
	found := map[string]string{}
	for _, name := range []string{
		"PROJECT", "NOTARY_BUCKET", "NOTARY_KEY", "BACKUPS_BUCKET", "KMS_KEY", "KMS_HOLD_KEY",
		"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "KMS_ENDPOINT", "SECRET_MANAGER_ENDPOINT",
	} {
		found[name], _ = j.stack.Lookup()(name)
	}
	return found
}

func keys(m map[string]user) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
