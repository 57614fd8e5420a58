# shellcheck shell=sh disable=SC2154,SC2034
# Kind kernel-module. Columns: ID NAME present|absent load|listed; NAME has underscores, as in /sys/module.
# What is blacklisted for modprobe(8) is not loaded at boot (systemd-modules-load.service(8)), whatever is listed to be.
# A check starts no process while all modules are loaded; else one looks up what is built into the kernel.

kernel_module_built_in() { # NAME: what is built in and has no parameters does not show in /sys/module
  local release=''
  if [ -z "${KERNEL_MODULES_BUILT_IN-}" ]; then
    IFS= read -r release </proc/sys/kernel/osrelease || :
    # The list has paths such as kernel/net/ipv4/tcp_cubic.ko, with dashes or underscores.
    KERNEL_MODULES_BUILT_IN=/$(tr - _ 2>/dev/null <"/lib/modules/$release/modules.builtin" || :)
  fi 2>/dev/null
  case $KERNEL_MODULES_BUILT_IN in *"/$1.ko"*) ;; *) return 1 ;; esac
}

kernel_module_is_loaded() { # NAME
  [ -d "/sys/module/$1" ] || kernel_module_built_in "$1"
}

kernel_module_denied() { # sets DENIED: a line ` NAME PLACE` for each module that the boot is told not to load
  local file line number name what rest
  DENIED=$NL
  for file in "$R"/etc/modprobe.d/*.conf "$R"/run/modprobe.d/*.conf "$R"/usr/lib/modprobe.d/*.conf; do
    [ -f "$file" ] || continue
    # A file of the same name in /etc stands for the whole of the other one (modprobe.d(5)).
    if [ "${file%/*}" != "$R/etc/modprobe.d" ] && [ -e "$R/etc/modprobe.d/${file##*/}" ]; then continue; fi
    number=0
    while read -r what name rest || [ -n "$what" ]; do
      number=$((number + 1))
      case $what:$rest in
      blacklist:* | install:*/true | install:*/false)
        replaced "$name" - _
        DENIED="$DENIED$REPLACED ${file#"$R"}:$number$NL"
        ;;
      esac
      what=
    done <"$file"
  done
  if [ -n "$R" ]; then return 0; fi
  read -r line </proc/cmdline || :
  set -f
  for name in $line; do
    case $name in
    module_blacklist=* | modprobe.blacklist=*)
      replaced "${name#*=}" - _
      replaced "$REPLACED" , " /proc/cmdline$NL"
      DENIED="$DENIED$REPLACED /proc/cmdline$NL"
      ;;
    esac
  done
  set +f
}

kernel_module_place() { # NAME: sets PLACE to where it is blacklisted, empty when it is not
  PLACE=
  case $DENIED in
  *"$NL$1 "*)
    PLACE=${DENIED#*"$NL$1 "}
    PLACE=${PLACE%%"$NL"*}
    ;;
  esac
}

kernel_module_compare() { # ID NAME STATE load|listed
  local line='' file=$R/etc/modules-load.d/bramble-$2.conf
  if [ -f "$file" ]; then IFS= read -r line <"$file" || :; fi
  # Only what can be unloaded has a state (Linux, Documentation/ABI/testing/sysfs-module).
  if [ "$3" = absent ]; then
    if [ -f "$file" ] || { [ "$R$4" = load ] && [ -e "/sys/module/$2/initstate" ]; }; then removes "$1"; fi
    return 0
  fi
  if [ "$line" != "$2" ]; then
    creates "$1"
  elif [ "$R$4" = load ] && ! kernel_module_is_loaded "$2"; then
    differs "$1" state 'not loaded' loaded
  fi
  kernel_module_place "$2"
  if [ -n "$PLACE" ]; then differs "$1" 'at boot' "blacklisted ($PLACE)" loaded; fi
}

kernel_module_check() {
  kernel_module_denied
  "$ROWS" kernel_module_compare
}

kernel_module_before() { # ID NAME STATE load|listed
  if [ "$R$4" = listed ] || { [ -z "$R" ] && kernel_module_is_loaded "$2"; }; then printf 'loaded\n'; else printf 'absent\n'; fi
}

kernel_module_load() { # NAME
  local release=''
  command -v modprobe >/dev/null || fail 'modprobe is not on this node; install the package kmod'
  IFS= read -r release </proc/sys/kernel/osrelease || :
  modprobe "$1" || fail "the kernel $release does not load the module $1 (a container shares its kernel with others)"
}

kernel_module_converge() { # ID NAME STATE load|listed
  local file=$R/etc/modules-load.d/bramble-$2.conf
  if [ "$3" = absent ]; then
    rm -f "$file"
    if [ "$R$4" = load ] && [ -e "/sys/module/$2/initstate" ]; then
      modprobe -r "$2" || fail "the module $2 is in use; it is no longer loaded at boot"
    fi
    return 0
  fi
  if [ "$R$4" = load ] && ! kernel_module_is_loaded "$2"; then kernel_module_load "$2"; fi
  mkdir -p "$R/etc/modules-load.d"
  printf '%s\n' "$2" >"$WORK/module"
  put "$WORK/module" "$file" 644 0 0
  kernel_module_place "$2"
  [ -z "$PLACE" ] || fail "$2 is blacklisted ($PLACE), so no boot loads it; take that out, then apply again"
}

kernel_module_remove() { # NAME BEFORE
  rm -f "$R/etc/modules-load.d/bramble-$1.conf"
  if [ -z "$R" ] && [ "$2" = absent ] && [ -e "/sys/module/$1/initstate" ]; then
    # What uses the module keeps it until the next boot.
    modprobe -r "$1" || :
  fi
}
