/** Codes of whoever watches. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const watcherCodes = defineCodes({
  SILENCE_TOO_SHORT: code<{
    role: string
    node: string
    silence: number
    watcher: string
    interval: string
    least: number
  }>({
    origin: 'cluster',
    shownBy: 'src/roles/prometheus/prometheus.test.ts',
    title: 'Silence that is too short to be told from a pause',
    summary: ({ role, node, silence, watcher, interval }) =>
      `${role} on ${node} takes ${silence} s of silence for the end of ${watcher}, which looks every ${interval}`,
    why: 'between two looks nothing is heard, so one that is well would be taken for one that is not',
    fix: ({ watcher, least }) => `set silence to ${least}s or more, or interval of ${watcher} to less`,
    explain:
      'What is heard is that the alert Watchdog goes on, through whoever watches and its Alertmanager: once for each look at the rules.',
  }),
  WATCHERS_ON_ONE_NODE: code<{ node: string; roles: readonly [string, string] }>({
    origin: 'cluster',
    shownBy: 'src/resolve/shared.test.ts',
    title: 'Two roles that watch on one node',
    summary: ({ node, roles: [one, other] }) => `${node} has both ${one} and ${other}`,
    why: 'they would fetch all metrics twice onto one board, and share one Alertmanager that tells each alert twice',
    fix: ({ roles: [one, other] }) => `put ${one} or ${other} on another node, or leave one of them out`,
    explain:
      'On two nodes they may well be: each watches everything, also the other, and a board that dies does not take all that watches with it. Who hears alerts then hears each of them from both.',
  }),
  WATCHES_NOTHING: code<{ watcher: string }>({
    origin: 'cluster',
    severity: 'warning',
    shownBy: 'src/roles/prometheus/prometheus.test.ts',
    title: 'Nothing to watch',
    summary: ({ watcher }) => `no role in use gives metrics, so ${watcher} would watch itself alone`,
    why: 'it fetches what roles provide; the boards are measured by the role node-exporter',
    fix: 'add under roles:  node-exporter: { on: all }',
    explain: '`bramble export prometheus` prints what there is to be fetched.',
  }),
})
