/** `bramble fmt`: brings a cluster file into its canonical form. */
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { writtenFile } from '../../api/edit/written-file.ts'
import { findClusterFile } from '../../cluster-file/find.ts'
import { formatYaml } from '../../cluster-file/format.ts'
import { decodeUtf8, type Decoded } from '../../cluster-file/utf8.ts'
import { readingCodes } from '../../diagnostics/catalogue/reading.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'
import { lineDiff } from '../render/line-diff.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .argument(
      '[files...]',
      "files in YAML; the cluster file when left out; '-' reads standard input and writes standard output",
    )
    .option('--check', 'write nothing, and end with 2 when a file is not in its form')
    .option('--diff', 'write nothing, and show what would change')
    .action((files, options, self) => session.run(self, (context) => format(context, files, options)))
}

type Undecoded = Exclude<Decoded, { readonly text: string }>

interface FormatChoices {
  readonly check?: true
  readonly diff?: true
}

/** A file before and after. */
interface Text {
  readonly name: string
  readonly before: string
  readonly after: string
}

async function format(context: Context, named: readonly string[], choices: FormatChoices): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  if (named.includes('-')) return formatInput(context, named, choices)
  const texts: Text[] = []
  const mistakes: Diagnostic[] = []
  for (const path of await pathsOf(context, named)) {
    const name = relative('.', path)
    const decoded = decodeUtf8(name, await readFile(path))
    const formatted =
      'text' in decoded ? formatYaml(name, decoded.text) : { diagnostics: [notText(name, decoded)] }
    if ('text' in formatted && 'text' in decoded)
      texts.push({ name, before: decoded.text, after: formatted.text })
    else if ('diagnostics' in formatted) mistakes.push(...formatted.diagnostics)
  }
  const changed = texts.filter(({ before, after }) => before !== after)
  if (!choices.check && !choices.diff) for (const { name, after } of changed) await replace(name, after)
  if (common.json) {
    const names = (of: readonly Text[]): string[] =>
      of.map(({ name }) => relative(surroundings.folder, resolve(name)))
    terminal.out(
      jsonText({
        changed: names(changed),
        unchanged: names(texts.filter((text) => !changed.includes(text))),
      }),
    )
  } else {
    for (const text of changed) {
      terminal.out(`${relative(surroundings.folder, resolve(text.name))}\n`)
      if (choices.diff) terminal.out(diffOf(context, text))
    }
  }
  // Files that can be formatted are, whatever is wrong with others.
  if (mistakes.length > 0) throw new CommandRefusal(...mistakes)
  return choices.check && changed.length > 0 ? EXIT.changes : EXIT.ok
}

function diffOf({ terminal }: Context, { before, after }: Text): string {
  return lineDiff(before, after, terminal.palette)
    .map((line) => `${line}\n`)
    .join('')
}

/** As a filter: in at standard input, out at standard output. */
async function formatInput(
  context: Context,
  named: readonly string[],
  choices: FormatChoices,
): Promise<ExitCode> {
  if (named.length > 1) throw new UsageError("'-' stands alone: standard input is one file.")
  const before = await textOf(context.surroundings.stdin)
  const formatted = formatYaml('standard input', before)
  if (!('text' in formatted)) throw new CommandRefusal(...formatted.diagnostics)
  const { text: after } = formatted
  if (choices.diff) context.terminal.out(diffOf(context, { name: '-', before, after }))
  else if (!choices.check) context.terminal.out(after)
  return choices.check && before !== after ? EXIT.changes : EXIT.ok
}

/** The files that were named, else the cluster file and what it includes. */
async function pathsOf(
  { surroundings, folder, file }: Context,
  named: readonly string[],
): Promise<readonly string[]> {
  if (named.length > 0) return named.map((name) => resolve(surroundings.folder, name))
  const found = file === undefined ? findClusterFile(folder) : { path: file }
  if ('diagnostic' in found) throw new CommandRefusal(found.diagnostic)
  if (found.path.endsWith('.ts'))
    throw new UsageError(
      `${relative(surroundings.folder, found.path)} is TypeScript, which has formatters of its own.`,
    )
  const written = await writtenFile(found.path)
  return 'whole' in written ? written.whole.parts.map(({ path }) => resolve(path)) : [found.path]
}

/** In one step, with the rights that the file has; a link stays a link. */
async function replace(name: string, text: string): Promise<void> {
  const path = await realpath(name)
  const unfinished = `${path}.${process.pid}.new`
  try {
    await writeFile(unfinished, text, { mode: (await stat(path)).mode, flush: true })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}

function notText(file: string, { where, found, encoding }: Undecoded): Diagnostic {
  return readingCodes.CLUSTER_FILE_NOT_UTF8({ file, found, encoding }, { where })
}
