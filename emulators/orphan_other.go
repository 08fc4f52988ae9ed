//go:build !linux

package emulators

import "syscall"

// orphanless puts a child in a group of its own. Only Linux can also tell it
// that its parent has died.
func orphanless(syscall.Signal) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
