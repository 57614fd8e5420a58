/**
 * Words to an `ssh` that holds a connection, over its control socket: that saves an `ssh` of its own for each word. The format is that of
 * PROTOCOL.mux of OpenSSH, version 4, which all of them speak since 6.0.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { heard } from '../../support/heard.ts'

const HELLO = 0x00000001
const VERSION = 4
const TERMINATE = 0x10000005
const OPEN_FORWARD = 0x10000006
const CLOSE_FORWARD = 0x10000007
const OK = 0x80000001
const LOCAL_FORWARD = 1
/** In the place of a port: the host before it is the path of a unix socket (PORT_STREAMLOCAL, misc.h). */
const IS_PATH = 0xfffffffe
/** An answer is a number and a reason; no ssh needs more for that. */
const LONGEST_ANSWER = 65_536
const PATIENCE_MILLISECONDS = 10_000

/** Where a connection to the node is to lead: a TCP port of its loopback, or the path of a socket. */
export type ForwardTarget = number | { readonly socket: string }

/** Has the connection listen at a path of this computer and lead whoever comes there to the node. Rejects with what ssh says. */
export function openForward(control: string, path: string, to: ForwardTarget): Promise<void> {
  return ask(control, OPEN_FORWARD, forward(path, to))
}

/** The opposite; whoever came already stays. */
export function closeForward(control: string, path: string, to: ForwardTarget): Promise<void> {
  return ask(control, CLOSE_FORWARD, forward(path, to))
}

/** Ends the connection, with all that goes over it. Rejects when nobody holds one there. */
export async function endConnection(control: string): Promise<void> {
  try {
    await ask(control, TERMINATE, Buffer.alloc(0))
  } catch (error) {
    // ssh mostly ends before its answer is on the way (mux.c, mux_master_process_terminate).
    if (!(error instanceof Closed)) throw error
  }
}

/** The other side has ended the conversation without an answer, but not without a greeting. */
class Closed extends Error {}

function forward(path: string, to: ForwardTarget): Buffer {
  const [host, port] = typeof to === 'number' ? ['127.0.0.1', to] : [to.socket, IS_PATH]
  return Buffer.concat([number(LOCAL_FORWARD), text(path), number(IS_PATH), text(host), number(port)])
}

async function ask(control: string, request: number, rest: Buffer): Promise<void> {
  const socket = heard(connect(control))
  // A connection that hangs leaves its control socket as it is.
  const patience = setTimeout(
    () => socket.destroy(new Error('no answer from the ssh that holds the connection')),
    PATIENCE_MILLISECONDS,
  )
  try {
    await once(socket, 'connect')
    socket.write(packet(number(HELLO), number(VERSION)))
    socket.write(packet(number(request), number(0), rest))
    await agreed(socket)
  } finally {
    clearTimeout(patience)
    socket.destroy()
  }
}

/** Reads up to the answer, past the greeting of the other side. */
async function agreed(socket: Socket): Promise<void> {
  let read = Buffer.alloc(0)
  let isGreeted = false
  for await (const chunk of socket) {
    read = Buffer.concat([read, chunk as Buffer])
    while (read.length >= 4) {
      const length = read.readUInt32BE(0)
      if (length < 4 || length > LONGEST_ANSWER) throw new Error('what holds the connection is no ssh')
      if (read.length < 4 + length) break
      const type = read.readUInt32BE(4)
      if (type === OK) return
      if (type !== HELLO) throw new Error(reasonIn(read.subarray(8, 4 + length)))
      isGreeted = true
      read = read.subarray(4 + length)
    }
  }
  const problem = 'the connection was closed'
  throw isGreeted ? new Closed(problem) : new Error(problem)
}

/** Behind the number of the request comes the reason. */
function reasonIn(answer: Buffer): string {
  return answer.length > 8 ? answer.toString('utf8', 8) : 'the ssh that holds the connection refuses'
}

function packet(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([number(body.length), body])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}
