/** A unit for tests of services. */

/** A service NAME that notes in `/run/NAME.read` what it read from `/etc/NAME.conf` when it started. */
export function notingUnit(name: string, extra = ''): string {
  const start = `ExecStart=/bin/sh -c 'cp /etc/${name}.conf /run/${name}.read; exec sleep infinity'`
  const ready = `ExecStartPost=/bin/sh -c 'until test -e /run/${name}.read; do sleep 0.05; done'`
  return `[Service]\n${start}\n${ready}\n${extra}[Install]\nWantedBy=multi-user.target\n`
}
