#!/bin/sh
# Runs in a node: takes back what the wanted state of the benchmark brings, whoever brought it; package lists and cache stay.
# usage: sh -s -- PACKAGES-FILE-TEXT   (names of packages as words)

set -u
for unit in /etc/systemd/system/bench-*.service; do
	[ -e "$unit" ] || continue
	systemctl -q disable --now "${unit##*/}"
	rm -f "$unit"
done
systemctl daemon-reload
for user in $(getent passwd | cut -d : -f 1 | grep '^bench[0-9]'); do
	userdel -r "$user" 2>/dev/null
done
# The settings of a network that nobody touched.
for file in /etc/sysctl.d/*bench*.conf /etc/sysctl.d/*bramble*; do
	[ -e "$file" ] || continue
	while IFS=' =' read -r key value; do
		case $key,$value in
		net.*,0 | net.*,-1) sysctl -q -w "$key=1" ;;
		net.*) sysctl -q -w "$key=0" ;;
		esac
	done <"$file"
	rm -f "$file"
done
rm -rf /opt/bench /var/lib/bramble /run/bramble
DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq "$@" >/dev/null
