#!/bin/sh
# Runs a program as root inside a node in namespaces, counted and limited as the node's own.
# usage: sh container-exec.sh PID GROUP... -- NAME=VALUE... PROGRAM ARGS...   (PID: the node's first process; GROUP: control group folders in it)
set -eu

pid=$1
shift
while [ "$1" != -- ]; do
	mkdir -p "$1"
	echo $$ >"$1/cgroup.procs"
	shift
done
shift
# What container-boot.sh keeps from the node, this keeps from the program.
exec setpriv --bounding-set=-sys_time nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- \
	env -i "$@"
