#!/bin/sh
# Stops the service before it is removed; an upgrade leaves it running until the new version is there.
set -eu
root=${DPKG_ROOT:-}
case "${1:-}" in
remove | deconfigure | 0) ;; # dpkg's words, rpm's number of versions that stay
*) exit 0 ;;
esac
command -v systemctl >/dev/null || exit 0
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl stop mqttsn-gateway.service || true
fi
systemctl ${root:+--root="$root"} disable mqttsn-gateway.service || true
