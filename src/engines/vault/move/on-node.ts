/** A move on the node where it is done: what is there, and each of its steps. */
import type { NodeLink } from '../../contract.ts'
import { raftFolder } from '../config.ts'
import { CONFIG_FILE, UNIT } from '../names.ts'
import { scripts } from '../scripts.generated.ts'

/** A server that runs on a node, whoever started it. */
export interface RunningServer {
  readonly pid: string
  /** Empty where it belongs to none. */
  readonly unit: string
  readonly program: string
}

/** What a node has of Vault. */
export interface NodeLook {
  readonly node: string
  /** By the configuration that Bramble has put there; left out where there is none. */
  readonly storage?: 'raft' | 'consul'
  /** The server of Bramble starts with the node. A move turns that off, an apply on. */
  readonly isEnabled: boolean
  /** A consensus has left its data. */
  readonly hasRaft: boolean
  /** The store of files that was asked for is here. */
  readonly hasStore: boolean
  /** What a move that was begun here has noted. */
  readonly state?: MoveState
  readonly servers: readonly RunningServer[]
}

/** `copying`: the destination is half written; `copied`: it was read back and is the same. */
export interface MoveState {
  readonly phase: 'copying' | 'copied'
  readonly from: string
  readonly to: string
  /** How a server that Bramble had not made was started, and its program. */
  readonly unit: string
  readonly program: string
}

/** An entry that keeps a move from being done, and its size. */
export interface BadEntry {
  readonly what: 'damaged' | 'large'
  readonly path: string
  readonly bytes: number
}

/** The note of a move, as one line. */
export function stateText({ phase, from, to, unit, program }: MoveState): string {
  return [phase, from, to, unit, program].join('\t')
}

/** Runs a step; gives the fields of its lines. Rejects with its last words when it fails. */
export async function onNode(
  link: NodeLink,
  node: string,
  words: readonly string[],
  input?: Uint8Array,
): Promise<readonly (readonly string[])[]> {
  const argv = ['sh', '-c', scripts.move, 'move', ...words]
  const { code, stdout, stderr } = await link.run(node, argv, input)
  if (code !== 0) throw new Error(`${node}: ${stderr.trim() || `the step ended with ${code}`}`)
  const lines = stdout.toString().split('\n')
  return lines.filter((line) => line !== '').map((line) => line.split('\t'))
}

/** Looks at a node; changes nothing. */
export async function lookAtNode(
  link: NodeLink,
  node: string,
  { dataFolder, store }: { readonly dataFolder: string; readonly store: string | undefined },
): Promise<NodeLook> {
  const lines = await onNode(link, node, ['look', CONFIG_FILE, raftFolder(dataFolder), store ?? '', UNIT])
  const of = (word: string): readonly string[] | undefined => lines.find(([first]) => first === word)
  const storage = of('storage')?.[1]
  const state = stateFrom(of('state')?.slice(1))
  return {
    node,
    ...((storage === 'raft' || storage === 'consul') && { storage }),
    isEnabled: of('enabled') !== undefined,
    hasRaft: of('raft') !== undefined,
    hasStore: of('store') !== undefined,
    ...(state && { state }),
    servers: lines.flatMap(([word, pid = '', unit = '', program = '']) =>
      word === 'server' ? [{ pid, unit, program }] : [],
    ),
  }
}

function stateFrom(fields: readonly string[] | undefined): MoveState | undefined {
  const [phase, from = '', to = '', unit = '', program = ''] = fields ?? []
  return phase === 'copying' || phase === 'copied' ? { phase, from, to, unit, program } : undefined
}

/** The entries that a step has named. */
export function badEntries(lines: readonly (readonly string[])[]): readonly BadEntry[] {
  return lines.flatMap(([what, path = '', bytes = '']) =>
    what === 'damaged' || what === 'large' ? [{ what, path, bytes: Number(bytes) }] : [],
  )
}
