/**
 * Program: a client that writes to Consul's KV store ten times a second through the agent of its own node, and keeps on trying, as
 * services do. Arguments: PREFIX of the keys, PATIENCE in seconds, and a file for the HISTORY: one line of JSON for every
 * write as soon as its fate is known. Standard input: the token, then nothing until it is to stop. Prints what became of
 * every write, and which of the acknowledged ones the store does not have.
 */
import { appendFileSync } from 'node:fs'
import { once } from 'node:events'
import { Agent, request } from 'node:http'

/** How one write went. */
export interface Write {
  readonly key: string
  /** From the first attempt to the acknowledgement; left out when there was none in time. */
  readonly seconds?: number
  readonly attempts: number
}

/** What the program prints, as JSON. */
export interface Written {
  readonly writes: readonly Write[]
  /** Acknowledged keys that the store does not have in the end. */
  readonly lost: readonly string[]
}

interface Answer {
  readonly status: number
  readonly body: string
}

const PORT = 8500
const EVERY_MILLISECONDS = 100
const PAUSE_MILLISECONDS = 250
const ATTEMPT_MILLISECONDS = 5000

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** Sends one request; whatever goes wrong is an answer with status 0. */
function send(token: string, method: 'GET' | 'PUT', path: string, body?: string): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ status: 0, body: error.message })
    const headers = { 'x-consul-token': token }
    const sent = request({ agent, host: '127.0.0.1', port: PORT, method, path, headers }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: text }))
      reply.on('error', failed)
    })
    sent.setTimeout(ATTEMPT_MILLISECONDS, () => sent.destroy(new Error('no answer in time')))
    sent.on('error', failed)
    sent.end(body)
  })
}

/** Writes the key as its own value until that is acknowledged or the time is up. */
async function write(token: string, key: string, patienceSeconds: number): Promise<Write> {
  const start = performance.now()
  for (let attempts = 1; ; attempts++) {
    const { status, body } = await send(token, 'PUT', `/v1/kv/${key}`, key)
    const seconds = (performance.now() - start) / 1000
    if (status === 200 && body.trim() === 'true') return { key, seconds, attempts }
    if (seconds > patienceSeconds) return { key, attempts }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}

/** All keys below a prefix that have their own name as value, as the leader knows them. */
async function keysBelow(token: string, prefix: string): Promise<ReadonlySet<string>> {
  const { status, body } = await send(token, 'GET', `/v1/kv/${prefix}?recurse=true&consistent`)
  if (status !== 200) throw new Error(`the keys cannot be read: ${status} ${body}`)
  const entries = JSON.parse(body) as readonly { readonly Key: string; readonly Value: string }[]
  const own = entries.filter(({ Key, Value }) => Buffer.from(Value, 'base64').toString() === Key)
  return new Set(own.map(({ Key }) => Key))
}

async function keepWriting(prefix: string, patienceSeconds: number, history: string): Promise<Written> {
  const [first] = (await once(process.stdin.setEncoding('utf8'), 'data')) as [string]
  const token = first.trim()
  const started: Promise<Write>[] = []
  const note = (written: Write): Write => {
    if (history !== '')
      appendFileSync(history, `${JSON.stringify({ at: new Date().toISOString(), ...written })}\n`)
    return written
  }
  const timer = setInterval(() => {
    started.push(write(token, `${prefix}${started.length}`, patienceSeconds).then(note))
  }, EVERY_MILLISECONDS)
  await once(process.stdin.resume(), 'end')
  clearInterval(timer)
  const writes = await Promise.all(started)
  const kept = await keysBelow(token, prefix)
  const lost = writes.filter(({ key, seconds }) => seconds !== undefined && !kept.has(key))
  return { writes, lost: lost.map(({ key }) => key) }
}

const [prefix = '', patience = '', history = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await keepWriting(prefix, Number(patience), history)))
agent.destroy()
