/** Which manager is asked to do what, where managers change their part. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Handover, LinkTarget, NodeLink } from '../contract.ts'
import type { NodeReply } from './replies.ts'
import { swarmGroup } from './swarm-group.ts'
import { swarmStore } from './swarm-store.ts'
import type { SwarmNode, SwarmWish } from './swarm-wish.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

const wantedAs = (name: string, role: SwarmNode['role']): SwarmNode => ({
  name,
  fqdn: `${name}.home.arpa`,
  address: '192.0.2.1',
  role,
  availability: 'active',
  labels: { 'bramble.node': name },
})

/** The part of ant goes to dog. */
const WISH: SwarmWish = {
  nodes: [wantedAs('dog', 'manager'), wantedAs('ant', 'worker')],
  managers: ['dog'],
  addressPool: '10.211.0.0/16',
  certificateDays: 90,
}

/** As ant lists it: dog has just been made a manager. */
const LISTED: readonly NodeReply[] = ['ant', 'dog'].map((name) => ({
  ID: name,
  Version: { Index: 1 },
  Spec: { Labels: { 'bramble.node': name }, Role: 'manager', Availability: 'active' },
  Description: { Hostname: name },
  Status: { State: 'ready' },
  ManagerStatus: { Leader: name === 'ant', Reachability: 'reachable', Addr: '192.0.2.1:2377' },
}))

const SWARM = {
  ID: 'swarm',
  Version: { Index: 1 },
  Spec: { Labels: {} },
  JoinTokens: { Worker: 'w', Manager: 'm' },
}

const NOTHING_OFFERED: Handover = {
  missing: () => [],
  ask: () => Promise.reject(new Error('nothing is asked here')),
  forget: () => Promise.resolve(),
  keep: () => Promise.reject(new Error('nothing is kept here')),
}

/** The dockerd of each node; `posted` gets what is changed through whom. */
async function swarmOf(active: readonly string[], posted: string[]): Promise<NodeLink> {
  const ports = new Map<string, number>()
  for (const node of ['ant', 'dog']) {
    const state = {
      NodeID: node,
      LocalNodeState: 'active',
      ControlAvailable: active.includes(node),
      Error: '',
      Cluster: { ID: 'swarm' },
    }
    const answers: Readonly<Record<string, unknown>> = {
      '/_ping': {},
      '/info': { ServerVersion: '26.1.5', Swarm: state },
      '/nodes': LISTED,
      '/swarm': SWARM,
      ...Object.fromEntries(LISTED.map((entry) => [`/nodes/${entry.ID}`, entry])),
    }
    const server = createServer(({ method, url = '' }, response) => {
      if (method === 'POST') posted.push(`${node}: ${url}`)
      response.end(JSON.stringify(method === 'POST' ? {} : answers[url]))
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    ports.set(node, (server.address() as AddressInfo).port)
  }
  return {
    connect: async (node: string, _to: LinkTarget) => {
      const socket = connect(ports.get(node) ?? 0, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
    run: () => Promise.reject(new Error('nothing is run here')),
  }
}

it('takes no part from a manager by its own word while the one in its place is not up yet', async () => {
  const posted: string[] = []
  const link = await swarmOf(['ant'], posted)
  const store = swarmStore({ cluster: 'pond', wish: WISH, shelves: [], size: 0 })
  const [refusal, done] = ['dog: it is no manager (active)', () => undefined]
  await expect(store.converge(link, 'dog', done, NOTHING_OFFERED)).rejects.toThrow(refusal)
  await expect(swarmGroup(WISH).leave(link, 'ant', 'for-good')).rejects.toThrow(refusal)
  expect(posted).toEqual([])
})
