/** Servers that answer as those of Vault do, as far as they are asked. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { portsOnly } from '../../../../test/engines/ports-only.ts'
import type { issueAuthority } from '../../../secrets/certificate-issuing.ts'
import { issueCertificate } from '../../../secrets/certificate-issuing.ts'
import { heard } from '../../../support/heard.ts'
import type { NodeLink } from '../../contract.ts'

type Pem = Awaited<ReturnType<typeof issueAuthority>>

/** A server, as far as it is asked. */
interface Member {
  state: 'new' | 'sealed' | 'open' | 'removed'
  given: number
  joining?: boolean
}

/** The servers. */
export const NAMES = ['ant', 'bee', 'cow'] as const
/** The shares that open them. */
export const SHARES = ['share-one', 'share-two', 'share-three']
export const ROOT = 'the-root-token'

/** Servers of Vault, who is active, and who is in the consensus. */
export class World {
  readonly members: Record<string, Member> = {}
  active: string | undefined
  readonly peers = new Map<string, string>()
  readonly asked: string[] = []
  readonly ports = new Map<string, number>()
  token = ROOT
  readonly audits: Record<string, unknown> = {}
  /** No device can be made, as when its folder is not there. */
  refusesAudit = false
  readonly #open: Server[] = []
  readonly #authority: Pem

  constructor(authority: Pem, states: readonly Member['state'][], active?: string) {
    this.#authority = authority
    for (const [index, state] of states.entries()) {
      const name = NAMES[index] ?? ''
      this.members[name] = { state, given: 0 }
      if (state !== 'new') this.peers.set(name, `id-${name}`)
    }
    this.active = active
  }

  async start(): Promise<NodeLink> {
    const pem = await issueCertificate({
      issuer: this.#authority,
      subject: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: [],
      days: 1,
      now: new Date(),
    })
    for (const name of Object.keys(this.members)) {
      const server = createServer({ cert: pem.certificatePem, key: pem.keyPem }, (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { method = '', url = '' } = request
          const body = Buffer.concat(chunks).toString()
          const token = String(request.headers['x-vault-token'] ?? '')
          const [status, value] = this.answer(name, `${method} ${url.split('?')[0]}`, token, body)
          response.statusCode = status
          response.end(value === undefined ? '' : JSON.stringify(value))
        })
      })
      this.#open.push(server)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      this.ports.set(name, (server.address() as AddressInfo).port)
    }
    return portsOnly(async (node) => {
      const port = this.ports.get(node)
      if (port === undefined) throw new Error(`there is no way to ${node}`)
      const socket = heard(connect(port, '127.0.0.1'))
      await once(socket, 'connect')
      return socket
    })
  }

  stop(): void {
    for (const server of this.#open.splice(0)) server.close()
  }

  private answer(name: string, asked: string, token: string, body: string): [number, unknown] {
    const own = this.members[name] as Member
    this.asked.push(`${name} ${asked.replace('/v1/sys/', '')}`)
    if (asked === 'GET /v1/sys/health') return [200, this.health(name)]
    if (asked === 'GET /v1/sys/leader') return [200, this.leader(name)]
    if (asked === 'PUT /v1/sys/unseal') return this.unseal(name, own)
    if (asked === 'POST /v1/sys/storage/raft/join') {
      own.joining = true
      return [200, { joined: true }]
    }
    if (token !== this.token) return [403, { errors: ['permission denied'] }]
    return this.privileged(asked, body)
  }

  private privileged(asked: string, body: string): [number, unknown] {
    switch (asked) {
      case 'GET /v1/sys/storage/raft/configuration':
        return [200, { data: { config: { servers: this.servers() } } }]
      case 'GET /v1/sys/storage/raft/autopilot/state':
        return [200, { data: this.autopilot() }]
      case 'POST /v1/sys/storage/raft/remove-peer': {
        const id = (JSON.parse(body) as { server_id: string }).server_id
        for (const [peer, its] of this.peers) if (its === id) this.peers.delete(peer)
        return [204, undefined]
      }
      case 'GET /v1/sys/audit':
        return [200, { data: this.audits }]
      case 'GET /v1/sys/mounts':
      case 'GET /v1/sys/auth':
        return [200, { data: {} }]
      case 'GET /v1/sys/policies/acl':
        return [200, { data: { keys: ['default', 'root'] } }]
      default: {
        const device = /^PUT \/v1\/sys\/audit\/(.+)$/.exec(asked)?.[1]
        if (device !== undefined && this.refusesAudit) return [400, { errors: ['sanity check failed'] }]
        if (device !== undefined) this.audits[`${device}/`] = JSON.parse(body)
        return device !== undefined || asked.startsWith('POST /v1/cubbyhole/')
          ? [204, undefined]
          : [404, { errors: [] }]
      }
    }
  }

  private health(name: string) {
    const { state } = this.members[name] as Member
    return {
      initialized: state !== 'new',
      sealed: state !== 'open',
      standby: name !== this.active,
      version: '1.21.0',
      removed_from_cluster: state === 'removed',
    }
  }

  private leader(name: string) {
    return {
      is_self: name === this.active,
      leader_cluster_address: this.active === undefined ? '' : `https://${this.addressOf(this.active)}`,
      raft_committed_index: 40,
      raft_applied_index: 40,
    }
  }

  private unseal(name: string, own: Member): [number, unknown] {
    if (own.state === 'new' && own.joining !== true) return [400, { errors: ['Vault is not initialized'] }]
    own.given += 1
    if (own.given >= 3) {
      own.state = 'open'
      this.peers.set(name, this.peers.get(name) ?? `new-id-${name}`)
      this.active ??= name
    }
    return [200, { sealed: own.state !== 'open' }]
  }

  private addressOf(name: string): string {
    return `192.0.2.${NAMES.indexOf(name as (typeof NAMES)[number]) + 1}:8201`
  }

  private servers() {
    return [...this.peers].map(([name, id]) => ({
      node_id: id,
      address: this.addressOf(name),
      leader: name === this.active,
      voter: true,
    }))
  }

  private autopilot() {
    const isWell = (name: string): boolean => this.members[name]?.state === 'open'
    return {
      healthy: [...this.peers.keys()].every(isWell),
      failure_tolerance: 0,
      servers: Object.fromEntries(
        [...this.peers].map(([name, id]) => [
          id,
          {
            id,
            address: this.addressOf(name),
            node_status: 'alive',
            last_index: 50,
            healthy: isWell(name),
            stable_since: '2026-01-01T00:00:00Z',
            status: name === this.active ? 'leader' : 'voter',
            version: '1.21.0',
          },
        ]),
      ),
    }
  }
}
