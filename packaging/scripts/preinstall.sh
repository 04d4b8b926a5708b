#!/bin/sh
# Makes the user that the service runs as. DPKG_ROOT is where dpkg installs to, if not to the running system.
set -eu
root=${DPKG_ROOT:-}
if ! grep -qs '^mqttsn-gateway:' "$root/etc/passwd"; then
	useradd ${root:+--prefix "$root"} --system --user-group --no-create-home --home-dir /var/lib/mqttsn-gateway \
		--shell /usr/sbin/nologin --comment 'MQTT-SN gateway' mqttsn-gateway
fi
