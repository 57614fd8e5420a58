/** The engines' own clients on this computer: where each is to ask, and the files that it reads for that. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../delivery/transport/write-whole.ts'
import { Bug } from '../../diagnostics/bug.ts'
import { clientCodes } from '../../diagnostics/catalogue/clients.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { EngineClient } from '../../engines/engine-client.ts'
import { clientsOf } from '../../programs/clients.ts'
import { isProcessAlive } from '../../support/process-alive.ts'
import { workingFolder } from '../folder/working-folder.ts'
import type { OpenedCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'

/** Which process holds a way open, and where it begins. */
const LINK = 'link.json'

/** What a client goes by. */
export interface ClientVariables {
  /** Its name. */
  readonly client: string
  /** `link`: a way that `bramble connect` holds open; `network`: the engine's own port. */
  readonly over: 'link' | 'network'
  /** `host:port`, or the path of a socket. */
  readonly at: string
  readonly variables: Readonly<Record<string, string>>
}

/** A way that some process holds open. */
export interface OpenWay {
  readonly at: string
  readonly pid: number
}

/** The client of that name. Throws {@link DiagnosticsError} when no engine of the cluster has one, or nothing to ask with is there. */
export async function clientOf(cluster: OpenedCluster, name: string): Promise<EngineClient> {
  const clients = clientNames(cluster)
  if (!clients.includes(name)) {
    const near = didYouMean(name, clients)
    throw new DiagnosticsError([clientCodes.CLIENT_UNKNOWN({ name, clients, near })])
  }
  // What is not there would be made up, and known to nobody.
  if (!existsSync(cluster.paths.secretsFolder))
    throw new DiagnosticsError([clientCodes.CLIENT_NEVER_APPLIED({ name })])
  const { resolved, provisions } = await prepare(
    cluster,
    {},
    'read',
    () => Promise.resolve(new Map()),
    'here',
  )
  const found = clientsOf(resolved, () => provisions.secrets).find((client) => client.name === name)
  if (found === undefined) throw new Bug(`the client ${name} is gone once the secrets are there`)
  return found
}

/** The names of all clients that the cluster can serve. */
export function clientNames(cluster: OpenedCluster): readonly string[] {
  const none = (): never => {
    throw new Bug('a name needs no secret')
  }
  return clientsOf(cluster.resolved, none).map(({ name }) => name)
}

/**
 * What a client goes by: the way that is open, else the network. Its files are written for our user alone. Throws {@link DiagnosticsError}
 * when there is neither.
 */
export async function clientVariables(cluster: OpenedCluster, name: string): Promise<ClientVariables> {
  const client = await clientOf(cluster, name)
  const way = openWay(cluster, name)
  if (way !== undefined) return variablesAt(cluster, client, way.at, 'link')
  if (client.network !== undefined) return variablesAt(cluster, client, client.network, 'network')
  throw new DiagnosticsError([clientCodes.CLIENT_NOT_CONNECTED({ name })])
}

/** Writes the files, and says what the client goes by. */
export function variablesAt(
  cluster: OpenedCluster,
  client: EngineClient,
  at: string,
  over: 'link' | 'network',
): ClientVariables {
  const folder = folderOf(cluster, client.name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(client.files())) writeWhole(join(folder, name), text)
  const variables = client.variables(at, (name) => join(folder, name))
  return { client: client.name, over, at, variables }
}

/** Takes the files of a client away; gives the names of its variables. */
export async function forgetClient(cluster: OpenedCluster, name: string): Promise<readonly string[]> {
  const client = await clientOf(cluster, name)
  const folder = folderOf(cluster, name)
  const kept = openWay(cluster, name) === undefined ? [] : [LINK]
  if (existsSync(folder)) {
    for (const file of readdirSync(folder)) if (!kept.includes(file)) rmSync(join(folder, file))
  }
  return Object.keys(client.variables('', () => ''))
}

/** The way to an engine that some living process holds open. */
export function openWay(cluster: OpenedCluster, name: string): OpenWay | undefined {
  try {
    const way = JSON.parse(readFileSync(join(folderOf(cluster, name), LINK), 'utf8')) as OpenWay
    return isProcessAlive(way.pid) ? way : undefined
  } catch {
    return undefined
  }
}

/** Notes that this process holds a way open. */
export function noteWay(cluster: OpenedCluster, name: string, at: string): void {
  const folder = folderOf(cluster, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeWhole(join(folder, LINK), `${JSON.stringify({ at, pid: process.pid } satisfies OpenWay)}\n`)
}

/** The way is closed, and nobody needs the files any more. */
export function forgetWay(cluster: OpenedCluster, name: string): void {
  rmSync(folderOf(cluster, name), { recursive: true, force: true })
}

function folderOf(cluster: OpenedCluster, name: string): string {
  return join(workingFolder(cluster.paths, 'look'), 'clients', name)
}
