package emulators

import "syscall"

// orphanless puts a child in a group of its own and has the kernel send it a
// signal when the thread that started it dies, however that happens.
func orphanless(signal syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: signal}
}
