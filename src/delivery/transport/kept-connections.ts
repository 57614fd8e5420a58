/**
 * Connections that outlive the run that has made them: the `ssh` that holds one goes on for some time by itself (ssh_config(5),
 * ControlPersist), and the next run finds its control socket by what the connection leads to.
 */
import { lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../support/sha256.ts'
import { endConnection } from './control-socket.ts'
import type { Dial } from './dial.ts'
import { socketParent } from './socket-folder.ts'

/** Enough to tell clusters apart, and few enough for a path of a socket. */
const CLUSTER_LETTERS = 8
const DIAL_LETTERS = 16

/**
 * The folder of our user, alike in all runs; undefined where somebody else has one of that name, for then nothing in it can be trusted.
 */
function keptFolder(): string | undefined {
  const user = process.getuid?.() ?? 0
  const folder = join(socketParent(), `bramble-kept-${user}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const isOurs = found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0
  return isOurs ? folder : undefined
}

/** What the connections of a cluster have in common: where its host keys are pinned, which is another place in the lab. */
function clusterPart(knownHostsFile: string): string {
  return sha256(knownHostsFile).slice(0, CLUSTER_LETTERS)
}

/**
 * The control socket for connections that lead there, in this very way: a node with another address, user, key or way has another one.
 * Undefined where none can be kept.
 */
export function keptSocket(
  knownHostsFile: string,
  dials: ReadonlyMap<string, Dial>,
  node: string,
): string | undefined {
  const folder = keptFolder()
  if (folder === undefined) return undefined
  const way: Dial[] = []
  for (let at = dials.get(node); at !== undefined && !way.includes(at); at = dials.get(at.via ?? ''))
    way.push(at)
  const name = sha256(JSON.stringify(way)).slice(0, DIAL_LETTERS)
  return join(folder, `${clusterPart(knownHostsFile)}-${name}`)
}

/** Ends all kept connections of a cluster, or those at these sockets; gives the sockets at which there was one. */
export async function endKept(
  knownHostsFile: string,
  only?: ReadonlySet<string | undefined>,
): Promise<string[]> {
  const folder = keptFolder()
  if (folder === undefined) return []
  const sockets = readdirSync(folder)
    .filter((name) => name.startsWith(`${clusterPart(knownHostsFile)}-`))
    .map((name) => join(folder, name))
    .filter((path) => only === undefined || only.has(path))
  const ended = await Promise.all(
    sockets.map((path) =>
      // A socket at which nobody listens was left by an ssh that was killed.
      endConnection(path).then(
        () => [path],
        () => [],
      ),
    ),
  )
  return ended.flat()
}
