package emulators

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// firestoreAnswers asks the Firestore emulator for a document that is not there.
func firestoreAnswers(ctx context.Context, host string) error {
	return get(ctx, "http://"+host+"/v1/projects/demo-ready/databases/(default)/documents/ready/now", http.StatusNotFound)
}

// pubsubAnswers asks the Pub/Sub emulator for the topics of a project.
func pubsubAnswers(ctx context.Context, host string) error {
	return get(ctx, "http://"+host+"/v1/projects/demo-ready/topics", http.StatusOK)
}

func get(ctx context.Context, url string, want int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer owner")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != want {
		return errors.New(fmt.Sprint("answered ", answer.StatusCode))
	}
	return nil
}
