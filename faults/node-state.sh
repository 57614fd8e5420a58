#!/bin/sh
# Prints what a node is, one line a thing, so that two nodes can be compared: `tree`, `sum`, `package`, `unit`, `process`.
# Left out is what every boot, log and cache writes anew, each for a reason.

export LC_ALL=C
systemctl is-system-running --wait >/dev/null 2>&1

left_out() {
  sed -E -e '\,^(tree|sum) (/var/log/|/var/cache/|/var/tmp/|/tmp/|/run/|/dev/|/proc/|/sys/),d' \
    -e '\,^(tree|sum) /var/lib/apt/(lists|periodic|extended_states),d' `# downloaded; what is automatic is told below` \
    -e '\,^(tree|sum) /var/lib/systemd/,d' `# random seed, clock, timers: written by every boot` \
    -e '\,^(tree|sum) /var/lib/(dpkg|ucf|pam|private)/,d' `# packages are told below, with a check of their files` \
    -e '\,^(tree|sum) /etc/(passwd|group|shadow|gshadow|subuid|subgid)-,d' `# copies that the account tools keep` \
    -e '\,^(tree|sum) /etc/(ld\.so\.cache|machine-id|\.pwd\.lock|\.updated|resolv\.conf),d' \
    -e '\,^(tree|sum) /var/\.updated,d' \
    -e '\,^(tree|sum) /var/lib/bramble/runtime,d' `# a copy of the shell of programs; the next change brings it` \
    -e 's,^(tree /var/lib/bramble/services/.*) [0-9]+$,\1,' `# the size tells of a step in an earlier boot; it counts in that one only` \
    -e '\,^tree /etc/systemd/system/[^/]*\.wants d ,d' `# systemctl takes the folder away when it is empty` \
    -e '\,^(tree|sum) /home/[^/]*/\.sudo_as_admin_successful ,d' `# a note of sudo at the first use, whoever it is`
}

# Names, types, modes, owners, targets of links; sizes of files.
find / /var/lib -xdev \( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /tmp \) -prune -o \
  \( -type f -printf 'tree %p f %m %U %G %s\n' -o -type l -printf 'tree %p l %l\n' -o -printf 'tree %p %y %m %U %G\n' \) |
  left_out
find /etc /home /root /srv /usr/local /opt -xdev -type f ! -path /etc/shadow -exec sha256sum {} + |
  sed -E 's/^([0-9a-f]+) [ *](.*)/sum \2 \1/' | left_out
# Field 3 of a line is the day of the last change of a password (shadow(5)).
cut -d: -f1,2,4- /etc/shadow | sed 's/^/shadow /'
# The manifest keeps what was there before; its order is that of the run, or of two.
if [ -f /var/lib/bramble/owned ]; then sed 's/^/owned /' /var/lib/bramble/owned; fi
dpkg-query -W -f 'package ${Package} ${Version} ${db:Status-Abbrev}\n'
apt-mark showmanual | sed 's/^/manual /'
dpkg --audit | sed 's/^/audit /'
# Only what differs from the package is printed: a file that was half unpacked, too.
dpkg --verify 2>&1 | sed '\,/var/cache/,d; s/^/verify /'
systemctl list-unit-files --no-legend --no-pager --plain | awk '!/^session-/ { print "unit", $1, $2 }'
systemctl list-units --no-legend --no-pager --plain --state=failed | awk '{ print "failed", $1 }'
systemctl list-units --no-legend --no-pager --plain --type=service --state=running | awk '{ print "running", $1 }' |
  grep -v ' user@\| session-\| user-runtime'
# Of whom, and what; not the number. Kernel threads, what only starts, ourselves and who is logged in are no part of what was wanted.
ps -eo user:32=,args= | awk '$2 !~ /^[[(]/ { print "process", $0 }' |
  grep -v 'systemd-executor\|systemd-user-runtime-dir\| ps -eo\| sh -c \| awk \| sh -s\|sshd-session\|sshd: \|(sd-pam)\|systemd --user\|node-state' || :
# What may never remain.
find / /var/lib -xdev -name '.*.bramble' -printf 'leftover %p\n' 2>/dev/null
for l in /run/bramble/* /var/lib/bramble/incoming; do
  case $l in
  /run/bramble/lock | '/run/bramble/*') ;;
  *) if [ -e "$l" ]; then echo "leftover $l"; fi ;;
  esac
done
