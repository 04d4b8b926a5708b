#!/bin/sh
# "apt purge" removes what the gateway has stored, too. The user stays: files of its may be elsewhere.
set -eu
root=${DPKG_ROOT:-}
if [ "${1:-}" = purge ]; then
	rm -rf "$root/var/lib/mqttsn-gateway"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
