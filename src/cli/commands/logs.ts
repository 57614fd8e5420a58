/** `bramble logs`: what the journals of many nodes say, in the order of their times. */
import type { LogEvent, NodeLogEnd } from '../../api/index.ts'
import { askPassword } from '../ask.ts'
import { choiceOf, withChoosingOptions, type ChoosingChoices } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import { UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { entryLines, logNote } from '../render/log-lines.ts'
import { hasReader, room } from '../output-room.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  const declared = withChoosingOptions(command)
    .argument('[names...]', 'units, declared services or roles; the whole journal when left out')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--since <time>', "entries from then on: 10m, 2h, 3d, today, '2026-11-29 14:00'", sinceOf)
    .option(
      '--lines <count>',
      'so many of the newest of each node, or all; 100 when left out, all with --since',
      linesOf,
    )
  withExamples(declared, [
    ['bramble logs consul', 'the newest entries of a unit, on the nodes that have it'],
    ['bramble logs -n ada,ant ssh --since 2h', 'of two nodes, from two hours ago on'],
    ['bramble logs consul-server -f', 'the units of a role, as they come'],
    ['bramble logs -n rack=2 --lines 20', 'the whole journal of some nodes'],
  ])
  declared.action((names, options, self) => session.run(self, (context) => showLogs(context, names, options)))
}

interface LogChoices extends ChoosingChoices {
  readonly follow?: true
  readonly since?: string
  readonly lines?: number | 'all'
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

/** A span is counted by each node's own clock, so that it means the same on all; a time is this computer's. */
function sinceOf(text: string): string {
  const [, count, unit = ''] = /^(\d{1,9})(s|m|min|h|d|w)$/.exec(text) ?? []
  if (count !== undefined) return `-${Number(count) * (UNIT_SECONDS[unit] ?? 1)}s`
  if (text === 'today' || text === 'yesterday') return text
  const [, day, time = 'T00:00'] =
    /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const at = new Date(`${day}${time.replace(' ', 'T')}`).getTime()
  if (Number.isNaN(at))
    throw new UsageError(
      `--since ${text} is no time; type one such as 10m, 2h, 3d, today or '2026-11-29 14:00'`,
    )
  return `@${Math.floor(at / 1000)}`
}

function linesOf(text: string): number | 'all' {
  if (text === 'all') return text
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--lines ${text} is no number; type one, or all`)
  return Number(text)
}

async function showLogs(context: Context, names: readonly string[], choices: LogChoices): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  const { node: _node, role: _role, ...options } = choices
  const cluster = await context.openCluster({ despiteFindings: true })
  const api = await context.api()
  const width = Math.max(...api.chosenNodes(cluster, choiceOf(choices)).map(({ length }) => length))
  const interrupts = watchInterrupts(
    () => undefined,
    () => process.exit(EXIT.interrupted),
  )
  const mayAsk = terminal.canAsk && !common.json
  const events = api.logs(cluster, {
    ...choiceOf(choices),
    ...options,
    names,
    signal: interrupts.signal,
    ...(mayAsk && { sudoPassword: () => askPassword(surroundings, 'Password for sudo on the nodes: ') }),
  })
  const ends: NodeLogEnd[] = []
  try {
    for await (const event of events) {
      if (event.type === 'node-finished') ends.push(event)
      show(context, event, width)
      await room(surroundings.stdout)
      // Nobody reads what still comes.
      if (!hasReader(surroundings.stdout)) break
    }
  } finally {
    interrupts.stop()
  }
  return interrupts.signal.aborted ? EXIT.interrupted : exitOf(ends)
}

function show({ terminal, common }: Context, event: LogEvent, width: number): void {
  if (common.json) terminal.out(`${JSON.stringify(event)}\n`)
  else if (event.type === 'entry') terminal.out(entryLines(event, width, terminal.palette))
  else terminal.err(logNote(event, terminal.errPalette))
}

/** A unit that none of the nodes has is a mistake; one that some do not have is not. */
function exitOf(ends: readonly NodeLogEnd[]): ExitCode {
  const read = ends.filter(({ outcome }) => outcome === 'read')
  const isNowhere = (unit: string): boolean => read.every(({ missing }) => missing.includes(unit))
  if (ends.some(({ outcome }) => outcome === 'failed') || read[0]?.missing.some(isNowhere))
    return EXIT.failure
  return ends.some(({ outcome }) => outcome === 'unreached') ? EXIT.unreached : EXIT.ok
}
