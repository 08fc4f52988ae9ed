package las

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"cool.example/sync/shared/pull"
)

// dialer connects to public addresses only. It judges the address that a name
// was resolved to, right before connecting to it, so that no name can lead to
// another place than was judged.
func dialer(patience time.Duration, local bool) *net.Dialer {
	return &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !(local || public(to.Addr())) {
			return fail(pull.BadAddress, errors.New("not a public address"))
		}
		return nil
	}}
}

// reserved are the blocks of the IANA registries of special-purpose addresses
// that package netip does not know, and those that carry an IPv4 address
// within an IPv6 one.
func reserved() []string {
	return []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	}
}

// public reports whether an address is one of the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, block := range reserved() {
		if netip.MustParsePrefix(block).Contains(a) {
			return false
		}
	}
	return true
}
