# shellcheck shell=sh
# A program that gives its answer only once, as root. The answer stays here, in memory and for root alone, until somebody has taken it for
# good: who was cut off asks again and gets the same. Arguments: KEY WORD...

umask 077
answer=/run/bramble/answers/$1
shift
mkdir -p "${answer%/*}"
if [ ! -f "$answer" ]; then
  # It may still be at work for somebody who was cut off.
  if [ -f "$answer.pid" ] && read -r pid <"$answer.pid" && kill -0 "$pid" 2>/dev/null; then
    printf 'it was asked already, and has not answered yet\n' >&2
    exit 75
  fi
  printf '%s\n' $$ >"$answer.pid"
  code=0
  "$@" >"$answer.new" || code=$?
  rm -f "$answer.pid"
  if [ "$code" != 0 ]; then
    rm -f "$answer.new"
    exit "$code"
  fi
  mv "$answer.new" "$answer"
fi
cat "$answer"
