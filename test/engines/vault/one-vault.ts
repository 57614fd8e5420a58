/** One real Vault on the loopback, asked as the controller asks and worked by its own client. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { VaultApi } from '../../../src/engines/vault/api.ts'
import { API_PORT, CLUSTER_PORT } from '../../../src/engines/vault/names.ts'
import { HEALTH_PATH } from '../../../src/engines/vault/replies.ts'
import { issueAuthority, issueCertificate } from '../../../src/secrets/certificate-issuing.ts'
import { run } from '../../../src/support/run.ts'
import { eventually } from '../consul/eventually.ts'
import { dial, loopbackNetwork } from '../consul/loopback.ts'
import { portsOnly } from '../ports-only.ts'
import { StartedProgram } from '../started-program.ts'

const ADDRESS = `${loopbackNetwork()}.1`
const REPLY_SECONDS = 60

const initReply = z.object({ keys_base64: z.array(z.string()), root_token: z.string() })

/** Where it has its data: in memory, or in its own consensus, which can save snapshots. */
type Storage = 'inmem' | 'raft'

/** The keys of a Vault: its one share, and its token. */
export interface OwnKeys {
  readonly share: string
  readonly token: string
}

/** A Vault. */
export class OneVault {
  readonly #program: string
  readonly #server = new StartedProgram()
  #authorityPem = ''
  /** As it told them at its beginning; others may open it once a snapshot has come back. */
  keys: OwnKeys = { share: '', token: '' }

  private constructor(program: string) {
    this.#program = program
  }

  /** Starts and opens one. */
  static async start(program: string, storage: Storage = 'inmem'): Promise<OneVault> {
    const vault = await OneVault.startNew(program, storage)
    await vault.#begin()
    return vault
  }

  /** Starts one that has not begun. */
  static async startNew(program: string, storage: Storage): Promise<OneVault> {
    const vault = new OneVault(program)
    await vault.#start(storage)
    return vault
  }

  /** Folder of its certificates, and of its consensus. */
  get folders(): { readonly certificates: string; readonly consensus: string } {
    const { folder } = this.#server
    return { certificates: folder, consensus: join(folder, 'raft') }
  }

  /** Where it answers. */
  readonly address = `https://${ADDRESS}:${API_PORT}`

  async #start(storage: Storage): Promise<void> {
    const now = new Date()
    const authority = await issueAuthority({ subject: 'test', days: 1, now })
    const asked = { subject: 'localhost', dnsNames: ['localhost'], ipAddresses: [], days: 1, now }
    const pem = await issueCertificate({ issuer: authority, ...asked })
    const { folder } = this.#server
    this.#authorityPem = authority.certificatePem
    const files = {
      'ca.pem': authority.certificatePem,
      'server.pem': pem.certificatePem,
      'key.pem': pem.keyPem,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
    const tls = { tls_cert_file: join(folder, 'server.pem'), tls_key_file: join(folder, 'key.pem') }
    mkdirSync(this.folders.consensus)
    const settings = {
      storage: storage === 'inmem' ? { inmem: {} } : { raft: { path: this.folders.consensus } },
      listener: [{ tcp: { address: `${ADDRESS}:${API_PORT}`, ...tls } }],
      api_addr: this.address,
      cluster_addr: `https://${ADDRESS}:${CLUSTER_PORT}`,
      disable_mlock: true,
    }
    writeFileSync(join(folder, 'server.json'), JSON.stringify(settings))
    this.#server.start(this.#program, ['server', '-config=server.json'])
    await eventually('it answers', 120, async () => {
      const reply = await this.withApi((api) => api.get(HEALTH_PATH, z.unknown()))
      return reply.ok || `${reply.problem}\n${this.#server.logWhileRunning()}`
    })
  }

  async #begin(): Promise<void> {
    await eventually('it can be begun', 120, async () => {
      const reply = await this.withApi((api) =>
        api.send('PUT', '/v1/sys/init', initReply, { secret_shares: 1, secret_threshold: 1 }),
      )
      if (!reply.ok) return `${reply.problem}\n${this.#server.logWhileRunning()}`
      const { root_token: token, keys_base64: shares } = reply.value
      this.keys = { share: shares[0] ?? '', token }
      return true
    })
    await this.open()
  }

  /** Gives it its share, and waits until it is active. */
  async open(): Promise<void> {
    await this.withApi((api) => api.send('PUT', '/v1/sys/unseal', z.unknown(), { key: this.keys.share }))
    await eventually('it is active', 60, async () => {
      const reply = await this.withApi((api) => api.get('/v1/sys/health', z.unknown()))
      return reply.ok || reply.problem
    })
  }

  /** Uses a connection of its own, with the root token. */
  async withApi<Value>(use: (api: VaultApi) => Promise<Value>): Promise<Value> {
    const link = portsOnly((_, port) => dial(ADDRESS, port))
    const api = new VaultApi(link, 'ant', {
      authorityPem: this.#authorityPem,
      name: 'localhost',
      port: API_PORT,
      replySeconds: REPLY_SECONDS,
      headers: this.keys.token === '' ? {} : { 'x-vault-token': this.keys.token },
    })
    try {
      return await use(api)
    } finally {
      await api.close()
    }
  }

  /** What Vault's own client prints; throws what it says when it cannot. */
  async client(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tried(...words)
    if (code !== 0) throw new Error(`vault ${words.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }

  /** The same, for what may fail. */
  async tried(...words: string[]) {
    const { folder } = this.#server
    const environment = {
      ...process.env,
      HOME: folder,
      VAULT_ADDR: this.address,
      VAULT_CACERT: join(folder, 'ca.pem'),
      VAULT_TLS_SERVER_NAME: 'localhost',
      VAULT_TOKEN: this.keys.token,
    }
    const { code, stdout, stderr } = await run(this.#program, words, { environment })
    return { code, stdout: stdout.toString().trim(), stderr }
  }

  end(): Promise<void> {
    return this.#server.end()
  }
}
