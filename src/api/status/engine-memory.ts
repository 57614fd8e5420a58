/** How much memory the program of an engine holds on each member's node: small boards run out of it first. */
import { commandParts } from '../../delivery/command/scripts.generated.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../../engines/contract.ts'

/** Nodes of which more than the engine's state is asked, by who they are to the engine. @internal */
export type HeldNodes = (node: string) => Promise<boolean>

/**
 * The status with what each member takes, in the sessions that are open. A member whose node is not looked at, whose program does not run, or that
 * cannot be asked has no figure: whether it is well is told by its state. Never rejects. @internal
 */
export async function withMemory(
  status: EngineStatus,
  { units }: EngineProbe,
  link: NodeLink,
  isHeld: HeldNodes,
): Promise<EngineStatus> {
  if (units === undefined) return status
  const members = await Promise.all(
    status.members.map(async (member) => {
      const unit = units[member.role]
      if (unit === undefined || !(await isHeld(member.node))) return member
      const memoryBytes = await memoryOf(link, member.node, unit)
      return memoryBytes === undefined ? member : { ...member, memoryBytes }
    }),
  )
  return { ...status, members }
}

async function memoryOf(link: NodeLink, node: string, unit: string): Promise<number | undefined> {
  try {
    const { stdout } = await link.run(node, ['sh', '-c', commandParts.memory, 'sh', unit])
    return memoryIn(stdout.toString(), unit)
  } catch {
    return undefined
  }
}

/** Bytes of one unit; nothing where it is not named, or named otherwise than by a number. @internal */
export function memoryIn(text: string, unit: string): number | undefined {
  for (const line of text.split('\n')) {
    const [name, kib = '', ...more] = line.trim().split(/\s+/)
    if (name === unit && more.length === 0 && /^\d{1,12}$/.test(kib)) return Number(kib) * 1024
  }
  return undefined
}
