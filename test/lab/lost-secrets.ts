/** Everything that this computer knew of a living cluster is lost; one apply over SSH mends it. Adds its tests to a lab that is up. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ClusterUnderTest } from './cluster-under-test.ts'

/** Defines the tests; `given` is asked when they run. */
export function describeLostSecrets(given: () => ClusterUnderTest): void {
  it('makes nothing anew without a word when its secrets are lost, and says what SSH can see', async () => {
    const cluster = given()
    rmSync(join(cluster.folder, '.bramble/lab/secrets'), { recursive: true })
    rmSync(join(cluster.folder, '.bramble/lab/identity.txt'))
    for (const words of [['plan'], ['apply', '--yes'], ['status']]) {
      const { code, text, errors } = await cluster.bramble(...words)
      expect([code, words, text + errors]).toEqual([1, words, expect.stringContaining('SECRETS_LOST')])
    }
  })

  it('mends a living cluster over SSH alone once they are given up, the access rules of Consul included', async () => {
    const cluster = given()
    const { code, text } = await cluster.bramble('secrets', 'recreate', '--yes')
    expect([code, text]).toEqual([0, expect.stringMatching(/consul\/ca: with it every certificate/)])
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await cluster.well()
  })
}
