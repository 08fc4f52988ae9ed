package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"nil":            {nil, fault.Internal},
		"unclassified":   {io.EOF, fault.Internal},
		"new":            {fault.New(fault.NotFound, "no such class"), fault.NotFound},
		"with context":   {fmt.Errorf("read class: %w", fault.New(fault.Busy, "")), fault.Busy},
		"outermost wins": {fault.As(fault.Invalid, fault.New(fault.Busy, "")), fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, fault.KindOf(c.err))
		})
	}
}

func TestPublicHidesCauses(t *testing.T) {
	t.Parallel()
	secret := errors.New("dial tcp 10.0.0.7: refused")
	require.Empty(t, fault.Public(secret))
	require.Empty(t, fault.Public(fault.As(fault.Busy, secret)))
	require.Equal(t, "Probeer het later opnieuw.",
		fault.Public(fault.As(fault.Busy, fmt.Errorf("call: %w", fault.New(fault.Busy, "Probeer het later opnieuw.")))))
	require.NoError(t, fault.As(fault.Busy, nil))
	require.ErrorIs(t, fault.As(fault.Busy, secret), secret)
}
