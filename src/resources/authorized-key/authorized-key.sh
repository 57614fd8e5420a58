# shellcheck shell=sh disable=SC2154,SC2034
# Kind authorized-key. Columns: ID NAME present|absent USER LINE BLOB
# BLOB is the type and the key; LINE has options and a comment around it. A check reads passwd and the files of keys
# once; one stat tells their modes and owners.

authorized_key_note() { # ID NAME STATE USER...: variables about a user are named after it
  group_key "$4"
  eval "authorized_key_w_$KEY=1 authorized_key_h_$KEY= authorized_key_t_$KEY=\$NL authorized_key_m_$KEY="
}

authorized_key_lines() { # KEY HOME: keeps the lines of keys, without comments, between line ends
  local line text=$NL file=$R$2/.ssh/authorized_keys
  [ -f "$file" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '#'*) ;; *) text=$text$line$NL ;; esac
  done <"$file"
  eval "authorized_key_t_$1=\$text"
  eval "authorized_key_f_$1=\$2"
  AUTHORIZED_KEY_ORDER="$AUTHORIZED_KEY_ORDER $1"
}

authorized_key_read() { # sets authorized_key_h_USER to UID:GID:HOME and authorized_key_t_USER to the lines
  local name password uid gid comment home shell
  AUTHORIZED_KEY_ORDER=
  [ -f "$R/etc/passwd" ] || return 0
  while IFS=: read -r name password uid gid comment home shell; do
    if group_key "$name" && eval "[ -n \"\${authorized_key_w_$KEY-}\" ]"; then
      eval "authorized_key_h_$KEY=\$uid:\$gid:\$home"
      authorized_key_lines "$KEY" "$home"
    fi
  done <"$R/etc/passwd"
}

authorized_key_modes() { # sets authorized_key_m_USER to mode and owner of the folder and of the file
  local key folder file
  [ -n "$AUTHORIZED_KEY_ORDER" ] || return 0
  set --
  for key in $AUTHORIZED_KEY_ORDER; do
    eval "folder=\$R\$authorized_key_f_$key/.ssh"
    set -- "$@" "$folder" "$folder/authorized_keys"
  done
  stat -L -c '%a %u' "$@" >"$WORK/key-modes"
  for key in $AUTHORIZED_KEY_ORDER; do
    read -r folder
    read -r file
    eval "authorized_key_m_$key=\"\$folder \$file\""
  done <"$WORK/key-modes"
}

authorized_key_trusted() { # UID MODE OWNER: StrictModes of sshd_config(5), nobody but the owner or root may write
  case $2 in *[2367]? | *[2367]) return 1 ;; esac
  [ "$3" = "$1" ] || [ "$3" = 0 ]
}

authorized_key_strict() { # ID UID MODE-OF-FOLDER OWNER MODE-OF-FILE OWNER
  if ! authorized_key_trusted "$2" "$3" "$4"; then differs "$1" .ssh "$3 owner $4" "700 owner $2"; fi
  if ! authorized_key_trusted "$2" "$5" "$6"; then differs "$1" authorized_keys "$5 owner $6" "600 owner $2"; fi
}

