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
})
