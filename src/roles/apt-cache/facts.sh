# shellcheck shell=sh disable=SC2154
# What the cache has to know of its node before its first program is made. A process only where apt goes through a proxy.

apt_cache_facts() {
  local file line own=
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    case $file in *bramble-apt-cache) continue ;; esac
    if [ ! -f "$file" ]; then continue; fi
    while IFS= read -r line; do case $line in *[Pp]roxy*) own=yes ;; esac done <"$file"
  done
  if [ -n "$own" ]; then
    own=$(apt-config shell OWN Acquire::http::Proxy 2>/dev/null) || own=
    own=${own#OWN=\'}
    own=${own%\'}
  fi
  fact apt-cache.proxy "${own:-none}"
}
