# shellcheck shell=sh
# Writes what the board tells of itself as metrics, for the exporter (its collector for text files); what it does not tell is not there.
# Lies in memory: a card is not written to for that.
# usage: board-metrics FOLDER

set -eu
LC_ALL=C
export LC_ALL
# shellcheck source=/dev/null
. "${0%/*}/board-health.sh"

TEXT=$1/board.prom

gauge() { # NAME HELP
  printf '# HELP bramble_board_%s %s\n# TYPE bramble_board_%s gauge\n' "$1" "$2" "$1"
}

# In the order of the firmware's bits (Raspberry Pi documentation, "vcgencmd", get_throttled); those since the boot are sixteen higher.
reasons() { # NAME HELP BITS
  gauge "$1" "$2"
  bits=$3
  for reason in under-voltage frequency-capped throttled soft-temperature-limit; do
    printf 'bramble_board_%s{reason="%s"} %d\n' "$1" "$reason" "$((bits & 1))"
    bits=$((bits >> 1))
  done
}

# A step of an eMMC is a tenth of its life (JEDEC eMMC 5.0); the most worn part counts.
worn() { # STEP...
  most=0
  for step; do
    case $step in 0x[0-9a-fA-F] | 0x[0-9a-fA-F][0-9a-fA-F]) if [ "$((step))" -gt "$most" ]; then most=$((step)); fi ;; esac
  done
  if [ "$most" -eq 0 ]; then return; fi
  gauge wear_ratio 'Part of the life of its flash memory that is over, at most.'
  printf 'bramble_board_wear_ratio %d.%d\n' "$((most / 10))" "$((most % 10))"
}

board_says() { # KEY VALUE
  case $1 in
  throttled)
    reasons throttled 'Whether the board is held back now.' "$2"
    reasons throttled_since_boot 'Whether the board was held back since its boot.' "$(($2 >> 16))"
    ;;
  heat)
    gauge temperature_celsius 'Of its hottest place.'
    printf 'bramble_board_temperature_celsius %d.%03d\n' "$(($2 / 1000))" "$(($2 % 1000))"
    ;;
  wear)
    # shellcheck disable=SC2086 # steps, a word each
    worn $2
    ;;
  card_errors)
    gauge disk_errors 'Errors that its file systems have counted.'
    printf 'bramble_board_disk_errors %d\n' "$2"
    ;;
  root)
    gauge root_read_only 'Whether its root cannot be written.'
    if [ "$2" = read-only ]; then echo 'bramble_board_root_read_only 1'; else echo 'bramble_board_root_read_only 0'; fi
    ;;
  esac
}

# A unit of its own that systemd starts four times a minute would write that much into the journal.
while :; do
  board_health >"$TEXT.new"
  mv "$TEXT.new" "$TEXT"
  sleep 15
done
