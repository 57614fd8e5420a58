/** A server that moves to another node. All moves, swaps and renames under writers: `npm run test:consul`. */
import { expect, it } from 'vitest'
import type { ClusterUnderTest } from './cluster-under-test.ts'

const SERVERS = ['bobsrockets', 'seanssatellites', 'wopplefox']

/** Registers it for a cluster that is up; what comes after it has other servers. */
export function describeMove(cluster: () => ClusterUnderTest): void {
  it('moves a server to another node in one apply', async () => {
    cluster().edit((text) => text.replace(/servers: \[.*\]/, `servers: [${SERVERS.join(', ')}]`))
    await cluster().apply()
    const { engines } = JSON.parse(await cluster().well()) as {
      readonly engines: readonly { readonly members: readonly { node: string; voter?: boolean }[] }[]
    }
    const voters = engines.flatMap(({ members }) => members).filter(({ voter }) => voter === true)
    expect(voters.map(({ node }) => node).sort()).toEqual(SERVERS)
  })
}
