/** A real datacenter with what tests ask of it: its store, its guard, its DNS. */
import { once } from 'node:events'
import { connect } from 'node:tls'
import { z } from 'zod'
import { withApi } from '../../../src/engines/consul/api.ts'
import type { RequestBody } from '../../../src/engines/consul/exchange.ts'
import { managementAccess } from '../../../src/engines/consul/management.ts'
import { API_PORT, DNS_PORT } from '../../../src/engines/consul/names.ts'
import { consulGroup } from '../../../src/engines/consul/group.ts'
import { anything } from '../../../src/engines/consul/replies.ts'
import type { Datacenter } from '../../../src/engines/consul/setup.ts'
import type { ClusterService } from '../../../src/topology/service.ts'
import { consulStore } from '../../../src/engines/consul/store/consul-store.ts'
import { granted } from '../../../src/engines/steps/reply.ts'
import { storeParts, type StoreWishes } from '../../../src/engines/consul/store/wanted.ts'
import type {
  ClusterDifference,
  ClusterOutcome,
  NodeLink,
  RaftGroup,
  StoreLook,
} from '../../../src/engines/contract.ts'
import type { GroupState } from '../../../src/engines/raft-group.ts'
import { askGroup } from '../../../src/rollout/ask-group.ts'
import { run } from '../../../src/support/run.ts'
import type { ConsulBinary } from './binaries.ts'
import { RealDatacenter, type DatacenterPlan } from './datacenter.ts'
import { eventually } from './eventually.ts'

/** Names of the servers. */
export const SERVERS = ['hammond', 'oneil', 'carter']

/** The service of `ears`. */
export const DOORBELL: ClusterService = { name: 'doorbell', port: 8080, tags: ['hall'], meta: {}, checks: [] }
const ANONYMOUS = 'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n'

/** What did not end well. */
export function failures(outcomes: readonly ClusterOutcome[]): readonly ClusterOutcome[] {
  return outcomes.filter(({ failure }) => failure !== undefined)
}

/** Three servers, the client `ears` with a service, and `stranger`, which is not started and belongs to nothing. */
export class DatacenterUnderTest {
  readonly home: RealDatacenter
  /** How its nodes are reached: by whoever stands in between, when somebody does. */
  link: NodeLink

  static async start(
    binary: ConsulBinary,
    plan: Partial<Pick<DatacenterPlan, 'services' | 'logLevel'>> = {},
  ): Promise<DatacenterUnderTest> {
    const home = await RealDatacenter.make({
      binary,
      servers: SERVERS,
      clients: ['ears', 'stranger'],
      services: { ears: [DOORBELL] },
      ...plan,
    })
    for (const name of [...SERVERS, 'ears']) home.start(name)
    return new DatacenterUnderTest(home)
  }

  private constructor(home: RealDatacenter) {
    this.home = home
    this.link = home.link
  }

  /** What differs, where all could be looked at. */
  async check(changes: Partial<StoreWishes> = {}, member = 'hammond'): Promise<readonly ClusterDifference[]> {
    const { differences, unseen } = await this.look(changes, member)
    if (unseen.length > 0) throw new Error(`not seen: ${JSON.stringify(unseen)}`)
    return differences
  }

  look(changes: Partial<StoreWishes> = {}, member = 'hammond'): Promise<StoreLook> {
    return consulStore(storeParts(this.wishes(changes))).check(this.link, member)
  }

  /** What would be made where there is no Consul yet. */
  whole(changes: Partial<StoreWishes> = {}): Promise<readonly ClusterDifference[]> {
    return consulStore(storeParts(this.wishes(changes))).whole()
  }

  /** Does what a rollout does before the nodes change. */
  async prepare(changes: Partial<StoreWishes> = {}): Promise<readonly ClusterOutcome[]> {
    const outcomes: ClusterOutcome[] = []
    const store = consulStore(storeParts(this.wishes(changes)))
    await store.prepare?.(this.link, 'hammond', (outcome) => outcomes.push(outcome))
    return outcomes
  }

