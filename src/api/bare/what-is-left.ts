/** What is still there after everything was taken away: folders that hold what somebody else has made. */
import { withTransport } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import type { Event } from '../../events/event.ts'

/** A folder that stayed, and its node. */
export interface LeftFolder {
  readonly node: string
  readonly folder: string
}

/** Folders that were to go, by the events of the run, and that are there all the same. Nodes that do not answer say nothing. */
export async function whatIsLeft(
  cluster: OpenedCluster,
  events: readonly Event[],
): Promise<readonly LeftFolder[]> {
  const byNode = new Map<string, string[]>()
  for (const event of events) {
    if (event.type !== 'resource-differs' || event.action !== 'remove') continue
    const [, folder] = /^[^/]+\/directory:(.*)$/s.exec(event.address) ?? []
    if (folder !== undefined) byNode.set(event.node, [...(byNode.get(event.node) ?? []), folder])
  }
  if (byNode.size === 0) return []
  return withTransport(cluster, async (transport) => {
    const asked = [...byNode].map(async ([node, folders]): Promise<LeftFolder[]> => {
      try {
        const { stdout } = await transport.run(node, ['ls', '-d', '--', ...folders])
        const there = new Set(stdout.toString().split('\n'))
        return folders.filter((folder) => there.has(folder)).map((folder) => ({ node, folder }))
      } catch {
        return []
      }
    })
    return (await Promise.all(asked)).flat()
  })
}
