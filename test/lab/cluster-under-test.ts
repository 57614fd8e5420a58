/** A copy of an example, or any cluster file, as a cluster of its own in the lab, driven through the command line as a user would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWell, type Event } from '../../src/events/event.ts'
import { labExec, labPreflight, labState, type LabIdentity } from '../../src/lab/lab.ts'
import { poll } from '../../src/support/poll.ts'
import { run, type RunResult } from '../../src/support/run.ts'
import { PACKAGE_SETTINGS } from './consul-versions.ts'

const TOP = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(TOP, 'dist/cli/main.cjs')

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, there can be no virtual nodes here:\n  ${lacking.join('\n  ')}`)

/** There can be no lab on this computer; why not is printed. */
export const hasNoLab = lacking.length > 0

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number
  readonly text: string
  readonly errors: string
}

/** One cluster under test. */
export class ClusterUnderTest {
  readonly id: LabIdentity
  readonly folder: string
  /** Settings (`KEY=VALUE`) that every command on the twin gets. An example names no version; here it is the package, unless a test says otherwise. */
  settings: readonly string[] = []
  /** Name of the cluster file in the folder. */
  readonly #file: string

  /**
   * Takes the text of a cluster file, or copies `examples/<name>`, under a name that no other test has. `file` is another cluster file of
   * the example.
   */
  constructor(name: string, text?: string, file = 'cluster.yaml') {
    this.#file = file
    this.folder = mkdtempSync(join(tmpdir(), `bramble-${name}-`))
    if (text === undefined) {
      cpSync(join(TOP, 'examples', name), this.folder, { recursive: true })
      this.settings = PACKAGE_SETTINGS
    } else writeFileSync(join(this.folder, file), text)
    const cluster = `${name}-${basename(this.folder).slice(-6).toLowerCase()}`
    this.edit((written) => written.replace(/^cluster: .*$/m, `cluster: ${cluster}`))
    this.id = { cluster, folder: this.folder }
  }

