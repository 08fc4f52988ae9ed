package emulators

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// firestoreAnswers asks the Firestore emulator for the collections of a
// project, as a server does, which rules do not bind.
func firestoreAnswers(ctx context.Context, host string) error {
	return succeed(ctx, http.MethodPost, "http://"+host+"/v1/projects/demo-ready/databases/(default)/documents:listCollectionIds")
}

// pubsubAnswers asks the Pub/Sub emulator for the topics of a project.
func pubsubAnswers(ctx context.Context, host string) error {
	return succeed(ctx, http.MethodGet, "http://"+host+"/v1/projects/demo-ready/topics")
}

// succeed sends a request and wants 200 for an answer.
func succeed(ctx context.Context, method, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	body := io.Reader(http.NoBody)
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer owner")
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	return nil
}
