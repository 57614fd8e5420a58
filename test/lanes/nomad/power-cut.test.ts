/** Nomad, unplugged, and what it is for: `npm run test:nomad`. */
import { afterAll, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { holds, lacksNomad, nomadMirror, nomadOn } from './nomad-under-test.ts'

const SERVERS = ['ant', 'bee', 'cow']

const mirror = await nomadMirror()
afterAll(() => mirror.stop())

/** The servers as one of them counts them: name, state, whether it leads. */
async function servers(cluster: ClusterUnderTest, through: string): Promise<readonly string[][]> {
  const rows = (await nomadOn(cluster, through, 'server', 'members')).split('\n').slice(1)
  return rows
    .map((row) => row.split(/\s+/))
    .map(([name = '', , , state = '', leads = '']) => [name, state, leads])
}

await describePowerCut({
  lane: 'nomad',
  lacks: lacksNomad,
  more: { releases: { mirror: mirror.url, key: mirror.keyFile } },
  afterwards: (given) => {
    it('is led by another server when the leader is killed, which comes back by itself', async () => {
      const [leader = ''] = (await servers(given(), 'ant')).find(([, , leads]) => leads === 'true') ?? []
      const dead = leader.split('.')[0] ?? ''
      const other = SERVERS.find((name) => name !== dead) ?? ''
      await labKill(given().id, dead)
      await holds('another leader', async () => {
        const { code, stdout } = await given().inside(
          other,
          'curl',
          '--silent',
          '--cacert',
          '/etc/nomad-server/ca.pem',
          'https://localhost:4646/v1/status/leader',
        )
        return code === 0 && /:4647/.test(stdout.toString())
      })
      const { code, text } = await given().bramble('status')
      expect([
        code === 0,
        text.includes(`${dead} is no healthy server`) || text.includes(`${dead} is not alive`),
      ]).toEqual([false, true])
      await labStart(given().id, dead)
      await given().well()
      expect((await servers(given(), 'ant')).map(([name, state]) => [name, state])).toEqual(
        SERVERS.map((name) => [`${name}.global`, 'alive']),
      )
    })

    it('changes one server after the other, each proven by a write before the next', async () => {
      given().edit((text) => text.replace(/( +)nomad-server:\n/, '$1nomad-server:\n$1  log_level: debug\n'))
      const events = await given().events('apply', '--yes')
      const steps = events.flatMap((event) => {
        if (event.type === 'phase-started' && event.phase === 'converge') return [`${event.node} changes`]
        return event.type === 'gate-passed' && event.detail.includes('has all that was written')
          ? [`${event.node} is back`]
          : []
      })
      const seen = [...new Set(steps)]
      const order = seen.filter((step) => step.endsWith('changes')).map((step) => step.split(' ')[0] ?? '')
      expect(order.toSorted()).toEqual(SERVERS)
      // Who leads goes last, whoever that is by then.
      expect(seen).toEqual(order.flatMap((node) => [`${node} changes`, `${node} is back`]))
      await given().well()
      expect((await given().apply()).outcome).toBe('unchanged')
    })

    it('takes another first token and other gossip keys while the servers run', async () => {
      const before = await nomadOn(given(), 'ant', 'operator', 'gossip', 'keyring', 'list')
      await given().until('secrets', 'rotate', 'nomad/management')
      await given().apply()
      for (let step = 0; step < 3; step++) {
        await given().until('secrets', 'rotate', 'nomad/gossip-key')
        await given().apply()
      }
      const after = await nomadOn(given(), 'bee', 'operator', 'gossip', 'keyring', 'list')
      expect(after).not.toBe(before)
      expect(await nomadOn(given(), 'cow', 'acl', 'token', 'list')).toMatch(
        /^[^\n]*\n[^\n]*Bootstrap Token[^\n]*$/,
      )
      await given().well()
      expect((await given().apply()).outcome).toBe('unchanged')
    })
  },
})