authorized_key_compare() { # ID NAME STATE USER LINE BLOB
  local uid text modes line rest
  group_key "$4"
  eval "uid=\$authorized_key_h_$KEY text=\$authorized_key_t_$KEY modes=\$authorized_key_m_$KEY"
  case $text in
  *"$6"*)
    if [ "$3" = absent ]; then
      removes "$1"
      return 0
    fi
    ;;
  *)
    if [ "$3" = present ]; then creates "$1"; fi
    return 0
    ;;
  esac
  line=${text%%"$6"*}
  rest=${text#*"$6"}
  line=${line##*"$NL"}$6${rest%%"$NL"*}
  if [ "$line" != "$5" ]; then differs "$1" line "$line" "$5"; fi
  # shellcheck disable=SC2086 # four words
  authorized_key_strict "$1" "${uid%%:*}" $modes
}

authorized_key_check() {
  "$ROWS" authorized_key_note
  authorized_key_read
  authorized_key_modes
  "$ROWS" authorized_key_compare
}

authorized_key_before() { # ID NAME STATE USER LINE BLOB: a word, with mode and owner of the folder, and what it is about
  local home text line rest at=''
  group_key "$4"
  eval "home=\$authorized_key_h_$KEY text=\$authorized_key_t_$KEY"
  home=${home#*:*:}
  line=${text%%"$6"*}
  if [ -d "$R$home/.ssh" ] && [ ! -L "$R$home/.ssh" ]; then at=@$(stat -c %a:%u:%g "$R$home/.ssh"); fi
  if [ -f "$R$home/.ssh/authorized_keys" ] && [ ! -L "$R$home/.ssh/authorized_keys" ]; then
    saved "$1" "$R$home/.ssh/authorized_keys" >/dev/null
  fi
  if [ "$line" != "$text" ]; then
    rest=${text#*"$6"}
    printf 'line%s %s %s\n' "$at" "$6" "${line##*"$NL"}$6${rest%%"$NL"*}"
  elif [ -e "$R$home/.ssh/authorized_keys" ]; then
    printf 'noline%s %s\n' "$at" "$6"
  elif [ -d "$R$home/.ssh" ]; then
    printf 'nofile%s %s\n' "$at" "$6"
  else
    printf 'nofolder %s\n' "$6"
  fi
}

authorized_key_find() { # USER: sets OWNER, HOME_FOLDER, KEYS_FOLDER and KEYS_FILE; returns 1 where there is no such user
  local line
  line=$(awk -F: -v name="$1" '$1 == name { print $3 ":" $4 ":" $6; exit }' "$R/etc/passwd")
  [ -n "$line" ] || return 1
  HOME_FOLDER=${line#*:*:}
  OWNER=${line%":$HOME_FOLDER"}
  KEYS_FOLDER=$R$HOME_FOLDER/.ssh
  KEYS_FILE=$KEYS_FOLDER/authorized_keys
  # A link here could make root write somewhere else on behalf of the user.
  if [ -L "$KEYS_FOLDER" ] || [ -L "$KEYS_FILE" ]; then
    fail "~$1/.ssh or the authorized_keys in it is a symbolic link; put a real folder and file there"
  fi
}

authorized_key_edit() { # BLOB LINE: puts LINE in the place of the key's line, or takes that out when LINE is empty
  local mode=600
  if [ -f "$KEYS_FILE" ]; then
    mode=$(stat -c '%a %u' "$KEYS_FILE")
    if authorized_key_trusted "${OWNER%%:*}" "${mode% *}" "${mode#* }"; then mode=${mode% *}; else mode=600; fi
    cat "$KEYS_FILE" >"$WORK/keys-now"
  else
    : >"$WORK/keys-now"
  fi
  BLOB=$1 LINE=$2 awk '
    /^#/ || !index($0, ENVIRON["BLOB"]) { print; next }
    ENVIRON["LINE"] != "" && !done { print ENVIRON["LINE"]; done = 1 }
    END { if (ENVIRON["LINE"] != "" && !done) print ENVIRON["LINE"] }
  ' "$WORK/keys-now" >"$WORK/keys"
  put_again "$WORK/keys" "$KEYS_FILE" "$mode" "${OWNER%%:*}" "${OWNER#*:}"
}

authorized_key_converge() { # ID NAME STATE USER LINE BLOB
  local mode
  authorized_key_find "$4" || fail "there is no user $4 on this node"
  if [ "$3" = absent ]; then
    authorized_key_edit "$6" ''
    return 0
  fi
  [ -d "$R$HOME_FOLDER" ] || fail "the home folder $HOME_FOLDER of $4 is not there"
  [ -d "$KEYS_FOLDER" ] || mkdir -m 700 "$KEYS_FOLDER"
  mode=$(stat -c '%a %u' "$KEYS_FOLDER")
  if [ "${mode#* }" != "${OWNER%%:*}" ]; then chown "$OWNER" "$KEYS_FOLDER"; fi
  if ! authorized_key_trusted 0 "${mode% *}" 0; then chmod 700 "$KEYS_FOLDER"; fi
  authorized_key_edit "$6" "$5"
}

authorized_key_remove() { # NAME BEFORE
  local was=${2%% *} blob line='' at=''
  blob=${2#* }
  case $was in *@*) at=${was#*@} was=${was%%@*} ;; esac
  if [ "$was" = line ]; then
    line=${blob#* * }
    blob=${blob%" $line"}
  fi
  if ! authorized_key_find "${1%% *}" || [ ! -f "$KEYS_FILE" ]; then return 0; fi
  authorized_key_edit "$blob" "$line"
  if [ -n "$at" ]; then
    chown "${at#*:}" "$KEYS_FOLDER"
    chmod "00${at%%:*}" "$KEYS_FOLDER"
  fi
  case $was in nofile | nofolder) ;; *) return 0 ;; esac
  if [ ! -s "$KEYS_FILE" ]; then rm -f "$KEYS_FILE"; fi
  if [ "$was" = nofolder ]; then rmdir "$KEYS_FOLDER" 2>/dev/null || :; fi
}