  /** Converges as a rollout does: an engine that has no leader for a moment is asked again. */
  async converge(changes: Partial<StoreWishes> = {}): Promise<readonly ClusterOutcome[]> {
    const store = consulStore(storeParts(this.wishes(changes)))
    const outcomes = new Map<string, ClusterOutcome>()
    await eventually('the store is asked', 60, async () => {
      try {
        const done = (outcome: ClusterOutcome): unknown => outcomes.set(outcome.address, outcome)
        await store.converge(this.link, 'hammond', done, {
          missing: () => [],
          ask: () => Promise.reject(new Error('nothing is offered')),
          forget: () => Promise.resolve(),
          keep: () => Promise.resolve(),
        })
        return true
      } catch (error) {
        return String(error)
      }
    })
    return [...outcomes.values()]
  }

  group(): RaftGroup {
    const { home } = this
    return consulGroup({
      servers: home.setup.servers,
      nodes: [...home.setup.servers, ...home.setup.clients],
      dataFolder: home.setup.dataFolder,
      options: home.agent('hammond').options,
      access: home.access,
    })
  }

  /** How the servers stand as a group. */
  observe(): Promise<GroupState> {
    return askGroup(this.group(), this.home.link)
  }

  /** Names of the leader and of the two others. */
  async turns(): Promise<{ leader: string; follower: string; third: string }> {
    const { members } = await this.observe()
    const leader = members.find((member) => member.leader)?.node ?? 'nobody'
    const [follower = '', third = ''] = SERVERS.filter((name) => name !== leader)
    return { leader, follower, third }
  }

  returnsAfter(node: string, since: Date): Promise<void> {
    return eventually(`${node} returns`, 60, async () => {
      const { passed, detail } = await this.group().proven(this.home.link, node, since)
      return passed || detail
    })
  }

  async dig(node: string, name: string): Promise<string> {
    const where = ['-p', String(DNS_PORT), `@${this.home.address(node)}`]
    const { stdout } = await run('dig', ['+short', '+time=2', '+tries=1', ...where, name])
    return stdout.toString().trim()
  }

  /** Fingerprint of the certificate that an agent shows. */
  async certificateOf(node: string): Promise<string> {
    const socket = connect({ host: this.home.address(node), port: API_PORT, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }

  /** Asks a server as its management does; gives the answer as it is, and throws where it is no success. */
  ask(method: 'GET' | 'PUT', path: string, body?: RequestBody): Promise<unknown> {
    return withApi(this.home.link, 'hammond', managementAccess(this.home.access), async (api) =>
      granted(path, await api.send(method, path, z.unknown(), body)),
    )
  }

  /** Forgets the service in the catalog; the agent has to register it anew. */
  forgetDoorbell(): Promise<unknown> {
    return withApi(this.home.link, 'hammond', managementAccess(this.home.access), (api) =>
      api.send('PUT', '/v1/catalog/deregister', anything, { json: { Node: 'ears', ServiceID: 'doorbell' } }),
    )
  }

  /** The datacenter with these clients only. */
  withClients(...names: readonly string[]): Datacenter {
    const { setup } = this.home
    return { ...setup, clients: setup.clients.filter(({ name }) => names.includes(name)) }
  }

  /** All that the store is to hold, with these changes. */
  wishes(changes: Partial<StoreWishes>): StoreWishes {
    const { home } = this
    return {
      datacenter: this.withClients('ears'),
      nodes: [...home.setup.servers, ...home.setup.clients],
      access: home.access,
      gossipKeys: home.gossipKeys,
      agentToken: (node) => home.token(node),
      serviceToken: (node, service) => home.serviceToken(node, service),
      servicesOn: (node) => home.services(node),
      anonymousRules: ANONYMOUS,
      policies: [],
      tokens: [],
      entries: [],
      logins: [],
      ...changes,
    }
  }
}
