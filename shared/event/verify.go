package event

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Sender says whose deliveries a function accepts. Pub/Sub signs every push
// with an OpenID Connect token of the subscription's service account:
// https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions.
type Sender struct {
	Audience string `env:"PUSH_AUDIENCE"`        // the audience that the subscriptions are set to
	Account  string `env:"PUSH_SERVICE_ACCOUNT"` // e-mail of the subscriptions' service account
	Issuer   string `env:"PUSH_ISSUER,optional"`
	Keys     string `env:"PUSH_KEYS,optional"` // JWKS address of the issuer
}

// GoogleSender returns a Sender whose issuer is Google; Audience and Account
// are to be filled in.
func GoogleSender() Sender {
	return Sender{Issuer: "https://accounts.google.com", Keys: "https://www.googleapis.com/oauth2/v3/certs"}
}

// Only lets deliveries of s through to next and answers 401 to all others.
func Only(ctx context.Context, s Sender, next http.Handler) http.Handler {
	verifier := oidc.NewVerifier(s.Issuer, oidc.NewRemoteKeySet(ctx, s.Keys), &oidc.Config{ClientID: s.Audience})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verify(r, verifier, s.Account); err != "" {
			slog.WarnContext(r.Context(), "push refused", "reason", err)
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// verify returns why a delivery is refused, "" where it is good.
func verify(r *http.Request, verifier *oidc.IDTokenVerifier, account string) string {
	raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "no token"
	}
	token, err := verifier.Verify(r.Context(), raw)
	if err != nil {
		return "token does not verify"
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil || !claims.Verified || claims.Email != account {
		return "token of another account"
	}
	return ""
}
