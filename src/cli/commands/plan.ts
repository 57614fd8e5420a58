/** `bramble plan`: shows what an apply would change, and why; changes nothing. */
import { isWell, type Event } from '../../events/event.ts'
import type { Command, Session } from '../command.ts'
import type { PlannedRun } from '../../api/planned/planned-run.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { engineLines, engineSuffix } from '../render/engine-text.ts'
import { planSummary, renderPlan } from '../render/plan-text.ts'
import { scopeOf, withRunOptions, type RunChoices } from '../run-options.ts'
import { keepPlan } from '../plan-file.ts'
import { watchRun, type RunControls } from '../watch-run.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withRunOptions(command)
    .option(
      '--out <file>',
      'keep the plan in a file, for bramble apply FILE; exactly that is then done, or nothing',
    )
    .option('--detailed-exitcode', 'end with 0 when nothing differs, 2 when something does, 1 on failure')
    .action((options, self) => session.run(self, (context) => plan(context, options)))
}

interface PlanChoices extends RunChoices {
  readonly detailedExitcode?: true
  readonly out?: string
}

async function plan(context: Context, choices: PlanChoices): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  let kept: PlannedRun | undefined
  const start = ({ signal, sudoPassword }: RunControls): AsyncIterable<Event> =>
    api.plan(cluster, {
      ...scopeOf(choices),
      signal,
      ...(sudoPassword && { sudoPassword }),
      keep: (planned) => (kept = planned),
    })
  const run = await watchRun(context, start, choices)
  if (run.interrupted) return EXIT.interrupted
  if (!common.json) {
    const lines = renderPlan(run.planEvents, { palette: terminal.palette, full: choices.full ?? false })
    const engines = engineLines(run.planEvents, terminal.palette)
    const body = [lines, engines].flatMap((part) => (part.length > 0 ? [...part, ''] : []))
    const summary = `${planSummary(run.planEvents)}${engineSuffix(run.planEvents)}`
    terminal.out(
      [...(choices.quiet ? [] : body), terminal.palette.bold(summary)].map((line) => `${line}\n`).join(''),
    )
  }
  if (choices.out !== undefined && !run.interrupted) await keepPlan(context, choices.out, kept)
  if (run.progress.end && !isWell(run.progress.end.outcome)) return EXIT.failure
  const differs = run.planEvents.some(({ type }) => type === 'resource-differs' || type === 'node-waits')
  return differs && choices.detailedExitcode ? EXIT.changes : EXIT.ok
}
