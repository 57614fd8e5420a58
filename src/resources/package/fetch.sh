# shellcheck shell=sh disable=SC2154
# Kind package: what stands between apt and its sources may be wrong, or fall silent. It is gone past once, and that is told.

package_way() { # sets WAY to the proxy that apt is told of by a program, for the host of the first address that failed; empty where there is none
  local finder='' line uri=
  WAY=
  while IFS= read -r line; do
    case $line in
    [EW]': Failed to fetch '*)
      uri=${line#*: Failed to fetch }
      uri=${uri%% *}
      break
      ;;
    esac
  done <"$1"
  case $uri in http://* | https://*) ;; *) return 0 ;; esac
  eval "$(package_in_root apt-config shell finder "Acquire::${uri%%:*}::Proxy-Auto-Detect")"
  if [ -n "$finder" ]; then WAY=$(package_in_root "$finder" "$uri" 2>/dev/null) || WAY=; fi
  # It knows already that there is none that answers: what failed had begun before.
  WAY=${WAY:-${finder:+a proxy}}
}

package_wrong_bytes() { # FILE: sets WRONG to the files whose checksum was not the one of the lists
  local line name
  WRONG=
  while IFS= read -r line; do
    case $line in
    'E: Failed to fetch '*'Hash Sum mismatch'* | 'E: Failed to fetch '*'unexpected size'* | 'W: Failed to fetch '*'Hash Sum mismatch'*)
      name=${line#*: Failed to fetch }
      name=${name%% *}
      WRONG="$WRONG${WRONG:+, }${name##*/}"
      ;;
    esac
  done <"$1"
}

package_forget_wrong() { # what apt keeps of wrong files is a sign for others that they were not dealt with
  # Patterns of the shell are off here.
  find "$R/var/cache/apt/archives/partial" "$R/var/lib/apt/lists/partial" -name '*.FAILED' -exec rm -f {} +
}

package_fetching() { # FILE ARGUMENT...: apt with its output in FILE; once more past the proxy that a program finds for it, where that may be the reason
  local file=$1
  shift
  if package_apt "$@" >"$file" 2>&1; then return 0; fi
  if ! package_has_fetch_error "$file"; then return 1; fi
  package_forget_wrong
  package_way "$file"
  if [ -z "$WAY" ]; then return 1; fi
  package_wrong_bytes "$file"
  # What is kept there wrong is fetched anew by whoever asks so (RFC 9111, 5.2.1.4).
  if [ -n "$WRONG" ]; then package_apt -o Acquire::http::No-Cache=true --download-only "$@" >"$WORK/anew" 2>&1 || :; fi
  package_forget_wrong
  if ! package_apt -o Acquire::http::Proxy-Auto-Detect= -o Acquire::https::Proxy-Auto-Detect= "$@" >"$WORK/past" 2>&1; then return 1; fi
  mv "$WORK/past" "$file"
  if [ -n "$WRONG" ]; then
    notice "the cache of packages at $WAY gave a wrong $WRONG; it was told to fetch that anew, and what is installed came right"
  else
    notice "packages were fetched past $WAY, which did not give them"
  fi
}

package_has_fetch_error() { # FILE
  local line
  while IFS= read -r line; do
    case $line in [EW]': Failed to fetch '* | 'E: Unable to fetch '*) return 0 ;; esac
  done <"$1"
  return 1
}
