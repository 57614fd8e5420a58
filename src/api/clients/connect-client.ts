/** Holds a way to an engine open: whoever connects here on this computer is led through SSH to a node. */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { makeSocketFolder } from '../../delivery/transport/socket-folder.ts'
import { clientCodes } from '../../diagnostics/catalogue/clients.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { NodeLink } from '../../engines/contract.ts'
import type { EngineClient } from '../../engines/engine-client.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { heard } from '../../support/heard.ts'
import { reasonOf } from '../../support/reason.ts'
import { connect as wayToNodes } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { clientOf, forgetWay, noteWay, variablesAt, type ClientVariables } from './clients.ts'

/** How a way is held open. */
export interface ConnectClientOptions extends Scope {
  /** Port of this computer's loopback; any free one when left out. Of no use where the engine has a socket. */
  readonly port?: number
  readonly sudoPassword?: () => Promise<string>
  /** Told of each connection that no node took. */
  readonly failed?: (problem: string) => void
}

/** A way that is open. */
export interface HeldWay extends ClientVariables {
  /** The node that took the first connection. */
  readonly node: string
  /** Ends it and takes the client's files away. */
  close(): Promise<void>
}

/**
 * Opens a way and tries it once. Each connection goes to the first node that takes it, best first, so the way outlives its node. Throws
 * {@link DiagnosticsError} for a client that the cluster cannot serve, and when no node takes a connection.
 */
export async function connectClient(
  cluster: OpenedCluster,
  name: string,
  options: ConnectClientOptions = {},
): Promise<HeldWay> {
  const client = chosen(await clientOf(cluster, name), nodesInScope(cluster.resolved, options))
  const transport = wayToNodes(cluster, options)
  try {
    const first = await reach(transport, client)
    first.stream.destroy()
    const entrance = await listen(client, options.port, (socket) => {
      void lead(transport, client, socket, options.failed)
    })
    noteWay(cluster, name, entrance.at)
    return {
      ...variablesAt(cluster, client, entrance.at, 'link'),
      node: first.node,
      close: async () => {
        entrance.close()
        forgetWay(cluster, name)
        await transport.close()
      },
    }
  } catch (error) {
    await transport.close()
    throw error
  }
}

/** With those of its members alone that were chosen. */
function chosen(client: EngineClient, nodes: readonly string[]): EngineClient {
  const members = client.members.filter((member) => nodes.includes(member))
  if (members.length > 0) return client.members.length === members.length ? client : { ...client, members }
  const problems = [`none of ${nodes.join(', ')} takes requests for it: ${client.members.join(', ')} would`]
  throw new DiagnosticsError([clientCodes.CLIENT_NOT_REACHED({ name: client.name, problems })])
}

interface Reached {
  readonly node: string
  readonly stream: Duplex
}

async function reach(link: NodeLink, { name, members, to }: EngineClient): Promise<Reached> {
  const problems: string[] = []
  for (const node of members) {
    try {
      return { node, stream: await link.connect(node, to, 'taken') }
    } catch (error) {
      problems.push(`${node}: ${reasonOf(error)}`)
    }
  }
  throw new DiagnosticsError([clientCodes.CLIENT_NOT_REACHED({ name, problems })])
}

/** Joins somebody who came here with a node. */
async function lead(
  link: NodeLink,
  client: EngineClient,
  socket: Socket,
  failed: ((problem: string) => void) | undefined,
): Promise<void> {
  heard(socket)
  try {
    const { stream } = await reach(link, client)
    heard(stream)
    socket.on('close', () => stream.destroy())
    stream.on('close', () => socket.destroy())
    socket.pipe(stream).pipe(socket)
  } catch (error) {
    failed?.(error instanceof DiagnosticsError ? (error.diagnostics[0]?.why ?? '') : reasonOf(error))
    socket.destroy()
  }
}

interface Entrance {
  readonly at: string
  close(): void
}

/** A port of the loopback, or a socket in a folder of our user's own: what has no password of its own is nobody else's to reach. */
async function listen(
  { name, to }: EngineClient,
  port: number | undefined,
  come: (socket: Socket) => void,
): Promise<Entrance> {
  const server = createServer({ allowHalfOpen: true }, come)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const end = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  if (typeof to === 'number') {
    await started(server.listen(port ?? 0, '127.0.0.1'))
    return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: end }
  }
  const folder = makeSocketFolder()
  const at = join(folder, `${name}.sock`)
  await started(server.listen(at))
  return {
    at,
    close: () => {
      end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function started(server: Server): Promise<void> {
  await once(server, 'listening')
}
