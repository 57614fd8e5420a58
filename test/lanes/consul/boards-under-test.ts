/**
 * The virtual nodes of a lab, driven as boards by their addresses: a node can be called otherwise or get another address, which the twin of
 * a cluster file, that gives each name a node of its own, cannot show.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWell, type Event } from '../../../src/events/event.ts'
import { labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { run, type RunResult } from '../../../src/support/run.ts'
import { ClusterUnderTest, failures, type Ran } from '../../lab/cluster-under-test.ts'

const CLI = fileURLToPath(new URL('../../../dist/cli/main.cjs', import.meta.url))

/** The boards, and the cluster file that names them. */
export class BoardsUnderTest {
  readonly lab: ClusterUnderTest
  readonly #folder: string
  #agent: ChildProcess | undefined
  #settings: readonly string[] = []

  private constructor(lab: ClusterUnderTest) {
    this.lab = lab
    this.#folder = join(lab.folder, 'boards')
  }

  /** Brings a lab with these nodes up, and writes the cluster file of its boards: `text` is given the address of each. */
  static async start(
    nodes: readonly string[],
    text: (address: (node: string) => string) => string,
  ): Promise<BoardsUnderTest> {
    const rows = nodes.map(
      (name, index) => `  ${name}: { address: 192.168.231.${index + 1}, model: pi4, memory: 4GiB }`,
    )
    const head =
      'cluster: moves\ndomain: moves.example.net\naccess: { user: pi }\nlab: { share_memory: true }\n'
    const boards = new BoardsUnderTest(new ClusterUnderTest('moves', `${head}nodes:\n${rows.join('\n')}\n`))
    const up = await boards.lab.bramble('lab', 'up')
    if (up.code !== 0) throw new Error(up.errors)
    const states = await labState(boards.lab.id)
    const addressOf = (node: string): string => states.find(({ name }) => name === node)?.address ?? ''
    await run('mkdir', [boards.#folder])
    writeFileSync(join(boards.#folder, 'cluster.yaml'), text(addressOf))
    await boards.#startAgent()
    return boards
  }

  /** Settings that every command gets. */
  set settings(settings: readonly string[]) {
    this.#settings = settings
  }

  /** The key of the lab, as a user has one: in an agent. */
  async #startAgent(): Promise<void> {
    const socket = join(this.lab.folder, 'agent')
    this.#agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    const there = await poll(() => Promise.resolve({ passed: existsSync(socket), detail: 'no agent' }), {
      patienceSeconds: 10,
    })
    if (!there.passed) throw new Error(there.detail)
    const key = join(this.lab.folder, '.bramble/lab/ssh/id_ed25519')
    const added = await run('ssh-add', [key], { environment: this.#environment() })
    if (added.code !== 0) throw new Error(added.stderr)
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      SSH_AUTH_SOCK: join(this.lab.folder, 'agent'),
      XDG_CONFIG_HOME: join(this.lab.folder, 'config'),
      XDG_CACHE_HOME: join(this.lab.folder, 'cache'),
    }
  }

  /** Changes the cluster file. */
  edit(change: (text: string) => string): void {
    const file = join(this.#folder, 'cluster.yaml')
    const text = readFileSync(file, 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error('the edit of the cluster file changed nothing')
    writeFileSync(file, changed)
  }

  /** Runs a command on the boards. */
  async bramble(...words: string[]): Promise<Ran> {
    const settings = this.#settings.flatMap((text) => ['--set', text])
    const argv = [CLI, '-C', this.#folder, ...settings, ...words]
    const result = await run('node', argv, { timeoutSeconds: 900, environment: this.#environment() })
    return { code: result.code, text: result.stdout.toString(), errors: result.stderr }
  }

  /** Applies and gives the events, whatever came of it. */
  async events(...words: string[]): Promise<readonly Event[]> {
    const { text, errors } = await this.bramble('--json', 'apply', '--yes', ...words)
    const lines = text.split('\n').filter(Boolean)
    if (lines.length === 0) throw new Error(`no events; ${errors}`)
    return lines.map((line) => JSON.parse(line) as Event)
  }

  /** Applies, which has to end well; gives the events. */
  async apply(): Promise<readonly Event[]> {
    const events = await this.events()
    const last = events.at(-1)
    if (last?.type !== 'run-finished') throw new Error(`the last event is ${JSON.stringify(last)}`)
    if (!isWell(last.outcome)) throw new Error(`${last.outcome}: ${failures(events).join('\n')}`)
    return events
  }

  /** Who votes, once the status says that all is well. */
  async voters(): Promise<string[]> {
    let text = ''
    const asked = await poll(
      async () => {
        const ended = await this.bramble('status', '--json')
        text = ended.text
        return { passed: ended.code === 0, detail: ended.text + ended.errors }
      },
      { patienceSeconds: 120, pauseSeconds: 2 },
    )
    if (!asked.passed) throw new Error(asked.detail)
    const { engines } = JSON.parse(text) as {
      readonly engines: readonly {
        readonly members: readonly { readonly node: string; readonly voter?: boolean }[]
      }[]
    }
    const members = engines.flatMap((engine) => engine.members)
    return members.flatMap(({ node, voter }) => (voter === true ? [node] : [])).sort()
  }

  /** Runs a program on a node of the lab, by the name that it has there. */
  inside(node: string, ...argv: string[]): Promise<RunResult> {
    return this.lab.inside(node, ...argv)
  }

  async remove(): Promise<void> {
    this.#agent?.kill()
    rmSync(this.#folder, { recursive: true, force: true })
    await this.lab.remove()
  }
}
