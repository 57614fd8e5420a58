#!/bin/sh
# Saves what is worth keeping on this node, and gives it back. What counts is what was saved, not that a program ended well: a run that
# finds less than half of what there was is a failed one, and only good runs are kept and counted.
# usage: bramble-backup now [--accept-smaller] | list | status | restore ID|latest NAME...
# It prints lines of fields with tabs between them, for programs; `bramble backup` makes sentences of them.
set -eu
umask 077
export LC_ALL=C
settings=${BRAMBLE_BACKUP_SETTINGS:-/etc/bramble-backup}
state=${BRAMBLE_BACKUP_STATE:-/var/lib/bramble-backup}
TAB='	'
errors=$state/errors

say() { # FIELD...: one line
  line=$1
  shift
  for field; do
    case $field in *[[:cntrl:]]*) field=$(printf %s "$field" | tr '\t\n' '  ') ;; esac
    line=$line$TAB$field
  done
  printf '%s\n' "$line"
}

end() { # MESSAGE
  printf '%s\n' "$1" >&2
  exit 1
}

# ssh: how it is reached, with a key and known hosts of its own. region, authority: of a bucket of S3.
node='' repository='' ssh='' region='' authority='' keep=''
# shellcheck disable=SC2034 # value, in eval
while IFS=$TAB read -r word value; do
  case $word in node | repository | ssh | region | authority | keep) eval "$word=\$value" ;; esac
done <"$settings/settings"
# With keys from a file alone: what else restic would read stands before it, and belongs to somebody else.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
if [ -r "$settings/s3" ]; then export AWS_SHARED_CREDENTIALS_FILE="$settings/s3"; fi

# Whether a repository answers is known soon. restic asks again for a quarter of an hour (0.18), or waits without an end (0.14).
PATIENCE=60 LIMIT=0

repo() { # WORD...: restic with this repository; LIMIT: seconds that it has, 0 for as many as it takes
  if [ -n "$ssh" ]; then set -- -o "sftp.command=$ssh" "$@"; fi
  if [ -n "$region" ]; then set -- -o "s3.region=$region" "$@"; fi
  if [ -n "$authority" ]; then set -- --cacert "$authority" "$@"; fi
  timeout -k 10 "$LIMIT" restic --repo "$repository" --password-file "$settings/password" --cache-dir "$state/cache" "$@"
}

soon() { # WORD...: as repo, in time; why not is in the file of errors
  code=0 LIMIT=$PATIENCE
  repo "$@" 2>"$errors" || code=$?
  LIMIT=0
  if [ "$code" -eq 124 ]; then # what it says when it is ended is not why
    why=$(grep ' returned error, ' "$errors" | tail -n 1)
    printf '%s\n' "${why:-Fatal: no answer within $PATIENCE s}" >"$errors"
  fi
  return "$code"
}

reason() { # what restic calls fatal, else the last line of what a program complained about
  { grep -m 1 '^Fatal' "$errors" || grep . "$errors" | tail -n 1; } |
    sed 's/^.* returned error, retrying after [^ ]*: //; s/\.$//' | cut -c 1-500
}

# Nothing of this node can be saved or given back: `status` has to say so, too.
unopened() { # MESSAGE
  WHY=$1
  if [ "$verb" = now ]; then each note_failed; fi
  end "$WHY"
}

