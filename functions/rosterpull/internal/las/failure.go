package las

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"os"

	"cool.example/sync/shared/pull"
)

// Failure says how asking ended where no answer came.
type Failure struct {
	Result pull.Result
	Err    error // for the log; it holds nothing that was sent or received
}

// Error returns the text for logs.
func (f *Failure) Error() string { return string(f.Result) + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

func fail(r pull.Result, err error) error { return &Failure{Result: r, Err: err} }

// classify says what an error of the connection stands for.
func classify(ctx context.Context, err error) error {
	if known, ok := errors.AsType[*Failure](err); ok {
		return known
	}
	if around, ok := errors.AsType[*url.Error](err); ok {
		err = around.Err // an address may hold what no log should
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return context.Cause(ctx)
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return fail(pull.BadServer, err)
	}
	// The other side's alert: it comes in the handshake, or with TLS 1.3 at the first read.
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return fail(pull.CertRefused, err)
	}
	timeout, ok := errors.AsType[net.Error](err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || (ok && timeout.Timeout()) {
		return fail(pull.Slow, err)
	}
	return fail(pull.Unreachable, err)
}
