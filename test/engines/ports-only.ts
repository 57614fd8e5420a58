/** Links of tests in which nothing but TCP ports can be reached. */
import type { Duplex } from 'node:stream'
import type { NodeLink } from '../../src/engines/contract.ts'

/** A link that opens ports in this way, and nothing else. */
export function portsOnly(connect: (node: string, port: number) => Promise<Duplex>): NodeLink {
  return {
    connect: (node, to) =>
      typeof to === 'number'
        ? connect(node, to)
        : Promise.reject(new Error('only ports can be reached here')),
    run: () => Promise.reject(new Error('no program can be run here')),
  }
}

/** A link to nodes on which nobody listens. */
export const noLink: NodeLink = portsOnly(() => Promise.reject(new Error('nobody listens')))
