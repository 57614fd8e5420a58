/** Starts the client that writes to Consul's KV store on a node, and gets what became of its writes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { OpenedCluster } from '../src/api/index.ts'
import { built, REPOSITORY } from './built.ts'
import type { Written } from './kv-writer.ts'
import type { ScratchCluster } from './scratch-lab.ts'

/** How long the client tries one write. */
export const PATIENCE_SECONDS = 15

/** The secret of a token that the cluster file asks for. */
export async function tokenOf(cluster: OpenedCluster, name: string): Promise<string> {
  const { openSecrets } = built.secrets()
  const secrets = await openSecrets({
    folder: cluster.paths.secretsFolder,
    cluster: cluster.name,
    mode: 'read',
    identityFile: cluster.identityFile,
  })
  return secrets.get(`consul/token/${name}`, 'token').value.secretId
}

/** Starts the writer in the network of a node, where the local agent listens; what is returned stops it. */
export async function startWriter(
  cluster: ScratchCluster,
  node: string,
  token: string,
  prefix: string,
  history = '',
): Promise<() => Promise<Written>> {
  const { labState } = built.lab()
  const states = await labState({ cluster: cluster.name, folder: cluster.folder })
  const pid = states.find(({ name }) => name === node)?.pid
  if (pid === undefined) throw new Error(`${node} is off`)
  const program = [process.execPath, '--import', 'jiti/register', join(REPOSITORY, 'bench/kv-writer.ts')]
  const child = spawn(
    'nsenter',
    [`--net=/proc/${pid}/ns/net`, '--', ...program, prefix, String(PATIENCE_SECONDS), history],
    { cwd: REPOSITORY, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const said = text(child.stdout)
  const ended = once(child, 'close')
  child.stdin.write(`${token}\n`)
  return async () => {
    child.stdin.end()
    const [code] = (await ended) as [number | null]
    if (code !== 0) throw new Error(`the writer ended with ${code}`)
    return JSON.parse(await said) as Written
  }
}
