/** Codes of the role `prometheus`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const prometheusCodes = defineCodes({
  PROMETHEUS_KEEPS_TOO_MUCH: code<{ node: string; keep: string; most: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/prometheus/prometheus.test.ts',
    title: 'More history than a 32-bit system can hold',
    summary: ({ node, keep }) => `${node} has a 32-bit system, and Prometheus there cannot keep ${keep}`,
    why: 'all of its history has to fit into the addresses of one process; when it does not, it stops and does not start again',
    fix: ({ most }) => `set keep to ${most} or less, or put the role on a node with a 64-bit system`,
    explain:
      'Prometheus maps its blocks into memory. A 32-bit process has some 3 GiB of addresses, whatever memory the board has and whatever kernel it runs. A 64-bit system on the same board ends this.',
  }),
  SILENCE_TOO_SHORT: code<{ role: string; node: string; silence: number; interval: string; least: number }>({
    origin: 'cluster',
    shownBy: 'src/roles/prometheus/prometheus.test.ts',
    title: 'Silence that is too short to be told from a pause',
    summary: ({ role, node, silence, interval }) =>
      `${role} on ${node} takes ${silence} s of silence for the end of Prometheus, which looks every ${interval}`,
    why: 'between two looks nothing is heard, so a Prometheus that is well would be taken for one that is not',
    fix: ({ least }) => `set silence to ${least}s or more, or interval of prometheus to less`,
    explain:
      'What is heard is that the alert Watchdog goes on, through Prometheus and its Alertmanager: once for each look at the rules.',
  }),
  PROMETHEUS_WATCHES_NOTHING: code({
    origin: 'cluster',
    severity: 'warning',
    shownBy: 'src/roles/prometheus/prometheus.test.ts',
    title: 'A Prometheus with nothing to watch',
    summary: 'no role in use gives metrics, so Prometheus would watch itself alone',
    why: 'it fetches what roles provide; the boards are measured by the role node-exporter',
    fix: 'add under roles:  node-exporter: { on: all }',
    explain: '`bramble export prometheus` prints what there is to be fetched.',
  }),
})
