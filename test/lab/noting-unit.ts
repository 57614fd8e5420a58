/** A unit for tests of services. */

/**
 * A service NAME that notes in `/run/NAME.read` what it read from `/etc/NAME.conf` when it started. The note is made
 * before systemd says that the service has started, so whoever waited for the start reads the note of this start.
 */
export function notingUnit(name: string, extra = ''): string {
  const note = `ExecStartPre=-/bin/cp /etc/${name}.conf /run/${name}.read`
  return `[Service]\n${note}\nExecStart=/bin/sleep infinity\n${extra}[Install]\nWantedBy=multi-user.target\n`
}
