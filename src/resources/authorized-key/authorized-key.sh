# shellcheck shell=sh disable=SC2154,SC2034
# Kind authorized-key. Columns: ID NAME present|absent USER LINE BLOB
# BLOB is the type and the key; LINE has options and a comment around it. A check reads passwd and the files of keys
# once; one stat tells their modes and owners. Whether the account may log in stands in shadow (shadow(5)). Only where a file of the SSH server
# says where keys lie is the server asked, once a user.

authorized_key_note() { # ID NAME STATE USER...: variables about a user are named after it
  group_key "$4"
  eval "authorized_key_w_$KEY=1 authorized_key_h_$KEY= authorized_key_t_$KEY=\$NL authorized_key_m_$KEY= authorized_key_e_$KEY= authorized_key_k_$KEY="
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
      authorized_key_elsewhere "$name" "$home"
      group_key "$name"
      authorized_key_lines "$KEY" "$home"
    fi
  done <"$R/etc/passwd"
}

authorized_key_today() { # sets TODAY to the day, counted from 1970
  local key value now
  TODAY=0
  read -r now _ </proc/uptime
  while IFS=' ' read -r key value _; do
    if [ "$key" = btime ]; then TODAY=$(((value + ${now%%.*}) / 86400)); fi
  done </proc/stat
}

authorized_key_ended() { # LAST-CHANGE MOST-DAYS INACTIVE-DAYS EXPIRES: sets ENDED to why the account lets nobody in
  ENDED=
  if [ -n "$4" ] && [ "$4" -le "$TODAY" ]; then
    ENDED='the account has expired'
  elif [ "$1" = 0 ]; then
    ENDED='the password has to be changed first'
  elif [ -n "$1" ] && [ -n "$2" ] && [ "$2" -lt 99999 ] && [ $(($1 + $2)) -lt "$TODAY" ]; then
    ENDED='the password has expired'
  fi
}

authorized_key_accounts() { # sets authorized_key_e_USER to why its account lets nobody in
  local name password last least most warn inactive expires rest
  if [ -n "$R" ] || [ ! -r /etc/shadow ]; then return 0; fi
  authorized_key_today
  while IFS=: read -r name password last least most warn inactive expires rest; do
    if group_key "$name" && eval "[ -n \"\${authorized_key_w_$KEY-}\" ]"; then
      authorized_key_ended "$last" "$most" "$inactive" "$expires"
      eval "authorized_key_e_$KEY=\$ENDED"
    fi
  done </etc/shadow
}

authorized_key_said() { # sets SAID where a file of the SSH server says where keys lie
  local file keyword rest
  SAID=
  if [ -n "$R" ]; then return 0; fi
  for file in /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf; do
    [ -r "$file" ] || continue
    while read -r keyword rest || [ -n "$keyword" ]; do
      case $keyword in [Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Ee][Dd][Kk][Ee][Yy][Ss][Ff][Ii][Ll][Ee]) SAID="$SAID${SAID:+, }$file" ;; esac
      keyword=
    done <"$file"
  done
}

authorized_key_elsewhere() { # USER HOME: sets authorized_key_k_USER to the files that the SSH server reads, where ours is none of them
  local files='' word
  [ -n "$SAID" ] && sshd_config_ask "$1" || return 0
  while read -r word rest; do
    if [ "$word" = authorizedkeysfile ]; then files=$rest; fi
  done <"$WORK/sshd"
  set -f
  for word in $files; do
    replaced "$word" %h "$2"
    replaced "$REPLACED" %u "$1"
    case $REPLACED in
    .ssh/authorized_keys | "$2/.ssh/authorized_keys") files= ;;
    esac
  done
  set +f
  group_key "$1"
  eval "authorized_key_k_$KEY=\$files"
}

authorized_key_modes() { # sets authorized_key_m_USER to mode and owner of the folder and of the file
  local key home folder file
  [ -n "$AUTHORIZED_KEY_ORDER" ] || return 0
  set --
  for key in $AUTHORIZED_KEY_ORDER; do
    eval "folder=\$R\$authorized_key_f_$key"
    set -- "$@" "$folder" "$folder/.ssh" "$folder/.ssh/authorized_keys"
  done
  stat -L -c '%a %u' "$@" >"$WORK/key-modes"
  for key in $AUTHORIZED_KEY_ORDER; do
    read -r home
    read -r folder
    read -r file
    eval "authorized_key_m_$key=\"\$home \$folder \$file\""
  done <"$WORK/key-modes"
}

authorized_key_trusted() { # UID MODE OWNER: StrictModes of sshd_config(5), nobody but the owner or root may write
  case $2 in *[2367]? | *[2367]) return 1 ;; esac
  [ "$3" = "$1" ] || [ "$3" = 0 ]
}

authorized_key_strict() { # ID UID MODE-OF-HOME OWNER MODE-OF-FOLDER OWNER MODE-OF-FILE OWNER
  if ! authorized_key_trusted "$2" "$3" "$4"; then differs "$1" home "$3 owner $4" "no writing for others, owner $2"; fi
  if ! authorized_key_trusted "$2" "$5" "$6"; then differs "$1" .ssh "$5 owner $6" "700 owner $2"; fi
  if ! authorized_key_trusted "$2" "$7" "$8"; then differs "$1" authorized_keys "$7 owner $8" "600 owner $2"; fi
}

authorized_key_counts() { # ID USER: sets WHY to what keeps the key from opening a session
  local why files
  group_key "$2"
  eval "why=\$authorized_key_e_$KEY files=\$authorized_key_k_$KEY"
  WHY=
  if [ -n "$why" ]; then
    WHY="$why; when that is not meant: chage -E -1 -M -1 $2"
    if [ "$why" = 'the password has to be changed first' ]; then WHY="$why; when that is not meant: chage -d -1 $2"; fi
    [ -z "$1" ] || differs "$1" account "$why" 'may log in'
  fi
  if [ -n "$files" ]; then
    WHY="the SSH server reads $files and not ~/.ssh/authorized_keys ($SAID); add that to AuthorizedKeysFile"
    [ -z "$1" ] || differs "$1" AuthorizedKeysFile "$files ($SAID)" .ssh/authorized_keys
  fi
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
  authorized_key_counts "$1" "$4"
  # shellcheck disable=SC2086 # four words
  authorized_key_strict "$1" "${uid%%:*}" $modes
}

authorized_key_check() {
  "$ROWS" authorized_key_note
  authorized_key_said
  authorized_key_read
  authorized_key_accounts
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
  mode=$(stat -L -c '%a %u' "$R$HOME_FOLDER")
  if ! authorized_key_trusted "${OWNER%%:*}" "${mode% *}" "${mode#* }"; then
    fail "others may write to $HOME_FOLDER (mode ${mode% *}, owner ${mode#* }), so the SSH server takes no key of $4; type chmod go-w $HOME_FOLDER and chown $4 $HOME_FOLDER"
  fi
  authorized_key_counts '' "$4"
  [ -z "$WHY" ] || fail "$4 cannot log in: $WHY"
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
