/** Results of nodes that somebody may wait for. */
import type { NodeResult } from './work.ts'

/** The results by node; a node has one when its step is over, however it ended. */
export class AwaitedResults extends Map<string, NodeResult> {
  #waiting: (() => void)[] = []

  override set(node: string, result: NodeResult): this {
    super.set(node, result)
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
    return this
  }

  /** Waits for the next result of any node. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Waits until all of these have ended. */
  async all(nodes: readonly string[]): Promise<void> {
    while (nodes.some((node) => !this.has(node))) await this.next()
  }
}
