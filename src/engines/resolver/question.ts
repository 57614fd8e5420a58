/** One question to a resolver over a byte stream (RFC 1035, sections 4.1 and 4.2.2), for gates and status: no program of the node is needed. */
import type { Duplex } from 'node:stream'

/** What came back. */
export interface Answered {
  /** 0: found; 2: the resolver could not find out; 3: there is no such name; 5: refused (RFC 1035, 4.1.1). */
  readonly code: number
  readonly answers: number
}

const A_RECORD = 1
const INTERNET = 1
/** The resolver is to look further by itself. */
const RECURSION_DESIRED = 0x0100
const HEADER_BYTES = 12

/** Asks for the IPv4 addresses of a name. Rejects when the stream ends or breaks before the answer is there. */
export async function addressQuestion(stream: Duplex, name: string): Promise<Answered> {
  const message = questionBytes(name)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  stream.write(Buffer.concat([length, message]))
  try {
    let got = Buffer.alloc(0)
    for await (const chunk of stream) {
      got = Buffer.concat([got, chunk as Buffer])
      // The first two bytes say how long the message is.
      if (got.length >= 2 + HEADER_BYTES)
        return { code: got.readUInt16BE(4) & 0xf, answers: got.readUInt16BE(8) }
    }
    throw new Error('it closed the connection without an answer')
  } finally {
    stream.destroy()
  }
}

function questionBytes(name: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(RECURSION_DESIRED, 2)
  header.writeUInt16BE(1, 4)
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'))
  const end = Buffer.alloc(5)
  end.writeUInt16BE(A_RECORD, 1)
  end.writeUInt16BE(INTERNET, 3)
  return Buffer.concat([header, ...labels, end])
}
