# shellcheck shell=sh disable=SC2154,SC2034
# Kind sysctl. Columns: ID KEY PATH present|absent VALUE live|listed. PATH is below /proc/sys.
# A check reads one small file a row, and one awk reads what the kernel has: it must be read in one piece, which the
# shell's own read does not do (Linux, proc_dointvec: a second read of a number ends the file).

sysctl_words() { # TEXT: sets WORDS: the kernel separates numbers by tabs, people by blanks
  set -f
  # shellcheck disable=SC2086 # words
  set -- $1
  set +f
  WORDS=$*
}

sysctl_file() { # KEY: sets FILE; the name sorts behind what packages and people write, so that this value holds
  replaced "$1" / -
  FILE=$R/etc/sysctl.d/99-zz-bramble-$REPLACED.conf
}

sysctl_live() { # PATH: sets WORDS to what the kernel has; returns 1 where it has no such setting
  [ -e "/proc/sys/$1" ] || return 1
  sysctl_words "$(cat "/proc/sys/$1" 2>/dev/null || :)"
}

sysctl_list() { # ID KEY PATH STATE VALUE live|listed
  eval "sysctl_v_$1='no such setting'"
  if [ "$6" = live ] && [ -e "/proc/sys/$3" ]; then printf '%s /proc/sys/%s\n' "$1" "$3"; fi
}

sysctl_read() { # sets sysctl_v_ID to what the kernel has
  local id words
  "$ROWS" sysctl_list >"$WORK/sysctls"
  awk '{
    id = $1; path = $2; words = ""
    while ((getline line <path) > 0) words = words " " line
    close(path); $0 = words; $1 = $1; print id, $0
  }' "$WORK/sysctls" >"$WORK/sysctl-values"
  while IFS=' ' read -r id words; do eval "sysctl_v_$id=\$words"; done <"$WORK/sysctl-values"
}

sysctl_later() { # KEY: sets LATER to the value that a file gives it which is read after ours (sysctl.d(5)), and LATER_FILE
  local ours=$R/etc/sysctl.d/99-zz-bramble- path behind='' line key
  LATER='' LATER_FILE=
  # The shell sorts names as systemd does.
  for path in "$R"/etc/sysctl.d/*.conf; do
    case $path in
    "$ours"*) behind=yes ;;
    *)
      if [ -z "$behind" ] || [ ! -f "$path" ]; then continue; fi
      while read -r line; do
        case $line in
        [!#\;]*=*)
          key=${line%%=*}
          key=${key#-}
          sysctl_words "$key"
          replaced "$WORDS" / .
          if [ "$REPLACED" = "$1" ]; then
            sysctl_words "${line#*=}"
            LATER=$WORDS LATER_FILE=${path#"$R"}
          fi
          ;;
        esac
      done <"$path"
      ;;
    esac
  done
}

sysctl_compare() { # ID KEY PATH STATE VALUE live|listed
  local line='' more=''
  sysctl_file "$2"
  if [ "$4" = absent ]; then
    if [ -e "$FILE" ]; then removes "$1"; fi
    return 0
  fi
  if [ ! -f "$FILE" ]; then
    creates "$1"
    return 0
  fi
  { IFS= read -r line && IFS= read -r more; } <"$FILE" || :
  if [ "$line$more" != "$2 = $5" ]; then differs "$1" file "$line" "$2 = $5"; fi
  sysctl_later "$2"
  sysctl_words "$5"
  if [ -n "$LATER_FILE" ] && [ "$LATER" != "$WORDS" ]; then
    differs "$1" 'value after a reboot' "$LATER ($LATER_FILE)" "$5"
  fi
  # The settings under another root are those of the running kernel: not to be touched.
  if [ "$R$6" = live ]; then
    eval "line=\$sysctl_v_$1"
    sysctl_words "$5"
    if [ "$line" != "$WORDS" ]; then differs "$1" value "$line" "$5"; fi
  fi
}

sysctl_check() {
  if [ -z "$R" ]; then sysctl_read; fi
  "$ROWS" sysctl_compare
}

sysctl_before() { # ID KEY PATH STATE VALUE live|listed
  if [ "$R$6" = live ] && sysctl_live "$3"; then printf 'live %s\n' "$WORDS"; else printf 'absent\n'; fi
}

sysctl_set() { # KEY PATH VALUE
  if [ ! -e "/proc/sys/$2" ]; then
    fail "this kernel has no setting $1; a kernel module may be missing that brings it"
  fi
  printf '%s\n' "$3" 2>/dev/null >"/proc/sys/$2" ||
    fail "the kernel refuses $1 = $3; inside a container most settings belong to the computer around it"
}

sysctl_converge() { # ID KEY PATH STATE VALUE live|listed
  local is
  sysctl_file "$2"
  if [ "$4" = absent ]; then
    rm -f "$FILE"
    return 0
  fi
  if [ "$R$6" = live ]; then
    if ! sysctl_live "$3"; then WORDS=; fi
    is=$WORDS
    sysctl_words "$5"
    if [ "$is" != "$WORDS" ]; then sysctl_set "$2" "$3" "$5"; fi
  fi
  mkdir -p "$R/etc/sysctl.d"
  printf '%s = %s\n' "$2" "$5" >"$WORK/sysctl"
  put "$WORK/sysctl" "$FILE" 644 0 0
  sysctl_later "$2"
  sysctl_words "$5"
  if [ -n "$LATER_FILE" ] && [ "$LATER" != "$WORDS" ]; then
    fail "$LATER_FILE sets $2 = $LATER and is read after our file: a reboot would bring that; take the line out"
  fi
}

sysctl_remove() { # KEY BEFORE
  local path
  sysctl_file "$1"
  rm -f "$FILE"
  if [ "${2%% *}" != live ] || [ -n "$R" ]; then return 0; fi
  path=$(printf '%s' "$1" | tr ./ /.)
  # A setting that is gone went with its module or its network interface.
  if sysctl_live "$path" && [ "$WORDS" != "${2#live }" ]; then sysctl_set "$1" "$path" "${2#live }"; fi
}
