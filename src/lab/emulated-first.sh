#!/bin/sh
# Runs inside an emulated node early in every boot, before first.sh: what a node in namespaces is given from outside.
set -eu

given=/run/bramble-lab

if [ ! -e /etc/hostname ]; then
	cp "$given/hosts" "$given/resolv.conf" /etc/
	# Last: it says that the others are there.
	cp "$given/hostname" /etc/hostname.new
	mv /etc/hostname.new /etc/hostname
	cat /etc/hostname >/proc/sys/kernel/hostname
fi

read -r address gateway <"$given/network"
ip link set lo up
ip address replace "$address/24" dev eth0
ip link set eth0 up
ip route replace default via "$gateway"
