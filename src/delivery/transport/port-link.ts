/** A byte stream to a TCP port of a node's loopback that has taken the connection: only an `ssh` of its own is told so. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { Readable, Writable } from 'node:stream'
import { heard } from '../../support/heard.ts'
import { visibleLine } from '../visible.ts'
import { linkRefusal } from './failure.ts'
import type { Carrier, LinkProcess } from './carrier.ts'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const STDERR_BYTES = 16_384
/** What `ssh -v` says once the node has accepted the forwarding (mux.c, mux_client_request_stdio_fwd). */
const OPENED = 'mux_client_request_stdio_fwd: master session id'

/** Opens it. Rejects with a plain sentence when the port cannot be reached. */
export async function openPort(
  node: string,
  port: number,
  carrier: Carrier,
  uses: (child: LinkProcess) => () => void,
): Promise<Duplex> {
  const words = ['-v', ...carrier.words, '-W', `127.0.0.1:${port}`, '--', node]
  const child = heard(spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] }))
  const over = uses(child)
  child.on('close', over)
  const refusal = await accepted(child)
  if (refusal === undefined) return duplexOf(child)
  throw new Error(
    `port ${port} of ${node} cannot be reached: ${linkRefusal(reasonOnCarrier(carrier) ?? refusal)}`,
  )
}

/** The reason is told by the connection that carries the link, the link only hears that it was refused. */
export function reasonOnCarrier({ session }: Carrier): string | undefined {
  const reasons = session.said().map((line) => /open failed: (?:connect failed: )?(.*)$/.exec(line)?.[1])
  return reasons.findLast(Boolean)
}

/** Waits until the node has accepted the connection, or gives the sentence that says why it has not. */
function accepted(child: Child): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = ''
    child.on('error', (error) => resolve(error.message))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-STDERR_BYTES)
      if (said.includes(OPENED)) resolve(undefined)
    })
    child.on('close', () => {
      const lines = said.split(/\r?\n/).filter((line) => line !== '' && !/^(debug\d:|OpenSSH_)/.test(line))
      resolve(visibleLine(lines.at(-1) ?? 'the connection was closed'))
    })
  })
}

function duplexOf(child: Child): Duplex {
  // Given up by whoever used it, it still fails: with what was not read any more, or could not be written.
  const duplex = heard(Duplex.from({ readable: child.stdout, writable: child.stdin }))
  duplex.on('close', () => child.kill('SIGTERM'))
  return duplex
}
