#!/bin/sh
# Unbound's own checker, which only warns of a zone that it cannot read and would go without.
# usage: check-config FILE
set -eu

said=$(unbound-checkconf "$1" 2>&1) || {
  printf '%s\n' "$said"
  exit 1
}
printf '%s\n' "$said"
case $said in *' error: '*) exit 1 ;; esac
