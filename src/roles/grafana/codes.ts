/** Codes of the role `grafana`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const grafanaCodes = defineCodes({
  GRAFANA_WITHOUT_QUERIES: code<{ node: string; watching: readonly string[] }>({
    origin: 'cluster',
    shownBy: 'src/roles/grafana/grafana.test.ts',
    title: 'A Grafana with nobody to ask',
    summary: ({ node }) =>
      `nobody answers questions about what was measured on ${node}, where grafana is to show it`,
    why: 'whoever watches answers on the loopback of its own node alone, so Grafana has to be beside it',
    fix: ({ watching }) =>
      watching.length === 0
        ? 'add a role that watches on that node, such as  prometheus: { on: NODE }'
        : `put grafana on ${watching.join(' or ')}`,
    explain:
      'Its source of data is made from what a role on its node gives: there is no address to be written.',
  }),
})
