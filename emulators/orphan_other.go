//go:build !linux

package emulators

import "syscall"

// orphanless puts a child in a group of its own.
func orphanless() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
