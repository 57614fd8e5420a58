# shellcheck shell=sh disable=SC2317
# What waits for an update on this node, and by which rule of the night: after each look at the sources, and after each update. Writes
# /var/lib/bramble-updates/waiting, a line each: PACKAGE IS WANTED RULE ORIGIN; RULE is night, update (an engine's, moved in turns) or none.
# `looked` there says when the sources were really read, `ran` when the job of the night was over; both in seconds since 1970.
# usage: report [looked|ran]. report state TURN-FILE: prints it all, and the time, a line each, with what it is in front.

LC_ALL=C
export LC_ALL
FOLDER=/var/lib/bramble-updates
WORK=

leave() {
  if [ -n "$WORK" ]; then rm -rf "$WORK"; fi
  # Whatever goes wrong here is no reason for apt to fail.
  exit 0
}
trap leave EXIT

print() { # WORD FILE
  if [ ! -f "$2" ]; then return 0; fi
  while IFS= read -r line; do printf '%s %s\n' "$1" "$line"; done <"$2"
}

if [ "${1-}" = state ]; then
  date '+now %s'
  print looked "$FOLDER/looked"
  print turn "$2"
  print waiting "$FOLDER/waiting"
  exit
fi
mkdir -p "$FOLDER" || exit
WORK=$(mktemp -d) || exit
case ${1-} in looked | ran) date +%s >"$WORK/when" && mv "$WORK/when" "$FOLDER/$1" ;; esac
apt-get -s -o Debug::NoLocking=1 --with-new-pkgs upgrade >"$WORK/simulated" 2>/dev/null || exit
apt-cache policy >"$WORK/sources" 2>/dev/null || exit
# What is newer of a package that is there: Inst NAME [IS] (WANTED ...
set -f
# shellcheck disable=SC2046
set -- $(awk '$1 == "Inst" && $3 ~ /^\[/ { print $2 }' "$WORK/simulated")
: >"$WORK/waiting"
if [ $# -gt 0 ]; then
  apt-cache policy "$@" >"$WORK/packages" 2>/dev/null || exit
  awk '
    function field(text, key,   parts, count, at) {
      count = split(text, parts, ",")
      for (at = 1; at <= count; at++) if (index(parts[at], key "=") == 1) return substr(parts[at], length(key) + 2)
      return ""
    }
    # A rule is origin=X, and label, archive or codename as it is meant; all of it has to hold.
    function holds(rule, release,   parts, count, at, key, value, cut) {
      count = split(rule, parts, ",")
      for (at = 1; at <= count; at++) {
        cut = index(parts[at], "=")
        key = substr(parts[at], 1, 1)
        value = substr(parts[at], cut + 1)
        if (field(release, key) != value) return 0
      }
      return 1
    }
    FILENAME == rules { rule[++rule_count] = $0; next }
    FILENAME == engines { engine[$0] = 1; next }
    FILENAME == sources && /^ *-?[0-9]+ / { place = $2 " " $3; next }
    FILENAME == sources && /^ *release / { sub(/^ *release /, ""); if (!(place in release)) release[place] = $0; next }
    FILENAME == simulated && $1 == "Inst" && $3 ~ /^\[/ { is[$2] = substr($3, 2, length($3) - 2); wanted[$2] = substr($4, 2); next }
    FILENAME == packages && /^[^ ].*:$/ { name = substr($0, 1, length($0) - 1); found = 0; next }
    FILENAME == packages && name in wanted && /^ (\*\*\*|   ) [^ ]/ { found = ($1 == "***" ? $2 : $1) == wanted[name]; next }
    FILENAME == packages && found && /^ +-?[0-9]+ / && !(name in done) {
      by = "none"
      text = release[$2 " " $3]
      for (at = 1; at <= rule_count; at++) if (holds(rule[at], text)) by = "night"
      if (by == "none" && !(name in from)) from[name] = field(text, "o") ", " field(text, "l")
      if (by == "night") { done[name] = 1; from[name] = field(text, "o") ", " field(text, "l") }
      by_rule[name] = by
      next
    }
    END {
      for (one in wanted)
        print one, is[one], wanted[one], (one in engine ? "update" : (one in by_rule ? by_rule[one] : "none")), (from[one] == "" ? "unknown" : from[one])
    }
  ' rules=/etc/apt/bramble-origins engines=/etc/apt/bramble-engines sources="$WORK/sources" simulated="$WORK/simulated" packages="$WORK/packages" \
    /etc/apt/bramble-origins /etc/apt/bramble-engines "$WORK/sources" "$WORK/simulated" "$WORK/packages" | sort >"$WORK/waiting"
fi
mv "$WORK/waiting" "$FOLDER/waiting"
chmod 644 "$FOLDER/waiting"
