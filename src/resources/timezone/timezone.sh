# shellcheck shell=sh disable=SC2154
# Kind timezone. Columns: ID NAME ZONE. A check starts one readlink, or nothing when the link is ours and leads to the right table.

timezone_read() { # sets TIMEZONE_LINK
  TIMEZONE_LINK=
  if [ -L "$R/etc/localtime" ]; then TIMEZONE_LINK=$(readlink "$R/etc/localtime"); fi
}

timezone_read_text() { # sets TIMEZONE_TEXT
  TIMEZONE_TEXT=
  if [ -f "$R/etc/timezone" ]; then IFS= read -r TIMEZONE_TEXT <"$R/etc/timezone" || :; fi
}

timezone_compare() { # ID NAME ZONE
  local is
  timezone_read_text
  if [ -f "$R/etc/timezone" ] && [ "$TIMEZONE_TEXT" != "$3" ]; then
    differs "$1" /etc/timezone "$TIMEZONE_TEXT" "$3"
  fi
  # Without the file the time is UTC (localtime(5)), for which no table of zones has to be there.
  if [ "$3" = UTC ] && [ ! -e "$R/etc/localtime" ] && [ ! -L "$R/etc/localtime" ]; then return 0; fi
  if eval "[ -n \"\${O_$1-}\" ]" && [ "$R/etc/localtime" -ef "$R/usr/share/zoneinfo/$3" ] 2>/dev/null; then return 0; fi
  timezone_read
  is=${TIMEZONE_LINK#*/usr/share/zoneinfo/}
  if [ "$is" != "$3" ]; then differs "$1" zone "${is:-a file of its own}" "$3"; fi
}

timezone_check() {
  "$ROWS" timezone_compare
}

timezone_before() { # ID NAME ZONE: what the link was, then the text of /etc/timezone
  timezone_read
  timezone_read_text
  if [ -n "$TIMEZONE_LINK" ]; then
    printf 'link %s\n' "$TIMEZONE_LINK $TIMEZONE_TEXT"
  elif [ -f "$R/etc/localtime" ]; then
    printf 'file %s\n' "$(saved "$R/etc/localtime") $TIMEZONE_TEXT"
  else
    printf 'absent %s\n' "- $TIMEZONE_TEXT"
  fi
}

timezone_link() { # TARGET: replaces /etc/localtime in one step
  rm -f "$R/etc/.localtime.bramble"
  ln -s "$1" "$R/etc/.localtime.bramble"
  mv -f "$R/etc/.localtime.bramble" "$R/etc/localtime"
  flush "$R/etc/"
}

timezone_text() { # ZONE
  printf '%s\n' "$1" >"$WORK/timezone"
  put "$WORK/timezone" "$R/etc/timezone" 644 0 0
}

timezone_converge() { # ID NAME ZONE
  if [ ! -f "$R/usr/share/zoneinfo/$3" ]; then
    fail "there is no time zone $3 on this node; correct the name, or add the package tzdata (tzdata-legacy for old names)"
  fi
  timezone_link "/usr/share/zoneinfo/$3"
  if [ -f "$R/etc/timezone" ]; then timezone_text "$3"; fi
}

timezone_remove() { # NAME BEFORE
  local rest=${2#* } text
  text=${rest#* }
  rest=${rest%% *}
  case $2 in
  link\ *) timezone_link "$rest" ;;
  file\ *) put "$STATE/before/$rest" "$R/etc/localtime" 644 0 0 ;;
  *) rm -f "$R/etc/localtime" ;;
  esac
  if [ -f "$R/etc/timezone" ] && [ -n "$text" ]; then timezone_text "$text"; fi
}
