# shellcheck shell=sh
# Lines of the journal of a node. Arguments: COUNT UNIT... WORD...
#   COUNT  so many units follow; the words behind them are for journalctl
# The first line says which of the units the node does not have; 69 when it keeps no journal (sysexits.h, EX_UNAVAILABLE).

LC_ALL=C
export LC_ALL
if ! command -v journalctl >/dev/null || ! command -v systemctl >/dev/null; then
  echo "journalctl: not found" >&2
  exit 69
fi
n=$1 missing=''
shift
while [ "$n" -gt 0 ]; do
  case $1 in
    *[*?[]*) ;;
    *) if [ "$(systemctl show --property=LoadState --value -- "$1")" = not-found ]; then missing="$missing $1"; fi ;;
  esac
  shift
  n=$((n - 1))
done
echo "missing$missing"
exec journalctl --no-pager --quiet --all --output=json "$@"
