# shellcheck shell=sh disable=SC2034,SC2046,SC2086,SC2154
# Kind sshd-config. Columns: ID PATH USER UNIT KEYWORDS TAKEN-OUT TEXT. Keywords are in small letters: KEYWORDS words between
# blanks, TAKEN-OUT lines `KEYWORD -PATTERNS`.
# A check starts one sshd, which says what is in force (sshd(8), -T); none in another root.
#
# $STATE/sshd-config: our values as sshd itself writes them, one keyword a line; of a value that takes names out of a list,
# the value as we wrote it. sshd-config.before: the same before the last change. sshd-config.first: that change made our drop-in the first.

SSHD=/usr/sbin/sshd

sshd_config_text() { # FILE: sets FOUND to its text
  local line=''
  FOUND=
  while IFS= read -r line; do FOUND=$FOUND$line$NL; done <"$1"
  FOUND=$FOUND$line
}

sshd_config_ask() { # USER [ARGUMENT...]: the values in force into $WORK/sshd; returns 1 and sets SSHD_SAYS when they cannot be had
  local user=$1 line options='' said=''
  shift
  if [ $# = 0 ] && [ -r /etc/default/ssh ]; then
    # What the unit starts the server with wins over all files.
    while IFS= read -r line; do
      case $line in SSHD_OPTS=*) options=${line#SSHD_OPTS=} ;; esac
    done </etc/default/ssh
    options=${options#[\"\']}
    options=${options%[\"\']}
  fi
  set -f
  if "$SSHD" $options -T -C "user=$user,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22" "$@" \
    >"$WORK/sshd" 2>"$WORK/sshd-says"; then
    set +f
    return 0
  fi
  set +f
  read -r said <"$WORK/sshd-says" || :
  said=${said%"$(printf '\r')"}
  SSHD_SAYS=${said:-"$SSHD -T ended without a word"}
  return 1
}

sshd_config_names() { # LIST PATTERNS: sets NAMES to the names of the list that one of the patterns takes out
  local name names=$1 patterns=$2 pattern IFS=,
  NAMES=
  set -f
  for name in $names; do
    for pattern in $patterns; do
      # shellcheck disable=SC2254 # a pattern
      case $name in $pattern)
        NAMES=$NAMES${NAMES:+,}$name
        break
        ;;
      esac
    done
  done
  set +f
}

sshd_config_effect() { # sets WRONG: a line `KEYWORD IS<TAB>WANTED` for each value of ours that is not in force
  local keyword value is in_force=$NL
  WRONG=
  while IFS= read -r value; do in_force=$in_force$value$NL; done <"$WORK/sshd"
  while IFS=' ' read -r keyword value; do
    is=${in_force#*"$NL$keyword "}
    is=${is%%"$NL"*}
    case $value in
    -*)
      sshd_config_names "$is" "${value#-}"
      if [ -n "$NAMES" ]; then WRONG="$WRONG$keyword $NAMES$TAB$value$NL"; fi
      ;;
    *) case $in_force in *"$NL$keyword $value$NL"*) ;; *) WRONG="$WRONG$keyword $is$TAB$value$NL" ;; esac ;;
    esac
  done <"$STATE/sshd-config"
}

sshd_config_where() { # KEYWORD PATH-OF-OURS: sets WHERE to the lines of other files that set it
  WHERE=$(awk -v keyword="$1" -v ours="$2" '
    FILENAME != ours && tolower($1) == keyword { text = text sep FILENAME ":" FNR; sep = ", " }
    END { print text }' /etc/default/ssh /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null) || :
  if [ -z "$WHERE" ]; then
    # Words of a command line: -o KEYWORD=VALUE.
    WHERE=$(awk 'tolower($0) ~ /^sshd_opts=.*-[of]/ { print FILENAME ":" FNR }' /etc/default/ssh 2>/dev/null) || :
  fi
}

sshd_config_compare() { # ID PATH USER UNIT KEYWORDS TAKEN-OUT TEXT
  local id=$1 path=$2 keyword is wanted
  if [ ! -e "$R$path" ] && [ ! -L "$R$path" ]; then
    creates "$id"
    return 0
  fi
  if [ ! -f "$R$path" ] || [ -L "$R$path" ]; then
    differs "$id" type 'no regular file' file
    return 0
  fi
  sshd_config_text "$R$path"
  if [ "$FOUND" != "$7" ]; then
    hides "$id" content
    shows "$id" "$R$path"
    return 0
  fi
  if [ -n "$R" ]; then return 0; fi
  if [ ! -f "$STATE/sshd-config" ]; then
    differs "$id" effect 'not looked at' 'in force'
    return 0
  fi
  if ! sshd_config_ask "$3"; then
    differs "$id" effect "$SSHD_SAYS" 'in force'
    return 0
  fi
  sshd_config_effect
  [ -n "$WRONG" ] || return 0
  STALE_UNITS="${STALE_UNITS-} $4"
  printf '%s' "$WRONG" >"$WORK/wrong"
  while IFS=$TAB read -r is wanted; do
    keyword=${is%% *}
    sshd_config_where "$keyword" "$path"
    differs "$id" "$keyword" "${is#* }${WHERE:+ ($WHERE)}" "$wanted"
  done <"$WORK/wrong"
}

sshd_config_check() {
  "$ROWS" sshd_config_compare
}

# ---- carrying out

sshd_config_before() { # ID PATH...
  file_before "$1" "$2"
}

sshd_config_note() { # USER KEYWORDS TAKEN-OUT FILE: writes $STATE/sshd-config
  local keyword value
  sshd_config_ask "$1" -f "$4" || fail "$SSHD refuses the settings: $SSHD_SAYS; nothing was changed"
  {
    while IFS=' ' read -r keyword value; do
      case " $2 " in *" $keyword "*) printf '%s %s\n' "$keyword" "$value" ;; esac
    done <"$WORK/sshd"
    printf '%s' "$3"
  } >"$WORK/sshd-note"
  put "$WORK/sshd-note" "$STATE/sshd-config" 600 0 0
}

