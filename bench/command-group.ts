/** Runs a command in a control group of its own: what it and all that it starts use, and nothing of it is left behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  groupFolders,
  groupProcesses,
  killGroup,
  makeGroup,
  readTrees,
  removeGroup,
} from '../src/lab/control-group.ts'
import { run, type RunResult } from '../src/support/run.ts'

/** A command as it is typed. */
export interface Command {
  readonly program: string
  readonly words: readonly string[]
  readonly folder?: string
  /** Beside our own. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** What a command took. */
export interface Taken {
  readonly result: RunResult
  readonly seconds: number
  /** Of processor time, also of what went on in the background until the command ended. */
  readonly processorSeconds: number
  /** The most anonymous memory at once of all its processes: what they share counts once. */
  readonly peakBytes: number
  /** The most processes at once. */
  readonly peakProcesses: number
  /** The longest time, in seconds, in which this process itself was not let run; see {@link undisturbed}. */
  readonly pauseSeconds: number
  /** The most file descriptors of one process at once. */
  readonly peakDescriptors: number
  /** The most resident memory that any one of its processes had at once, by the name of its program. */
  readonly peakResident: Readonly<Record<string, number>>
}

const SAMPLE_MILLISECONDS = 50
/** Looking at a thousand processes takes time that the command needs. */
const DETAIL_EVERY = 5

/** Joins groups, then becomes the command: arguments FOLDER... -- COMMAND... */
const JOIN = 'for f; do shift; if [ "$f" = -- ]; then break; fi; echo $$ >"$f/cgroup.procs"; done; exec "$@"'

function firstOf(folders: readonly string[], ...names: readonly string[]): string | undefined {
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file))
}

/** Seconds of processor time of a group since it was made; either version of control groups tells it. */
export function groupSeconds(group: string): number {
  const folders = groupFolders(group)
  const old = firstOf(folders, 'cpuacct.usage')
  if (old !== undefined) return Number(readFileSync(old, 'utf8')) / 1e9
  const file = firstOf(folders, 'cpu.stat')
  const [, microseconds] =
    /^usage_usec (\d+)$/m.exec(file === undefined ? '' : readFileSync(file, 'utf8')) ?? []
  if (microseconds === undefined) throw new Error('the kernel does not count processor time by control group')
  return Number(microseconds) / 1e6
}

function anonymousBytes(file: string): number {
  const [, bytes] = /^(?:total_rss|anon) (\d+)$/m.exec(readFileSync(file, 'utf8')) ?? []
  return Number(bytes ?? 0)
}

/** Watches a group while it runs. */
class Watcher {
  peakBytes = 0
  peakProcesses = 0
  peakDescriptors = 0
  readonly peakResident: Record<string, number> = {}
  readonly #group: string
  readonly #memory: string | undefined
  readonly #timer: NodeJS.Timeout
  #looks = 0
  #lastLook = performance.now()
  #pauseSeconds = 0

  constructor(group: string) {
    this.#group = group
    const folders = groupFolders(group)
    this.#memory = firstOf(folders, 'memory.stat')
    this.#timer = setInterval(() => this.#look(), SAMPLE_MILLISECONDS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The longest time between two looks. */
  get pauseSeconds(): number {
    return Math.max(this.#pauseSeconds, (performance.now() - this.#lastLook) / 1000)
  }

  #look(): void {
    this.#pauseSeconds = this.pauseSeconds
    this.#lastLook = performance.now()
    if (this.#memory !== undefined) {
      this.peakBytes = Math.max(this.peakBytes, anonymousBytes(this.#memory))
    }
    if (this.#looks++ % DETAIL_EVERY !== 0) return
    const pids = groupProcesses(this.#group)
    this.peakProcesses = Math.max(this.peakProcesses, pids.length)
    for (const pid of pids) this.#lookAt(pid)
  }

  #lookAt(pid: number): void {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? ''
      const resident = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
      this.peakResident[name] = Math.max(this.peakResident[name] ?? 0, resident)
      this.peakDescriptors = Math.max(this.peakDescriptors, readdirSync(`/proc/${pid}/fd`).length)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Arguments of `sh` that run a command in a group that was made. */
export function inGroup(group: string, argv: readonly string[]): string[] {
  return ['-c', JOIN, 'sh', ...groupFolders(group), '--', ...argv]
}

const PREFIX = 'bramble-bench-'
let made = 0

/** A name for a control group that nobody else has. */
export function newGroupName(): string {
  return `${PREFIX}${process.pid}-${made++}`
}

/** Runs a command to its end. What it has left running is ended afterwards: each sample begins anew. */
export async function runInGroup(command: Command): Promise<Taken> {
  const group = newGroupName()
  makeGroup(group)
  const watcher = new Watcher(group)
  try {
    const start = performance.now()
    const result = await run('sh', inGroup(group, [command.program, ...command.words]), {
      ...(command.folder !== undefined && { folder: command.folder }),
      ...(command.input !== undefined && { input: command.input }),
      environment: { ...process.env, ...command.environment },
    })
    const seconds = (performance.now() - start) / 1000
    watcher.stop()
    return {
      result,
      seconds,
      processorSeconds: groupSeconds(group),
      peakBytes: watcher.peakBytes,
      peakProcesses: watcher.peakProcesses,
      pauseSeconds: watcher.pauseSeconds,
      peakDescriptors: watcher.peakDescriptors,
      peakResident: watcher.peakResident,
    }
  } finally {
    watcher.stop()
    await killGroup(group)
    await removeGroup(group)
  }
}

/** Ends and removes the groups of this process, and of killed ones before it. */
export async function removeCommandGroups(): Promise<void> {
  const names = readTrees().flatMap(({ folder }) => readdirSync(folder))
  const isOver = (name: string): boolean => {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-\\d+$`).exec(name) ?? []
    return pid !== undefined && (Number(pid) === process.pid || !existsSync(`/proc/${pid}`))
  }
  for (const group of new Set(names.filter(isOver))) {
    await killGroup(group)
    await removeGroup(group)
  }
}

/** Whoever stops all that runs on a computer (SIGSTOP, a virtual machine that is paused) stops us too. */
const AT_MOST_PAUSE_SECONDS = 3
const ATTEMPTS = 5

/** Measures again when what came of it is no measurement, because this process was stopped meanwhile. */
export async function undisturbed<T extends Pick<Taken, 'pauseSeconds'>>(
  say: (text: string) => void,
  measure: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const measured = await measure()
    if (measured.pauseSeconds <= AT_MOST_PAUSE_SECONDS) return measured
    say(`  once more: nothing ran here for ${measured.pauseSeconds.toFixed(1)} s`)
    if (attempt === ATTEMPTS) throw new Error('this computer is stopped again and again')
  }
}
