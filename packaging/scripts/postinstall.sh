#!/bin/sh
# Lets the service read its configuration, and starts it after an installation, and again after an upgrade if it was running.
set -eu
root=${DPKG_ROOT:-}

# The configuration may come to hold passwords: the service may read it, and nobody else.
group=$(sed -n 's/^mqttsn-gateway:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")
chown -R "0:$group" "$root/etc/mqttsn-gateway"
chmod 750 "$root/etc/mqttsn-gateway"
chmod 640 "$root/etc/mqttsn-gateway/gateway.yaml"

command -v systemctl >/dev/null || exit 0

# dpkg gives "configure" and the version that was there before, rpm the number of versions that are installed now.
first=no
case "${1:-}:${2:-}" in
configure: | 1:*) first=yes ;;
esac
[ $first = no ] || systemctl ${root:+--root="$root"} enable mqttsn-gateway.service
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	udevadm control --reload 2>/dev/null || true
	if [ $first = yes ]; then
		systemctl start mqttsn-gateway.service || echo 'mqttsn-gateway did not start: see "journalctl -u mqttsn-gateway"' >&2
	else
		systemctl try-restart mqttsn-gateway.service || true
	fi
fi
