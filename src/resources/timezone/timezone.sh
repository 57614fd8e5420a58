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

timezone_before() { # ID NAME ZONE: what was there in the place of the link, then the text of /etc/timezone
  timezone_read
  timezone_read_text
  if [ -f "$R/etc/timezone" ]; then saved "$1" "$R/etc/timezone" text >/dev/null; fi
  if [ -n "$TIMEZONE_LINK" ] || [ -f "$R/etc/localtime" ]; then
    printf 'kept %s\n' "$(saved "$1" "$R/etc/localtime") $TIMEZONE_TEXT"
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
  put_again "$WORK/timezone" "$R/etc/timezone" 644 0 0 text
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
  kept\ *) put_back "$rest" "$R/etc/localtime" ;;
  # What earlier versions noted.
  link\ *) timezone_link "$rest" ;;
  file\ *) put "$STATE/before/$rest" "$R/etc/localtime" 644 0 0 ;;
  *) rm -f "$R/etc/localtime" ;;
  esac
  if [ -f "$R/etc/timezone" ] && [ -n "$text" ]; then timezone_text "$text"; fi
}
