package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"cool.example/sync/emulators/space"
	"cool.example/sync/functions"
	"cool.example/sync/functions/admin"
	"cool.example/sync/functions/backup"
	"cool.example/sync/functions/mail"
	"cool.example/sync/functions/notary"
	"cool.example/sync/functions/provisiongoogle"
	"cool.example/sync/functions/recalculate"
	"cool.example/sync/functions/rosterapply"
	"cool.example/sync/functions/rosterplan"
	"cool.example/sync/functions/rosterpull"
	"cool.example/sync/functions/signin"
	"cool.example/sync/functions/sso"
	"cool.example/sync/functions/start"
	"cool.example/sync/functions/sweep"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
)

// opener connects a function as its own program does in the cloud.
type opener func(context.Context, config.Lookup) (http.Handler, error)

func openers() map[string]opener {
	return map[string]opener{
		"admin": admin.Open, "backup": backup.Open, "mail": mail.Open, "notary": notary.Open, "provisiongoogle": provisiongoogle.Open, "recalculate": recalculate.Open,
		"rosterapply": rosterapply.Open, "rosterplan": rosterplan.Open, "rosterpull": rosterpull.Open,
		"signin": signin.Open, "sso": sso.Open, "start": start.Open, "sweep": sweep.Open,
	}
}

// open opens every function that the routes name.
func (s *Stack) open(ctx context.Context, routes []functions.Route) (map[string]http.Handler, error) {
	handlers := map[string]http.Handler{}
	for _, route := range routes {
		if handlers[route.Function] != nil {
			continue
		}
		open, ok := openers()[route.Function]
		if !ok {
			return nil, fmt.Errorf("routes.json names a function that does not exist: %s", route.Function)
		}
		h, err := open(clock.With(context.WithoutCancel(ctx), s.clock), s.Lookup())
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", route.Function, err)
		}
		handlers[route.Function] = h
	}
	return handlers, nil
}

// balance routes requests by the longest prefix, as the load balancer does.
// What no route covers goes to the start function, which says that nothing is
// there.
func balance(routes []functions.Route, handlers map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		best := functions.Route{}
		for _, route := range routes {
			if route.Kind == functions.HTTP && covers(route.Prefix, r.URL.Path) && len(route.Prefix) > len(best.Prefix) {
				best = route
			}
		}
		if best.Function == "" || r.URL.Path == "/health" {
			http.NotFound(w, r)
			return
		}
		handlers[best.Function].ServeHTTP(w, r)
	})
}

// covers reports whether a prefix covers a path: itself, and what lies below it.
func covers(prefix, path string) bool {
	if strings.HasSuffix(prefix, "/") {
		return strings.HasPrefix(path, prefix)
	}
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// subscribe makes every topic and has it pushed to its function.
func (s *Stack) subscribe(ctx context.Context, routes []functions.Route, r *relay) error {
	made := map[string]bool{}
	for _, route := range routes {
		if route.Kind == functions.HTTP {
			continue
		}
		if !made[route.Topic] { // several functions may listen to one timer
			if err := s.Space.Topics(ctx, route.Topic); err != nil {
				return err
			}
		}
		made[route.Topic] = true
		err := s.Space.Push(ctx, space.Subscription{
			Topic: route.Topic, Name: route.Function + "-" + route.Topic,
			Address: r.url() + "/push/" + route.Function + "/" + route.Topic,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Tick has a function that listens to a timer do its work once, and returns when
// that is done.
func (s *Stack) Tick(ctx context.Context, timer, function string) error {
	const message = `{"message":{"data":"e30=","messageId":"tick"}}` // {} within
	for _, route := range s.routes {
		if route.Kind != functions.Tick || route.Topic != timer || route.Function != function {
			continue
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.relay.url()+"/push/"+route.Function+"/"+timer, strings.NewReader(message))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return fmt.Errorf("tick %s of %s: %w", timer, route.Function, err)
		}
		if err := answer.Body.Close(); err != nil || answer.StatusCode >= http.StatusMultipleChoices {
			return errors.Join(fmt.Errorf("tick %s of %s: answered %d", timer, route.Function, answer.StatusCode), err)
		}
	}
	return nil
}

// tick publishes the timers' messages, as the scheduler does.
func (s *Stack) tick(ctx context.Context, routes []functions.Route, hurry time.Duration) error {
	client, err := pubsub.NewClient(ctx, s.Space.Project)
	if err != nil {
		return err
	}
	ticking := map[string]bool{}
	for _, route := range routes {
		if route.Kind != functions.Tick || ticking[route.Topic] {
			continue
		}
		ticking[route.Topic] = true
		every, err := time.ParseDuration(route.Every)
		if err != nil {
			return fmt.Errorf("routes.json: every of %s: %w", route.Topic, err)
		}
		if hurry > 0 && every <= time.Minute {
			every = hurry
		}
		publisher := client.Publisher(route.Topic)
		go func() {
			t := time.NewTicker(every)
			defer t.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-t.C:
					publisher.Publish(ctx, &pubsub.Message{Data: []byte("{}")})
				}
			}
		}()
	}
	return nil
}
