/** Nomad on virtual nodes, worked by its own client as a user would. */
import type { z } from 'zod'
import { labExec } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { ReleaseServer } from '../../releases/release-server.ts'

const nomad = await builtProgram('nomad')

/** Why there is no Nomad here; printed by whoever asks. */
export const lacksNomad = 'lacks' in nomad ? `Nomad: ${nomad.lacks}` : undefined

/** A mirror with the Nomad that was built here. */
export async function nomadMirror(): Promise<ReleaseServer> {
  const mirror = await ReleaseServer.start()
  if (lacksNomad === undefined) await mirror.addEngine('nomad')
  return mirror
}

/** Runs Nomad's own client on a server, with the token for management. */
export async function nomadOn(cluster: ClusterUnderTest, node: string, ...words: string[]): Promise<string> {
  return nomadReads(cluster, node, '', ...words)
}

/** The same with something to read. */
export async function nomadReads(
  cluster: ClusterUnderTest,
  node: string,
  input: string,
  ...words: string[]
): Promise<string> {
  const { text } = await cluster.bramble('secrets', 'show', 'nomad/management')
  const token = (JSON.parse(text) as { secretId: string }).secretId
  const settings = ['NOMAD_ADDR=https://localhost:4646', 'NOMAD_CACERT=/etc/nomad-server/ca.pem']
  const argv = ['env', ...settings, `NOMAD_TOKEN=${token}`, 'nomad', ...words]
  const { code, stdout, stderr } = await labExec(cluster.id, node, argv, { input })
  if (code !== 0)
    throw new Error(`nomad ${words.join(' ')} ended with ${code}: ${stderr}${stdout.toString()}`)
  return stdout.toString().trim()
}

/** What `nomad operator api PATH` prints, in the given form. */
export async function nomadAsk<Schema extends z.ZodType>(
  cluster: ClusterUnderTest,
  node: string,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return schema.parse(JSON.parse(await nomadOn(cluster, node, 'operator', 'api', '-X', 'GET', path)))
}

/** Waits until something is so; otherwise fails with what was seen last. */
export async function holds(
  what: string,
  seen: () => Promise<unknown>,
  wanted: unknown = true,
): Promise<void> {
  const ask = async () => {
    const now = await seen()
    return { passed: JSON.stringify(now) === JSON.stringify(wanted), detail: JSON.stringify(now) }
  }
  const { passed, detail } = await poll(ask, { patienceSeconds: 180 })
  if (!passed) throw new Error(`${what}: ${detail} in place of ${JSON.stringify(wanted)}`)
}
