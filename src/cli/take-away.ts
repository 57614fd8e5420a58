/** Takes everything away from nodes: shows what goes, asks, carries it out, and lists what is left. */
import type { LeftFolder, OpenedCluster, RunOptions } from '../api/index.ts'
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import { isWell, type Event } from '../events/event.ts'
import { clusterWords } from './again.ts'
import { CommandRefusal, type Context } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { endLine, endTable } from './render/end-summary.ts'
import { planSummary, renderPlan } from './render/plan-text.ts'
import { watchRun, type WatchedRun } from './watch-run.ts'

/** What is taken away, and how it is agreed to. */
export interface Taking {
  readonly command: 'destroy' | 'reset'
  readonly yes: boolean
  readonly options: RunOptions
  /** Asks somebody at the terminal. */
  readonly agree: () => Promise<boolean>
  /** What is said when it is done, before what is left on the nodes. */
  readonly done: readonly string[]
}

/** Carries it out; `isDone` tells whether nothing is left to take. */
export async function takeAway(
  context: Context,
  cluster: OpenedCluster,
  taking: Taking,
): Promise<{ readonly code: ExitCode; readonly isDone: boolean }> {
  const { terminal, common } = context
  const api = await context.api()
  const isAlone = !taking.yes && (common.json === true || !terminal.canAsk)
  const { run, declined } = await carriedOut(context, cluster, { ...taking, isAlone })
  if (run.interrupted) return { code: EXIT.interrupted, isDone: false }
  const { end } = run.progress
  const isDone = !declined && end !== undefined && isWell(end.outcome)
  // A node that did not come through still has all of it, and may be at work with it.
  const isThrough = (event: Event): boolean => {
    const outcome = 'node' in event ? run.progress.nodes.get(event.node ?? '')?.outcome : undefined
    return outcome === 'changed' || outcome === 'unchanged'
  }
  const left = declined ? [] : await api.whatIsLeft(cluster, run.planEvents.filter(isThrough))
  if (common.json === true) {
    if (!declined) terminal.out(`${JSON.stringify({ type: 'left', folders: left })}\n`)
  } else {
    const roles = new Map(cluster.nodes.map((node) => [node.name, node.roles]))
    terminal.out(declined ? 'Nothing was changed.\n' : closing(context, run, roles, { left, isDone, taking }))
  }
  if (declined && isAlone)
    throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command: taking.command }))
  return { code: isDone ? EXIT.ok : EXIT.failure, isDone }
}

/** Runs it, once somebody has agreed to what goes. */
async function carriedOut(
  context: Context,
  cluster: OpenedCluster,
  taking: Taking & { readonly isAlone: boolean },
): Promise<{ readonly run: WatchedRun; readonly declined: boolean }> {
  const api = await context.api()
  let declined = false
  const run = await watchRun(
    context,
    ({ signal, sudoPassword, note, ask, agreed }) =>
      api.apply(cluster, {
        ...taking.options,
        command: taking.command,
        signal,
        ...(sudoPassword && { sudoPassword }),
        confirm: async (planned: readonly Event[]) => {
          const answer = await ask(() => {
            if (context.common.json !== true) note(planText(context, planned))
            return taking.yes || taking.isAlone ? Promise.resolve(taking.yes) : taking.agree()
          })
          declined = !answer
          if (answer) agreed()
          return answer
        },
      }),
    { again: context.typed },
  )
  return { run, declined }
}

function planText({ terminal: { palette } }: Context, planned: readonly Event[]): string {
  const lines = [...renderPlan(planned, { palette, full: false }), '', palette.bold(planSummary(planned)), '']
  return lines.map((line) => `${line}\n`).join('')
}

interface Closed {
  readonly left: readonly LeftFolder[]
  readonly isDone: boolean
  readonly taking: Taking
}

function closing(
  { terminal: { palette, width }, common, typed }: Context,
  { progress }: WatchedRun,
  roles: ReadonlyMap<string, readonly string[]>,
  { left, isDone, taking }: Closed,
): string {
  const words = ['bramble', ...clusterWords(common)].join(' ')
  const lines = [
    ...endTable(progress, { palette, roles, ...(width !== undefined && { width }) }),
    '',
    endLine(progress, palette, typed),
    ...(isDone
      ? taking.done
      : [`What was not reached or did not come to its end is taken by the same command: ${typed}`]),
    'Left as they are: accounts, keys and rights that the cluster file gives, so that you can log in, and all that was there before.',
    ...left.map(
      ({ node, folder }) =>
        `Left with what is in it: ${node} ${folder}  (${words} ssh ${node} -- sudo rm -r ${folder})`,
    ),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
