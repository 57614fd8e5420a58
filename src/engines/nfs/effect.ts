/** What really is shared and mounted: asked of the kernel of a node, never of a unit. */
import { askNodes, plainStatus } from '../ask-nodes.ts'
import type { EngineProbe, EngineStatus, Gate, NodeLink } from '../contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { diskAt, type Export, type Mounted } from './exports.ts'

const PATIENCE_SECONDS = 90
/** A server that is there answers within this. Whoever waits for one that is away ends at a kill alone (nfs(5), "hard"). */
const REQUEST_SECONDS = '10'
/** How timeout(1) ends when it had to kill, which takes itself along. */
const KILLED = 137

/** Why something is not as it should be; undefined when all is well. */
type Problem = string | undefined

/** Whether the disk is mounted and the folder shared with somebody, by `exportfs -s`. Rejects when the node cannot be asked. */
export async function sharedProblem(link: NodeLink, one: Export): Promise<Problem> {
  const node = one.server.name
  const at = diskAt(one)
  const disk = await link.run(node, ['findmnt', '-n', '-o', 'SOURCE', '--mountpoint', at])
  if (disk.code !== 0) return `no disk is mounted at ${at}, so ${one.name} is not shared`
  const { code, stdout, stderr } = await link.run(node, ['/usr/sbin/exportfs', '-s'])
  if (code !== 0) return `the NFS server does not say what it shares: ${stderr.trim()}`
  const isThere = stdout
    .toString()
    .split('\n')
    .some((line) => line.split(/\s/)[0] === one.path)
  return isThere ? undefined : `${one.path} is not shared`
}

/** Whether a file system of the server answers at the folder: it is asked for, which mounts it. Rejects when the node cannot be asked. */
export async function mountedProblem(link: NodeLink, node: string, one: Mounted): Promise<Problem> {
  const asked = ['timeout', '-s', 'KILL', REQUEST_SECONDS, 'stat', '-f', '-c', '%T', one.at]
  const { code, stdout, stderr } = await link.run(node, asked)
  const type = stdout.toString().trim()
  if (code === 0 && type.startsWith('nfs')) return undefined
  const isSilent = code === KILLED
  const failure = isSilent ? `${one.server.name} does not answer` : stderr.trim() || `stat ends with ${code}`
  const why = code === 0 ? `there is ${type} in its place` : failure
  return `${one.name} of ${one.server.name} is not mounted at ${one.at}: ${why}`
}

/** A gate of one node. */
export function nfsGate(role: string, node: string, ask: (link: NodeLink) => Promise<Problem>): Gate {
  return {
    name: `${role}: files are there`,
    node,
    engine: role,
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      try {
        const problem = await ask(link)
        return { passed: problem === undefined, detail: problem ?? 'all files are there' }
      } catch (error) {
        return { passed: false, detail: reasonOf(error) }
      }
    },
  }
}

/** One look at one node. */
export interface Look {
  readonly node: string
  readonly ask: (link: NodeLink) => Promise<Problem>
}

/** How all of them stand. */
export function nfsProbe(role: string, looks: readonly Look[]): EngineProbe {
  const members = [...new Set(looks.map(({ node }) => node))]
  return { name: role, members, ask: (link) => askAll(role, looks, link) }
}

async function askAll(role: string, looks: readonly Look[], link: NodeLink): Promise<EngineStatus> {
  const asked = looks.map(({ node }) => node)
  const { answers, unknown } = await askNodes(asked, (_, index) => (looks[index] as Look).ask(link))
  const problems = answers.flatMap(({ node, answer }) => (answer === undefined ? [] : [`${node}: ${answer}`]))
  const detail = `${answers.length - problems.length} of ${looks.length} shared folders are there`
  return plainStatus({ name: role, detail, problems, unknown })
}
