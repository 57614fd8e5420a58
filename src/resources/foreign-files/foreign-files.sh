# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# Kind foreign-files. Columns: ID FOLDER READER UNIT|- PATTERNS ALLOWED. Patterns and names are words between blanks.
# A check starts no process while there is nothing foreign.

foreign_note() { # ID PATH...
  OWN_FILES=$OWN_FILES$2$NL
}

foreign_own() { # sets OWN_FILES to the paths that this program writes, one a line
  OWN_FILES=$NL
  if command -v rows_file_all >/dev/null; then rows_file_all foreign_note; fi
  if command -v rows_link_all >/dev/null; then rows_link_all foreign_note; fi
}

foreign_is_ours() { # PATH: wanted, or about to be removed
  case $OWN_FILES in *"$NL$1$NL"*) return 0 ;; esac
  [ "$MODE" = check ] || return 1
  case $TAB$ORPHANS in *"${TAB}file$TAB$1$TAB"*) return 0 ;; esac
  return 1
}

foreign_find() { # FOLDER PATTERNS ALLOWED: sets FOREIGN to the paths, one a line
  local folder=$R$1 allowed=$3 pattern path
  FOREIGN=
  set -f
  set -- $2
  set +f
  for pattern; do
    for path in "$folder"/$pattern; do
      if [ ! -e "$path" ] && [ ! -L "$path" ] || [ -d "$path" ]; then continue; fi
      case " $allowed " in *" ${path##*/} "*) continue ;; esac
      if ! foreign_is_ours "${path#"$R"}"; then FOREIGN=$FOREIGN$path$NL; fi
    done
  done
}

foreign_settings() { # PATH: sets SETTINGS to the names of the settings in it, never to a value
  SETTINGS=
  [ -f "$1" ] || return 0
  SETTINGS=$(awk '
    function taken(pattern) { if (!match(line, pattern)) return 0; word = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1); return 1 }
    function named() {
      sub(/^"/, "", word)
      sub(/"?[ \t]*[:={]$/, "", word)
      if (word ~ /^[A-Za-z_][A-Za-z0-9_.-]*$/ && length(word) < 40 && !seen[word]++ && length(words) < 200) words = words sep word
      if (words != "") sep = ", "
    }
    until != "" { line = $0; gsub(/[ \t]/, "", line); if (line == until) until = ""; next }
    {
      line = $0
      while (line != "") {
        if (taken("^[][ \t{},:=]+")) continue
        if (line ~ /^(#|\/\/)/) break
        if (line ~ /^<</) { until = line; gsub(/[-<" \t]/, "", until); break }
        if (taken("^\"([^\"\\\\]|\\\\.)*\"[ \t]*[:={]")) named()
        else if (taken("^[A-Za-z_][A-Za-z0-9_-]*[ \t]*[={]")) {
          assigned = word ~ /=$/
          named()
          # What is not quoted may be a word with such a sign in it.
          if (assigned && line !~ /^[ \t]*(["{[]|<<|$)/) break
        }
        else if (!taken("^\"([^\"\\\\]|\\\\.)*\"") && !taken("^[^ \t,}]+")) break
      }
    }
    END { print words }' "$1")
}

foreign_aside() { # PATH: the same file under a name that nobody reads
  local to=$1.bramble-aside count=1
  while [ -e "$to" ] || [ -L "$to" ]; do
    count=$((count + 1))
    to=$1.bramble-aside.$count
  done
  mv "$1" "$to"
  flush "${1%/*}/"
}

foreign_back() { # FOLDER: what was set aside in it gets its name back, unless something else has it now
  local kept
  for kept in "$1"/*.bramble-aside "$1"/.*.bramble-aside; do
    if [ ! -e "$kept" ] && [ ! -L "$kept" ]; then continue; fi
    if [ ! -e "${kept%.bramble-aside}" ]; then mv "$kept" "${kept%.bramble-aside}"; fi
  done
}

foreign_files_compare() { # ID FOLDER READER UNIT PATTERNS ALLOWED
  local path
  foreign_find "$2" "$5" "$6"
  [ -n "$FOREIGN" ] || return 0
  # Whoever has read them is to start without them.
  STALE_UNITS="${STALE_UNITS-} $4"
  printf '%s' "$FOREIGN" >"$WORK/foreign"
  while IFS= read -r path; do
    foreign_settings "$path"
    differs "$1" "${path##*/}" "read by $3${SETTINGS:+: $SETTINGS}" 'set aside'
  done <"$WORK/foreign"
}

foreign_files_check() {
  foreign_own
  "$ROWS" foreign_files_compare
}

foreign_files_before() { # ID FOLDER...
  printf 'aside\n'
}

foreign_files_converge() { # ID FOLDER READER UNIT PATTERNS ALLOWED
  local path
  # Noted before the files go: an apply that is cut off here is finished by the next one.
  if [ "$4" != - ]; then
    mkdir -p "$STATE/services"
    : >"$STATE/services/$4.stale"
    flush "$STATE/services/"
  fi
  foreign_find "$2" "$5" "$6"
  printf '%s' "$FOREIGN" >"$WORK/foreign"
  while IFS= read -r path; do foreign_aside "$path"; done <"$WORK/foreign"
}

foreign_files_remove() { # FOLDER BEFORE
  foreign_back "$R$1"
}