# A repository that was there and is gone is a disk that is not mounted, or worse: no new one is made in its place.
open_repository() {
  # The same place; where the cluster file names another, there may be none yet.
  made='' known=$(sed -n "s|^$repository$TAB||p" "$state/repository" 2>/dev/null) || known=
  # First, as restic asks a server without the bucket for its configuration again and again. Where there is a repository it refuses; it is
  # asked twice, as another node may just have made the bucket of both.
  if [ -z "$known" ]; then
    soon init >/dev/null || { [ "$code" -ne 124 ] && soon init >/dev/null; } || made=$(reason)
  fi
  id=$(soon cat config | sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p')
  if [ -z "$id" ] && [ -n "$known" ]; then
    unopened "the repository $repository cannot be opened: $(reason). It was there before; is what it lies on mounted, and does it answer?"
  elif [ -z "$id" ]; then
    unopened "$repository cannot be opened ($(reason)), and none can be made there: $made"
  fi
  if [ -n "$known" ] && [ "$known" != "$id" ]; then
    unopened "the repository $repository is another than before ($id, not $known). If that is right, remove $state/repository"
  fi
  say "$repository" "$id" >"$state/repository"
  # Takes away the locks of those alone that do not run any more.
  repo unlock >/dev/null 2>"$errors" || end "$repository: $(reason)"
}

# What the last good run had, in GOOD_FILES, GOOD_BYTES and GOOD_MOUNT: from this node, else from the repository, which a new node has, too.
last_good() { # NAME PATH
  GOOD_FILES='' GOOD_BYTES='' GOOD_MOUNT=''
  if [ -s "$state/good/$KEPT" ]; then
    IFS=$TAB read -r _ _ GOOD_FILES GOOD_BYTES GOOD_MOUNT <"$state/good/$KEPT" || :
    return 0
  fi
  tags=$(repo snapshots --json --host "$node" --tag good --path "$2" --latest 1 2>"$errors") ||
    end "what $repository holds cannot be listed: $(reason)"
  GOOD_FILES=$(printf %s "$tags" | sed -n 's/.*"files=\([0-9]*\)".*/\1/p')
  GOOD_BYTES=$(printf %s "$tags" | sed -n 's/.*"bytes=\([0-9]*\)".*/\1/p')
  GOOD_MOUNT=$(printf %s "$tags" | sed -n 's/.*"mount=\([^"]*\)".*/\1/p')
}

kept() { # NAME: as the name of a file, in KEPT; no program is started for it
  KEPT='' rest=$1
  while part=${rest%%[/%]*} && [ "$part" != "$rest" ]; do
    case ${rest#"$part"} in /*) KEPT=$KEPT$part%2F ;; *) KEPT=$KEPT$part%25 ;; esac
    rest=${rest#*[/%]}
  done
  KEPT=$KEPT$rest
}

bad() { # NAME REASON: a failed run of this one; the others go on
  WHY=$2 ALL=1
  say failed "$1" "$WHY"
  # That something could not be given back says nothing of what is saved.
  if [ "$verb" = now ]; then note_failed "$1"; fi
}

note_failed() { # NAME; WHY: the reason
  say "$1" "$(date +%s)" "$WHY" >"$state/failed/$KEPT"
}

# Where the file system is mounted that a path lies on, or would lie on. By the kernel's own table: by device numbers a folder that is bound
# to another place of the same disk would count as no mount at all.
mount_of() { # PATH
  path=$(readlink -m -- "$1") awk '
    { place = $5; gsub(/\\040/, " ", place); gsub(/\\134/, "\\", place) }
    place == "/" || index(ENVIRON["path"] "/", place "/") == 1 { if (length(place) >= length(found)) found = place }
    END { print found }
  ' /proc/self/mountinfo
}

# That a path is there says nothing of what belongs there: an empty mount point is an ordinary folder on the card.
at_its_place() { # NAME PATH as-found|mounted|anywhere
  MOUNT=$(mount_of "$2")
  case $3 in
  mounted)
    if [ "$MOUNT" = / ]; then
      bad "$1" 'nothing is mounted there: what lies there is on the disk of the system'
      return 1
    fi
    ;;
  as-found)
    if [ -n "$GOOD_MOUNT" ] && [ "$GOOD_MOUNT" != "$MOUNT" ]; then
      bad "$1" "it lay on what was mounted at $GOOD_MOUNT, and its place is on $MOUNT now: is it not mounted?"
      return 1
    fi
    ;;
  esac
}

# Saved first, judged then: only what restic itself has counted is what can be given back.
save() { # NAME PATH as-found|mounted|anywhere [starts-empty]
  last_good "$1" "$2"
  at_its_place "$@" || return 0
  if [ ! -e "$2" ]; then
    bad "$1" 'it is not there'
    return 0
  fi
  code=0
  summary=$(repo backup --json --quiet --host "$node" --tag unjudged -- "$2" 2>"$errors") || code=$?
  saved=$(field snapshot_id) files=$(field total_files_processed) bytes=$(field total_bytes_processed)
  if [ -z "$saved" ] || [ "$code" -ne 0 ]; then
    bad "$1" "not all of it could be saved: $(reason)"
  elif [ "$ACCEPT" = no ] && [ "$files" -eq 0 ] && ! { [ "${4-}" = starts-empty ] && [ "${GOOD_FILES:-0}" -eq 0 ]; }; then
    bad "$1" 'it holds no file'
  elif [ "$ACCEPT" = no ] && [ $((files * 2)) -lt "${GOOD_FILES:-0}" ]; then
    bad "$1" "$(counted "$files" file) instead of $GOOD_FILES"
  elif [ "$ACCEPT" = no ] && [ $((bytes * 2)) -lt "${GOOD_BYTES:-0}" ]; then
    bad "$1" "$(counted "$bytes" byte) instead of $GOOD_BYTES"
  else
    good "$@"
    return 0
  fi
  if [ -n "$saved" ]; then repo forget "$saved" >/dev/null 2>"$errors" || :; fi
}

field() { # KEY: of the summary
  printf '%s\n' "$summary" | sed -n "s/.*\"message_type\":\"summary\".*\"$1\":\"\{0,1\}\([0-9a-f]*\).*/\1/p"
}

counted() { # NUMBER WORD
  if [ "$1" -eq 1 ]; then printf '1 %s' "$2"; else printf '%s %ss' "$1" "$2"; fi
}

# The repository itself says which runs were good and what they held. Only after one, and only among good ones, are old ones dropped.
good() { # NAME PATH MODE
  tags="good,files=$files,bytes=$bytes"
  case $MOUNT in *,* | *'"'*) ;; *) tags="$tags,mount=$MOUNT" ;; esac
  if ! repo tag --set "$tags" "$saved" >/dev/null 2>"$errors"; then
    bad "$1" "it was saved and could not be marked as good: $(reason)"
    return 0
  fi
  say "$1" "$(date +%s)" "$files" "$bytes" "$MOUNT" >"$state/good/$KEPT.new"
  sync "$state/good/$KEPT.new"
  mv "$state/good/$KEPT.new" "$state/good/$KEPT"
  rm -f "$state/failed/$KEPT"
  say good "$1" "$files" "$bytes"
  # shellcheck disable=SC2086 # words of restic's own, made by the role
  repo forget --host "$node" --tag good --path "$2" --group-by host,paths $keep >/dev/null 2>"$errors" ||
    bad "$1" "it was saved; old ones could not be dropped: $(reason)"
}

