package emulators

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parentVariable makes this test's own program the parent that is killed.
const parentVariable = "EMULATORS_TEST_PARENT"

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	if os.Getenv(parentVariable) != "" {
		p, err := launch(t.Context(), shell(t, "echo up; exec sleep 300", "up"))
		require.NoError(t, err)
		_, err = os.Stdout.WriteString("child " + strconv.Itoa(p.cmd.Process.Pid) + "\n")
		require.NoError(t, err)
		<-p.done
		return
	}
	parent := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	parent.Env = append(os.Environ(), parentVariable+"=1")
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	child := 0
	for lines := bufio.NewScanner(out); child == 0 && lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "child "); ok {
			child, err = strconv.Atoi(id)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, child)
	require.NoError(t, syscall.Kill(child, 0), "the child lives")
	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	require.Eventually(t, func() bool { return dead(child) }, 10*time.Second, 10*time.Millisecond)
}

// dead reports whether a process has ended; one that nobody has waited for yet
// still has an entry.
func dead(id int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(id) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}
