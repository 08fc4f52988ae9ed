package annex

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsCalledBuiltIs(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		_, err := os.Stat("../../../functions/" + p.function)
		require.Equal(t, p.built, err == nil, p.name)
	}
	var code strings.Builder
	for _, name := range []string{"../../../go.mod", "../../../functions/routes.json"} {
		body, err := os.ReadFile(name)
		require.NoError(t, err)
		code.Write(body)
	}
	for _, s := range subprocessors() {
		_, err := os.Stat("../../../functions/mail/internal/" + s.module)
		require.Equal(t, s.used, s.module == "" || err == nil || strings.Contains(code.String(), "/"+s.module), s.name)
	}
}
