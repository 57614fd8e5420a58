/** A byte stream to a TCP port of a node's loopback, or to a unix socket there with the rights of the user who logs in. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex, PassThrough, type Readable, type Writable } from 'node:stream'
import { heard } from '../../support/heard.ts'
import { reasonOf } from '../../support/reason.ts'
import { visibleLine } from '../visible.ts'
import type { Carrier, LinkProcess } from './carrier.ts'
import { closeForward, openForward, type ForwardTarget } from './control-socket.ts'
import { linkRefusal } from './failure.ts'
import { reasonOnCarrier } from './port-link.ts'

/**
 * Opens it, without a process of its own: the connection that carries it listens on a socket of this computer, and asks the node when
 * somebody comes. So what the node refuses shows as the error of the stream, before its first byte.
 */
export async function openForwarded(
  node: string,
  to: ForwardTarget,
  carrier: Carrier,
  uses: (child: LinkProcess) => () => void,
): Promise<Duplex> {
  const name = typeof to === 'number' ? `port ${to} of ${node}` : `${to.socket} of ${node}`
  try {
    const socket = heard(connect(await forwarded(to, carrier)))
    socket.on('close', uses({ kill: () => socket.destroy() }))
    await once(socket, 'connect')
    const refusal = (): Error => new Error(`${name} cannot be reached: ${whyNot(to, carrier)}`)
    const stream = heard(Duplex.from({ readable: readFrom(socket, refusal), writable: writeTo(socket) }))
    // The connection that carries it does not end before the last of its links does.
    stream.on('close', () => socket.destroy())
    return stream
  } catch (error) {
    carrier.forwards.delete(keyOf(to))
    throw new Error(`${name} cannot be reached: ${visibleLine(reasonOf(error))}`, { cause: error })
  }
}

/** What goes there. That it cannot be written says less than why, which the other direction tells. */
function writeTo(socket: Socket): Writable {
  const bytes = heard(new PassThrough())
  bytes.pipe(socket)
  return bytes
}

/** What comes from there. A connection that ends before its first byte was refused. */
function readFrom(socket: Socket, refusal: () => Error): Readable {
  const bytes = heard(
    new PassThrough({
      flush: (done) => (socket.bytesRead === 0 ? afterWhatIsSaid(() => done(refusal())) : done()),
    }),
  )
  socket.on('error', (error) =>
    socket.bytesRead === 0 ? afterWhatIsSaid(() => bytes.destroy(refusal())) : bytes.destroy(error),
  )
  return socket.pipe(bytes)
}

/** ssh says why before it closes, in another pipe: what waits there is read in the next round of events. */
function afterWhatIsSaid(then: () => void): void {
  setImmediate(() => setImmediate(then))
}

/** The reason is told by the connection that carries the link, when it is ours to listen to. */
function whyNot(to: ForwardTarget, carrier: Carrier): string {
  const reason = reasonOnCarrier(carrier)
  if (reason !== undefined && /prohibited/.test(reason)) return linkRefusal(reason)
  // Of a socket sshd gives no reason of its own.
  if (typeof to !== 'number')
    return 'there is no such socket, it is not for the user who logs in, or nobody answers there'
  return reason ?? 'nobody answers there'
}

/** A carrier that has ended leaves its sockets behind, so that no number is used twice. */
let sockets = 0

/** The socket of this computer that leads there; made once for a carrier, and gone with it. */
function forwarded(to: ForwardTarget, carrier: Carrier): Promise<string> {
  const known = carrier.forwards.get(keyOf(to))
  if (known !== undefined) return known.then(({ path }) => path)
  const path = `${carrier.forwardsAt}.${++sockets}`
  const made = openForward(carrier.path, path, to).then(() => ({ path, to }))
  carrier.forwards.set(keyOf(to), made)
  return made.then(() => path)
}

function keyOf(to: ForwardTarget): string {
  return typeof to === 'number' ? String(to) : to.socket
}

/** Has a connection that stays lead nobody anywhere any more. Never rejects: who is not there leads nobody. */
export async function closeForwards({ path: control, forwards }: Carrier): Promise<void> {
  await Promise.all(
    [...forwards.values()].map(async (made) => {
      const { path, to } = await made
      await closeForward(control, path, to)
    }),
  ).catch(() => undefined)
}
