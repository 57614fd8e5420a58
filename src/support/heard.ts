/**
 * Lets nothing that is open end this process. An emitter whose 'error' nobody listens to throws it at the whole process
 * (events(3) of Node), also long after whoever waited for it has been told: a stream that TLS has given up, the input of a
 * program that has ended, a session that is destroyed twice.
 */
import type { EventEmitter } from 'node:events'

/** What may have streams of its own, as a child process has. */
interface Parts {
  readonly stdin?: unknown
  readonly stdout?: unknown
  readonly stderr?: unknown
}

/**
 * The same emitter, with a listener that stays for its errors and those of its standard streams. Whoever wants to know of an error adds a
 * listener of their own; this one only keeps it from being thrown.
 */
export function heard<Emitter extends EventEmitter>(emitter: Emitter): Emitter {
  const { stdin, stdout, stderr } = emitter as Parts
  for (const one of [emitter, stdin, stdout, stderr]) if (isEmitter(one)) one.on('error', nothing)
  return emitter
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof value === 'object' && value !== null && 'on' in value
}

function nothing(): void {
  // Told by whoever waits for the stream, the program or the connection.
}
