/** `bramble apply`: shows the plan, asks, and carries it out. */
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { isWell, type Event } from '../../events/event.ts'
import { askYesNo } from '../ask.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { endLine, endTable } from '../render/end-summary.ts'
import { planSummary, renderPlan } from '../render/plan-text.ts'
import { plannedApply, type HeldPlan } from '../plan-file.ts'
import { scopeOf, withRunOptions, type RunChoices } from '../run-options.ts'
import { watchRun, type RunControls, type WatchedRun } from '../watch-run.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withRunOptions(command)
    .argument(
      '[file]',
      'a plan of bramble plan --out: it is carried out without a question, or refused when anything has changed',
    )
    .option('-y, --yes', 'agree to the changes beforehand')
    .action((file, options, self) =>
      session.run(self, async (context) => {
        if (file === undefined) return apply(context, options)
        const planned = await plannedApply(context, file, options)
        return apply(planned.context, { ...options, ...planned.choices })
      }),
    )
}

/** What was chosen, and by which command. */
export interface ApplyChoices extends RunChoices {
  readonly yes?: true
  readonly held?: HeldPlan
  /** `update`: packages and restarts, in place of what an apply does. */
  readonly command?: 'apply' | 'update'
  /** Begin with nodes also while the window for updates is closed. */
  readonly now?: true
}

/** Shows what would be done, asks, and does it. */
export async function apply(context: Context, choices: ApplyChoices): Promise<ExitCode> {
  const { terminal, common } = context
  const { command = 'apply' } = choices
  // Known only once the nodes were looked at: a run with nothing to do needs nobody.
  const isAlone = !choices.yes && (common.json === true || !terminal.canAsk)
  const cluster = await context.openCluster({ updating: command === 'update' })
  const api = await context.api()
  let declined = false
  const start = ({ signal, sudoPassword, ...controls }: RunControls): AsyncIterable<Event> =>
    api.apply(cluster, {
      ...scopeOf(choices),
      signal,
      ...(sudoPassword && { sudoPassword }),
      ...(choices.held && { held: choices.held }),
      ...(choices.now && { anyTime: true }),
      ...(command === 'update' && { command }),
      confirm: async (planned: readonly Event[]) => {
        const agreed = await agree(context, controls, planned, choices, isAlone)
        declined = !agreed
        return agreed
      },
    })
  const run = await watchRun(context, start, choices)
  const roles = new Map(cluster.nodes.map((node) => [node.name, node.roles]))
  if (!common.json) terminal.out(closing(context, run, roles, declined, choices.quiet ?? false))
  if (run.interrupted) return EXIT.interrupted
  if (declined && isAlone) throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command }))
  const { end } = run.progress
  return end && isWell(end.outcome) && !declined ? EXIT.ok : EXIT.failure
}

/** Shows the plan; without `--yes` somebody has to agree to it, which nobody does who `isAlone`. */
async function agree(
  { terminal, surroundings, common }: Context,
  { note, ask, agreed }: Omit<RunControls, 'signal' | 'sudoPassword'>,
  planned: readonly Event[],
  choices: ApplyChoices,
  isAlone: boolean,
): Promise<boolean> {
  if (common.json) return !isAlone
  if (choices.quiet && choices.yes) {
    agreed()
    return true
  }
  // Who agreed beforehand is told how much it is; the whole plan is for somebody who decides.
  const isShown = choices.yes !== true || choices.full === true
  const lines = isShown
    ? [...renderPlan(planned, { palette: terminal.palette, full: choices.full ?? false }), '']
    : []
  const text = [...lines, terminal.palette.bold(planSummary(planned)), '']
  const answer = await ask(() => {
    note(text.map((line) => `${line}\n`).join(''))
    if (choices.yes || isAlone) return Promise.resolve(!isAlone)
    return askYesNo(surroundings, 'Apply these changes?')
  })
  if (answer) agreed()
  return answer
}

function closing(
  { terminal: { palette, width }, typed }: Context,
  { progress, interrupted }: WatchedRun,
  roles: ReadonlyMap<string, readonly string[]>,
  declined: boolean,
  quiet: boolean,
): string {
  if (declined) return 'Nothing was changed.\n'
  const isQuiet = quiet || (progress.end?.outcome === 'unchanged' && !interrupted)
  const table = isQuiet
    ? []
    : [...endTable(progress, { palette, roles, ...(width !== undefined && { width }) }), '']
  const again = interrupted ? [`Interrupted; ${typed} goes on where this run stopped.`] : []
  return [...table, endLine(progress, palette, typed), ...again].map((line) => `${line}\n`).join('')
}
