/** Codes of the role `alert-command`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const alertCommandCodes = defineCodes({
  ALERTS_FROM_NOBODY: code({
    origin: 'cluster',
    severity: 'warning',
    shownBy: 'src/roles/alert-command/alert-command.test.ts',
    title: 'A command for alerts that nobody raises',
    summary: 'no role in use raises alerts, so the command of alert-command is never run',
    why: 'alerts come from an Alertmanager of the cluster, and none is there',
    fix: 'add under roles:  prometheus: { on: NODE }',
    explain: 'An Alertmanager outside of the cluster is not let in: it has no certificate of the cluster.',
  }),
})
