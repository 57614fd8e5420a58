/** What `npm run bench` and `npm run faults` have in common: records, tables, and that nothing stays behind however they end. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../src/support/reason.ts'
import { isBuilt, REPOSITORY } from './built.ts'
import { removeCommandGroups } from './command-group.ts'
import { removeScratchLabs } from './scratch-lab.ts'

/** Prints a line for whoever waits. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function recordFile(folder: string, name: string, ending: string): string {
  const path = join(REPOSITORY, '.cache', folder)
  mkdirSync(path, { recursive: true })
  return join(path, `${name}-${new Date().toISOString().replaceAll(':', '')}.${ending}`)
}

/** Writes a record to `.cache/FOLDER` under its name and the time; gives its path. */
export async function keepRecord(folder: string, name: string, record: unknown): Promise<string> {
  const file = recordFile(folder, name, 'json')
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`)
  return file
}

/** Keeps what is seen as soon as it is seen, a line each: what takes hours may be cut off. */
export function keepLines(folder: string, name: string): (seen: object) => void {
  let file: string | undefined
  return (seen) => {
    file ??= recordFile(folder, name, 'ndjson')
    appendFileSync(file, `${JSON.stringify(seen)}\n`)
  }
}

/** Commands first: they may still be at work on a lab. */
async function removeAll(): Promise<void> {
  await removeCommandGroups()
  await removeScratchLabs()
}

let isLeaving = false

async function leave(code: number): Promise<void> {
  if (isLeaving) return
  isLeaving = true
  await removeAll().catch((error: unknown) => say(String(error)))
  process.exit(code)
}

/** A command line that makes no sense; the message says which do. */
export class UsageError extends Error {}

function complain(error: unknown): Promise<void> {
  const isOurs = error instanceof Error && !(error instanceof UsageError)
  say(isOurs ? (error.stack ?? error.message) : reasonOf(error).trimEnd())
  return leave(1)
}

/** Somebody asked for help; the message is its text. */
export class HelpWanted extends Error {}

/** Reads a command line. Without one that makes sense the process ends here, and nothing was touched. */
export function readOrEnd<Words>(read: () => Words): Words {
  try {
    return read()
  } catch (error) {
    if (error instanceof HelpWanted) {
      process.stdout.write(error.message)
      return process.exit(0)
    }
    if (!(error instanceof UsageError) && !(error instanceof Error && isWrongOption(error))) throw error
    say(error.message.trimEnd())
    return process.exit(1)
  }
}

/** What `parseArgs` of Node throws for an option that there is not. */
function isWrongOption(error: Error): boolean {
  return 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

/** Does the work and ends the process with its exit status; 1 when it throws, 130 at a signal. Scratch labs go in any case. */
export async function runAndLeave(work: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave(130))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void complain(error))
  }
  try {
    if (isBuilt()) await removeAll()
    await leave(await work())
  } catch (error) {
    await complain(error)
  }
}