# Calls FUNCTION with NAME PATH MODE [starts-empty] for each path, and with NAME PATH anywhere for each thing that is made.
each() { # FUNCTION
  while IFS=$TAB read -r what name mode empty <&3; do
    kept "$name"
    case $what in
    path) "$1" "$name" "$name" "$mode" "$empty" ;;
    made) "$1" "$name" "$state/made/$name" made ;;
    esac
  done 3<"$settings/settings"
}

words() { # make|restore NAME: runs the program of this line, with the path of the file for {}
  wanted=$(grep "^$1$TAB$2$TAB" "$settings/settings" | cut -f 3-)
  set -f
  old=$IFS
  IFS=$TAB
  # shellcheck disable=SC2086 # the fields are the words
  set -- "$state/made/$2" $wanted
  IFS=$old
  set +f
  file=$1
  shift
  for word in "$@"; do
    shift
    if [ "$word" = '{}' ]; then word=$file; fi
    set -- "$@" "$word"
  done
  "$@" >/dev/null 2>"$errors"
}

save_one() { # NAME PATH MODE [starts-empty]
  if [ "$3" != made ]; then
    save "$@"
    return 0
  fi
  rm -rf "$state/made"
  mkdir -p "$state/made"
  # An engine that elects a leader or loses a connection just then is asked again.
  if words make "$1" || { sleep 5 && words make "$1"; } || { sleep 15 && words make "$1"; }; then
    save "$1" "$2" anywhere
  else
    bad "$1" "it could not be made: $(reason)"
  fi
  rm -rf "$state/made"
}

