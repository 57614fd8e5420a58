#!/bin/sh
# A node to push to, on this computer: sshd in a mount and process namespace of its own, where /run and /srv are
# scratch and changes of /etc and /var/lib are thrown away. Ends with the process that started it.
# usage: unshare --mount --pid --fork --kill-child --mount-proc --propagation private sh scratch-node.sh FOLDER

set -eu
folder=$1
mount -t tmpfs -o mode=755 scratch /run
mkdir -p /run/sshd /run/etc/upper /run/etc/work /run/bin /run/lib
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work scratch /etc
mount -t tmpfs -o mode=755,size=8m scratch /run/lib
mkdir /run/lib/upper /run/lib/work
# What this computer has there (labs, that come and go meanwhile) is not there: an overlay's mark for that.
mknod /run/lib/upper/bramble c 0 0
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work scratch /var/lib
mount -t tmpfs -o mode=755,size=8m scratch /srv
# The start-up files of root on this computer are not what is measured here.
sed -i "s,^\(root:.*\):[^:]*$,\\1:/bin/sh," /etc/passwd
if [ -f "$folder/prepare.sh" ]; then sh -eu "$folder/prepare.sh"; fi
exec /usr/sbin/sshd -D -e -f "$folder/sshd_config"