sshd_config_in_force() { # USER: sshd is asked; WRONG is empty when all is in force
  sshd_config_ask "$1" || fail "$SSHD cannot read its configuration: $SSHD_SAYS"
  sshd_config_effect
}

sshd_config_first() { # ID PATH: makes sshd read it before anything else
  local main=$R/etc/ssh/sshd_config line='' modes='644 0 0'
  if [ -f "$main" ]; then
    read -r line <"$main" || :
    if [ "$line" = "Include $2" ]; then return 0; fi
    modes=$(stat -c '%a %u %g' "$main")
    saved "$1" "$main" main >/dev/null
  fi
  {
    printf 'Include %s\n' "$2"
    if [ -f "$main" ]; then cat "$main"; fi
  } >"$WORK/sshd-main"
  "$SSHD" -t -f "$WORK/sshd-main" || fail "$main cannot begin with our settings; nothing was changed"
  : >"$STATE/sshd-config.first"
  put "$WORK/sshd-main" "$main" $modes
}

sshd_config_not_first() { # PATH
  local main=$R/etc/ssh/sshd_config line=''
  if [ -f "$main" ]; then read -r line <"$main" || :; fi
  if [ "$line" = "Include $1" ]; then
    tail -n +2 "$main" >"$WORK/sshd-main"
    put_again "$WORK/sshd-main" "$main" $(stat -c '%a %u %g' "$main") main
  fi
}

sshd_config_converge() { # ID PATH USER UNIT KEYWORDS TAKEN-OUT TEXT
  local is wanted wrong=''
  if [ -d "$R$2" ]; then fail "$2 is a folder; move it away first"; fi
  if [ ! -d "$R${2%/*}/" ]; then fail "the folder ${2%/*} is not there"; fi
  printf '%s' "$7" >"$WORK/sshd-text"
  if [ -z "$R" ]; then
    if [ ! -x "$SSHD" ]; then fail "there is no $SSHD on this node: its SSH server is another one; say \`ssh: { harden: false }\`"; fi
    rm -f "$STATE/sshd-config.before" "$STATE/sshd-config.first"
    if [ -f "$STATE/sshd-config" ]; then put "$STATE/sshd-config" "$STATE/sshd-config.before" 600 0 0; fi
    sshd_config_note "$3" "$5" "$6" "$WORK/sshd-text"
  fi
  put "$WORK/sshd-text" "$R$2" 644 0 0
  if [ -n "$R" ]; then return 0; fi
  sshd_config_in_force "$3"
  if [ -n "$WRONG" ]; then
    # Noted before the change: the server is to read it, also after an apply that was cut off here.
    mkdir -p "$STATE/services"
    : >"$STATE/services/$4.stale"
    sshd_config_first "$1" "$2"
    sshd_config_in_force "$3"
  fi
  [ -n "$WRONG" ] || return 0
  printf '%s' "$WRONG" >"$WORK/wrong"
  while IFS=$TAB read -r is wanted; do
    sshd_config_where "${is%% *}" "$2"
    wrong="$wrong${wrong:+; }sshd -T says $is, wanted is $wanted${WHERE:+: look at $WHERE}"
  done <"$WORK/wrong"
  fail "$wrong"
}

sshd_config_undo() { # PATH BEFORE: a trial that nobody confirmed
  if [ ! -f "$STATE/sshd-config.before" ]; then
    sshd_config_remove "$@"
    return 0
  fi
  if [ -e "$STATE/sshd-config.first" ]; then sshd_config_not_first "$1"; fi
  mv -f "$STATE/sshd-config.before" "$STATE/sshd-config"
  file_remove "$1" "$2"
}

sshd_config_remove() { # PATH BEFORE
  sshd_config_not_first "$1"
  rm -f "$STATE/sshd-config" "$STATE/sshd-config.before" "$STATE/sshd-config.first"
  file_remove "$1" "$2"
}
