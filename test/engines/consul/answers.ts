/** Asks an agent everything that it knows, as somebody, and tells what it answered to. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { limit } from '../../../src/support/limit.ts'
import type { Question } from './api-endpoints.ts'

/** Where to ask, and as whom. */
export interface Door {
  readonly address: string
  readonly port: number
  readonly secure: boolean
  /** Secret of a token; whoever has none leaves it out. */
  readonly token?: string
}

/** What came back. `status` is 0 when nothing did. */
export interface Answer extends Question {
  readonly status: number
  readonly text: string
}

const AT_A_TIME = 16
/** A log that is followed or a profile never ends; its beginning is answer enough. */
const PATIENCE_MILLISECONDS = 2500

/** The answers to all questions, in their order. */
export function askAll(door: Door, questions: readonly Question[]): Promise<readonly Answer[]> {
  const within = limit(AT_A_TIME)
  return Promise.all(questions.map((question) => within(() => ask(door, question))))
}

/** `METHOD path` of what was done or told. */
export function answered(answers: readonly Pick<Answer, 'method' | 'path' | 'status'>[]): readonly string[] {
  return [...new Set(answers.filter(({ status }) => status >= 200 && status < 300).map(nameOf))].sort()
}

/** As it stands in lists: without what is asked for in particular. */
export function nameOf({ method, path }: Question): string {
  return `${method} ${path.replace(/\?.*$/, '')}`
}

/** Asks one question. Never rejects. */
export function ask({ address, port, secure, token }: Door, question: Question): Promise<Answer> {
  const { method, path, body } = question
  return new Promise((resolve) => {
    const headers = {
      ...(token !== undefined && { 'x-consul-token': token }),
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    }
    const options = { host: address, port, method, path, headers, rejectUnauthorized: false }
    let status = 0
    let text = ''
    const done = (): void => {
      clearTimeout(timer)
      resolve({ ...question, status, text })
      asked.destroy()
    }
    const asked = (secure ? requestHttps : requestHttp)(options, (reply) => {
      status = reply.statusCode ?? 0
      reply.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      reply.on('error', done)
      reply.on('end', done)
    })
    const timer = setTimeout(done, PATIENCE_MILLISECONDS)
    asked.on('error', done)
    asked.end(body)
  })
}
