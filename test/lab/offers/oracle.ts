/** The role of an engine for tests: a real service that makes a value when it first runs, and gives it away once. */
import { defineRole, directory, file, service, z } from 'bramble'

/** `serve` runs as a unit; `init` gives the word to whoever asks first, and to nobody ever again. */
const ORACLE = `#!/bin/sh
set -eu
umask 077
case $1 in
serve)
  if [ ! -f /var/lib/oracle/word ]; then
    head -c 24 /dev/urandom | base64 | tr -d '/+=\\n' >/var/lib/oracle/word
  fi
  : >/run/oracle/ready
  exec sleep infinity
  ;;
status) test -f /run/oracle/ready ;;
init)
  test -f /run/oracle/ready
  test ! -f /var/lib/oracle/given || { echo 'it was given already' >&2; exit 3; }
  : >/var/lib/oracle/given
  cat /var/lib/oracle/word
  ;;
esac
`

const UNIT = `[Service]
ExecStart=/usr/local/bin/oracle serve
RuntimeDirectory=oracle
[Install]
WantedBy=multi-user.target
`

/** The controller is killed where the test says so. */
function killedHere(where: string): void {
  if (process.env['ORACLE_KILL'] === where) process.kill(process.pid, 'SIGKILL')
}

export default defineRole({
  name: 'oracle',
  summary: 'Runs an oracle, which says its word once.',
  options: z.strictObject({}),
  offers: () => [
    { name: 'oracle/word', loss: 'an oracle never says its word again: begin anew with its data' },
  ],
  resources: () => [
    file({ path: '/usr/local/bin/oracle', content: ORACLE, mode: '755' }),
    directory({ path: '/var/lib/oracle', mode: '700' }),
    file({ path: '/etc/systemd/system/oracle.service', content: UNIT }),
    service({
      name: 'oracle',
      restartOn: ['file:/etc/systemd/system/oracle.service', 'file:/usr/local/bin/oracle'],
    }),
  ],
  store: ({ nodes }) => ({
    name: 'oracle',
    members: nodes.map(({ name }) => name),
    size: 0,
    runsAs: 'service:oracle.service',
    whole: () => Promise.resolve([]),
    check: async (link, node) => {
      const { code } = await link.run(node, ['/usr/local/bin/oracle', 'status'])
      if (code !== 0) throw new Error('the oracle does not run')
      return { differences: [], unseen: [] }
    },
    converge: async (_, node, __, handover) => {
      if (handover.missing().length === 0) return
      const answer = await handover.ask(node, ['/usr/local/bin/oracle', 'init'])
      killedHere('after the answer')
      await handover.keep({ 'oracle/word': answer.toString() })
      killedHere('after it was kept')
    },
  }),
})
