/** `bramble log`: lists the runs of the past, or replays one. */
import { findClusterFile } from '../../cluster-file/find.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { runIds } from '../../journal/journal-folder.ts'
import { listRuns, readRun, type RunRecord } from '../../journal/read-journal.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { oneLine } from '../render/columns.ts'
import { outcomeWord, summaryPhrase } from '../render/counts.ts'
import { plainRenderer } from '../render/plain.ts'
import { outcomeColour } from '../render/sign.ts'
import { renderTable, type Cell } from '../render/table.ts'
import { wholeNumber } from '../whole-number.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .argument('[run]', 'name of a run, its beginning, or "last"; without one, all are listed')
    .option('--limit <count>', 'list only so many runs, the newest', wholeNumber)
    .action((run, options, self) =>
      session.run(self, (context) =>
        run === undefined ? list(context, options.limit) : replay(context, run),
      ),
    )
}

function list({ terminal, common, folder }: Context, limit: number | undefined): ExitCode {
  const all = listRuns(folder)
  const runs = limit === undefined ? all : all.slice(-limit)
  if (common.json) {
    terminal.out(runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
    return EXIT.ok
  }
  // A folder that holds a journal and no cluster file any more still has its past.
  const cluster = runs.length === 0 ? findClusterFile(folder) : undefined
  if (cluster !== undefined && 'diagnostic' in cluster) throw new CommandRefusal(cluster.diagnostic)
  if (runs.length === 0) {
    terminal.out('There are no runs yet.\n')
    return EXIT.ok
  }
  const rows = runs.map((run) => rowOf(run, terminal.palette))
  const width = terminal.width
  const lines = renderTable(COLUMNS, rows, {
    titleStyle: terminal.palette.dim,
    ...(width !== undefined && { width }),
  })
  terminal.out(lines.map((line) => `${line}\n`).join(''))
  return EXIT.ok
}

const COLUMNS = [
  { title: 'RUN' },
  { title: 'WHEN' },
  { title: 'BY' },
  { title: 'COMMAND' },
  { title: 'NODES', align: 'right' },
  { title: 'OUTCOME' },
  { title: 'RESOURCES' },
] as const

function rowOf(record: RunRecord, palette: Context['terminal']['palette']): Cell[] {
  const { run, head, started, finished } = record
  // A journal whose head was lost still has the event that says the same.
  const { command = '', by = '', at } = head ?? started ?? {}
  return [
    { text: run },
    { text: localTime(at) },
    { text: oneLine(by) },
    { text: oneLine([command, ...(head?.arguments ?? [])].join(' ')) + (started?.lab ? ' (lab)' : '') },
    { text: started ? String(started.nodes.length) : '' },
    outcomeCell(record, palette),
    { text: finished ? summaryPhrase(finished.summary, started?.command) : '' },
  ]
}

function outcomeCell({ state, started, finished }: RunRecord, palette: Context['terminal']['palette']): Cell {
  if (finished)
    return {
      text: outcomeWord(started?.command ?? 'apply', finished.outcome),
      style: outcomeColour(finished.outcome, palette),
    }
  return { text: state, style: state === 'running' ? palette.cyan : palette.red }
}

/** `2026-11-23 16:05`, by the clock on the wall here. */
function localTime(at = ''): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return ''
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`
}

function replay({ terminal, common, folder }: Context, name: string): ExitCode {
  const run = findRun(runIds(folder), name)
  const found = readRun(folder, run)
  if (!found) throw unknownRun(name, runIds(folder))
  const { record, events } = found
  if (common.json) {
    const lines = [...(record.head ? [record.head] : []), ...events]
    terminal.out(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return EXIT.ok
  }
  const renderer = plainRenderer(terminal.out, { differences: true, times: true })
  for (const event of events) renderer.event(event)
  if (record.state === 'running') terminal.out(`run ${run}: still running\n`)
  if (record.state === 'unfinished')
    terminal.out(`run ${run}: unfinished: its controller ended before the run did\n`)
  return EXIT.ok
}

function findRun(runs: readonly string[], name: string): string {
  if (name === 'last' && runs.length > 0) return runs.at(-1) ?? name
  const matching = runs.filter((run) => run.startsWith(name))
  const [first, second] = matching
  if (first === undefined || second !== undefined)
    throw unknownRun(name, matching.length > 0 ? matching : runs)
  return first
}

function unknownRun(name: string, candidates: readonly string[]): CommandRefusal {
  const near = didYouMean(name, candidates) ?? candidates.find((run) => run.startsWith(name))
  return new CommandRefusal(commandCodes.RUN_UNKNOWN({ name: oneLine(name), near }))
}
