#!/bin/sh
# Plugs the cable of an emulated node into the lab's bridge; QEMU calls it when it has made the cable.
# usage: LAB_BRIDGE=BRIDGE LAB_FOLDER=FOLDER sh emulated-cable.sh LINK
set -eu

ip link set "$1" master "$LAB_BRIDGE"
[ -e "$LAB_FOLDER/cut" ] || ip link set "$1" up
