/** A made-up cluster of many nodes, all of which are one scratch node, and the whole command line to work on it. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, scratchNode, type ScratchNode } from '../delivery/scratch-node.ts'
import type { CommandEnd } from './command-run.ts'

/** As it is built: fifty starts of a program from the source take minutes. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url))

/** The cluster, and how it is worked on. */
export interface MadeUpNodes {
  /** The scratch node behind all addresses, when there is one. */
  readonly node: ScratchNode | undefined
  /** Folder of the cluster file. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Words that start `bramble`. */
  readonly program: readonly string[]
  /** Runs `bramble WORDS...` to its end, in pipes. */
  bramble(words: readonly string[], more?: BrambleOptions): Promise<CommandEnd>
  remove(): Promise<void>
}

/** What somebody does with a command that runs. */
export interface BrambleOptions {
  readonly input?: string
  /** Called with everything printed so far, standard error included; may send signals. */
  readonly watched?: (text: string, signal: (name: NodeJS.Signals) => void) => void
}

/** A node that is there already, to stand behind all addresses. */
export interface NodeBehind {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly identityFile: string
}

/** `n01`, `n02` and so on; the last one is called `gone`, and nobody listens at its address. */
export async function madeUpNodes(count: number, there?: NodeBehind, prepare?: string): Promise<MadeUpNodes> {
  const names = Array.from({ length: count - 1 }, (_, at) => `n${String(at + 1).padStart(2, '0')}`)
  // An address each, as boards have: 127.0.0.0/8 is all loopback.
  const addresses = names.map((_, at) => `127.0.1.${at + 1}`)
  const node = there === undefined ? await scratchNode(prepare === undefined ? {} : { prepare }) : undefined
  const behind = there ?? behindScratch(node)
  const port = await freePort()
  const doors = addresses.map((address) => doorTo(behind, address, port))
  const folder = mkdtempSync(join(tmpdir(), 'bramble-made-up-'))
  // Behind them is this computer, or a node of a lab, which stands for a board.
  const model = there === undefined ? 'pc' : 'pi4'
  const entry = (name: string, address: string): string =>
    `  ${name}: { address: ${address}, port: ${port}, model: ${model}, memory: 1GiB }\n`
  const entries = [...names.map((name, at) => entry(name, addresses[at] ?? '')), entry('gone', '127.0.2.1')]
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `cluster: made-up\ndomain: office.example.net\naccess: { user: ${behind.user} }\nnodes:\n${entries.join('')}`,
  )
  mkdirSync(join(folder, 'home/.ssh'), { recursive: true })
  writeFileSync(join(folder, 'home/.ssh/config'), `IdentityFile ${behind.identityFile}\n`)
  const environment = { HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'cache') }
  const program = ['node', MAIN]
  return {
    node,
    folder,
    environment,
    program,
    bramble: (words, options = {}) => bramble(folder, environment, [...program, ...words], options),
    remove: async () => {
      for (const door of doors) door.close()
      await node?.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function behindScratch(node: ScratchNode | undefined): NodeBehind {
  if (node === undefined) throw new Error('there is no node')
  return { host: '127.0.0.1', port: node.port, user: 'root', identityFile: join(node.folder, 'id') }
}

/** Another address of the one node: an SSH server listens at sixteen at most. */
function doorTo(behind: NodeBehind, address: string, port: number): Server {
  const server = createServer((caller) => {
    const inner = connect(behind.port, behind.host)
    caller.on('error', () => inner.destroy()).pipe(inner)
    inner.on('error', () => caller.destroy()).pipe(caller)
  })
  return server.listen(port, address)
}

function bramble(
  folder: string,
  environment: Readonly<Record<string, string>>,
  [program = '', ...words]: readonly string[],
  { input = '', watched }: BrambleOptions,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: folder, env: { ...process.env, ...environment } })
    const parts = { out: [] as Buffer[], err: [] as Buffer[] }
    const text = (name: 'out' | 'err'): string => Buffer.concat(parts[name]).toString('latin1')
    const take = (name: 'out' | 'err') => (chunk: Buffer) => {
      parts[name].push(chunk)
      watched?.(text('out') + text('err'), (signal) => void child.kill(signal))
    }
    child.stdout.on('data', take('out'))
    child.stderr.on('data', take('err'))
    child.stdin.end(input)
    child.on('close', (code) => resolve({ code: code ?? -1, out: text('out'), err: text('err') }))
  })
}
