#!/bin/sh
# The command that sshd runs for every login: goes into the root behind the address that was called (ssh(1), SSH_CONNECTION).
# shellcheck disable=SC2086 # four words
set -- $SSH_CONNECTION
exec chroot "/run/roots/$3" /bin/sh -c "$SSH_ORIGINAL_COMMAND"
