# shellcheck shell=sh
# How a board is, one call of `board_says KEY VALUE` for each thing that it tells; what it does not tell is not said. It is part of every program
# and of `bramble top`, so that both say the same. Builtins alone, but for vcgencmd.

board_hex() { # TEXT: sets HEX to a number in hexadecimal with 0x before it; empty when it is none
  HEX=${1#throttled=}
  HEX=${HEX#0x}
  case $HEX in
  '' | *[!0-9a-fA-F]*) HEX= ;;
  *) HEX=0x$HEX ;;
  esac
}

# A node of the lab says what it is told to: the sensors are those of the computer around it.
board_of_lab() {
  local key value
  while IFS='=' read -r key value; do
    case $key in
    throttled)
      board_hex "$value"
      if [ -n "$HEX" ]; then board_says throttled "$HEX"; fi
      ;;
    heat | wear | card_errors) if [ -n "$value" ]; then board_says "$key" "$value"; fi ;;
    esac
  done </run/bramble-lab/board
}

# Bits of the firmware (Raspberry Pi documentation, "vcgencmd", get_throttled). One source may always say 0 (raspberrypi/linux#2367), so all are
# asked, and what one of them says counts. The alarm of the kernel's own driver knows of voltage alone: its 0 says nothing of heat.
board_throttled() {
  local bits=0 known='' text name
  text=/sys/devices/platform/soc/soc:firmware/get_throttled
  if [ -r "$text" ] && read -r text 2>/dev/null <"$text"; then
    board_hex "$text"
    if [ -n "$HEX" ]; then known=yes bits=$((bits | HEX)); fi
  fi
  if command -v vcgencmd >/dev/null; then
    board_hex "$(vcgencmd get_throttled 2>/dev/null || :)"
    if [ -n "$HEX" ]; then known=yes bits=$((bits | HEX)); fi
  fi
  for text in /sys/class/hwmon/hwmon*; do
    if [ -r "$text/name" ] && read -r name 2>/dev/null <"$text/name" && [ "$name" = rpi_volt ] &&
      read -r name 2>/dev/null <"$text/in0_lcrit_alarm" && [ "$name" = 1 ]; then
      known=yes bits=$((bits | 1))
    fi
  done
  if [ -n "$known" ]; then board_says throttled "$(printf '0x%x' "$bits")"; fi
}

board_heat() { # in thousandths of a degree; the hottest place counts, and one that no board survives is a broken sensor
  local file value hottest=''
  for file in /sys/class/thermal/thermal_zone*/temp; do
    if ! { [ -r "$file" ] && read -r value 2>/dev/null <"$file"; }; then continue; fi
    case $value in '' | 0 | *[!0-9]*) continue ;; esac
    if [ "$value" -lt 150000 ] && [ "$value" -gt "${hottest:-0}" ]; then hottest=$value; fi
  done
  if [ -n "$hottest" ]; then board_says heat "$hottest"; fi
}

# An eMMC tells in steps of a tenth how much of its life is over (JEDEC eMMC 5.0, DEVICE_LIFE_TIME_EST); an SD card does not. What ext4 could not
# read or write since the file system was last checked it counts itself (ext4(5), errors_count).
board_card() {
  local file one two wear='' errors=0 known=''
  for file in /sys/block/mmcblk*/device/life_time; do
    if [ -r "$file" ] && read -r one two 2>/dev/null <"$file"; then wear="$wear${wear:+ }$one $two"; fi
  done
  if [ -n "$wear" ]; then board_says wear "$wear"; fi
  for file in /sys/fs/ext4/*/errors_count; do
    if [ -r "$file" ] && read -r one 2>/dev/null <"$file"; then
      case $one in '' | *[!0-9]*) continue ;; esac
      known=yes errors=$((errors + one))
    fi
  done
  if [ -n "$known" ]; then board_says card_errors "$errors"; fi
}

# A kernel that cannot write to its card any more makes the root read-only and goes on as if nothing were amiss.
board_root() {
  local at options found=''
  while read -r _ at _ options _; do
    if [ "$at" = / ]; then found=$options; fi
  done </proc/mounts
  case $found in
  '') ;;
  ro | ro,*) board_says root read-only ;;
  *) board_says root writable ;;
  esac
}

board_health() {
  if [ -r /run/bramble-lab/board ]; then
    board_of_lab
  else
    board_throttled
    board_heat
    board_card
  fi
  board_root
}
