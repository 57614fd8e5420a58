# shellcheck shell=sh disable=SC2034,SC2120
# What every session has first on the node: words, the lease, and whether a program still runs.
# It comes over standard input, so no login shell reads it (see shell-start.sh of the transport).
# Arguments of each script: MARKER RUN, then its own. MARKER is empty unless a sudo password goes ahead on standard input.

umask 077
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
# A time after which an idle shell is to end is meant for people; some shells take it for every read.
unset TMOUT

say() { # TYPE [FIELD...]
  printf "\n@"
  printf "\t%s" "$@"
  echo
}

start() { # MARKER RUN: tells that we are root; sudo may or may not have taken the password from our input
  run=$2
  say ready
  if [ -n "$1" ]; then
    while read -r l && [ "$l" != "$1" ]; do :; done
  fi
  if [ ! -d /run/bramble ]; then mkdir -p /run/bramble || exit; fi
  cd /run/bramble || exit
}

started() { # PID: sets s0 to its start time as in proc(5), so that a number that was used again is not mistaken
  s0=
  read -r l 2>/dev/null <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086 # the fields after the name are to be split
  set -- ${l##*) }
  s0=${20}
  [ "$1" != Z ]
}

alive() { # PID START
  started "$1" && [ "$s0" = "$2" ]
}

look() { # [FILE]: sets h to the run that holds the lease, or -; of the node, unless another file is named
  h=- p=- s=- since=0 ends=0 whose=-
  # Seconds since the node started: no change of the clock moves them.
  read -r N _ </proc/uptime
  N=${N%%.*}
  # Somebody whose turn it is may be writing it just now.
  if [ -s "${1:-lease}" ]; then read -r h since ends p s whose <"${1:-lease}" || :; fi
}

holder() { # waits for its turn, then looks
  exec 9>lock
  flock 9 || exit
  look
}

held() { # does another run hold it, alive or not yet out of time?
  [ "$h" != - ] && [ "$h" != "$run" ] && { alive "$p" "$s" || [ "$ends" -gt "$N" ]; }
}

lease() { # BY [PID START]: ours for a quarter of an hour, or as long as that process lives
  [ "$h" = "$run" ] || since=$N
  echo "$run $since $((N + 900)) ${2:--} ${3:--} $1" >lease
  exec 9>&-
}

busy() {
  say busy "$h" $((N - since)) $((ends - N)) "$whose"
  exit 75
}
