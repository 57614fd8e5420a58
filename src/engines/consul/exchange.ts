/** One request to an agent and the whole of its answer, within bounds: a node may answer anything, endlessly. */
import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { heard } from '../../support/heard.ts'
import { refusal } from '../json-answer.ts'
import type { Reply } from '../steps/reply.ts'

/** Something to send along, as JSON or as the bytes themselves. */
export type RequestBody =
  { readonly json: unknown } | { readonly text: string } | { readonly bytes: Uint8Array }

const REPLY_SECONDS = 15
/** The catalog of a thousand nodes is a hundredth of this. */
const REPLY_BYTES = 64 << 20

/** What is asked. */
export interface Question {
  readonly method: string
  readonly path: string
  readonly token?: string | undefined
  readonly body?: RequestBody | undefined
}

/** Asks over an open connection. Never rejects: what is no answer is a reply that says so. */
export function exchange(session: ClientHttp2Session, question: Question): Promise<Reply<string>> {
  if (session.closed || session.destroyed) return Promise.resolve(failure('the connection was closed'))
  const { body } = question
  const sent = body && bytesOf(body)
  let request: ClientHttp2Stream
  try {
    request = heard(session.request(headersOf(question, sent), { endStream: sent === undefined }))
  } catch (error) {
    // Whoever answers there may say goodbye between two questions.
    return Promise.resolve(failure(error instanceof Error ? error.message : String(error)))
  }
  const answer = answerOf(request)
  if (sent) request.end(sent)
  return answer
}

function bytesOf(body: RequestBody): Buffer {
  if ('bytes' in body) return Buffer.from(body.bytes)
  return Buffer.from('json' in body ? JSON.stringify(body.json) : body.text)
}

function headersOf(
  { method, path, token }: Question,
  sent: Buffer | undefined,
): Record<string, string | number> {
  return {
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_PATH]: path,
    // Consul looks at some bodies only when their length is told.
    ...(sent && { [constants.HTTP2_HEADER_CONTENT_LENGTH]: sent.length }),
    ...(token !== undefined && { 'x-consul-token': token }),
  }
}

function answerOf(request: ClientHttp2Stream): Promise<Reply<string>> {
  return new Promise((resolve) => {
    const giveUp = (problem: string): void => {
      resolve(failure(problem))
      request.close(constants.NGHTTP2_CANCEL)
    }
    let status = 0
    let bytes = 0
    const chunks: Buffer[] = []
    // The whole of it: a timeout of silence would never end for an answer that comes byte by byte.
    const late = (): void => giveUp(`no answer within ${REPLY_SECONDS} seconds`)
    const patience = setTimeout(late, REPLY_SECONDS * 1000)
    request.on('response', (received) => (status = received[':status'] ?? 0))
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > REPLY_BYTES) giveUp(`an answer of more than ${REPLY_BYTES} bytes`)
      else chunks.push(chunk)
    })
    request.on('error', (error) => resolve(failure(error.message)))
    request.on('close', () => {
      clearTimeout(patience)
      resolve(failure('the connection was closed'))
    })
    request.on('end', () => resolve(replyOf(status, Buffer.concat(chunks).toString())))
  })
}

function replyOf(status: number, text: string): Reply<string> {
  return status >= 200 && status < 300 ? { ok: true, value: text } : refusal(status, text)
}

function failure(problem: string): Reply<string> {
  return { ok: false, status: 0, problem }
}
