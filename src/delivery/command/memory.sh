# shellcheck shell=sh
# How much memory the main programs of these units hold, in KiB, a line for each that runs: UNIT KIB. proc_pid_status(5), VmRSS: what is
# theirs and what they have mapped of files.

for unit do
  pid=$(systemctl show --property=MainPID --value -- "$unit" 2>/dev/null) || continue
  if [ "${pid:-0}" = 0 ]; then continue; fi
  awk -v unit="$unit" '/^VmRSS:/ { print unit, $2 }' "/proc/$pid/status" 2>/dev/null
done
