# shellcheck shell=sh disable=SC2086,SC2154
# Kind package: what somebody keeps in a folder of a package outlives the package. dpkg leaves what it does not know, but scripts of
# packages take whole folders (`rm -rf /var/lib/consul`).
#
# Before the script runs, such a folder gets a second one beside it, with other names of the same files (hard links: their times,
# owners and other names stay); afterwards that takes the place of what the script took. $STATE/aside: the folders, a line each.

package_set_aside() { # FOLDER all|people
  local beside=$R${1%/*}/.${1##*/}.bramble
  refuse_mounts "$1"
  printf '%s\n' "$1" >>"$STATE/aside"
  flush "$STATE/aside"
  if [ ! -d "$beside" ]; then
    cp -al "$R$1" "$beside" || fail "what is in $1 cannot be kept: its names cannot be doubled"
  else
    # Of a run that was cut off; what came since is added.
    cp -al "$R$1/." "$beside/" 2>/dev/null || :
  fi
  package_without_shipped "$1" "$beside"
  if [ "$2" = people ]; then package_only_people "$beside"; fi
}

package_without_shipped() { # FOLDER BESIDE: takes out what dpkg or a script of the package knows by its name, which goes and comes with it
  local path
  while IFS= read -r path; do
    case $path in
    "$1"/*) if [ ! -d "$2${path#"$1"}" ] || [ -L "$2${path#"$1"}" ]; then rm -f "$2${path#"$1"}"; fi ;;
    esac
  done <"$WORK/known"
}

package_only_people() { # BESIDE: takes out what a system account made (ids 1 to 999, Debian policy 9.2.2)
  local path uid
  find "$1" ! -type d ! -type f ! -type l -exec rm -f {} +
  find "$1" ! -type d -exec stat -c '%u %n' {} + >"$WORK/owners"
  while IFS=' ' read -r uid path; do
    if [ "$uid" -gt 0 ] && [ "$uid" -lt 1000 ]; then rm -f "$path"; fi
  done <"$WORK/owners"
  find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || :
}

package_script_folders() { # NAME...: sets FOLDERS to the folders that the scripts which run last speak of, a line each; files go into $WORK/known
  local name script word
  FOLDERS=
  for name; do
    for script in "$R/var/lib/dpkg/info/$name.postrm" "$R/var/lib/dpkg/info/$name":*.postrm; do
      case $script in *'*'*) continue ;; esac
      [ -f "$script" ] || continue
      for word in $(tr -c 'A-Za-z0-9_./@+-' '\n' <"$script"); do
        word=${word%/}
        case $word in
        *//* | */./* | */../* | */.. | */.) ;;
        /etc/?* | /opt/?* | /srv/?* | /var/lib/?* | /var/opt/?*)
          if [ -d "$R$word" ] && [ ! -L "$R$word" ]; then
            case $NL$FOLDERS in *"$NL$word$NL"*) ;; *) FOLDERS=$FOLDERS$word$NL ;; esac
          elif [ -f "$R$word" ]; then
            printf '%s\n' "$word" >>"$WORK/known"
          fi
          ;;
        esac
      done
    done
  done
}

package_shield() { # NAME...: with `set -f`
  local folder kept=$NL
  dpkg-query --admindir="$R/var/lib/dpkg" --listfiles "$@" >"$WORK/known" 2>/dev/null || :
  if [ -f "$STATE/kept" ]; then
    while IFS= read -r folder; do
      kept=$kept$folder$NL
      if [ -d "$R$folder" ] && [ ! -L "$R$folder" ]; then package_set_aside "$folder" all; fi
    done <"$STATE/kept"
  fi
  set +f
  package_script_folders "$@"
  set -f
  [ -n "$FOLDERS" ] || return 0
  printf '%s' "$FOLDERS" >"$WORK/folders"
  while IFS= read -r folder; do
    case $folder in
    /var/lib/bramble | /var/lib/bramble/* | /var/lib/dpkg | /var/lib/dpkg/* | /var/lib/apt | /var/lib/apt/*) continue ;;
    esac
    case $kept in *"$NL$folder$NL"*) continue ;; esac
    # Folders of everybody, such as /etc/default, are no package's to take.
    if [ "$(dpkg-query --admindir="$R/var/lib/dpkg" --search "$folder" 2>/dev/null | tr ',' '\n' | wc -l)" -gt 1 ]; then continue; fi
    package_set_aside "$folder" people
  done <"$WORK/folders"
}

package_unshield() { # also after a run that was cut off
  local folder beside path
  [ -f "$STATE/aside" ] || return 0
  while IFS= read -r folder; do
    beside=$R${folder%/*}/.${folder##*/}.bramble
    [ -d "$beside" ] || continue
    if [ ! -e "$R$folder" ]; then
      mv "$beside" "$R$folder"
      package_known_owner "$R$folder"
    else
      (cd "$beside" && find . ! -type d) >"$WORK/beside"
      while IFS= read -r path; do
        if [ ! -e "$R$folder/$path" ] && [ ! -L "$R$folder/$path" ]; then
          mkdir -p "$R$folder/${path%/*}"
          mv "$beside/$path" "$R$folder/$path"
        fi
      done <"$WORK/beside"
      rm -rf "$beside"
    fi
  done <"$STATE/aside"
  rm -f "$STATE/aside"
}

package_known_owner() { # FOLDER: the next account may get the number of one that went
  case $(stat -c '%U' "$1") in UNKNOWN) chown 0:0 "$1" ;; esac
}
