/** A real datacenter on loopback addresses, made from the configuration that the roles render. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls, type SecureContextOptions } from 'node:tls'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  agentConfig,
  configText,
  keyringText,
  tokenText,
  type Settings,
} from '../../../src/engines/consul/config.ts'
import type { ManagementAccess, TokenIdentity } from '../../../src/engines/consul/management.ts'
import { serverName } from '../../../src/engines/consul/names.ts'
import { serviceDefinition } from '../../../src/engines/consul/service-definition.ts'
import type { Agent, ConsulNode, Datacenter } from '../../../src/engines/consul/setup.ts'
import type { ClusterService } from '../../../src/topology/service.ts'
import { dialectOf } from '../../../src/engines/consul/version.ts'
import { portsOnly } from '../ports-only.ts'
import type { NodeLink } from '../../../src/engines/contract.ts'
import { issueAuthority, issueCertificate } from '../../../src/secrets/certificate-issuing.ts'
import { run, type RunResult } from '../../../src/support/run.ts'
import type { ConsulBinary } from './binaries.ts'
import { dial, loopbackNetwork } from './loopback.ts'

/** What a client of TLS offers. */
export type SecureOffer = Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'>

/** Port on which the servers are asked by all agents. */
const SERVER_PORT = 8300

type PemPair = Awaited<ReturnType<typeof issueAuthority>>

/** What the datacenter consists of. */
export interface DatacenterPlan {
  readonly binary: ConsulBinary
  readonly servers: readonly string[]
  readonly clients: readonly string[]
  readonly services: Readonly<Record<string, readonly ClusterService[]>>
  /** `info` unless a test waits for what only `debug` tells. */
  readonly logLevel?: 'debug'
}

/** A datacenter with everything that a test asks it for. */
export class RealDatacenter {
  readonly setup: Datacenter
  access: ManagementAccess
  readonly gossipKeys: [string, ...string[]] = [randomBytes(32).toString('base64')]
  readonly link: NodeLink
  readonly #plan: DatacenterPlan
  #authority: PemPair
  readonly #folder = mkdtempSync(join(tmpdir(), 'bramble-consul-'))
  readonly #addresses: ReadonlyMap<string, string>
  readonly #tokens = new Map<string, TokenIdentity>()
  readonly #services: Map<string, readonly ClusterService[]>
  readonly #processes = new Map<string, ChildProcess>()

  static async make(plan: DatacenterPlan): Promise<RealDatacenter> {
    const authority = await issueAuthority({ subject: 'Bramble test', days: 10, now: new Date() })
    const datacenter = new RealDatacenter(plan, authority)
    for (const name of [...plan.servers, ...plan.clients]) {
      datacenter.#writeNode(name, await datacenter.#newCertificate(name))
    }
    return datacenter
  }

