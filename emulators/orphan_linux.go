package emulators

import "syscall"

// orphanless puts a child in a group of its own and has the kernel end it
// when this process dies, however that happens.
func orphanless() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
