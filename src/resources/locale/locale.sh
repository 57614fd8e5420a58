# shellcheck shell=sh disable=SC2154,SC2034
# Kind locale. Columns: ID NAME LANG generated|built-in. A check starts one `locale -a` where a locale is generated.

locale_file() { # sets FILE: Debian 13 has /etc/locale.conf and a link to it
  if [ -f "$R/etc/locale.conf" ] || [ -L "$R/etc/default/locale" ]; then
    FILE=$R/etc/locale.conf
  else
    FILE=$R/etc/default/locale
  fi
}

locale_lang() { # sets LANG_NOW to what stands behind LANG=, quotes and all
  local line
  LANG_NOW=
  locale_file
  [ -f "$FILE" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in LANG=*) LANG_NOW=${line#LANG=} ;; esac
  done <"$FILE"
}

locale_is_there() { # LANG: another root is only asked for its list of what to generate
  local list
  if [ -n "$R" ]; then
    [ -f "$R/etc/locale.gen" ] && grep -q "^$1 " "$R/etc/locale.gen"
  else
    # The C library prints the character set in its own spelling: pt_PT.utf8.
    list=$(locale -a 2>/dev/null) || :
    case $NL$list$NL in *"$NL${1%.UTF-8}.utf8$NL"*) ;; *) return 1 ;; esac
  fi
}

locale_compare() { # ID NAME LANG generated|built-in
  local is
  locale_lang
  is=${LANG_NOW#[\"\']}
  is=${is%[\"\']}
  if [ "$is" != "$3" ]; then differs "$1" LANG "$is" "$3"; fi
  if [ "$4" = generated ] && ! locale_is_there "$3"; then differs "$1" locale 'not generated' "$3"; fi
}

locale_check() {
  "$ROWS" locale_compare
}

locale_before() { # ID NAME LANG...: how it is listed, whether there is a file, LANG in it
  local listed=missing there=nofile
  locale_lang
  if [ -f "$FILE" ]; then
    there="file"
    saved "$1" "$FILE" lang >/dev/null
  fi
  if [ -f "$R/etc/locale.gen" ]; then
    saved "$1" "$R/etc/locale.gen" list >/dev/null
    if grep -q "^$3 " "$R/etc/locale.gen"; then
      listed=active
    elif grep -q "^# *$3 " "$R/etc/locale.gen"; then
      listed=comment
    fi
  fi
  printf 'was %s %s %s %s\n' "$3" "$listed" "$there" "$LANG_NOW"
}

locale_put_lang() { # TEXT: replaces the line LANG=, or takes it out when TEXT is empty; other variables stay
  locale_file
  if [ -f "$FILE" ]; then cat "$FILE" >"$WORK/locale-now"; else : >"$WORK/locale-now"; fi
  LANG_WANTED=$1 awk '
    function wanted() { if (!done && ENVIRON["LANG_WANTED"] != "") print "LANG=" ENVIRON["LANG_WANTED"]; done = 1 }
    /^LANG=/ { wanted(); next }
    { print }
    END { wanted() }
  ' "$WORK/locale-now" >"$WORK/locale"
  mkdir -p "${FILE%/*}"
  put_again "$WORK/locale" "$FILE" 644 0 0 lang
}

locale_list() { # LANG active|comment|missing: how the locale stands in /etc/locale.gen
  LANG_WANTED=$1 LISTED=$2 awk '
    BEGIN { line = ENVIRON["LANG_WANTED"] " UTF-8"; listed = ENVIRON["LISTED"] }
    function wanted() {
      if (!done && listed == "active") print line
      if (!done && listed == "comment") print "# " line
      done = 1
    }
    { plain = $0; sub(/^# */, "", plain); sub(/ +$/, "", plain) }
    plain == line { wanted(); next }
    { print }
    END { wanted() }
  ' "$R/etc/locale.gen" >"$WORK/locale-gen"
  put_again "$WORK/locale-gen" "$R/etc/locale.gen" 644 0 0 list
}

locale_generate() { # LANG
  if [ ! -x "$R/usr/sbin/locale-gen" ] || [ ! -f "$R/etc/locale.gen" ]; then
    fail "$1 cannot be generated without the package locales; install it, or choose C.UTF-8"
  fi
  locale_list "$1" active
  # Another root has to be able to run its own programs: locale-gen is a part of its C library.
  ${R:+chroot "$R"} /usr/sbin/locale-gen
  if [ -f "$R/usr/lib/locale/locale-archive" ]; then flush "$R/usr/lib/locale/locale-archive"; fi
  locale_is_there "$1" || fail "the C library has no locale $1; choose one of /usr/share/i18n/SUPPORTED"
}

locale_converge() { # ID NAME LANG generated|built-in
  if [ "$4" = generated ] && ! locale_is_there "$3"; then locale_generate "$3"; fi
  locale_put_lang "$3"
}

locale_remove() { # NAME BEFORE: what was generated stays until the next locale-gen
  # shellcheck disable=SC2086 # words
  set -- $2
  locale_put_lang "${5-}"
  if [ "$4" = nofile ] && [ ! -s "$FILE" ]; then rm -f "$FILE"; fi
  if [ "$3" != active ] && [ -f "$R/etc/locale.gen" ]; then
    case $2 in *_*) locale_list "$2" "$3" ;; esac
  fi
}