  private constructor(plan: DatacenterPlan, authority: PemPair) {
    this.#plan = plan
    this.#services = new Map(Object.entries(plan.services))
    this.#authority = authority
    this.#addresses = new Map(
      [...plan.servers, ...plan.clients].map((name, index) => [name, `${loopbackNetwork()}.${index + 1}`]),
    )
    this.access = { authorityPem: authority.certificatePem, management: newIdentity() }
    this.setup = {
      name: 'home',
      domain: 'lab.example.net',
      version: plan.binary.version,
      dataFolder: '/var/lib/consul',
      servers: plan.servers.map((name) => this.#node(name)),
      clients: plan.clients.map((name) => this.#node(name)),
      uiNodes: plan.servers.slice(0, 1),
      watched: false,
      wan: false,
      raftMultiplier: 1,
    }
    this.link = {
      ...portsOnly((node, port) => dial(this.address(node), port)),
      // What a delivery does as root; here the state of an agent lies elsewhere.
      put: (node, path, text) =>
        Promise.resolve(writeFileSync(join(this.folder(node), 'state', basename(path)), `${text}\n`)),
    }
  }

  address(node: string): string {
    return this.#addresses.get(node) ?? '127.0.0.1'
  }

  /** The agent as the roles describe it, but for the places where it lives here. */
  agent(name: string): Agent {
    const folder = this.folder(name)
    const files = {
      ca_file: join(folder, 'ca.pem'),
      cert_file: join(folder, 'agent.pem'),
      key_file: join(folder, 'agent-key.pem'),
    }
    const settings: Settings = {
      client_addr: this.address(name),
      addresses: { https: this.address(name) },
      retry_interval: '1s',
      ...(dialectOf(this.setup.version).tlsBlock ? { tls: { defaults: files } } : files),
    }
    return {
      datacenter: { ...this.setup, dataFolder: join(folder, 'state') },
      node: this.#node(name),
      role: this.#plan.servers.includes(name) ? 'server' : 'client',
      options: {
        settings,
        interface: undefined,
        cidr: undefined,
        recursors: undefined,
        log_level: this.#plan.logLevel,
      },
    }
  }

  folder(name: string): string {
    return join(this.#folder, name)
  }

  /** A file in the state of an agent, as it is now. */
  state(name: string, file: string): string {
    return readFileSync(join(this.folder(name), 'state', file), 'utf8')
  }

  log(name: string): string {
    return readFileSync(join(this.folder(name), 'log'), 'utf8')
  }

  token(node: string): TokenIdentity {
    const known = this.#tokens.get(node) ?? newIdentity()
    this.#tokens.set(node, known)
    return known
  }

  serviceToken(node: string, service: string): TokenIdentity {
    return this.token(`${node}/${service}`)
  }

  services(node: string): readonly ClusterService[] {
    return this.#services.get(node) ?? []
  }

  start(name: string): void {
    const folder = this.folder(name)
    const log = openSync(join(folder, 'log'), 'a')
    const child = spawn(this.#plan.binary.path, ['agent', '-config-dir', join(folder, 'config')], {
      stdio: ['ignore', log, log],
    })
    this.#processes.set(name, child)
  }

  /** Gives a node other gossip keys than the datacenter has; before it is started. */
  writeKeyring(name: string, keys: readonly string[]): void {
    writeFileSync(join(this.folder(name), 'state/serf/local.keyring'), keyringText(keys), { mode: 0o600 })
  }

  /** Gives a node a new certificate, as an apply does: the files, then a reload. Gives its text. */
  async renewCertificate(name: string): Promise<string> {
    const { certificatePem, keyPem } = await this.#newCertificate(name)
    writeFileSync(join(this.folder(name), 'agent.pem'), certificatePem)
    writeFileSync(join(this.folder(name), 'agent-key.pem'), keyPem)
    this.#processes.get(name)?.kill('SIGHUP')
    return certificatePem
  }

  /** Makes everything anew that was lost with the secrets, as `secrets recreate` and an apply on all nodes at once do. */
  async recreateSecrets(nodes: readonly string[]): Promise<void> {
    await this.replaceAuthority(nodes)
    this.access = { ...this.access, management: newIdentity(), mayReset: true }
    for (const name of nodes) this.changeToken(name, newIdentity())
  }

  /** Another authority: its certificate and those that it signs on these nodes, then a reload. */
  async replaceAuthority(nodes: readonly string[]): Promise<void> {
    this.#authority = await issueAuthority({ subject: 'Bramble test, anew', days: 10, now: new Date() })
    this.access = { ...this.access, authorityPem: this.#authority.certificatePem }
    for (const name of nodes) {
      writeFileSync(join(this.folder(name), 'ca.pem'), this.#authority.certificatePem)
      await this.renewCertificate(name)
    }
  }

  /** Gives a node a certificate that ended yesterday, as if nobody had renewed it, and starts it anew. */
  async expireCertificate(name: string): Promise<void> {
    const DAY = 24 * 60 * 60 * 1000
    const { certificatePem, keyPem } = await this.#newCertificate(name, new Date(Date.now() - 6 * DAY))
    writeFileSync(join(this.folder(name), 'agent.pem'), certificatePem)
    writeFileSync(join(this.folder(name), 'agent-key.pem'), keyPem)
    this.#processes.get(name)?.kill('SIGHUP')
  }

  /** Lets an agent read its files again. */
  reload(name: string): void {
    this.#processes.get(name)?.kill('SIGHUP')
  }

  /** Gives a node other services, as an apply does: the files, and a reload where the agent runs. */
  changeServices(name: string, services: readonly ClusterService[]): void {
    for (const { name: gone } of this.services(name)) rmSync(this.#serviceFile(name, gone))
    this.#services.set(name, services)
    this.#writeServices(name)
    this.#processes.get(name)?.kill('SIGHUP')
  }

  /** Lets an agent lend its token to whoever comes without one, as Bramble did before 0.2 with Consul before 1.15; before it is started. */
  lendToken(name: string): void {
    const { secretId } = this.token(name)
    const text = JSON.stringify({ default: secretId, agent: secretId })
    writeFileSync(join(this.folder(name), 'state/acl-tokens.json'), text, { mode: 0o600 })
    for (const service of this.services(name)) {
      const { token: _, ...definition } = serviceDefinition(service, '')['service'] as Settings
      writeFileSync(this.#serviceFile(name, service.name), configText({ service: definition }), {
        mode: 0o600,
      })
    }
  }

  /** Gives a node another token, as an apply does: the file, then a reload. */
  changeToken(name: string, identity: TokenIdentity): void {
    this.#tokens.set(name, identity)
    const text = tokenText(identity.secretId)
    writeFileSync(join(this.folder(name), 'state/acl-tokens.json'), text, { mode: 0o600 })
    this.#processes.get(name)?.kill('SIGHUP')
  }

  /** Protocol on which a port agrees with what is offered, or `refused`. The certificate shown is the node's own. */
  async accepts(name: string, port: number, offer: SecureOffer): Promise<string> {
    const file = (one: string): Buffer => readFileSync(join(this.folder(name), one))
    const socket = connect(port, this.address(name))
    await once(socket, 'connect')
    // The port of the servers is told that TLS comes next (hashicorp/consul, agent/pool/conn.go).
    if (port === SERVER_PORT) socket.write(Buffer.of(3))
    const secured = connectTls({
      socket,
      rejectUnauthorized: false,
      cert: file('agent.pem'),
      key: file('agent-key.pem'),
      ...offer,
    })
    try {
      await once(secured, 'secureConnect')
      return secured.getProtocol() ?? 'refused'
    } catch {
      return 'refused'
    } finally {
      secured.destroy()
      socket.destroy()
    }
  }

  /** Runs the `consul` command against a node, with the management token unless another one is given. */
  async consul(
    name: string,
    words: readonly string[],
    token = this.access.management.secretId,
  ): Promise<RunResult> {
    return run(this.#plan.binary.path, words, {
      environment: { CONSUL_HTTP_ADDR: `http://${this.address(name)}:8500`, CONSUL_HTTP_TOKEN: token },
    })
  }

  /** Ends an agent and waits for its end. */
  async stop(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#processes.get(name)
    this.#processes.delete(name)
    if (child === undefined || child.exitCode !== null) return
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  }

  async end(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.stop(name, 'SIGKILL')))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #node(name: string): ConsulNode {
    return {
      name,
      fqdn: `${name}.lab.example.net`,
      address: this.address(name),
      board: {
        model: 'pi4',
        memoryBytes: 4 * 1024 ** 3,
        architecture: 'arm64',
        has: ['sense-hat'],
        labels: { room: 'office' },
      },
    }
  }

