#!/bin/sh
# Runs inside a virtual node early in every boot: what a board gets from its image and first start.
set -eu

given=/run/bramble-lab
kept=/var/lib/bramble-lab

# Only what the lab was told anew is written, so that what a cluster file changed later stays.
mkdir -p "$kept"
if ! cmp -s "$given/login" "$kept/login"; then
	read -r user <"$given/login"
	id -u "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
	for group in adm sudo; do
		usermod --append --groups "$group" "$user"
	done
	home=$(getent passwd "$user" | cut -d : -f 6)
	install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
	tail -n +2 "$given/login" >"$home/.ssh/authorized_keys"
	chown "$user:$user" "$home/.ssh/authorized_keys"
	chmod 600 "$home/.ssh/authorized_keys"
	printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"/etc/sudoers.d/010_$user-nopasswd"
	chmod 440 "/etc/sudoers.d/010_$user-nopasswd"
	cp "$given/login" "$kept/login"
fi

if [ ! -s /etc/ssh/ssh_host_ed25519_key ]; then
	ssh-keygen -A >/dev/null
	# A key that was told to somebody is not to be lost with the power.
	sync -f /etc/ssh
fi
