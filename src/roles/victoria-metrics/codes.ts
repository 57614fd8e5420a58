/** Codes of the role `victoria-metrics`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const victoriaMetricsCodes = defineCodes({
  VICTORIA_METRICS_NOT_PACKAGED: code<{ node: string; release: string; packaged: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/victoria-metrics/victoria-metrics.test.ts',
    title: 'A Debian without VictoriaMetrics',
    summary: ({ node, release }) => `${node} runs Debian ${release}, which has no package of VictoriaMetrics`,
    why: ({ packaged }) => `of the Debians that Bramble knows only ${packaged} has it`,
    fix: 'use the role prometheus there, which takes the same options',
    explain:
      'Debian has left VictoriaMetrics out of trixie. Targets, alerts and whoever hears them are the same with both roles; the history that one has kept is not taken over by the other.',
  }),
})
