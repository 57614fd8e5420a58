/**
 * Whose turn it is in a run of updates: a line in a file on every node of the cluster, so that it outlives the restart that it guards, the
 * controller, and the node that it names. No time frees it: whoever comes later asks whether that node is back.
 */
import { reasonOf } from '../support/reason.ts'
import { TURN_FILE, turnIn, turnLine, type HeldTurn } from '../topology/held-turn.ts'
import type { UnderWay } from './under-way.ts'
import type { NodeFailure } from './work.ts'

const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** The turns of one run. */
export class UpdateTurns {
  readonly #run: UnderWay
  /** All nodes of the cluster, in this run or not. */
  readonly #members: readonly string[]

  constructor(run: UnderWay, members: readonly string[]) {
    this.#run = run
    this.#members = members
  }

  /** Why no turn may begin: a node that held one is not back. What is left of turns that are over is taken away. */
  async hindrance(): Promise<NodeFailure | undefined> {
    const found = await Promise.all(this.#members.map((member) => this.#read(member)))
    const held = [...new Map(found.flatMap((turn) => (turn ? [[turn.node, turn] as const] : []))).values()]
    for (const turn of held) {
      // Who left the cluster file holds nothing.
      if (!this.#members.includes(turn.node)) continue
      const why = await this.#away(turn.node)
      if (why !== undefined) return notBack(turn, why)
    }
    if (held.length > 0) await this.#clear()
    return undefined
  }

  /** Notes that it is this node's turn, on most nodes at least; gives why that cannot be. */
  async begin(node: string): Promise<NodeFailure | undefined> {
    const boot = await this.#bootOf(node)
    if (boot === undefined)
      return { message: `${node} does not answer`, fix: `bring ${node} back, then run bramble update again` }
    const line = turnLine({ node, boot, since: Math.floor(Date.now() / 1000) })
    const written = await Promise.all(this.#members.map((member) => this.#write(member, line)))
    const count = written.filter(Boolean).length
    if (count * 2 > this.#members.length) return undefined
    await this.#clear()
    const message = `its turn could be noted on ${count} of ${this.#members.length} nodes only`
    const why = 'a later run must know of it whatever becomes of this one, so most nodes have to hold it'
    return { message, why, fix: 'bring more nodes back, then run bramble update again' }
  }

  /** The step is over. Where the node does not answer its turn stays: nobody else goes while it is away. */
  async end(node: string): Promise<void> {
    if ((await this.#away(node)) === undefined) await this.#clear()
  }

  async #away(node: string): Promise<string | undefined> {
    try {
      const { code, stderr } = await this.#run.delivery.link.run(node, ['cat', BOOT_ID])
      return code === 0 ? undefined : stderr
    } catch (error) {
      return reasonOf(error)
    }
  }

  async #bootOf(node: string): Promise<string | undefined> {
    try {
      const { stdout } = await this.#run.delivery.link.run(node, ['cat', BOOT_ID])
      return stdout.toString().trim() || undefined
    } catch {
      return undefined
    }
  }

  async #read(member: string): Promise<HeldTurn | undefined> {
    try {
      return turnIn((await this.#run.delivery.link.run(member, ['cat', TURN_FILE])).stdout.toString())
    } catch {
      return undefined
    }
  }

  async #write(member: string, line: string): Promise<boolean> {
    try {
      await this.#run.delivery.link.put?.(member, TURN_FILE, line)
      return true
    } catch {
      return false
    }
  }

  async #clear(): Promise<void> {
    const ended = this.#members.map((member) => this.#run.delivery.link.run(member, ['rm', '-f', TURN_FILE]))
    await Promise.allSettled(ended)
  }
}

function notBack({ node, since }: HeldTurn, why: string): NodeFailure {
  const minutes = Math.max(0, Math.round((Date.now() / 1000 - since) / 60))
  return {
    message: `${node} has held the turn of an update for ${minutes} min and is not back: ${why}`,
    why: 'a second node might be missed while the first is away, however long ago it went',
    fix: `bring ${node} back, or take it out of the cluster file and run bramble apply; then run bramble update again`,
  }
}
