/** One real agent that knows nobody, to ask what Consul takes: a server in memory, with ACLs, on the loopback. */
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { poll } from '../../../src/support/poll.ts'
import { StartedProgram } from '../started-program.ts'
import type { ConsulBinary } from './binaries.ts'
import { loopbackNetwork } from './loopback.ts'

/** An answer of the API. */
export interface Answer {
  readonly status: number
  readonly text: string
}

const PATIENCE_SECONDS = 60

/** An agent in development mode, which keeps nothing. */
export class DevAgent {
  readonly #program = new StartedProgram()
  readonly #address = `${loopbackNetwork()}.201`
  readonly #token = randomUUID()

  /** Started when it can be asked with its token. */
  static async start({ path, version }: ConsulBinary): Promise<DevAgent> {
    const agent = new DevAgent()
    const tokens = version.startsWith('1.8.') ? 'master' : 'initial_management'
    const acl = `acl { enabled = true, default_policy = "deny", tokens { ${tokens} = "${agent.#token}" } }`
    const ports = `ports { dns = -1, grpc = -1, serf_wan = -1${version.startsWith('1.8.') ? '' : ', grpc_tls = -1'} }`
    const words = ['agent', '-dev', '-bind', agent.#address, '-client', agent.#address]
    agent.#program.start(path, [...words, '-hcl', acl, '-hcl', ports])
    const ready = await poll(
      async () => {
        const { status, text } = await agent.ask('GET', '/v1/acl/token/self')
        return { passed: status === 200, detail: text }
      },
      { patienceSeconds: PATIENCE_SECONDS },
    )
    if (!ready.passed) throw new Error(`${ready.detail}\n${agent.#program.logWhileRunning()}`)
    return agent
  }

  /** The path goes out as it is: nothing tidies it up on the way. */
  ask(method: string, path: string, body?: string): Promise<Answer> {
    const headers = { 'X-Consul-Token': this.#token }
    return new Promise((resolve, reject) => {
      const asked = request({ host: this.#address, port: 8500, method, path, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        )
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  async end(): Promise<void> {
    await this.#program.end()
  }
}