  /** Changes the cluster file. */
  edit(change: (text: string) => string): void {
    const file = join(this.folder, this.#file)
    const text = readFileSync(file, 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error('the edit of the cluster file changed nothing')
    writeFileSync(file, changed)
  }

  /** Brings its virtual nodes up; `options` are those of `bramble lab up`. Throws what the command says when it cannot. */
  async labUp(...options: string[]): Promise<void> {
    const { code, text, errors } = await this.bramble('lab', 'up', ...options)
    if (code !== 0) throw new Error(errors + text)
  }

  /** Runs a command on the twin. */
  async bramble(...words: string[]): Promise<Ran> {
    const result = await run('node', this.argv(...words), { timeoutSeconds: 1800 })
    return { code: result.code, text: result.stdout.toString(), errors: result.stderr }
  }

  /** Runs plan or apply and gives its events. */
  async events(...words: string[]): Promise<Event[]> {
    const { text, errors } = await this.bramble('--json', ...words)
    const events = eventsIn(text)
    if (events.length === 0) throw new Error(`no events; ${errors}`)
    return events
  }

  /** The status, as JSON, once it says that all is well: right after a restart, or on a busy computer, something is late now and then. */
  async well(): Promise<string> {
    return this.until('status', '--json')
  }

  /** Asks until a command ends with 0, for two minutes; gives what it printed. */
  async until(...words: string[]): Promise<string> {
    let text = ''
    const asked = await poll(
      async () => {
        const ended = await this.bramble(...words)
        text = ended.text
        return { passed: ended.code === 0, detail: ended.text + ended.errors }
      },
      { patienceSeconds: 120, pauseSeconds: 2 },
    )
    if (!asked.passed) throw new Error(asked.detail)
    return text
  }

  /** Starts an apply that is not waited for. */
  start(...words: string[]): ApplyUnderWay {
    return new ApplyUnderWay(this.argv('--json', 'apply', '--yes', ...words))
  }

  /** The command line of a command on the twin, behind the name of Node. */
  argv(...words: string[]): readonly string[] {
    return [...this.#command(), '--lab', ...this.settings.flatMap((text) => ['--set', text]), ...words]
  }

  #command(): readonly string[] {
    return [CLI, '-C', this.folder, '-f', this.#file]
  }

  /** Applies and gives the last event. */
  async apply(...words: string[]): Promise<Extract<Event, { type: 'run-finished' }>> {
    const events = await this.events('apply', '--yes', ...words)
    const last = events.at(-1)
    if (last?.type !== 'run-finished') throw new Error(`the last event is ${JSON.stringify(last)}`)
    if (!isWell(last.outcome)) throw new Error(`${last.outcome}: ${failures(events).join('\n')}`)
    return last
  }

  /** Runs a program on a node as root, not over SSH. */
  async inside(node: string, ...argv: string[]): Promise<RunResult> {
    return labExec(this.id, node, argv)
  }

  /** Output of a program on a node that must end with 0. */
  async output(node: string, ...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.inside(node, ...argv)
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout.toString()}`)
    return stdout.toString().trim()
  }

  /** Writes a file on a node. */
  async write(node: string, path: string, content: string | Uint8Array, mode = '644'): Promise<void> {
    const script = 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"'
    const argv = ['sh', '-c', script, 'sh', path, mode]
    const { code, stderr } = await labExec(this.id, node, argv, { input: content })
    if (code !== 0) throw new Error(`cannot write ${path}: ${stderr}`)
  }

  /** What a program prints on a node. */
  async text(node: string, ...argv: string[]): Promise<string> {
    const { stdout, stderr } = await this.inside(node, ...argv)
    return stdout.toString().trim() || stderr.trim()
  }

  /** The packet rules of a node, whether it has a program that shows them or not. */
  async packetRules(node: string): Promise<RunResult> {
    const state = (await labState(this.id)).find(({ name }) => name === node)
    // In a machine with a kernel of its own nobody but a program of its own can have made any.
    return state?.emulated === true
      ? this.inside(node, 'nft', 'list', 'ruleset')
      : this.inNetworkOf(node, 'nft', 'list', 'ruleset')
  }

  /** Runs a program of this computer in the network of a node. */
  async inNetworkOf(node: string, program: string, ...args: string[]): Promise<RunResult> {
    const state = (await labState(this.id)).find(({ name }) => name === node)
    if (state?.pid === undefined) throw new Error(`${node} does not run`)
    return run('nsenter', [`--net=/proc/${state.pid}/ns/net`, program, ...args])
  }

  /** Asks the Consul agent of a node by DNS. */
  async dig(node: string, ...words: string[]): Promise<string> {
    const asked = await this.inNetworkOf(
      node,
      'dig',
      '@127.0.0.1',
      '-p',
      '8600',
      '+short',
      '+time=2',
      '+tries=1',
      ...words,
    )
    return asked.stdout.toString().trim()
  }

  /** Takes the lab and the folder away. */
  async remove(): Promise<void> {
    await run('node', [...this.#command(), 'lab', 'down'])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** An apply in a process of its own, so that it can be killed. */
export class ApplyUnderWay {
  readonly ended: Promise<readonly Event[]>
  readonly #child: ChildProcess
  #text = ''

  constructor(argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#text += text))
    this.ended = new Promise((resolve) => child.once('close', () => resolve(eventsIn(this.#text))))
    this.#child = child
  }

  /** Resolves with the first event for which this is true; rejects when there will be none. */
  async said(isIt: (event: Event) => boolean): Promise<Event> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = eventsIn(this.#text).find(isIt)
        if (found) resolve(found)
      }
      this.#child.stdout?.on('data', look)
      this.#child.once('close', () => reject(new Error(`it ended without saying so: ${this.#text}`)))
      look()
    })
  }

  /** SIGKILL, to it alone; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}

/** The events on whole lines. */
function eventsIn(text: string): Event[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Event)
}

/** What failed in a run, in words. */
export function failures(events: readonly Event[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'resource-failed')
      return [`${event.address}: ${event.message} ${event.output.join(' | ')}`]
    if (event.type === 'node-finished' && event.message !== undefined)
      return [`${event.node}: ${event.message}`]
    if (event.type === 'engine-finished' && event.message !== undefined)
      return [`${event.engine}: ${event.message}`]
    return event.type === 'warning' ? [event.text] : []
  })
}
