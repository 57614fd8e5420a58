/** `bramble service`: where the services of the cluster file run and how they stand, by the word of who runs them; and the same begun anew. */
import type { ListedService, RestartedService, ServiceLog } from '../../api/index.ts'
import { SYSTEMD } from '../../topology/service.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { hasReader, room } from '../output-room.ts'
import { oneLine } from '../render/columns.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  const list = subcommand(command, 'list', 'list them: who runs them, where, since when, and their next run')
  withExamples(list, [
    ['bramble service list', 'all services of the cluster file'],
    ['bramble service list --json', 'for programs'],
  ])
  list.action((_, self) => session.run(self, showList))
  const restart = subcommand(
    command,
    'restart',
    'begin them anew where they run, one place after the other',
  ).argument('<names...>', 'services of the cluster file')
  withExamples(restart, [
    ['bramble service restart web', 'each place runs again before the next one is touched'],
    ['bramble service restart web api', 'one after the other, in this order'],
  ])
  restart.action((names: string[], _, self) => session.run(self, (context) => beginAnew(context, names)))
  const logs = subcommand(command, 'logs', 'what one of them has written last, place by place')
    .argument('<name>', 'a service of the cluster file')
    .option('--lines <count>', 'so many of the newest of each output in each place', linesOf, LINES)
  withExamples(logs, [
    ['bramble service logs web', 'whoever runs it: systemd, or Nomad; of a schedule its last run'],
    ['bramble service logs web --lines 10 --json', 'a line for each, for programs'],
  ])
  logs.action((name: string, { lines }: { lines: number }, self) =>
    session.run(self, (context) => showLogs(context, name, lines)),
  )
}

const LINES = 100

function linesOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--lines ${text} is no number of lines; type one from 1 on`)
  return Number(text)
}

const COLUMNS = ['NAME', 'BY', 'NODE', 'STATE', 'SINCE', 'NEXT RUN'].map((title) => ({ title }))

async function showList(context: Context): Promise<ExitCode> {
  const cluster = await context.openCluster()
  const services = await (await context.api()).listServices(cluster)
  const { terminal, common } = context
  if (common.json) terminal.out(jsonText(services))
  else if (services.length === 0) terminal.out('The cluster file has no services.\n')
  else {
    const { palette, width } = terminal
    const lines = renderTable(COLUMNS, services.flatMap(rowsOf), {
      titleStyle: palette.dim,
      ...(width !== undefined && { width }),
    })
    terminal.out(lines.map((line) => `${line}\n`).join(''))
  }
  for (const { name, problem } of services)
    if (problem !== undefined)
      terminal.err(`${terminal.errPalette.red('not run')} ${name}: ${oneLine(problem)}\n`)
  for (const { name, unknown } of services)
    for (const why of unknown) terminal.err(`${terminal.palette.red('unknown')} ${name}: ${why}\n`)
  if (services.some(({ unknown }: ListedService) => unknown.length > 0)) return EXIT.unreached
  return services.every(isWell) ? EXIT.ok : EXIT.failure
}

async function beginAnew(context: Context, names: readonly string[]): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const interrupts = watchInterrupts(
    () => undefined,
    () => process.exit(EXIT.interrupted),
  )
  let worst: ExitCode = EXIT.ok
  try {
    for await (const done of api.restartServices(cluster, names, interrupts.signal)) {
      if (common.json) terminal.out(`${JSON.stringify(done)}\n`)
      else showRestarted(context, done)
      if (done.outcome !== 'restarted') worst = done.outcome === 'failed' ? EXIT.failure : EXIT.unreached
    }
  } finally {
    interrupts.stop()
  }
  return interrupts.signal.aborted ? EXIT.interrupted : worst
}

function showRestarted({ terminal }: Context, { name, node, outcome, detail }: RestartedService): void {
  const what = node === undefined ? name : `${name} on ${node}`
  if (outcome === 'restarted') terminal.out(`restarted ${what}\n`)
  else terminal.err(`${terminal.errPalette.red(outcome)} ${what}: ${detail ?? ''}\n`)
}

async function showLogs(context: Context, name: string, lines: number): Promise<ExitCode> {
  const { common, surroundings } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const interrupts = watchInterrupts(
    () => undefined,
    () => process.exit(EXIT.interrupted),
  )
  let worst: ExitCode = EXIT.ok
  try {
    for await (const said of api.serviceLogs(cluster, name, { lines, signal: interrupts.signal })) {
      if (said.type === 'unknown') worst = EXIT.unreached
      if (common.json) context.terminal.out(`${JSON.stringify(said)}\n`)
      else showLine(context, name, said)
      await room(surroundings.stdout)
      // Nobody reads what still comes.
      if (!hasReader(surroundings.stdout)) break
    }
  } finally {
    interrupts.stop()
  }
  return interrupts.signal.aborted ? EXIT.interrupted : worst
}

/** What went to its standard error goes to ours. */
function showLine({ terminal }: Context, name: string, said: ServiceLog): void {
  if (said.type === 'unknown') {
    const what = said.node === undefined ? name : `${name} on ${said.node}`
    terminal.err(`${terminal.errPalette.red('unknown')} ${what}: ${oneLine(said.why)}\n`)
    return
  }
  const { node, part, stream, at, text } = said
  const where = [node, ...(part === undefined ? [] : [part]), ...(at === undefined ? [] : [at])].join(' ')
  if (stream === 'stderr') terminal.err(`${terminal.errPalette.bold(where)}  ${oneLine(text)}\n`)
  else terminal.out(`${terminal.palette.bold(where)}  ${oneLine(text)}\n`)
}

/** What has not been run yet, and what is only announced, is not wrong. */
function isWell({ instances, schedule, by, detail, problem }: ListedService): boolean {
  if (problem !== undefined) return false
  if (instances.length > 0) return instances.every(({ isWrong }) => !isWrong)
  return detail !== undefined && (schedule !== undefined || by === SYSTEMD)
}

/** One for each place where it runs; at least one. */
function rowsOf({ name, by, instances, detail, next, schedule, unknown }: ListedService): Cell[][] {
  const when = next === undefined ? (schedule ?? '') : timeText(next)
  const cells = (...texts: readonly string[]): Cell[] => texts.map((text) => ({ text }))
  if (instances.length === 0)
    return [cells(name, by, '', unknown.length > 0 ? 'unknown' : (detail ?? 'nowhere'), '', when)]
  return instances.map(({ node, state, since }) =>
    cells(name, by, node, state, since === undefined ? '' : timeText(since), when),
  )
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
