#!/bin/sh
# Keeps one virtual node switched on: boots it, and boots it again whenever it asks for a reboot.
# usage: sh node-runner.sh FOLDER   (the node's folder in the lab's state)
set -eu

folder=$1
here=${0%/*}
runner=$$

# Field 22 of /proc/PID/stat (proc(5)): with it a recorded process is never mistaken for a later one of the same number.
start_of() {
	read -r stat <"/proc/$1/stat"
	# shellcheck disable=SC2086 # the fields after the name are to be split
	set -- ${stat##*) }
	shift 19
	printf '%s\n' "$1"
}

kind=''
# The caller's groups may be emptied when it goes; the runner has to outlive it.
while read -r key value; do
	case $key in
	runner-group) echo "$runner" >"$value/cgroup.procs" ;;
	kind) kind=$value ;;
	esac
done <"$folder/settings"

printf '%s %s\n' "$runner" "$(start_of "$runner")" >"$folder/runner.new"
mv "$folder/runner.new" "$folder/runner"

while :; do
	status=0
	case $kind in
	container) unshare --mount --net --propagation slave sh "$here/container-boot.sh" "$folder" "$runner" || status=$? ;;
	emulated) sh "$here/emulated-boot.sh" "$folder" || status=$? ;;
	esac
	# 133 is systemd-nspawn's word for a reboot under --keep-unit; everything else is a power-off.
	if [ "$status" -ne 133 ]; then
		printf 'bramble lab: the node is off (status %s)\n' "$status"
		break
	fi
	printf 'bramble lab: the node reboots\n'
done
rm -f "$folder/runner"
