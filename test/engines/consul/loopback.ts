/** The network of the agents under test: addresses of the loopback, dialled directly. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import type { NodeLink } from '../../../src/engines/contract.ts'

/** A /24 of the loopback for this process, so that test files can run side by side. */
export function loopbackNetwork(): string {
  const [second = 0, third = 0] = createHash('sha256').update(String(process.pid)).digest()
  return `127.${100 + (second % 100)}.${third}`
}

/** Opens a connection as a node's link does. */
export function dial(address: string, port: number): ReturnType<NodeLink['connect']> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address)
    socket.once('connect', () => {
      socket.removeListener('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}
