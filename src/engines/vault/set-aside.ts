/** A server that was taken out of the group while it lived: its data are of no use to anybody, and keep it out. */
import type { NodeLink } from '../contract.ts'
import { raftFolder } from './config.ts'
import { UNIT } from './names.ts'
import { scripts } from './scripts.generated.ts'
import type { Group } from './setup.ts'

/**
 * Sets the data of a server aside, so that it starts as a new one. Only for one that says itself that it was taken out, and while another one is
 * active: else they may be the last ones.
 */
export async function setAside(
  { dataFolder }: Pick<Group, 'dataFolder'>,
  link: NodeLink,
  node: string,
): Promise<void> {
  const argv = ['sh', '-c', scripts['set-aside'], 'bramble', UNIT, raftFolder(dataFolder)]
  const { code, stderr } = await link.run(node, argv)
  if (code !== 0) throw new Error(`the data of ${node} cannot be set aside: ${stderr.trim()}`)
}