  #newCertificate(name: string, now = new Date()): Promise<PemPair> {
    const isServer = this.#plan.servers.includes(name)
    return issueCertificate({
      issuer: this.#authority,
      subject: name,
      days: 5,
      now,
      dnsNames: ['localhost', ...(isServer ? [serverName('home', 'lab.example.net')] : [])],
      ipAddresses: ['127.0.0.1'],
    })
  }

  #writeNode(name: string, certificate: PemPair): void {
    const folder = this.folder(name)
    mkdirSync(join(folder, 'config'), { recursive: true })
    mkdirSync(join(folder, 'state/serf'), { recursive: true })
    const write = (path: string, text: string): void =>
      writeFileSync(join(folder, path), text, { mode: 0o600 })
    write('ca.pem', this.#authority.certificatePem)
    write('agent.pem', certificate.certificatePem)
    write('agent-key.pem', certificate.keyPem)
    write('config/consul.json', configText(agentConfig(this.agent(name))))
    write('state/acl-tokens.json', tokenText(this.token(name).secretId))
    this.#writeServices(name)
    write('state/serf/local.keyring', keyringText(this.gossipKeys))
  }

  #writeServices(name: string): void {
    for (const service of this.services(name)) {
      const { secretId } = this.serviceToken(name, service.name)
      const text = configText(serviceDefinition(service, secretId))
      writeFileSync(this.#serviceFile(name, service.name), text, { mode: 0o600 })
    }
  }

  #serviceFile(name: string, service: string): string {
    return join(this.folder(name), `config/service-${service}.json`)
  }
}

function newIdentity(): TokenIdentity {
  return { accessorId: randomUUID(), secretId: randomUUID() }
}
