# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# Kind sudo-rights. Columns: ID PATH USERS; a node has one row. A check starts a visudo, a cvtsudoers and an awk; none in another root, none while the file is not there.

# Standard input: all rules as cvtsudoers writes them. Prints `USER<TAB>WHAT` for each user whose last rule is not what is wanted.
# shellcheck disable=SC2016 # awk
SUDO_RIGHTS='
  function fields(line,   n, at) {
    n = 0
    while (line != "") {
      if (substr(line, 1, 1) == "\"") {
        at = index(substr(line, 2), "\"")
        field[++n] = substr(line, 2, at - 1)
        line = substr(line, at + 3)
      } else {
        at = index(line, ",")
        if (at == 0) at = length(line) + 1
        field[++n] = substr(line, 1, at - 1)
        line = substr(line, at + 1)
      }
    }
    return n
  }
  function has(list, names,   n, i, part, found) {
    # The last entry that matches counts, and one with a ! in front takes out.
    found = 0
    n = split(list, part, ",")
    for (i = 1; i <= n; i++) {
      if (index(names, " " part[i] " ")) found = 1
      else if (substr(part[i], 1, 1) == "!" && index(names, " " substr(part[i], 2) " ")) found = -1
    }
    return found
  }
  FILENAME == "/etc/passwd" { split($0, word, ":"); uid[word[1]] = word[3]; gid[word[1]] = word[4]; next }
  FILENAME == "/etc/group" { split($0, word, ":"); group[++groups] = word[1]; number[groups] = word[3]; members[groups] = word[4]; next }
  !started {
    started = 1
    count = split(users, user, " ")
    for (u = 1; u <= count; u++) {
      name = user[u]
      names[name] = " ALL " name " #" uid[name] " "
      for (g = 1; g <= groups; g++)
        if (number[g] == gid[name] || index("," members[g] ",", "," name ",")) names[name] = names[name] "%" group[g] " %#" number[g] " "
      said[name] = "no rule gives it any rights"
    }
  }
  /^rule,/ {
    fields($0)
    # A rule for some commands, for another host, or for becoming somebody else says nothing of becoming root.
    if (has(field[3], " ALL " host " ") != 1) next
    if (field[4] != "" && has(field[4], " ALL root #0 ") != 1) next
    for (u = 1; u <= count; u++) {
      name = user[u]
      if (has(field[2], names[name]) != 1) continue
      commands = field[7]
      if (has(commands, " ALL ") == -1) said[name] = "a rule for " field[2] " forbids everything"
      else if (has(commands, " ALL ") == 1) {
        if (index(commands, "!")) said[name] = "a rule for " field[2] " allows " commands
        else if (index(field[6], "!authenticate")) said[name] = ""
        else said[name] = "a rule for " field[2] " asks for a password"
      }
    }
  }
  END { for (u = 1; u <= count; u++) if (said[user[u]] != "") print user[u] "\t" said[user[u]] }
'

sudo_rights_ask() { # PATH USERS: sets WRONG to lines `FIELD<TAB>WHAT`
  local line host=''
  WRONG=
  [ -f "$1" ] && command -v cvtsudoers >/dev/null || return 0
  if ! visudo -c 2>"$WORK/sudo-says" >/dev/null || ! cvtsudoers -e -f csv /etc/sudoers >"$WORK/sudoers" 2>>"$WORK/sudo-says"; then
    read -r line <"$WORK/sudo-says" || :
    WRONG="visudo -c$TAB${line:-ends with an error}$NL"
    return 0
  fi
  first_line /proc/sys/kernel/hostname
  host=$LINE
  WRONG=$(awk -v users="$2" -v host="$host" "$SUDO_RIGHTS" /etc/passwd /etc/group "$WORK/sudoers")
  if [ -n "$WRONG" ]; then WRONG=$WRONG$NL; fi
}

sudo_rights_later() { # PATH: sets LATER to the files that are read after it
  local file behind=''
  LATER=
  for file in "${1%/*}"/*; do
    if [ -n "$behind" ]; then
      # Names with a dot or a tilde at the end are passed over (sudoers(5), "@includedir").
      case ${file##*/} in *.* | *'~') ;; *) LATER="$LATER${LATER:+, }$file" ;; esac
    fi
    if [ "$file" = "$1" ]; then behind=yes; fi
  done
  LATER="${LATER:+$LATER, }/etc/sudoers"
}

sudo_rights_compare() { # ID PATH USERS
  local field what
  [ -z "$R" ] || return 0
  sudo_rights_ask "$2" "$3"
  [ -n "$WRONG" ] || return 0
  sudo_rights_later "$2"
  printf '%s' "$WRONG" >"$WORK/wrong"
  while IFS=$TAB read -r field what; do
    case $field in
    'visudo -c') differs "$1" "$field" "$what" 'all files can be read' ;;
    *) differs "$1" "$field" "$what (read after $2: $LATER)" 'root without a password' ;;
    esac
  done <"$WORK/wrong"
}

sudo_rights_check() {
  "$ROWS" sudo_rights_compare
}

sudo_rights_before() { # ID PATH USERS
  printf 'absent\n'
}

sudo_rights_converge() { # ID PATH USERS
  local field what
  sudo_rights_ask "$2" "$3"
  [ -n "$WRONG" ] || return 0
  sudo_rights_later "$2"
  field=${WRONG%%"$TAB"*}
  what=${WRONG#*"$TAB"}
  what=${what%%"$NL"*}
  case $field in
  'visudo -c') fail "visudo -c says: $what; mend or remove that file" ;;
  *) fail "$field is not root without a password: $what; look at what is read after $2: $LATER" ;;
  esac
}

sudo_rights_remove() { # PATH BEFORE
  :
}