now() {
  ALL=0
  open_repository
  # What a run that was cut off has left is no good one.
  left=$(repo snapshots --json --host "$node" --tag unjudged 2>"$errors" | tr ',' '\n' | sed -n 's/.*"short_id":"\([0-9a-f]*\)".*/\1/p')
  # shellcheck disable=SC2086 # ids
  if [ -n "$left" ]; then repo forget $left >/dev/null 2>"$errors" || :; fi
  each save_one
  # A repository in which nothing good is left, or of which a run has failed, keeps all of its bytes.
  if [ "$ALL" -eq 0 ] && repo snapshots --json --tag good 2>"$errors" | grep -q '"short_id"'; then
    repo prune --max-unused 20% >/dev/null 2>"$errors" || end "what nobody needs any more could not be dropped: $(reason)"
  fi
  return "$ALL"
}

list_one() { # NAME PATH MODE
  repo snapshots --json --host "$node" --tag good --path "$2" 2>"$errors" | sed 's/},{"time"/}\n{"time"/g' |
    while IFS= read -r snapshot; do
      case $snapshot in *'"short_id"'*) ;; *) continue ;; esac
      say "$1" "$(tell_of "$snapshot" '"time":"\([^"]*\)"')" "$(tell_of "$snapshot" '"short_id":"\([^"]*\)"')" \
        "$(tell_of "$snapshot" '"files=\([0-9]*\)"')" "$(tell_of "$snapshot" '"bytes=\([0-9]*\)"')"
    done
}

tell_of() { # TEXT PATTERN: what its group holds
  printf %s "$1" | sed -n "s/.*$2.*/\1/p"
}

status_one() { # NAME PATH MODE
  if [ -s "$state/good/$KEPT" ]; then
    IFS=$TAB read -r _ at has_files has_bytes _ <"$state/good/$KEPT"
    say good "$1" "$at" "$has_files" "$has_bytes"
  else
    # Wanted since then at most: the first run has until its time to come.
    say never "$1" "$(stat -c %Y "$settings/settings")"
  fi
  if [ -s "$state/failed/$KEPT" ]; then
    IFS=$TAB read -r _ at why <"$state/failed/$KEPT"
    say failed "$1" "$at" "$why"
  fi
}

restore_one() { # NAME PATH MODE
  chosen "$1" || return 0
  last_good "$1" "$2"
  if [ "$3" != made ]; then at_its_place "$@" || return 0; fi
  rm -rf "$state/made"
  if ! repo restore "$FROM" --host "$node" --tag good --path "$2" --include "$2" --target / </dev/null >/dev/null 2>"$errors"; then
    bad "$1" "it could not be restored: $(reason)"
  elif [ ! -e "$2" ]; then
    bad "$1" "there is no good backup of it ($FROM)"
  elif [ "$3" = made ] && ! words restore "$1"; then
    bad "$1" "its program does not take it back: $(reason)"
  else
    say good "$1" "$(find "$2" -type f | wc -l)" "$(find "$2" -type f -exec cat {} + | wc -c)"
  fi
  rm -rf "$state/made"
}

chosen() { # NAME
  printf '%s\n' "$NAMES" | grep -Fqx -e "$1"
}

mkdir -p "$state/good" "$state/failed"
verb=${1:-}
if [ "$verb" = status ]; then
  say now "$(date +%s)"
  each status_one
  exit 0
fi
# The timer and whoever asks by hand do not meet in the middle of a run.
exec 9>"$state/lock"
flock -w 600 9 || end 'another run has been under way for ten minutes'
ALL=0
case $verb in
now)
  ACCEPT=no
  if [ "${2:-}" = --accept-smaller ]; then ACCEPT=yes; fi
  now
  ;;
list)
  open_repository
  each list_one
  ;;
restore)
  FROM=$2
  shift 2
  NAMES=$(printf '%s\n' "$@")
  open_repository
  each restore_one
  exit "$ALL"
  ;;
*) end 'usage: bramble-backup now [--accept-smaller] | list | status | restore ID|latest NAME...' ;;
esac
