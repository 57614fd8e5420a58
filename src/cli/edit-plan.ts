/** The plan of a cluster file that is not written yet. */
import type { OpenedCluster } from '../api/index.ts'
import type { Context } from './context.ts'
import { engineLines, engineSuffix } from './render/engine-text.ts'
import { planSummary, renderPlan } from './render/plan-text.ts'
import { watchRun } from './watch-run.ts'

/** What came of looking at the nodes. */
export interface EditPlan {
  readonly interrupted: boolean
  /** What an apply would change. */
  readonly differences: readonly object[]
}

/** Shows the plan; a program gets it in the answer. */
export async function planOfEdit(context: Context, cluster: OpenedCluster): Promise<EditPlan> {
  const { terminal, common } = context
  const api = await context.api()
  if (common.json) {
    const differences: object[] = []
    for await (const event of api.plan(cluster))
      if (event.type === 'resource-differs') differences.push(event)
    return { interrupted: false, differences }
  }
  const run = await watchRun(context, ({ signal, sudoPassword }) =>
    api.plan(cluster, { signal, ...(sudoPassword && { sudoPassword }) }),
  )
  if (!run.interrupted) {
    const lines = renderPlan(run.planEvents, { palette: terminal.palette, full: false })
    const engines = engineLines(run.planEvents, terminal.palette)
    const body = [lines, engines].flatMap((part) => (part.length > 0 ? [...part, ''] : []))
    const summary = `${planSummary(run.planEvents)}${engineSuffix(run.planEvents)}`
    terminal.out([...body, terminal.palette.bold(summary)].map((line) => `${line}\n`).join(''))
  }
  return {
    interrupted: run.interrupted,
    differences: run.planEvents.filter(({ type }) => type === 'resource-differs'),
  }
}
