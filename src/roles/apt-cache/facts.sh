# shellcheck shell=sh disable=SC2154
# What the cache has to know of its node before its first program is made. A process only where apt is told of a proxy in another form than one line.

apt_cache_facts() {
  local file line own='' nested=''
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    case $file in *bramble-apt-cache) continue ;; esac
    if [ ! -f "$file" ]; then continue; fi
    while IFS= read -r line; do
      case $line in
      'Acquire::http::Proxy "'*'";'*)
        own=${line#*\"}
        own=${own%%\"*}
        ;;
      *[Pp]roxy*) nested=yes ;;
      esac
    done <"$file"
  done
  if [ -n "$nested" ]; then
    own=$(apt-config shell OWN Acquire::http::Proxy 2>/dev/null) || own=
    own=${own#OWN=\'}
    own=${own%\'}
  fi
  fact apt-cache.proxy "${own:-none}"
}
