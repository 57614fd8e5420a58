/** A byte stream to a unix socket of a node, with the rights of the user who logs in. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { heard } from '../../support/heard.ts'
import { run } from '../../support/run.ts'
import { visibleLine } from '../visible.ts'
import { linkRefusal } from './failure.ts'
import type { Carrier, LinkProcess } from './carrier.ts'
import { reasonOnCarrier } from './port-link.ts'

/**
 * Opens it. What the node refuses (there is no such socket, or it is not for this user: sshd does not say which) shows as the error of the
 * stream, before its first byte: older clients of OpenSSH open a socket of this computer and ask the node only when somebody comes
 * (`ssh -W` takes a path since 9.4).
 */
export async function openSocket(
  node: string,
  path: string,
  carrier: Carrier,
  uses: (child: LinkProcess) => () => void,
): Promise<Duplex> {
  const known = carrier.sockets.get(path)
  const forwarded = known ?? forward(node, path, carrier)
  carrier.sockets.set(path, forwarded)
  let local: string
  try {
    local = await forwarded
  } catch (error) {
    carrier.sockets.delete(path)
    throw error
  }
  const socket = heard(connect(local))
  const over = uses({ kill: () => socket.destroy() })
  socket.on('close', over)
  try {
    await once(socket, 'connect')
  } catch (error) {
    carrier.sockets.delete(path)
    throw new Error(`${path} of ${node} cannot be reached: the connection was closed`, { cause: error })
  }
  return heard(
    Duplex.from({ readable: readFrom(socket, () => refusal(node, path, carrier)), writable: socket }),
  )
}

/** A socket that ends before its first byte has refused. */
async function* readFrom(socket: Socket, refused: () => Error): AsyncGenerator<Buffer> {
  for await (const chunk of socket) yield chunk as Buffer
  if (socket.bytesRead === 0) throw refused()
}

function refusal(node: string, path: string, carrier: Carrier): Error {
  const reason = reasonOnCarrier(carrier)
  // sshd gives a reason of its own only where it forwards nothing.
  const why =
    reason !== undefined && /prohibited/.test(reason)
      ? linkRefusal(reason)
      : 'there is no such socket, it is not for the user who logs in, or nobody answers there'
  return new Error(`${path} of ${node} cannot be reached: ${why}`)
}

/** A carrier that has ended leaves its sockets behind, so that no number is used twice. */
let sockets = 0

/** Has the carrier listen on a socket of this computer that leads there; it goes with the carrier. */
async function forward(node: string, path: string, carrier: Carrier): Promise<string> {
  const local = `${carrier.path}.${++sockets}`
  const words = ['-O', 'forward', '-o', 'ClearAllForwardings=no', ...carrier.words]
  const { code, stderr } = await run('ssh', [
    ...words,
    '-L',
    `${escaped(local)}:${escaped(path)}`,
    '--',
    node,
  ])
  if (code === 0) return local
  const reason = stderr.split(/\r?\n/).findLast((line) => line !== '') ?? 'the connection was closed'
  throw new Error(`${path} of ${node} cannot be reached: ${visibleLine(reason)}`)
}

/** As `ssh -L` takes a path (misc.c, hpdelim). */
function escaped(path: string): string {
  return path.replaceAll(/[\\:]/g, String.raw`\$&`)
}
