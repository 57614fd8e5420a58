/** Consul's own client on this computer, over the network and through a way that is held open. */
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { builtProgram } from '../engines/engine-cache.ts'
import { run } from '../../src/support/run.ts'
import type { ClusterUnderTest } from './cluster-under-test.ts'

interface Told {
  readonly over: string
  readonly variables: Readonly<Record<string, string>>
}

/** Registers it for a cluster of five nodes that is up, and shows its pages on the network. */
export function describeOwnClients(cluster: () => ClusterUnderTest): void {
  it('answers consul on this computer, over the network and through a way that is held open', async () => {
    const client = await builtProgram('consul')
    if ('lacks' in client) throw new Error(client.lacks)
    const told = async (): Promise<Told> =>
      JSON.parse((await cluster().bramble('--json', 'env', 'consul')).text) as Told
    const members = async ({ variables }: Told): Promise<number> => {
      const { stdout } = await run(client.path, ['members'], { environment: variables })
      return stdout
        .toString()
        .split('\n')
        .filter((line) => line.includes(' alive ')).length
    }
    const overNetwork = await told()
    expect([overNetwork.over, await members(overNetwork)]).toEqual(['network', 5])

    const way = spawn(process.execPath, cluster().argv('connect', 'consul'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(way, 'close')
    try {
      let said = ''
      for await (const chunk of way.stdout) {
        said += String(chunk)
        if (said.includes('Ctrl-C')) break
      }
      const overLink = await told()
      expect([overLink.over, await members(overLink)]).toEqual(['link', 5])
      const token = overLink.variables['CONSUL_HTTP_TOKEN_FILE'] ?? ''
      expect(statSync(token).mode & 0o777).toBe(0o600)
      way.kill('SIGINT')
      expect(await ended).toEqual([0, null])
      expect(statSync(token, { throwIfNoEntry: false })).toBeUndefined()
    } finally {
      way.kill()
    }

    const alone = await cluster().bramble('connect', 'consul', '--', client.path, 'members')
    expect(alone.text.split('\n').filter((line) => line.includes(' alive '))).toHaveLength(5)
  })
}
